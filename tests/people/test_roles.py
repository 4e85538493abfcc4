"""Every role at every address of the API: who may what, who is told that there is nothing, and who is told no.

The addresses come from the API's own description, so one that is added and has no line here fails.
"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from hamlet.world import load_level
from tests.people.pages import ANYWHERE, Page
from tests.people.stage import ROLES, SMALL, brought, learnt, people_of, run_left

# What is asked is the class of Elsinore's. `owner` is its student whose run, notes and uploaded model these are.
#                nobody guest student owner account outsider stranger foreign-assistant assistant instructor
OPEN = "         200    200   200     200   200     200      200      200               200       200"
ANYONE = "       401    200   200     200   200     200      200      200               200       200"
MEMBERS = "      401    200   200     200   200     404      404      404               200       200"
NOTES = "        401    403   201     201   201     404      404      404               201       201"
EXPORTS = "      401    403   200     200   200     404      404      404               200       200"
STEERS = "       401    403   403     200   403     404      404      404               200       200"
DELETES = "      401    403   403     204   403     404      404      404               204       204"
CHECKPOINTS = "  401    403   403     403   403     404      404      404               403       200"
OWNS = "         401    404   404     200   404     404      404      404               404       404"
DISOWNS = "      401    403   404     204   404     404      404      404               404       404"
NOTE_GOES = "    401    403   403     204   403     404      404      404               403       204"
BRINGS = "       401    403   422     422   422     422      422      422               422       422"
HANDS_OUT = "    401    403   201     201   201     201      201      201               201       201"
CHOOSES = "      401    403   200     200   200     404      404      404               200       200"
LAUNCHES = "     401    403   201     201   201     201      403      201               201       201"
HOOKS = "        401    403   403     403   403     403      403      201               201       201"
LISTS = "        401    403   403     403   403     403      403      200               200       200"
BRANCHES = "     401    403   201     201   201     404      404      404               201       201"
TRIES = "        401    403   404     201   404     404      404      404               404       404"
FOUNDS = "       401    403   403     403   403     403      403      403               403       201"
LOOKS_AFTER = "  401    403   403     403   403     404      404      404               200       200"
MAKES = "        401    403   403     403   403     404      404      404               201       201"
ENDS = "         401    403   403     403   403     404      404      404               204       204"
APPOINTS = "     401    403   403     403   403     404      404      404               403       200"

TABLE = {
    "me": OPEN, "sign_in": OPEN, "join": OPEN, "card_sign_in": OPEN, "guest_enter": OPEN, "sign_out": OPEN,
    "choose_class": CHOOSES,
    "levels": ANYONE, "level": ANYONE, "settings": ANYONE, "workers": ANYONE,
    "classes": LISTS, "make_class": FOUNDS, "class": LOOKS_AFTER, "renew_code": LOOKS_AFTER,
    "revoke_code": LOOKS_AFTER, "join_qr": LOOKS_AFTER, "make_cards": MAKES, "renew_card": MAKES,
    "set_lesson": LOOKS_AFTER, "fair_use": ANYONE,
    "appoint_member": APPOINTS, "remove_member": ENDS, "invite_guests": MAKES, "revoke_guests": ENDS,
    "runs": ANYONE, "launch": LAUNCHES, "run": MEMBERS, "change": STEERS, "stop": STEERS,
    "pause": STEERS, "resume": STEERS, "clone": BRANCHES, "fork": BRANCHES,
    "metrics": MEMBERS, "evaluations": MEMBERS, "episodes": MEMBERS, "episode": MEMBERS, "checkpoints": MEMBERS,
    "mind": MEMBERS, "census": MEMBERS, "curves": MEMBERS, "bookmarks": MEMBERS, "add_bookmark": NOTES,
    "remove_bookmark": NOTE_GOES, "life_page": MEMBERS, "clips": MEMBERS, "film": EXPORTS, "clip": MEMBERS,
    "download_clip": MEMBERS, "models": MEMBERS, "export_model": EXPORTS, "download_model": MEMBERS,
    "model_card": MEMBERS, "predict": EXPORTS, "download_checkpoint": CHECKPOINTS,
    "metrics_csv": MEMBERS, "metrics_parquet": MEMBERS, "delete_run": DELETES,
    "race": MEMBERS, "rival": MEMBERS, "play": EXPORTS,
    "uploads": ANYONE, "upload_model": BRINGS, "upload": OWNS, "remove_upload": DISOWNS, "upload_lives": OWNS,
    "upload_life": OWNS,
    "webhooks": ANYONE, "make_webhook": HOOKS, "remove_webhook": DISOWNS, "deliveries": OWNS,
    "try_webhook": TRIES,
    "tokens": ANYONE, "make_token": HANDS_OUT, "revoke_token": DISOWNS,
}  # fmt: skip

GUESTS_CHANGE = {"sign_in", "join", "card_sign_in", "guest_enter", "sign_out"}
"""what a guest may send although it is no question: to become someone, or nobody"""


@pytest.fixture
def described(db):
    """The API's own description: operation -> (method, path)."""
    paths = Page().ask("/openapi.json").json()["paths"]
    return {
        told["operationId"]: (method.upper(), path.removeprefix(ANYWHERE))
        for path, methods in paths.items()
        for method, told in methods.items()
    }


