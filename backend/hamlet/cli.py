"""The command line: `hamlet COMMAND ...`. One line here for each command; its room is imported when it is called.

A command's module has ERRORS (exceptions whose message a user can act on), arguments(parser) and run(asked), which
returns the exit code.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS: dict[str, tuple[str, str]] = {
    "train": ("hamlet.learning.commands.train", "let an agent learn, and keep the best model"),
    "evaluate": ("hamlet.learning.commands.evaluate", "examine a model: how long does it live?"),
    "runs": ("hamlet.client.commands.runs", "list, launch, pause, resume, stop, watch and take home the runs of a lab"),
    "watch": ("hamlet.client.commands.watch", "watch a run, or a recorded life, in this terminal"),
    "validate": ("hamlet.world.commands.validate", "check level files, and say what to mend"),
    "migrate": ("hamlet.model.commands.migrate", "turn training checkpoints, also old ones, into models"),
    "export": ("hamlet.model.commands.export", "turn a model or a checkpoint into another kind of model, or a ZIP"),
    "import-pack": ("hamlet.world.commands.import_pack", "turn a pack of the older HAMLET into a level file"),
}
"""command -> (module, what it does)"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code: 0 done, 1 it did not work, 2 it was not understood."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(_overview())
        return 0 if words else 2
    if words[0] == "--version":
        from hamlet import __version__

        sys.stdout.write(f"hamlet {__version__}\n")
        return 0
    name = words[0]
    if name not in COMMANDS:
        sys.stderr.write(f"hamlet: there is no command {name!r}; commands: {', '.join(COMMANDS)}\n")
        return 2
    module_name, summary = COMMANDS[name]
    module = importlib.import_module(module_name)
    parser = argparse.ArgumentParser(prog=f"hamlet {name}", description=f"{summary[0].upper()}{summary[1:]}.")
    module.arguments(parser)
    asked = parser.parse_args(words[1:])
    try:
        return int(module.run(asked))
    except module.ERRORS as error:
        sys.stderr.write(f"hamlet {name}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        ["usage: hamlet COMMAND ...", "", "A small life that learns.", "", "commands:", *lines, "", ""]
    ) + ("`hamlet COMMAND --help` tells more of each.\n")


if __name__ == "__main__":
    sys.exit(main())
