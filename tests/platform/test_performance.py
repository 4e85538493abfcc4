"""docs/performance.md says what was measured, and a figure that has fallen is named."""

import json

import pytest

from tests.benchmarks.all import DOC, KEPT, PARTS, fallen, filled
from tests.product import ROOT


@pytest.fixture(scope="module")
def kept():
    return json.loads(KEPT.read_text())


def test_the_table_is_what_was_measured(kept):
    """`python -m tests.benchmarks.all --keep` writes it anew."""
    assert filled(DOC.read_text(), kept) == DOC.read_text()
    assert {one["part"] for one in kept["figures"]} == set(PARTS)


def test_each_command_is_one_that_exists(kept):
    for one in kept["figures"]:
        module = one["command"].split()[2]
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()


def test_a_ratio_that_lost_more_than_a_fifth_is_named_and_no_other(kept):
    figures = kept["figures"]
    assert fallen(figures, figures) == []
    slower = [{**one, "ratio": one["ratio"] * (0.79 if i == 0 else 0.81)} for i, one in enumerate(figures)]
    (line,) = fallen(slower, figures)
    assert line.startswith(f"{figures[0]['part']}, {figures[0]['name']}: ")
    assert fallen(slower[1:], figures) == []
