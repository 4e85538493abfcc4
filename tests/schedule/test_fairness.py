"""Fair use: what one may launch and train, whose turn it is, how long one waits, and a model for all at the bell."""

import heapq
import random
from datetime import timedelta
from statistics import median
from types import SimpleNamespace

import pytest
from django.utils import timezone

from lab import clock
from lab.outbox import client
from lab.people import classes, lesson
from lab.people.models import Classroom
from lab.registry import exports
from lab.runs import services
from lab.runs.errors import LimitError, NotAllowedError
from lab.runs.models import Checkpoint, Run, TrainedSlice
from lab.schedule import bell, crew, errands, fairness, turns
from lab.schedule.turns import Busy, Turn
from tests.people.pages import Page, refused
from tests.runs.stand_in import STEPS

SMALL = {"level": "L0_0_minimal", "lanes": 1, "rollout": 1, "minibatches": 1, "steps": 4 * STEPS}


@pytest.fixture
def elsinore(transactional_db, train_queue, polonius):
    """A class that its limits, whatever they are, leave room."""
    return classes.class_make(by=polonius, name="Elsinore")


@pytest.fixture
def hamlet(elsinore):
    return classes.student_make(classroom=elsinore, nickname="Hamlet", pawn=1)


@pytest.fixture
def laertes(elsinore):
    return classes.student_make(classroom=elsinore, nickname="Laertes", pawn=2)


def limit(classroom, **limits):
    Classroom.objects.filter(pk=classroom.pk).update(**limits)


def launch(owner, name="mine", **config):
    return services.run_launch(owner=owner, name=name, config={**SMALL, **config})


def trained(owner, classroom, minutes, ago=timedelta(hours=1)):
    TrainedSlice.objects.create(
        owner=owner, classroom=classroom, given=20, seconds=minutes * 60, ended_at=timezone.now() - ago
    )


# ------------------------------------------------------------------------------------------------- limits


def test_a_student_launches_in_their_class_and_steers_their_own_run_only(hamlet, laertes, elsinore):
    run = launch(hamlet)
    assert (run.owner, run.classroom) == (hamlet, elsinore)
    with pytest.raises(NotAllowedError, match="for its owner"):
        services.run_stop(run=run, by=laertes)
    assert services.run_stop(run=run, by=hamlet).state == "stopped"
    services.run_delete(run=run, by=hamlet)


def test_a_launch_beyond_the_runs_at_once_says_limit_use_and_remedy(hamlet, elsinore):
    limit(elsinore, student_runs=2)
    launch(hamlet), launch(hamlet)
    with pytest.raises(LimitError, match=r"2 of 2 of your runs in Elsinore .* Pause or stop one, or wait"):
        launch(hamlet)
    assert Run.objects.count() == 2


def test_minutes_count_for_a_day_even_of_runs_that_were_deleted(hamlet, elsinore):
    limit(elsinore, student_minutes=60)
    trained(hamlet, elsinore, 50, ago=timedelta(hours=20))
    trained(hamlet, elsinore, 30, ago=timedelta(hours=25))
    launch(hamlet)
    trained(hamlet, elsinore, 11)
    with pytest.raises(LimitError, match=r"trained 61 of 60 minutes within 24 hours. Some are free again in 4 h 0 min"):
        launch(hamlet)


def test_files_count_as_rows_know_them(hamlet, elsinore):
    limit(elsinore, student_bytes=2_000_000_000)
    run = launch(hamlet)
    kept = {"iteration": 1, "episode": 1, "file": "x", "sha256": ""}
    Checkpoint.objects.create(run=run, fence=1, steps=1, bytes=2_100_000_000, **kept)
    with pytest.raises(LimitError, match=r"Your files in Elsinore fill 2.1 GB of 2.0 GB. Delete runs"):
        launch(hamlet)


