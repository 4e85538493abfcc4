"""Models that people bring along: what is taken, what is refused, and what becomes of it."""

import hashlib
import io
import json
import pickle
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from hamlet import HamletModel
from hamlet.learning.evaluate import evaluate
from hamlet.model import contract_of
from hamlet.tape.wire import decode_frame, verify
from hamlet.world import load_level
from lab.celery import app
from lab.people import classes
from lab.people.models import Classroom, Person
from lab.registry import exam, uploads
from lab.registry.convert import LIVES, SEED
from lab.runs import tasks
from lab.runs.models import UploadedModel
from lab.store import files
from tests.model.minds import mind, random_weights
from tests.runs.test_api import ANYWHERE, Page, nobody, refused, student  # noqa: F401

GOLDEN = Path(__file__).parents[1] / "model" / "golden"
OLD = "version2_L1_full_observability_ep00060.pt"


@pytest.fixture
def exams(valkey):
    """The real queue of examinations, empty at first: `exams()` gives the task of the next message, and its model."""

    def take():
        with app.connection_for_read() as connection:
            connection.default_channel.queue_declare(queue="exams")
            message = connection.default_channel.basic_get("exams", no_ack=True)
        return None if message is None else (message.headers["task"].rpartition(".")[2], message.payload[0][0])

    while take():
        pass
    return take


def send(page, content, name="mine.safetensors", **fields):
    file = SimpleUploadedFile(name, content)
    return page.post(f"{ANYWHERE}/models", {"file": file, **fields}, headers={"X-CSRFToken": page.csrf})


def remove(page, id):
    return page.delete(f"{ANYWHERE}/models/{id}", headers={"X-CSRFToken": page.csrf})


def golden(name):
    return (GOLDEN / name).read_bytes()


def as_file(model, tmp_path, suffix=".safetensors"):
    model.save_inference_checkpoint(tmp_path / f"made{suffix}")
    return (tmp_path / f"made{suffix}").read_bytes()


@pytest.fixture
def anyone(transactional_db, exams, student):  # noqa: F811
    """A signed-in student; what is committed is sent to the queue."""
    return student


# ------------------------------------------------------------------------------------------- what is taken


