"""The channel layer: Channels' groups API, one decoding per process, on a real Valkey."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from channels.exceptions import InvalidChannelLayerError

from lab import broker
from lab.fanout import FanoutLayer, Mailbox


@pytest.fixture
async def layer(valkey):
    """One process's worth of a layer."""
    layer = FanoutLayer(hosts=[valkey], prefix="test")
    yield layer
    await layer.flush()


@pytest.fixture
async def elsewhere(valkey):
    """Another process's worth."""
    layer = FanoutLayer(hosts=[valkey], prefix="test")
    yield layer
    await layer.flush()


async def member(layer, group):
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def receive(layer, channel, seconds=5):
    return await asyncio.wait_for(layer.receive(channel), seconds)


async def silent(layer, channel):
    """Whether nothing arrives. Waits by hand, since a cancelled `receive` means that the consumer is gone."""
    await asyncio.sleep(0.3)
    return not layer.channels[channel]._waiting


async def test_a_message_to_a_group_reaches_its_members_in_every_process(layer, elsewhere):
    here, there = await member(layer, "run.1"), await member(elsewhere, "run.1")
    await layer.group_send("run.1", {"type": "frame", "data": b"\x00\xff"})
    assert await receive(layer, here) == await receive(elsewhere, there) == {"type": "frame", "data": b"\x00\xff"}


async def test_all_members_of_a_process_are_handed_the_same_object(layer, elsewhere):
    members = [await member(layer, "run.1") for _ in range(20)]
    await elsewhere.group_send("run.1", {"type": "frame", "data": b"x" * 10_000})
    first, *others = [await receive(layer, channel) for channel in members]
    assert all(other is first for other in others)


async def test_messages_arrive_in_the_order_in_which_they_were_sent(layer, elsewhere):
    channel = await member(layer, "run.1")
    for n in range(200):
        await elsewhere.group_send("run.1", {"type": "frame", "n": n})
    assert [(await receive(layer, channel))["n"] for _ in range(200)] == list(range(200))


async def test_other_groups_and_those_who_left_hear_nothing(layer):
    stranger, leaver, stays = await member(layer, "run.2"), await member(layer, "run.1"), await member(layer, "run.1")
    await layer.group_discard("run.1", leaver)
    await layer.group_send("run.1", {"type": "frame"})
    assert await receive(layer, stays) == {"type": "frame"}
    assert await silent(layer, stranger)
    assert await silent(layer, leaver)


async def test_a_message_to_one_channel_reaches_it_alone(layer, elsewhere):
    one, other = await layer.new_channel(), await layer.new_channel()
    await elsewhere.send(one, {"type": "hello"})
    assert await receive(layer, one) == {"type": "hello"}
    assert await silent(layer, other)


async def test_a_consumer_that_ended_its_wait_leaves_nothing_behind(layer):
    channel = await layer.new_channel()
    waiting = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert channel not in layer.channels
    assert channel not in layer._get_layer()._shards[0]._subscribed_to


async def test_a_consumer_that_does_not_read_keeps_the_newest_and_the_loss_is_counted(caplog):
    mailbox = Mailbox("a slow consumer", capacity=3)
    for n in range(10):
        mailbox.put({"n": n})
    assert [(await mailbox.get())["n"] for _ in range(3)] == [7, 8, 9]
    assert mailbox.dropped == 7
    assert caplog.text.count("a slow consumer does not read") == 1


async def test_a_consumer_may_have_its_messages_handed_to_a_function(layer, elsewhere):
    taken = []
    channel, neighbour = await member(layer, "run.1"), await member(layer, "run.1")
    layer.hand_to(channel, taken.append)
    for n in range(3):
        await elsewhere.group_send("run.1", {"type": "frame", "n": n})
    assert [(await receive(layer, neighbour))["n"] for _ in range(3)] == [0, 1, 2]
    assert [message["n"] for message in taken] == [0, 1, 2]


async def test_ten_thousand_listeners_cost_the_server_one_subscription(layer, elsewhere):
    taken = []
    names = [layer.listener() for _ in range(10_000)]
    for name in names:
        layer.hand_to(name, taken.append)
        await layer.group_add("run.1", name)
    await elsewhere.group_send("run.1", {"type": "frame", "data": b"x"})
    async with asyncio.timeout(20):
        while len(taken) < len(names):
            await asyncio.sleep(0.01)
    assert all(message is taken[0] for message in taken)
    assert len(layer._get_layer()._shards[0]._subscribed_to) == 1
    for name in names:
        await layer.group_discard("run.1", name)
        await layer.forget(name)
    assert not layer.channels
    assert not layer._get_layer()._shards[0]._subscribed_to


async def test_a_listener_that_was_forgotten_hears_nothing(layer):
    taken = []
    name, neighbour = layer.listener(), await member(layer, "run.1")
    layer.hand_to(name, taken.append)
    await layer.group_add("run.1", name)
    await layer.forget(name)
    await layer.group_send("run.1", {"type": "frame"})
    assert await receive(layer, neighbour) == {"type": "frame"}
    assert taken == []


async def test_a_function_that_fails_takes_nothing_from_its_neighbours(layer, caplog):
    channel, neighbour = await member(layer, "run.1"), await member(layer, "run.1")
    layer.hand_to(channel, lambda message: 1 / 0)
    await layer.group_send("run.1", {"type": "frame"})
    assert await receive(layer, neighbour) == {"type": "frame"}
    assert "could not take a message" in caplog.text


async def test_a_message_that_nobody_can_read_does_not_end_the_stream(layer, caplog):
    channel = await member(layer, "run.1")
    await layer._get_layer()._shards[0].publish("test__group__run.1", b"\xc1 not msgpack")
    await layer.group_send("run.1", {"type": "frame"})
    assert await receive(layer, channel) == {"type": "frame"}
    assert "could not be delivered" in caplog.text


async def test_subscriptions_return_after_the_server_was_killed_and_started_again(tmp_path: Path, caplog):
    server = broker.start_valkey(tmp_path)
    layer = FanoutLayer(hosts=[server.url], prefix="test")
    channel = await member(layer, "run.1")
    await layer.group_send("run.1", {"type": "before"})
    assert await receive(layer, channel) == {"type": "before"}

    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    await asyncio.sleep(1.5)
    server = broker.start_valkey(tmp_path)
    try:
        received = asyncio.create_task(layer.receive(channel))
        for _ in range(100):  # news of the outage are lost; some time after it they flow again
            with suppress(redis.RedisError):
                await layer.group_send("run.1", {"type": "after"})
            if received.done():
                break
            await asyncio.sleep(0.1)
        assert received.done(), "nothing arrived after the restart"
        assert received.result() == {"type": "after"}
        assert caplog.text.count("the broker is gone") == 1
        assert "the broker is back" in caplog.text
    finally:
        await layer.flush()
        server.stop()


def test_the_layer_that_django_uses_is_this_one():
    from channels.layers import get_channel_layer

    try:
        assert isinstance(get_channel_layer(), FanoutLayer)
    except InvalidChannelLayerError as error:
        pytest.fail(str(error))
