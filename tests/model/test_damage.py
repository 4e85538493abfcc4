"""A file may be cut, flipped, renamed, huge or hostile: the answer is a typed error, and nothing of it is run."""

import os
import pickle
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from hamlet.model import DamagedFileError, HamletModel, ModelError, UnknownFormatError
from tests.model import fuzz
from tests.model.minds import mind

GOLDEN = Path(__file__).parent / "golden"
KINDS = [
    "model1_simple.safetensors", "model1_simple.pt", "model1_simple.onnx", "checkpoint1_simple.pt",
    "version2_L1_full_observability_ep00060.pt",
]  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
class TestAnyFile:
    def test_cut_short_anywhere_it_is_refused(self, name, tmp_path):
        data = (GOLDEN / name).read_bytes()
        path = tmp_path / name
        for length in [0, 1, 4, 8, 9, 40, *range(100, len(data), max(1, len(data) // 60)), len(data) - 1]:
            path.write_bytes(data[:length])
            with pytest.raises(ModelError):
                HamletModel.load(path)

    def test_with_bytes_appended_it_is_refused_or_the_same(self, name, tmp_path):
        (tmp_path / name).write_bytes((GOLDEN / name).read_bytes() + b"\0" * 100)
        try:
            model = HamletModel.load(tmp_path / name)
        except ModelError:
            return
        original = HamletModel.load(GOLDEN / name)
        np.testing.assert_array_equal(model.weights["net.0.weight"], original.weights["net.0.weight"])

    def test_a_flipped_bit_of_a_weight_is_noticed(self, name, tmp_path):
        model = HamletModel.load(GOLDEN / name)
        data = bytearray((GOLDEN / name).read_bytes())
        for weight in ("net.0.weight", "net.6.bias"):
            at = data.index(model.weights[weight].astype("<f4").tobytes()) + 5
            for bit in (0, 3, 7):
                flipped = bytearray(data)
                flipped[at] ^= 1 << bit
                (tmp_path / name).write_bytes(flipped)
                with pytest.raises(DamagedFileError, match="damaged"):
                    HamletModel.load(tmp_path / name)


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx"])
def test_a_flipped_letter_of_the_contract_is_noticed(suffix, tmp_path):
    data = (GOLDEN / f"model1_simple{suffix}").read_bytes()
    (tmp_path / "a").write_bytes(data.replace(b"satiation", b"sationion"))
    with pytest.raises(DamagedFileError, match="checksum"):
        HamletModel.load(tmp_path / "a")


class TestClaims:
    def test_a_header_that_claims_10_gb(self, tmp_path):
        header = b'{"w":{"dtype":"F32","shape":[2684354560],"data_offsets":[0,10737418240]}}'
        (tmp_path / "a").write_bytes(len(header).to_bytes(8, "little") + header)
        with pytest.raises(DamagedFileError):
            HamletModel.load(tmp_path / "a")

    def test_a_header_length_of_10_gb(self, tmp_path):
        (tmp_path / "a").write_bytes((10 * 2**30).to_bytes(8, "little") + b"{" + b" " * 50)
        with pytest.raises(DamagedFileError, match="claims"):
            HamletModel.load(tmp_path / "a")

    def test_a_file_of_10_gb_is_not_read(self, tmp_path):
        with (tmp_path / "a").open("wb") as file:
            file.write((100).to_bytes(8, "little") + b"{")
            file.truncate(10 * 2**30)  # sparse: it takes no disk
        with pytest.raises(UnknownFormatError, match="10737418240 bytes"):
            HamletModel.load(tmp_path / "a")

    def test_a_storage_shorter_than_its_tensor(self, tmp_path):
        path = tmp_path / "a.pt"
        with zipfile.ZipFile(GOLDEN / "model1_simple.pt") as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                target.writestr(name, data[:8] if "/data/" in name else data)
        with pytest.raises(DamagedFileError, match="shorter than its tensor"):
            HamletModel.load(path)

    def test_a_tensor_of_10_gb_made_of_one_number(self, tmp_path):
        root = torch.load(GOLDEN / "checkpoint1_simple.pt", weights_only=True)
        root["model"]["weights"]["net.3.weight"] = torch.ones(1).expand(50000, 50000)
        torch.save(root, tmp_path / "a.pt")
        with pytest.raises(DamagedFileError, match=r"\(50000, 50000\)"):
            HamletModel.load(tmp_path / "a.pt")

    def test_a_zip_that_would_unfold(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.pt", "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("archive/data.pkl", b"\0" * 50_000_000)
        with pytest.raises(DamagedFileError, match="compressed"):
            HamletModel.load(tmp_path / "a.pt")

    def test_a_window_that_would_need_a_huge_matrix(self):
        narrow = mind("recurrent", width=16)
        weights = dict(narrow.weights)
        weights["vision_encoder.5.weight"] = np.zeros((16, 4 * 900 * 900), np.float32)
        with pytest.raises(ModelError, match="900 x 900 cells"):
            HamletModel("recurrent", weights, narrow.contract)


class Hostile:
    """Unpickled by a trusting reader, it leaves a file behind."""

    def __init__(self, called, argument):
        self.called, self.argument = called, argument

    def __reduce__(self):
        return self.called, (self.argument,)


class TestHostility:
    @pytest.fixture(params=["system", "eval", "exec", "subprocess", "getattr", "torch"])
    def hostile(self, request, tmp_path):
        mark = tmp_path / "was-here"
        code = f"open({str(mark)!r}, 'w')"
        made = {
            "system": Hostile(os.system, f"touch {mark}"),
            "eval": Hostile(eval, code),
            "exec": Hostile(exec, code),
            "subprocess": Hostile(subprocess.check_output, ["touch", str(mark)]),
            "getattr": Hostile(getattr, "x"),
            "torch": Hostile(torch.hub.load, "x/y"),
        }
        yield made[request.param]
        assert not mark.exists(), "the file ran code"

    @pytest.mark.parametrize("where", ["root", "weights", "key-beside"])
    def test_a_pickle_with_code_inside_is_refused_and_not_run(self, hostile, where, tmp_path):
        root = torch.load(GOLDEN / "checkpoint1_simple.pt", weights_only=True)
        match where:
            case "root":
                root = hostile
            case "weights":
                root["model"]["weights"] = hostile
            case _:
                root["optimizer"] = [{"state": hostile}]
        torch.save(root, tmp_path / "a.pt")
        with pytest.raises(ModelError, match="wants to call"):
            HamletModel.load(tmp_path / "a.pt")

    def test_a_bare_pickle_is_refused_and_not_run(self, hostile, tmp_path):
        (tmp_path / "a.pt").write_bytes(pickle.dumps(hostile))
        with pytest.raises(UnknownFormatError, match="could run code"):
            HamletModel.load(tmp_path / "a.pt")

    def test_a_pickle_in_disguise_is_refused(self, hostile, tmp_path):
        for name in ("model.safetensors", "model.onnx"):
            (tmp_path / name).write_bytes(pickle.dumps(hostile))
            with pytest.raises(ModelError):
                HamletModel.load(tmp_path / name)

    def pickled(self, path: Path, program: bytes) -> Path:
        with zipfile.ZipFile(path, "w") as target:
            target.writestr("archive/data.pkl", program)
        return path

    @pytest.mark.parametrize(
        "program",
        [
            b"\x80\x02" + b"(" * 500_000 + b".",
            b"\x80\x02)" + b"\x85" * 500_000 + b".",
            b"\x80\x02}" + b")" + b"\x85" * 500_000 + b"K\x01s.",  # a key of 500,000 nested tuples
            b"\x80\x02]q\x00" + b"h\x00a" * 10 + b".",  # a list that holds itself
            b"\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s.",  # a dict that holds itself
            b"\x80\x02r\xff\xff\xff\xff.",
            b"\x80\x02K\x01r\xff\xff\xff\xff.",  # a memo of four thousand million places
            b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",  # a bytearray of 8 exabytes
            b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",
            b"\x80\x02(" + b"K\x01" * 10 + b"l0000000.",
            b"cbuiltins\neval\nX\x01\x00\x00\x00x\x85R.",
            b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
            b"\x80\x02c__main__\nX\n)\x81.",
            b"ios\nsystem\n.",
            b"",
            b"no pickle at all",
        ],
    )
    def test_hostile_programs_end_in_an_error(self, program, tmp_path):
        with pytest.raises(ModelError):
            HamletModel.load(self.pickled(tmp_path / "a.pt", program))


class TestOtherPeoplesFiles:
    def test_safetensors_of_another_model(self, tmp_path):
        from safetensors.numpy import save_file

        save_file({"bert.pooler.weight": np.ones((3, 3), np.float32)}, tmp_path / "model.safetensors", {"format": "pt"})
        with pytest.raises(UnknownFormatError, match="not a HAMLET model"):
            HamletModel.load(tmp_path / "model.safetensors")

    def test_onnx_of_another_model(self, tmp_path):
        from onnx import TensorProto, helper

        x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
        graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y])
        (tmp_path / "a.onnx").write_bytes(helper.make_model(graph).SerializeToString())
        with pytest.raises(UnknownFormatError, match="carries no contract"):
            HamletModel.load(tmp_path / "a.onnx")

    @pytest.mark.parametrize(
        "content", [b"Give me your model, please.", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"\0" * 500]
    )
    def test_what_is_no_model_at_all(self, content, tmp_path):
        (tmp_path / "a.safetensors").write_bytes(content)
        with pytest.raises(ModelError, match=r"a\.safetensors"):
            HamletModel.load(tmp_path / "a.safetensors")

    def test_a_zip_of_something_else(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
            target.writestr("homework.txt", "done")
        with pytest.raises(UnknownFormatError, match="torch"):
            HamletModel.load(tmp_path / "a.zip")

    def test_a_newer_format_says_that_it_is_newer(self, tmp_path):
        data = (GOLDEN / "model1_simple.safetensors").read_bytes()
        (tmp_path / "a").write_bytes(data.replace(b"hamlet-model-1", b"hamlet-model-2"))
        with pytest.raises(UnknownFormatError, match=r"'hamlet-model-2'.*newer"):
            HamletModel.load(tmp_path / "a")

    def test_no_file_and_a_folder_are_the_systems_own_errors(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            HamletModel.load(tmp_path / "nothing.pt")
        with pytest.raises(IsADirectoryError):
            HamletModel.load(tmp_path)


def test_mutated_files_end_in_an_error_or_in_a_model_that_answers():
    """3,000 here, in a process of its own that may use 2 GB; `python -m tests.model.fuzz 100000` for the long run."""
    limited = subprocess.run(
        [sys.executable, "-m", "tests.model.fuzz", "3000"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "backend", "OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30)),
        capture_output=True,
        text=True,
    )
    assert limited.returncode == 0, limited.stdout + limited.stderr
    assert "3000 files" in limited.stdout


def test_the_fuzzer_reaches_beyond_the_checksum():
    """A fuzzer that only ever meets the checksum proves little: a fair share of its files get past it."""
    outcomes = fuzz.run(400, seed=1)
    assert outcomes["model"] + outcomes["ContractError"] >= 40
