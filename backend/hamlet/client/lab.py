"""The lab, as one of its people sees it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any
from uuid import uuid4

from hamlet.client.errors import ClientError
from hamlet.client.line import HERE, Line
from hamlet.client.run import POLL, Run

PAGE = 100


class Client:
    """A lab, and who one is there.

    Args:
        server: its address; HAMLET_URL where it is left out, and this machine's port 8000 where that is not set
        token: an API token (docs/api.md); HAMLET_TOKEN where it is left out. Without one (""), `sign_in`.
        timeout: seconds that one answer may take

    Every method raises ClientError when the lab refuses or does not answer. "Too many requests" is waited out.
    """

    def __init__(self, server: str | None = None, token: str | None = None, *, timeout: float = 30.0) -> None:
        server = server or os.environ.get("HAMLET_URL") or HERE
        self.line = Line(server, (os.environ.get("HAMLET_TOKEN") if token is None else token) or None, timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.line.close()

    @property
    def server(self) -> str:
        """Its address."""
        return self.line.server

    def sign_in(self, name: str, password: str) -> None:
        """Take up a session with name and password, where one has no token."""
        self.line.sign_in(name, password)

    def me(self) -> str:
        """One's name there. ClientError for nobody."""
        user = self.line.ask("GET", "/me")["user"]
        if user is None:
            raise ClientError(f"{self.server}: Sign in first.", 401)
        return str(user["name"])

    def presets(self) -> dict[str, dict[str, Any]]:
        """The settings that come ready: name -> config."""
        return {preset["name"]: preset["config"] for preset in self.line.ask("GET", "/settings")["presets"]}

    def runs(self, *, state: str = "", tag: str = "", text: str = "", most: int | None = None) -> Iterator[Run]:
        """The runs one may see, newest first.

        Args:
            state: only in this one, or in one of several, with commas
            tag: only with this tag, or with all of several, with commas
            text: only with these words in their name, notes, tags, level or owner
            most: at most so many
        """
        cursor, told = "", 0
        while most is None or told < most:
            limit = PAGE if most is None else min(PAGE, most - told)
            query = {"state": state, "tag": tag, "q": text, "cursor": cursor, "limit": limit}
            page = self.line.ask("GET", "/runs", params={name: value for name, value in query.items() if value})
            for item in page["items"]:
                yield Run.of(item, self.line)
            told, cursor = told + len(page["items"]), page["next"] or ""
            if not cursor:
                return

    def run(self, id: str) -> Run:
        """The run with this id."""
        if not id or not all(sign.isalnum() or sign == "-" for sign in id):
            raise ClientError(f"{id!r} is no run's id.", 404)
        return Run.of(self.line.ask("GET", f"/runs/{id}"), self.line)

    def launch(
        self,
        name: str,
        *,
        pace: float | None = None,
        preset: str | None = None,
        notes: str = "",
        tags: Sequence[str] = (),
        **config: Any,
    ) -> Run:
        """Launch a run: one, however often the line breaks. `config` is what differs from preset or defaults."""
        if preset is not None:
            presets = self.presets()
            if preset not in presets:
                raise ClientError(f"There is no preset {preset!r}; presets: {', '.join(presets)}", 422)
            config = presets[preset] | config
        more = {"pace": pace, "notes": notes or None, "tags": list(tags) or None}
        asked = {"name": name, "config": config} | {key: value for key, value in more.items() if value is not None}
        return Run.of(self.line.ask("POST", "/runs", json=asked, key=str(uuid4())), self.line)

    def wait(
        self,
        runs: Sequence[Run],
        timeout: float | None = None,
        on: Callable[[list[Run]], None] | None = None,
    ) -> list[Run]:
        """These runs once all of them have ended, in their order; `timeout` and `on` as in `Run.wait`."""
        until = None if timeout is None else time.monotonic() + timeout
        found = list(runs)
        while not all(run.ended for run in found):
            if until is not None and time.monotonic() > until:
                moving = [run.name for run in found if not run.ended]
                raise TimeoutError(f"{', '.join(moving)} not at an end after {timeout:g} s")
            time.sleep(POLL)
            found = [run if run.ended else run.refresh() for run in found]
            if on is not None:
                on(found)
        return found
