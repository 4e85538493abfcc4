"""Watching a real training on the real product, by both servers and both transports, from clients that are cut off."""

import asyncio
import base64
import json
import random

import httpx
import pytest
from websockets.asyncio.client import connect

from hamlet.tape.wire import decode_frame, verify
from lab.watch.window import Shown
from tests.product import HamletUp

pytestmark = pytest.mark.learns
CUTS = 100


class Watched:
    """A product with a run that trains on L1, and who is signed in to it."""

    def __init__(self, product):
        self.product = product
        self.client = httpx.Client(base_url=f"{product.url}/api/v1", timeout=30)
        self.renew_token()
        signed = self.client.post("/auth/login", json={"username": "instructor", "password": product.password})
        assert signed.status_code == 200, signed.text
        self.renew_token()
        # A budget that no machine uses up while these tests last: a run that has ended has nothing to show.
        config = {"level": "L1_full_observability", "seed": 3, "steps": 10_000_000_000}
        launched = self.client.post("/runs", json={"name": "on the wire", "config": config})
        assert launched.status_code == 201, launched.text
        self.run = launched.json()["id"]

    def renew_token(self):
        self.client.headers["X-CSRFToken"] = self.client.get("/me").json()["csrf"]

    @property
    def headers(self):
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        return {"Cookie": cookies, "Origin": self.product.url}


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def watched(request, tmp_path_factory):
    if request.param == "daphne":  # which is the product's own choice
        product = request.getfixturevalue("hamlet_up")
        yield Watched(product)
        product.stop_runs()
        return
    product = HamletUp(tmp_path_factory.mktemp(request.param) / "data", HAMLET_SERVER=request.param)
    yield Watched(product)
    product.stop()


async def by_socket(watched, after):
    """Frames of the run, acknowledged as they come."""
    url = watched.product.url.replace("http", "ws") + f"/ws/runs/{watched.run}"
    query = f"?after={after}" if after else ""
    async with connect(url + query, additional_headers=watched.headers, max_size=2**24) as wire:
        seen = 0
        async for message in wire:
            if isinstance(message, bytes):
                seen += 1
                await wire.send(json.dumps({"type": "ack", "n": seen}))
                yield message


async def by_stream(watched, after):
    url = f"{watched.product.url}/sse/runs/{watched.run}"
    headers = {**watched.headers, **({"Last-Event-ID": after} if after else {})}
    async with (
        # Not to verify saves reading all certificates of the machine at each cut; there is no TLS here.
        httpx.AsyncClient(headers=headers, timeout=60, verify=False) as client,
        client.stream("GET", url) as answer,
    ):
        line, event, seen = "", {}, 0
        async for text in answer.aiter_lines():
            if text:
                name, _, value = text.partition(": ")
                event[name] = value
                continue
            if event.get("event") == "line":
                line = event["data"]
            elif event.get("event") == "frame":
                seen += 1
                ack = json.dumps({"type": "ack", "n": seen})
                assert (await client.post(url, params={"line": line}, content=ack)).status_code == 204
                yield base64.b64decode(event["data"])
            event = {}


class Screen:
    """What a page has been shown, in order; complains about anything that is twice or missing."""

    def __init__(self):
        self.after = self.life = None
        self.frames = self.whole = self.broken_off = 0

    def show(self, data):
        frame = decode_frame(data)
        self.frames += 1
        if frame["seq"] == 0:
            assert self.life is None or frame["episode"] > self.life["episode"], "a life came twice"
            self.broken_off += self.life is not None and self.life["end"] is None
        else:
            assert frame["episode"] == self.life["episode"]
            assert (frame["seq"], frame["first"]) == (
                self.life["seq"] + 1,
                self.life["first"] + len(self.life["cols"]["x"]),
            )
        assert verify(frame, self.life["hash"] if frame["seq"] else None)
        self.life = frame
        self.whole += frame["end"] is not None
        self.after = Shown(frame["episode"], frame["seq"], data).id


async def cut_off(watched, transport, dice):
    """What a screen has been shown after so many cuts."""
    screen = Screen()

    async def look():
        async for data in transport(watched, screen.after):
            screen.show(data)

    async with asyncio.timeout(60):
        while not screen.frames:  # the first life
            await asyncio.wait({first := asyncio.ensure_future(look())}, timeout=2)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
    for _ in range(CUTS):
        looking = asyncio.ensure_future(look())
        await asyncio.wait({looking}, timeout=dice.uniform(0.02, 0.2))
        if looking.done():
            looking.result()  # an assertion, or the server ended the line
            pytest.fail(f"{transport.__name__}: the line ended by itself")
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await asyncio.sleep(dice.uniform(0, 0.05))
    print(f"{transport.__name__}: {screen.frames} frames, {screen.whole} whole lives, {screen.broken_off} broken off")
    return screen


async def test_a_hundred_cuts_leave_no_gap_and_nothing_comes_twice(watched):
    """By both transports at once, each to its own screen."""
    for screen in await asyncio.gather(
        cut_off(watched, by_socket, random.Random(7)), cut_off(watched, by_stream, random.Random(8))
    ):
        # How much there is to see depends on the machine; that there was something, and lives to their end, does not.
        assert screen.frames > CUTS / 10
        assert screen.whole > 1
        assert screen.broken_off == 0
