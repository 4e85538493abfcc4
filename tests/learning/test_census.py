"""What all lanes did, counted: the watched lane's rows must be found in it again."""

import json
from collections import Counter

import numpy as np
import pytest

from hamlet.learning import Trainer
from hamlet.learning.census import census_in
from hamlet.learning.events import EpisodeEnd, EpisodeStart, Step
from hamlet.model.errors import DamagedFileError
from hamlet.world import load_level
from tests.learning.runs import L3, iterations, small, to_the_end


def one_lane(**changes):
    """A run of the watched lane alone, with what it told."""
    trainer, events = Trainer(small(lanes=1, steps=8 * 100, exploring_starts=0.0, **changes)), []
    return to_the_end(trainer, events.append), events


def test_cells_places_and_deaths_are_those_that_were_told():
    trainer, events = one_lane()
    told, names = trainer.census.told(), trainer.level.vocabulary
    steps = [e for e in events if isinstance(e, Step)]
    cells = Counter((s.y, s.x) for s in steps)
    assert {(y, x): told["visits"][y][x] for y, x in cells} == cells
    assert sum(map(sum, told["visits"])) == len(steps)
    assert told["uses"] == Counter(names[s.used] for s in steps if s.used >= 0)
    ends = [e for e in events if isinstance(e, EpisodeEnd) and e.died_of]
    assert told["deaths"] == Counter(e.died_of for e in ends)
    assert told["roots"] == Counter(e.root for e in ends)


def test_transitions_are_pairs_within_a_life():
    trainer, events = one_lane(level="L1_full_observability")
    pairs, last = Counter(), None
    for event in events:
        if isinstance(event, EpisodeStart):
            last = None
        if isinstance(event, Step) and event.used >= 0:
            if last is not None:
                pairs[last, event.used] += 1
            last = event.used
    names = trainer.level.vocabulary
    told = trainer.census.told()["transitions"]
    assert {(names[a], names[b]): n for (a, b), n in pairs.items()} == {
        (a, b): n for a, to in told.items() for b, n in to.items()
    }


def test_by_the_hour_they_add_up_to_all_and_fall_where_they_were_told():
    trainer, events = one_lane(**L3, network="simple")
    told, names = trainer.census.told(), trainer.level.vocabulary
    hours = Counter((names[s.used], s.hour) for s in events if isinstance(s, Step) and s.used >= 0)
    uses = told["by_hour"]["uses"]
    assert {(name, hour): n for name, row in uses.items() for hour, n in enumerate(row) if n} == hours
    assert {name: sum(row) for name, row in uses.items()} == told["uses"]
    pairs = Counter()
    for hour in told["by_hour"]["transitions"]:
        pairs.update({(a, b): n for a, to in hour.items() for b, n in to.items()})
    assert pairs == {(a, b): n for a, to in told["transitions"].items() for b, n in to.items()}
    assert one_lane()[0].census.told()["by_hour"] is None


def test_every_death_of_every_lane_has_one_root_also_after_a_checkpoint(tmp_path):
    trainer = Trainer(small(steps=16 * 8 * 40))
    iterations(trainer, 20)
    trainer.save(tmp_path / "c.pt")
    told = [to_the_end(run).census.told() for run in (trainer, Trainer.restore(tmp_path / "c.pt"))]
    assert told[0] == told[1]
    assert sum(told[0]["roots"].values()) == sum(told[0]["deaths"].values()) > 16


def test_novelty_is_there_only_with_curiosity():
    assert one_lane()[0].census.told()["novelty"] is None
    trainer = to_the_end(Trainer(small(curiosity=True)))
    values = [v for row in trainer.census.told()["novelty"] for v in row if v is not None]
    assert values
    assert np.isfinite(values).all()
    assert trainer.census.arrivals.sum() == trainer.steps


def test_it_is_plain_data_and_survives_a_checkpoint(tmp_path):
    trainer = to_the_end(Trainer(small(**L3)))
    trainer.save(tmp_path / "c.pt")
    told = trainer.census.told()
    assert json.loads(json.dumps(told)) == told
    assert Trainer.restore(tmp_path / "c.pt").census.told() == told
    assert census_in(tmp_path / "c.pt", trainer.level) == told
    with pytest.raises(DamagedFileError, match=r"'c\.pt' has no census of L1_full_observability"):
        census_in(tmp_path / "c.pt", load_level("L1_full_observability"))
