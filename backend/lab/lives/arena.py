"""Lives lived on request: several minds of a run from one start, or a person against its mind. Nothing of it is kept.

A start is a number: it deals the cell (and the places, where every life has its own) as an examination does, which
training never saw. The same start is the same for every mind and for a person, and the world's own rules decide each
step (`hamlet.world`), at the level's own depletion.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.evaluate import Mind, exam_world, examine
from hamlet.learning.exploration import greedy_actions
from hamlet.learning.watch import Watched
from hamlet.learning.witness import Witness
from hamlet.model import HamletModel, ModelError
from hamlet.tape.episode import Episode, Tape
from hamlet.tape.wire import encode_frame, encode_recording
from hamlet.world import Level, VectorWorld
from lab.errors import FieldError
from lab.runs import levels, minds
from lab.runs.errors import GoneError, RunError
from lab.runs.models import Checkpoint, Run
from lab.store import files

MOST_GHOSTS = 5
LARGEST_START = 2**31 - 1
KEPT = 64
"""games that a process remembers; a forgotten one is played again from its start, which takes milliseconds"""


# ------------------------------------------------------------------------------------------------- who plays


def ghosts_of(run: Run, ids: Sequence[UUID]) -> list[Checkpoint]:
    """The checkpoints of these ids, in their order. RunError if one is none of the run's, or they are too many."""
    if not 1 <= len(ids) <= MOST_GHOSTS:
        message = f"must be 1 to {MOST_GHOSTS} ids of checkpoints"
        raise RunError(f"checkpoints {message}.", [FieldError("checkpoints", message, len(ids))])
    return [minds.checkpoint_of(run, id) for id in ids]


def rival_of(run: Run, checkpoint: UUID | None) -> "Rival":
    """Whom a person plays against: the mind of a checkpoint; else the run's model; else its newest checkpoint.

    Raises:
        WrongStateError: the run has neither yet
        RunError: there is no such checkpoint
        GoneError: its file is gone or damaged, or the level is gone
    """
    if checkpoint is None and run.model is not None:
        return Rival(run, run.model.file, run.model.sha256, None)
    row = minds.checkpoint_of(run, checkpoint)
    return Rival(run, row.file, row.sha256, row)


class Rival:
    """A mind of a run, in its level and where its places stand."""

    def __init__(self, run: Run, file: str, sha256: str, checkpoint: Checkpoint | None) -> None:
        self.level = level_of(run)
        self.key = (str(run.pk), file, sha256)
        try:
            self.model = _model(file, sha256) if checkpoint is None else model_at(checkpoint)
        except FileNotFoundError:
            raise GoneError("The model's file is no longer there.") from None
        except ModelError:
            raise GoneError("The model's file cannot be read: it is damaged.") from None
        self.layout = layout_of(self.model)


def level_of(run: Run) -> Level:
    try:
        return levels.whole(run.level)
    except KeyError:
        raise GoneError(f"The level {run.level} is no longer here.") from None


def layout_of(model: HamletModel) -> dict[str, tuple[int, int]] | None:
    """Where the places of its run stand; None where every life has its own."""
    if model.metadata.get("layouts") != "run" or "layout" not in model.metadata:
        return None
    return {name: (int(x), int(y)) for name, (x, y) in model.metadata["layout"].items()}


def model_at(checkpoint: Checkpoint) -> HamletModel:
    """The mind as it was then. GoneError if its file is gone or damaged."""
    return _read(minds.mind_at(checkpoint))


@lru_cache(maxsize=minds.KEPT)
def _model(file: str, sha256: str) -> HamletModel:
    with files.reading(file) as path:
        return HamletModel.load_from_inference_checkpoint(path)


@lru_cache(maxsize=minds.KEPT)
def _read(data: bytes) -> HamletModel:
    with TemporaryDirectory(prefix="hamlet-") as folder:
        path = Path(folder) / "mind.safetensors"
        path.write_bytes(data)
        return HamletModel.load_from_inference_checkpoint(path)


# ---------------------------------------------------------------------------------------------------- a race

_one_races = threading.Lock()


def race(run: Run, rivals: Sequence[HamletModel], key: tuple[str, ...], start: int) -> list[bytes]:
    """The lives of several minds from one start, greedy, each as a recording (docs/wire.md), in the minds' order.

    Args:
        key: names the minds; the same key and start give the same lives
        start: 0 to LARGEST_START
    """
    # A class looks at the same race at once: the first has it run, the others wait for what was kept.
    with _one_races:
        known = _races.get((str(run.pk), key, start))
        if known is None:
            known = _raced(str(run.pk), level_of(run), rivals, start)
            _races[(str(run.pk), key, start)] = known
            while len(_races) > KEPT:
                _races.popitem(last=False)
        return known


_races: OrderedDict[tuple[str, tuple[str, ...], int], list[bytes]] = OrderedDict()


