"""The loop: all lanes step, the learner learns, and what happened is told.

`Trainer.run()` is a generator of the events in `hamlet.learning.events`. Everything that decides how training goes
hangs on counters and on numbered dice, never on the clock, so the same settings give the same weights on a CPU, bit for
bit, however the run is sliced.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from hamlet.learning import evaluate
from hamlet.learning.census import Census
from hamlet.learning.checkpoint import read_checkpoint, write_checkpoint
from hamlet.learning.config import TrainConfig
from hamlet.learning.curiosity import Curiosity
from hamlet.learning.curriculum import Curriculum, policy_entropy
from hamlet.learning.errors import TrainingError
from hamlet.learning.events import Evaluation, Event, Iteration, Metrics, StageChange
from hamlet.learning.exploration import choose, epsilon_at, lane_epsilons
from hamlet.learning.learners import build_learner
from hamlet.learning.lives import Lives, Reports
from hamlet.learning.metrics import COLUMNS
from hamlet.learning.networks import build_network
from hamlet.learning.rollout import Rollout
from hamlet.learning.watch import Watched
from hamlet.model import HamletModel, contract_of
from hamlet.world import AutoReset, Level, VectorWorld, load_level

ROWS = 500
"""rows of the learning curve a full budget gives at least"""
ROW_STEPS = 100_000
"""lane-steps after which a row is due in any case"""
FIRST_EXAM = 0.005
"""share of the budget after which the first examination is held; each next one at twice that, until the even ones"""
LOWEST_START = 0.1
"""exploring starts draw every meter from here to 1"""


class Trainer:
    """One run. Make it from settings, or with `Trainer.restore` from a file, and iterate over `run()`.

    Only after an `Iteration` event is the trainer whole: then it may be saved, kept, and `run()` called again later.
    Whoever stops iterating anywhere else must throw it away.

    device: of the networks ("cpu", "cuda", ...); None takes the CPU. level: a level that is not shipped; None takes the
    one the settings name.
    """

    def __init__(self, config: TrainConfig, device: str | None = None, level: Level | None = None) -> None:
        torch.set_num_threads(1)
        self.config = config
        self.level = level or load_level(config.level)
        self.device = _device(device or "cpu")
        self.extra: Any = None
        self.steps = 0
        self.iteration = 0
        self.best: Evaluation | None = None
        self._best_weights: dict[str, torch.Tensor] | None = None
        self._exams = 0
        lanes = config.lanes
        self._dice, self._shuffle = (np.random.default_rng((config.seed, stream)) for stream in (1, 2))
        self._starts = np.random.default_rng((config.seed, 3))
        self.network = build_network(config.network_for(self.level), self.level, config.seed).to(self.device)
        self.learner = build_learner(config, self.level, self.network, self._shuffle)
        self.curriculum = Curriculum(config, self.level)
        self.curiosity = Curiosity(config, self.level.obs_dim, self.device) if config.curiosity else None
        self.world = VectorWorld(self.level, lanes, config.seed, layouts=config.layouts)
        self._lanes = AutoReset(self.world)
        self.watched = Watched(self.level)
        self.census = Census(self.level, lanes)
        self._lives, self._reports = Lives(lanes), Reports()
        self._obs: NDArray[np.float32] = self.world.reset()
        self._keep = np.zeros(lanes, dtype=np.float32)
        self._hidden = self._hidden_before = self.network.initial(lanes)
        self._multipliers, self._stages = np.ones(lanes), np.zeros(lanes, dtype=np.int64)
        self._sparse = np.zeros(lanes, dtype=bool)
        self._born(np.ones(lanes, dtype=bool))
        self._obs = self._begin_in_the_middle(np.ones(lanes, dtype=bool), self._obs)

        # Rewards times (1 - gamma) keep Q within 0..1 whatever the discount, and so the step size of one learning rate.
        self._scale = np.float32(1.0 - config.gamma)
        T = self.learner.steps_between
        self._row_obs = torch.zeros((T + 1, lanes, self.level.obs_dim), device=self.device)
        self._row_mask = np.zeros((T + 1, lanes, self.level.num_actions), dtype=bool)
        self._row_best, self._row_keep = np.zeros((2, T + 1, lanes), dtype=np.float32)
        self._row_action = np.zeros((T, lanes), dtype=np.int64)
        self._row_reward, self._row_terminated, self._row_novelty = np.zeros((3, T, lanes), dtype=np.float32)
        self._entropy = 1.0
        self._metrics_every = max(1, min(config.steps // ROWS, ROW_STEPS) // (lanes * T))
        self._mark = (0.0, 0)

    # ------------------------------------------------------------------ where it stands

    @property
    def episodes(self) -> int:
        """Lives finished so far, all lanes."""
        return self._lives.finished

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
    def stage(self) -> int | None:
        """Curriculum stage of lives that begin now, from 1; None without a curriculum."""
        return self.curriculum.stage

    # ------------------------------------------------------------------ the loop

    def run(self, before_step: Callable[[], None] | None = None) -> Iterator[Event]:
        """Train until the budget is used, telling what happens. Raises TrainingError if the run diverges.

        before_step: called before each step of the lanes. Whoever holds the run to a pace waits there; what is learnt
        does not depend on the clock.
        """
        self._mark = (time.perf_counter(), self.steps)
        while not self.finished:
            yield from self._rollout(before_step)
            rollout = self._rows()
            self.learner.optimiser.learning_rate = self._learning_rate()
            self._reports.add(self.learner.learn(rollout, self.progress))
            self._wonder(rollout)
            self.iteration += 1
            yield from self._news()
            yield Iteration(self.iteration, self.steps, self.episodes, _now())

    def _rollout(self, before_step: Callable[[], None] | None) -> Iterator[Event]:
        """Every lane takes as many steps as lie between two updates; the watched lane's are told."""
        self._hidden_before = self._hidden
        epsilons = lane_epsilons(self.config, self.progress)
        T = self.learner.steps_between
        for t in range(T):
            if before_step is not None:
                before_step()
            if not self.watched.alive:
                yield self.watched.begin(
                    _now(), self.world.affordance_positions, self._stage_of(0), float(self._multipliers[0]),
                    float(epsilons[0]), self.updates,
                )  # fmt: skip
            q, mask = self._look(t)
            choice = choose(q, mask, epsilons, self._dice)
            before, hours = self.world.positions, self.world.hours
            seen = self._seen(mask, before[0])
            obs, reward, terminated, _, info = self._lanes.step(choice.action, self._drain)
            bonus = self._bonus(t, obs, terminated, info)
            self._row_best[t], self._row_action[t], self._row_terminated[t] = choice.best, choice.action, terminated
            self._row_reward[t] = (self._learnt(reward, terminated, info) + bonus) * self._scale
            self.census.step(before, hours, info, terminated)
            self._obs, self._keep = obs, 1.0 - self._row_terminated[t]
            self.steps += self.config.lanes
            yield self.watched.step(
                _now(), seen, int(choice.action[0]), int(choice.greedy[0]), bool(choice.random[0]), q[0].copy(),
                float(reward[0]), float(bonus[0]), int(info["used"][0]),
            )  # fmt: skip
            whole = self._lives.step(reward, terminated)
            if terminated.any():
                survived = self._lives.steps[whole]
                self.curriculum.finished(self._stages[whole], survived)
                if self.curiosity:
                    self.curiosity.finished(survived)
                if terminated[0]:
                    yield self.watched.end(_now(), cut=False, final=_final(info))
                self._lives.begin(terminated)
                self._born(terminated)
                self._obs = self._begin_in_the_middle(terminated, obs)
        q, mask = self._look(T, remember=False)
        self._row_best[T] = np.where(mask, q, -np.inf).max(axis=1)
        self._entropy = policy_entropy(q, mask, self.config.gamma)

    def _look(self, t: int, remember: bool = True) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Q-values and mask of what every lane sees now; kept as row t."""
        self._row_obs[t].copy_(torch.from_numpy(self._obs))
        self._row_mask[t], self._row_keep[t] = self.world.action_masks(), self._keep
        hidden = self._hidden
        with torch.no_grad():
            if hidden is not None and not self._keep.all():
                keep = torch.from_numpy(self._keep).to(self.device).unsqueeze(1)
                hidden = (hidden[0] * keep, hidden[1] * keep)
            q, after = self.network.step(self._row_obs[t], hidden)  # type: ignore[arg-type]
        if remember:
            self._hidden = after
        return q.cpu().numpy(), self._row_mask[t]

    def _rows(self) -> Rollout:
        def on_device(array: NDArray[Any]) -> torch.Tensor:
            return torch.from_numpy(array).to(self.device)

        return Rollout(
            obs=self._row_obs, mask=on_device(self._row_mask), best=on_device(self._row_best),
            action=on_device(self._row_action), reward=on_device(self._row_reward),
            terminated=on_device(self._row_terminated), keep=on_device(self._row_keep), hidden=self._hidden_before,
        )  # fmt: skip

    def _seen(self, mask: NDArray[np.bool_], position: NDArray[np.int64]) -> dict[str, Any]:
        """What the watched lane's choice is made from."""
        world = self.world
        return {
            "x": int(position[0]), "y": int(position[1]), "mask": mask[0].copy(), "meters": world.meters[0].copy(),
            "hour": int(world.hours[0]), "progress": int(world.progress[0]),
        }  # fmt: skip

    def _learnt(
        self, reward: NDArray[np.float32], terminated: NDArray[np.bool_], info: dict[str, Any]
    ) -> NDArray[np.float32]:
        """The reward that is learnt from: the world's own, or 1 a step alive in lives of the sparse stage."""
        if not self._sparse.any():
            return reward
        dead = terminated & (info["step_counts"] < self.level.lifespan)
        learnt: NDArray[np.float32] = np.where(self._sparse, (~dead).astype(np.float32), reward)
        return learnt

    def _bonus(
        self, t: int, obs: NDArray[np.float32], ended: NDArray[np.bool_], info: dict[str, Any]
    ) -> NDArray[np.float32]:
        """Curiosity about what every lane arrived at, (lanes,)."""
        if self.curiosity is None:
            return np.zeros(self.config.lanes, dtype=np.float32)
        if ended.any():
            obs = np.where(ended[:, None], info["final_observation"], obs)
        self._row_novelty[t] = self.curiosity.novelty(torch.from_numpy(obs).to(self.device)).cpu().numpy()
        self.census.wondered(info["final_positions"], self._row_novelty[t])
        return self.curiosity.bonus(self._row_novelty[t])

    def _born(self, where: NDArray[np.bool_]) -> None:
        """Lives that begin in these lanes take the difficulty of now, and keep it."""
        self._multipliers[where] = self.curriculum.multiplier
        self._stages[where] = self.curriculum.stage or 0
        self._sparse[where] = self.curriculum.sparse
        same = bool((self._multipliers == self._multipliers[0]).all())
        self._drain: float | NDArray[np.float64] = float(self._multipliers[0]) if same else self._multipliers

    def _begin_in_the_middle(self, born: NDArray[np.bool_], obs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Exploring starts: some of the lives that were just born are moved to another age and other meters.

        Such a life says nothing about survival and is not counted there; the watched lane's are never moved. Returns
        what the lanes see then.
        """
        share, lanes = self.config.exploring_starts, self.config.lanes
        if share <= 0.0:
            return obs
        count = int(born.sum())
        chance = np.ones(lanes)
        chance[born] = self._starts.random(count)
        chance[0] = 1.0
        moved = chance < share
        if not moved.any():
            return obs
        count = int(moved.sum())
        meters, ages = self.world.meters, self.world.step_counts.copy()
        meters[moved] = self._starts.uniform(LOWEST_START, 1.0, (count, self.level.num_meters))
        ages[moved] = self._starts.integers(0, self.level.lifespan, count)
        self.world.set_state(meters=meters, step_counts=ages)
        self._lives.partial[moved] = True
        after: NDArray[np.float32] = self.world.observe()
        return after

    def _stage_of(self, lane: int) -> int | None:
        return int(self._stages[lane]) or None

    def _learning_rate(self) -> float:
        fall = 1.0 - (1.0 - self.config.learning_rate_end) * self.progress
        return self.config.learning_rate * fall

    # ------------------------------------------------------------------ between rollouts

    def _wonder(self, rollout: Rollout) -> None:
        """Curiosity learns, and is turned down where survival is calm."""
        if self.curiosity is None:
            return
        self._reports.add_intrinsic(float(self.curiosity.bonus(self._row_novelty).mean()))
        self.curiosity.learn(rollout.obs[1:].flatten(0, 1), self._row_novelty.reshape(-1), self._shuffle)
        self.curiosity.anneal()

    def _news(self) -> Iterator[Event]:
        """What is due between iterations: the watched life cut, a move of the curriculum, a row, an examination."""
        if self.finished and self.watched.alive:
            yield self.watched.end(_now(), cut=True, final=self._state_of_watched())
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
        now = time.perf_counter()
        seconds, steps = now - self._mark[0], self.steps - self._mark[1]
        self._mark = (now, self.steps)
        measured = {**self._lives.measured(), **self._reports.measured()}
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
        if best:
            self.best, self._best_weights = event, weights
        return event

    def _layout(self) -> evaluate.Layout | None:
        """Where the places stand, if they stand for the whole run."""
        return self.world.affordance_positions if self.config.layouts == "run" else None

    def _state_of_watched(self) -> dict[str, Any]:
        x, y = self.world.positions[0]
        return {"x": int(x), "y": int(y), "meters": self.world.meters[0].copy(), "hour": int(self.world.hours[0])}

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
            "config": self.config.model_dump(mode="json"),
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
            "lanes": {
                "obs": self._obs, "keep": self._keep, "hidden": self._hidden, "multipliers": self._multipliers,
                "stages": self._stages, "sparse": self._sparse,
            },
            "lives": self._lives.state(),
            "reports": self._reports.state(),
            "watched": self.watched.state(),
            "census": self.census.state(),
            "random": {
                name: json.dumps(generator.bit_generator.state) for name, generator in self._generators().items()
            },
            "counters": {"steps": self.steps, "iteration": self.iteration, "exams": self._exams},
            "best": None if self.best is None else _told(self.best),
            "extra": extra,
        }  # fmt: skip
        write_checkpoint(path, content)

    def _generators(self) -> dict[str, np.random.Generator]:
        return {"dice": self._dice, "shuffle": self._shuffle, "starts": self._starts}

    @classmethod
    def restore(cls, path: str | Path, device: str | None = None, level: Level | None = None) -> "Trainer":
        """The trainer that was saved. Raises TrainingError for a damaged file, or a level whose rules have changed."""
        content = read_checkpoint(path)
        try:
            config = TrainConfig.model_validate_json(content["config"], context={"level": level})
        except ValidationError as error:
            raise TrainingError(f"{path} cannot go on here: {error.errors()[0]['msg']}") from error
        trainer = cls(config, device, level)
        if content["level_digest"] != trainer.level.digest:
            raise TrainingError(f"{path} was trained under other rules of {trainer.level.name} than those of now")
        try:
            trainer._take_up(content)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise TrainingError(f"{path} was written by another version of HAMLET and cannot go on here") from error
        return trainer

    def _take_up(self, content: dict[str, Any]) -> None:
        model, lanes = content["model"], content["lanes"]
        self.learner.optimiser.restore(content["acting"] or model["weights"], model["weights"], content["optimiser"])
        self.learner.restore(content["learner"])
        if self.curiosity:
            self.curiosity.restore(content["curiosity"])
        self.curriculum.restore(content["curriculum"])
        self.world.restore(content["world"])
        self._obs, self._keep = lanes["obs"], lanes["keep"]
        self._hidden = lanes["hidden"] and tuple(part.to(self.device) for part in lanes["hidden"])
        self._multipliers[:], self._stages[:], self._sparse[:] = lanes["multipliers"], lanes["stages"], lanes["sparse"]
        self._born(np.zeros(self.config.lanes, dtype=bool))
        self._lives.restore(content["lives"])
        self._reports.restore(content["reports"])
        self.watched.restore(content["watched"])
        self.census.restore(content["census"])
        for name, generator in self._generators().items():
            generator.bit_generator.state = json.loads(content["random"][name])
        self.steps, self.iteration, self._exams = (content["counters"][k] for k in ("steps", "iteration", "exams"))
        self.best = Evaluation(**content["best"]) if content["best"] else None
        self._best_weights = model["best_weights"] and {n: t.to(self.device) for n, t in model["best_weights"].items()}
        self.extra = content["extra"]


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise TrainingError(f"device is {name!r}, which torch cannot use here: {str(error).splitlines()[0]}") from None
    return device


def _now() -> float:
    """Milliseconds since 1970."""
    return time.time() * 1000.0


def _final(info: dict[str, Any]) -> dict[str, Any]:
    """The state a step left the watched lane in, before the next life began."""
    x, y = info["final_positions"][0]
    return {"x": int(x), "y": int(y), "meters": info["final_meters"][0].copy(), "hour": int(info["final_hours"][0])}


def _told(exam: Evaluation) -> dict[str, Any]:
    """An examination as plain data."""
    return exam._asdict()
