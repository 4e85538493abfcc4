"""Every setting is described once, and what cannot be is refused before the run exists."""

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from hamlet.learning.config import PRESETS, TrainConfig
from hamlet.world import load_level, parse_level

GROUPS = {"world", "sight", "brain", "exploration", "curriculum", "run"}


def errors_of(**settings: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        TrainConfig(**settings)
    return {str(error["loc"][0]): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize("name", TrainConfig.model_fields)
def test_a_form_can_be_drawn_from_every_field(name):
    field = TrainConfig.model_json_schema()["properties"][name]
    assert field["title"]
    assert field["description"].endswith(".")
    assert field["group"] in GROUPS
    assert "source" in field
    assert "default" in field
    for need, value in field.get("needs", {}).items():
        assert TrainConfig(**{need: value, "level": "L2_partial_observability"}), "it may only need what can be chosen"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["name"])
def test_every_preset_is_possible(preset):
    assert TrainConfig(**preset["config"])
    assert preset["title"]
    assert preset["summary"].endswith(".")


def test_the_first_preset_is_what_one_gets_without_choosing():
    assert TrainConfig(**PRESETS[0]["config"]) == TrainConfig()


def test_settings_survive_a_row_of_a_database():
    config = TrainConfig(seed=7, learner="dqn", episodes=12)
    assert TrainConfig(**json.loads(config.model_dump_json())) == config


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        TrainConfig().seed = 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "L9_heaven"), ("level", "../../etc/passwd"), ("level", "x" * 10_000),
        ("episodes", 0), ("episodes", 10**12), ("seed", -1), ("seed", 2**31), ("learning_rate", -1e-3),
        ("learning_rate", float("nan")), ("gamma", float("inf")), ("gamma", 1.0), ("lanes", 0), ("steps", 0),
        ("learner", "ppo"), ("network", "transformer"), ("epsilon_end", 1.5), ("multiplier", -0.1), ("seed", "many"),
    ],
)  # fmt: skip
def test_a_bad_value_names_its_field(field, value):
    assert set(errors_of(**{field: value})) == {field}


def test_an_unknown_setting_is_refused():
    assert "learning_speed" in errors_of(learning_speed=1)


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("network", {"network": "recurrent"}),
        ("epsilon_end", {"epsilon_start": 0.1, "epsilon_end": 0.5}),
        ("steps", {"steps": 4095, "lanes": 256, "rollout": 16}),
        ("rollout", {"lanes": 16_384, "rollout": 256, "steps": 10**9}),
        ("minibatches", {"lanes": 2, "rollout": 8, "minibatches": 17}),
        ("minibatches", {"level": "L2_partial_observability", "lanes": 4, "minibatches": 5}),
        ("replay_start", {"learner": "dqn", "replay_start": 60_000}),
        ("replay_start", {"learner": "dqn", "replay_start": 2000, "steps": 1000}),
        ("replay_capacity", {"learner": "dqn", "lanes": 1024, "replay_capacity": 4096}),
        ("retreat_under", {"curriculum": "stages", "retreat_under": 0.6, "advance_at": 0.5}),
    ],
)
def test_an_impossible_combination_names_the_field_to_change(field, settings):
    assert field in errors_of(**settings)


def test_all_that_is_impossible_is_said_at_once():
    assert set(errors_of(steps=100, epsilon_start=0.1, epsilon_end=0.2)) == {"steps", "epsilon_end"}


def test_auto_takes_the_network_that_the_sight_wants():
    assert TrainConfig().network_kind == "simple"
    assert TrainConfig(level="L2_partial_observability").network_kind == "recurrent"
    assert TrainConfig(level="L2_partial_observability", network="simple").network_kind == "simple"


def test_a_level_of_ones_own_is_given_along():
    text = "name: mine\n" + _text_of("L1_full_observability").split("\n", 1)[1]
    own = parse_level(text)
    config = TrainConfig.model_validate({"level": own.name}, context={"level": own})
    assert config.network_for(own) == "simple"
    assert "level" in errors_of(level=own.name)


def _text_of(name: str) -> str:
    from hamlet.world.load import LEVELS

    lines = (LEVELS / f"{name}.yaml").read_text(encoding="utf-8").split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("name:"))
    return "\n".join(lines[first:])


def test_what_the_web_process_reads_imports_no_torch():
    code = (
        "import sys; import hamlet.learning.config, hamlet.learning.events, hamlet.learning.metrics, hamlet.learning;"
        "import hamlet.learning.evaluate, hamlet.learning.commands.train, hamlet.learning.commands.evaluate;"
        "hamlet.learning.config.TrainConfig(); print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_settings_that_do_not_matter_are_not_among_the_applicable():
    level = load_level("L2_partial_observability")
    pqn = TrainConfig(level=level.name).applicable(level)
    assert pqn["rollout"] == 16
    assert not {"replay", "sequence", "priority_alpha", "curiosity_weight", "first_stage"} & set(pqn)
    plain = TrainConfig(level=level.name, learner="dqn", network="simple").applicable(level)
    assert plain["replay"] == "uniform"
    assert not {"rollout", "sequence", "burn_in", "priority_alpha"} & set(plain)
    full = TrainConfig(
        level=level.name, learner="dqn", replay="prioritised", curiosity=True, curriculum="stages"
    ).applicable(level)
    assert {"sequence", "priority_alpha", "curiosity_weight", "first_stage"} <= set(full)
    assert "multiplier" not in full
