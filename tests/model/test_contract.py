"""A model knows what it sees: by name it builds an observation, and tells whether it fits a level."""

import copy

import numpy as np
import pytest

from hamlet.model import ContractError, HamletModel, InputError, contract_of, parity
from hamlet.world import load_level
from tests.model.minds import mind

LEVELS = [
    "L0_0_minimal", "L0_5_dual_resource", "L1_full_observability", "L2_partial_observability", "L3_temporal_mechanics"
]  # fmt: skip


class TestContractOf:
    @pytest.mark.parametrize("name", LEVELS)
    def test_it_is_the_levels_own_words(self, name):
        level = load_level(name)
        contract = contract_of(level.describe(), "simple")
        assert contract["format"] == 1
        assert contract["level"] == name
        assert contract["level_digest"] == level.digest
        assert contract["network"] == "simple"
        assert contract["obs_dim"] == level.obs_dim
        assert contract["actions"] == list(level.action_names)
        assert [(f["name"], f["start"], f["stop"], f["low"], f["high"]) for f in contract["observation"]] == [
            (f.name, f.start, f.stop, f.low, f.high) for f in level.observation
        ]

    def test_what_is_missing_is_named(self):
        described = load_level("L1_full_observability").describe()
        for key in ("name", "observation", "actions"):
            with pytest.raises(ContractError, match=f"no '{key}'"):
                contract_of({k: v for k, v in described.items() if k != key})

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"start": 1}, "should start at 0"),
            ({"stop": 0}, "is 0 to 0"),
            ({"stop": 6.5}, "cannot be read"),
            ({"stop": 10**9}, "64 labels for 1000000000"),
            ({"low": float("nan")}, "ranges"),
            ({"low": 3.0, "high": 2.0}, "ranges"),
            ({"name": ""}, "without a name"),
            ({"name": "meters"}, "two fields named 'meters'"),
            ({"labels": ["a"]}, "1 labels for 64"),
        ],
    )
    def test_fields_must_tile_the_observation(self, simple, change, message):
        contract = simple.contract
        contract["observation"][0].update(change)
        with pytest.raises(ContractError, match=message):
            contract_of({**contract, "name": "x"})
        with pytest.raises(ContractError):
            HamletModel("simple", simple.weights, contract)


class TestWeightsAndContractBelongTogether:
    def test_another_levels_contract_is_refused_with_its_fields(self, simple):
        other = contract_of(load_level("L0_0_minimal").describe())
        with pytest.raises(ContractError, match="reads 91 values, the contract has 36: grid 0-8"):
            HamletModel("simple", simple.weights, other)

    def test_a_missing_action_is_counted(self, simple):
        contract = {**simple.contract, "actions": ["UP", "DOWN"]}
        with pytest.raises(ContractError, match="answers 6 actions, the contract names 2"):
            HamletModel("simple", simple.weights, contract)

    @pytest.mark.parametrize(
        "change",
        [
            {"observation": []}, {"observation": None}, {"observation": [3]}, {"actions": "UP"}, {"actions": [1] * 6},
            {"actions": ["UP"] * 6}, {"obs_dim": 90}, {"format": 2}, {"network": "recurrent"}, {"level_digest": 7},
        ],
    )  # fmt: skip
    def test_a_contract_that_is_none_is_refused(self, simple, change):
        with pytest.raises(ContractError):
            HamletModel("simple", simple.weights, {**simple.contract, **change})


class TestObsFrom:
    @pytest.mark.parametrize("network", ["simple", "recurrent"])
    def test_named_fields_make_the_vector_the_world_makes(self, network):
        model = mind(network)
        vector = parity.questions(model.contract, 1)[0]
        fields = {f["name"]: vector[f["start"] : f["stop"]] for f in model.contract["observation"]}
        np.testing.assert_array_equal(model.obs_from(fields), vector)

    def fields(self) -> dict[str, object]:
        return {
            "grid": np.zeros(64),
            "meters": {"energy": 1, "hygiene": 0.5, "satiation": 1, "money": 0.2, "mood": 1, "social": 1, "health": 1,
                       "fitness": 0.75},
            "affordance_here": "Bed",
            "time_sin": 0.0,
            "time_cos": [1.0],
            "progress": 0,
            "lifetime": 0.25,
        }  # fmt: skip

    def test_labels_and_single_numbers_are_understood(self, simple):
        obs = simple.obs_from(self.fields())
        assert obs.shape == (91,)
        assert obs.dtype == np.float32
        assert obs[65] == 0.5
        assert obs[71] == 0.75
        np.testing.assert_array_equal(obs[72:87], np.eye(15)[0])
        assert list(obs[87:]) == [0, 1, 0, 0.25]

    def test_a_batch_may_be_mixed_with_single_values(self, simple):
        grids = np.arange(3 * 64).reshape(3, 64) % 2
        obs = simple.obs_from({**self.fields(), "grid": grids})
        assert obs.shape == (3, 91)
        np.testing.assert_array_equal(obs[:, :64], grids)
        assert (obs[:, 65] == 0.5).all()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"mood": 1}, "unknown fields: mood"),
            ({"grid": np.zeros(63)}, r"'grid' has shape \(63,\)"),
            ({"grid": "Bed"}, "'grid' has no Bed"),
            ({"affordance_here": "Pub"}, "'affordance_here' has no Pub; it has Bed"),
            ({"meters": {"energy": 1}}, "'meters' lacks hygiene"),
            ({"progress": "much"}, "'progress' has no much"),
            ({"lifetime": np.nan}, "'lifetime' holds a value that is not finite"),
            ({"time_sin": None}, "'time_sin'"),
            ({"grid": np.zeros((2, 64)), "progress": np.zeros((3, 1))}, "different sizes"),
        ],
    )
    def test_what_is_wrong_names_its_field(self, simple, change, message):
        with pytest.raises(InputError, match=message):
            simple.obs_from({**self.fields(), **change})

    def test_what_is_missing_is_named(self, simple):
        fields = self.fields()
        del fields["grid"], fields["progress"]
        with pytest.raises(InputError, match="missing fields: grid, progress"):
            simple.obs_from(fields)


