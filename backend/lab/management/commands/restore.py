"""`manage.py restore FILE`: bring back what `manage.py backup` wrote."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from lab.backup import BackupError, restore


class Command(BaseCommand):
    help = "Restores an archive into an empty HAMLET of the same version, on any database and storage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
            told = restore(options["file"])
        except (BackupError, OSError) as error:
            sys.exit(f"hamlet: {error}")
        self.stdout.write(f"Restored {told['people']} people, {told['runs']} runs and {len(told['files'])} files.")
