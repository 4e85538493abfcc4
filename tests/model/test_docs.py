"""The manual and the examples run as they stand, in the environment of a student who installed the wheel."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from hamlet.model import HamletModel, parity

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs/manual/INFERENCE_USAGE.md"
EXAMPLES = ROOT / "docs/examples"
GOLDEN = Path(__file__).parent / "golden"


class Block(NamedTuple):
    """One block of code of the manual."""

    line: int
    language: str
    code: str
    needs: list[str]


def blocks() -> list[Block]:
    text = MANUAL.read_text()
    found = []
    for match in re.finditer(r"(?:<!-- needs: ([\w, ]+) -->\n)?```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        line = text[: match.start(2)].count("\n") + 1
        found.append(Block(line, match[2], match[3], [n.strip() for n in (match[1] or "").split(",") if n.strip()]))
    return found


def test_the_manual_has_code_and_all_of_it_is_run():
    assert len(blocks()) >= 12
    assert {block.language for block in blocks()} == {"python", "bash"}


def test_the_students_environment_has_only_what_the_wheel_asks_for(at_the_desk):
    script = "import numpy, safetensors, yaml, pydantic, hamlet\n" + "".join(
        f"try:\n import {name}\nexcept ImportError: pass\nelse: raise SystemExit('{name} is here')\n"
        for name in ("torch", "django", "msgpack", "onnx", "onnxruntime", "celery", "redis", "gymnasium")
    )
    at_the_desk("python", "-c", script)


@pytest.mark.parametrize("block", blocks(), ids=lambda block: f"line{block.line}")
def test_the_manuals_code_runs_as_it_stands(block, at_the_desk, desk):
    if block.language == "bash":
        runs = desk / "runs/2025"
        runs.mkdir(parents=True, exist_ok=True)
        shutil.copy(GOLDEN / "version2_L1_full_observability_ep00060.pt", runs / "checkpoint_ep00060.pt")
        at_the_desk("bash", "-e", "-c", block.code)
    elif block.needs:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
        done = subprocess.run([sys.executable, "-c", block.code], cwd=desk, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    else:
        at_the_desk("python", "-c", block.code)


def test_the_errors_the_manual_quotes_are_the_real_ones(at_the_desk):
    (block,) = [b for b in blocks() if "obs[69]" in b.code]
    assert at_the_desk("python", "-c", block.code).strip() == re.search(r"print\(error\) +# (.*)", block.code)[1]


def test_the_table_of_examples_names_them_all():
    named = set(re.findall(r"\]\(([\w/.]+\.m?[pj][ys]?)\)", (EXAMPLES / "README.md").read_text()))
    assert named == {str(p.relative_to(EXAMPLES)) for p in EXAMPLES.rglob("*") if p.suffix in (".py", ".mjs")}


class TestExamples:
    @pytest.mark.parametrize("name", ["model_ep00012", "model_ep00040"])
    def test_play(self, at_the_desk, name):
        told = at_the_desk("python", EXAMPLES / "play.py", f"{name}.safetensors")
        assert len(re.findall(r"^Life \d: \d+ of 1000 steps\.$", told, re.MULTILINE)) == 3
        assert len(re.findall(r"^  [A-Z]+ +-?\d+\.\d{3}$", told, re.MULTILINE)) == 6

    def test_memory(self, at_the_desk):
        told = at_the_desk("python", EXAMPLES / "memory.py", "model_ep00040.safetensors")
        assert re.search(r"^\d+ lives ended in 600 steps of 4 lanes\.$", told, re.MULTILINE)

    def test_own_environment(self, at_the_desk):
        told = at_the_desk("python", EXAMPLES / "own_environment.py", "model_ep00012.safetensors")
        assert re.search(r"On the balcony it lived \d+ steps", told)

    def test_batch_csv(self, at_the_desk, desk):
        script = EXAMPLES / "batch_csv.py"
        (header, zeros) = at_the_desk("python", script, "model_ep00012.safetensors", "--template").splitlines()
        assert header.startswith('"grid.0,0","grid.1,0"')
        assert "meters.energy,meters.hygiene" in header
        model = HamletModel.load(desk / "model_ep00012.safetensors")
        obs = parity.questions(model.contract, 20)
        rows = [",".join(f"{value:.9g}" for value in row) for row in obs]
        (desk / "moments.csv").write_text("\n".join([header, zeros, *rows]) + "\n")
        told = at_the_desk("python", script, "model_ep00012.safetensors", "moments.csv")
        answers = list(csv.DictReader(told.splitlines()))
        expected = model.predict(np.concatenate([np.zeros((1, 91), np.float32), obs]))
        assert [row["action"] for row in answers] == [model.action_names[a] for a in expected["actions"]]
        q = [[float(row[f"q.{name}"]) for name in model.action_names] for row in answers]
        np.testing.assert_allclose(q, expected["q_values"], atol=1e-5)

    def test_fine_tune(self, desk):
        env = {**os.environ, "PYTHONPATH": str(ROOT / "backend"), "OMP_NUM_THREADS": "1"}
        words = [sys.executable, EXAMPLES / "fine_tune.py", "model_ep00012.safetensors", "tuned.safetensors"]
        done = subprocess.run(words, cwd=desk, env=env, capture_output=True, text=True, check=True)
        before, after = map(int, re.findall(r"(\d+)%", done.stdout))
        assert after > 90 > before
        assert HamletModel.load(desk / "tuned.safetensors").metadata["fine_tuned"] == "sleep when tired"


class Node(NamedTuple):
    """A folder with the JavaScript examples, their one package and the models."""

    folder: Path

    def __call__(self, *words: str) -> str:
        done = subprocess.run(["node", *words], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, desk: Path) -> Node:
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(EXAMPLES / "javascript", folder, dirs_exist_ok=True)
    for file in desk.glob("model_*"):
        shutil.copy(file, folder)
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    return Node(folder)


class TestJavaScript:
    @pytest.mark.parametrize("name", ["model_ep00012", "model_ep00040"])
    def test_onnx_play_gives_the_answers_of_python(self, node, desk, name):
        model = HamletModel.load(desk / f"{name}.safetensors")
        hidden = None
        lines = [json.loads(line) for line in node("onnx_play.mjs", f"{name}.onnx").splitlines()]
        for share, line in zip([1, 0.75, 0.5, 0.25, 0], lines, strict=True):
            out = model.predict(np.full(model.obs_dim, share, np.float32), hidden)
            hidden = out["hidden"]
            np.testing.assert_allclose(line["q"], out["q_values"][0], atol=1e-5)
            assert line["action"] == out["actions"][0]

    @pytest.mark.parametrize(("precision", "count"), [("float32", 10_000), ("float16", 1_000)])
    def test_plain_javascript_agrees_on_10000_observations(self, node, either, precision, count):
        folder = node.folder
        either.save_inference_checkpoint(folder / "asked.safetensors", precision=precision)
        (folder / "ask.mjs").write_text(
            """
            import { readFileSync, writeFileSync } from "node:fs";
            import { HamletModel } from "./hamlet_model.mjs";
            const bytes = (name) => {
              const b = readFileSync(name);
              return b.buffer.slice(b.byteOffset, b.byteOffset + b.length);
            };
            const model = await HamletModel.load(bytes("asked.safetensors"));
            const asked = new Float32Array(bytes("asked.bin")), n = model.contract.obs_dim;
            const lanes = Number(process.argv[2]), memory = new Array(lanes).fill(null);
            const rows = asked.length / n, width = 6 + 2 * model.hiddenSize;
            const answers = new Float32Array(rows * width);
            for (let row = 0; row < rows; row++) {
              const out = model.predict(asked.subarray(row * n, row * n + n), { hidden: memory[row % lanes] });
              memory[row % lanes] = out.hidden;
              answers.set(out.q, row * width);
              if (out.hidden) answers.set(out.hidden.h, row * width + 6);
              if (out.hidden) answers.set(out.hidden.c, row * width + 6 + model.hiddenSize);
            }
            writeFileSync("answers.bin", answers);
            """
        )
        model = HamletModel.load(folder / "asked.safetensors")

        def javascript(obs, hidden):
            """The gate asks round by round; JavaScript has all rounds at once, so it is asked at the first."""
            if not javascript.rounds:
                asked = parity.questions(model.contract, count)
                (folder / "asked.bin").write_bytes(asked.tobytes())
                node("ask.mjs", str(len(obs)))
                width = 6 + 2 * model.hidden_size
                answers = np.fromfile(folder / "answers.bin", np.float32).reshape(-1, len(obs), width)
                javascript.rounds += list(answers)
            answer = javascript.rounds.pop(0)
            h, c = answer[:, 6 : 6 + model.hidden_size], answer[:, 6 + model.hidden_size :]
            return answer[:, :6], (h, c) if model.hidden_size else None

        javascript.rounds = []
        largest, same = parity.distance(model, javascript, count)
        assert largest <= 1e-5
        assert same == 1

    def test_plain_javascript_notices_damage(self, node):
        folder = node.folder
        data = bytearray((folder / "model_ep00012.safetensors").read_bytes())
        data[-5] ^= 1
        (folder / "damaged.safetensors").write_bytes(data)
        (folder / "other.safetensors").write_bytes(b"\x10" + b"\0" * 30)
        (folder / "load.mjs").write_text(
            """
            import { readFileSync } from "node:fs";
            import { HamletModel } from "./hamlet_model.mjs";
            for (const name of ["damaged", "other"]) {
              const b = readFileSync(name + ".safetensors");
              await HamletModel.load(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)).then(
                () => console.log("loaded"), (error) => console.log(error.message));
            }
            """
        )
        told = node("load.mjs").splitlines()
        assert told[0] == "This model is damaged: its checksum is wrong."
        assert "loaded" not in told