@pytest.mark.parametrize(
    ("name", "source", "network", "level"),
    [
        (OLD, "version 2", "simple", "L1_full_observability"),
        ("version2_L2_partial_observability_ep00040.pt", "version 2", "recurrent", "L2_partial_observability"),
        ("checkpoint1_simple_best.pt", "checkpoint", "simple", None),
        ("model1_recurrent.pt", "pt", "recurrent", "L2_partial_observability"),
        ("model1_simple.onnx", "onnx", "simple", "L0_0_minimal"),
        ("model1_simple_float16.safetensors", "safetensors", "simple", "L0_0_minimal"),
    ],
)
def test_each_kind_of_file_is_told_by_its_content(anyone, name, source, network, level):
    content = golden(name)
    answer = send(anyone, content, "model.bin")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["source"], told["network"], told["state"]) == (source, network, "pending")
    assert (told["source_bytes"], told["source_sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert level is None or told["played"] == level
    assert (told["evaluation"], told["lives"], told["pack"]) == (None, 0, None)


def test_an_old_checkpoint_is_examined_recorded_and_packed(anyone, exams, ophelia, tmp_path):
    told = send(anyone, golden(OLD), "checkpoint_ep00060.pt").json()
    assert told["name"] == "checkpoint_ep00060"
    assert exams() == ("examine_upload", told["id"])
    tasks.examine_upload(told["id"])
    told = anyone.ask(f"/models/{told['id']}").json()
    assert (told["state"], told["message"], told["lives"]) == ("done", "", exam.RECORDED)

    # The examination is what anyone would measure with the file that is given out.
    content = anyone.ask(f"/models/{told['id']}/download").content
    assert hashlib.sha256(content).hexdigest() == told["model"]["sha256"]
    (tmp_path / "taken.safetensors").write_bytes(content)
    taken = HamletModel.load(tmp_path / "taken.safetensors")
    again = evaluate(taken, load_level("L1_full_observability"), LIVES, seed=SEED)
    assert told["evaluation"]["survived"] == again.survived
    old = HamletModel.load(GOLDEN / OLD)
    assert all(np.array_equal(taken.weights[key], old.weights[key]) for key in old.weights)
    assert taken.metadata["layout"] == old.metadata["layout"]

    # The lives to be watched are the first of those that were examined, whole and proved by their chains.
    lives = anyone.ask(f"/models/{told['id']}/episodes").json()["items"]
    assert [life["steps"] for life in lives] == again.survived[: exam.RECORDED]
    for life in lives:
        answer = anyone.ask(f"/models/{told['id']}/episodes/{life['episode']}")
        assert answer.headers["Content-Type"] == "application/msgpack"
        frame = decode_frame(answer.content)
        assert verify(frame)
        assert (frame["run"], frame["end"]["steps"], len(frame["cols"]["x"])) == (
            told["id"],
            life["steps"],
            life["steps"],
        )
        assert not any(frame["cols"]["random"])
        assert frame["cols"]["action"] == frame["cols"]["greedy"]

    archive = zipfile.ZipFile(io.BytesIO(anyone.ask(f"/models/{told['id']}/download", **{"as": "zip"}).content))
    assert {name.partition("/")[2] for name in archive.namelist()} == {
        "checkpoint_ep00060.safetensors", "MODEL_CARD.md", "play.py", "README.md", "SHA256SUMS",
    }  # fmt: skip
    card = anyone.ask(f"/models/{told['id']}/card").json()
    assert card["markdown"] == archive.read("checkpoint_ep00060/MODEL_CARD.md").decode()
    assert "Examined on 128 lives" in card["markdown"]
    assert "version 2 training checkpoint that was uploaded" in card["markdown"]


def test_the_file_that_was_sent_is_not_kept(anyone):
    told = send(anyone, golden(OLD)).json()
    row = UploadedModel.objects.get(pk=told["id"])
    kept = files.open_file(row.file).read()
    assert hashlib.sha256(kept).hexdigest() != told["source_sha256"]
    assert kept[8:9] == b"{"  # a .safetensors of our own making, whatever was sent


@pytest.mark.parametrize(
    "name", ["../../../evil.pt", "/etc/evil.pt", r"..\..\evil.pt", "..%2f..%2fevil.pt", "x/.evil.pt"]
)
def test_a_file_s_name_leads_out_of_no_folder(anyone, own_folder, name):
    """As a program sends it; a browser sends no folders."""
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + golden("model1_simple.safetensors") + b"\r\n--B--\r\n"
    headers = {"X-CSRFToken": anyone.csrf}
    told = anyone.generic("POST", f"{ANYWHERE}/models", body, "multipart/form-data; boundary=B", headers=headers).json()
    kept = [path.relative_to(own_folder).parts for path in own_folder.rglob("*") if path.is_file()]
    assert [parts[:2] for parts in kept] == [("uploads", told["id"])]
    assert "/" not in told["name"]
    saved_as = anyone.ask(f"/models/{told['id']}/download").headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[\w-]+\.safetensors"', saved_as)


def test_a_model_says_where_it_fits(anyone, exams, tmp_path):
    fits = {fit["level"]: fit for fit in send(anyone, as_file(mind("simple"), tmp_path)).json()["fits"]}
    assert fits["L1_full_observability"]["verdict"] == "yes"
    assert fits["L2_partial_observability"]["verdict"] == "no"
    assert fits["L2_partial_observability"]["reasons"]


def test_a_model_that_sees_the_same_in_another_order_lives_by_names(anyone, exams, tmp_path):
    level = load_level("L1_full_observability")
    model = mind("simple")
    contract = contract_of(level.describe())
    order = [*reversed(range(level.num_actions))]
    turned = {**model.weights, **{key: model.weights[key][order] for key in ("net.6.weight", "net.6.bias")}}
    contract["actions"] = [contract["actions"][i] for i in order]
    told = send(anyone, as_file(HamletModel("simple", turned, contract), tmp_path)).json()
    exam.upload_examine(UploadedModel.objects.get().pk)
    told = anyone.ask(f"/models/{told['id']}").json()
    layouts_differ = evaluate(model, level, LIVES, seed=SEED, layout={})
    assert next(fit for fit in told["fits"] if fit["level"] == level.name)["verdict"] == "reordered"
    assert told["evaluation"]["survived"] == layouts_differ.survived


def test_a_model_of_another_world_is_kept_but_not_examined(anyone, exams, tmp_path):
    contract = {
        "format": 1, "level": "Elsinore\x00\x1b[31m", "level_digest": None, "network": "simple", "obs_dim": 3,
        "observation": [{"name": "ghost", "start": 0, "stop": 3, "low": 0.0, "high": 1.0, "labels": ["a", "b", "c"]}],
        "actions": ["be", "not be"],
    }  # fmt: skip
    model = HamletModel("simple", random_weights("simple", 3, 2, 0), contract)
    told = send(anyone, as_file(model, tmp_path)).json()
    assert (told["state"], told["played"]) == ("done", None)
    assert told["level"] == "Elsinore\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m"
    assert "fits none" in told["message"]
    assert {fit["verdict"] for fit in told["fits"]} == {"no"}
    assert exams() is None
    assert "has not been examined" in anyone.ask(f"/models/{told['id']}/card").json()["markdown"]
    refused(anyone.ask(f"/models/{told['id']}/download", **{"as": "zip"}), 404)


def test_what_a_file_claims_of_its_examination_is_not_believed(anyone, exams, tmp_path):
    boast = {"evaluation": {"lives": 1000, "mean": 1e6, "survived": [10**6] * 1000}, "layout": {"Bed": [99, 99]}}
    told = send(anyone, as_file(mind("simple", **boast), tmp_path)).json()
    assert told["evaluation"] is None
    exam.upload_examine(UploadedModel.objects.get().pk)
    told = anyone.ask(f"/models/{told['id']}").json()
    assert told["evaluation"]["lives"] == LIVES
    assert told["evaluation"]["mean"] < 500
    assert "1000000" not in anyone.ask(f"/models/{told['id']}/card").json()["markdown"]


# ------------------------------------------------------------------------------------------ what is refused


class Evil:
    def __reduce__(self):
        return print, ("this ran",)


def claims_10_gb():
    header = b'{"w":{"dtype":"F32","shape":[2684354560],"data_offsets":[0,10737418240]}}'
    return len(header).to_bytes(8, "little") + header


def flipped():
    content = bytearray(golden("model1_simple.safetensors"))
    content[-1000] ^= 4
    return bytes(content)


def zip_with_a_pickle():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Evil()))
        archive.writestr("archive/version", "3")
    return buffer.getvalue()


