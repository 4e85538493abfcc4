"""How much may be asked in a minute, by whom, and what is said to who asks more."""

import pytest

from lab.people import pacing
from tests.people.pages import Page, refused
from tests.people.test_tokens import made


@pytest.fixture(autouse=True)
def _less(monkeypatch, valkey):
    monkeypatch.setattr(pacing, "MOST_QUESTIONS", 5)
    monkeypatch.setattr(pacing, "MOST_CHANGES", 2)
    monkeypatch.setattr(pacing.time, "time", lambda: 1_700_000_045.0)  # 5 s into a minute, 55 s before the next


def test_one_question_too_many_is_told_how_long_to_wait(polonius):
    program = made(polonius)
    assert [program.ask("/levels").status_code for _ in range(5)] == [200] * 5
    answer = program.ask("/levels")
    refused(answer, 429)
    assert answer.headers["Retry-After"] == str(60 - 1_700_000_045 % 60)


def test_the_next_minute_begins_anew(polonius, monkeypatch):
    program = made(polonius)
    for _ in range(6):
        program.ask("/levels")
    monkeypatch.setattr(pacing.time, "time", lambda: 1_700_000_105.0)
    assert program.ask("/levels").status_code == 200


def test_changes_are_counted_apart_and_refused_ones_too(ophelia):
    program = made(ophelia)
    for _ in range(2):
        refused(program.say("/runs", name="x", config={}), 403)
    refused(program.say("/runs", name="x", config={}), 429)
    assert program.ask("/levels").status_code == 200


def test_each_token_and_each_session_has_its_own_minute(polonius):
    first, second, page = made(polonius), made(polonius), Page(polonius)
    for _ in range(6):
        first.ask("/levels")
    refused(first.ask("/levels"), 429)
    assert second.ask("/levels").status_code == 200
    assert page.ask("/levels").status_code == 200
    for _ in range(5):
        page.ask("/levels")
    refused(page.ask("/levels"), 429)


def test_without_a_broker_nobody_is_refused(polonius, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/at/all.sock"}}
    program = made(polonius)
    assert [program.ask("/levels").status_code for _ in range(7)] == [200] * 7
