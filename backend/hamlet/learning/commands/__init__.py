"""Commands of this room; see `hamlet.cli`."""
