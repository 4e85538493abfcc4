"""Lives looked back on: noted, filmed, taken home as a page, raced and played against."""
