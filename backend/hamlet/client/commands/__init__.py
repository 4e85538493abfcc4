"""`hamlet watch` and `hamlet runs`: the lab in a terminal."""