def test_what_one_and_the_class_are_told_is_what_lies_on_the_disk_to_the_byte(
    own_folder, hamlet, laertes, elsinore, slice_of
):
    from hamlet.learning import Trainer

    def told(person):
        bounds = fairness.bounds(person, elsinore)
        return [bound.bytes.used for bound in bounds]

    def weight(*runs):
        folders = [own_folder / "runs" / str(run.pk) for run in runs]
        return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())

    config = {"lanes": 4, "rollout": 128, "steps": 512 * 4, "evaluations": 2, "evaluation_lives": 2}
    mine = launch(hamlet, **config)
    while slice_of(mine, Trainer, seconds=0).state == "queued":
        assert told(hamlet) == [weight(mine)] * 2
    mine.refresh_from_db()
    alone = weight(mine)
    exports.model_pack(mine.model)
    assert weight(mine) > alone, "the ZIP lies there too"
    assert mine.recordings.exists()
    assert told(hamlet) == [weight(mine)] * 2
    other = launch(laertes, **config)
    slice_of(other, Trainer, seconds=0)
    assert told(laertes) == [weight(other), weight(mine, other)]
    assert weight(mine, other) == sum(path.stat().st_size for path in own_folder.rglob("*") if path.is_file())
    services.run_delete(run=mine, by=hamlet)
    assert told(hamlet) == [0, weight(other)]


def test_the_class_has_limits_of_its_own_which_hold_for_all(hamlet, laertes, polonius, elsinore):
    limit(elsinore, class_runs=2)
    launch(hamlet), launch(laertes)
    for person in (hamlet, polonius):
        with pytest.raises(LimitError, match="2 of 2 of the class's runs"):
            launch(person)


def test_limits_of_students_hold_for_students(polonius, hamlet, elsinore):
    limit(elsinore, student_runs=0, student_minutes=0, student_bytes=0)
    with pytest.raises(LimitError, match="Students launch no runs in Elsinore"):
        launch(hamlet)
    launch(polonius)


def test_a_run_that_used_up_the_minutes_ends_with_its_slice_and_keeps_its_model(hamlet, elsinore, slice_of):
    limit(elsinore, student_minutes=60)
    run = launch(hamlet)
    trained(hamlet, elsinore, 60)
    run = slice_of(run, seconds=0)
    assert (run.state, run.steps, run.model is not None) == ("stopped", STEPS, True)
    assert "60 of 60 minutes" in run.message


def test_a_slice_counts_for_its_owner_and_its_run(hamlet, elsinore, slice_of):
    run = slice_of(launch(hamlet), seconds=0)
    (counted,) = TrainedSlice.objects.all()
    assert (counted.run, counted.owner, counted.classroom, run.claimed_at) == (run, hamlet, elsinore, None)
    assert counted.seconds == run.trained_seconds > 0


def test_what_one_may_use_is_told_before_launching(hamlet, elsinore):
    limit(elsinore, student_runs=1, student_minutes=60)
    trained(hamlet, elsinore, 14)
    page = Page(hamlet)
    told = page.ask("/fair-use").json()
    assert (told["launches"], told["message"], told["classroom"]["name"]) == (True, "", "Elsinore")
    assert told["own"]["runs"] == {"used": 0, "limit": 1}
    assert told["own"]["minutes"] == {"used": 14, "limit": 60}
    assert told["together"]["minutes"] == {"used": 14, "limit": None}
    assert page.say("/runs", name="one", config=SMALL).status_code == 201
    told = page.ask("/fair-use").json()
    assert (told["launches"], told["queue"], told["own"]["runs"]) == (False, 1, {"used": 1, "limit": 1})
    assert refused(page.say("/runs", name="two", config=SMALL), 409)["detail"] == told["message"]


def test_instructors_set_limits_and_assistants_the_bell(polonius, elsinore, hamlet):
    page = Page(polonius)
    told = page.say(f"/classes/{elsinore.pk}", "PATCH", student_runs=5, class_bytes=None).json()["limits"]
    assert (told["student_runs"], told["student_minutes"], told["class_bytes"]) == (5, 120, None)
    refused(page.say(f"/classes/{elsinore.pk}", "PATCH", student_runs=-1), 422, "student_runs")
    refused(page.say(f"/classes/{elsinore.pk}", "PATCH"), 422)
    hamlet.role = "assistant"
    hamlet.save()
    helper = Page(hamlet)
    refused(helper.say(f"/classes/{elsinore.pk}", "PATCH", student_runs=50), 403)
    soon = timezone.now() + timedelta(minutes=10)
    assert helper.say(f"/classes/{elsinore.pk}", "PATCH", bell_at=soon.isoformat()).status_code == 200
    elsinore.refresh_from_db()
    assert elsinore.bell_at == soon


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(hours=25)])
def test_a_bell_is_ahead_and_within_a_day(polonius, elsinore, away):
    at = (timezone.now() + away).isoformat()
    refused(Page(polonius).say(f"/classes/{elsinore.pk}", "PATCH", bell_at=at), 422, "bell_at")


