"""`hamlet watch` with a recording, and what it understands; tests/story watches a run of the real product with it."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import msgpack
import pytest
import websockets.sync.server

from hamlet.cli import main
from hamlet.client import Client, ClientError
from hamlet.client.commands.door import place
from hamlet.client.follow import Follower
from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import EpisodeEnd
from hamlet.tape.episode import Tape
from hamlet.tape.screen import Screen, ScreenError, Shown
from hamlet.tape.wire import decode_frame, encode_frame, encode_recording

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lived():
    """The first life of a real run."""
    trainer = Trainer(TrainConfig(level="L1_full_observability", lanes=1, rollout=64, steps=4000, minibatches=1))
    tape = Tape("run", trainer.level.name, trainer.level.digest)
    for event in trainer.run():
        life = tape.take(event)
        if isinstance(event, EpisodeEnd):
            return life
    raise AssertionError("nobody died")


@pytest.fixture
def recording(lived, tmp_path):
    path = tmp_path / "life.msgpack"
    path.write_bytes(encode_recording(lived))
    return path


def test_a_recording_is_played_to_its_end(lived, recording, capsys):
    assert main(["watch", str(recording), "--speed", "60"]) == 0
    said = capsys.readouterr().out
    moments = said.split("\n\n")
    assert len([moment for moment in moments if moment.startswith("The whole town")]) == len(lived) + 1
    assert f"{len(lived)} steps, return {lived.end['return']:.2f}; every step fits the trainer's chain" in said
    assert said.count("@") == len(lived) + 1


def test_a_hundred_steps_of_a_real_life_weigh_at_most_ten_kilobytes(lived):
    weight = 100 * len(encode_recording(lived)) / len(lived)
    print(f"\na recording of L1: {weight / 1000:.2f} kB per 100 steps ({len(lived)} steps)")
    assert weight <= 10_000


def test_each_moment_shows_what_the_choice_was_made_from(lived):
    life = Shown(decode_frame(encode_recording(lived)))
    screen = Screen(life.meta)
    for t in (0, len(life) // 2, len(life) - 1):
        picture = screen.moment(life, t)
        row = picture.splitlines()[1 + lived.columns["y"][t]]
        assert row.index("@") == 3 * lived.columns["x"][t] + 2
        assert f"step {t}" in picture
        assert f"{lived.columns['meters'][t][0]:.2f}" in picture
        assert f"{screen.level.action_names[lived.columns['action'][t]]} (" in picture


def test_a_watch_that_is_cut_off_goes_on_where_it_was(lived):
    frames = [encode_frame(lived, *cut) for cut in ((0, 10, 0), (10, 20, 1), (20, len(lived), 2))]
    asked = []

    def serve(line):
        asked.append(line.request.path)
        for data in frames[:2] if len(asked) == 1 else frames[2:]:
            line.send(data)
            assert json.loads(line.recv(timeout=10))["type"] in ("ping", "ack")
        if len(asked) > 1:
            line.send(json.dumps({"type": "run", "run": {"state": "finished"}}))
            line.recv(timeout=10)

    with websockets.sync.server.serve(serve, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        follower = Follower(Client(f"http://127.0.0.1:{server.socket.getsockname()[1]}").line, "r")
        follower._listen()
        server.shutdown()
    second = decode_frame(frames[1])
    assert asked == ["/ws/runs/r", f"/ws/runs/r?after={second['episode']}.1.{second['hash'][:8].hex()}"]
    assert (len(follower.life), follower.life.true) == (len(lived), True)


def test_a_life_from_the_air_grows_frame_by_frame_and_a_wrong_row_shows(lived):
    frames = [decode_frame(encode_frame(lived, *cut)) for cut in ((0, 10, 0), (10, 20, 1), (20, len(lived), 2))]
    life = Shown(frames[0])
    assert life.extend(frames[1])
    assert not life.extend(frames[1])
    frames[2]["cols"]["reward"][3] += 0.5
    assert life.extend(frames[2])
    assert (len(life), life.true) == (len(lived), False)
    assert "NOT what was trained" in Screen(life.meta).moment(life, len(life))


def test_a_level_that_is_another_by_now_is_not_drawn(lived):
    with pytest.raises(ScreenError, match="other rules"):
        Screen({**lived.meta, "digest": "00" * 32})
    with pytest.raises(ScreenError, match="not known here"):
        Screen({**lived.meta, "level": "L9"})


@pytest.mark.parametrize(
    ("run", "server", "found"),
    [
        ("http://lab:8000/runs/0f8f-1", None, ("http://lab:8000", "0f8f-1")),
        ("https://school.org/hamlet/runs/0f8f/replay/3?t=2", None, ("https://school.org/hamlet", "0f8f")),
        ("0f8f", None, (None, "0f8f")),
        ("0f8f", "http://lab", ("http://lab", "0f8f")),
    ],
)
def test_a_run_is_found_by_its_address_or_its_id(run, server, found):
    assert place(run, server) == found


@pytest.mark.parametrize("run", ["http://lab:8000/models/3", "", "no such file", "../x"])
def test_what_is_no_run_is_refused(run):
    with pytest.raises(ClientError):
        place(run, None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["x", "--speed", "0"], "--speed is 0; must be above 0 and at most 60"),
        (["x", "--speed", "nan"], "--speed is nan"),
        (["x", "--lives", "0"], "--lives is 0; must be 1 or more"),
        (["x", "--server", "http://127.0.0.1:1", "--user", "a"], "http://127.0.0.1:1 does not answer"),
        (["gone.msgpack"], "gone.msgpack"),
    ],
)
def test_bad_words_end_in_one_line(words, says, capsys, monkeypatch):
    monkeypatch.setenv("HAMLET_PASSWORD", "x")
    assert main(["watch", *words]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_file_that_is_no_life_is_refused(lived, tmp_path, capsys):
    for content, says in (
        (b"junk", "is no recorded life"),
        (msgpack.packb({"v": 1}), "is no recorded life"),
        (encode_frame(lived, 0, 10, 0), "holds a part of a life"),
    ):
        path = tmp_path / "bad.msgpack"
        path.write_bytes(content)
        assert main(["watch", str(path)]) == 1
        assert says in capsys.readouterr().err


def test_a_recorded_life_needs_no_way_to_a_lab(recording):
    lacking = "import sys; sys.modules['httpx'] = sys.modules['websockets'] = None; "
    base = [sys.executable, "-c", f"{lacking}from hamlet.cli import main; sys.exit(main())"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    played = subprocess.run(
        [*base, "watch", str(recording), "--speed", "60"], env=env, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stderr
    asked = subprocess.run([*base, "runs", "ls"], env=env, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr.count("\n")) == (1, 1)
    assert "pip install 'hamlet-lab[client]'" in asked.stderr
