"""Runs: their rows, what is done with them and what is asked about them (docs/decisions/slices.md)."""