def test_the_admin_sets_limits_and_nothing_else(polonius, elsinore, client):
    client.force_login(polonius)
    sent = {"student_runs": 7, "student_minutes": "", "student_bytes": 1, "class_runs": "", "class_minutes": "",
            "class_bytes": "", "name": "Norway"}  # fmt: skip
    assert client.post(f"/admin/people/classroom/{elsinore.pk}/change/", sent).status_code == 302
    elsinore.refresh_from_db()
    assert (elsinore.student_runs, elsinore.student_minutes, elsinore.name) == (7, None, "Elsinore")


# ------------------------------------------------------------------------------------------- whose turn it is


def trained_after(seconds, runs, cost, workers=1):
    """Seconds that each of `runs` has trained on workers that take them as ours do; slices cost `cost` beside."""
    queue, free, got = list(range(runs)), [0.0] * workers, [0.0] * runs
    back = []  # (when it is queued again, run)
    while free[0] < seconds:
        now = heapq.heappop(free)
        while back and back[0][0] <= now:
            queue.append(heapq.heappop(back)[1])
        if not queue:
            heapq.heappush(free, back[0][0])
            continue
        run = queue.pop(0)
        given = turns.slice_seconds(len(queue), workers)
        got[run] += given
        heapq.heappush(free, now + given + cost)
        heapq.heappush(back, (now + given + cost, run))
    return got


def test_thirty_runs_on_one_cpu_all_move():
    """A lesson of 45 minutes; saving and restoring costs a second a slice."""
    assert min(trained_after(3 * 60, 30, cost=1.0)) > 0, "each has had a turn within three minutes"
    shares = [
        min(got) * 30 / sum(got) for got in (trained_after(60 * minute, 30, cost=1.0) for minute in range(10, 46))
    ]
    print(f"\n30 runs, one CPU: from minute 10 on the slowest has at least {min(shares):.0%} of an equal share")
    assert min(shares) >= 0.8


@pytest.mark.parametrize(
    ("waiting", "workers", "seconds"), [(0, 1, 20), (5, 1, 20), (11, 1, 10), (29, 1, 5), (29, 4, 16)]
)
def test_the_more_wait_the_shorter_the_slices(waiting, workers, seconds):
    assert turns.slice_seconds(waiting, workers) == seconds


def test_a_first_turn_before_the_bell_is_short():
    assert turns.slice_seconds(waiting=0, workers=4, urgent=True) == 3


def each(*seconds):
    return [Turn(one) for one in seconds]


def test_begins_are_foretold_in_the_queues_order():
    assert turns.foretold([Busy(Turn(5)), Busy()], each(10, 10, 1, 2)) == [0, 5, 10, 11]


def test_errands_that_wait_and_those_to_come_take_their_turn_between_two_slices():
    one = [Busy(Turn(5))]
    assert turns.foretold(one, each(10, 10, 10), errands=[3, 3]) == [8, 21, 31], (
        "an errand, a slice, an errand, a slice"
    )
    assert turns.foretold([Busy(Turn(2), errand=True)], each(10, 10), errands=[3]) == [2, 15], "a slice comes after one"
    assert turns.foretold([Busy(Turn(5, ends=True))], each(10, 10), last=3) == [8, 18], "what trains ends now"
    assert turns.foretold(one, [Turn(4, ends=True), *each(10, 10)], last=3) == [5, 12, 22], (
        "what waits ends in its turn"
    )
    assert turns.foretold([Busy(Turn(5)), Busy(Turn(6))], each(10, 10), errands=[3]) == [6, 8], (
        "the other worker begins"
    )


