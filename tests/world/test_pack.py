"""Packs of the older HAMLET come over with every rule, and what does not come over is said."""

import shutil
from pathlib import Path

import pytest

from hamlet.world import LevelError, load_level, parse_level
from hamlet.world.pack import FILES, import_pack

PACK = Path(__file__).parent / "packs" / "L3_temporal_mechanics"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(PACK, tmp_path / "pack")
    return tmp_path / "pack"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_older_level_3_becomes_our_level_3_rule_for_rule():
    imported = import_pack(PACK)
    assert imported.level.digest == load_level("L3_temporal_mechanics").digest
    assert imported.level.name == "L3_temporal_mechanics"
    assert parse_level(imported.text) == imported.level
    assert [place.icon for place in imported.level.places] == [
        p.icon for p in load_level("L3_temporal_mechanics").places
    ]


def test_what_is_no_part_of_a_level_is_said_in_plain_words():
    left_out = "\n".join(import_pack(PACK).left_out)
    for part in (
        "cues.yaml",
        "population",
        "exploration",
        "training",
        "run_metadata",
        "execution_order",
        "min_steps_at_stage",
    ):
        assert part in left_out
    for carried in ("grid_size", "Bed", "energy_move_depletion"):
        assert carried not in left_out


def test_quirks_of_the_older_engine_are_told_not_copied(pack):
    edit(pack / "training.yaml", "energy_interact_depletion: 0.0", "energy_interact_depletion: 0.0029")
    edit(pack / "cascades.yaml", "category: secondary_to_pivotal_weak", "category: homemade")
    edit(pack / "affordances.yaml", "- 18\n    - 28", "- 18\n    - 4") if "- 18\n    - 28" in (
        pack / "affordances.yaml"
    ).read_text() else edit(pack / "affordances.yaml", "  - 18\n  - 28", "  - 18\n  - 4")
    imported = import_pack(pack, "changed")
    said = "\n".join(imported.left_out)
    assert "energy_interact_depletion: 0.0029 was never charged" in said
    assert "never ran the category 'homemade'" in said
    assert "Bar: hours [18, 4] never opened" in said
    assert len(imported.level.cascades) == 9
    assert imported.level.places[9].hours == (18, 28)


def test_all_that_is_wrong_with_a_pack_is_said_at_once(pack):
    edit(pack / "bars.yaml", "initial: 1.0", "initial: full")
    edit(pack / "training.yaml", "grid_size: 8", "grid_size: big")
    edit(pack / "affordances.yaml", "meter: money", "meter: energy")
    (pack / "cascades.yaml").unlink()
    with pytest.raises(LevelError) as caught:
        import_pack(pack)
    said = str(caught.value)
    assert "bars.0.initial is 'full'; must be a number" in said
    assert "environment.grid_size is 'big'; must be a whole number" in said
    assert "must be paid in money" in said
    assert "cascades.yaml: cannot be read" in said


def test_a_folder_that_is_no_pack_names_the_four_files(tmp_path):
    with pytest.raises(LevelError) as caught:
        import_pack(tmp_path)
    assert all(file in str(caught.value) for file in FILES)


def test_a_pack_of_a_later_format_is_not_half_understood(pack):
    edit(pack / "affordances.yaml", "  interaction_type: dual", "  capabilities: []\n  interaction_type: dual")
    with pytest.raises(LevelError, match="capabilities came later"):
        import_pack(pack)
