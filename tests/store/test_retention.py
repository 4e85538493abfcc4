"""What of ended runs goes by the policy, what never does, and that the bytes told are the bytes freed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from lab.environment import Keep
from lab.lives import bookmarks
from lab.registry import exports
from lab.runs import tasks
from lab.runs.models import Checkpoint, Clip, ExportedModel, RecordedEpisode, Run
from lab.store import files, retention, sweep

pytestmark = pytest.mark.usefixtures("own_folder")

LONG_AGO = timedelta(days=30)


@pytest.fixture
def ended(run):
    """A run that ended long ago: twelve slices with a checkpoint and a model each, the fifth the best; twenty lives."""
    for fence in range(1, 13):
        file = files.put(files.checkpoint_name(run.pk, fence, fence), bytes(1000 + fence))
        mind = files.put(files.model_name(run.pk, fence, fence, "safetensors"), bytes(100 + fence))
        checkpoint = Checkpoint.objects.create(
            run=run, fence=fence, iteration=fence, episode=fence, steps=100 * fence, best=fence == 5, file=file.name,
            bytes=file.bytes, sha256=file.sha256,
        )  # fmt: skip
        model = ExportedModel.objects.create(
            run=run, checkpoint=checkpoint, checkpoint_bytes=file.bytes, episode=fence, steps=100 * fence,
            format="safetensors", file=mind.name, bytes=mind.bytes, sha256=mind.sha256,
        )  # fmt: skip
    for episode in range(20):
        life = files.put(files.recording_name(run.pk, 1, episode), bytes(10 + episode))
        RecordedEpisode.objects.create(
            run=run, episode=episode, run_steps=episode, steps=90 if episode == 6 else 50, return_sum=1.0,
            cause="death", reasons=["periodic", "death:energy"] if episode % 5 == 0 else ["periodic"],
            multiplier=1.0, epsilon=0.1, at=0.0, file=life.name, bytes=life.bytes, sha256=life.sha256,
        )  # fmt: skip
    Run.objects.filter(pk=run.pk).update(
        state="finished", finished_at=timezone.now() - LONG_AGO, queued_at=None, fence=12, model=model
    )
    return Run.objects.get(pk=run.pk)


def checkpoints(run):
    return list(Checkpoint.objects.filter(run=run).order_by("fence").values_list("fence", flat=True))


def lives(run):
    return list(RecordedEpisode.objects.filter(run=run).values_list("episode", flat=True))


def weight(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class TestCheckpoints:
    def test_the_best_the_newest_and_every_fourth_slice_stay_with_their_models(self, ended):
        retention.thin(Keep(checkpoints=4))
        assert checkpoints(ended) == [4, 5, 8, 12]
        assert list(ExportedModel.objects.order_by("steps").values_list("steps", flat=True)) == [400, 500, 800, 1200]
        named = sweep.named()
        assert {name for name in sweep.walk("runs") if "recording" not in name} == {n for n in named if "rec" not in n}

    def test_again_it_finds_nothing(self, ended):
        assert retention.thin(Keep(checkpoints=4))
        assert retention.thin(Keep(checkpoints=4)) == []

    def test_one_whose_model_was_asked_for_or_taken_home_stays(self, ended):
        asked, taken = ExportedModel.objects.filter(steps__in=[100, 300]).order_by("steps")
        exports.model_export(run=ended, checkpoint=asked.checkpoint_id, format="safetensors")
        exports.download_counted(taken)
        retention.thin(Keep(checkpoints=100))
        assert checkpoints(ended) == [1, 3, 5, 12]
        assert files.exists(asked.file)
        assert files.exists(taken.file)

    def test_a_model_whose_checkpoint_goes_meanwhile_says_so(self, ended):
        model = ExportedModel.objects.get(steps=200)
        fresh = ExportedModel(
            run=ended, checkpoint=model.checkpoint, episode=2, steps=200, format="pt", requested=True
        )  # fmt: skip
        retention.thin(Keep(checkpoints=100))
        written = files.put(f"runs/{ended.pk}/exports/x/model.pt", b"made meanwhile")
        with pytest.raises(exports.GoneError, match="no longer there"):
            exports._kept(fresh, written)
        assert not files.exists(written.name)


class TestLives:
    def test_those_kept_only_for_their_number_go_first_and_the_rest_is_spread(self, ended):
        retention.thin(Keep(recordings=8))
        assert len(lives(ended)) == 8
        assert {0, 5, 6, 10, 15, 19} <= set(lives(ended))

    def test_their_bytes_are_kept_within_the_limit(self, ended):
        retention.thin(Keep(bytes=200))
        assert sum(RecordedEpisode.objects.values_list("bytes", flat=True)) <= 200
        assert {6, 19} <= set(lives(ended))

    def test_a_bookmark_and_a_film_keep_theirs_whatever_the_limit(self, ended, polonius):
        bookmarks.bookmark_add(run=ended, author=polonius, episode=3, step=7, note="look here")
        Clip.objects.create(run=ended, episode=8, format="gif", theme="dark")
        Clip.objects.create(run=ended, episode=9, format="gif", theme="dark", state="failed")
        retention.thin(Keep(recordings=1, bytes=0))
        assert lives(ended) == [3, 6, 8, 19]


class TestWhen:
    def test_nothing_goes_without_a_policy(self, ended, own_folder):
        before = weight(own_folder)
        assert retention.thin(Keep()) == []
        assert weight(own_folder) == before

    def test_a_run_is_left_alone_until_its_days_are_over_and_while_it_moves(self, ended):
        policy = Keep(checkpoints=4, recordings=1)
        assert retention.thin(replace(policy, days=31)) == []
        Run.objects.filter(pk=ended.pk).update(state="queued", queued_at=timezone.now())
        assert retention.thin(policy) == []

    def test_the_bytes_of_the_dry_run_are_the_bytes_that_go(self, ended, own_folder, settings, capsys):
        settings.HAMLET_KEEP = Keep(checkpoints=4, recordings=5)
        default_storage.delete(Checkpoint.objects.get(fence=2).file)  # what is gone already frees nothing
        before = weight(own_folder)
        call_command("sweep", "--dry-run")
        told = capsys.readouterr().out.splitlines()[-1]
        assert weight(own_folder) == before
        call_command("sweep")
        freed = before - weight(own_folder)
        assert told == f"31 files, {freed:,} bytes would be deleted."
        assert capsys.readouterr().out.splitlines()[-1] == f"31 files, {freed:,} bytes deleted."

    def test_the_housekeeper_does_it_daily(self, ended, settings):
        settings.HAMLET_KEEP = Keep(checkpoints=4, recordings=5)
        tasks.sweep_files()
        assert (len(checkpoints(ended)), len(lives(ended))) == (4, 5)
