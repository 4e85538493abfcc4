"""Watching: one page's line to one run, by WebSocket or server-sent events (docs/decisions/live.md, docs/wire.md)."""
