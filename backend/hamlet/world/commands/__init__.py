"""What the command line does with worlds. Each module has ERRORS, arguments(parser) and run(asked)."""
