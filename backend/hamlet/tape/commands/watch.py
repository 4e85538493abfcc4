"""`hamlet watch RUN`: the board in a terminal, from the stream that the pages see, or from a recording."""

import argparse
import getpass
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from hamlet.tape.screen import Shown

HERE = "http://127.0.0.1:8000"
FASTEST = 60.0


class WatchError(Exception):
    """What the person at the terminal can mend."""


ERRORS = (WatchError, OSError)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's address or id, or a recorded life (.msgpack)")
    parser.add_argument("--server", help=f"where the run is, if RUN is an id (default: {HERE})")
    parser.add_argument(
        "--user",
        help="your name there (default: HAMLET_USER, else it asks); the password is HAMLET_PASSWORD, else it asks",
    )
    parser.add_argument("--speed", type=float, default=5.0, help="steps a second (default: 5); a paced run has its own")
    parser.add_argument("--lives", type=int, help="how many lives to watch (default: until the run ends)")


def run(asked: argparse.Namespace) -> int:
    """0 when the run or the recording ended, 1 if it cannot be watched."""
    if not 0 < asked.speed <= FASTEST:
        raise WatchError(f"--speed is {asked.speed:g}; must be above 0 and at most {FASTEST:g} steps a second")
    if asked.lives is not None and asked.lives < 1:
        raise WatchError(f"--lives is {asked.lives}; must be 1 or more")
    try:
        from hamlet.tape import follow, screen
    except ModuleNotFoundError as missing:
        raise WatchError(f"{missing.name} is missing here: pip install 'hamlet-lab[watch]'") from None
    try:
        path = Path(asked.run)
        if path.suffix == ".msgpack" or path.is_file():
            _play(_recorded(path, asked.speed), None)
            return 0
        server, run_id = place(asked.run, asked.server)
        door = follow.Door(server)
        name = asked.user or os.environ.get("HAMLET_USER") or input("Name: ")
        door.sign_in(name, os.environ.get("HAMLET_PASSWORD") or getpass.getpass("Password: "))
        state = door.ask(f"/runs/{run_id}")["state"]
        if state in follow.ENDED:
            raise WatchError(f"the run has {state}; its recorded lives can be watched, as files")
        follower = follow.Follower(door, run_id)
        follower.start()
        _play(follow.moments(follower, asked.speed), asked.lives)
        if follower.ended:
            sys.stdout.write(f"The run has {follower.ended}.\n")
    except (follow.FollowError, screen.ScreenError) as error:
        raise WatchError(str(error)) from None
    return 0


def place(run: str, server: str | None) -> tuple[str, str]:
    """Server and id of a run from its address in the browser, or from its id. WatchError if it is neither."""
    parts = urlsplit(run)
    if parts.scheme in ("http", "https"):
        words = parts.path.split("/")
        if "runs" not in words[:-1]:
            raise WatchError(f"{run} is not the address of a run; such as {HERE}/runs/<id>")
        at = words.index("runs")
        return f"{parts.scheme}://{parts.netloc}{'/'.join(words[:at])}", words[at + 1]
    if not run or not all(c.isalnum() or c == "-" for c in run):
        raise WatchError(f"{run!r} is neither a file, nor a run's address, nor its id")
    return server or HERE, run


def _recorded(path: Path, speed: float) -> "Iterable[tuple[Shown, int]]":
    """The moments of a recorded life, each when it is due."""
    from hamlet.tape.screen import Shown
    from hamlet.tape.wire import WireError, decode_frame

    try:
        frame = decode_frame(path.read_bytes())
    except WireError as error:
        raise WatchError(f"{path} is no recorded life: {error}") from None
    if frame["seq"] != 0 or frame["end"] is None:
        raise WatchError(f"{path} holds a part of a life; a recording holds all of it")
    life = Shown(frame)
    for t in range(len(life) + 1):
        yield life, t
        if t < len(life):
            time.sleep(1.0 / speed)


def _play(moments: "Iterable[tuple[Shown, int]]", lives: int | None) -> None:
    from hamlet.tape.screen import Screen

    screen: Screen | None = None
    seen = 0
    # A terminal is drawn over; into a file or a pipe the moments go one after the other.
    before, after = ("\x1b[H\x1b[J", "") if sys.stdout.isatty() else ("", "\n")
    for life, t in moments:
        screen = screen or Screen(life.meta)
        sys.stdout.write(f"{before}{screen.moment(life, t)}{after}")
        sys.stdout.flush()
        seen += life.end is not None and t == len(life)
        if lives is not None and seen >= lives:
            return
