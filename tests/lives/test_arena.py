"""Lives lived on request: checkpoints race from one start, a person plays under the world's own rules."""

import msgpack
import numpy as np
import pytest

from hamlet.learning import Trainer
from hamlet.learning.evaluate import evaluate
from hamlet.tape.wire import decode_frame, verify
from hamlet.world import VectorWorld, load_level
from lab.lives import arena
from lab.runs import minds
from lab.store import files
from lab.training import worker
from tests.runs.test_api import Page

SMALL = {
    "level": "L1_full_observability", "network": "simple", "lanes": 16, "rollout": 16, "steps": 256 * 4,
    "evaluations": 2, "evaluation_lives": 4, "minibatches": 2, "epochs": 1, "seed": 5,
}  # fmt: skip
REMEMBERS = {"level": "L2_partial_observability", "network": "recurrent"}


pytestmark = pytest.mark.once("what a mind and the world answer")


class Player(Page):
    def race(self, run, checkpoints, start=7):
        ids = ",".join(str(checkpoint.pk) for checkpoint in checkpoints)
        return self.ask(f"/runs/{run.pk}/race?checkpoints={ids}&start={start}")

    def play(self, run, actions=(), **more):
        return self.say(f"/runs/{run.pk}/play", {"start": 7, "actions": list(actions), **more})


def told(answer):
    assert answer.status_code == 200, answer.content
    content = msgpack.unpackb(answer.content)
    return decode_frame(content["frame"]), content["now"]


def lives_of(answer):
    assert answer.status_code == 200, answer.content
    return [decode_frame(frame) for frame in msgpack.unpackb(answer.content)]


@pytest.fixture
def trained(launch, slice_of, request):
    """A run of several slices; `layouts` may be given as the test's parameter."""
    run = launch(**{**SMALL, **getattr(request, "param", {})})
    while run.state == "queued":
        worker._kept = None
        run = slice_of(run, Trainer, 0)
    assert run.checkpoints.count() >= 3
    return run


@pytest.fixture
def student(ophelia):
    return Player(ophelia)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    arena._games.clear()
    arena._races.clear()


@pytest.mark.parametrize("trained", [{}, {"layouts": "episode"}, REMEMBERS], indirect=True)
def test_ghosts_begin_alike_and_each_goes_its_own_way(trained, student):
    ghosts = list(trained.checkpoints.order_by("steps")[:3])
    lives = lives_of(student.race(trained, ghosts))
    assert len(lives) == 3
    for life in lives:
        assert verify(life)
        assert life["end"]["steps"] == len(life["cols"]["x"])
        assert life["meta"]["layout"] == lives[0]["meta"]["layout"]
        for column in ("x", "y", "hour", "meters", "mask"):
            assert life["cols"][column][0] == lives[0]["cols"][column][0]
    assert len({str(life["cols"]["q"]) for life in lives}) == 3, "three minds, three opinions"
    other = lives_of(student.race(trained, ghosts, 8))
    assert [life["cols"]["x"] for life in other] != [life["cols"]["x"] for life in lives]


def test_a_ghosts_life_is_the_one_that_an_examination_of_its_mind_finds(trained, student):
    ghosts = list(trained.checkpoints.order_by("steps")[:3])
    for ghost, life in zip(ghosts, lives_of(student.race(trained, ghosts)), strict=True):
        result = evaluate(arena.model_at(ghost), load_level(trained.level), 1, seed=7)
        assert result.survived == [life["end"]["steps"]]


def test_a_race_is_run_once(trained, student, monkeypatch):
    ghosts = list(trained.checkpoints.all()[:2])
    answer = student.race(trained, ghosts)
    assert "immutable" in answer["Cache-Control"]
    monkeypatch.setattr(arena, "_raced", None)
    assert student.race(trained, ghosts).content == answer.content


def test_a_person_steps_the_very_world(trained, student):
    life, now = told(student.play(trained))
    assert (life["seq"], life["cols"]["x"], life["end"]) == (0, [], None)
    level = load_level(trained.level)
    world = VectorWorld(level, 1, 0)
    world.set_state(affordance_positions=life["meta"]["layout"])
    world.reset()
    world.set_state(positions=[[now["x"], now["y"]]], meters=np.array([now["meters"]], dtype=np.float32))
    done, rng = [], np.random.default_rng(1)
    for step in range(40):
        assert world.action_masks()[0].tolist() == now["mask"]
        action = int(rng.choice(np.flatnonzero(now["mask"])))
        done.append(action)
        frame, now = told(student.play(trained, done, first=step, seq=step + 1))
        world.step([action])
        assert (frame["seq"], frame["first"], frame["cols"]["action"]) == (step + 1, step, [action])
        if now is None:
            break
        assert [now["x"], now["y"]] == world.positions[0].tolist()
        assert now["meters"] == world.meters[0].tolist()
    whole, _ = told(student.play(trained, done))
    assert verify(whole)
    assert whole["cols"]["action"] == done


def test_who_does_what_the_mind_would_do_lives_its_life(trained, student):
    _, now = told(student.play(trained))
    (rival,) = lives_of(student.ask(f"/runs/{trained.pk}/rival?start=7"))
    done = []
    while now is not None:
        done.append(now["greedy"])
        life, now = told(student.play(trained, done))
    assert life["cols"]["action"] == rival["cols"]["action"]
    assert life["cols"]["q"] == rival["cols"]["q"]
    assert {**life["end"], "at": 0} == {**rival["end"], "at": 0}


def test_a_server_that_forgot_the_game_plays_it_again_to_the_same_end(trained, student):
    done = []
    for step in range(12):
        _, now = told(student.play(trained, done, first=step, seq=step))
        done.append(next(i for i in (3, 1, 2, 0) if now["mask"][i]))
    before = told(student.play(trained, done))
    arena._games.clear()
    after = told(student.play(trained, done))
    assert (after[0]["hash"], after[1]) == (before[0]["hash"], before[1])
    taken_back = told(student.play(trained, done[:3]))
    assert len(taken_back[0]["cols"]["x"]) == 3, "a step may be taken back: it is a life of one's own"


def test_one_may_play_against_an_early_mind(trained, student):
    first, last = trained.checkpoints.order_by("steps").first(), trained.checkpoints.order_by("steps").last()
    early, late = (told(student.play(trained, checkpoint=str(one.pk)))[1] for one in (first, last))
    assert (early["x"], early["y"], early["meters"]) == (late["x"], late["y"], late["meters"])
    assert early["q"] != late["q"]


def test_what_cannot_be_played(trained, launch, student):
    now = told(student.play(trained))[1]
    forbidden = now["mask"].index(False)
    for actions in ([forbidden], [-1], [99]):
        refused = student.play(trained, actions)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "actions")
    assert student.play(trained, first=1).json()["errors"][0]["field"] == "first"
    assert student.play(trained, checkpoint="x").status_code == 422
    assert student.play(trained, start=-1).status_code == 422
    fresh = launch()
    assert student.play(fresh).status_code == 409, "it has no mind yet"
    ghosts = list(trained.checkpoints.all()[:1])
    assert student.race(fresh, ghosts).status_code == 422
    assert student.race(trained, []).status_code == 422
    assert student.race(trained, ghosts * 6).status_code == 422
    files.remove([ghosts[0].file])
    minds._mind.cache_clear()
    assert student.race(trained, ghosts).status_code == 410
