"""Signing in and out, and how often one may guess."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lab.people import services, tries
from lab.people.models import FailedSignIn, Person


@pytest.fixture
def page(db):
    page = Client(enforce_csrf_checks=True)
    page.csrf = page.get("/api/v1/me").json()["csrf"]
    return page


def say(page, path, address="127.0.0.1", **content):
    headers = {"X-CSRFToken": page.csrf}
    return page.post(
        f"/api/v1{path}", json.dumps(content), content_type="application/json", headers=headers, REMOTE_ADDR=address
    )


def sign_in(page, username, password=None, **more):
    return say(page, "/auth/login", username=username, password=password or f"{username}-of-elsinore", **more)


def test_the_first_instructor_is_made_once(db):
    password = services.first_instructor()
    assert services.first_instructor() is None
    person = Person.objects.get()
    assert (person.username, person.role, person.is_superuser, person.is_staff) == (
        "instructor",
        "instructor",
        True,
        True,
    )
    assert person.check_password(password)
    assert person.password.startswith("argon2$argon2id$")
    assert len(password) >= 12


def test_whoever_has_an_account_signs_in_and_out(page, ophelia):
    assert page.get("/api/v1/me").json()["user"] is None
    signed = sign_in(page, "ophelia")
    assert signed.json()["user"] == {"name": "ophelia", "role": "student"}
    page.csrf = signed.json()["csrf"]
    assert page.get("/api/v1/me").json()["user"]["name"] == "ophelia"
    assert say(page, "/auth/logout").json()["user"] is None
    assert page.get("/api/v1/me").json()["user"] is None


def test_a_session_is_a_new_one_after_signing_in(page, ophelia):
    """A session that someone else knew before is worth nothing after."""
    page.session["planted"] = True
    before = page.cookies.get("sessionid")
    sign_in(page, "ophelia")
    assert page.cookies["sessionid"].value != (before and before.value)


@pytest.mark.parametrize(
    ("username", "password"), [("ophelia", "nymph"), ("yorick", "alas"), ("ophelia", "\0"), ("\0", "x")]
)
def test_what_is_wrong_is_not_told(page, ophelia, username, password):
    answer = sign_in(page, username, password)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "Name or password is wrong."
    assert page.get("/api/v1/me").json()["user"] is None


def test_signing_in_needs_the_token_of_the_page(page, ophelia):
    page.csrf = "x" * 32
    assert sign_in(page, "ophelia").status_code == 403


def test_a_refused_password_is_not_sent_back(page):
    answer = sign_in(page, "ophelia", "x" * 2000)
    assert answer.status_code == 422
    assert "xxx" not in answer.content.decode()


def test_after_five_wrong_passwords_one_waits(page, ophelia):
    for _ in range(5):
        assert sign_in(page, "ophelia", "wrong").status_code == 401
    answer = sign_in(page, "OPHELIA")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert page.get("/api/v1/me").json()["user"] is None


def test_others_are_not_locked_out_by_it(page, ophelia, polonius):
    for _ in range(5):
        sign_in(page, "ophelia", "wrong")
    assert sign_in(page, "ophelia", address="192.0.2.7").status_code == 200
    assert sign_in(Page(), "polonius").status_code == 200


def test_the_wait_ends(page, ophelia):
    for _ in range(5):
        sign_in(page, "ophelia", "wrong")
    FailedSignIn.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert sign_in(page, "ophelia").status_code == 200
    assert not FailedSignIn.objects.exists()


def test_guessing_from_many_addresses_is_limited_too(page, ophelia):
    now = timezone.now()
    FailedSignIn.objects.bulk_create(
        FailedSignIn(username="ophelia", address=f"192.0.2.{i}", at=now) for i in range(tries.MOST_FOR_NAME)
    )
    assert sign_in(page, "ophelia").status_code == 429


def test_the_admins_door_counts_the_same(page, polonius):
    for _ in range(5):
        sign_in(page, "polonius", "wrong")
    form = page.get("/admin/login/")
    answer = page.post(
        "/admin/login/",
        {"username": "polonius", "password": "polonius-of-elsinore", "csrfmiddlewaretoken": form.context["csrf_token"]},
    )
    assert "Too many wrong passwords" in answer.content.decode()
    assert "_auth_user_id" not in page.session


def Page():  # noqa: N802  (reads as the thing it makes)
    page = Client(enforce_csrf_checks=True)
    page.csrf = page.get("/api/v1/me").json()["csrf"]
    return page


def test_instructors_read_the_admin_and_students_do_not(client, polonius, ophelia):
    assert polonius.is_staff
    client.force_login(ophelia)
    assert client.get("/admin/").status_code == 302
    client.force_login(polonius)
    assert client.get("/admin/people/person/").status_code == 200
    assert client.get("/admin/people/person/add/").status_code == 403
    assert client.post(f"/admin/people/person/{polonius.pk}/change/", {"is_superuser": "on"}).status_code == 403
    polonius.refresh_from_db()
    assert not polonius.is_superuser


def test_who_becomes_a_student_loses_the_admin(polonius):
    polonius.role = "student"
    polonius.save(update_fields=["role"])
    assert not Person.objects.get(pk=polonius.pk).is_staff
