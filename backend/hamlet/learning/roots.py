"""Which meter was at the root of each death, of all lanes, without keeping their lives.

`hamlet.world.causes.root_cause` is given a whole life, but all it asks of one are discounted sums of losses. Those are
carried along here, a few numbers a lane, and asked where a life ends. Written in what numpy and torch spell alike, so
it runs where the lanes are, once a rollout.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.world import Level
from hamlet.world.backend import Array, Backend
from hamlet.world.causes import DISCOUNT


class Roots:
    """Discounted sums of every lane's life under way, and the roots of the deaths of the last rollout."""

    def __init__(self, level: Level, lanes: int, steps: int, backend: Backend) -> None:
        """`steps` of every lane make one rollout."""
        self.backend = backend
        row = {name: i for i, name in enumerate(level.meter_names)}
        self._lethal = [i for i, meter in enumerate(level.meters) if meter.lethal]
        # (source, its threshold, target, loss per unit missing under it), as `causes._flows` has them.
        flows = [(row[m.source], 1.0, row[m.target], m.amount * m.range) for m in level.modulation]
        flows += [(row[c.source], c.threshold, row[c.target], c.strength / c.threshold) for c in level.cascades]
        lacks = list(dict.fromkeys((source, threshold) for source, threshold, _, _ in flows))
        pairs = list(dict.fromkeys((source, target) for source, _, target, _ in flows))
        kinds = list(dict.fromkeys(action.kind for action in level.actions))
        self._lacks, self._kinds = len(lacks), len(kinds)
        sums = len(lacks) + len(kinds)
        blame, wear = np.zeros((sums, len(pairs))), np.zeros((sums, level.num_meters))
        for source, threshold, target, loss in flows:
            blame[lacks.index((source, threshold)), pairs.index((source, target))] += loss
        for i, kind in enumerate(kinds):
            cost = level.costs[kind]
            wear[len(lacks) + i] = [max(m.depletion, 0.0) + cost.get(m.name, 0.0) for m in level.meters]
        table = backend.asarray
        self._source = table(np.array([source for source, _ in lacks], dtype=np.int64))
        self._threshold = table(np.array([threshold for _, threshold in lacks]).reshape(-1, 1))
        self._is_kind = [table(np.array([float(a.kind == kind) for a in level.actions])) for kind in kinds]
        self._from = table(np.array([source for source, _ in pairs], dtype=np.int64))
        self._to = table(np.array([target for _, target in pairs], dtype=np.int64))
        self._blame, self._wear = table(blame), table(wear)
        self._eye = table(np.eye(level.num_meters, dtype=bool))
        self._rows = table(np.arange(steps * lanes))
        self._longest = len({source for source, _ in pairs})
        self._sums = table(np.zeros((sums, lanes)))
        self._told = table(np.zeros((steps, sums, lanes)))

    def rollout(self, meters: Array, actions: Array, ended: Array) -> tuple[Array, Array]:
        """Take up a rollout: meters (T, M, lanes) after each step, actions (T, lanes), and where lives ended with the
        step, (T, lanes) bool.

        Returns (died_of, root), rows of meters: of numpy one entry a death, of torch (T * lanes,) each with -1 where
        nobody died, since a GPU would have to be waited for to know how many did.
        """
        b, told = self.backend, self._told
        lacking = told[:, : self._lacks]
        lacking[:] = self._threshold - b.columns(meters, self._source)
        b.floor_(lacking)
        for i, is_kind in enumerate(self._is_kind):
            told[:, self._lacks + i] = b.take(is_kind, actions)
        left = ~ended * DISCOUNT
        for t in range(len(told)):
            row = told[t]
            row += self._sums
            self._sums = row * left[t]
        died_of = b.full(actions.shape, -1)
        for meter in reversed(self._lethal):
            died_of = b.where(meters[:, meter] <= 0.0, meter, died_of)
        died_of = died_of.reshape(-1)
        by_life = told.swapaxes(1, 2)
        if b.name == "torch":
            every = by_life.reshape(len(died_of), -1)
            return died_of, b.where(died_of >= 0, self._resolve(every, b.where(died_of >= 0, died_of, 0)), -1)
        dead = np.flatnonzero(died_of >= 0)
        died_of = died_of[dead]
        return died_of, self._resolve(by_life[np.divmod(dead, by_life.shape[1])], died_of)

    def _resolve(self, sums: Array, died_of: Array) -> Array:
        """(deaths, sums) and the meters that ran out, (deaths,) -> the meters at the root, (deaths,)."""
        b, root, deaths = self.backend, died_of, self._rows[: len(died_of)]
        if not self._longest or not len(died_of):
            return root
        amounts, own = sums @ self._blame, (sums @ self._wear).reshape(-1)
        meters, pairs = self._eye.shape[0], amounts.shape[1]
        seen = b.rows(self._eye, root)
        for link in range(self._longest):
            may = (self._to == root[:, None]) & ~b.columns(seen, self._from)
            blamed = b.where(may, amounts, 0.0)
            worst = blamed.argmax(1)
            most = b.take(blamed.reshape(-1), deaths * pairs + worst)
            further = most > (b.take(own, deaths * meters + root) if link else 0.0)
            if b.name == "numpy" and not further.any():
                break
            root = b.where(further, b.take(self._from, worst), root)
            seen = seen | b.rows(self._eye, root)
        return root

    def state(self) -> NDArray[np.float64]:
        """The sums of the lives under way, a step older, (sums, lanes), on the host."""
        out: NDArray[np.float64] = self.backend.numpy(self._sums)
        return out

    def restore(self, state: Any) -> None:
        """Take up a `state()` again."""
        self._sums = self.backend.asarray(state)
