"""`manage.py sweep`: delete files that no row names; the housekeeper does it once a day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lab.runs import sweep


class Command(BaseCommand):
    help = "Deletes files of runs that no row names, such as those of a slice whose worker was killed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only list them, with their bytes")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(sweep.orphans()) if options["dry_run"] else sweep.sweep()
        for orphan in found:
            self.stdout.write(f"{orphan.bytes:>12,}  {orphan.modified:%Y-%m-%d %H:%M}  {orphan.name}")
        deed = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{len(found)} files, {sum(orphan.bytes for orphan in found):,} bytes {deed}.")
