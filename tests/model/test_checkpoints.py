"""Training checkpoints, ours and the older HAMLET's, give their minds."""

from pathlib import Path

import numpy as np
import pytest
import torch

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import Iteration
from hamlet.model import DamagedFileError, HamletModel, ModelError, UnknownFormatError, parity
from hamlet.world import load_level
from tests.model.minds import mind

GOLDEN = Path(__file__).parent / "golden"
VERSION_2 = ["version2_L1_full_observability_ep00060", "version2_L2_partial_observability_ep00040"]


@pytest.mark.parametrize("name", VERSION_2)
class TestVersion2:
    def test_it_answers_as_the_older_hamlet_did(self, name):
        model = HamletModel.load_from_training_checkpoint(GOLDEN / f"{name}.pt")
        answers = np.load(GOLDEN / f"{name}.npz")
        out = model.predict(answers["obs"])
        np.testing.assert_allclose(out["q_values"], answers["q_values"], rtol=1e-5, atol=1e-5)
        if model.network == "recurrent":
            np.testing.assert_allclose(out["hidden"][0], answers["h_after"], atol=1e-5)
            np.testing.assert_allclose(out["hidden"][1], answers["c_after"], atol=1e-5)

    def test_it_remembers_as_the_older_hamlet_did(self, name):
        model = HamletModel.load(GOLDEN / f"{name}.pt")
        answers = np.load(GOLDEN / f"{name}.npz")
        if model.network == "simple":
            assert "seq_obs" not in answers
            return
        hidden = None
        for t, obs in enumerate(answers["seq_obs"]):
            out = model.predict(obs, hidden)
            hidden = out["hidden"]
            np.testing.assert_allclose(out["q_values"], answers["seq_q_values"][t], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(hidden[0], answers["seq_h"][t], atol=1e-5)
            np.testing.assert_allclose(hidden[1], answers["seq_c"][t], atol=1e-5)

    def test_it_fits_the_level_it_grew_up_in(self, name):
        model = HamletModel.load(GOLDEN / f"{name}.pt")
        assert model.fits(load_level(model.contract["level"])).verdict == "yes"

    def test_what_the_file_knows_comes_along(self, name):
        known = HamletModel.load(GOLDEN / f"{name}.pt").metadata
        assert known["episode"] == int(name[-5:])
        assert known["source"] == "version 2 training checkpoint"
        assert len(known["layout"]) == 14
        assert known["config"]["training"]["max_episodes"] == known["episode"]

    def test_it_is_no_model_file(self, name):
        with pytest.raises(UnknownFormatError, match="load_from_training_checkpoint"):
            HamletModel.load_from_inference_checkpoint(GOLDEN / f"{name}.pt")

    def test_it_has_no_best_weights(self, name):
        with pytest.raises(ModelError, match="which='last'"):
            HamletModel.load_from_training_checkpoint(GOLDEN / f"{name}.pt", which="best")

    def test_the_model_it_becomes_answers_the_same(self, name, tmp_path):
        old = HamletModel.load(GOLDEN / f"{name}.pt")
        old.save_inference_checkpoint(tmp_path / "a.safetensors")
        obs = np.load(GOLDEN / f"{name}.npz")["obs"]
        new = HamletModel.load(tmp_path / "a.safetensors").predict(obs)
        np.testing.assert_array_equal(new["q_values"], old.predict(obs)["q_values"])


@pytest.mark.parametrize("grid", [3, 7, 8, 11])
def test_version_2_grids_of_any_size_are_understood(grid, tmp_path):
    """The size of the grid stands in the weights; the levels of the older HAMLET had 3, 7 and 8."""
    root = torch.load(GOLDEN / f"{VERSION_2[0]}.pt", weights_only=True)
    population = root["population_state"]
    population["q_network"]["net.0.weight"] = torch.randn(128, grid * grid + 27)
    torch.save(root, tmp_path / "a.pt")
    model = HamletModel.load(tmp_path / "a.pt")
    field = model.contract["observation"][0]
    assert (field["name"], field["stop"], model.obs_dim) == ("grid", grid * grid, grid * grid + 27)


def test_slices_of_a_larger_storage_are_read_as_slices(tmp_path):
    """The older HAMLET's replay memory is stored at full capacity, its tensors are slices of it."""
    root = torch.load(GOLDEN / f"{VERSION_2[0]}.pt", weights_only=True)
    weights = root["population_state"]["q_network"]
    storage = torch.randn(500, 128)
    weights["net.3.weight"] = storage[100:228]
    weights["net.0.weight"] = torch.randn(91, 128).t()
    torch.save(root, tmp_path / "a.pt")
    model = HamletModel.load(tmp_path / "a.pt")
    np.testing.assert_array_equal(model.weights["net.3.weight"], storage[100:228].numpy())
    np.testing.assert_array_equal(model.weights["net.0.weight"], weights["net.0.weight"].numpy())


class TestOurs:
    def save(self, path: Path, **model: object) -> Path:
        narrow = mind("simple", width=16, seed=3)
        tensors = {name: torch.from_numpy(array.copy()) for name, array in narrow.weights.items()}
        content = {"network": "simple", "weights": tensors, "contract": narrow.contract, "metadata": {"episode": 7}}
        everything = {
            "format": "hamlet-checkpoint-1",
            "model": {**content, **model},
            "optimizer": {
                "state": {0: {"step": torch.tensor(3.0)}},
                "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.99)}],
            },
            "world": {"meters": torch.rand(16, 8), "steps": torch.arange(16), "rng": b"\x00\xff state"},
        }
        torch.save(everything, path)
        return path

    def test_the_last_weights_where_there_is_no_best(self, tmp_path):
        model = HamletModel.load(self.save(tmp_path / "checkpoint_ep00007.pt"))
        np.testing.assert_array_equal(model.weights["net.6.bias"], mind("simple", 3, 16).weights["net.6.bias"])
        assert model.metadata["episode"] == 7
        with pytest.raises(ModelError, match="no best weights"):
            HamletModel.load_from_training_checkpoint(tmp_path / "checkpoint_ep00007.pt", which="best")

    def test_the_best_weights_where_there_are_some(self, tmp_path):
        best = {name: torch.from_numpy(array.copy()) for name, array in mind("simple", 4, 16).weights.items()}
        path = self.save(tmp_path / "a.pt", best_weights=best)
        for which, seed in ((None, 4), ("best", 4), ("last", 3)):
            model = HamletModel.load_from_training_checkpoint(path, which=which)
            np.testing.assert_array_equal(model.weights["net.6.bias"], mind("simple", seed, 16).weights["net.6.bias"])

    def test_no_best_yet_may_be_written_as_none(self, tmp_path):
        assert HamletModel.load(self.save(tmp_path / "a.pt", best_weights=None)).metadata["episode"] == 7

    @pytest.mark.parametrize(
        "model",
        [
            {"weights": None},
            {"weights": {}},
            {"network": "other"},
            {"contract": None},
            {"weights": {"a": torch.ones(1)}},
        ],
    )
    def test_a_checkpoint_without_a_mind_says_so(self, tmp_path, model):
        with pytest.raises(ModelError, match=r"a\.pt"):
            HamletModel.load(self.save(tmp_path / "a.pt", **model))

    def test_which_must_be_one_of_two(self, tmp_path):
        with pytest.raises(ModelError, match="'best' or 'last'"):
            HamletModel.load_from_training_checkpoint(self.save(tmp_path / "a.pt"), which="worst")


def test_a_checkpoint_as_training_writes_it_gives_the_trainers_own_models(tmp_path):
    trainer = Trainer(TrainConfig(level="L1_full_observability", lanes=16, steps=20_000, evaluation_lives=16, seed=2))
    for event in trainer.run():
        if isinstance(event, Iteration) and trainer.best is not None and trainer.best.steps < event.steps:
            break
    trainer.save(tmp_path / "checkpoint_ep00012.pt", extra={"notes": b"\x00\xff"})
    obs = parity.questions(trainer.model("best").contract, 64)
    for which in ("best", "last"):
        read = HamletModel.load_from_training_checkpoint(tmp_path / "checkpoint_ep00012.pt", which)
        own = trainer.model(which)
        assert read.contract == own.contract
        np.testing.assert_array_equal(read.predict(obs)["q_values"], own.predict(obs)["q_values"])
    trainer.export(tmp_path / "model_ep00012.safetensors")
    checkpoint, model = ((tmp_path / f).stat().st_size for f in ("checkpoint_ep00012.pt", "model_ep00012.safetensors"))
    assert checkpoint >= 5 * model


def test_another_torch_file_is_named_for_what_it_is(tmp_path):
    torch.save({"state_dict": {"layer": torch.ones(3)}, "epoch": 3}, tmp_path / "a.pt")
    with pytest.raises(UnknownFormatError, match="'epoch', 'state_dict'"):
        HamletModel.load(tmp_path / "a.pt")
    torch.save(torch.ones(3), tmp_path / "b.pt")
    with pytest.raises(UnknownFormatError, match="Tensor"):
        HamletModel.load(tmp_path / "b.pt")
    torch.save({"weights": torch.ones(3)}, tmp_path / "c.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(UnknownFormatError, match="bare pickle"):
        HamletModel.load(tmp_path / "c.pt")


def test_a_weight_of_whole_numbers_is_refused(tmp_path):
    root = torch.load(GOLDEN / f"{VERSION_2[0]}.pt", weights_only=True)
    root["population_state"]["q_network"]["net.6.bias"] = torch.arange(6)
    torch.save(root, tmp_path / "a.pt")
    with pytest.raises(DamagedFileError, match=r"net\.6\.bias.*floating"):
        HamletModel.load(tmp_path / "a.pt")
