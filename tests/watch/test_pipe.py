"""The way out to one viewer: at once where the server takes it at once, in order where it makes us wait."""

import asyncio

from lab.watch.pipe import Pipe


class Server:
    """Takes what it is sent, or makes the sender wait."""

    def __init__(self):
        self.taken = []
        self.writable = asyncio.Event()
        self.writable.set()

    async def send(self, event):
        await self.writable.wait()
        self.taken.append(event["n"])


async def test_it_is_sent_before_put_returns():
    server = Server()
    Pipe(server.send).put({"n": 1})
    assert server.taken == [1]


async def test_what_comes_while_the_server_makes_us_wait_stays_in_order():
    server = Server()
    pipe = Pipe(server.send)
    pipe.put({"n": 1})
    server.writable.clear()
    for n in range(2, 6):
        pipe.put({"n": n})
    assert server.taken == [1]
    server.writable.set()
    await asyncio.sleep(0.01)
    assert server.taken == [1, 2, 3, 4, 5]
    pipe.put({"n": 6})
    assert server.taken[-1] == 6


async def test_a_server_that_says_the_viewer_is_gone_is_sent_nothing_more():
    calls = []

    async def send(event):
        calls.append(event)
        raise OSError("gone")

    pipe = Pipe(send)
    pipe.put({"n": 1})
    pipe.put({"n": 2})
    assert len(calls) == 1


async def test_a_viewer_who_is_gone_while_we_wait_ends_the_waiting():
    server = Server()
    pipe = Pipe(server.send)
    server.writable.clear()
    pipe.put({"n": 1})
    pipe.put({"n": 2})
    pipe.close()
    await asyncio.sleep(0.01)
    server.writable.set()
    await asyncio.sleep(0.01)
    assert server.taken == []
    assert pipe._task is None
