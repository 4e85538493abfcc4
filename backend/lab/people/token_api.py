"""One's own tokens: make, look at, revoke. A token itself makes none (lab/people/auth.py)."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router
from ninja.responses import Status

from lab.people import selectors, tokens
from lab.people.models import ApiToken
from lab.people.problems import PROBLEMS
from lab.people.schemas import TokenIn, TokenMadeOut, TokenOut, Tokens

router = Router(tags=["tokens"])


@router.get("/tokens", response={200: Tokens, **PROBLEMS}, operation_id="tokens")
def token_list(request: HttpRequest) -> Tokens:
    """One's own tokens that work, newest first."""
    return Tokens(items=[TokenOut.of(row) for row in selectors.tokens_of(request.user)])


@router.post("/tokens", response={201: TokenMadeOut, **PROBLEMS}, operation_id="make_token")
def token_make(request: HttpRequest, payload: TokenIn) -> Any:
    """A token for a program of one's own. Its text is told this once."""
    row, text = tokens.token_make(person=request.user, name=payload.name, scope=payload.scope, days=payload.days)
    return Status(201, TokenMadeOut(**TokenOut.of(row).model_dump(), token=text))


@router.delete("/tokens/{id}", response={204: None, **PROBLEMS}, operation_id="revoke_token")
def token_revoke(request: HttpRequest, id: str) -> Any:
    """Take a token back: it works no more, and what it watches closes within a second."""
    try:
        ApiToken.objects.get(person=request.user, pk=UUID(id)).delete()
    except (ValueError, ApiToken.DoesNotExist):
        raise Http404("There is no such token.") from None
    return Status(204, None)
