"""Webhooks: who is told of what, once; how it is signed; that it is tried again; and where it never goes."""

import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from lab.hooks import send, services
from lab.hooks.models import Delivery, Webhook
from lab.people.errors import ConflictError, NotForYouError, PeopleError
from lab.runs.models import Run
from tests.people.pages import Page, refused
from tests.runs.test_api import some_runs


class Listener:
    """A program that listens: what it was sent, and what it answers (`status`)."""

    def __init__(self):
        self.heard, self.status, outer = [], 200, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told?who=me"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook(polonius, listener, settings):
    """Polonius', of all events of his own runs, to a program on this machine."""
    settings.HAMLET_WEBHOOKS_PRIVATE = True
    return services.webhook_make(
        person=polonius, url=listener.url, events=["finished", "failed", "goal"], goal=100.0, own=True
    )


def ended(owner, state="finished", **changes):
    (run,) = some_runs(owner, 1)
    Run.objects.filter(pk=run.pk).update(
        state=state, finished_at=timezone.now(), queued_at=None, sent_at=None, lease_until=None, **changes
    )
    return Run.objects.get(pk=run.pk)


def go(now=None):
    """What the beat and a worker do in one round."""
    services.news_note(now)
    return [services.delivery_send(row, now) for row in services.deliveries_due(now)]


# ------------------------------------------------------------------------------------------------- telling


def test_the_end_of_a_run_is_told_once_and_signed(hook, listener, polonius):
    run = ended(polonius)
    (delivery,) = go()
    assert go() == []
    ((path, headers, body),) = listener.heard
    assert path == "/told?who=me"
    told = json.loads(body)
    assert (told["event"], told["run"]["id"], told["run"]["state"]) == ("finished", str(run.pk), "finished")
    signed = headers["X-Hamlet-Timestamp"].encode() + b"." + body
    expected = hmac.new(hook.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Hamlet-Signature"] == f"sha256={expected}"
    assert (headers["X-Hamlet-Event"], headers["X-Hamlet-Delivery"]) == ("finished", str(delivery.pk))
    assert (delivery.state, delivery.status, delivery.tries) == ("delivered", 200, 1)


def test_a_run_that_was_resumed_ends_again(hook, listener, polonius):
    run = ended(polonius, "failed", message="The loss became NaN.")
    go()
    Run.objects.filter(pk=run.pk).update(state="finished", finished_at=timezone.now())
    go()
    assert [json.loads(body)["event"] for _, _, body in listener.heard] == ["failed", "finished"]


def test_a_goal_is_told_when_an_examination_reaches_it_and_not_before(hook, listener, polonius):
    (run,) = some_runs(polonius, 1)
    Run.objects.filter(pk=run.pk).update(best=99.9)
    assert go() == []
    Run.objects.filter(pk=run.pk).update(best=100.0)
    assert [row.event for row in go()] == ["goal"]
    Run.objects.filter(pk=run.pk).update(best=150.0)
    assert go() == []
    assert json.loads(listener.heard[0][2])["goal"] == 100.0


def test_only_what_was_asked_for_is_told(hook, listener, polonius):
    Webhook.objects.update(events=["failed"], goal=None)
    ended(polonius, "finished", best=500.0)
    assert go() == []


def test_what_happened_before_is_not_told(hook, polonius):
    run = ended(polonius)
    Run.objects.filter(pk=run.pk).update(finished_at=hook.created_at - timedelta(seconds=1))
    assert go() == []


@pytest.mark.parametrize(("own", "told"), [(True, 0), (False, 1)])
def test_runs_of_others_are_told_to_whom_asks_for_all_they_see(hook, own, told, django_user_model):
    Webhook.objects.update(own=own)
    ended(django_user_model.objects.create_user("osric", role="instructor"))
    assert len(go()) == told


def test_who_may_not_see_a_run_is_not_told_of_it(hook, polonius, django_user_model, listener):
    from lab.people import classes

    Webhook.objects.update(own=False)
    other = django_user_model.objects.create_user("osric", role="instructor")
    ended(other, classroom=classes.class_make(by=other, name="Norway"))
    polonius.role = "assistant"
    polonius.save()
    assert go() == []
    polonius.is_active = False
    polonius.save()
    ended(polonius)
    assert go() == []


# ---------------------------------------------------------------------------------------------- trying again


def test_what_was_not_taken_is_tried_again_later_each_time_and_fails_in_the_end(hook, listener, polonius):
    listener.status = 500
    ended(polonius)
    now = timezone.now()
    (delivery,) = go(now)
    for wait in services.WAITS:
        assert (delivery.state, delivery.status, delivery.next_at) == ("pending", 500, now + wait)
        assert go(now + wait - timedelta(seconds=1)) == []
        now += wait
        (delivery,) = go(now)
    assert (delivery.state, delivery.message, len(listener.heard)) == ("failed", "It answered 500.", 6)
    assert go(now + timedelta(days=1)) == []


def test_a_later_try_may_succeed(hook, listener, polonius):
    listener.status = 503
    ended(polonius)
    go()
    listener.status = 204
    (delivery,) = go(timezone.now() + timedelta(seconds=11))
    assert (delivery.state, delivery.tries, delivery.message) == ("delivered", 2, "")


def test_two_workers_do_not_send_the_same(hook, polonius):
    ended(polonius)
    services.news_note()
    assert len(services.deliveries_due()) == 1
    assert services.deliveries_due() == []


def test_one_that_a_worker_took_to_its_grave_is_sent_again(hook, polonius):
    ended(polonius)
    services.news_note()
    services.deliveries_due()
    assert len(services.deliveries_due(timezone.now() + services.UNDER_WAY)) == 1


def test_a_redirect_is_not_followed(hook, listener, polonius):
    listener.status = 302
    ended(polonius)
    (delivery,) = go()
    assert (delivery.state, delivery.status) == ("pending", 302)
    assert [path for path, _, _ in listener.heard] == ["/told?who=me"]


# ------------------------------------------------------------------------------------------- where it never goes


INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_our_own_network_is_known_in_every_spelling(address):
    assert not send.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_and_one_of_the_internet_too(address):
    assert send.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/", "http://[::1]/", "http://localhost:8000/admin/", "http://169.254.169.254/latest",
        "http://lab.local/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "example.org", "",
        "http://user:word@example.org/", "http://exa mple.org/", "http://example.org:99999/", "https://", "x" * 600,
        "http://example.org/\r\nHost: other",
    ],
)  # fmt: skip
def test_what_is_no_address_for_us_is_not_registered(polonius, url):
    refused(Page(polonius).say("/webhooks", url=url, events=["finished"]), 422, "url")
    assert not Webhook.objects.exists()


