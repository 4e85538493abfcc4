"""All lanes at once, from the worker to a page: on a real Valkey, and at no cost while nobody looks."""

import asyncio
import time

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connections

from hamlet.tape.lanes import decode_lanes
from lab.asgi import application
from lab.training import worker
from lab.watch import live, overview
from lab.watch.looker import ON_THE_WAY
from lab.watch.overview import Overview
from tests.runs.stand_in import Lives
from tests.watch.test_socket import shown
from tests.watch.viewers import PATIENCE, SocketPage, StreamPage, cookie_of, headers


class Lanes:
    """Three lanes; the steps say which picture it is."""

    steps = 0
    positions = np.array([[1, 2], [3, 4], [5, 6]])
    ages = np.array([7, 8, 9])


class LookingSocket(SocketPage):
    """A page that looks at all lanes, on a WebSocket."""

    def __init__(self, run, cookie=None):
        self.line = WebsocketCommunicator(application, f"/ws/runs/{run}/lanes", headers(cookie))


class LookingStream(StreamPage):
    """The same with server-sent events."""

    path = "/sse/runs/{}/lanes"


@pytest.fixture(params=[LookingSocket, LookingStream], ids=["websocket", "events"])
def looking_page(request):
    return request.param


@pytest.fixture(autouse=True)
async def _quick(monkeypatch):
    monkeypatch.setattr(overview, "PICTURES_A_SECOND", 1000.0)
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def run(launch):
    run = await sync_to_async(launch)()
    await sync_to_async(live.off_air)(run.pk)
    return run


@pytest.fixture
async def looks(run, ophelia, looking_page):
    page = await looking_page(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    await page.news("hello")
    yield page
    await page.disconnect()


def taken(view, lanes, steps):
    lanes.steps = steps
    view._next = 0.0
    view.take(lanes)
    assert view._box.flush(PATIENCE)


async def test_whoever_looks_gets_pictures_once_a_frame_has_told_the_worker(run, looks):
    view, lanes = Overview(run.pk), Lanes()
    await sync_to_async(taken)(view, lanes, 1)  # nobody is known to look yet
    await sync_to_async(shown)(run, [0])
    await sync_to_async(taken)(view, lanes, 2)
    picture = decode_lanes(await looks.frame())
    assert (picture["run"], picture["steps"], picture["of"]) == (str(run.pk), 2, 3)
    assert (picture["x"].tolist(), picture["y"].tolist(), picture["age"].tolist()) == ([1, 3, 5], [2, 4, 6], [7, 8, 9])


async def test_while_nobody_looks_no_picture_is_taken(run, looks):
    view = Overview(run.pk)
    await sync_to_async(shown)(run, [0])
    assert view.run in view._box.looked_at
    await looks.disconnect()
    await asyncio.sleep(0.2)
    await sync_to_async(shown)(run, [1])
    assert view.run not in view._box.looked_at
    view.take(None)
    assert not view._broken  # it would be, had it looked at the lanes


async def test_a_page_that_says_nothing_has_few_pictures_on_the_way_and_then_gets_the_newest(run, looks):
    view, lanes = Overview(run.pk), Lanes()
    await sync_to_async(shown)(run, [0])
    for steps in range(1, 10):
        await sync_to_async(taken)(view, lanes, steps)
    assert [decode_lanes(await looks.frame())["steps"] for _ in range(ON_THE_WAY)] == [1, 2, 3]
    assert await looks.silent()
    await looks.say(type="ack", n=1)
    assert decode_lanes(await looks.frame())["steps"] == 9


async def test_whoever_looks_at_the_lanes_is_not_counted_twice(run, looks):
    assert await sync_to_async(live.viewers)([run.pk]) == {run.pk: 0}


@pytest.mark.parametrize(("who", "code"), [(None, 4401), ("ophelia", 4404)])
async def test_without_a_session_or_a_run_the_line_is_closed_with_a_reason(run, ophelia, looking_page, who, code):
    cookie = await sync_to_async(cookie_of)(ophelia) if who else None
    page = await looking_page(run.pk if code == 4401 else "none", cookie).open()
    assert await page.closed() == code


@pytest.mark.parametrize("text", ['{"type": "ack", "n": 1}', "{"])
async def test_a_message_that_is_none_closes_the_line(looks, text):
    await looks.send(text)
    assert await looks.closed() == 4400


async def test_a_defect_here_costs_the_pictures_and_not_the_training(run, looks):
    view = Overview(run.pk)
    await sync_to_async(shown)(run, [0])
    for _ in range(2):
        view._next = 0.0
        view.take(None)
    assert view._broken


def test_pictures_keep_their_rate_whatever_the_steps(valkey, monkeypatch):
    monkeypatch.setattr(overview, "PICTURES_A_SECOND", 6.0)
    clock, sent = [1000.0], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    box = type("Box", (), {"looked_at": {"r"}, "lanes": lambda self, run, data: sent.append(clock[0])})()
    view = Overview("r", box)
    for _ in range(1000):
        view.take(Lanes())
        clock[0] += 0.01
    assert 59 <= len(sent) <= 61


def test_a_slice_takes_pictures_of_its_trainer(run_sync, slice_of, monkeypatch):
    seen = []
    monkeypatch.setattr(worker.Overview, "take", lambda self, lanes: seen.append(lanes.steps))
    slice_of(run_sync, Lives)
    assert seen == list(range(1, 49))


@pytest.fixture
def run_sync(launch):
    return launch()


def test_the_real_trainer_shows_its_lanes():
    from hamlet.learning import Trainer
    from hamlet.learning.config import TrainConfig

    trainer = Trainer(TrainConfig(level="L0_0_minimal", lanes=5, rollout=8, steps=400, minibatches=1))
    assert trainer.positions.shape == (5, 2)
    assert trainer.ages.shape == (5,)
    for _ in zip(range(6), trainer.run(), strict=False):
        pass
    assert trainer.ages[0] > 0