class TestFits:
    """Twenty-five pairs with known verdicts, then worlds that differ by one thing."""

    @pytest.mark.parametrize("other", LEVELS)
    @pytest.mark.parametrize("home", LEVELS)
    def test_the_levels_that_come_with_hamlet(self, home, other):
        level = load_level(home)
        narrow = "simple" if level.sight is None else "recurrent"
        from tests.model.minds import random_weights

        weights = random_weights(narrow, level.obs_dim, level.num_actions, 0, width=16)
        fit = HamletModel(narrow, weights, contract_of(level.describe())).fits(load_level(other))
        partial = {"L2_partial_observability", "L3_temporal_mechanics"}
        if home == other or {home, other} == partial:
            assert fit.verdict == "yes"
            assert fit
        else:
            assert fit.verdict == "no"
            assert not fit
            lost = "window" if home in partial else "grid"
            assert any(f"'{lost}'" in reason for reason in fit.reasons)

    def test_other_rules_in_the_same_words_are_told(self, recurrent):
        assert recurrent.fits(load_level("L2_partial_observability")).reasons == ()
        assert "rules differ" in recurrent.fits(load_level("L3_temporal_mechanics")).reasons[0]

    def shuffled(self, contract, seed=0):
        """The same level with its fields, meters and actions in another order."""
        rng = np.random.default_rng(seed)
        other = copy.deepcopy(contract)
        rng.shuffle(other["observation"])
        rng.shuffle(other["actions"])
        at = 0
        for field in other["observation"]:
            width = field["stop"] - field["start"]
            field["start"], field["stop"] = at, at + width
            at += width
            if field["name"] == "meters":
                rng.shuffle(field["labels"])
        return other

    def test_the_same_values_in_another_order_fit_after_reordering(self, simple):
        home = simple.contract
        there = self.shuffled(home)
        fit = simple.fits({**there, "name": "Elsinore"})
        assert fit.verdict == "reordered"

        # A value that says where it comes from: field and label, in each world's own order.
        def named(contract):
            return [f"{f['name']}.{label}" for f in contract["observation"] for label in f["labels"]]

        assert np.array(named(there))[fit.observation].tolist() == named(home)
        assert [there["actions"][i] for i in fit.actions] == home["actions"]

    def test_a_reordered_world_is_played_through_the_indices(self, simple):
        there = self.shuffled(simple.contract, seed=1)
        fit = simple.fits({**there, "name": "Elsinore"})
        mine = parity.questions(simple.contract, 1)[0]
        theirs = np.empty(91, np.float32)
        theirs[fit.observation] = mine
        out = simple.predict(theirs[fit.observation])
        assert (
            there["actions"][fit.actions[out["actions"][0]]] == simple.action_names[simple.predict(mine)["actions"][0]]
        )

    def without(self, contract, field_name, label):
        other = copy.deepcopy(contract)
        at = 0
        for field in other["observation"]:
            if field["name"] == field_name:
                field["labels"].remove(label)
            field["start"], field["stop"] = at, at + len(field["labels"])
            at = field["stop"]
        return {**other, "name": "x", "obs_dim": at}

    def test_a_missing_meter_is_named(self, simple):
        fit = simple.fits(self.without(simple.contract, "meters", "social"))
        assert fit.verdict == "no"
        assert fit.missing == ("meters.social",)
        assert fit.reasons == ("field 'social' of 'meters' is missing",)
        assert fit.observation.size == 0

    def test_a_missing_field_is_named(self, simple):
        other = simple.contract
        other["observation"] = [f for f in other["observation"] if f["name"] != "lifetime"]
        fit = simple.fits({**other, "name": "x"})
        assert fit.missing == ("lifetime",)
        assert fit.reasons == ("field 'lifetime' is missing",)

    def test_a_missing_action_is_named(self, simple):
        fit = simple.fits({**simple.contract, "actions": ["UP", "DOWN", "LEFT", "RIGHT", "WAIT"], "name": "x"})
        assert fit.reasons == ("action 'INTERACT' does not exist here",)

    def test_a_world_that_shows_more_fits_through_the_indices(self, simple):
        other = simple.contract
        other["observation"].append({"name": "weather", "start": 91, "stop": 93, "low": 0, "high": 1})
        other["actions"].append("SWIM")
        fit = simple.fits({**other, "name": "x", "obs_dim": 93})
        assert fit.verdict == "reordered"
        np.testing.assert_array_equal(fit.observation, np.arange(91))
        np.testing.assert_array_equal(fit.actions, np.arange(6))

    def test_another_model_may_stand_for_its_level(self, simple, recurrent):
        assert simple.fits(simple).verdict == "yes"
        assert simple.fits(recurrent).verdict == "no"

    def test_what_is_no_level_is_refused(self, simple):
        with pytest.raises(ContractError, match="Level"):
            simple.fits("L1_full_observability")
