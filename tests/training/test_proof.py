"""What a page is shown is the training itself: real steps, against the recordings of the same lives."""

import asyncio
import threading

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.tape.episode import FLOAT_COLUMNS, INT_COLUMNS, Tape, first_link, next_link
from hamlet.tape.wire import Framer, decode_frame, encode_recording
from lab import outbox
from lab.watch import live
from lab.watch.live import LivePublisher
from tests.watch.viewers import SocketPage, StreamPage, cookie_of

pytestmark = pytest.mark.once("frames and recordings pass no database")

ENOUGH = 1_000


class Training(threading.Thread):
    """A worker that trains until it is told to stop, keeps every life, and puts every step into a frame of its own."""

    def __init__(self, run):
        super().__init__(daemon=True)
        self.run_id = str(run)
        self.stop = threading.Event()
        self.recordings = {}

    def run(self):
        trainer = Trainer(TrainConfig(level="L1_full_observability", seed=11, lanes=4, minibatches=1))
        tape = Tape(self.run_id, trainer.level.name, trainer.level.digest)
        air = LivePublisher(self.run_id, Framer(chunk_ms=0, life_ms=0))
        for event in trainer.run():
            life = tape.take(event)
            air.take(life)
            if life is not None and life.end is not None:
                self.recordings[life.number] = encode_recording(life)
                outbox.outbox().flush(1)  # the watcher is to see many lives whole, not to race
                if self.stop.is_set():
                    return


def chain(recording):
    """The chain after each row, worked out anew from the recording's rows."""
    links, cols = [first_link(recording["run"], recording["episode"])], recording["cols"]
    for i in range(len(cols["x"])):
        ints = tuple(cols[name][i] for name in INT_COLUMNS)
        floats = b"".join(np.asarray(cols[name][i], dtype="<f4").tobytes() for name in FLOAT_COLUMNS)
        links.append(next_link(links[-1], ints, floats))
    return links


@pytest.mark.parametrize("page_of", [SocketPage, StreamPage])
async def test_a_thousand_frames_at_a_page_are_all_found_in_the_recordings(launch, ophelia, page_of):
    run = await sync_to_async(launch)()
    await sync_to_async(live.off_air)(run.pk)
    page = await page_of(run.pk, await sync_to_async(cookie_of)(ophelia)).open()
    await page.news("hello")
    training = Training(run.pk)
    training.start()
    frames = []
    try:
        while len(frames) < ENOUGH:
            frames.append(decode_frame(await page.frame()))
            if len(frames) % 4 == 0:
                await page.say(type="ack", n=len(frames))
    finally:
        training.stop.set()
    while training.is_alive():
        await asyncio.sleep(0.05)
    await page.disconnect()
    chains = {number: chain(decode_frame(data)) for number, data in training.recordings.items()}
    found = sum(chains[frame["episode"]][frame["first"] + len(frame["cols"]["x"])] == frame["hash"] for frame in frames)
    print(
        f"{page_of.__name__}: {found} of {len(frames)} frames of {len({f['episode'] for f in frames})} lives are found"
    )
    assert found == len(frames)
    await sync_to_async(connections.close_all)()
