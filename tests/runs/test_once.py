"""Asked for again with the same Idempotency-Key, a deed is done once and answered alike."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from lab.people import once, tokens
from lab.people.models import Classroom, KeptAnswer
from lab.runs.models import Run
from tests.people.pages import refused
from tests.people.test_tokens import Program

ASKED = {"name": "once", "config": {"level": "L0_0_minimal"}}


@pytest.fixture
def text(polonius, transactional_db, train_queue):
    return tokens.token_make(person=polonius, name="x", scope="steer", days=1)[1]


def launch(text, key="k-1", **content):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = json.dumps({**ASKED, **content})
    return Program(text).post("/api/v1/runs", body, content_type="application/json", headers=headers)


def test_a_hundred_at_once_make_one_run(text):
    at_once = threading.Barrier(20)

    def ask(_):
        at_once.wait()
        try:
            return [launch(text) for _ in range(5)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for five in pool.map(ask, range(20)) for answer in five]
    assert len(answers) == 100
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [str(run.pk) for run in Run.objects.all()] == [answers[0].json()["id"]]


def test_without_a_key_each_is_a_deed_of_its_own(text):
    assert launch(text, None).json()["id"] != launch(text, None).json()["id"]


def test_another_key_is_another_deed(text):
    assert launch(text, "a").json()["id"] != launch(text, "b").json()["id"]


def test_a_key_means_one_thing(text):
    launch(text)
    refused(launch(text, name="something else"), 422, "Idempotency-Key")
    assert Run.objects.count() == 1


def test_what_was_refused_is_tried_again(text):
    refused(launch(text, name=""), 422, "name")
    assert KeptAnswer.objects.count() == 0
    assert launch(text).status_code == 201


def test_keys_are_their_persons_own(text, polonius, django_user_model):
    other = django_user_model.objects.create_user("osric", role="instructor")
    theirs = launch(tokens.token_make(person=other, name="x", scope="steer", days=1)[1]).json()
    assert theirs["id"] != launch(text).json()["id"]


def test_after_a_day_a_key_is_forgotten(text):
    first = launch(text).json()["id"]
    KeptAnswer.objects.update(created_at=timezone.now() - once.KEPT - timedelta(seconds=1))
    assert launch(text).json()["id"] != first


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "ä"])
def test_what_is_no_key_is_refused(text, key):
    refused(launch(text, key), 422)
    assert Run.objects.count() == 0


def test_notes_and_classes_take_keys_too(polonius, db):
    from tests.people.pages import Page

    page = Page(polonius)
    for _ in range(2):
        page.generic(
            "POST", "/api/v1/classes", json.dumps({"name": "Elsinore"}), "application/json",
            headers={"X-CSRFToken": page.csrf, "Idempotency-Key": "one-class"},
        )  # fmt: skip
    assert Classroom.objects.count() == 1
