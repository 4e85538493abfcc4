"""What `predict` promises: pure, masked, single or batched, and clear about what it cannot take."""

import numpy as np
import pytest

from hamlet.model import ContractError, HamletModel, InputError, ModelError, StatefulModel, parity

UP, DOWN, LEFT, RIGHT, INTERACT, WAIT = range(6)


def asked(model: HamletModel, count: int = 8) -> np.ndarray:
    return parity.questions(model.contract, count)


class TestShapes:
    def test_one_observation_is_a_batch_of_one(self, either):
        out = either.predict(asked(either)[0])
        assert out["actions"].shape == (1,)
        assert out["q_values"].shape == (1, 6)
        assert out["q_values"].dtype == np.float32

    def test_a_batch_answers_as_its_observations_do_one_by_one(self, either):
        obs = asked(either)
        together = either.predict(obs)
        alone = np.concatenate([either.predict(one)["q_values"] for one in obs])
        np.testing.assert_allclose(together["q_values"], alone, atol=1e-5)

    def test_a_batch_larger_than_a_block_keeps_its_order_and_its_memory(self, either):
        obs = asked(either, 2500)
        first = either.predict(obs)
        second = either.predict(obs, first["hidden"])
        for at in (0, 255, 256, 1023, 1024, 2499):
            alone = either.predict(obs[at])
            np.testing.assert_allclose(first["q_values"][at], alone["q_values"][0], atol=1e-5)
            again = either.predict(obs[at], alone["hidden"])
            np.testing.assert_allclose(second["q_values"][at], again["q_values"][0], atol=1e-5)

    def test_an_empty_batch_has_an_empty_answer(self, either):
        out = either.predict(np.zeros((0, either.obs_dim), np.float32))
        assert out["actions"].shape == (0,)
        assert out["q_values"].shape == (0, 6)

    def test_lists_and_other_number_types_are_taken(self, simple):
        obs = asked(simple)[0]
        expected = simple.predict(obs)["q_values"]
        np.testing.assert_array_equal(simple.predict(obs.tolist())["q_values"], expected)
        np.testing.assert_array_equal(simple.predict(obs.astype(np.float64))["q_values"], expected)


