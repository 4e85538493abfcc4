"""What of ended runs may go, by the policy in `HAMLET_KEEP`: checkpoints between those that matter, and recorded lives.

Never what somebody needs: a checkpoint whose model was asked for or taken home, or that any other row names; a life
with a bookmark or a film; the best and the newest of either.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from uuid import UUID

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from lab.environment import Keep
from lab.runs.models import Bookmark, Checkpoint, Clip, ExportedModel, RecordedEpisode, Run
from lab.store import files


@dataclass(frozen=True)
class Surplus:
    """A file of an ended run that the policy lets go."""

    name: str
    bytes: int
    """that its end frees"""


def thin(keep: Keep, *, dry: bool = False, now: datetime | None = None) -> list[Surplus]:
    """Delete what the policy lets go, one run at a time; gives the files.

    Args:
        dry: delete nothing
    """
    if keep.checkpoints is keep.recordings is keep.bytes is None:
        return []
    ended = Run.objects.filter(state__in=Run.ENDED)
    ended = ended.filter(finished_at__lt=(now or timezone.now()) - timedelta(days=keep.days))
    found: list[Surplus] = []
    for run_id in list(ended.filter(_over(keep)).order_by("finished_at", "pk").values_list("pk", flat=True)):
        found += _thin_run(run_id, keep, dry)
    return found


def _over(keep: Keep) -> Q:
    """Runs that may have something to give."""
    over = Q(pk__in=[])
    if keep.checkpoints is not None:
        newer = Checkpoint.objects.filter(run=OuterRef("run"), steps__gt=OuterRef("steps"))
        between = Checkpoint.objects.annotate(odd=F("fence") % keep.checkpoints).filter(Exists(newer), best=False)
        over |= Q(pk__in=between.filter(odd__gt=0).values("run"))
    lives = RecordedEpisode.objects.order_by().values("run").annotate(number=Count("pk"), together=Sum("bytes"))
    if keep.recordings is not None:
        over |= Q(pk__in=lives.filter(number__gt=keep.recordings).values("run"))
    if keep.bytes is not None:
        over |= Q(pk__in=lives.filter(together__gt=keep.bytes).values("run"))
    return over


def _thin_run(run_id: UUID, keep: Keep, dry: bool) -> list[Surplus]:
    with transaction.atomic():
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            return []  # deleted meanwhile
        checkpoints, minds = _spare_checkpoints(run, keep.checkpoints)
        lives = _spare_lives(run, keep.recordings, keep.bytes)
        rows: list[Checkpoint | ExportedModel | RecordedEpisode] = [*minds, *checkpoints, *lives]
        found = [Surplus(row.file, files.size(row.file)) for row in rows]
        if not dry and rows:
            for row in rows:
                row.delete()
            transaction.on_commit(lambda: files.remove(file.name for file in found), robust=True)
    return found


def _spare_checkpoints(run: Run, every: int | None) -> tuple[list[Checkpoint], list[ExportedModel]]:
    """Checkpoints that may go, and the models that nobody asked for, which go with them; all locked."""
    if every is None:
        return [], []
    # Locked, so that nobody can come to need one that is being looked at.
    kept = list(Checkpoint.objects.select_for_update().filter(run=run).order_by("steps"))
    spare = {row.pk: row for row in kept[:-1] if not row.best and row.fence % every}
    idle = []
    for mind in ExportedModel.objects.select_for_update().filter(checkpoint__in=list(spare)):
        if mind.requested or mind.downloads or mind.pk == run.model_id:
            spare.pop(mind.checkpoint_id, None)
        else:
            idle.append(mind)
    for relation in Checkpoint._meta.related_objects:
        if relation.related_model is not ExportedModel:
            for pk in _naming(relation, list(spare)):
                spare.pop(pk, None)
    return list(spare.values()), [mind for mind in idle if mind.checkpoint_id in spare]


def _naming(relation: models.ForeignObjectRel, ids: list[object]) -> list[object]:
    """Which of these rows any row of the relation's model names: a new kind of use is safe from its first day."""
    name = relation.field.name
    return list(relation.related_model._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))


def _spare_lives(run: Run, most: int | None, most_bytes: int | None) -> list[RecordedEpisode]:
    """Recorded lives that may go, locked. What was kept only for its number goes first; the others stay spread out."""
    if most is None and most_bytes is None:
        return []
    lives = list(RecordedEpisode.objects.select_for_update().filter(run=run).order_by("episode"))
    noted = set(Bookmark.objects.filter(run=run).values_list("episode", flat=True))
    filmed = set(Clip.objects.filter(run=run).exclude(state=Clip.State.FAILED).values_list("episode", flat=True))
    best = max(lives, key=lambda life: (life.steps, life.return_sum), default=None)
    needed = {*noted, *filmed, *([best.episode] if best else [])}
    spare = []
    total = sum(life.bytes for life in lives)

    def weight(i: int) -> tuple[bool, float]:
        before = lives[i - 1].episode if i else -inf  # the first life is where the story begins
        return lives[i].reasons != ["periodic"], lives[i + 1].episode - before

    while (most is not None and len(lives) > most) or (most_bytes is not None and total > most_bytes):
        free = [i for i in range(len(lives) - 1) if lives[i].episode not in needed]
        if not free:
            break
        life = lives.pop(min(free, key=weight))
        total -= life.bytes
        spare.append(life)
    return spare
