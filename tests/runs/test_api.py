"""The REST API: who may do what, what is told, and how it says no."""

import json

import pytest
from django.test import Client

from lab.api import api
from lab.runs import services
from lab.runs.models import ExportedModel, MetricRow, Run
from lab.store import files

ANYWHERE = "/api/v1"


class Page(Client):
    """A browser's page: JSON in and out, with the CSRF token it was given."""

    def __init__(self, person=None):
        super().__init__(enforce_csrf_checks=True)
        if person is not None:
            self.force_login(person)
        self.csrf = self.get(f"{ANYWHERE}/me").json()["csrf"]

    def ask(self, path, **query):
        return self.get(f"{ANYWHERE}{path}", query)

    def say(self, path, content=None, body=None, csrf=True):
        headers = {"X-CSRFToken": self.csrf} if csrf else {}
        data = body if body is not None else json.dumps(content if content is not None else {})
        return self.post(f"{ANYWHERE}{path}", data, content_type="application/json", headers=headers)


@pytest.fixture
def teacher(polonius):
    return Page(polonius)


@pytest.fixture
def student(ophelia):
    return Page(ophelia)


@pytest.fixture
def nobody(db):
    return Page()


def refused(response, status, field=None):
    """The problem that was answered."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]]
    return problem


# ---------------------------------------------------------------------------------------- what is told


def test_a_run_is_told_with_exactly_these_keys(run, teacher):
    assert list(teacher.ask(f"/runs/{run.pk}").json()) == [
        "id", "name", "notes", "tags", "level", "level_title", "network", "learner", "seed", "state", "message",
        "paused_by", "paused_at", "place", "wait", "owner", "owner_id", "fork", "classroom", "bell_at", "config",
        "progress", "steps", "steps_budget", "episodes", "epsilon", "stage", "multiplier", "steps_per_second", "pace",
        "best", "best_episode", "last", "spark", "viewers",
        "created_at", "started_at", "finished_at", "model",
    ]  # fmt: skip


def test_launching_gives_the_run_and_its_place(teacher, transactional_db, train_queue):
    response = teacher.say("/runs", {"name": "first", "config": {"level": "L0_0_minimal", "seed": 3}})
    assert response.status_code == 201
    run = response.json()
    assert (run["state"], run["place"], run["seed"], run["owner"], run["model"]) == ("queued", 1, 3, "polonius", None)
    assert train_queue.all() == [(run["id"], 0)]


def test_what_training_leaves_is_there_to_be_read(run, slice_of, student):
    run = slice_of(run)
    told = student.ask(f"/runs/{run.pk}").json()
    columns = student.ask(f"/runs/{run.pk}/metrics").json()["columns"]
    assert columns["steps"] == [12, 24, 36, 48]
    assert columns["loss"] == [None] * 4
    assert told["spark"] == columns["survival_mean"]
    assert told["last"] == columns["survival_mean"][-1]
    exams = student.ask(f"/runs/{run.pk}/evaluations").json()["items"]
    assert [exam["steps"] for exam in exams] == [12, 24, 36, 48]
    assert told["best"] == max(exam["mean"] for exam in exams)
    lives = student.ask(f"/runs/{run.pk}/episodes").json()["items"]
    assert [life["episode"] for life in lives if "periodic" in life["reasons"]] == [0, 1]
    assert set(lives[0]) >= {"episode", "steps", "return", "cause", "died_of", "root", "reasons", "at", "bytes"}
    recording = student.ask(f"/runs/{run.pk}/episodes/0")
    assert recording.headers["Content-Type"] == "application/msgpack"
    assert len(recording.content) == lives[0]["bytes"]
    assert [item["steps"] for item in student.ask(f"/runs/{run.pk}/checkpoints").json()["items"]] == [48]


def test_the_curve_is_thinned_evenly_and_keeps_its_ends(run, student):
    MetricRow.objects.bulk_create(MetricRow(run=run, iteration=i, steps=i, episodes=0) for i in range(1, 1001))
    steps = student.ask(f"/runs/{run.pk}/metrics", points=10).json()["columns"]["steps"]
    assert steps == [1, 112, 223, 334, 445, 556, 667, 778, 889, 1000]


def test_settings_are_those_of_the_learner(student):
    settings = student.ask("/settings").json()
    assert settings["schema"]["properties"]["gamma"]["maximum"] == 0.9999
    assert settings["limits"] == {
        "name_length": 80, "notes_length": 4000, "tags": 10, "tag_length": 30, "active_runs": 50, "slowest_pace": 0.5,
        "fastest_pace": 60.0,
    }  # fmt: skip
    assert settings["presets"][0]["name"]


def test_levels_are_told_in_short_and_whole(student):
    names = [level["name"] for level in student.ask("/levels").json()]
    assert "L1_full_observability" in names
    level = student.ask("/levels/L1_full_observability").json()
    assert len(level["places"]) == 14
    assert level["floors"]["random"] > 0
    refused(student.ask("/levels/L9"), 404)


def test_the_document_of_the_api_describes_every_answer():
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    assert document["openapi"].startswith("3.1.")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            good = [code for code in operation["responses"] if int(code) < 300]
            assert good, path
            for code in good:
                if int(code) == 204:  # says nothing
                    continue
                for content in operation["responses"][code]["content"].values():
                    assert content["schema"], path
    assert set(document["components"]["schemas"]) >= {
        "RunOut",
        "ModelOut",
        "CheckpointOut",
        "EpisodeOut",
        "ProblemOut",
        "LevelOut",
    }


# ------------------------------------------------------------------------------------------ who may what


GETS = [
    "/levels", "/levels/L0_0_minimal", "/settings", "/runs", "/runs/{run}", "/runs/{run}/metrics",
    "/runs/{run}/evaluations", "/runs/{run}/episodes", "/runs/{run}/checkpoints", "/runs/{run}/models",
    "/runs/{run}/mind", "/runs/{run}/census", "/workers", "/models/{run}/download",
]  # fmt: skip


@pytest.mark.parametrize("path", GETS)
def test_nobody_sees_anything_before_signing_in(nobody, run, path):
    refused(nobody.ask(path.format(run=run.pk)), 401)


def test_a_student_watches_and_takes_models_home_but_changes_nothing(run, slice_of, student):
    run = slice_of(run)
    assert student.ask(f"/models/{run.model.pk}/download").status_code == 200
    refused(student.say("/runs", {"name": "mine", "config": {}}), 403)
    refused(student.say(f"/runs/{run.pk}/stop"), 403)
    refused(student.ask(f"/checkpoints/{run.checkpoints.get().pk}/download"), 403)
    assert Run.objects.count() == 1


def test_a_change_needs_the_token(teacher, run):
    refused(teacher.say("/runs", {"name": "x", "config": {}}, csrf=False), 403)
    refused(teacher.say(f"/runs/{run.pk}/stop", csrf=False), 403)
    run.refresh_from_db()
    assert (Run.objects.count(), run.state) == (1, "queued")


# ------------------------------------------------------------------------------------------- how it says no


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"level": "L9"}, "config.level"),
        ({"episodes": 0}, "config.episodes"),
        ({"episodes": 10**12}, "config.episodes"),
        ({"learning_rate": -1}, "config.learning_rate"),
        ({"seed": 2**31}, "config.seed"),
        ({"seed": 10**400}, "config.seed"),
        ({"steps": {"a": []}}, "config.steps"),
        ({"epsilon_end": 0.9, "epsilon_start": 0.5}, "config.epsilon_end"),
    ],
)
def test_settings_that_cannot_be_are_told_by_field(teacher, config, field):
    problem = refused(teacher.say("/runs", {"name": "x", "config": config}), 422, field)
    assert len(json.dumps(problem)) < 2000
    assert not Run.objects.exists()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_told_by_field(teacher, number):
    problem = refused(
        teacher.say("/runs", body=f'{{"name": "x", "config": {{"learning_rate": {number}}}}}'),
        422,
        "config.learning_rate",
    )
    assert "NaN" not in json.dumps(problem, allow_nan=False)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 400),
        ("[]", 422),
        ("null", 422),
        ('{"config": {}}', 422),
        ('{"name": 7, "config": {}}', 422),
        ('{"name": "x", "config": [1]}', 422),
        ('{"name": "x", "state": "finished"}', 422),
        ("[" * 60_000, 400),
        ('"' + "x" * 100_000 + '"', 413),
        ('"' + "x" * 10_000_000 + '"', 413),
        ('{"name": "%s"}' % ("x" * 10_000), 422),
    ],
)
def test_bodies_that_cannot_be_are_refused(teacher, body, status):
    refused(teacher.say("/runs", body=body), status)
    assert not Run.objects.exists()


def test_only_json_is_read(teacher):
    response = teacher.post(f"{ANYWHERE}/runs", {"name": "x"}, headers={"X-CSRFToken": teacher.csrf})
    refused(response, 400)


@pytest.mark.parametrize("id", ["00000000-0000-0000-0000-000000000000", "1", "..", "%00", "x" * 300])
def test_what_is_not_there_is_not_there(teacher, id):
    for path in ("/runs/{}", "/runs/{}/metrics", "/runs/{}/models", "/models/{}/download", "/checkpoints/{}/download"):
        refused(teacher.ask(path.format(id)), 404)
    refused(teacher.say(f"/runs/{id}/stop"), 404)
    refused(teacher.say(f"/runs/{id}/models"), 404)


@pytest.mark.parametrize("number", ["7", "-1", "x", "9" * 30, "٣"])
def test_a_life_that_was_not_kept_is_not_there(run, teacher, number):
    refused(teacher.ask(f"/runs/{run.pk}/episodes/{number}"), 404)


def test_a_stop_on_a_finished_run_is_refused(run, slice_of, teacher):
    slice_of(run)
    problem = refused(teacher.say(f"/runs/{run.pk}/stop"), 409)
    assert "finished" in problem["detail"]


def test_stopping_twice_is_fine_while_it_stops(run, teacher):
    assert teacher.say(f"/runs/{run.pk}/stop").json()["state"] == "stopped"
    refused(teacher.say(f"/runs/{run.pk}/stop"), 409)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 1001}, {"limit": "4e34"}, {"limit": "x"}, {"limit": 10**40}, {"state": "dead"},
        {"cursor": "x"}, {"cursor": "bm90aGluZw=="}, {"cursor": "\x00"}, {"q": "x" * 101}, {"q": "\0"},
    ],
)  # fmt: skip
def test_a_list_is_bounded_whatever_is_asked(teacher, query):
    refused(teacher.ask("/runs", **query), 422, next(iter(query)))


# ------------------------------------------------------------------------------------------------- the list


def some_runs(owner, count, **values):
    return [
        Run.objects.create(
            owner=owner, name=f"run {i}", config={}, level="L0_0_minimal", network="simple", learner="pqn", seed=i,
            steps_budget=1, queued_at="2026-01-01T00:00Z", **values,
        )
        for i in range(count)
    ]  # fmt: skip


def test_pages_hold_every_run_once_newest_first(polonius, teacher):
    runs = some_runs(polonius, 25)
    Run.objects.filter(pk__in=[run.pk for run in runs[:12]]).update(created_at=runs[0].created_at)  # at the same moment
    seen, cursor = [], ""
    while cursor is not None:
        page = teacher.ask("/runs", limit=7, cursor=cursor).json()
        seen += page["items"]
        cursor = page["next"]
    assert sorted(run["seed"] for run in seen) == list(range(25))
    assert [run["created_at"] for run in seen] == sorted((run["created_at"] for run in seen), reverse=True)


def test_the_list_is_filtered_by_state_and_words(polonius, teacher):
    some_runs(polonius, 3)
    Run.objects.filter(name="run 1").update(state="stopped", finished_at="2026-01-01T00:00Z")
    Run.objects.filter(name="run 2").update(name="Yorick's skull")
    assert [run["name"] for run in teacher.ask("/runs", state="stopped").json()["items"]] == ["run 1"]
    assert len(teacher.ask("/runs", state="queued,stopped").json()["items"]) == 3
    assert [run["name"] for run in teacher.ask("/runs", q="skull yorick").json()["items"]] == ["Yorick's skull"]
    assert len(teacher.ask("/runs", q="polon minimal").json()["items"]) == 3
    assert teacher.ask("/runs", q="%").json()["items"] == []


def test_a_long_list_asks_the_database_no_more_than_a_short_one(polonius, teacher, django_assert_max_num_queries):
    some_runs(polonius, 60)
    with django_assert_max_num_queries(7):
        assert len(teacher.ask("/runs", limit=60).json()["items"]) == 60


def test_workers_are_those_heard_of_lately(student, run):
    from lab.schedule import crew
    from lab.training import slices

    crew.sign("worker one", "cpu")
    crew.sign("worker two", "GPU 0")
    slices.slice_claim(run.pk, 0, "worker two")
    told = student.ask("/workers").json()
    items = {item["name"]: item for item in told["items"]}
    assert items["worker two"] == {
        "name": "worker two", "alive": True, "device": "GPU 0", "busy": True, "run": str(run.pk)
    }  # fmt: skip
    assert (items["worker one"]["run"], told["free"], told["total"]) == (None, 1, 2)
    crew.forget("worker one")
    crew.forget("worker two")
    assert student.ask("/workers").json()["total"] == 0


# ------------------------------------------------------------------------------------------------ downloads


def test_a_model_is_downloaded_as_it_is_and_counted(run, slice_of, student):
    model = slice_of(run).model
    response = student.ask(f"/models/{model.pk}/download")
    assert response.content == files.open_file(model.file).read()
    assert response.headers["ETag"] == f'"{model.sha256}"'
    assert response.headers["Content-Disposition"] == 'attachment; filename="model_ep0000004.safetensors"'
    assert (
        student.get(
            f"{ANYWHERE}/models/{model.pk}/download", headers={"If-None-Match": f'"{model.sha256}"'}
        ).status_code
        == 304
    )
    assert ExportedModel.objects.get(pk=model.pk).downloads == 1


def test_a_file_that_is_gone_is_said_to_be_gone(run, slice_of, student):
    model = slice_of(run).model
    files.remove([model.file])
    refused(student.ask(f"/models/{model.pk}/download"), 410)
    assert ExportedModel.objects.get(pk=model.pk).downloads == 0


def test_exporting_again_gives_the_same_model(run, slice_of, student):
    run = slice_of(run)
    again = student.say(f"/runs/{run.pk}/models", {"format": "safetensors"})
    assert (again.status_code, again.json()["id"]) == (200, str(run.model.pk))
    assert ExportedModel.objects.count() == 1


def test_an_export_that_cannot_be_is_refused(run, slice_of, launch, student):
    refused(student.say(f"/runs/{run.pk}/models", {"format": "safetensors"}), 409)
    run, other = slice_of(run), launch("other")
    refused(student.say(f"/runs/{run.pk}/models", {"format": "exe"}), 422, "format")
    checkpoint = str(run.checkpoints.get().pk)
    refused(student.say(f"/runs/{run.pk}/models", {"checkpoint": "x"}), 422, "checkpoint")
    refused(student.say(f"/runs/{other.pk}/models", {"checkpoint": checkpoint}), 422, "checkpoint")
    files.put(run.checkpoints.get().file, b"half")
    refused(student.say(f"/runs/{run.pk}/models", {"format": "onnx"}), 410)
    assert ExportedModel.objects.count() == 1
    assert services.Run.objects.count() == 2
