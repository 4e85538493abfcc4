"""Models: what runs leave to take home, and what people bring along; written, packed and examined."""
