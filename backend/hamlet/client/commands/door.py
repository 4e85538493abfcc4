"""How every command comes to a lab: its address, and who one is there."""

import argparse
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hamlet.client.errors import ClientError

if TYPE_CHECKING:
    from hamlet.client.lab import Client

HERE = "http://127.0.0.1:8000"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", help=f"the lab's address (default: HAMLET_URL, else {HERE})")
    parser.add_argument(
        "--user",
        help="your name there, if you have no API token in HAMLET_TOKEN (default: HAMLET_USER, else it asks); "
        "the password is HAMLET_PASSWORD, else it asks",
    )


@contextmanager
def opened(server: str | None, user: str | None) -> "Iterator[Client]":
    """The lab, signed in: as the token's person, or with a name and its password. ClientError if that does not do."""
    try:
        from hamlet.client.lab import Client
    except ModuleNotFoundError as missing:
        raise ClientError(f"{missing.name} is missing here: pip install 'hamlet-lab[client]'") from None
    with Client(server, None if user is None else "") as lab:
        if lab.line.token is None:
            name = user or os.environ.get("HAMLET_USER") or input("Name: ")
            lab.sign_in(name, os.environ.get("HAMLET_PASSWORD") or getpass.getpass("Password: "))
        yield lab


def place(run: str, server: str | None) -> tuple[str | None, str]:
    """Server and id of a run from its address in the browser, or from its id. ClientError if it is neither."""
    parts = urlsplit(run)
    if parts.scheme in ("http", "https"):
        words = parts.path.split("/")
        if "runs" not in words[:-1]:
            raise ClientError(f"{run} is not the address of a run; such as {HERE}/runs/<id>")
        at = words.index("runs")
        return f"{parts.scheme}://{parts.netloc}{'/'.join(words[:at])}", words[at + 1]
    if not run or not all(c.isalnum() or c == "-" for c in run):
        raise ClientError(f"{run!r} is neither a file, nor a run's address, nor its id")
    return server, run
