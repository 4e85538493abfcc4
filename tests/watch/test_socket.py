"""What a viewer of a run gets, on both ways to watch, through the whole of the ASGI application, on a real Valkey."""

import asyncio
import json

import msgpack
import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections

from hamlet.tape.episode import Tape
from hamlet.tape.wire import Framer
from lab import outbox
from lab.people.selectors import token_key
from lab.people.tokens import token_make
from lab.runs import services
from lab.training import slices
from lab.watch import live, room
from lab.watch.live import LivePublisher
from lab.watch.pipe import Pipe
from lab.watch.viewer import MOST_MESSAGES
from lab.watch.window import Shown
from tests.tape.lives import life
from tests.watch.viewers import SocketPage, StreamPage, cookie_of


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


async def test_a_program_watches_with_its_token_until_that_is_revoked(run, ophelia, page_of):
    token, text = await sync_to_async(token_make)(person=ophelia, name="a program", scope="read", days=1)
    program = await page_of(run.pk, f"Bearer {text}").open()
    assert (await program.news("hello"))["run"]["id"] == str(run.pk)
    await sync_to_async(token.delete)()
    assert await program.closed() == 4401
    late = await page_of(run.pk, f"Bearer {text}").open()
    assert await late.closed() == 4401


async def test_the_name_of_a_token_is_no_session(run, ophelia, page_of):
    token, _ = await sync_to_async(token_make)(person=ophelia, name="a program", scope="read", days=1)
    viewer = await page_of(run.pk, token_key(token)).open()
    assert await viewer.closed() == 4401


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


async def test_a_page_may_not_talk_without_end(ophelia_watches, monkeypatch):
    monkeypatch.setattr("lab.watch.viewer.MESSAGES_A_SECOND", 0.0)  # however long this machine takes to say it all
    for n in range(MOST_MESSAGES + 20):
        await ophelia_watches.say(type="ping", t=n)
    assert await ophelia_watches.closed() == 4400


async def test_a_page_that_says_nothing_is_not_fed_for_ever(run, ophelia_watches, monkeypatch):
    await ophelia_watches.news("hello")
    monkeypatch.setattr("lab.watch.viewer.MOST_UNHEARD", 1000)
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


# ------------------------------------------------------------------------------------- going on after a cut


def aired(run, number, steps, upto=None):
    """Put a life on the air, or its beginning; gives its frames so far as they are kept."""
    publisher = LivePublisher(str(run.pk), Framer(chunk_ms=70), outbox.outbox())
    tape = Tape(str(run.pk), "L1_full_observability", "00" * 32)
    for event in list(life(number, steps))[:upto]:
        publisher.take(tape.take(event))
    assert outbox.outbox().flush(5)
    kept = [msgpack.unpackb(message) for message in outbox.client().lrange(outbox.air_key(run.pk), 0, -1)]
    return [Shown(message["episode"], message["seq"], message["data"]) for message in kept]