def _raced(run: str, level: Level, rivals: Sequence[HamletModel], start: int) -> list[bytes]:
    world = exam_world(level, len(rivals), start, layout_of(rivals[0]))
    stand_alike(world)
    ways = [Mind(rival, level) for rival in rivals]

    def values(obs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([way(obs[lane : lane + 1]) for lane, way in enumerate(ways)])

    witness = Witness(level, len(rivals))
    examine(values, level, world, witness=witness)
    lives = []
    for events in witness.events:
        tape = Tape(run, level.name, level.digest)
        for event in events:
            tape.take(event)
        assert tape.life is not None
        lives.append(encode_recording(tape.life, {"passed": 0, "pace": None}))
    return lives


def stand_alike(world: VectorWorld) -> None:
    """Put all lanes where the first one stands. After its start a life has no chance in it, so this is one start."""
    lanes = world.lanes
    places = {name: np.repeat([xy], lanes, 0) for name, xy in world.layout_of(0).items()}
    world.set_state(
        positions=np.repeat(world.positions[:1], lanes, 0), meters=np.repeat(world.meters[:1], lanes, 0),
        hour=int(world.hours[0]), affordance_positions=places if world.layouts == "episode" else None,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- a game


class Game:
    """A person's life from a start. The rival looks on: each row also has its values and what it would have chosen."""

    def __init__(self, run: str, rival: Rival, start: int) -> None:
        self.level = rival.level
        self.actions: list[int] = []
        self._world = exam_world(rival.level, 1, start, rival.layout)
        self._mind = Mind(rival.model, rival.level)
        self._watched = Watched(rival.level)
        self._tape = Tape(run, rival.level.name, rival.level.digest)
        self._tape.take(self._watched.begin(_now(), self._world.layout_of(0), None, 1.0, 0.0, 0))
        self._look()

    @property
    def life(self) -> Episode:
        """The life so far."""
        assert self._tape.life is not None
        return self._tape.life

    def _look(self) -> None:
        world = self._world
        self._mask: NDArray[np.bool_] = world.action_masks()[0]
        q = self._mind(world.observe())
        self._greedy = int(greedy_actions(q, self._mask[None])[0])
        # An action that the mind does not know has no value, and is never the greedy one.
        self._q = np.where(np.isfinite(q[0]), q[0], np.float32(0))
        x, y = world.positions[0]
        self._seen = {
            "x": int(x), "y": int(y), "hour": int(world.hours[0]), "progress": int(world.progress[0]),
            "meters": world.meters[0].copy(),
        }  # fmt: skip

    def act(self, action: int) -> None:
        """One step of the world. RunError if the action is not allowed here, or the life is over."""
        if self.life.end is not None:
            message = f"must be at most {len(self.actions)}: the life is over then"
            raise RunError("This life is over.", [FieldError("actions", message, len(self.actions) + 1)])
        if not 0 <= action < self.level.num_actions or not self._mask[action]:
            allowed = [i for i, may in enumerate(self._mask) if may]
            message = f"must be of {allowed} in step {len(self.actions)}"
            raise RunError("This action is not allowed here.", [FieldError("actions", message, action)])
        world, seen = self._world, {**self._seen, "mask": self._mask.copy()}
        _, reward, terminated, truncated, info = world.step(np.array([action]))
        self.actions.append(action)
        row = self._watched.step(
            _now(), seen, action, self._greedy, False, self._q, float(reward[0]), 0.0, int(info["used"][0])
        )
        self._tape.take(row)
        if terminated[0] or truncated[0]:
            x, y = world.positions[0]
            final = {"x": int(x), "y": int(y), "meters": world.meters[0].copy(), "hour": int(world.hours[0])}
            self._tape.take(self._watched.end(_now(), cut=False, final=final))
        else:
            self._look()

    def told(self, first: int, seq: int) -> dict[str, Any]:
        """What a page is told: the rows from `first` on as frame number `seq`, and where one stands now.

        RunError: there are no such rows.
        """
        rows = len(self.life)
        if first > rows or (seq == 0 and first):
            message = f"must be at most {rows}, and 0 in frame 0"
            raise RunError("There are no such rows.", [FieldError("first", message, first)])
        frame = encode_frame(self.life, first, rows, seq, {"passed": 0, "pace": None})
        if self.life.end is not None:
            return {"frame": frame, "now": None}
        seen = {**self._seen, "meters": self._seen["meters"].tolist(), "greedy": self._greedy}
        return {"frame": frame, "now": {**seen, "mask": self._mask.tolist(), "q": self._q.tolist()}}


def game(run: Run, person: int, rival: Rival, start: int, actions: Sequence[int]) -> Game:
    """The life of a person who did all this from that start.

    Whoever went on by one step is found here, and only that step is made; else it is played from its start.
    RunError names the first action that was not allowed.
    """
    key = (person, *rival.key, start)
    # Taken out while it moves: of two requests at once each has a life of its own.
    with _one_takes:
        found = _games.pop(key, None)
    if found is None or found.actions != list(actions[: len(found.actions)]):
        found = Game(str(run.pk), rival, start)
    for action in actions[len(found.actions) :]:
        found.act(action)
    with _one_takes:
        _games[key] = found
        while len(_games) > KEPT:
            _games.popitem(last=False)
    return found


_games: OrderedDict[tuple[Any, ...], Game] = OrderedDict()
_one_takes = threading.Lock()


def _now() -> float:
    return time.time() * 1000