@pytest.fixture(scope="module")
def files_learnt(tmp_path_factory):
    return learnt(tmp_path_factory.mktemp("learnt"))


@pytest.fixture
def lab(cast, files_learnt, settings, tmp_path):
    """Two classes with their people, and what the owner has in Elsinore; another has the same in Norway."""
    from lab.hooks.models import Webhook
    from lab.people import guests, tokens
    from lab.people.models import Person

    settings.STATIC_ROOT = tmp_path
    (tmp_path / "app").mkdir()
    (Path(tmp_path) / "app" / "replay.html").write_text('<script id="life" type="application/json"></script>')
    people = people_of(cast)
    _, mind = files_learnt
    link, secret = guests.guest_invite(classroom=cast.elsinore, by=cast.instructor, hours=1)
    other_link, _ = guests.guest_invite(classroom=cast.norway, by=Person.objects.get(username="osric"), hours=1)

    def theirs(owner, classroom, member, link):
        left = run_left(owner, classroom, *files_learnt)
        waiting = run_left(owner, classroom, *files_learnt, state="queued")
        halted = run_left(owner, classroom, *files_learnt, state="stopped")
        member = member.memberships.get().pk
        return SimpleNamespace(
            **vars(left), waiting=waiting.run, halted=halted.run, upload=brought(owner, mind),
            classroom=classroom.pk, member=member, link=link.pk,
            webhook=Webhook.objects.create(person=owner, url="https://example.org", secret="x", events=["failed"]).pk,
            token=tokens.token_make(person=owner, name="notebook", scope="read", days=1)[0].pk,
        )  # fmt: skip

    return SimpleNamespace(
        people=people, cast=cast, secret=secret,
        ours=theirs(people["owner"], cast.elsinore, cast.student, link),
        others=theirs(people["outsider"], cast.norway, people["foreign_assistant"], other_link),
    )  # fmt: skip


OF_RUNS = {"download_model", "model_card", "predict"}
"""what is asked of a model, of a run's as of an uploaded one"""


def address(operation, path, thing):
    """Where `thing`, one side's belongings, is asked for."""
    kind = path.split("/")[1]
    id = {
        "classes": thing.classroom, "checkpoints": thing.checkpoint, "bookmarks": thing.bookmark, "clips": thing.clip,
        "models": thing.model if operation in OF_RUNS else thing.upload, "runs": thing.run,
        "tokens": thing.token, "webhooks": thing.webhook,
    }.get(kind)  # fmt: skip
    if operation in ("stop", "pause", "change"):
        id = thing.waiting
    if operation == "resume":
        id = thing.halted
    filled = path.format(id=id, member=thing.member, link=thing.link, number=0, name="L0_0_minimal")
    more = {"curves": f"?runs={thing.run}", "race": f"?checkpoints={thing.checkpoint}"}
    return filled + more.get(operation, "")