def lesson_foretold(dice):
    """(told without errands, told with them, real) waits of a class's twelve runs on one worker that examines between.

    What is known are medians; each slice and errand then takes what it takes.
    """

    def about(seconds):
        return seconds * dice.lognormvariate(0, 0.15)

    coming = [Turn(11.0, ends=dice.random() < 0.3) for _ in range(12)]
    wait = [4.0] * dice.randrange(4)
    at = [Busy(Turn(dice.uniform(1, 11)))]
    took = [turn._replace(seconds=about(turn.seconds)) for turn in coming]
    real = turns.foretold(at, took, [about(one) for one in wait], about(4))
    return turns.foretold(at, coming), turns.foretold(at, coming, wait, 4), real


def test_examinations_are_part_of_the_wait_that_is_told():
    dice = random.Random(8)
    before, after = [], []
    for _ in range(200):
        plain, told, real = lesson_foretold(dice)
        before += [abs(wait - true) / true for wait, true in zip(plain, real, strict=True)]
        after += [abs(wait - true) / true for wait, true in zip(told, real, strict=True)]
    print(f"\nwaits told, median error: {median(before):.1%} without examinations, {median(after):.1%} with them")
    assert median(after) < min(median(before) / 2, 0.25)


def test_errands_are_measured_where_they_are_done(valkey):
    client().delete(*(name() for name in (errands._under_way, errands._lately)))
    task = SimpleNamespace(
        name=errands.TAKE_HOME, request=SimpleNamespace(delivery_info={"routing_key": "exams"}, hostname="w0")
    )
    errands._begin(task)
    assert errands.now().left("w0") == pytest.approx(errands.UNKNOWN, abs=0.5)
    client().hset(errands._under_way(), "w0", f"{errands.TAKE_HOME} {clock.broker_seconds(client().time()) - 2}")
    errands._end(task)
    known = errands.now()
    assert known.left("w0") is None
    assert known.expected(errands.TAKE_HOME) == pytest.approx(2, abs=0.5)
    slice_of_a_run = SimpleNamespace(name="train", request=SimpleNamespace(delivery_info={"routing_key": "train"}))
    errands._begin(slice_of_a_run), errands._end(slice_of_a_run)
    assert errands.now() == known


def test_a_wait_counts_the_examinations_that_stand_before_it(hamlet, laertes, elsinore, monkeypatch):
    monkeypatch.setattr(crew, "workers", lambda: [crew.Worker("one", True, "cpu", None)])
    first, second = launch(hamlet), launch(laertes)
    TrainedSlice.objects.create(run=first, owner=hamlet, given=20, seconds=23, ended_at=timezone.now())
    seconds = {"film": [4.0], errands.TAKE_HOME: [2.0]}
    known = errands.Errands(waiting=1, under_way={"one": ("film", 1.0)}, seconds=seconds)
    monkeypatch.setattr(errands, "now", lambda: known)
    told, launched_now = turns.waits()
    assert (told[first.pk], told[second.pk], launched_now) == (3, 3 + 23 + 3, 3 + 23 + 3 + 23)


def test_the_wait_that_is_told_comes_from_what_was_measured(hamlet, laertes, elsinore, slice_of, monkeypatch):
    monkeypatch.setattr(crew, "workers", lambda: [])
    before, first = launch(hamlet), launch(laertes)
    assert Page(laertes).ask(f"/runs/{first.pk}").json()["wait"] is None, "no worker, no telling"
    monkeypatch.setattr(crew, "workers", lambda: [crew.Worker("one", True, "cpu", None)])
    monkeypatch.setattr(errands, "now", errands.Errands)
    TrainedSlice.objects.create(run=before, owner=hamlet, given=20, seconds=23, ended_at=timezone.now())
    told = [Page(laertes).ask(f"/runs/{run.pk}").json() for run in (before, first)]
    assert [(run["place"], run["wait"]) for run in told] == [(1, 0), (2, 23)]
    assert Page(laertes).ask("/fair-use").json()["wait"] == 46
    Run.objects.filter(pk=before.pk).update(steps=STEPS, trained_seconds=5)
    told = Page(laertes).ask(f"/runs/{first.pk}").json()["wait"]
    assert told == 15 + errands.UNKNOWN, "three quarters are left, a quarter took 5 s, and its model is examined"


# ------------------------------------------------------------------------------------------------- the bell


def ring(classroom, away):
    """The bell is so far away; gives when it is."""
    bell_at = timezone.now() + away
    Classroom.objects.filter(pk=classroom.pk).update(bell_at=bell_at)
    return bell_at


