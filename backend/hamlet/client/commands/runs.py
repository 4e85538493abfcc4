"""`hamlet runs ls|launch|pause|resume|stop|watch|pull`: a lab's runs from a terminal; with --json for programs."""

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from hamlet.client.commands import door, watch
from hamlet.client.errors import ClientError

if TYPE_CHECKING:
    from hamlet.client.run import Run

ERRORS = (ClientError, OSError, TimeoutError)


def arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)

    def deed(name: str, what: str, *, as_json: bool = True) -> argparse.ArgumentParser:
        made = deeds.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        if as_json:
            made.add_argument("--json", action="store_true", help="for programs: JSON, one object a line")
        return made

    ls = deed("ls", "list runs, newest first")
    ls.add_argument("text", nargs="*", metavar="WORD", help="only those with these words in name, level or owner")
    ls.add_argument("--state", default="", help="only in this state, or in one of several, with commas")
    ls.add_argument("--most", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    launch = deed("launch", "launch a run")
    launch.add_argument("name", metavar="NAME")
    launch.add_argument("--level", help="the world it lives in")
    launch.add_argument("--seed", type=int)
    launch.add_argument("--steps", type=int, metavar="N", help="budget in lane-steps")
    launch.add_argument("--preset", help="settings that come ready")
    launch.add_argument("--pace", type=float, metavar="S", help="hold it to so many steps a second")
    launch.add_argument("--set", nargs=2, action="append", default=[], metavar=("SETTING", "VALUE"), help="any setting")
    launch.add_argument("--wait", action="store_true", help="until it has ended; 1 if it failed")
    pause = deed("pause", "let runs rest where they are until they are resumed")
    resume = deed("resume", "let runs go on that are paused, were stopped or have failed")
    stop = deed("stop", "end runs early; their models are kept")
    for steers in (pause, resume, stop):
        steers.add_argument("run", nargs="+", metavar="RUN", help="a run's id, or its address")
    pull = deed("pull", "take a run's model home")
    pull.add_argument("run", metavar="RUN", help="a run's id, or its address")
    pull.add_argument("--format", choices=["safetensors", "pt", "onnx", "zip"], default="safetensors")
    pull.add_argument("--out", default=".", metavar="PATH", help="a folder, or the file's name (default: here)")
    for made in (ls, launch, pause, resume, stop, pull):
        door.arguments(made)
    watch.arguments(deed("watch", "watch a run in this terminal", as_json=False))


def run(asked: argparse.Namespace) -> int:
    """0 if it was done; 1 if the lab refused, or a run that was waited for failed."""
    if asked.deed == "watch":
        return watch.run(asked)
    deeds = {"ls": _ls, "launch": _launch, "pause": _steer, "resume": _steer, "stop": _steer, "pull": _pull}
    return deeds[asked.deed](asked)


def _ls(asked: argparse.Namespace) -> int:
    if asked.most < 1:
        raise ClientError(f"--most is {asked.most}; must be 1 or more")
    with door.opened(asked.server, asked.user) as lab:
        for found in lab.runs(state=asked.state, text=" ".join(asked.text), most=asked.most):
            _say(asked, found)
    return 0


def _launch(asked: argparse.Namespace) -> int:
    config = {name: _value(text) for name, text in asked.set}
    config |= {name: value for name in ("level", "seed", "steps") if (value := getattr(asked, name)) is not None}
    with door.opened(asked.server, asked.user) as lab:
        made = lab.launch(asked.name, pace=asked.pace, preset=asked.preset, **config)
        if asked.wait:
            made = made.wait()
        _say(asked, made)
    return int(made.state == "failed")


def _steer(asked: argparse.Namespace) -> int:
    """Pause, resume or stop them, one after the other."""
    places = [door.place(word, asked.server) for word in asked.run]
    # An id alone means the lab that is meant where none is named.
    if len({(server or os.environ.get("HAMLET_URL") or door.HERE).rstrip("/") for server, _ in places}) > 1:
        raise ClientError(f"these runs are in different labs; {asked.deed} those of one at a time")
    with door.opened(places[0][0], asked.user) as lab:
        for _, id in places:
            run = lab.run(id)
            _say(asked, {"pause": run.pause, "resume": run.resume, "stop": run.stop}[asked.deed]())
    return 0


def _pull(asked: argparse.Namespace) -> int:
    server, id = door.place(asked.run, asked.server)
    with door.opened(server, asked.user) as lab:
        path = lab.run(id).pull(asked.out, asked.format)
    size = path.stat().st_size
    told = {"file": str(path), "bytes": size}
    sys.stdout.write(f"{json.dumps(told)}\n" if asked.json else f"{path}  {size / 1000:.0f} kB\n")
    return 0


def _value(text: str) -> Any:
    """A setting's value as it is typed: a number, true, null; else the word itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _say(asked: argparse.Namespace, run: "Run") -> None:
    if asked.json:
        sys.stdout.write(f"{run.model_dump_json()}\n")
        return
    best = "" if run.best is None else f"  best {run.best:.0f} steps"
    sys.stdout.write(f"{run.id}  {run.state:<8} {run.progress:4.0%}  {run.level}  {run.name}{best}\n")
