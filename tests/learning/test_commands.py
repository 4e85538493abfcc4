"""`hamlet train` and `hamlet evaluate`, as one types them."""

import json
import signal
import subprocess
import sys

import pytest

from hamlet.cli import main
from hamlet.learning.metrics import COLUMNS
from hamlet.model import HamletModel
from hamlet.world.load import LEVELS

QUICK = ["--steps", "2048", "--set", "lanes=16", "--set", "rollout=8", "--set", "evaluation_lives=4"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    assert main(["train", "--out", str(out), "--seed", "3", *QUICK]) == 0
    return out


def test_train_leaves_a_model_a_checkpoint_the_curve_and_the_census(trained):
    names = sorted(p.name for p in trained.iterdir())
    assert len(names) == 4
    assert names[1].startswith("checkpoint_ep")
    assert [names[0], *names[2:]] == ["census.json", "metrics.csv", "model.safetensors"]
    header, *rows = (trained / "metrics.csv").read_text().splitlines()
    assert header == ",".join(COLUMNS)
    assert rows[-1].startswith("2048,")
    census = json.loads((trained / "census.json").read_text())
    assert sum(map(sum, census["visits"])) == 2048


def test_evaluate_prints_the_numbers_and_the_floors(trained, capsys):
    assert main(["evaluate", str(trained / "model.safetensors"), "--episodes", "8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["lives"] == 8
    assert told["level"] == "L1_full_observability"
    assert {"mean", "median", "p10", "share_retired", "floors", "causes"} <= set(told)
    assert told["floors"]["wait"] == 164


def test_evaluate_says_it_in_words_too(trained, capsys):
    model = str(trained / "model.safetensors")
    assert main(["evaluate", model, "--level", "L1_full_observability", "--episodes", "4"]) == 0
    assert "Floors" in capsys.readouterr().out


def test_a_level_of_ones_own_is_trained_gone_on_with_and_examined(tmp_path, capsys):
    """Nowhere shipped: the file is named each time, and a run whose level is not given is not guessed at."""
    own, out, again = tmp_path / "my.yaml", tmp_path / "out", tmp_path / "again"
    text = (LEVELS / "L0_5_dual_resource.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("name: L0_5_dual_resource", "name: my_town"), encoding="utf-8")
    assert main(["train", "--out", str(out), "--level", str(own), *QUICK]) == 0
    model = HamletModel.load(out / "model.safetensors")
    assert model.contract["level"] == model.metadata["config"]["level"] == "my_town"
    checkpoint = str(next(out.glob("checkpoint_ep*.pt")))
    assert main(["train", "--out", str(again), "--resume", checkpoint, "--level", str(own)]) == 0
    assert main(["evaluate", str(out / "model.safetensors"), "--level", str(own), "--episodes", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["lives"], told["level"]) == (4, "my_town")
    assert main(["train", "--out", str(tmp_path / "third"), "--resume", checkpoint]) == 1
    assert "there is no level 'my_town'" in capsys.readouterr().err


def test_a_model_is_not_examined_in_a_world_it_cannot_see(trained, capsys):
    assert main(["evaluate", str(trained / "model.safetensors"), "--level", "L2_partial_observability"]) == 1
    assert "cannot be examined" in capsys.readouterr().err


def test_train_goes_on_from_a_checkpoint(trained, tmp_path, capsys):
    checkpoint = next(trained.glob("checkpoint_ep*.pt"))
    assert main(["train", "--out", str(tmp_path), "--resume", str(checkpoint), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["steps"] == 2048


def test_json_lines_are_json_lines(tmp_path, capsys):
    assert main(["train", "--out", str(tmp_path), "--json", *QUICK]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"metrics", "evaluation", "end"} == {line["type"] for line in lines}
    assert lines[-1]["stopped"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "gamma=2"], "gamma"),
        (["--set", "gamma"], "NAME=VALUE"),
        (["--set", "speed=2"], "speed"),
        (["--level", "L9"], "L9"),
        (["--resume", "nowhere.pt"], "nowhere.pt"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path, capsys, arguments, said):
    assert main(["train", "--out", str(tmp_path), *arguments]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_where_there_is_no_torch_the_package_to_install_is_named(tmp_path):
    without = "import sys; sys.modules['torch'] = None; from hamlet.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", without, "train", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "hamlet train: torch is missing here: pip install 'hamlet-lab[train]'\n"
    assert not (tmp_path / "out").exists()


def test_ctrl_c_keeps_the_model(tmp_path):
    command = [sys.executable, "-m", "hamlet.cli", "train", "--out", str(tmp_path), "--json", "--steps", "100000000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    first = process.stdout.readline()
    assert json.loads(first)["type"] == "metrics"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["stopped"] is True
    assert (tmp_path / "model.safetensors").exists()
    assert next(tmp_path.glob("checkpoint_ep*.pt"))


def test_a_model_that_is_there_is_not_replaced_unasked(trained, capsys):
    before = (trained / "model.safetensors").read_bytes()
    assert main(["train", "--out", str(trained), *QUICK]) == 1
    assert "is there already" in capsys.readouterr().err
    assert (trained / "model.safetensors").read_bytes() == before


def test_checkpoints_of_other_runs_are_left_alone(tmp_path):
    other = tmp_path / "checkpoint_ep9999999.pt"
    other.write_bytes(b"somebody's")
    assert main(["train", "--out", str(tmp_path), *QUICK]) == 0
    assert other.read_bytes() == b"somebody's"
    assert len(list(tmp_path.glob("checkpoint_ep*.pt"))) == 2


def test_seconds_end_a_run(tmp_path, capsys):
    assert main(["train", "--out", str(tmp_path), "--json", "--seconds", "0.1", "--steps", "100000000"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["stopped"] is True
