"""The loop: all lanes step, the learner learns, and what happened is told.

`Trainer.run()` is a generator of the events in `hamlet.learning.events`. Everything that decides how training goes
hangs on counters and on numbered dice, never on the clock, so the same settings give the same weights on a CPU, bit for
bit, however the run is sliced.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from hamlet.learning import evaluate
from hamlet.learning.book import Book, now
from hamlet.learning.census import Census
from hamlet.learning.checkpoint import read_checkpoint, write_checkpoint
from hamlet.learning.config import TrainConfig
from hamlet.learning.curiosity import Curiosity
from hamlet.learning.curriculum import Curriculum, policy_entropy
from hamlet.learning.errors import TrainingError
from hamlet.learning.events import Evaluation, Event, Iteration, Metrics, StageChange
from hamlet.learning.exploration import epsilon_at, lane_epsilons
from hamlet.learning.lanes import Births, Lanes, do_nothing, state_of_watched
from hamlet.learning.learners import build_learner, steps_between
from hamlet.learning.lives import Reports
from hamlet.learning.metrics import COLUMNS
from hamlet.learning.networks import build_network
from hamlet.learning.numpy_lanes import NumpyLanes
from hamlet.learning.rollout import Rollout
from hamlet.learning.torch_lanes import TorchLanes
from hamlet.model import HamletModel, contract_of
from hamlet.world import Level, load_level

ROWS = 500
"""rows of the learning curve a full budget gives at least"""
ROW_STEPS = 100_000
"""lane-steps after which a row is due in any case"""
FIRST_EXAM = 0.005
"""share of the budget after which the first examination is held; each next one at twice that, until the even ones"""


class Trainer:
    """One run. Make it from settings, or with `Trainer.restore` from a file, and iterate over `run()`.

    Only after an `Iteration` event is the trainer whole: then it may be saved, kept, and `run()` called again later.
    Whoever stops iterating anywhere else must throw it away.

    device: "cpu" steps the world in numpy; on "cuda" world, networks and learning stay on the GPU; "torch" is the GPU's
    loop on the CPU, for tests. None takes the CPU. level: a level that is not shipped; None takes the
    one the settings name.
    """

    def __init__(self, config: TrainConfig, device: str | None = None, level: Level | None = None) -> None:
        torch.set_num_threads(1)
        self.config = config
        self.level = level or load_level(config.level)
        self.device = _device("cpu" if device == "torch" else device or "cpu")
        on_one_device = device == "torch" or self.device.type == "cuda"
        self.extra: Any = None
        self.steps = 0
        self.iteration = 0
        self.best: Evaluation | None = None
        self._best_weights: dict[str, torch.Tensor] | None = None
        self._exams = 0
        self._examined: list[tuple[int, float]] = []
        self.network = build_network(config.network_for(self.level), self.level, config.seed).to(self.device)
        self.curriculum = Curriculum(config, self.level)
        self.curiosity = Curiosity(config, self.level.obs_dim, self.device) if config.curiosity else None
        self.births = Births(config.lanes, self.curriculum)
        steps = steps_between(config, self.level)
        loop = TorchLanes if on_one_device else NumpyLanes
        self.lanes: Lanes = loop(config, self.level, self.network, steps, self.births, self.curiosity, self.device)
        self.world = self.lanes.world
        self.learner = build_learner(config, self.level, self.network, self.lanes)
        if on_one_device:
            for optimiser in (self.learner.optimiser, *([self.curiosity.optimiser] if self.curiosity else [])):
                optimiser.patient = True
        self._book = Book(self.level, config.lanes, self.births, self.curiosity)
        self._book.lives.partial[self.lanes.begin()] = True
        self._reports = Reports()
        self._entropy = 1.0
        self._metrics_every = max(1, min(config.steps // ROWS, ROW_STEPS) // (config.lanes * steps))
        self._mark = (0.0, 0)

    # ------------------------------------------------------------------ where it stands

    @property
    def episodes(self) -> int:
        """Lives finished so far, all lanes."""
        return self._book.lives.finished

    @property
    def updates(self) -> int:
        """Gradient updates so far."""
        return self.learner.optimiser.updates

    @property
    def progress(self) -> float:
        """0..1, how much of the budget (of steps, or of lives where that is nearer its end) is used."""
        used = self.steps / self.config.steps
        if self.config.episodes is not None:
            used = max(used, self.episodes / self.config.episodes)
        return min(used, 1.0)

    @property
    def finished(self) -> bool:
        """The budget is used."""
        return self.progress >= 1.0

    @property
    def epsilon(self) -> float:
        """Chance that the watched lane rolls the dice now."""
        return epsilon_at(self.config, self.progress)

    @property
    def census(self) -> Census:
        """What all lanes did since the run began."""
        return self._book.census

    @property
    def stage(self) -> int | None:
        """Curriculum stage of lives that begin now, from 1; None without a curriculum."""
        return self.curriculum.stage

    @property
    def positions(self) -> NDArray[np.int64]:
        """(lanes, 2) cell in which every lane's agent stands now, x and y. The watched lane is the first."""
        return np.asarray(self.world.backend.numpy(self.world.positions))

    @property
    def ages(self) -> NDArray[np.int64]:
        """(lanes,) steps that every lane's life has lasted."""
        return np.asarray(self.world.backend.numpy(self.world.step_counts))

    # ------------------------------------------------------------------ the loop

    def run(self, before_step: Callable[[], None] | None = None) -> Iterator[Event]:
        """Train until the budget is used, telling what happens. Raises TrainingError if the run diverges.

        before_step: called before each step of the lanes. Whoever holds the run to a pace waits there; what is learnt
        does not depend on the clock.
        """
        self._mark = (time.perf_counter(), self.steps)
        while not self.finished:
            yield from self._rollout(before_step or do_nothing)
            rollout = self.lanes.rows()
            self.learner.optimiser.learning_rate = self._learning_rate()
            self._reports.add(self.learner.learn(rollout, self.progress))
            self.learner.optimiser.check()
            self._wonder(rollout)
            self.iteration += 1
            yield from self._news()
            yield Iteration(self.iteration, self.steps, self.episodes, now())

    def _rollout(self, before_step: Callable[[], None]) -> Iterator[Event]:
        """Every lane takes as many steps as lie between two updates; the watched lane's are told."""
        epsilons = lane_epsilons(self.config, self.progress)
        for moment in self.lanes.rollout(epsilons, before_step):
            self.steps += self.config.lanes
            yield from self._book.told(moment, float(epsilons[0]), self.updates)
        self._book.census.died(*self.lanes.deaths())
        if self.curriculum.active:
            self._entropy = policy_entropy(*self.lanes.undecided(), self.config.gamma)

    def _learning_rate(self) -> float:
        fall = 1.0 - (1.0 - self.config.learning_rate_end) * self.progress
        return self.config.learning_rate * fall

    # ------------------------------------------------------------------ between rollouts

    def _wonder(self, rollout: Rollout) -> None:
        """Curiosity learns, and is turned down where survival is calm."""
        if self.curiosity is None:
            return
        novelty = self.lanes.novelty
        self._reports.add_intrinsic(float(self.curiosity.bonus(novelty).mean()))
        self.curiosity.learn(rollout.obs[1:].flatten(0, 1), novelty.reshape(-1), self.lanes.shuffle)
        self.curiosity.optimiser.check()
        self.curiosity.anneal()

    def _news(self) -> Iterator[Event]:
        """What is due between iterations: the watched life cut, a move of the curriculum, a row, an examination."""
        if self.finished and self._book.watched.alive:
            yield self._book.watched.end(now(), cut=True, final=state_of_watched(self.world))
        move = self.curriculum.decide(self.steps, self._entropy)
        if move is not None:
            yield StageChange(self.steps, self.episodes, *move)
        if self.iteration % self._metrics_every == 0 or self.finished:
            yield self._row()
        if self.finished or self._exams_due() > self._exams:
            began = time.perf_counter()
            yield self.examine()
            self._mark = (self._mark[0] + time.perf_counter() - began, self._mark[1])

    def _row(self) -> Metrics:
        clock = time.perf_counter()
        seconds, steps = clock - self._mark[0], self.steps - self._mark[1]
        self._mark = (clock, self.steps)
        measured = {**self._book.lives.measured(), **self._reports.measured()}
        mine: dict[str, float | int | None] = {
            "steps": self.steps,
            "episodes": self.episodes,
            "epsilon": float(lane_epsilons(self.config, self.progress).mean()),
            "multiplier": self.curriculum.multiplier,
            "stage": self.stage,
            "learning_rate": self.learner.optimiser.learning_rate,
            "steps_per_second": steps / seconds if seconds > 0 and steps else None,
        }
        row = measured | mine
        return Metrics({name: row[name] for name in COLUMNS})

    def _exams_due(self) -> int:
        """Examinations that should have been held by now: `evaluations` spread evenly over the run, and before the
        first of them some at doubling distances, when most is learnt."""
        early, share = 0, FIRST_EXAM
        while share < 1.0 / self.config.evaluations and share <= self.progress:
            early, share = early + 1, share * 2
        return early + int(self.progress * self.config.evaluations)

    def examine(self) -> Evaluation:
        """Examine the averaged weights greedily; the best so far are kept, of equals the later.

        `run()` does so when one is due. A caller may too, after an `Iteration`; what is learnt does not change.
        """
        self._exams = self._exams_due()
        weights = self.learner.optimiser.averaged()
        network = build_network(self.network.kind, self.level, 0).to(self.device)
        network.load_state_dict(weights)
        hidden = network.initial(self.config.evaluation_lives)

        @torch.no_grad()
        def values(obs: NDArray[np.float32]) -> NDArray[np.float32]:
            nonlocal hidden
            q, hidden = network.step(torch.from_numpy(obs).to(self.device), hidden)  # type: ignore[arg-type]
            out: NDArray[np.float32] = q.cpu().numpy()
            return out

        world = evaluate.exam_world(self.level, self.config.evaluation_lives, self.config.seed, self._layout())
        result = evaluate.examine(values, self.level, world)
        best = self.best is None or result.mean >= self.best.mean
        event = result.event(self.steps, self.episodes, best)
        self._examined.append((self.steps, result.mean))
        if best:
            self.best, self._best_weights = event, weights
        return event

    def _layout(self) -> evaluate.Layout | None:
        """Where the places stand, if they stand for the whole run."""
        return self.world.affordance_positions if self.config.layouts == "run" else None

    # ------------------------------------------------------------------ to keep and to give away

    def model(self, which: str = "best") -> HamletModel:
        """The inference model: "best", the best examined weights (the last ones before any examination), or "last"."""
        return HamletModel(**self._mind(which))

    def export(self, path: str | Path, which: str = "best", metadata: dict[str, Any] | None = None) -> None:
        """Write the inference model to `path`, its format by the suffix: .safetensors, .pt or .onnx."""
        self.model(which).save_inference_checkpoint(path, metadata or {})

    def _mind(self, which: str) -> dict[str, Any]:
        if which not in ("best", "last"):
            raise ValueError(f"which is {which!r}; it can be 'best' or 'last'")
        best = which == "best" and self._best_weights is not None
        weights = self._best_weights if best and self._best_weights else self.learner.optimiser.averaged()
        return {
            "network": self.network.kind,
            "weights": {name: tensor.cpu().numpy() for name, tensor in weights.items()},
            "contract": contract_of(self.level.describe(), self.network.kind),
            "metadata": self._metadata(self.best if best else None),
        }

    def _metadata(self, exam: Evaluation | None) -> dict[str, Any]:
        """What travels with a model: where it comes from, where its places stood, how it was examined."""
        layout = self._layout()
        return {
            "which": "last" if exam is None else "best",
            "steps": self.steps if exam is None else exam.steps,
            "episodes": self.episodes if exam is None else exam.episodes,
            "layouts": self.config.layouts,
            "layout": layout and {name: list(xy) for name, xy in layout.items()},
            "config": self.config.applicable(self.level),
            "floors": self.level.floors,
            "curve": {
                "steps": [steps for steps, _ in self._examined],
                "examined": [mean for _, mean in self._examined],
            },
            "evaluation": None if exam is None else _told(exam),
        }

    def save(self, path: str | Path, extra: Any = None) -> None:
        """Write everything to `path`, atomically, with a checksum. `Trainer.restore(path)` goes on exactly from here.

        extra: anything JSON can hold, bytes and tensors too; comes back as `trainer.extra`.
        """
        mind = self._mind("last")
        optimiser = self.learner.optimiser
        best = self._best_weights
        content = {
            "config": self.config.model_dump_json(),
            "level_digest": self.level.digest,
            "model": {
                **mind,
                "weights": {name: torch.from_numpy(array) for name, array in mind["weights"].items()},
                "best_weights": None if best is None else {name: t.cpu() for name, t in best.items()},
            },
            # Without averaging the acting weights are the model's.
            "acting": optimiser.weights() if self.config.averaging else None,
            "optimiser": optimiser.state(),
            "learner": self.learner.state(),
            "curiosity": self.curiosity.state() if self.curiosity else None,
            "curriculum": self.curriculum.state(),
            "world": self.world.snapshot(),
            "lanes": self.lanes.state(),
            "births": self.births.state(),
            **self._book.state(),
            "reports": self._reports.state(),
            "counters": {"steps": self.steps, "iteration": self.iteration, "exams": self._exams},
            "best": None if self.best is None else _told(self.best),
            "examined": self._examined,
            "extra": extra,
        }  # fmt: skip
        write_checkpoint(path, content)

    @classmethod
    def restore(
        cls,
        path: str | Path,
        device: str | None = None,
        level: Level | None = None,
        config: TrainConfig | None = None,
    ) -> "Trainer":
        """The trainer that was saved. Raises TrainingError for a damaged file, or a level whose rules have changed.

        config: the settings to go on with, where they are not the file's own: a fork (`hamlet.learning.fork`).
        """
        content = read_checkpoint(path)
        try:
            saved = TrainConfig.model_validate_json(content["config"], context={"level": level})
        except ValidationError as error:
            raise TrainingError(f"{path} cannot go on here: {error.errors()[0]['msg']}") from error
        trainer = cls(config or saved, device, level)
        if content["level_digest"] != trainer.level.digest:
            raise TrainingError(f"{path} was trained under other rules of {trainer.level.name} than those of now")
        try:
            trainer._take_up(content, saved)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise TrainingError(f"{path} was written by another version of HAMLET and cannot go on here") from error
        return trainer

    def _take_up(self, content: dict[str, Any], saved: TrainConfig) -> None:
        model = content["model"]
        self.learner.optimiser.restore(content["acting"] or model["weights"], model["weights"], content["optimiser"])
        self.learner.restore(content["learner"])
        if self.curiosity:
            self.curiosity.restore(content["curiosity"])
        if self.config.curriculum == saved.curriculum:
            self.curriculum.restore(content["curriculum"])
        else:
            self.curriculum.begin(content["counters"]["steps"])
        self.world.restore(content["world"])
        self.births.restore(content["births"])
        self.lanes.restore(content["lanes"])
        self._book.restore(content)
        self._reports.restore(content["reports"])
        self.steps, self.iteration, self._exams = (content["counters"][k] for k in ("steps", "iteration", "exams"))
        self.best = Evaluation(**content["best"]) if content["best"] else None
        self._examined = [(steps, mean) for steps, mean in content["examined"]]
        self._best_weights = model["best_weights"] and {n: t.to(self.device) for n, t in model["best_weights"].items()}
        self.extra = content["extra"]
        if self.config != saved:
            self._forget_exams()

    def _forget_exams(self) -> None:
        """A fork: what was examined before it was the other run's, and its next examination comes by its own count."""
        self.best, self._best_weights, self._examined = None, None, []
        self._exams = self._exams_due()


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise TrainingError(f"device is {name!r}, which torch cannot use here: {str(error).splitlines()[0]}") from None
    if device.type == "cuda":
        # Of several ways to reckon a convolution's gradient, one whose sums are always in the same order.
        torch.backends.cudnn.deterministic = True
    return device


def _told(exam: Evaluation) -> dict[str, Any]:
    """An examination as plain data."""
    return exam._asdict()
