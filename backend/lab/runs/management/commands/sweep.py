"""`manage.py sweep`: delete files that no row names, and what `HAMLET_KEEP` lets go; the housekeeper does it daily."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lab.store import retention, sweep


class Command(BaseCommand):
    help = "Deletes what HAMLET_KEEP lets go of ended runs, and files that no row names (of a slice whose worker died)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only list them, with their bytes")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        for surplus in (thinned := retention.thin(settings.HAMLET_KEEP, dry=dry)):
            self.stdout.write(f"{surplus.bytes:>12,}  by HAMLET_KEEP    {surplus.name}")
        found = list(sweep.orphans()) if dry else sweep.sweep()
        for orphan in found:
            self.stdout.write(f"{orphan.bytes:>12,}  {orphan.modified:%Y-%m-%d %H:%M}  {orphan.name}")
        files = [*thinned, *found]
        deed = "would be deleted" if dry else "deleted"
        self.stdout.write(f"{len(files)} files, {sum(file.bytes for file in files):,} bytes {deed}.")
