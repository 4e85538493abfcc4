"""HTTP to one server as one person: refusals are errors, "too many" is waited out, what was cut is asked again."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from hamlet.client.errors import ClientError

HERE = "http://127.0.0.1:8000"
LONGEST_WAIT = 60
"""seconds of Retry-After that are waited out; what takes longer is told"""
TRIES = 5


class Line:
    """A server, and who one is there: a token's person, or whoever signs in."""

    def __init__(self, server: str, token: str | None, timeout: float) -> None:
        self.server = server.rstrip("/")
        self.token = token
        parts = urlsplit(self.server)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ClientError(f"{server!r} is no server's address; such as {HERE}")
        if token is not None and not (token.isascii() and token.isprintable()):
            raise ClientError("The token has characters that no token has.")
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(headers=headers, timeout=timeout)

    def close(self) -> None:
        self._http.close()

    def sign_in(self, name: str, password: str) -> None:
        """Take up a session with a password. ClientError if they do not fit."""
        self._http.headers["X-CSRFToken"] = str(self.ask("GET", "/me")["csrf"])
        told = self.ask("POST", "/auth/login", json={"username": name, "password": password}, patient=False)
        self._http.headers["X-CSRFToken"] = str(told["csrf"])

    def credentials(self) -> dict[str, str]:
        """The headers by which a stream knows who asks."""
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token}"}
        return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)}

    def ask(self, method: str, path: str, *, patient: bool = True, **what: Any) -> Any:
        """The JSON at an address of the API. ClientError if it is refused, or no answer comes.

        Args:
            patient: wait out a "too many requests" of up to a minute
            what: json or params, as httpx takes them; `key` names a deed that is done once, however often it has to be
                asked for (Idempotency-Key)
        """
        answer = self._answered(method, path, patient=patient, **what)
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise ClientError(f"{self.server} does not answer as HAMLET does.") from None

    def data(self, path: str) -> bytes:
        """The file at an address of the API."""
        return self._answered("GET", path).content

    def save(self, path: str, to: Path, sha256: str) -> None:
        """The file at an address of the API, under a name: whole and as the lab has it, or not at all."""
        part = to.with_name(f".{to.name}.{os.getpid()}.part")
        digest = hashlib.sha256()
        try:
            with (
                self._http.stream("GET", f"{self.server}/api/v1{path}") as answer,
                part.open("wb") as file,
            ):
                if answer.status_code != 200:
                    answer.read()
                    raise self._refusal(answer)
                for chunk in answer.iter_bytes():
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                raise ClientError(f"{self.server}: {to.name} came damaged; ask again.")
            part.replace(to)
        except httpx.HTTPError as error:
            raise self._silence(error) from None
        finally:
            part.unlink(missing_ok=True)

    def _answered(
        self, method: str, path: str, *, patient: bool = True, key: str | None = None, **what: Any
    ) -> httpx.Response:
        # Behind TLS Django asks where a change comes from.
        headers = {"Referer": f"{self.server}/", **({} if key is None else {"Idempotency-Key": key})}
        for pause in self._pauses():
            try:
                answer = self._http.request(method, f"{self.server}/api/v1{path}", headers=headers, **what)
            except httpx.HTTPError as error:
                # What changes something is asked twice only if the lab can tell that it is the same.
                if pause is None or (method != "GET" and key is None):
                    raise self._silence(error) from None
                time.sleep(pause)
                continue
            if answer.is_success:
                return answer
            wait = _retry_after(answer)
            if not patient or pause is None or answer.status_code not in (429, 503) or wait is None:
                raise self._refusal(answer)
            time.sleep(wait)
        raise AssertionError("the last pause is None")

    def _pauses(self) -> Iterator[float | None]:
        """Seconds before each next try; None: there is none."""
        yield from (0.5 * 2**i for i in range(TRIES - 1))
        yield None

    def _silence(self, error: httpx.HTTPError) -> ClientError:
        return ClientError(f"{self.server} does not answer: {str(error) or type(error).__name__}")

    def _refusal(self, answer: httpx.Response) -> ClientError:
        try:
            told = json.loads(answer.content)
            fields = {str(error["field"]): str(error["message"]) for error in told.get("errors", [])}
            detail = str(told["detail"])
        except (ValueError, KeyError, TypeError, AttributeError):
            fields, detail = {}, f"answered {answer.status_code}"
        more = "; ".join(f"{field} {message}" for field, message in fields.items() if message not in detail)
        return ClientError(f"{self.server}: {detail}{f' ({more})' if more else ''}", answer.status_code, fields)


def _retry_after(answer: httpx.Response) -> int | None:
    """Seconds to wait, if the server says so and they are not too many."""
    told = answer.headers.get("Retry-After", "")
    return int(told) if told.isascii() and told.isdigit() and int(told) <= LONGEST_WAIT else None