def not_a_number():
    content = golden("model1_simple.safetensors")
    model = HamletModel.load(GOLDEN / "model1_simple.safetensors")
    weight = model.weights["net.6.bias"].astype("<f4").tobytes()
    return content.replace(weight, np.full(6, np.nan, "<f4").tobytes())


BAD = {
    "empty": (b"", "bytes"),
    "a text": (b"To be, or not to be, that is the question.", "no HAMLET file"),
    "cut short": (lambda: golden("model1_simple.safetensors")[:5000], "damaged"),
    "an old one cut short": (lambda: golden(OLD)[:5000], "damaged"),
    "a bit flipped": (flipped, "damaged"),
    "claims 10 GB": (claims_10_gb, "damaged"),
    "a bare pickle": (lambda: pickle.dumps(Evil()), "could run code"),
    "a pickle in a torch file": (zip_with_a_pickle, ""),
    "someone else's safetensors": (lambda: safetensors.numpy.save({"w": np.zeros((3, 3), np.float32)}), "HAMLET"),
    "someone else's zip": (lambda: _zip({"a.txt": "hello"}), ""),
    "a weight that is no number": (not_a_number, "damaged"),
}  # fmt: skip


def _zip(contents):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("which", BAD)
@pytest.mark.parametrize("name", ["model.safetensors", "<img src=x>\x07.pt"])
def test_what_is_no_model_is_refused_with_the_reason(anyone, exams, which, name, capsys):
    content, words = BAD[which]
    problem = refused(send(anyone, content() if callable(content) else content, name), 422, "file")
    assert words in problem["detail"]
    assert "/tmp" not in json.dumps(problem)
    assert len(json.dumps(problem)) < 3000
    assert "this ran" not in capsys.readouterr().out
    assert not UploadedModel.objects.exists()
    assert exams() is None


def test_a_wrong_width_is_told_by_its_fields(anyone, tmp_path):
    content = as_file(mind("simple"), tmp_path)
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    contract = json.loads(header["__metadata__"]["contract"])
    contract["observation"] = contract["observation"][:-1]
    contract["obs_dim"] -= 1
    header["__metadata__"]["contract"] = json.dumps(contract)
    text = json.dumps(header).encode()
    refused(send(anyone, len(text).to_bytes(8, "little") + text + content[8 + size :]), 422, "file")
    assert not UploadedModel.objects.exists()


