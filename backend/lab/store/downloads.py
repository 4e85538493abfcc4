"""A stored file as an answer: whole, or the part that was asked for."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from lab.runs.errors import GoneError
from lab.store import files

LASTING = "private, max-age=31536000, immutable"
SMALL = 8 << 20
"""bytes; up to so many are sent in one piece"""


def described(content_type: str, what: str, *, parts: bool = False) -> dict[str, Any]:
    """What the API's document says of an answer in bytes (`openapi_extra`).

    Args:
        parts: it is a stored file, of which a part can be asked for
    """
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    responses = {200: {"description": what, "content": content}}
    if parts:
        responses[206] = {"description": "The part that `Range` asked for", "content": content}
        responses[416] = {"description": "There is no such part; `Content-Range` says how long the file is"}
    return {"responses": responses}


class Part(NamedTuple):
    """Bytes `first` to `stop` (exclusive) of a file."""

    first: int
    stop: int


def file_response(
    request: HttpRequest, *, name: str, sha256: str, size: int, content_type: str, save_as: str | None = None
) -> HttpResponseBase:
    """The file `name` of the storage. Its SHA-256 is its ETag; it never changes, so whoever has it may keep it.

    A download that broke off is taken up again by `Range` (RFC 9110, section 14): 206 with one part, 416 for a part
    that is not there. With an `If-Range` that names another file, and for several parts at once, all of it is sent.

    Args:
        save_as: the name to download it under; None shows it in place
    """
    etag = f'"{sha256}"'
    if _known(request, etag):
        return HttpResponseNotModified(headers={"ETag": etag})
    headers = {"ETag": etag, "Cache-Control": LASTING, "Accept-Ranges": "bytes"}
    if save_as is not None:
        headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=save_as)
    headers["X-Content-Type-Options"] = "nosniff"
    if not files.exists(name):
        raise GoneError("The file is no longer there.")
    status, part = 200, Part(0, size)
    if request.headers.get("If-Range", etag) == etag:
        asked = _part(request.headers.get("Range", ""), size)
        if asked is not None and asked.first >= asked.stop:
            return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        if asked is not None:
            status, part = 206, asked
            headers["Content-Range"] = f"bytes {part.first}-{part.stop - 1}/{size}"
    headers["Content-Length"] = str(part.stop - part.first)
    if part.stop - part.first <= SMALL:
        with files.open_file(name) as file:
            file.seek(part.first)
            content = file.read(part.stop - part.first)
        return HttpResponse(content, status=status, content_type=content_type, headers=headers)
    return StreamingHttpResponse(_chunks(name, part), status=status, content_type=content_type, headers=headers)


def data_response(
    request: HttpRequest, make: Callable[[], bytes], *, tag: str, content_type: str, lasting: bool
) -> HttpResponseBase:
    """Bytes that are made when they are asked for; not at all for whoever has those of this `tag` already.

    Args:
        lasting: this address always gives the same; else it must be asked again each time
    """
    etag = f'"{tag}"'
    if _known(request, etag):
        return HttpResponseNotModified(headers={"ETag": etag})
    headers = {"ETag": etag, "Cache-Control": LASTING if lasting else "private, no-cache"}
    return HttpResponse(make(), content_type=content_type, headers={**headers, "X-Content-Type-Options": "nosniff"})


def bytes_response(data: bytes, *, content_type: str, save_as: str) -> HttpResponse:
    """These bytes, to be saved under a name; made anew each time they are asked for."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=save_as) or "attachment",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(data, content_type=content_type, headers=headers)


def _known(request: HttpRequest, etag: str) -> bool:
    return etag in (part.strip() for part in request.headers.get("If-None-Match", "").split(","))


def begins(response: HttpResponseBase) -> bool:
    """Whether the answer holds the file's beginning: a download that goes on is not counted again."""
    return response.status_code == 200 or response.headers.get("Content-Range", "").startswith("bytes 0-")


def _part(asked: str, size: int) -> Part | None:
    """The part that a Range header asks for, empty if the file has none there; None if it asks for none or several."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.replace(" ", ""), re.ASCII)
    if found is None or found[0].endswith("=-"):
        return None
    first, last = found[1], found[2]
    if not first:
        return Part(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return Part(int(first), min(size, int(last) + 1) if last else size)


async def _chunks(name: str, part: Part) -> AsyncIterator[bytes]:
    # Asynchronous, or Django reads the whole file into memory first.
    file = await sync_to_async(files.open_file)(name)
    try:
        await sync_to_async(file.seek)(part.first)
        left = part.stop - part.first
        while left and (chunk := await sync_to_async(file.read)(min(files.CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        await sync_to_async(file.close)()
