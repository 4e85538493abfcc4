"""A worker's slice: the learning loop meets the database here, under a fence (docs/decisions/slices.md)."""
