"""A stored file as an answer."""

from collections.abc import AsyncIterator, Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from lab.runs import files
from lab.runs.errors import GoneError

LASTING = "private, max-age=31536000, immutable"
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
    if _known(request, etag):
        return HttpResponseNotModified(headers={"ETag": etag})
    headers = {"ETag": etag, "Content-Length": str(size), "Cache-Control": LASTING}
    if save_as is not None:
        headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=save_as)
    headers["X-Content-Type-Options"] = "nosniff"
    if not files.exists(name):
        raise GoneError("The file is no longer there.")
    if size <= SMALL:
        with files.open_file(name) as file:
            return HttpResponse(file.read(), content_type=content_type, headers=headers)
    return StreamingHttpResponse(_chunks(name), content_type=content_type, headers=headers)


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


def _known(request: HttpRequest, etag: str) -> bool:
    return etag in (part.strip() for part in request.headers.get("If-None-Match", "").split(","))


async def _chunks(name: str) -> AsyncIterator[bytes]:
    # Asynchronous, or Django reads the whole file into memory first.
    file = await sync_to_async(files.open_file)(name)
    try:
        while chunk := await sync_to_async(file.read)(files.CHUNK):
            yield chunk
    finally:
        await sync_to_async(file.close)()