async def test_who_was_cut_off_gets_the_rest_of_its_life_and_then_the_newest(run, ophelia, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    first = await sync_to_async(aired)(run, 1, 40)
    second = await sync_to_async(aired)(run, 2, 20)
    viewer = await page_of(run.pk, cookie, f"?after={first[1].id}").open()
    wanted = [shown.data for shown in [*first[2:], *second]]
    assert [await viewer.frame() for _ in wanted] == wanted
    await viewer.disconnect()


async def test_who_has_everything_gets_nothing_twice(run, ophelia, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    shown = await sync_to_async(aired)(run, 1, 40, upto=30)
    viewer = await page_of(run.pk, cookie, f"?after={shown[-1].id}").open()
    await viewer.news("viewers")
    assert await viewer.silent()
    await viewer.disconnect()


async def test_who_saw_it_told_otherwise_or_long_ago_begins_anew(run, ophelia, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    shown = await sync_to_async(aired)(run, 5, 20)
    for stranger in (f"5.1.{'00' * 8}", "3.2.0123456789abcdef"):
        viewer = await page_of(run.pk, cookie, f"?after={stranger}").open()
        assert [await viewer.frame() for _ in shown] == [one.data for one in shown]
        await viewer.disconnect()


async def test_last_event_id_resumes_too(run, ophelia):
    cookie = await sync_to_async(cookie_of)(ophelia)
    shown = await sync_to_async(aired)(run, 1, 40)
    viewer = await StreamPage(run.pk, cookie, last=shown[0].id).open()
    assert await viewer.frame() == shown[1].data
    assert viewer.ids == [shown[1].id]
    await viewer.disconnect()


@pytest.mark.parametrize("after", ["x", "1", "1.2", "1.2.zz", "-1.0.0123456789abcdef", "9" * 400])
async def test_what_is_no_frame_cannot_be_gone_on_from(run, ophelia, page_of, after):
    viewer = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia), f"?after={after}").open()
    assert await viewer.closed() == 4400


# --------------------------------------------------------------------------------------------- crowds and ends


async def test_a_run_that_is_deleted_ends_its_viewers_and_disturbs_no_others(run, launch, ophelia, page_of):
    cookie = await sync_to_async(cookie_of)(ophelia)
    other = await sync_to_async(launch)("second")
    leaves, stays = await page_of(run.pk, cookie).open(), await page_of(other.pk, cookie).open()
    await leaves.news("hello")
    await stays.news("hello")
    await sync_to_async(run.delete)()
    assert await leaves.closed() == 4404
    await stays.say(type="ping", t=1)
    assert await stays.news("pong")
    await stays.disconnect()


async def test_a_session_has_only_so_many_pages_and_takes_none_from_others(
    run, ophelia, polonius, page_of, monkeypatch
):
    monkeypatch.setattr("lab.watch.viewer.MOST_A_SESSION", 2)
    greedy = await sync_to_async(cookie_of)(ophelia)
    two = [await page_of(run.pk, greedy).open() for _ in range(2)]
    for page in two:
        await page.news("hello")
    for _ in range(10):
        assert await (await page_of(run.pk, greedy).open()).closed() == 4429
    other = await page_of(run.pk, await sync_to_async(cookie_of)(polonius)).open()
    assert await other.news("hello")
    await two[0].disconnect()
    again = await page_of(run.pk, greedy).open()
    assert await again.news("hello")
    for page in (two[1], other, again):
        await page.disconnect()


async def test_a_full_house_asks_to_come_later(run, ophelia, page_of, ophelia_watches, monkeypatch):
    await ophelia_watches.news("hello")
    monkeypatch.setattr("lab.watch.viewer.MOST_VIEWERS", 1)
    viewer = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    assert await viewer.closed() == 1013


async def test_what_a_viewer_who_never_reads_is_sent_and_kept_stays_below_a_megabyte(run, ophelia, page_of):
    viewers = []
    pipe_put = Pipe.put
    sent = 0

    def counted(self, event):
        nonlocal sent
        sent += len(event.get("bytes") or event.get("body") or (event.get("text") or "").encode())
        pipe_put(self, event)

    page = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    await page.news("hello")
    viewers += room.room().sockets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pipe, "put", counted)
        for episode in range(40):
            for seq in range(10):
                frame = {"type": "run.frame", "episode": episode, "seq": seq, "data": bytes(60_000)}
                viewers[0].take(frame)
                viewers[0].take({"type": "run.news", "text": json.dumps({"type": "metrics", "columns": "x" * 3000})})
    assert viewers[0].closed
    assert sent + viewers[0].window._bytes < 2**20
    await page.disconnect()


# ----------------------------------------------------------------------------------- the way back of a stream


@pytest.fixture
async def stream(run, ophelia):
    page = await StreamPage(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    await page.news("hello")
    yield page
    await page.disconnect()


async def test_a_message_of_a_page_goes_to_its_line(stream):
    assert await stream.post(b'{"type": "ping", "t": 7}') == 204
    assert (await stream.news("pong"))["t"] == 7


@pytest.mark.parametrize("line", ["", "hamletspecific.0", "hamlet__group__run.1", "../x"])
async def test_only_a_line_can_be_spoken_to(stream, line):
    assert await stream.post(b'{"type": "ping", "t": 7}', line) == 403


async def test_other_sites_cannot_speak(stream):
    stream.headers = [(name, value) for name, value in stream.headers if name != b"origin"]
    assert await stream.post(b'{"type": "ping", "t": 7}', more=[(b"origin", b"https://evil.example")]) == 403
    assert await stream.post(b'{"type": "ping", "t": 7}') == 403


async def test_a_long_message_is_refused_unread(stream):
    assert await stream.post(b"x" * 10_000) == 413
    assert await stream.post(b'{"type": "ping", "t": 7}') == 204
    assert await stream.news("pong")


async def test_a_foreign_host_is_not_ours(stream):
    stream.headers = [(b"host", b"evil.example"), (b"origin", b"http://evil.example")]
    assert await stream.post(b'{"type": "ping", "t": 7}') == 400
