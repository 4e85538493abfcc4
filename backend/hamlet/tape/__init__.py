"""What happened: one shape for a life, live on the wire and kept in a file (docs/wire.md)."""