def test_a_file_that_is_too_large_is_not_read(anyone, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    monkeypatch.setattr(HamletModel, "load_from_checkpoint", None)
    problem = refused(send(anyone, golden("model1_simple.safetensors")), 422, "file")
    assert "at most 1000 are allowed" in problem["detail"]


def test_a_request_without_a_file_or_with_an_impossible_name_is_refused(anyone):
    refused(anyone.post(f"{ANYWHERE}/models", {"name": "x"}, headers={"X-CSRFToken": anyone.csrf}), 422, "file")
    file = SimpleUploadedFile("a.pt", golden(OLD))
    answer = anyone.post(f"{ANYWHERE}/models", {"file": file, "name": "x" * 81}, headers={"X-CSRFToken": anyone.csrf})
    refused(answer, 422, "name")
    refused(anyone.say("/models", {"file": "x"}), 422, "file")
    assert not UploadedModel.objects.exists()


def test_there_is_a_limit_to_what_one_person_has_here(anyone, monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 2)
    for _ in range(2):
        assert send(anyone, golden("model1_simple.safetensors")).status_code == 201
    refused(send(anyone, golden("model1_simple.safetensors")), 409)
    assert UploadedModel.objects.count() == 2


# ------------------------------------------------------------------------------------------- what it takes


@pytest.fixture
def elsinore(anyone, polonius):
    return classes.class_make(by=polonius, name="Elsinore")


@pytest.fixture
def hamlet(elsinore):
    """The page of a student of the class."""
    return Page(classes.student_make(classroom=elsinore, nickname="Hamlet", pawn=1))


def filled(page):
    """Bytes that fair use tells of one's own files and the class's."""
    told = page.ask("/fair-use").json()
    return told["own"]["bytes"]["used"], told["together"]["bytes"]["used"]


def test_every_byte_of_it_counts_and_is_free_once_it_is_deleted(own_folder, hamlet, elsinore):
    laertes = Page(classes.student_make(classroom=elsinore, nickname="Laertes", pawn=2))

    def weight():
        return sum(path.stat().st_size for path in own_folder.rglob("*") if path.is_file())

    told = send(hamlet, golden(OLD)).json()
    assert filled(hamlet) == (weight(), weight())
    alone = weight()
    exam.upload_examine(UploadedModel.objects.get().pk)
    assert weight() > alone, "the ZIP and the recorded lives lie there too"
    assert filled(hamlet) == (weight(), weight())
    assert hamlet.ask(f"/models/{told['id']}").json()["total_bytes"] == weight()
    assert filled(laertes) == (0, weight()), "it counts for who brought it, and for the class"
    assert remove(hamlet, told["id"]).status_code == 204
    assert weight() == 0
    assert filled(hamlet) == (0, 0)


@pytest.mark.parametrize(
    ("whose", "says"),
    [("student_bytes", "Your files in Elsinore fill"), ("class_bytes", "The files of Elsinore fill")],
)
def test_one_that_has_no_room_is_refused_with_what_is_used_and_allowed(own_folder, hamlet, elsinore, whose, says):
    first = send(hamlet, golden("model1_simple.safetensors")).json()
    used = first["total_bytes"]
    Classroom.objects.update(**{whose: used + 3_000})
    detail = refused(send(hamlet, golden("model1_simple.safetensors")), 409)["detail"]
    assert detail.startswith(
        f"{says} {used / 1000:.0f} kB of {(used + 3_000) / 1000:.0f} kB, and the model takes {used / 1000:.0f} kB. "
    )
    assert "Delete runs or uploaded models" in detail
    assert UploadedModel.objects.count() == len(list(own_folder.rglob("*.safetensors"))) == 1
    assert remove(hamlet, first["id"]).status_code == 204
    assert send(hamlet, golden("model1_simple.safetensors")).status_code == 201


def test_several_at_once_do_not_take_the_same_room(own_folder, hamlet, elsinore):
    size = send(hamlet, golden("model1_simple.safetensors")).json()["total_bytes"]
    Classroom.objects.update(class_bytes=2 * size + 100)
    pages = [Page(classes.student_make(classroom=elsinore, nickname=f"Player {i}", pawn=1)) for i in range(5)]

    def sent(page):
        try:
            return send(page, golden("model1_simple.safetensors")).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pages)) as pool:
        assert sorted(pool.map(sent, pages)) == [201, 409, 409, 409, 409]
    assert filled(hamlet) == (size, 2 * size)
    assert len(list(own_folder.rglob("*.safetensors"))) == 2


def test_a_launch_has_no_room_beside_models_that_fill_all(hamlet, elsinore):
    used = send(hamlet, golden("model1_simple.safetensors")).json()["total_bytes"]
    Classroom.objects.update(student_bytes=used)
    told = hamlet.ask("/fair-use").json()
    assert (told["launches"], "Delete runs or uploaded models" in told["message"]) == (False, True)


def test_who_belongs_to_no_class_has_no_storage_of_a_class(anyone):
    assert send(anyone, golden("model1_simple.safetensors")).status_code == 201
    assert UploadedModel.objects.get().classroom is None


