"""A stored file as an answer."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from lab.runs import files
from lab.runs.errors import GoneError

SMALL = 8 << 20
"""bytes; a file up to this size is sent in one piece"""


def file_response(
    request: HttpRequest, *, name: str, sha256: str, size: int, content_type: str, save_as: str | None = None
) -> HttpResponseBase:
    """The file `name` of the storage. Its SHA-256 is its ETag; it never changes, so whoever has it may keep it.

    Args:
        save_as: the name to download it under; None shows it in place
    """
    etag = f'"{sha256}"'
    if etag in (part.strip() for part in request.headers.get("If-None-Match", "").split(",")):
        return HttpResponseNotModified(headers={"ETag": etag})
    headers = {"ETag": etag, "Content-Length": str(size), "Cache-Control": "private, max-age=31536000, immutable"}
    if save_as is not None:
        headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=save_as)
    headers["X-Content-Type-Options"] = "nosniff"
    if not files.exists(name):
        raise GoneError("The file is no longer there.")
    if size <= SMALL:
        with files.open_file(name) as file:
            return HttpResponse(file.read(), content_type=content_type, headers=headers)
    return StreamingHttpResponse(_chunks(name), content_type=content_type, headers=headers)


async def _chunks(name: str) -> AsyncIterator[bytes]:
    # Asynchronous, or Django reads the whole file into memory first.
    file = await sync_to_async(files.open_file)(name)
    try:
        while chunk := await sync_to_async(file.read)(files.CHUNK):
            yield chunk
    finally:
        await sync_to_async(file.close)()
