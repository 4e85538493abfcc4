"""`hamlet train`: the whole loop in a terminal, without any server."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hamlet.learning.config import PRESETS, TrainConfig
from hamlet.learning.errors import TrainingError
from hamlet.learning.events import Evaluation, Event, Iteration, Metrics, StageChange
from hamlet.learning.metrics import COLUMNS
from hamlet.learning.tensorboard import EventFile
from hamlet.world import Level, LevelError, load_level, shipped_names

if TYPE_CHECKING:
    from hamlet.learning.trainer import Trainer

ERRORS = (TrainingError, LevelError, OSError)
MODEL = "model.safetensors"
CURVE = "metrics.csv"
CENSUS = "census.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    names = [preset["name"] for preset in PRESETS]
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where model, checkpoint and curve go")
    parser.add_argument("--level", metavar="NAME", help=f"a level ({', '.join(shipped_names())}) or a level file")
    parser.add_argument("--preset", choices=names, help="settings to begin with")
    parser.add_argument("--seed", type=int, metavar="N", help="default 0")
    parser.add_argument("--learner", choices=["pqn", "dqn"], help="default pqn")
    parser.add_argument("--steps", type=int, metavar="N", help="budget in lane-steps; the schedules follow it")
    parser.add_argument("--episodes", type=int, metavar="N", help="stop after so many lives; the schedules follow it")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many seconds; no schedule follows it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting, see docs/learning.md"
    )
    parser.add_argument("--resume", type=Path, metavar="FILE", help="go on from a checkpoint, with its settings")
    parser.add_argument("--device", metavar="NAME", help="cpu (default), or cuda: the whole loop on the GPU")
    parser.add_argument("--force", action="store_true", help="replace the model of an earlier run in DIR")
    parser.add_argument("--tensorboard", action="store_true", help="also write TensorBoard event files")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a progress bar")


def run(asked: argparse.Namespace) -> int:
    """Train, and keep the best model whatever happens on the way."""
    try:
        from hamlet.learning.trainer import Trainer
    except ModuleNotFoundError as missing:
        raise TrainingError(f"{missing.name} is missing here: pip install 'hamlet-lab[train]'") from None

    if (asked.out / MODEL).exists() and not (asked.resume or asked.force):
        raise TrainingError(f"{asked.out / MODEL} is there already; choose another --out, --resume its run, or --force")
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.resume:
        trainer = Trainer.restore(asked.resume, asked.device, load_level(asked.level) if asked.level else None)
    else:
        config, level = _settings(asked)
        trainer = Trainer(config, asked.device, level)
    teller = Lines() if asked.json else Bar()
    stopped = _train(trainer, asked, teller)
    teller.end(trainer, asked.out, stopped)
    return 0


def _settings(asked: argparse.Namespace) -> tuple[TrainConfig, Level | None]:
    """The settings asked for, and the level where it is a file of one's own."""
    preset = next((p for p in PRESETS if p["name"] == asked.preset), PRESETS[0])
    settings = dict(preset["config"])
    for assignment in asked.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise TrainingError(f"--set {assignment}: must be NAME=VALUE")
        settings[name] = _plain(value)
    for name in ("seed", "learner", "steps", "episodes"):
        if getattr(asked, name) is not None:
            settings[name] = getattr(asked, name)
    level = load_level(asked.level) if asked.level else None
    if level:
        settings["level"] = level.name
    try:
        return TrainConfig.model_validate(settings, context={"level": level}), level
    except ValidationError as error:
        told = [f"{'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}" for e in error.errors()]
        raise TrainingError("; ".join(told)) from None


