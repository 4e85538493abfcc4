"""Webhooks: a program of one's own is told when a run has finished, has failed or has reached a goal."""