def test_a_name_that_stands_for_our_own_network_is_not_spoken_to(hook, listener, polonius, settings, monkeypatch):
    settings.HAMLET_WEBHOOKS_PRIVATE = False
    Webhook.objects.update(url=f"http://rebind.example:{listener.server.server_port}/")
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.server.server_port))]
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))]
    ended(polonius)
    for found in (here, there + here):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
        Delivery.objects.update(next_at=timezone.now())
        (delivery,) = go()
        assert "private network" in delivery.message
    assert listener.heard == []


def test_a_name_is_looked_up_once_and_that_address_is_spoken_to(monkeypatch):
    """DNS rebinding: what the name means at the second asking does not matter, for there is none."""
    asked, reached = [], []

    def looked_up(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address, *_, **__):
        reached.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(send.SendError, match="Connection refused"):
        send.post("http://rebind.example/", b"{}", {}, private=False)
    assert (asked, reached) == (["rebind.example"], [("8.8.8.8", 80)])


# -------------------------------------------------------------------------------------------- the pages' side


def test_a_webhook_is_made_tried_looked_at_and_removed(polonius, listener, settings):
    settings.HAMLET_WEBHOOKS_PRIVATE = True
    page = Page(polonius)
    made = page.say("/webhooks", url=listener.url, events=["goal", "finished"], goal=120.5, own=False).json()
    assert len(made["secret"]) > 30
    (told,) = page.ask("/webhooks").json()["items"]
    assert "secret" not in told
    assert (told["events"], told["goal"], told["own"], told["last"]) == (["goal", "finished"], 120.5, False, None)
    assert page.say(f"/webhooks/{made['id']}/ping").status_code == 201
    go()
    (delivery,) = page.ask(f"/webhooks/{made['id']}/deliveries").json()["items"]
    assert (delivery["event"], delivery["state"], delivery["status"]) == ("ping", "delivered", 200)
    assert page.say(f"/webhooks/{made['id']}", "DELETE").status_code == 204
    assert page.ask("/webhooks").json()["items"] == []


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"events": []}, "events"), ({"events": ["party"]}, "events.0"), ({"events": ["goal"]}, "goal"),
        ({"events": ["finished"], "goal": 5}, "goal"), ({"events": ["goal"], "goal": -1}, "goal"),
        ({"events": ["finished"], "person": 1}, "person"), ({"events": ["finished"], "secret": "mine"}, "secret"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_refused_by_name(polonius, content, field):
    refused(Page(polonius).say("/webhooks", url="https://example.org/", **content), 422, field)


def test_there_is_a_limit_and_students_have_none(polonius, ophelia):
    asked = {"url": "https://example.org/", "events": ["finished"], "goal": None, "own": True}
    for _ in range(services.MOST):
        services.webhook_make(person=polonius, **asked)
    with pytest.raises(ConflictError):
        services.webhook_make(person=polonius, **asked)
    with pytest.raises(NotForYouError):
        services.webhook_make(person=ophelia, **asked)
    with pytest.raises(PeopleError):
        services.webhook_make(person=polonius, **{**asked, "url": "http://10.0.0.1/"})
