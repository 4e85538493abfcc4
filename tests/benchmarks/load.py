"""Many viewers in one small process: `python -m tests.benchmarks.load`, told by JSON on its standard input.

A hand-made WebSocket client, because an ordinary one costs more than the server it measures. Each viewer does what a
page does: reads, acknowledges every fourth frame, pings every two seconds. All viewers get the same bytes, so each
distinct frame is decoded once, for the trainer's clock in it.

In:  {"url", "path", "cookies": [...], "viewers": n, "seconds": s, "warm_up": s, "throttled": n, "rate": bytes/s}
Out: {"ages": [ms from the trainer's clock to here], "joined": [ms to hello], "messages", "bytes", "frames",
     "lives": [of quick viewers, of throttled ones], "dropped": [the same], "lost", "connected", "cpu"}
"""

import asyncio
import base64
import json
import os
import sys
import time
from functools import lru_cache
from urllib.parse import urlsplit

from hamlet.tape.wire import WireError, decode_frame

MASK = bytes(4)


@lru_cache(maxsize=512)
def stamp(data: bytes) -> tuple[float, int, int, bool, int] | None:
    """Trainer's clock, life, number, whether it is the last, and how many lives the trainer left out before it."""
    try:
        frame = json.loads(data)["frame"] if data[:1] == b"{" else decode_frame(data)
    except (WireError, ValueError, KeyError):
        return None
    passed = frame["meta"]["passed"] if frame["meta"] else 0
    return frame["at"], frame["episode"], frame["seq"], frame["end"] is not None, passed


class Viewer(asyncio.Protocol):
    """One page. `rate`: bytes a second that it reads, None for as they come."""

    def __init__(self, path: str, host: str, cookie: str, told: "Tally", rate: float | None) -> None:
        self.path, self.host, self.cookie, self.told, self.rate = path, host, cookie, told, rate
        self.buffer = bytearray()
        self.open = False
        self.frames = self.acked = 0
        self.life: int | None = None
        self.began = time.time()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self.path} HTTP/1.1", f"Host: {self.host}", f"Origin: http://{self.host}",
            f"Cookie: sessionid={self.cookie}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "",
        ]  # fmt: skip
        transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.told.bytes += len(data)
        if self.rate:
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(len(data) / self.rate, self.transport.resume_reading)
        if not self.open:
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not found:
                return
            self.open = b" 101 " in head.split(b"\r\n")[0]
            self.told.connected += self.open
            self.buffer = bytearray(rest)
        while self.take():
            pass

    def take(self) -> bool:
        """One message, if it is here whole."""
        buffer = self.buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1] & 127, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return False
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return False
        kind, data = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        if kind == 9:
            self.say(data, 10)
        elif kind in (1, 2):
            self.told.hear(self, kind, data)
        return True

    def say(self, data: bytes, kind: int = 1) -> None:
        self.transport.write(bytes([128 | kind, 128 | len(data)]) + MASK + data)

    def seen(self) -> None:
        self.frames += 1
        if self.frames - self.acked >= 4:
            self.acked = self.frames
            self.say(b'{"type":"ack","n":%d}' % self.frames)

    def beat(self) -> None:
        """What a page says without being asked."""
        if self.open:
            self.say(b'{"type":"ping","t":1}')
            if self.acked < self.frames:
                self.acked = self.frames
                self.say(b'{"type":"ack","n":%d}' % self.frames)

    def connection_lost(self, error: Exception | None) -> None:
        self.told.lost += not self.told.over


class Tally:
    """What all viewers heard."""

    def __init__(self) -> None:
        self.ages: list[float] = []
        self.bytes = self.messages = self.lost = self.connected = self.frames = 0
        self.lives, self.dropped = [0, 0], [0, 0]
        """whole lives that came, and lives the server left out for a viewer; of quick viewers and of slow ones"""
        self.joined: list[float] = []
        self.counting = self.over = False

    def hear(self, viewer: Viewer, kind: int, data: bytes) -> None:
        self.messages += 1
        if kind == 1 and data[:17] != b'{"type": "frame",':
            if data[:15] == b'{"type":"hello"':
                self.joined.append((time.time() - viewer.began) * 1000)
            return
        frame = stamp(data)
        if kind == 2:
            viewer.seen()
        if frame is None:
            return
        _, life, seq, end, passed = frame
        before, viewer.life = viewer.life, life
        if not self.counting:
            return
        if seq == 0 and before is not None and life > before:
            self.dropped[bool(viewer.rate)] += life - before - 1 - passed
        self.lives[bool(viewer.rate)] += end
        if not viewer.rate:
            self.ages.append(time.time() * 1000 - frame[0])
            self.frames += 1


async def main() -> None:
    told, asked = Tally(), json.load(sys.stdin)
    loop, where = asyncio.get_running_loop(), urlsplit(asked["url"])
    viewers = []
    for i in range(asked["viewers"]):
        rate = asked.get("rate") if i < asked.get("throttled", 0) else None
        cookie = asked["cookies"][i % len(asked["cookies"])]

        def make(cookie: str = cookie, rate: float | None = rate) -> Viewer:
            return Viewer(asked["path"], where.netloc, cookie, told, rate)

        viewers.append((await loop.create_connection(make, where.hostname, where.port))[1])
        await asyncio.sleep(asked.get("gap", 0.01))

    async def beats() -> None:
        while True:  # spread over two seconds, as pages are
            for i, viewer in enumerate(viewers):
                viewer.beat()
                if i % 10 == 9:
                    await asyncio.sleep(20 / max(20, len(viewers)))
            if len(viewers) < 20:
                await asyncio.sleep(2)

    beating = asyncio.ensure_future(beats())
    while len(told.joined) < len(viewers) and not told.lost and asked["path"] != "/":
        await asyncio.sleep(0.1)
    await asyncio.sleep(asked["warm_up"])
    print("counting", flush=True)
    told.counting, told.bytes, told.messages = True, 0, 0
    await asyncio.sleep(asked["seconds"])
    told.counting, told.over = False, True
    beating.cancel()
    names = ("ages", "messages", "bytes", "lives", "dropped", "frames", "lost", "connected", "joined")
    print(json.dumps({**{name: getattr(told, name) for name in names}, "cpu": time.process_time()}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
