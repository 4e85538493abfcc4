"""What a person leaves in the runs goes when they do: their runs and the models they brought, every row and file."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from lab.people.errors import ConflictError
from lab.people.models import Person
from lab.people.services import person_leaves
from lab.registry.uploads import upload_remove
from lab.runs.models import Run, UploadedModel
from lab.store import files
from lab.watch import live


@receiver(person_leaves)
def _forget(person: Person, **_: Any) -> None:
    runs = Run.objects.filter(owner=person)
    if moving := runs.filter(state__in=Run.ACTIVE).first():
        # Its worker would go on writing files of a run that is no longer there.
        raise ConflictError(f"{person}'s run {moving} is still training. Stop it first.")
    for run_id in list(runs.values_list("pk", flat=True)):
        run_delete(run_id)
    for upload in UploadedModel.objects.filter(owner=person):
        upload_remove(upload)


def run_delete(run_id: UUID) -> None:
    """Delete a run that has ended: all rows now, all files once that is certain."""
    Run.objects.get(pk=run_id).delete()
    transaction.on_commit(lambda: files.remove_folder(f"runs/{run_id}"), robust=True)
    transaction.on_commit(lambda: live.off_air(run_id), robust=True)
