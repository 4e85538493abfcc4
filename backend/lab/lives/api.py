"""The part of the API for recorded lives that are taken home: as a page, as a film."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.responses import Status

from lab.lives import clips, film, takeaway
from lab.people.problems import PROBLEMS
from lab.runs.doors import left_by_run, life_of
from lab.runs.models import Clip, RecordedEpisode
from lab.runs.schemas import ClipIn, ClipOut, Clips
from lab.store import downloads

BINARY = {"schema": {"type": "string", "format": "binary"}}
PAGE = {"responses": {200: {"description": "One HTML file", "content": {"text/html": {"schema": {"type": "string"}}}}}}
FILM = {
    "responses": {
        200: {"description": "The film", "content": {"video/mp4": BINARY, "image/gif": BINARY}},
        206: {"description": "The part that `Range` asked for", "content": {"video/mp4": BINARY, "image/gif": BINARY}},
    }
}
TYPES = {"mp4": "video/mp4", "gif": "image/gif"}

ORDERED: Any = {200: ClipOut, 202: ClipOut, **PROBLEMS}

router = Router(tags=["lives"])


@router.get("/runs/{id}/episodes/{number}/page", response=PROBLEMS, operation_id="life_page", openapi_extra=PAGE)
def life_page(request: HttpRequest, id: str, number: str) -> HttpResponseBase:
    """A kept life with its replay in one HTML file, which opens without a network."""
    life = life_of(request, id, number)
    page = takeaway.replay_page(life)
    name = takeaway.file_name(life, "html")
    return downloads.bytes_response(page, content_type="text/html; charset=utf-8", save_as=name)


@router.get("/runs/{id}/episodes/{number}/clips", response={200: Clips, **PROBLEMS}, operation_id="clips")
def clip_list(request: HttpRequest, id: str, number: str) -> Clips:
    """The films of a kept life, and whether more can be made here."""
    life = life_of(request, id, number)
    rows = Clip.objects.filter(run=life.run, episode=life.episode)
    return Clips(items=[ClipOut.of(row) for row in rows], missing=film.missing(), longest=clips.LONGEST)


@router.post(
    "/runs/{id}/episodes/{number}/clips", response={200: ClipOut, 202: ClipOut, **PROBLEMS}, operation_id="film"
)
def clip_ask(request: HttpRequest, id: str, number: str, payload: ClipIn) -> Any:
    """Have a film made of a kept life by a worker. 202 if that begins now, 200 if it is there or being made."""
    clip, ordered = clips.clip_ask(life=life_of(request, id, number), format=payload.format, theme=payload.theme)
    return Status(202 if ordered else 200, ClipOut.of(clip))


@router.get("/clips/{id}", response={200: ClipOut, **PROBLEMS}, operation_id="clip")
def clip_detail(request: HttpRequest, id: str) -> ClipOut:
    """One film as it is now."""
    return ClipOut.of(_clip(request, id))


@router.get("/clips/{id}/download", response=PROBLEMS, operation_id="download_clip", openapi_extra=FILM)
def clip_download(request: HttpRequest, id: str, show: Literal["", "here"] = "") -> HttpResponseBase:
    """The film itself, to be saved; with `show=here` to be played in place."""
    clip = _clip(request, id)
    if clip.state != Clip.State.DONE:
        raise Http404("This film is not made yet.")
    life = RecordedEpisode(run=clip.run, episode=clip.episode)
    return downloads.file_response(
        request, name=clip.file, sha256=clip.sha256, size=clip.bytes, content_type=TYPES[clip.format],
        save_as=None if show else takeaway.file_name(life, clip.format),
    )  # fmt: skip


def _clip(request: HttpRequest, id: str) -> Clip:
    return left_by_run(request, Clip.objects.select_related("run"), id, "film")
