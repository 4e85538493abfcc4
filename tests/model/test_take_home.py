"""The ZIP, the card in it, and the command lines that make them."""

import hashlib
import io
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hamlet.cli import main
from hamlet.model import HamletModel
from hamlet.model.card import card, interval
from hamlet.model.pack import pack
from tests.model.minds import mind

GOLDEN = Path(__file__).parent / "golden"
SURVIVED = [200 + 7 * (i % 20) for i in range(128)]
EXAM = {
    "lives": 128, "mean": 265.4, "median": 263.0, "p10": 207.0, "share_retired": 0.25,
    "causes": {"energy": 40, "satiation": 56}, "survived": SURVIVED,
}  # fmt: skip


class TestCard:
    def test_an_examined_mind_shows_its_figures_against_chance(self):
        known = {
            "evaluation": EXAM,
            "floors": {"random": 113.1, "wait": 164.0},
            "steps": 1_000_000,
            "config": {"seed": 3},
        }
        text = card(mind("simple", **known), "model_ep00012.safetensors", "heron-42")
        assert text.startswith("# heron-42\n")
        mean, low, high = interval(SURVIVED)
        assert f"| mean | {mean:.1f} steps (95 % confidence interval {low:.1f} to {high:.1f}) |" in text
        assert "| lived the whole lifespan | 25.0% of lives |" in text
        assert "| for comparison: random play | 113.1 steps |" in text
        assert text.index("| satiation | 56 |") < text.index("| energy | 40 |")
        assert "Trained for 1,000,000 steps." in text
        assert "| seed | 3 |" in text

    def test_the_interval_is_the_textbooks(self):
        mean, low, high = interval([1.0, 2.0, 3.0, 4.0])
        assert mean == 2.5
        # s = 1.29099, s / sqrt(4) = 0.645497
        assert (round(low, 4), round(high, 4)) == (1.2348, 3.7652)

    def test_what_is_not_known_is_not_shown(self):
        text = card(mind("simple"), "m.safetensors")
        assert "It has not been examined: how long it lives is not known." in text
        for word in ("How it dies", "How it was trained", "comparison", "| None", "nan"):
            assert word not in text

    def test_few_lives_are_called_few(self):
        text = card(mind("simple", evaluation={"survived": [100, 120]}), "m.safetensors")
        assert "2 lives are few" in text

    def test_limits_are_the_models_own(self):
        assert "no memory" in card(mind("simple"), "m.pt")
        assert "no memory" not in card(mind("recurrent"), "m.pt")
        assert "one layout" in card(mind("simple", layout={"Bed": [0, 0]}), "m.pt")
        assert "one layout" not in card(mind("simple", layout={"Bed": [0, 0]}, layouts="episode"), "m.pt")
        assert "last weights" in card(mind("simple", which="last"), "m.pt")

    @pytest.mark.parametrize("junk", [None, True, "x", [], {}, [None, "3"], {"survived": "no"}, {"causes": 3}, 1e308])
    def test_metadata_of_any_kind_makes_a_card(self, junk):
        keys = ("evaluation", "floors", "curve", "config", "float16", "steps", "layout", "source", "which")
        for key in keys:
            assert card(mind("simple", width=16, **{key: junk}), "m.pt").startswith("# m.pt")

    def test_a_curve_is_drawn(self):
        text = card(mind("simple", curve={"examined": [None, 100.0, 200.0, 400.0]}), "m.pt")
        assert "from 100 to 400 steps (best 400)" in text
        assert "`▃▅█`" in text

    def test_texts_from_a_file_are_only_texts(self):
        known = {"source": "<script>alert(1)</script>\n# Hi | there", "config": {"a|b": "`x`"}}
        text = card(mind("simple", **known), "m.pt")
        assert "<script>" not in text
        assert "\n# Hi" not in text
        assert r"| a\|b | \`x\` |" in text

    def test_the_code_in_it_runs_as_it_stands(self, at_the_desk, desk):
        for name in ("model_ep00012", "model_ep00040"):
            text = card(HamletModel.load(desk / f"{name}.safetensors"), f"{name}.safetensors")
            (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
            assert re.fullmatch(r"It lived \d+ steps\.\n", at_the_desk("python", "-c", code))


class TestZip:
    @pytest.mark.parametrize("name", ["model_ep00012", "model_ep00040"])
    def test_unpacked_it_plays(self, at_the_desk, desk, tmp_path, name):
        data = pack(HamletModel.load(desk / f"{name}.safetensors"), name)
        zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
        folder = tmp_path / name
        assert sorted(p.name for p in folder.iterdir()) == [
            "MODEL_CARD.md", "README.md", "SHA256SUMS", f"{name}.safetensors", "play.py"
        ]  # fmt: skip
        assert re.fullmatch(r"It lived \d+ of 1000 steps\.\n", at_the_desk("python", "play.py", cwd=folder))
        assert "20 lives: " in at_the_desk("python", "play.py", "--lives", "20", cwd=folder)
        at_the_desk("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)

    def test_it_plays_only_where_it_fits(self, at_the_desk, desk, tmp_path):
        data = pack(HamletModel.load(desk / "model_ep00012.safetensors"), "m")
        zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
        with pytest.raises(AssertionError, match="cannot live in L0_0_minimal: field 'grid' shows 9 cells"):
            at_the_desk("python", "play.py", "--level", "L0_0_minimal", cwd=tmp_path / "m")

    def test_the_same_model_is_the_same_download(self, simple):
        assert pack(simple, "m") == pack(simple, "m")

    def test_half_a_model_says_so_in_its_card(self, simple):
        with zipfile.ZipFile(io.BytesIO(pack(simple, "m", precision="float16"))) as made:
            assert "Stored in float16" in made.read("m/MODEL_CARD.md").decode()


class TestExport:
    @pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".onnx"])
    def test_a_checkpoint_becomes_a_model_of_any_kind(self, suffix, tmp_path, capsys):
        out = tmp_path / f"m{suffix}"
        assert main(["export", str(GOLDEN / "checkpoint1_simple_best.pt"), "--out", str(out)]) == 0
        assert "simple, L0_0_minimal" in capsys.readouterr().out
        best = HamletModel.load_from_training_checkpoint(GOLDEN / "checkpoint1_simple_best.pt", "best")
        np.testing.assert_array_equal(HamletModel.load(out).weights["net.0.weight"], best.weights["net.0.weight"])

    def test_what_is_there_is_not_replaced_unasked(self, tmp_path, capsys):
        out = tmp_path / "m.safetensors"
        out.write_bytes(b"mine")
        words = ["export", str(GOLDEN / "model1_simple.pt"), "--out", str(out)]
        assert main(words) == 1
        assert "there already" in capsys.readouterr().err
        assert out.read_bytes() == b"mine"
        assert main([*words, "--force"]) == 0

    @pytest.mark.parametrize("source", ["nothing.pt", "README.md"])
    def test_what_cannot_be_read_is_one_clear_line(self, source, tmp_path, capsys):
        assert main(["export", str(GOLDEN / source), "--out", str(tmp_path / "m.pt")]) == 1
        told = capsys.readouterr().err
        assert source in told
        assert told.count("\n") == 1
        assert list(tmp_path.iterdir()) == []


