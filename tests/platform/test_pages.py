"""What the web process answers by itself: health, the app's page, the files it loads, and what does not exist."""

import gzip
import json
import re

import pytest
from django.db import DatabaseError
from django.test import RequestFactory

from lab import pages, statics
from lab.environment import BrokerAddress
from tests.benchmarks.bench_pages import gzipped, scripts_of
from tests.product import ROOT


@pytest.fixture
def built(tmp_path, settings):
    """Gathered files with a page of the app among them, whether or not this clone has built one."""
    index = tmp_path / "app" / "index.html"
    index.parent.mkdir()
    index.write_text("<!doctype html><title>Hamlet</title>")
    settings.STATIC_ROOT = tmp_path
    return index


class TestHealth:
    def test_it_is_well_when_the_database_and_the_broker_answer(self, client, db):
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}
        assert "no-store" in answer["Cache-Control"]

    def test_a_broker_that_is_gone_is_named_and_its_address_is_not(self, client, db, settings, tmp_path):
        settings.BROKER = BrokerAddress(f"unix://{tmp_path}/gone", "", embedded=False, database=0)
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "database": "ok", "broker": "no answer"}
        assert str(tmp_path) not in answer.content.decode()

    def test_a_database_that_is_gone_is_named(self, rf: RequestFactory, valkey, monkeypatch):
        def refuse():
            raise DatabaseError("connection refused")

        monkeypatch.setattr(pages.connection, "cursor", refuse, raising=False)
        answer = pages.healthz(rf.get("/healthz"))
        assert answer.status_code == 503
        assert json.loads(answer.content)["database"] == "no answer"


class TestTheApp:
    @pytest.mark.parametrize("path", ["/", "/runs", "/runs/7b0c/watch", "/login", "/administer"])
    def test_every_address_that_is_the_app_s_gets_its_page_anew_each_time(self, client, built, path):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.content == built.read_bytes()
        assert answer["Content-Type"].startswith("text/html")
        assert answer["Cache-Control"] == "no-cache"

    def test_no_script_runs_and_no_style_counts_but_our_own_files(self, client, built):
        policy = client.get("/")["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_a_clone_without_the_built_pages_says_what_to_do(self, client, tmp_path, settings):
        settings.STATIC_ROOT = tmp_path
        answer = client.get("/")
        assert answer.status_code == 503
        assert "deploy/run" in answer.content.decode()

    def test_the_built_page_keeps_to_the_policy(self, settings):
        built = settings.LAB / "static" / "app" / "index.html"
        if not built.exists():
            pytest.skip("the frontend is not built here")
        page = built.read_text()
        scripts = re.findall(r"<script[^>]*>", page)
        assert scripts
        assert all(" src=" in script for script in scripts), "a script within the page would not run"
        assert 'src="/static/app/' in page
        assert not re.search(r"<style|\sstyle=", page), "a style within the page would do nothing"

    def test_watch_needs_little_script_before_its_first_picture(self, settings):
        """200 kB are promised; the rest is room for what browsers and proxies compress worse."""
        if not (settings.LAB / "static" / "app" / "manifest.json").exists():
            pytest.skip("the frontend is not built here")
        assert gzipped(scripts_of("src/features/watch/Watch.tsx")) <= 190_000


class TestWhatIsNotThere:
    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/runs", "/api/v1/nothing/of/that/name"])
    def test_a_mistyped_api_address_is_told_as_json(self, client, method, path):
        answer = getattr(client, method)(path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json() == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": f"No such address: {path}",
        }

    @pytest.mark.parametrize("path", ["/static/app/assets/old-12345678.js", "/ws/nothing", "/sse/nothing"])
    def test_a_missing_file_is_not_answered_with_the_app_s_page(self, client, path):
        assert client.get(path).status_code == 404

    def test_the_admin_without_its_slash_is_still_the_admin(self, client):
        assert client.get("/admin")["Location"] == "/admin/"

    def test_a_name_that_is_not_ours_is_refused(self, client, built):
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400


class TestFiles:
    @pytest.fixture
    def gathered(self, tmp_path, settings):
        settings.STATIC_ROOT = tmp_path / "static"
        assert statics.collect()
        return tmp_path / "static"

    def test_they_are_compressed_and_gathered_again_only_when_they_changed(self, gathered):
        plain = gathered / "admin" / "css" / "base.css"
        assert gzip.decompress(plain.with_name("base.css.gz").read_bytes()) == plain.read_bytes()
        assert not statics.collect()

    def test_only_names_with_a_hash_are_kept_for_ever(self, gathered, settings):
        from whitenoise.middleware import WhiteNoiseMiddleware

        assets = gathered / "app" / "assets"
        assets.mkdir(parents=True, exist_ok=True)
        (assets / "main-B4s0fK2d.js").write_text("1")
        (gathered / "app" / "theme.js").write_text("1")
        server = WhiteNoiseMiddleware(lambda request: None, settings=settings)

        def cache_of(url):
            return dict(server.files[url].get_response("GET", {}).headers)["Cache-Control"]

        assert cache_of("/static/app/assets/main-B4s0fK2d.js") == "max-age=315360000, public, immutable"
        assert cache_of("/static/app/theme.js") == "max-age=3600, public"


def test_the_admin_repeats_the_tokens_of_the_pages_as_they_are():
    tokens = (ROOT / "frontend" / "src" / "ui" / "tokens.css").read_text()
    ours = (ROOT / "backend" / "lab" / "static" / "lab" / "admin.css").read_text()
    light, dark = (dict(re.findall(r"(--[\w-]+): ?(#\w+)", block)) for block in tokens.split("[data-theme=dark]"))
    blocks = [dict(found) for block in ours.split("}") if (found := re.findall(r"(--[\w-]+): (#\w+)", block))]
    assert len(blocks) == 3
    for block, theme in zip(blocks, (light, dark, dark), strict=True):
        assert block.items() <= theme.items()
