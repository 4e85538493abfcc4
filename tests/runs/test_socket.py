"""What a viewer of a run gets, on both ways to watch, through the whole of the ASGI application, on a real Valkey."""

import asyncio

import msgpack
import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections

from hamlet.tape.episode import Tape
from hamlet.tape.wire import Framer
from lab.runs import live, outbox, room, services, slices
from lab.runs.live import LivePublisher
from lab.runs.viewer import MOST_MESSAGES
from tests.runs.viewers import SocketPage, StreamPage, cookie_of
from tests.tape.lives import life


@pytest.fixture(autouse=True)
async def _quick(monkeypatch):
    monkeypatch.setattr(room, "CHECK_EVERY", 0.4)
    monkeypatch.setattr(room, "GATHER", 0.05)
    yield
    await sync_to_async(connections.close_all)()  # of the thread that asgiref keeps for this test's loop


@pytest.fixture
async def run(launch):
    run = await sync_to_async(launch)()
    await sync_to_async(live.off_air)(run.pk)
    return run


@pytest.fixture(params=[SocketPage, StreamPage])
def page_of(request):
    """Both ways to watch: a WebSocket, and server-sent events."""
    return request.param


@pytest.fixture
async def ophelia_watches(run, ophelia, page_of):
    viewer = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    yield viewer
    await viewer.disconnect()


def shown(run, lives, steps=40, box=None):
    """Put lives on the air, as a worker does."""
    publisher = LivePublisher(str(run.pk), Framer(chunk_ms=70), box or outbox.outbox())
    tape = Tape(str(run.pk), "L1_full_observability", "00" * 32)
    for number in lives:
        for event in life(number, steps):
            publisher.take(tape.take(event))
    assert publisher._box.flush(5)


async def test_it_begins_with_how_the_run_is(run, ophelia_watches):
    hello = await ophelia_watches.news("hello")
    assert (hello["run"]["id"], hello["run"]["state"], hello["run"]["place"]) == (str(run.pk), "queued", 1)
    assert hello["server_ms"] > 1.7e12


async def test_frames_are_passed_on_as_the_very_same_bytes(run, ophelia_watches):
    await ophelia_watches.news("hello")
    await sync_to_async(shown)(run, [0])
    sent = [msgpack.unpackb(message)["data"] for message in outbox.client().lrange(outbox.air_key(run.pk), 0, -1)]
    assert len(sent) == 4
    assert [await ophelia_watches.frame() for _ in sent] == sent


async def test_who_comes_late_sees_the_life_from_its_beginning(run, polonius, ophelia_watches, page_of):
    await ophelia_watches.news("hello")
    publisher = LivePublisher(str(run.pk), Framer(chunk_ms=70))
    tape = Tape(str(run.pk), "L1_full_observability", "00" * 32)
    events = list(life(3, 40))
    for event in events[:25]:
        publisher.take(tape.take(event))
    first = await ophelia_watches.frame()
    late = await page_of(run.pk, await sync_to_async(cookie_of)(polonius)).open()
    await late.news("hello")
    assert await late.frame() == first
    for event in events[25:]:
        publisher.take(tape.take(event))
    for n in range(2, 5):
        assert await ophelia_watches.frame() == await late.frame()
        await late.say(type="ack", n=n)
    await late.disconnect()


async def test_a_viewer_who_acknowledges_nothing_gets_eight_frames_and_all_news(run, ophelia_watches):
    await ophelia_watches.news("hello")
    await ophelia_watches.news("viewers")
    await sync_to_async(shown)(run, range(6))
    for _ in range(8):
        await ophelia_watches.frame()
    assert await ophelia_watches.silent()
    live.tell(run.pk, {"type": "evaluation", "evaluation": {}})
    assert await ophelia_watches.news("evaluation")
    await ophelia_watches.say(type="ack", n=8)
    assert await ophelia_watches.frame()


async def test_a_change_of_state_is_told(run, polonius, ophelia_watches):
    await ophelia_watches.news("hello")
    await sync_to_async(slices.slice_claim)(run.pk, 0, "worker one")
    assert (await ophelia_watches.news("run"))["run"]["state"] == "training"
    await sync_to_async(services.run_stop)(run=run, by=polonius)
    assert (await ophelia_watches.news("run"))["run"]["state"] == "stopping"


async def test_a_ping_is_answered_with_both_clocks(ophelia_watches):
    await ophelia_watches.say(type="ping", t=12.5)
    pong = await ophelia_watches.news("pong")
    assert pong["t"] == 12.5
    assert pong["server_ms"] > 1.7e12


async def test_viewers_are_counted_and_told(run, polonius, ophelia_watches, page_of):
    assert (await ophelia_watches.news("viewers"))["count"] == 1
    other = await page_of(run.pk, await sync_to_async(cookie_of)(polonius)).open()
    assert (await ophelia_watches.news("viewers"))["count"] == 2
    assert await sync_to_async(live.viewers)([run.pk]) == {run.pk: 2}
    await other.disconnect()
    assert (await ophelia_watches.news("viewers"))["count"] == 1


