"""docs/learning.md says what the code says."""

from tests.learning.tables import DOC, filled


def test_the_tables_are_those_of_the_code():
    """`python -m tests.learning.tables` writes them anew."""
    text = DOC.read_text(encoding="utf-8")
    assert filled(text) == text
