"""Models to take home: the ZIP, its card, and downloads that go on where they broke off."""

import hashlib
import io
import json
import zipfile

import pytest
from asgiref.sync import async_to_sync

from hamlet import HamletModel
from lab.registry import convert
from lab.runs import tasks
from lab.runs.models import ExportedModel
from lab.store import files
from lab.store.downloads import SMALL
from tests.runs.test_admin import act, admin  # noqa: F401
from tests.runs.test_api import ANYWHERE, refused, student  # noqa: F401
from tests.training.test_training import small, to_the_end  # noqa: F401

pytestmark = pytest.mark.once("what a file holds, and how it is sent")


@pytest.fixture
def trained(small, slice_of):  # noqa: F811
    """A run that really learnt a little; its examinations have 4 lives."""
    return to_the_end(small(name="Yorick | <b>the</b> jester"), slice_of, 60)


def unzipped(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


class TestZip:
    def test_it_holds_model_card_script_and_readme_with_their_checksums(self, trained, student):  # noqa: F811
        answer = student.ask(f"/models/{trained.model.pk}/download", **{"as": "zip"})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="model_ep{trained.episodes:07d}.zip"'
        contents = unzipped(answer.content)
        name = f"model_ep{trained.episodes:07d}.safetensors"
        assert set(contents) == {name, "MODEL_CARD.md", "play.py", "README.md", "SHA256SUMS"}
        for line in contents["SHA256SUMS"].decode().splitlines():
            digest, file = line.split("  ")
            assert hashlib.sha256(contents[file]).hexdigest() == digest
        row = ExportedModel.objects.get(format="zip")
        assert answer.headers["ETag"] == f'"{row.sha256}"' == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert (row.run, row.bytes, row.downloads) == (trained, len(answer.content), 1)

    def test_its_card_tells_of_128_lives_and_is_the_one_on_the_page(self, trained, student):  # noqa: F811
        contents = unzipped(student.ask(f"/models/{trained.model.pk}/download", **{"as": "zip"}).content)
        card = contents["MODEL_CARD.md"].decode()
        assert "Examined on 128 lives it never trained on" in card
        assert "95 % confidence interval" in card
        assert "random play" in card
        assert "Mean survival in its examinations during training" in card
        assert "| seed | 11 |" in card
        assert "## Limits" in card
        assert "<b>" not in card.replace("\\<b\\>", "")
        page = student.ask(f"/models/{trained.model.pk}/card").json()
        assert page == {"file": f"model_ep{trained.episodes:07d}.safetensors", "markdown": card}
        zipped = ExportedModel.objects.get(format="zip")
        assert student.ask(f"/models/{zipped.pk}/card").json() == page
        told = student.ask(f"/runs/{trained.pk}").json()["model"]["evaluation"]
        assert (told["lives"], len(told["survived"])) == (128, 128)

    def test_asking_again_gives_the_same_without_making_it(self, trained, student, monkeypatch):  # noqa: F811
        first = student.say(f"/runs/{trained.pk}/models", {"format": "zip"})
        assert first.status_code == 201
        monkeypatch.setattr(convert, "carry_out", None)
        again = student.say(f"/runs/{trained.pk}/models", {"format": "zip"})
        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
        assert student.ask(f"/models/{trained.model.pk}/download", **{"as": "zip"}).status_code == 200

    def test_the_worker_has_it_ready_when_the_run_is_over(self, trained):
        tasks.take_home(str(trained.model.pk))
        assert ExportedModel.objects.filter(run=trained, format="zip", requested=True).exists()
        tasks.take_home("00000000-0000-0000-0000-000000000000")  # the run was deleted meanwhile

    def test_the_admin_gives_it_too(self, trained, admin):  # noqa: F811
        answer = act(admin, "run", "export_zip", [trained])
        assert "MODEL_CARD.md" in unzipped(admin.get(answer.url).content)

    def test_a_model_whose_file_is_damaged_gives_none(self, run, slice_of, student):  # noqa: F811
        run = slice_of(run)  # the stand-in's model is none
        refused(student.ask(f"/models/{run.model.pk}/download", **{"as": "zip"}), 410)
        refused(student.ask(f"/models/{run.model.pk}/card"), 410)
        assert not ExportedModel.objects.filter(format="zip").exists()

    def test_it_is_zip_or_nothing(self, run, slice_of, student):  # noqa: F811
        run = slice_of(run)
        refused(student.ask(f"/models/{run.model.pk}/download", **{"as": "rar"}), 422, "as")
        refused(student.say(f"/runs/{run.pk}/models", {"format": "zip", "precision": "float16"}), 422, "precision")


@pytest.mark.parametrize("kind", ["safetensors", "pt", "onnx"])
def test_float16_is_half_the_size_and_says_what_it_costs(trained, student, kind, tmp_path):  # noqa: F811
    sizes = {}
    for precision in ("float32", "float16"):
        told = student.say(f"/runs/{trained.pk}/models", {"format": kind, "precision": precision}).json()
        assert (told["format"], told["precision"]) == (kind, precision)
        answer = student.ask(f"/models/{told['id']}/download")
        assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
        (tmp_path / told["file"]).write_bytes(answer.content)
        sizes[precision] = HamletModel.load(tmp_path / told["file"]), told["bytes"]
    half, whole = sizes["float16"], sizes["float32"]
    assert half[1] < 0.62 * whole[1]
    assert half[0].metadata["float16"]["same_actions"] > 0.9
    assert "float16" not in whole[0].metadata


class TestRanges:
    """RFC 9110, section 14. The file lies in Django's storage, whatever that is."""

    CONTENT = bytes(range(256)) * 4

    @pytest.fixture(params=["folder", "elsewhere"])
    def get(self, request, run, slice_of, student, settings):  # noqa: F811
        if request.param == "elsewhere":
            settings.STORAGES = {
                **settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
            }  # fmt: skip
        model = slice_of(run).model
        written = files.put(model.file, self.CONTENT)
        ExportedModel.objects.filter(pk=model.pk).update(bytes=written.bytes, sha256=written.sha256, file=written.name)
        self.model = model
        self.etag = f'"{written.sha256}"'
        return lambda **headers: student.get(f"{ANYWHERE}/models/{model.pk}/download", headers=headers)

    def test_a_part_is_sent_with_where_it_lies(self, get):
        answer = get(Range="bytes=10-19")
        assert (answer.status_code, answer.content) == (206, self.CONTENT[10:20])
        assert answer.headers["Content-Range"] == "bytes 10-19/1024"
        assert answer.headers["Content-Length"] == "10"
        assert answer.headers["ETag"] == self.etag

    @pytest.mark.parametrize(
        ("asked", "part"),
        [("1000-", slice(1000, None)), ("-24", slice(1000, None)), ("0-", slice(None)), ("0-9999", slice(None)),
         ("-9999", slice(None)), ("1023-1023", slice(1023, None))],
    )  # fmt: skip
    def test_open_ends_are_the_files_own(self, get, asked, part):
        answer = get(Range=f"bytes={asked}")
        assert (answer.status_code, answer.content) == (206, self.CONTENT[part])

    @pytest.mark.parametrize("asked", ["1024-", "5000-6000", "-0"])
    def test_beyond_the_end_there_is_nothing(self, get, asked):
        answer = get(Range=f"bytes={asked}")
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["Content-Range"] == "bytes */1024"

    @pytest.mark.parametrize(
        "asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=5-1", "bytes=-", "bytes=a-b", "bytes=٣-٤", ""]
    )
    def test_what_is_no_single_range_gets_all(self, get, asked):
        answer = get(Range=asked)
        assert (answer.status_code, answer.content) == (200, self.CONTENT)
        assert answer.headers["Accept-Ranges"] == "bytes"

    def test_a_download_of_another_file_begins_anew(self, get):
        assert get(Range="bytes=10-", If_Range=self.etag).status_code == 206
        answer = get(Range="bytes=10-", If_Range='"another"')
        assert (answer.status_code, answer.content) == (200, self.CONTENT)

    def test_a_download_that_goes_on_is_counted_once(self, get):
        got = get(Range="bytes=0-499").content + get(Range="bytes=500-", If_Range=self.etag).content
        assert got == self.CONTENT
        assert ExportedModel.objects.get(pk=self.model.pk).downloads == 1


def test_a_large_file_is_streamed_from_where_it_broke_off(run, slice_of, student):  # noqa: F811
    model = slice_of(run).model
    content = bytes(SMALL) + b"the end of it" * 1000
    written = files.put(model.file, content)
    ExportedModel.objects.filter(pk=model.pk).update(bytes=written.bytes, sha256=written.sha256)
    answer = student.get(f"{ANYWHERE}/models/{model.pk}/download", headers={"Range": "bytes=100-"})
    assert (answer.status_code, answer.streaming) == (206, True)
    assert int(answer.headers["Content-Length"]) == len(content) - 100

    async def read():
        return b"".join([chunk async for chunk in answer.streaming_content])

    assert async_to_sync(read)() == content[100:]


def test_the_process_that_converts_says_what_is_wrong_with_a_model(tmp_path):
    from hamlet.model import ModelError

    (tmp_path / "a").write_bytes(json.dumps({"what": "ever"}).encode() * 10)
    with pytest.raises(ModelError, match="no HAMLET file"):
        convert.carry_out(convert.Order(source=str(tmp_path / "a"), target=str(tmp_path / "b.onnx")))
    assert not (tmp_path / "b.onnx").exists()
