"""The part of the API for lives lived on request: a race of checkpoints, and a person's game against a mind."""

from typing import Annotated
from uuid import UUID

import msgpack
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from lab.lives import arena
from lab.people.problems import PROBLEMS, RefusalError
from lab.runs.doors import run_of
from lab.runs.schemas import PlayIn
from lab.store import downloads

MSGPACK = "application/msgpack"
LIVES = downloads.described(
    MSGPACK, "msgpack: a list of recordings, each a frame that holds a whole life (docs/wire.md)"
)
PLAYED = downloads.described(
    MSGPACK,
    "msgpack: {frame, now}: the rows as a frame (docs/wire.md), and what the next choice is "
    "made from (x, y, hour, progress, meters, mask, the mind's greedy and q); null once the life is over",
)
Start = Annotated[int, Query(ge=0, le=arena.LARGEST_START)]

router = Router(tags=["lives"])


@router.get("/runs/{id}/race", response=PROBLEMS, operation_id="race", openapi_extra=LIVES)
def race(request: HttpRequest, id: str, checkpoints: str, start: Start = 0) -> HttpResponseBase:
    """The lives of up to five checkpoints of a run from one start, greedy, under the level's own rules.

    `checkpoints`: ids with commas. The same ids and start always give the same lives.
    """
    run = run_of(request, id)
    ghosts = arena.ghosts_of(run, _ids(checkpoints))
    key = tuple(ghost.sha256 for ghost in ghosts)
    return downloads.data_response(
        request,
        lambda: msgpack.packb(arena.race(run, [arena.model_at(ghost) for ghost in ghosts], key, start)),
        tag="-".join([*(sha[:12] for sha in key), str(start)]),
        content_type=MSGPACK,
        lasting=True,
    )


@router.get("/runs/{id}/rival", response=PROBLEMS, operation_id="rival", openapi_extra=LIVES)
def rival(request: HttpRequest, id: str, checkpoint: str | None = None, start: Start = 0) -> HttpResponseBase:
    """The life of the mind that one plays against, from the same start: a list of one."""
    run = run_of(request, id)
    against = arena.rival_of(run, _id(checkpoint))
    return downloads.data_response(
        request,
        lambda: msgpack.packb(arena.race(run, [against.model], against.key, start)),
        tag=f"{against.key[-1]}-{start}",
        content_type=MSGPACK,
        lasting=False,
    )


@router.post("/runs/{id}/play", response=PROBLEMS, operation_id="play", openapi_extra=PLAYED)
def play(request: HttpRequest, id: str, payload: PlayIn) -> HttpResponse:
    """Live a life oneself: send all actions so far, get the rows that are new and where one stands."""
    run = run_of(request, id)
    against = arena.rival_of(run, _id(payload.checkpoint))
    game = arena.game(run, request.user.pk, against, payload.start, payload.actions)
    return HttpResponse(msgpack.packb(game.told(payload.first, payload.seq)), content_type=MSGPACK)


def _ids(text: str) -> list[UUID]:
    return [id for part in text.split(",") if part and (id := _id(part))]


def _id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        error = {"field": "checkpoint", "message": "is none of this run's", "value": (text or "")[:100]}
        raise RefusalError(422, "There is no such checkpoint.", [error]) from None