class TestPurity:
    def test_the_same_question_has_the_same_answer(self, either):
        obs = asked(either)
        first, _, second = either.predict(obs), either.predict(-obs), either.predict(obs)
        np.testing.assert_array_equal(first["q_values"], second["q_values"])

    def test_no_argument_is_changed(self, recurrent):
        obs = asked(recurrent)
        hidden = recurrent.predict(obs)["hidden"]
        mask = np.ones((8, 6), bool)
        before = [a.copy() for a in (obs, *hidden, mask)]
        recurrent.predict(obs, hidden, 0.5, mask, np.random.default_rng(0))
        for array, copy in zip((obs, *hidden, mask), before, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_weights_are_locked_and_not_the_callers(self, simple):
        weights = {name: array.copy() for name, array in simple.weights.items()}
        model = HamletModel("simple", weights, simple.contract)
        weights["net.0.weight"][:] = 0
        np.testing.assert_array_equal(model.weights["net.0.weight"], simple.weights["net.0.weight"])
        with pytest.raises(ValueError, match="read-only"):
            model.weights["net.0.weight"][:] = 0

    def test_contract_and_metadata_are_copies(self, simple):
        simple.contract["actions"].clear()
        simple.metadata["x"] = 1
        assert len(simple.contract["actions"]) == 6
        assert "x" not in simple.metadata


class TestMasks:
    def test_the_forbidden_best_action_gives_way_to_the_next_best(self, simple):
        obs = asked(simple)[0]
        order = simple.predict(obs)["q_values"][0].argsort()[::-1]
        mask = np.ones(6, bool)
        mask[order[0]] = False
        out = simple.predict(obs, mask=mask)
        assert out["actions"][0] == order[1]

    def test_q_values_of_forbidden_actions_are_still_told(self, simple):
        obs = asked(simple)[0]
        masked = simple.predict(obs, mask=[False] * 5 + [True])
        np.testing.assert_array_equal(masked["q_values"], simple.predict(obs)["q_values"])

    def test_where_all_is_forbidden_the_action_is_0(self, simple):
        obs = asked(simple)
        mask = np.ones((8, 6), bool)
        mask[3] = False
        rng = np.random.default_rng(0)
        assert simple.predict(obs, mask=mask)["actions"][3] == UP
        assert simple.predict(obs, epsilon=1.0, mask=mask, rng=rng)["actions"][3] == UP

    def test_ties_go_to_the_first_action(self, simple):
        weights = {name: array * 0 for name, array in simple.weights.items()}
        undecided = HamletModel("simple", weights, simple.contract)
        obs = asked(simple)[0]
        assert undecided.predict(obs)["actions"][0] == UP
        assert undecided.predict(obs, mask=[False, False, True, True, True, True])["actions"][0] == LEFT


class TestChance:
    def test_dice_stay_within_the_mask_and_are_even(self, simple):
        obs = np.tile(asked(simple)[0], (6000, 1))
        mask = np.array([True, False, True, False, False, True])
        actions = simple.predict(obs, epsilon=1.0, mask=mask, rng=np.random.default_rng(3))["actions"]
        counts = np.bincount(actions, minlength=6)
        assert set(np.flatnonzero(counts)) == {UP, LEFT, WAIT}
        # 2000 each in expectation, standard deviation 36.5: five of them.
        assert abs(counts[[UP, LEFT, WAIT]] - 2000).max() < 183

    def test_epsilon_is_the_chance_to_roll(self, simple):
        obs = np.tile(asked(simple)[0], (6000, 1))
        greedy = simple.predict(obs)["actions"][0]
        actions = simple.predict(obs, epsilon=0.3, rng=np.random.default_rng(4))["actions"]
        # Five of six rolls are another action: 0.3 * 5/6 = 0.25 of 6000, standard deviation 33.5.
        assert abs((actions != greedy).sum() - 1500) < 168

    def test_the_same_dice_roll_the_same_actions(self, simple):
        obs = asked(simple, 100)
        a, b = (simple.predict(obs, epsilon=0.5, rng=np.random.default_rng(7))["actions"] for _ in range(2))
        np.testing.assert_array_equal(a, b)

    def test_without_epsilon_no_dice_are_needed_nor_rolled(self, simple):
        rng = np.random.default_rng(0)
        simple.predict(asked(simple), epsilon=0.0, rng=rng)
        assert rng.random() == np.random.default_rng(0).random()

    @pytest.mark.parametrize("epsilon", [-0.1, 1.1, float("nan"), "0.5", None])
    def test_a_wrong_epsilon_is_named(self, simple, epsilon):
        with pytest.raises(InputError, match="epsilon"):
            simple.predict(asked(simple), epsilon=epsilon, rng=np.random.default_rng(0))

    @pytest.mark.parametrize("rng", [None, 42, np.random.RandomState(0)])
    def test_dice_must_be_a_generator(self, simple, rng):
        with pytest.raises(InputError, match="default_rng"):
            simple.predict(asked(simple), epsilon=0.5, rng=rng)


class TestMemory:
    def test_the_simple_network_has_none(self, simple):
        assert simple.predict(asked(simple))["hidden"] is None
        with pytest.raises(InputError, match="no memory"):
            simple.predict(asked(simple)[0], hidden=(np.zeros((1, 256)), np.zeros((1, 256))))

    def test_to_begin_means_zeros(self, recurrent):
        obs = asked(recurrent)
        zeros = (np.zeros((8, 256), np.float32), np.zeros((8, 256), np.float32))
        a, b = recurrent.predict(obs), recurrent.predict(obs, zeros)
        np.testing.assert_array_equal(a["q_values"], b["q_values"])

    def test_memory_matters(self, recurrent):
        obs = asked(recurrent)
        first = recurrent.predict(obs)
        assert np.abs(recurrent.predict(obs, first["hidden"])["q_values"] - first["q_values"]).max() > 1e-4

    def test_torchs_shape_is_taken_too(self, recurrent):
        obs = asked(recurrent)
        h, c = recurrent.predict(obs)["hidden"]
        a = recurrent.predict(obs, (h, c))["q_values"]
        np.testing.assert_array_equal(recurrent.predict(obs, (h[None], c[None]))["q_values"], a)

    @pytest.mark.parametrize(
        "hidden", [(np.zeros((3, 256)),) * 2, (np.zeros((8, 255)),) * 2, np.zeros(5), "h", (1, 2, 3), 7]
    )
    def test_a_wrong_memory_is_named(self, recurrent, hidden):
        with pytest.raises(InputError, match=r"\(8, 256\)"):
            recurrent.predict(asked(recurrent), hidden)

    def test_a_memory_that_is_not_finite_is_named(self, recurrent):
        h, c = recurrent.predict(asked(recurrent))["hidden"]
        c[2, 5] = np.nan
        with pytest.raises(InputError, match="hidden c"):
            recurrent.predict(asked(recurrent), (h, c))

    def test_a_stateful_model_carries_it(self, recurrent):
        obs = asked(recurrent)
        player, hidden = StatefulModel(recurrent), None
        for _ in range(3):
            out = recurrent.predict(obs, hidden)
            hidden = out["hidden"]
            np.testing.assert_array_equal(player.predict(obs)["q_values"], out["q_values"])
        player.reset()
        np.testing.assert_array_equal(player.predict(obs)["q_values"], recurrent.predict(obs)["q_values"])

    def test_a_stateful_model_forgets_single_lanes(self, recurrent):
        obs = asked(recurrent)
        player = StatefulModel(recurrent)
        carried = recurrent.predict(obs, player.predict(obs)["hidden"])["q_values"]
        player.reset(where=[True] + [False] * 7)
        after = player.predict(obs)["q_values"]
        np.testing.assert_array_equal(after[1:], carried[1:])
        np.testing.assert_allclose(after[0], recurrent.predict(obs)["q_values"][0], atol=1e-6)

    def test_a_stateful_model_acts_with_plain_ints(self, either):
        assert isinstance(StatefulModel(either).act(asked(either)[0]), int)
        assert StatefulModel(either).act(asked(either)).shape == (8,)


class TestBadQuestions:
    def test_the_wrong_width_names_the_fields(self, simple):
        with pytest.raises(InputError, match=r"\(90,\).*grid 0-63, meters 64-71, affordance_here 72-86, time_sin 87"):
            simple.predict(np.zeros(90))

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_a_value_that_is_not_finite_names_its_field(self, either, bad):
        obs = asked(either)
        meters = next(field for field in either.contract["observation"] if field["name"] == "meters")
        obs[2, meters["start"] + 5] = bad
        with pytest.raises(InputError, match=r"field 'meters' \(social\), index \d+ in row 2"):
            either.predict(obs)

    def test_nan_where_the_recurrent_network_does_not_look_is_an_error_too(self, recurrent):
        obs = asked(recurrent)
        obs[0, 53] = np.nan
        with pytest.raises(InputError, match="lifetime"):
            recurrent.predict(obs)

    def test_large_but_finite_numbers_are_no_error(self, simple):
        assert np.isfinite(simple.predict(np.full(91, 1e15, np.float32))["q_values"]).all()

    @pytest.mark.parametrize(
        "obs", [None, "obs", {"grid": 1}, [[1, 2], [3]], np.zeros((2, 2, 91)), 1 + 2j, [None] * 91]
    )
    def test_what_is_no_observation_is_refused(self, simple, obs):
        with pytest.raises(InputError, match="obs"):
            simple.predict(obs)

    @pytest.mark.parametrize("mask", [[True] * 5, np.ones((3, 6), bool), ["a"] * 6, None.__class__])
    def test_a_wrong_mask_names_the_actions(self, simple, mask):
        with pytest.raises(InputError, match=r"mask.*UP, DOWN, LEFT, RIGHT, INTERACT, WAIT"):
            simple.predict(asked(simple), mask=mask)


class TestBadMinds:
    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_weights_that_are_not_finite_are_refused(self, either, bad):
        weights = {name: array.copy() for name, array in either.weights.items()}
        name = list(weights)[3]
        weights[name].flat[0] = bad
        with pytest.raises(ContractError, match=f"{name}.*not finite"):
            HamletModel(either.network, weights, either.contract)

    def test_a_missing_an_unknown_and_a_misshapen_weight_are_named(self, either):
        weights = dict(either.weights)
        gone = list(weights)[-1]
        array = weights.pop(gone)
        with pytest.raises(ContractError, match=f"{gone}.*missing"):
            HamletModel(either.network, weights, either.contract)
        with pytest.raises(ContractError, match=r"no weight 'net\.9\.bias'"):
            HamletModel(either.network, {**either.weights, "net.9.bias": array}, either.contract)
        with pytest.raises(ContractError, match=rf"{gone}.*\(7,\)"):
            HamletModel(either.network, {**either.weights, gone: np.zeros(7, np.float32)}, either.contract)

    def test_a_network_of_another_kind_is_named(self, simple):
        with pytest.raises(ContractError, match=r"'transformer'.*'simple' or 'recurrent'"):
            HamletModel("transformer", simple.weights, simple.contract)
        with pytest.raises(ContractError, match="weights of a simple one"):
            HamletModel("recurrent", simple.weights, simple.contract)
        with pytest.raises(ContractError, match="not a HAMLET network"):
            HamletModel("simple", {"bert.embeddings": np.zeros(3, np.float32)}, simple.contract)

    def test_weights_beyond_float32_say_so_when_asked(self, simple):
        weights = dict(simple.weights)
        weights["net.6.weight"] = np.full((6, 128), 3e38, np.float32)
        loud = HamletModel("simple", weights, simple.contract)
        with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ModelError, match="too large"):
            loud.predict(asked(simple))

    def test_metadata_must_survive_json(self, simple):
        with pytest.raises(ContractError, match="metadata"):
            HamletModel("simple", simple.weights, simple.contract, {"loss": float("nan")})
        with pytest.raises(ContractError, match="metadata"):
            HamletModel("simple", simple.weights, simple.contract, {"when": object()})