def body(operation, lab, thing):
    return {
        "choose_class": {"classroom": str(thing.classroom)},
        "sign_in": {"username": "fortinbras", "password": "fortinbras-of-elsinore"},
        "join": {"code": lab.cast.elsinore.join_code, "nickname": "Reynaldo", "pawn": 2},
        "card_sign_in": {"code": lab.cast.student.username, "words": "amber river stone"},
        "guest_enter": {"secret": lab.secret},
        "make_class": {"name": "RL 204"},
        "set_lesson": {"bell_at": f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"},
        "make_cards": {"names": ["Voltemand"]},
        "appoint_member": {"role": "student"},
        "invite_guests": {"hours": 1},
        "launch": {"name": "new", "config": SMALL},
        "change": {"pace": 8}, "clone": {"name": "twin"}, "fork": {"name": "other", "config": {"steps": 64}},
        "add_bookmark": {"episode": 0, "step": 0, "note": "and here"},
        "film": {"format": "gif"},
        "play": {"start": 3}, "predict": {"obs": [[0.0] * load_level(SMALL["level"]).obs_dim]},
        "make_webhook": {"url": "https://example.org/hamlet", "events": ["finished"]},
        "make_token": {"name": "notebook", "scope": "steer", "days": 1},
    }.get(operation, {})  # fmt: skip


def asked(page, operation, method, path, lab, thing):
    where = f"{ANYWHERE}{address(operation, path, thing)}"
    if method == "GET":
        return page.get(where)
    headers = {"X-CSRFToken": page.csrf}
    if operation == "upload_model":
        return page.generic(method, where, encode_multipart(BOUNDARY, {}), MULTIPART_CONTENT, headers=headers)
    return page.say(where.removeprefix(ANYWHERE), method, **body(operation, lab, thing))


@pytest.fixture
def answers(lab, described):
    """What one role is answered. Whatever it did is undone, also that it signed in or out."""
    pages = {role: Page(person) for role, person in lab.people.items()}

    def answers(operation, role, thing=lab.ours):
        page = pages[role]
        cookies, csrf = deepcopy(page.cookies), page.csrf
        with transaction.atomic():
            answer = asked(page, operation, *described[operation], lab, thing)
            transaction.set_rollback(True)
        page.cookies, page.csrf = cookies, csrf
        return answer

    return answers


def test_every_address_has_its_line(described):
    assert set(described) == set(TABLE)


@pytest.mark.once("who may what, plain queries say, alike on both")
def test_every_role_is_answered_as_it_should_be(answers):
    differs = []
    for operation, line in TABLE.items():
        for role, status in zip(ROLES, line.split(), strict=True):
            answer = answers(operation, role)
            if answer.status_code != int(status):
                told = answer.content[:120] if answer.status_code >= 400 else ""
                differs.append(f"{operation} of {role}: {answer.status_code}, should be {status} {told}")
    assert differs == []


def test_guests_send_nothing_that_changes(described):
    for operation, line in TABLE.items():
        if described[operation][0] != "GET" and operation not in GUESTS_CHANGE:
            assert line.split()[ROLES.index("guest")] == "403", operation


@pytest.mark.once("who may what, plain queries say, alike on both")
def test_what_one_may_not_see_answers_like_what_is_not_there(lab, answers):
    nothing = SimpleNamespace(**{name: uuid4() for name in vars(lab.ours)})
    for operation, line in TABLE.items():
        for role, status in zip(ROLES, line.split(), strict=True):
            if status == "404":
                hidden, missing = (answers(operation, role, of) for of in (lab.ours, nothing))
                assert (hidden.status_code, hidden.content) == (404, missing.content), (operation, role)
                assert dict(hidden.headers) == dict(missing.headers), (operation, role)


@pytest.mark.parametrize("role", ["student", "account", "guest", "assistant"])
def test_ones_own_address_does_not_lead_to_what_is_others(lab, role):
    """An id of theirs behind one of ours, or beside it."""
    page, ours, others = Page(lab.people[role]), lab.ours, lab.others
    for part in ("mind", "census"):
        own = page.ask(f"/runs/{ours.run}/{part}", checkpoint=str(ours.checkpoint))
        assert own.status_code == 200
        foreign = page.ask(f"/runs/{ours.run}/{part}", checkpoint=str(others.checkpoint))
        assert foreign.status_code == 422
        assert "is none of this run's" in foreign.content.decode()
    assert page.ask("/curves", runs=f"{ours.run},{others.run}").status_code == 404
    assert page.ask("/runs", classroom=str(others.classroom)).status_code == 404
    assert page.say("/me", "PATCH", classroom=str(others.classroom)).status_code in (403, 404)
    exported = page.say(f"/runs/{ours.run}/models", checkpoint=str(others.checkpoint))
    assert exported.status_code == (403 if role == "guest" else 422)
    if role == "assistant":
        for path in (f"members/{others.member}", f"guests/{others.link}"):
            assert page.say(f"/classes/{ours.classroom}/{path}", "DELETE").status_code == 404
        foreign = page.say(f"/classes/{ours.classroom}/members/{others.member}", "PATCH", role="student")
        assert foreign.status_code == 404


def test_lists_hold_what_is_ones_own_only(lab):
    for role, person in lab.people.items():
        if person is None:
            continue
        told = Page(person).ask("/runs").json()["items"]
        seen = {run["id"] for run in told}
        elsinore = {str(lab.ours.run), str(lab.ours.waiting), str(lab.ours.halted)}
        norway = {str(lab.others.run), str(lab.others.waiting), str(lab.others.halted)}
        expected = {"instructor": elsinore | norway, "outsider": norway, "foreign_assistant": norway, "stranger": set()}
        assert seen == expected.get(role, elsinore), role
        uploads = {model["id"] for model in Page(person).ask("/models").json()["items"]}
        own = {"owner": {str(lab.ours.upload)}, "outsider": {str(lab.others.upload)}}
        assert uploads == own.get(role, set()), role


def test_a_run_of_the_whole_lab_is_for_those_with_an_account(lab, files_learnt):
    run = run_left(lab.people["instructor"], None, *files_learnt).run
    for role, person in lab.people.items():
        if person is not None:
            status = Page(person).ask(f"/runs/{run}").status_code
            assert status == (200 if person.account else 404), role


def test_the_code_on_a_card_cannot_be_searched_for(lab):
    code = lab.people["owner"].username
    page = Page(lab.people["student"])
    assert len(page.ask("/runs", q="Rosencrantz").json()["items"]) == 3
    assert page.ask("/runs", q=code).json()["items"] == []
    assert page.ask("/runs", q=code[:4]).json()["items"] == []


def test_a_worker_does_not_tell_what_others_train(lab, monkeypatch):
    from lab.schedule import crew

    busy = [crew.Worker("one", True, "cpu", lab.ours.waiting), crew.Worker("two", True, "cpu", lab.others.waiting)]
    monkeypatch.setattr(crew, "workers", lambda: busy)
    told = Page(lab.people["student"]).ask("/workers").json()
    assert [(one["busy"], one["run"]) for one in told["items"]] == [(True, str(lab.ours.waiting)), (True, None)]
    assert (told["free"], told["total"]) == (0, 2)


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_is_for_instructors(lab, role):
    page = Page(lab.people[role])
    for path in ("", "people/person/", "people/classroom/", "runs/run/", "runs/checkpoint/", "runs/exportedmodel/"):
        answer = page.get(f"/admin/{path}")
        assert answer.status_code == (200 if role == "instructor" else 302), path
        if role != "instructor":
            assert answer.headers["Location"].startswith("/admin/login/")
