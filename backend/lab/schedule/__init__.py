"""Whose turn it is: the queue of slices, who works, how much one may use, and until when (docs/decisions/queues.md)."""
