"""The live path on a real Valkey: what goes on the air, what is lost when it cannot, and that training never waits."""

import signal
import time

import msgpack
import pytest
import redis

from hamlet.tape.episode import Tape
from hamlet.tape.wire import Framer, decode_frame, verify
from lab import broker, outbox
from lab.outbox import MOST_FRAMES, Frame, Loss, Outbox
from lab.watch import live
from lab.watch.live import LivePublisher
from tests.tape.lives import life


def lives(count, steps=40):
    """Lives of the watched lane, ten seconds of the trainer's clock apart: each goes on the air."""
    tape = Tape("run-1", "L1_full_observability", "00" * 32)
    for number in range(count):
        for event in life(number, steps):
            yield tape.take(event)


@pytest.fixture
def listener(valkey, settings):
    """The group as the fan-out layer hears it."""
    pubsub = outbox.client().pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(f"{settings.KEY_PREFIX}__group__run.run-1")
    pubsub.get_message(timeout=1)

    def heard(count, seconds=5):
        found, end = [], time.monotonic() + seconds
        while len(found) < count and time.monotonic() < end:
            if message := pubsub.get_message(timeout=0.1):
                found.append(msgpack.unpackb(message["data"]))
        return found

    yield heard
    pubsub.close()


class Away:
    """A broker that does not answer."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        raise redis.ConnectionError("away")


def test_a_life_goes_to_the_group_in_frames_that_prove_themselves(listener):
    publisher = LivePublisher("run-1", Framer(chunk_ms=70), Outbox())
    for shown in lives(1):
        publisher.take(shown)
    messages = listener(4)
    assert [m["seq"] for m in messages] == [0, 1, 2, 3]
    assert [m["end"] for m in messages] == [False, False, False, True]
    link = None
    for message in messages:
        frame = decode_frame(message["data"])
        assert verify(frame, link)
        link = frame["hash"]


def test_a_life_that_ends_right_after_a_frame_ends_with_one_of_no_rows(listener):
    publisher = LivePublisher("run-1", Framer(chunk_ms=0), Outbox())
    for shown in lives(1, steps=3):
        publisher.take(shown)
    messages = listener(4)
    assert [len(decode_frame(m["data"])["cols"]["x"]) for m in messages] == [1, 1, 1, 0]
    assert [m["end"] for m in messages] == [False, False, False, True]


def test_the_life_on_the_air_is_kept_for_those_who_come_late(valkey):
    box = Outbox()
    publisher = LivePublisher("run-1", Framer(chunk_ms=70), box)
    for shown in lives(2):
        publisher.take(shown)
    assert box.flush(5)
    kept = [msgpack.unpackb(data) for data in outbox.client().lrange(outbox.air_key("run-1"), 0, -1)]
    assert {m["episode"] for m in kept} == {1}
    assert [m["seq"] for m in kept] == list(range(len(kept)))
    assert 0 < outbox.client().ttl(outbox.air_key("run-1")) <= outbox.AIR_SECONDS
    live.off_air("run-1")
    assert outbox.client().lrange(outbox.air_key("run-1"), 0, -1) == []


def test_a_life_too_long_to_keep_is_not_kept_in_part(valkey, monkeypatch):
    monkeypatch.setattr(outbox, "AIR_BYTES", 4000)
    box = Outbox()
    publisher = LivePublisher("run-1", Framer(chunk_ms=70), box)
    for shown in lives(1):
        publisher.take(shown)
    assert box.flush(5)
    assert outbox.client().lrange(outbox.air_key("run-1"), 0, -1) == []


def test_while_the_broker_is_away_lives_go_by_and_are_counted():
    away = Away()
    publisher = LivePublisher("run-1", Framer(chunk_ms=70), Outbox(away))
    for shown in lives(30):
        publisher.take(shown)
    while publisher._box._sending:
        time.sleep(0.01)
    publisher._count_losses()
    assert publisher.framer.passed == 30
    # It is not asked again for every frame: 30 lives have some hundred of them.
    assert away.asked < 10


def test_when_more_waits_than_can_be_shown_the_newest_wins():
    box = Outbox(Away())
    box._begin = lambda: None  # the thread that would send is slow
    for seq in range(MOST_FRAMES):
        box.frame(Frame("run-1", 1, seq, False, b""))
    box.frame(Frame("run-1", 2, 0, False, b""))
    assert box.losses("run-1") == [Loss("run-1", 1, False), Loss("run-1", 2, False)]
    box.frame(Frame("run-1", 2, 1, False, b""))  # the rest of a life that is lost
    box.frame(Frame("run-1", 3, 0, False, b""))
    assert [frame.episode for frame in box._frames] == [3]


def test_a_life_whose_frame_was_on_its_way_when_it_was_lost_is_lost_once():
    box = Outbox(Away())
    box._begin = lambda: None
    on_its_way = Frame("run-1", 1, 0, False, b"")
    for seq in range(1, MOST_FRAMES + 1):
        box.frame(Frame("run-1", 1, seq, False, b""))
    box.frame(Frame("run-1", 2, 0, False, b""))  # too many wait
    box._failed(None, on_its_way, OSError("away"))
    assert [loss.episode for loss in box.losses("run-1")] == [1, 2]
    box._away_until = 0.0
    for episode in (1, 2):
        box.frame(Frame("run-1", episode, MOST_FRAMES, True, b""))  # the rest of what is lost
    assert not box._frames


def test_what_a_lost_first_frame_told_is_told_by_the_next_one():
    publisher = LivePublisher("run-1", Framer(chunk_ms=70, life_ms=0), Outbox(Away()))
    publisher.framer.passed = 5
    publisher._box._begin = lambda: None
    publisher._box._away_until = time.monotonic() + 60
    for shown in lives(2):
        publisher.take(shown)
    assert publisher.framer.passed == 5 + 2


def test_news_waits_for_a_broker_that_is_away_and_is_bounded(tmp_path, settings):
    """Valkey is killed and started again; what is newest arrives."""
    server = broker.start_valkey(tmp_path)
    client = redis.Redis.from_url(server.url, socket_connect_timeout=1)
    box = Outbox(lambda: client)
    box.news("run-1", {"type": "metrics", "n": -1})
    assert box.flush(5)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    for n in range(outbox.MOST_NEWS + 10):
        box.news("run-1", {"type": "metrics", "n": n})
    assert not box.flush(0.2)
    server = broker.start_valkey(tmp_path)
    pubsub = redis.Redis.from_url(server.url).pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(f"{settings.KEY_PREFIX}__group__run.run-1")
    last, end = b"", time.monotonic() + 20
    while b'"n":521' not in last and time.monotonic() < end:
        last = (pubsub.get_message(timeout=0.1) or {"data": last})["data"]
    server.stop()
    assert b'"n":521' in last


def test_a_defect_on_the_air_does_not_reach_training(monkeypatch, caplog):
    publisher = LivePublisher("run-1", Framer(), Outbox(Away()))
    monkeypatch.setattr(publisher.framer, "take", lambda life: 1 / 0)
    for shown in lives(1):
        publisher.take(shown)
    assert "no longer on the air" in caplog.text
    assert len(caplog.records) == 1