def _plain(text: str) -> Any:
    """true, 3, 1e-3 and null as JSON means them, anything else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _train(trainer: "Trainer", asked: argparse.Namespace, teller: "Lines | Bar") -> bool:
    """Iterate until the end, the seconds are over, or Ctrl-C; True if it was stopped before its end."""
    began, examined, kept = time.monotonic(), False, asked.resume

    def keep() -> None:
        """The best model, the census, and one checkpoint: this process replaces its own earlier ones, no other."""
        nonlocal kept
        before, kept = kept, _checkpoint(asked.out, trainer)
        trainer.save(kept)
        trainer.export(asked.out / MODEL)
        (asked.out / CENSUS).write_text(json.dumps(trainer.census.told(), indent=1) + "\n", encoding="utf-8")
        if before and before not in (kept, asked.resume):
            before.unlink(missing_ok=True)

    with ExitStack() as open_files, _asked_to_stop() as stop:
        curve = open_files.enter_context((asked.out / CURVE).open("a" if asked.resume else "w", encoding="utf-8"))
        if curve.tell() == 0:
            curve.write(",".join(COLUMNS) + "\n")
        board = None
        if asked.tensorboard:
            board = open_files.enter_context(EventFile(asked.out / "tensorboard", trainer.level))
        for event in trainer.run():
            teller.tell(event, trainer)
            if board:
                board.take(event)
            if isinstance(event, Metrics):
                curve.write(",".join("" if v is None else f"{v:.6g}" for v in event.values.values()) + "\n")
                curve.flush()
            examined = examined or isinstance(event, Evaluation)
            if isinstance(event, Iteration):
                if examined:
                    keep()
                    examined = False
                late = asked.seconds is not None and time.monotonic() - began >= asked.seconds
                if stop or late:
                    break
    if trainer.best is None:
        teller.tell(trainer.examine(), trainer)
    keep()
    return not trainer.finished


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """Fills the list at Ctrl-C or SIGTERM, so that the iteration under way can end. A second one is not waited for."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _checkpoint(out: Path, trainer: "Trainer") -> Path:
    return out / f"checkpoint_ep{trainer.episodes:07d}.pt"


class Lines:
    """What happens, one JSON object a line on standard output."""

    def tell(self, event: Event, trainer: "Trainer") -> None:
        """Rows, examinations and moves of the curriculum; single steps are not printed."""
        if isinstance(event, Metrics):
            self._print({"type": "metrics", **event.values})
        elif isinstance(event, Evaluation):
            self._print({"type": "evaluation", **event._asdict()})
        elif isinstance(event, StageChange):
            self._print({"type": "stage", **event._asdict()})

    def end(self, trainer: "Trainer", out: Path, stopped: bool) -> None:
        """What was written where."""
        self._print({
            "type": "end", "stopped": stopped, "steps": trainer.steps, "episodes": trainer.episodes,
            "cpu_seconds": round(time.process_time(), 3), "best": trainer.best and trainer.best.mean,
            "floors": trainer.level.floors, "model": str(out / MODEL),
            "checkpoint": str(_checkpoint(out, trainer)),
        })  # fmt: skip

    def _print(self, told: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


class Bar:
    """A progress bar on a terminal, a line an examination elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.row: dict[str, Any] = {}
        self._drawn = 0.0

    def tell(self, event: Event, trainer: "Trainer") -> None:
        """Draw, at most ten times a second."""
        if isinstance(event, Metrics):
            self.row = event.values
        elif isinstance(event, Evaluation):
            best = " (best)" if event.best else ""
            self._line(f"{event.steps:>11,} steps: greedy lives {event.mean:.0f} steps in the mean{best}")
        elif isinstance(event, StageChange):
            self._line(f"{event.steps:>11,} steps: {event.reason} from stage {event.before} to {event.after}")
        if self.live and time.monotonic() - self._drawn > 0.1:
            self._drawn = time.monotonic()
            done = int(trainer.progress * 30)
            speed = self.row.get("steps_per_second")
            text = f"[{'#' * done}{'.' * (30 - done)}] {trainer.progress:4.0%}"
            text += f"  {speed:,.0f} steps/s" if speed else ""
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()

    def _line(self, text: str) -> None:
        sys.stderr.write(f"\r{text}\x1b[K\n" if self.live else text + "\n")

    def end(self, trainer: "Trainer", out: Path, stopped: bool) -> None:
        """What was reached, beside the floors, and where it is."""
        best, floors = trainer.best, trainer.level.floors
        self._line(f"{'Stopped' if stopped else 'Done'} after {trainer.steps:,} steps, {trainer.episodes:,} lives.")
        if best:
            known = ", ".join(f"{name} {steps:.0f}" for name, steps in floors.items() if steps is not None)
            beside = f" (floors: {known})" if known else ""
            self._line(f"Best: {best.mean:.0f} of {trainer.level.lifespan} steps{beside}")
        self._line(f"Model: {out / MODEL}")