def test_what_was_brought_before_it_counted_is_counted_by_the_migration(hamlet, elsinore):
    send(hamlet, golden(OLD))
    exam.upload_examine(UploadedModel.objects.get().pk)
    before = filled(hamlet)
    UploadedModel.objects.update(total_bytes=0, classroom=None)
    Person.objects.update(classroom=None)
    import_module("lab.runs.migrations.0013_uploads_counted").count(apps, None)
    assert filled(hamlet) == before


def test_what_a_worker_left_half_done_goes_with_it(own_folder, hamlet):
    told = send(hamlet, golden(OLD)).json()
    files.put(f"uploads/{told['id']}/1/life_0.msgpack", b"of a try whose worker was lost")
    assert remove(hamlet, told["id"]).status_code == 204
    assert list((own_folder / "uploads").iterdir()) == []


# ---------------------------------------------------------------------------------------------- who may what


def test_nobody_uploads_before_signing_in_nor_without_the_token(anyone, nobody):  # noqa: F811
    refused(send(nobody, golden(OLD)), 401)
    refused(anyone.post(f"{ANYWHERE}/models", {"file": SimpleUploadedFile("a.pt", golden(OLD))}), 403)
    for path in ("/models", "/models/x", "/models/x/card", "/models/x/episodes", "/models/x/episodes/0"):
        refused(nobody.ask(path), 401)
    assert not UploadedModel.objects.exists()


def test_what_others_brought_is_not_there(anyone, fortinbras, polonius):
    id = send(anyone, golden(OLD)).json()["id"]
    exam.upload_examine(UploadedModel.objects.get().pk)
    for person in (fortinbras, polonius):
        other = Page(person)
        for path in ("", "/card", "/episodes", "/episodes/0", "/download", "/download?as=zip"):
            refused(other.ask(f"/models/{id}{path}"), 404)
        refused(remove(other, id), 404)
        assert other.ask("/models").json()["items"] == []
    assert [item["id"] for item in anyone.ask("/models").json()["items"]] == [id]


@pytest.mark.parametrize("id", ["00000000-0000-0000-0000-000000000000", "x", "%00"])
def test_what_is_not_there_is_not_there(anyone, id):
    for path in ("", "/card", "/episodes", "/episodes/0", "/download"):
        refused(anyone.ask(f"/models/{id}{path}"), 404)


def test_deleting_leaves_no_file(anyone):
    id = send(anyone, golden(OLD)).json()["id"]
    exam.upload_examine(UploadedModel.objects.get().pk)
    names = UploadedModel.objects.get().files()
    assert len(names) == 2 + exam.RECORDED
    assert all(files.exists(name) for name in names)
    assert remove(anyone, id).status_code == 204
    assert not any(files.exists(name) for name in names)
    refused(anyone.ask(f"/models/{id}"), 404)


# --------------------------------------------------------------------------------------- what may go wrong


def pending(anyone):
    send(anyone, golden(OLD))
    return UploadedModel.objects.get()


def test_two_workers_do_not_examine_the_same(anyone):
    upload = pending(anyone)
    assert exam.upload_examine(upload.pk)
    assert not exam.upload_examine(upload.pk)


def test_what_the_broker_or_a_worker_lost_is_sent_again(anyone, exams):
    upload = pending(anyone)
    assert exams() is not None
    assert uploads.uploads_resend() == 0
    later = timezone.now() + timedelta(minutes=10)
    assert uploads.uploads_resend(later) == 1  # the message was lost
    assert exams() == ("examine_upload", str(upload.pk))
    UploadedModel.objects.update(claimed_at=timezone.now(), tries=1)
    assert uploads.uploads_resend(timezone.now() + timedelta(seconds=40)) == 0  # it is being examined
    later += timedelta(minutes=10)
    assert uploads.uploads_resend(later) == 1  # the worker is gone
    UploadedModel.objects.update(tries=uploads.MOST_TRIES)
    assert uploads.uploads_resend(later + timedelta(minutes=10)) == 0
    upload.refresh_from_db()
    assert (upload.state, "lost 3 times" in upload.message) == ("failed", True)


def test_an_examination_that_cannot_end_says_why(anyone):
    upload = pending(anyone)
    files.remove([upload.file])
    exam.upload_examine(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.message) == ("failed", "Its file is no longer there.")


def test_a_defect_of_ours_is_not_told_in_detail(anyone, monkeypatch):
    upload = pending(anyone)

    def breaks(*_, **__):
        raise KeyError("secret detail")

    monkeypatch.setattr(exam, "evaluate", breaks)
    with pytest.raises(KeyError):
        exam.upload_examine(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.message) == ("failed", "Something went wrong on our side.")