async def test_a_small_picture_on_a_list_is_nobody_who_watches(run, polonius, ophelia_watches, page_of):
    assert (await ophelia_watches.news("viewers"))["count"] == 1
    await page_of(run.pk, await sync_to_async(cookie_of)(polonius), "?glance=1").open()
    await asyncio.sleep(0.6)  # longer than the room gathers, and than it takes between two checks
    assert await sync_to_async(live.viewers)([run.pk]) == {run.pk: 1}


@pytest.mark.parametrize("cookie", [None, "forged0forged0forged0forged0forg"])
async def test_without_a_session_there_is_nothing_to_see(run, cookie, page_of):
    viewer = await page_of(run.pk, cookie).open()
    assert await viewer.closed() == 4401


async def test_an_expired_session_is_no_session(run, ophelia, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    await Session.objects.filter(session_key=cookie).aupdate(expire_date="2026-01-01T00:00Z")
    viewer = await page_of(run.pk, cookie).open()
    assert await viewer.closed() == 4401


@pytest.mark.parametrize("run_id", ["00000000-0000-0000-0000-000000000000", "none", "x" * 500])
async def test_a_run_that_is_not_there_is_said_to_be_not_there(transactional_db, ophelia, run_id, page_of):
    viewer = await page_of(run_id, await sync_to_async(cookie_of)(ophelia)).open()
    assert await viewer.closed() == 4404


async def test_signing_out_closes_open_sockets(run, ophelia, polonius, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    leaves, stays = (
        await page_of(run.pk, cookie).open(),
        await page_of(run.pk, await sync_to_async(cookie_of)(polonius)).open(),
    )
    await leaves.news("hello")
    await Session.objects.filter(session_key=cookie).adelete()
    assert await leaves.closed() == 4401
    await stays.say(type="ping", t=1)
    assert await stays.news("pong")
    await stays.disconnect()


async def test_a_new_password_closes_open_sockets(run, ophelia, ophelia_watches):
    await ophelia_watches.news("hello")
    ophelia.set_password("a sea of troubles")
    await ophelia.asave()
    assert await ophelia_watches.closed() == 4401


@pytest.mark.parametrize(
    "text",
    [
        "to be or not", "[]", "null", "{}", '{"type": "launch"}', '{"type": "ack", "n": "all"}',
        '{"type": "ack", "n": 1e3}',
        '{"type": "ack", "n": 9}', '{"type": "ack", "n": true}', '{"type": "ping", "t": NaN}', '{"type": "ping"}',
        "[" * 250,
    ],
)  # fmt: skip
async def test_what_is_no_message_ends_the_talk(ophelia_watches, text):
    await ophelia_watches.send(text)
    assert await ophelia_watches.closed() == 4400


@pytest.mark.parametrize("page_of", [SocketPage], indirect=True)
async def test_bytes_are_no_message(ophelia_watches):
    await ophelia_watches.line.send_to(bytes_data=b"\x00" * 10)
    assert await ophelia_watches.closed() == 4400


@pytest.mark.parametrize("page_of", [SocketPage], indirect=True)
async def test_a_long_message_ends_the_talk(ophelia_watches):
    await ophelia_watches.say(type="ping", t=1, x="x" * 1000)
    assert await ophelia_watches.closed() == 4400


async def test_a_page_may_not_talk_without_end(ophelia_watches):
    for n in range(MOST_MESSAGES + 20):
        await ophelia_watches.say(type="ping", t=n)
    assert await ophelia_watches.closed() == 4400


async def test_a_page_that_says_nothing_is_not_fed_for_ever(run, ophelia_watches, monkeypatch):
    await ophelia_watches.news("hello")
    monkeypatch.setattr("lab.runs.viewer.MOST_UNHEARD", 1000)
    for _ in range(20):
        live.tell(run.pk, {"type": "metrics", "columns": {"steps": list(range(20))}})
    assert await ophelia_watches.closed() == 4408


async def test_a_stuck_viewer_holds_little_and_delays_nobody(run, polonius, ophelia_watches, page_of):
    stuck = await page_of(run.pk, await sync_to_async(cookie_of)(polonius)).open()
    await stuck.news("hello")
    await ophelia_watches.news("hello")
    seen, whole = 0, 0
    for number in range(40):
        await sync_to_async(shown)(run, [number], steps=30)
        last = False
        while not last:
            data = await ophelia_watches.frame()
            seen, last = seen + 1, b"\xa3end\xc0" not in data
            await ophelia_watches.say(type="ack", n=seen)
        whole += last
    assert whole == 40
    held = 0
    while not await stuck.silent(0.1):
        held += (await stuck.next())[0] == "frame"
    assert held == 8
    await stuck.disconnect()


async def test_other_addresses_are_said_to_be_not_there(ophelia, transactional_db, page_of):
    viewer = await page_of("of/others").open()
    assert await viewer.closed() == 4404


async def test_a_broker_that_is_away_asks_to_come_later(run, ophelia, monkeypatch, page_of):
    async def away(self, socket, episode=None):
        raise OSError("away")

    monkeypatch.setattr(room.Room, "enter", away)
    viewer = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    assert await viewer.closed() == 1013
    await asyncio.sleep(0)
