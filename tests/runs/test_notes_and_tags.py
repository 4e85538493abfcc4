"""What people write on a run: notes and tags, who may, and how runs are found by them."""

import pytest

from lab.runs import services
from lab.runs.errors import NotAllowedError
from lab.runs.models import Run
from tests.people.pages import Page, refused


@pytest.fixture
def page(polonius, run):
    return Page(polonius)


def patch(page, run, **content):
    return page.say(f"/runs/{run.pk}", "PATCH", **content)


def found(page, **query):
    return [told["name"] for told in page.ask("/runs", **query).json()["items"]]


def test_a_run_has_notes_and_tags_until_they_are_taken_away(page, run):
    told = patch(page, run, notes="  Slower at night.\r\nWhy?  ", tags=["Sleep", "week 3", "sleep"]).json()
    assert (told["notes"], told["tags"]) == ("Slower at night.\nWhy?", ["Sleep", "week 3"])
    assert patch(page, run, tags=["other"]).json()["notes"] == "Slower at night.\nWhy?"
    gone = patch(page, run, notes=None, tags=None).json()
    assert (gone["notes"], gone["tags"]) == ("", [])


def test_a_launch_may_bring_them_along(page):
    asked = {"name": "x", "config": {"level": "L0_0_minimal"}, "notes": "for the talk", "tags": ["talk"]}
    told = page.say("/runs", **asked).json()
    assert (told["notes"], told["tags"]) == ("for the talk", ["talk"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("notes", "x" * 4001), ("notes", "a\0b"), ("notes", "a\x1bb"), ("tags", ["x" * 31]), ("tags", [""]),
        ("tags", ["a,b"]), ("tags", ["a\nb"]), ("tags", [str(i) for i in range(11)]),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(page, run, field, value):
    refused(patch(page, run, **{field: value}), 422, field)
    refused(page.say("/runs", name="x", config={}, **{field: value}), 422, field)
    run.refresh_from_db()
    assert (run.notes, run.tags.count(), Run.objects.count()) == ("", 0, 1)


def test_a_change_with_one_wrong_field_changes_nothing(page, run):
    refused(patch(page, run, name="other", notes="x", tags=["a,b"]), 422, "tags")
    run.refresh_from_db()
    assert (run.name, run.notes) == ("first", "")


def test_runs_are_found_by_tags_and_by_words_in_either(page, run, launch):
    other = launch("other")
    patch(page, run, tags=["Sleep", "week 3"], notes="Forgets to eat.")
    patch(page, other, tags=["week 3"])
    assert found(page, tag="WEEK 3") == ["other", "first"]
    assert found(page, tag="week 3, sleep") == ["first"]
    assert found(page, tag="week") == []
    assert found(page, q="week") == ["other", "first"]
    assert found(page, q="forgets sleep") == ["first"]
    refused(page.ask("/runs", tag="a\0"), 422, "tag")


def test_a_long_list_asks_for_tags_once(page, run, launch, django_assert_max_num_queries):
    for i in range(4):
        services.run_tag(run=launch(f"run {i}"), by=run.owner, tags=["a", "b"])
    with django_assert_max_num_queries(8):
        assert len(page.ask("/runs").json()["items"]) == 5


def test_students_write_nothing_on_runs(run, ophelia):
    for deed in (lambda: services.run_note(run=run, by=ophelia, notes="x"),
                 lambda: services.run_tag(run=run, by=ophelia, tags=["x"])):  # fmt: skip
        with pytest.raises(NotAllowedError):
            deed()
