"""What the command line does with lives."""
