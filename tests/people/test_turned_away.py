"""Who loses a right loses what they watch: on the running product, by both transports, from one process to another.

How long it takes is printed. What is asserted is that it was the notice that did it: the look at the sessions that
comes by itself is `CHECK_EVERY` seconds apart.
"""

import asyncio
import json
import time

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from lab.watch.room import CHECK_EVERY

pytestmark = pytest.mark.learns


class Visitor:
    """A browser: cookies, the CSRF token, and what it watches."""

    def __init__(self, url):
        self.url = url
        self.client = httpx.Client(base_url=f"{url}/api/v1", timeout=30)
        self._renew()

    def _renew(self):
        self.client.headers["X-CSRFToken"] = self.client.get("/me").json()["csrf"]

    def say(self, path, method="POST", **content):
        answer = self.client.request(method, path, json=content)
        assert answer.is_success, answer.text
        self._renew()
        return answer.json() if answer.content else None

    @property
    def headers(self):
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        return {"Cookie": cookies, "Origin": self.url}

    async def by_socket(self, path, ready):
        """The code a WebSocket ends with."""
        async with connect(self.url.replace("http", "ws") + f"/ws{path}", additional_headers=self.headers) as wire:
            try:
                async for message in wire:
                    if isinstance(message, str) and json.loads(message)["type"] == "hello":
                        ready.set()
            except ConnectionClosed:
                pass
            return wire.close_code

    async def by_stream(self, path, ready):
        """The code a stream of events ends with."""
        async with (
            httpx.AsyncClient(headers=self.headers, timeout=60) as client,
            client.stream("GET", f"{self.url}/sse{path}") as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith('data: {"type":"hello"'):
                    ready.set()
                if line.startswith('data: {"code"'):
                    return json.loads(line.removeprefix("data: "))["code"]
        return None


@pytest.fixture(scope="module")
def lesson(hamlet_up):
    """A class with a run of its own, on the running product."""
    teacher = Visitor(hamlet_up.url)
    teacher.say("/auth/login", username="instructor", password=hamlet_up.password)
    classroom = teacher.say("/classes", name="Elsinore")
    config = {"level": "L0_0_minimal", "seed": 1, "steps": 10_000_000_000}
    run = teacher.say("/runs", name="in class", config=config, pace=8)
    yield teacher, f"/classes/{classroom['id']}", run["id"], classroom["join_code"]
    teacher.say(f"/runs/{run['id']}/stop")
    teacher.say("/me", "PATCH", classroom=None)


def came(lesson, url, how):
    """Someone in the class, and what ends their visit."""
    teacher, place, _, code = lesson
    visitor = Visitor(url)
    if how == "guest link revoked":
        link = teacher.say(f"{place}/guests", hours=1)
        visitor.say("/auth/guest", secret=link["secret"])
        return visitor, lambda: teacher.say(f"{place}/guests/{link['id']}", "DELETE")
    visitor.say("/auth/join", code=code, nickname=how, pawn=1)
    if how == "signed out":
        return visitor, lambda: visitor.say("/auth/logout")
    members = teacher.client.get(place).json()["members"]
    (member,) = [one["id"] for one in members if one["name"] == how]
    return visitor, lambda: teacher.say(f"{place}/members/{member}", "DELETE")


@pytest.mark.parametrize("how", ["guest link revoked", "member removed", "signed out"])
async def test_open_streams_end_at_once(hamlet_up, lesson, how):
    visitor, end = await asyncio.to_thread(came, lesson, hamlet_up.url, how)
    stays, leave = await asyncio.to_thread(came, lesson, hamlet_up.url, "stays")
    run = lesson[2]
    ways = [(way, path) for way in ("by_socket", "by_stream") for path in (f"/runs/{run}", f"/runs/{run}/lanes")]

    async def watch(who, way, path, ready):
        code = await getattr(who, way)(path, ready)
        return code, time.monotonic()

    signs = [asyncio.Event() for _ in range(len(ways) + 2)]
    watching = [asyncio.ensure_future(watch(visitor, *way, ready)) for way, ready in zip(ways, signs[:-2], strict=True)]
    others = [
        asyncio.ensure_future(watch(stays, *way, ready)) for way, ready in zip(ways[::2], signs[-2:], strict=True)
    ]
    await asyncio.wait_for(asyncio.gather(*(sign.wait() for sign in signs)), 30)
    await asyncio.sleep(1.0)  # the look at the sessions that the newcomers call for is over

    began = time.monotonic()
    ending = asyncio.ensure_future(asyncio.to_thread(end))
    ended = await asyncio.wait_for(asyncio.gather(*watching), 30)
    await ending
    slowest = max(at for _, at in ended) - began
    print(f"\n{how}: the last of {len(ways)} streams closed {slowest:.2f} s after the request was sent")
    assert {code for code, _ in ended} == {4401}
    assert slowest < 1.0 < CHECK_EVERY - 1.0
    assert not any(other.done() for other in others), "nobody else is disturbed"
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.to_thread(leave)
    again = await asyncio.wait_for(visitor.by_stream(f"/runs/{run}", asyncio.Event()), 10)
    assert again == 4401, "and they do not come back in"