class TestMigrate:
    @pytest.fixture
    def runs(self, tmp_path):
        """Two good checkpoints, a damaged one, and a model that is none."""
        for place, name in (("a", "version2_L1_full_observability_ep00060"), ("b/c", "checkpoint1_simple_best")):
            (tmp_path / "runs" / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(GOLDEN / f"{name}.pt", tmp_path / "runs" / place / "checkpoint_ep00060.pt")
        (tmp_path / "runs/b/checkpoint_ep00001.pt").write_bytes(b"PK\x03\x04 half")
        shutil.copy(GOLDEN / "model1_simple.pt", tmp_path / "runs/model_ep00012.pt")
        return tmp_path / "runs"

    def digests(self, folder):
        return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}

    def test_a_folder_becomes_a_folder_of_models(self, runs, tmp_path, capsys):
        before = self.digests(runs)
        assert main(["migrate", str(runs), "--out", str(tmp_path / "models")]) == 1
        told = capsys.readouterr()
        assert "3 checkpoints: 2 written, 1 failed" in told.out
        assert "checkpoint_ep00001.pt' is damaged" in told.err
        assert self.digests(runs) == before
        made = sorted(str(p.relative_to(tmp_path / "models")) for p in (tmp_path / "models").rglob("*.safetensors"))
        assert made == ["a/model_ep00060.safetensors", "b/c/model_ep00060.safetensors"]
        old = HamletModel.load(runs / "a/checkpoint_ep00060.pt")
        new = HamletModel.load(tmp_path / "models" / made[0])
        np.testing.assert_array_equal(new.weights["net.0.weight"], old.weights["net.0.weight"])
        origin = new.metadata["migrated_from"]
        assert (origin["file"], origin["sha256"]) == ("checkpoint_ep00060.pt", before[runs / "a/checkpoint_ep00060.pt"])

    def test_cut_short_it_goes_on_where_it_ended(self, runs, tmp_path, capsys):
        (runs / "b/checkpoint_ep00001.pt").unlink()
        models = tmp_path / "models"
        assert main(["migrate", str(runs), "--out", str(models)]) == 0
        kept = models / "a/model_ep00060.safetensors"
        (models / "b/c/model_ep00060.safetensors").unlink()
        stamp = kept.stat().st_mtime_ns
        capsys.readouterr()
        assert main(["migrate", str(runs), "--out", str(models)]) == 0
        assert "2 checkpoints: 1 written, 1 there already" in capsys.readouterr().out
        assert kept.stat().st_mtime_ns == stamp

    def test_a_model_of_other_origin_is_never_replaced_unasked(self, runs, capsys):
        other = runs / "a/model_ep00060.safetensors"
        shutil.copy(GOLDEN / "model1_simple.safetensors", other)
        before = other.read_bytes()
        assert main(["migrate", str(runs / "a")]) == 1
        assert "not of this checkpoint" in capsys.readouterr().err
        assert other.read_bytes() == before
        assert main(["migrate", str(runs / "a"), "--force"]) == 0
        assert HamletModel.load(other).metadata["migrated_from"]["file"] == "checkpoint_ep00060.pt"

    def test_one_file_stays_beside_itself(self, runs):
        assert main(["migrate", str(runs / "a/checkpoint_ep00060.pt"), "--format", "onnx"]) == 0
        assert HamletModel.load(runs / "a/model_ep00060.onnx").metadata["episode"] == 60

    def test_which_weights_may_be_said(self, runs, tmp_path):
        source = str(runs / "b/c/checkpoint_ep00060.pt")
        assert main(["migrate", source, "--which", "last", "--out", str(tmp_path)]) == 0
        # The golden file's last weights are zero, its best are not.
        assert not HamletModel.load(tmp_path / "model_ep00060.safetensors").weights["net.0.weight"].any()

    def test_nothing_to_do_is_said(self, tmp_path, capsys):
        assert main(["migrate", str(tmp_path)]) == 1
        assert "no checkpoint" in capsys.readouterr().err
        assert main(["migrate", str(tmp_path / "nowhere")]) == 1
        assert "does not exist" in capsys.readouterr().err
