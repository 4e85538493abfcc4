"""Delete this student: no row and no file is left that names them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.utils import timezone

from lab.people import guests, services, tries
from lab.people.models import GuestLink, Person
from lab.runs.models import Bookmark, Checkpoint, ExportedModel, MetricRow, RecordedEpisode, Run, UploadedModel
from lab.store import files
from tests.people.pages import Page, refused


def rows_with(text):
    """Every row of every table that has this text in one of its columns."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model.objects.values():
            if any(text in str(value) for value in row.values()):
                found.append((model.__name__, row))
    return found


def rows_of(person_id):
    """Every row that refers to this person."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.related_model is Person:
                found += model.objects.filter(**{field.attname: person_id})
    return found


@pytest.fixture
def laertes(elsinore, polonius, transactional_db):
    """He has joined, signs in with a card too, has left a note, mistyped his words, and once ran something himself."""
    page = Page()
    page.join(elsinore.join_code, "Laertes-the-angry")
    person = Person.objects.get(first_name="Laertes-the-angry")
    run = Run.objects.create(
        owner=person, classroom=elsinore, name="revenge", config={}, level="L0_0_minimal", network="simple",
        learner="pqn", seed=1, steps_budget=1, state="finished", finished_at=timezone.now(),
    )  # fmt: skip
    MetricRow.objects.create(run=run, iteration=1, steps=1, episodes=1)
    kept = files.put(files.recording_name(run.pk, 1, 0), b"life")
    RecordedEpisode.objects.create(
        run=run, episode=0, run_steps=1, steps=1, return_sum=1, cause="cut", reasons=[], multiplier=1, epsilon=0, at=0,
        file=kept.name, bytes=4, sha256="",
    )  # fmt: skip
    point = files.put(files.checkpoint_name(run.pk, 2, 0), b"all")
    checkpoint = Checkpoint.objects.create(
        run=run, fence=2, iteration=1, episode=0, steps=1, file=point.name, bytes=3, sha256=""
    )
    mind = files.put(files.model_name(run.pk, "x", 0, "pt"), b"mind")
    ExportedModel.objects.create(
        run=run, checkpoint=checkpoint, episode=0, steps=1, format="pt", file=mind.name, bytes=4, sha256=""
    )
    shared = Run.objects.create(
        owner=polonius, classroom=elsinore, name="shared", config={}, level="L0_0_minimal", network="simple",
        learner="pqn", seed=1, steps_budget=1, state="finished", finished_at=timezone.now(),
    )  # fmt: skip
    Bookmark.objects.create(run=shared, author=person, episode=0, step=0, note="look here")
    refused(Page().say("/auth/card", code=person.username, words="not these words"), 401)
    LogEntry.objects.create(
        user=polonius, content_type=ContentType.objects.get_for_model(Person), object_id=str(person.pk),
        object_repr=str(person), action_flag=CHANGE,
    )  # fmt: skip
    upload = uuid4()
    brought = files.put(f"uploads/{upload}/mine.safetensors", b"mind")
    UploadedModel.objects.create(
        id=upload, owner=person, name="from home", source="model", source_bytes=4, source_sha256="",
        level="L0_0_minimal", network="simple", weights=1, fits={}, file=brought.name, bytes=4, sha256="",
        total_bytes=4,
    )  # fmt: skip
    person.files = [kept.name, point.name, mind.name, brought.name]
    person.page = page
    return person


def test_nothing_of_a_deleted_student_is_left(laertes, polonius, elsinore):
    assert len(rows_with("Laertes-the-angry")) >= 2
    assert len(rows_with(laertes.username)) >= 1
    assert all(default_storage.exists(name) for name in laertes.files)
    sessions = Session.objects.count()
    member = laertes.memberships.get().pk
    assert Page(polonius).say(f"/classes/{elsinore.pk}/members/{member}", "DELETE").status_code == 204
    assert rows_with("Laertes-the-angry") == []
    assert [row for row in rows_with(laertes.username) if row[0] != "Session"] == []
    assert rows_of(laertes.pk) == []
    assert not any(default_storage.exists(name) for name in laertes.files)
    assert Session.objects.count() == sessions  # his is gone, Polonius's page has one more
    assert laertes.page.me()["user"] is None
    assert Run.objects.get().name == "shared"


def test_a_run_of_theirs_that_still_trains_is_stopped_first(laertes, polonius, elsinore):
    Run.objects.filter(name="revenge").update(state="queued", queued_at=timezone.now())
    member = laertes.memberships.get().pk
    problem = refused(Page(polonius).say(f"/classes/{elsinore.pk}/members/{member}", "DELETE"), 409)
    assert "revenge is still training" in problem["detail"]
    assert Person.objects.filter(pk=laertes.pk).exists()
    assert default_storage.exists(laertes.files[0])


def test_the_admin_deletes_as_thoroughly(laertes, client):
    client.force_login(Person.objects.create_superuser("operator"))
    client.post("/admin/people/person/", {"action": "delete_selected", "_selected_action": [laertes.pk], "post": "yes"})
    assert rows_of(laertes.pk) == []
    assert not any(default_storage.exists(name) for name in laertes.files)


# ---------------------------------------------------------------------------------------------- guests


@pytest.fixture
def link(elsinore, polonius):
    made = Page(polonius).say(f"/classes/{elsinore.pk}/guests", hours=2)
    assert made.status_code == 201
    return made.json()


def test_a_guest_link_leads_in_and_its_secret_is_kept_nowhere(link, elsinore):
    page = Page()
    told = page.say("/auth/guest", secret=link["secret"]).json()
    assert told["user"] == {"name": "Guest", "role": "guest"}
    assert told["classroom"]["name"] == "Elsinore"
    assert rows_with(link["secret"]) == []
    assert page.session.get_expiry_age() <= 2 * 3600, "the session ends with the link"


def test_a_guest_changes_nothing(link, elsinore):
    page = Page()
    page.say("/auth/guest", secret=link["secret"])
    assert page.ask("/runs").status_code == 200
    refused(page.say("/runs", name="x", config={}), 403)
    refused(page.say("/me", "PATCH", classroom=None), 403)
    refused(page.say(f"/classes/{elsinore.pk}/code"), 403)
    assert page.say("/auth/logout").json()["user"] is None


def test_a_guest_link_ends_when_it_is_told_to(link, elsinore, polonius):
    page = Page()
    page.say("/auth/guest", secret=link["secret"])
    GuestLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(Page().say("/auth/guest", secret=link["secret"]), 401)
    Session.objects.filter(session_key=page.cookies["sessionid"].value).update(expire_date=timezone.now())
    refused(page.ask("/runs"), 401)
    assert Page(polonius).ask(f"/classes/{elsinore.pk}").json()["guests"] == []


def test_a_revoked_link_lets_nobody_in_and_its_guests_out(link, elsinore, polonius):
    page = Page()
    page.say("/auth/guest", secret=link["secret"])
    assert Page(polonius).say(f"/classes/{elsinore.pk}/guests/{link['id']}", "DELETE").status_code == 204
    refused(page.ask("/runs"), 401)
    refused(Page().say("/auth/guest", secret=link["secret"]), 401)
    assert not Person.objects.filter(role="guest").exists()


def test_who_is_signed_in_stays_who_they_are_with_a_guest_link(link, ophelia):
    assert Page(ophelia).say("/auth/guest", secret=link["secret"]).json()["user"]["name"] == "ophelia"


def test_guest_links_are_not_to_be_guessed(link, monkeypatch):
    monkeypatch.setattr(tries, "MOST_CODES_FOR_ADDRESS", 3)
    for _ in range(3):
        refused(Page().say("/auth/guest", secret="a guess"), 401)
    refused(Page().say("/auth/guest", secret=link["secret"]), 429)


@pytest.mark.parametrize("hours", [0, -1, 721, 10**9, "x", None])
def test_a_link_works_from_an_hour_to_thirty_days(elsinore, polonius, hours):
    refused(Page(polonius).say(f"/classes/{elsinore.pk}/guests", hours=hours), 422, "hours")


def test_a_class_has_so_many_links_and_old_ones_make_room(elsinore, polonius, monkeypatch):
    monkeypatch.setattr(guests, "MOST_LINKS", 1)
    page = Page(polonius)
    assert page.say(f"/classes/{elsinore.pk}/guests", hours=1).status_code == 201
    refused(page.say(f"/classes/{elsinore.pk}/guests", hours=1), 409)
    GuestLink.objects.update(expires_at=timezone.now())
    assert page.say(f"/classes/{elsinore.pk}/guests", hours=1).status_code == 201
    assert GuestLink.objects.count() == Person.objects.filter(role="guest").count() == 1


def test_whoever_is_deleted_takes_nobody_along(cast):
    services.person_delete(cast.student)
    for person in (cast.assistant, cast.account, cast.guest, cast.outsider):
        assert Person.objects.filter(pk=person.pk).exists()
