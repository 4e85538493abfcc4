"""Runs: from the click on Launch to the model that is taken home (docs/decisions/slices.md, docs/decisions/live.md)."""