def test_at_the_bell_what_was_trained_stops_with_its_model(hamlet, elsinore, slice_of):
    run = slice_of(launch(hamlet), seconds=0)
    bell_at = ring(elsinore, timedelta(minutes=10))
    assert bell.bells_ring(now=bell_at - bell.SETTLE - timedelta(seconds=1)) == 0
    assert bell.bells_ring(now=bell_at - bell.SETTLE) == 1
    run.refresh_from_db()
    assert (run.state, run.message, run.model is not None) == ("stopped", bell.KEPT, True)


def test_who_had_no_turn_goes_first_for_a_short_one_and_ends_with_a_model(hamlet, laertes, elsinore, slice_of):
    trained_run = slice_of(launch(hamlet), seconds=0)
    fresh = launch(laertes)
    bell_at = ring(elsinore, timedelta(minutes=10))
    bell.bells_ring(now=bell_at - bell.lead(1, 1))
    trained_run.refresh_from_db()
    fresh.refresh_from_db()
    assert (trained_run.state, fresh.state, fresh.urgent) == ("stopped", "queued", True)
    run = slice_of(fresh, seconds=0)  # the next message of the queue is the urgent one
    assert (run.state, run.message, run.model is not None) == ("stopped", bell.KEPT, True)


def test_urgent_ones_pass_those_of_other_classes(hamlet, polonius, elsinore, train_queue):
    other = classes.class_make(by=polonius, name="Norway")
    captain = classes.student_make(classroom=other, nickname="Captain", pawn=1)
    theirs, ours = launch(captain), launch(hamlet)
    bell_at = ring(elsinore, timedelta(minutes=10))
    bell.bells_ring(now=bell_at - timedelta(seconds=20))
    assert train_queue.take() == (str(ours.pk), 0)
    assert {message[0] for message in train_queue.all()} == {str(theirs.pk), str(ours.pk)}
    assert list(turns.in_order(Run.objects.all())) == [ours, theirs]


def test_what_never_had_a_turn_is_told_so(hamlet, elsinore):
    run = launch(hamlet)
    ring(elsinore, timedelta(minutes=1))
    bell.bells_ring(now=timezone.now() + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.message, run.model) == ("stopped", bell.NO_TURN, None)


def test_after_the_bell_students_launch_no_more_until_another_is_set(hamlet, polonius, elsinore):
    ring(elsinore, timedelta(seconds=-1))
    with pytest.raises(LimitError, match="has ended"):
        launch(hamlet)
    kept = launch(polonius)
    assert bell.bells_ring() == 0
    kept.refresh_from_db()
    assert kept.state == "queued"
    ring(elsinore, timedelta(seconds=10))
    with pytest.raises(LimitError, match="too soon"):
        launch(hamlet)
    elsinore.refresh_from_db()
    lesson.lesson_set(classroom=elsinore, by=polonius, changes={"bell_at": None})
    launch(hamlet)


def test_a_bell_that_is_put_off_makes_nothing_urgent(hamlet, polonius, elsinore):
    run = launch(hamlet)
    bell_at = ring(elsinore, timedelta(minutes=10))
    bell.bells_ring(now=bell_at - timedelta(seconds=20))
    later = timezone.now() + timedelta(hours=1)
    lesson.lesson_set(classroom=Classroom.objects.get(), by=polonius, changes={"bell_at": later})
    run.refresh_from_db()
    assert not run.urgent
    told = Page(hamlet).ask(f"/runs/{run.pk}").json()
    assert told["bell_at"] is not None


def test_runs_of_other_classes_hear_nothing_of_it(hamlet, polonius, elsinore):
    other = classes.class_make(by=polonius, name="Norway")
    run = launch(classes.student_make(classroom=other, nickname="Captain", pawn=1))
    ring(elsinore, timedelta(seconds=-1))
    bell.bells_ring()
    run.refresh_from_db()
    assert run.state == "queued"


def test_the_more_have_no_model_the_sooner_it_begins():
    assert bell.lead(0, 1) == bell.SETTLE == fairness.LAST_CALL
    assert bell.lead(30, 1) == bell.SETTLE + timedelta(seconds=turns.LONGEST + 30 * bell.FIRST_TURN)
    assert bell.lead(30, 3) < bell.lead(30, 1)
