"""What someone might try who means harm, each as one test, or where its test stands already.

- someone else's ids: every operation for every role, tests/people/test_roles.py
- a session planted before signing in: tests/people/test_signing_in.py, `test_a_session_is_a_new_one_after_signing_in`
- guessing passwords, codes, cards and links: tests/people/test_signing_in.py and test_classes.py
- asking without end: tests/people/test_pacing.py
- webhooks into our own network, with DNS rebinding: tests/hooks/test_webhooks.py
- files that are no models, or run code when read: tests/model/test_damage.py, tests/registry/test_uploads.py
- markup in what people write, in the pages: frontend, `is text, whatever stands in it`
"""

import json
import os
import secrets
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.people.pages import ANYWHERE, Page, refused
from tests.people.stage import SMALL, learnt, run_left
from tests.people.test_roles import TABLE

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def page(polonius):
    return Page(polonius)


@pytest.fixture(scope="module")
def files_learnt(tmp_path_factory):
    return learnt(tmp_path_factory.mktemp("learnt"))


def operations():
    """(operation, method, path) of everything that the API does."""
    paths = Page().ask("/openapi.json").json()["paths"]
    return [
        (told["operationId"], method.upper(), path.removeprefix(ANYWHERE))
        for path, methods in paths.items() for method, told in methods.items()
    ]  # fmt: skip


def test_no_change_is_made_without_the_token_of_the_page(page):
    """CSRF: another site can have the browser send the session's cookie, but not the token."""
    changes = [(name, method, path) for name, method, path in operations() if method != "GET"]
    assert {name for name, _, _ in changes} <= set(TABLE)
    for name, method, path in changes:
        where = ANYWHERE + path.format(id="x", member="x", link="x", number=0)
        answer = page.generic(method, where, "{}", "application/json")
        assert answer.status_code == 403, name
        assert "CSRF" in answer.json()["detail"], name


@pytest.mark.parametrize(
    "field", ["owner", "state", "id", "fence", "steps", "best", "classroom", "parent", "created_at"]
)
def test_what_is_not_to_be_set_is_not_taken_along(page, polonius, files_learnt, field):
    """Mass assignment."""
    run = run_left(polonius, None, *files_learnt).run
    before = page.ask(f"/runs/{run}").json()
    refused(page.say(f"/runs/{run}", "PATCH", **{"name": "mine", field: "1"}), 422, field)
    refused(page.say("/runs", **{"name": "mine", "config": SMALL, field: "1"}), 422, field)
    refused(page.say(f"/runs/{run}/clone", **{"name": "mine", field: "1"}), 422, field)
    assert page.ask(f"/runs/{run}").json() == before


def test_nobody_raises_themselves(ophelia):
    page = Page(ophelia)
    for field, value in (("role", "instructor"), ("is_superuser", True), ("account", True)):
        page.say("/me", "PATCH", classroom=None, **{field: value})
    ophelia.refresh_from_db()
    assert (ophelia.role, ophelia.is_superuser, ophelia.is_staff) == ("student", False, False)


def test_ten_megabytes_of_json_are_not_read(page):
    body = json.dumps({"name": "x" * 10_000_000})
    answer = page.generic("POST", f"{ANYWHERE}/runs", body, "application/json", headers={"X-CSRFToken": page.csrf})
    refused(answer, 413)


def test_json_nested_without_end_is_no_json(page):
    body = '{"name": "x", "config": ' + "[" * 30_000 + "]" * 30_000 + "}"
    answer = page.generic("POST", f"{ANYWHERE}/runs", body, "application/json", headers={"X-CSRFToken": page.csrf})
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '" OR ""="', "x'; DROP TABLE runs_run; --", "%", "p_lonius", "\\", "${7*7}"]
)
def test_a_filter_is_text_and_no_query(page, polonius, files_learnt, text):
    """SQL in filters."""
    run_left(polonius, None, *files_learnt)
    for name in ("q", "tag"):
        assert page.ask("/runs", **{name: text}).json()["items"] == [], name
    refused(page.ask("/runs", state=text), 422, "state")
    refused(page.ask("/runs", cursor=text), 422, "cursor")
    assert page.ask("/runs", classroom=text).status_code == 404
    assert len(page.ask("/runs").json()["items"]) == 1


@pytest.mark.parametrize(
    "path", ["../../manage.py", "..%2f..%2fmanage.py", "....//manage.py", "/etc/passwd", "%2e%2e/settings.py"]
)
def test_no_address_leads_out_of_its_folder(page, path):
    """Path tricks, where files are given out."""
    for where in (
        "/static/",
        f"{ANYWHERE}/runs/",
        f"{ANYWHERE}/models/",
        f"{ANYWHERE}/levels/",
        f"{ANYWHERE}/checkpoints/",
    ):
        for end in ("", "/download"):
            answer = page.get(f"{where}{path}{end}")
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"DJANGO_SETTINGS_MODULE" not in said, where
            assert b"root:" not in said, where


def test_a_name_makes_no_path_and_no_header(page, polonius, files_learnt):
    """Path tricks in exports: a file is called after its life, whatever its run is called."""
    left = run_left(polonius, None, *files_learnt)
    page.say(f"/runs/{left.run}", "PATCH", name='../../x"; filename="y')
    answer = page.get(f"{ANYWHERE}/models/{left.model}/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="model_ep0000001.safetensors"'
    for format in ("../x", "py", "zip/../../x"):
        refused(page.say(f"/runs/{left.run}/models", format=format), 422, "format")


def test_markup_in_names_notes_and_tags_is_text_in_the_admin_and_in_a_life_taken_home(
    page, polonius, files_learnt, settings, tmp_path
):
    """Stored XSS, where the server itself writes HTML."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "replay.html").write_text('<script id="life" type="application/json"></script>')
    run = run_left(polonius, None, *files_learnt).run
    told = page.say(f"/runs/{run}", "PATCH", name=EVIL, notes=EVIL, tags=["<img src=x>"]).json()
    assert (told["name"], told["notes"]) == (EVIL, EVIL)
    for path in ("/admin/runs/run/", f"/admin/runs/run/{run}/change/", f"{ANYWHERE}/runs/{run}/episodes/0/page"):
        answer = page.get(path)
        assert answer.status_code == 200
        said = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert "<script>alert" not in said, path
        assert "<img src=x" not in said, path
    assert "script-src" in page.get("/").headers["Content-Security-Policy"]


def test_django_has_nothing_to_warn_of_in_production(tmp_path):
    """`manage.py check --deploy` with the settings of a lab behind TLS."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HAMLET_")},
        "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}", "HAMLET_DATA": str(tmp_path),
        "HAMLET_ALLOWED_HOSTS": "https://lab.school.org", "HAMLET_SECRET_KEY": secrets.token_urlsafe(50),
    }  # fmt: skip
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
