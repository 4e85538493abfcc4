"""Tokens: a program is its person, and may at most what they may."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lab.people import cards, selectors, tokens
from lab.people.models import ApiToken
from lab.runs import sight
from tests.people.pages import ANYWHERE, Page, refused
from tests.people.stage import run_left


class Program(Client):
    """JSON in and out with a token; no cookie, no CSRF token."""

    def __init__(self, token):
        super().__init__(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token}"})

    def ask(self, path):
        return self.get(f"{ANYWHERE}{path}")

    def say(self, path, method="POST", **content):
        return self.generic(method, f"{ANYWHERE}{path}", json.dumps(content), "application/json")


def made(person, scope="steer", days=30):
    return Program(tokens.token_make(person=person, name="my notebook", scope=scope, days=days)[1])


def test_a_token_is_told_once_and_kept_as_a_hash(polonius):
    page = Page(polonius)
    told = page.say("/tokens", name=" my notebook ", scope="steer", days=30).json()
    assert told["token"].startswith("hamlet_")
    (listed,) = page.ask("/tokens").json()["items"]
    assert (listed["id"], listed["name"], listed["scope"]) == (told["id"], "my notebook", "steer")
    assert told["token"] not in json.dumps(listed)
    row = ApiToken.objects.get()
    assert told["token"] not in [str(getattr(row, field.attname)) for field in ApiToken._meta.fields]


def test_it_is_its_person(polonius):
    program = made(polonius)
    assert program.ask("/me").json()["user"] == {"name": "polonius", "role": "instructor"}
    assert program.ask("/runs").status_code == 200


def test_with_it_one_launches_without_a_csrf_token(polonius, transactional_db, valkey):
    answer = made(polonius).say("/runs", name="from a program", config={})
    assert answer.status_code == 201, answer.content
    assert answer.json()["owner"] == "polonius"


def test_a_token_that_reads_changes_nothing(polonius):
    program = made(polonius, "read")
    assert program.ask("/runs").status_code == 200
    assert "only reads" in refused(program.say("/runs", name="x", config={}), 403)["detail"]


def test_it_may_no_more_than_its_person(cast):
    run = run_left(cast.assistant, cast.elsinore, b"checkpoint", b"mind").run
    assert refused(made(cast.student).say(f"/runs/{run}", "PATCH", name="mine"), 403)["detail"] == sight.NOT_YOURS
    refused(made(cast.outsider).ask(f"/classes/{cast.elsinore.pk}"), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/tokens"), ("POST", "/classes"), ("PATCH", "/me"), ("DELETE", "/tokens/{token}")]
)
def test_people_and_rights_are_no_matter_for_programs(polonius, method, path):
    program = made(polonius)
    answer = program.say(path.format(token=ApiToken.objects.get().pk), method, name="more", scope="steer", days=1)
    assert "No token" in refused(answer, 403)["detail"]
    assert ApiToken.objects.count() == 1


def test_what_a_browser_may_does_not_help_a_token(polonius, ophelia):
    program = made(ophelia, "read")
    program.force_login(polonius)
    assert program.ask("/me").json()["user"]["name"] == "ophelia"
    program.defaults["HTTP_AUTHORIZATION"] = "Bearer hamlet_wrong"
    refused(program.ask("/runs"), 401)


def test_guests_have_none_and_use_none(cast):
    refused(Page(cast.guest).say("/tokens", name="x", scope="read", days=1), 403)
    program = made(cast.student)
    cast.student.role = "guest"
    cast.student.save()
    refused(program.ask("/runs"), 401)


@pytest.mark.parametrize("ended", ["expired", "revoked", "not active", "new password", "new card", "left the class"])
def test_it_ends(cast, ended):
    program = made(cast.student)
    assert program.ask("/me").status_code == 200
    match ended:
        case "expired":
            ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "revoked":
            page = Page(cast.student)
            assert page.say(f"/tokens/{ApiToken.objects.get().pk}", "DELETE").status_code == 204
        case "not active":
            cast.student.is_active = False
            cast.student.save()
        case "new password":
            cast.student.set_password("something else")
            cast.student.save()
        case "new card":
            cards.card_renew(membership=cast.student.memberships.get())
        case "left the class":
            Page(cast.instructor).say(
                f"/classes/{cast.elsinore.pk}/members/{cast.student.memberships.get().pk}", "DELETE"
            )
    refused(program.ask("/me"), 401)
    refused(program.ask("/runs"), 401)
    assert selectors.tokens_of(cast.student) == []


@pytest.mark.parametrize("token", ["", "hamlet_", "hamlet_" + "x" * 43, "x" * 5000, "\0", "ü"])
def test_what_is_no_token_lets_nobody_in(db, token):
    refused(Program(token.encode().decode("latin1")).ask("/runs"), 401)


def test_its_last_use_is_told_to_the_minute(polonius):
    program, page = made(polonius), Page(polonius)
    told = lambda: page.ask("/tokens").json()["items"][0]["last_used_at"]  # noqa: E731
    assert told() is None
    program.ask("/me")
    first = told()
    assert first is not None
    program.ask("/me")
    assert told() == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    program.ask("/me")
    assert told() > first


def test_others_tokens_are_not_there(polonius, ophelia):
    made(polonius)
    page = Page(ophelia)
    assert page.ask("/tokens").json()["items"] == []
    refused(page.say(f"/tokens/{ApiToken.objects.get().pk}", "DELETE"), 404)
    refused(page.say("/tokens/nonsense", "DELETE"), 404)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("name", "x" * 61), ("scope", "all"), ("days", 0), ("days", 367)]
)
def test_what_cannot_be_made_says_why(polonius, field, value):
    asked = {"name": "x", "scope": "read", "days": 1, field: value}
    refused(Page(polonius).say("/tokens", **asked), 422, field)


def test_one_has_so_many_and_no_more(polonius):
    for _ in range(tokens.MOST_TOKENS):
        made(polonius)
    page = Page(polonius)
    refused(page.say("/tokens", name="one more", scope="read", days=1), 409)
    ApiToken.objects.filter(pk=ApiToken.objects.first().pk).update(expires_at=timezone.now())
    assert page.say("/tokens", name="one more", scope="read", days=1).status_code == 201


def test_in_the_admin_instructors_revoke_but_read_no_secret(polonius, ophelia):
    program = made(ophelia)
    token = ApiToken.objects.get()
    admin = Client()
    admin.force_login(polonius)
    for page in ("", f"{token.pk}/change/"):
        shown = admin.get(f"/admin/people/apitoken/{page}").content.decode()
        assert "my notebook" in shown
        assert token.digest not in shown
    admin.post("/admin/people/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    refused(program.ask("/me"), 401)
