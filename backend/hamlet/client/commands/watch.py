"""`hamlet watch RUN`: the board in a terminal, from the stream that the pages see, or from a recording."""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hamlet.client.commands import door
from hamlet.client.errors import ClientError

if TYPE_CHECKING:
    from hamlet.tape.screen import Shown

FASTEST = 60.0

ERRORS = (ClientError, OSError)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's address or id, or a recorded life (.msgpack)")
    door.arguments(parser)
    parser.add_argument("--speed", type=float, default=5.0, help="steps a second (default: 5); a paced run has its own")
    parser.add_argument("--lives", type=int, help="how many lives to watch (default: until the run ends)")


def run(asked: argparse.Namespace) -> int:
    """0 when the run or the recording ended, 1 if it cannot be watched."""
    if not 0 < asked.speed <= FASTEST:
        raise ClientError(f"--speed is {asked.speed:g}; must be above 0 and at most {FASTEST:g} steps a second")
    if asked.lives is not None and asked.lives < 1:
        raise ClientError(f"--lives is {asked.lives}; must be 1 or more")
    try:
        from hamlet.tape import screen
    except ModuleNotFoundError as missing:
        raise ClientError(f"{missing.name} is missing here: pip install 'hamlet-lab[client]'") from None
    try:
        path = Path(asked.run)
        if path.suffix == ".msgpack" or path.is_file():
            _play(_recorded(path, asked.speed), None)
        else:
            _follow(asked)
    except screen.ScreenError as error:
        raise ClientError(str(error)) from None
    return 0


def _follow(asked: argparse.Namespace) -> None:
    server, run_id = door.place(asked.run, asked.server)
    with door.opened(server, asked.user) as lab:
        from hamlet.client.follow import Follower, moments

        run = lab.run(run_id)
        if run.ended:
            raise ClientError(f"the run has {run.state}; its recorded lives can be watched, as files")
        follower = Follower(lab.line, run.id)
        follower.start()
        _play(moments(follower, asked.speed), asked.lives)
        if follower.ended:
            sys.stdout.write(f"The run has {follower.ended}.\n")


def _recorded(path: Path, speed: float) -> "Iterable[tuple[Shown, int]]":
    """The moments of a recorded life, each when it is due."""
    from hamlet.tape.screen import Shown
    from hamlet.tape.wire import WireError, decode_frame

    try:
        frame = decode_frame(path.read_bytes())
    except WireError as error:
        raise ClientError(f"{path} is no recorded life: {error}") from None
    if frame["seq"] != 0 or frame["end"] is None:
        raise ClientError(f"{path} holds a part of a life; a recording holds all of it")
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
