"""`hamlet validate` and `hamlet import-pack`, as one calls them."""

import subprocess
import sys
from pathlib import Path

import pytest

from hamlet.cli import COMMANDS, main
from hamlet.world import load_level

HERE = Path(__file__).parent


def test_validate_tells_problems_and_exits_1(tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text((HERE / "levels" / "station.yaml").read_text().replace("width: 5", "width: 0"))
    assert main(["validate", str(bad), "L1_full_observability"]) == 1
    said = capsys.readouterr().out
    assert f"{bad}:6: grid.width is 0; must be a whole number from 1 to 64" in said
    assert "L1_full_observability: ok: The whole town, 8 x 8 cells, sees all" in said


def test_advice_does_not_make_a_level_invalid(capsys):
    assert main(["validate", "L0_0_minimal"]) == 0
    assert "L0_0_minimal: advice: meters.energy: falls by" in capsys.readouterr().out


def test_import_pack_writes_a_level_file_once(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = str(HERE / "packs" / "L3_temporal_mechanics")
    assert main(["import-pack", pack, "--name", "mine"]) == 0
    assert "not carried over: cues.yaml" in capsys.readouterr().out
    assert load_level("mine.yaml").digest == load_level("L3_temporal_mechanics").digest
    assert main(["import-pack", pack, "--name", "mine"]) == 1
    assert "mine.yaml is there already" in capsys.readouterr().err
    assert main(["import-pack", pack, "--name", "mine", "--force"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_what_goes_wrong_is_one_message_and_no_trace(tmp_path, capsys):
    assert main(["import-pack", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("hamlet import-pack: ")
    assert "Traceback" not in said
    assert main(["fly"]) == 2
    assert "there is no command 'fly'; commands: " in capsys.readouterr().err


def test_the_overview_names_every_command_without_importing_their_rooms():
    code = (
        "import sys; from hamlet.cli import main; main(['--help']); "
        "print([module for module in sys.modules if module.startswith('hamlet.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    overview, modules = done.stdout.rsplit("\n", 2)[:2]
    assert all(command in overview for command in COMMANDS)
    assert modules == "['hamlet.cli']"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    assert COMMANDS[command][1][1:] in " ".join(capsys.readouterr().out.split())
