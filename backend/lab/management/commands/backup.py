"""`manage.py backup FILE`: all that HAMLET keeps, in one archive."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lab.backup import BackupError, backup


class Command(BaseCommand):
    help = "Writes all rows and files into one archive (tar). HAMLET may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to; an older one of that name is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"].absolute()
        try:
            told = backup(path)
        except (BackupError, OSError) as error:
            sys.exit(f"hamlet: {error}")
        size = path.stat().st_size
        self.stdout.write(
            f"{path}: {told['people']} people, {told['runs']} runs, {len(told['files'])} files, {size:,} bytes"
        )
