"""What must stay between two is not written down by a third: no log of the running product holds a secret."""

from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.people.test_turned_away import Visitor

pytestmark = pytest.mark.learns


def test_no_log_holds_a_password_a_token_a_code_or_a_session(hamlet_up):
    teacher = Visitor(hamlet_up.url)
    wrong = "not-the-password-of-anyone"
    for body in ({"password": wrong}, {"password": [wrong]}, {"password": wrong, "remember": True}):
        assert teacher.client.post("/auth/login", json={"username": "instructor", **body}).is_client_error
    assert teacher.client.post("/auth/login", content=f'{{"password": "{wrong}"').is_client_error
    teacher.say("/auth/login", username="instructor", password=hamlet_up.password)
    classroom = teacher.say("/classes", name="Elsinore")
    place = f"/classes/{classroom['id']}"
    token = teacher.say("/tokens", name="secret", scope="read", days=1)["token"]
    hook = teacher.say("/webhooks", url="https://lab.school.org/hook", events=["finished"])
    guest = teacher.say(f"{place}/guests", hours=1)["secret"]
    (card,) = teacher.say(f"{place}/cards", names=["ophelia"])["items"]
    student = Visitor(hamlet_up.url)
    student.say("/auth/card", code=card["code"], words=card["words"])

    forged = f"{token[:-4]}xxxx"
    for bearer in (token, forged):
        for path in ("/api/v1/runs", "/api/v1/runs/none", "/metrics", "/sse/runs/none"):
            httpx.get(f"{hamlet_up.url}{path}", headers={"Authorization": f"Bearer {bearer}"}, timeout=30)
    sessions = [visitor.client.cookies["sessionid"] for visitor in (teacher, student)]
    with (
        suppress(ConnectionClosed),
        connect(f"{hamlet_up.url.replace('http', 'ws')}/ws/runs/none", additional_headers=student.headers) as wire,
    ):
        wire.send("no JSON")
    teacher.client.delete(f"/webhooks/{hook['id']}")
    teacher.say("/me", "PATCH", classroom=None)

    key = (hamlet_up.data / "secret_key").read_text()
    secrets = [wrong, token, forged, hook["secret"], guest, card["words"], *sessions, key]
    logs = [hamlet_up.output, *(path.read_text(errors="replace") for path in (hamlet_up.data / "logs").rglob("*.*"))]
    assert all(len(secret) >= 8 for secret in secrets)
    found = [line for log in logs for line in log.splitlines() if any(secret in line for secret in secrets)]
    assert found == []
    before, ready, after = hamlet_up.output.partition("\nReady: ")
    assert ready
    assert hamlet_up.password not in after, "it is shown once, to who has started HAMLET"
    assert before.count(hamlet_up.password) == 1
