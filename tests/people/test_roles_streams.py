"""Every role at every stream: WebSockets and server-sent events, a run's life and all its lanes."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from lab.watch import room
from lab.watch.routing import websocket_urlpatterns
from lab.watch.sse import ADDRESS
from tests.people.stage import ROLES, people_of
from tests.watch.viewers import SocketPage, StreamPage, cookie_of

STREAMS = [(SocketPage, ""), (SocketPage, "/lanes"), (StreamPage, ""), (StreamPage, "/lanes")]
HELLO, NO_SESSION, NO_RUN = "hello", 4401, 4404
#                nobody      guest   student owner   account outsider stranger foreign-a. assistant instructor
OURS = dict(zip(ROLES, (NO_SESSION, HELLO, HELLO, HELLO, HELLO, NO_RUN, NO_RUN, NO_RUN, HELLO, HELLO), strict=True))
LABS = dict(zip(ROLES, (NO_SESSION, NO_RUN, NO_RUN, NO_RUN, HELLO, NO_RUN, HELLO, NO_RUN, NO_RUN, HELLO), strict=True))
OTHERS = dict(
    zip(ROLES, (NO_SESSION, NO_RUN, NO_RUN, NO_RUN, NO_RUN, HELLO, NO_RUN, HELLO, NO_RUN, HELLO), strict=True)
)


@pytest.fixture
async def lab(transactional_db, valkey, cast, monkeypatch):
    from lab.runs.models import Run

    def made(people, classroom):
        return Run.objects.create(
            owner=people["instructor"], classroom=classroom, name="a run", config={}, level="L0_0_minimal",
            network="simple", learner="pqn", seed=1, steps_budget=1, state="finished",
            finished_at="2026-01-01T00:00Z",
        ).pk  # fmt: skip

    monkeypatch.setattr(room, "GATHER", 0.05)
    people = await sync_to_async(people_of)(cast)
    runs = [await sync_to_async(made)(people, classroom) for classroom in (cast.elsinore, None, cast.norway)]
    cookies = {role: await sync_to_async(cookie_of)(person) if person else None for role, person in people.items()}
    yield cookies, dict(zip(("ours", "labs", "others"), runs, strict=True))
    await sync_to_async(connections.close_all)()


async def answer(kind, run, cookie):
    """What a page gets first: the type of a message, or the code of the door."""
    page = await kind(run, cookie).open()
    try:
        what, value = await page.next()
        return value["type"] if what == "text" else value
    finally:
        await page.disconnect()


def of(kind, part):
    """A kind of page, at the address with this end."""
    if kind is StreamPage:
        return type("Stream", (StreamPage,), {"path": "/sse/runs/{}" + part})
    return lambda run, cookie: SocketPage(f"{run}{part}", cookie)


@pytest.mark.parametrize(("kind", "part"), STREAMS)
async def test_every_role_is_let_in_or_turned_away(lab, kind, part):
    cookies, runs = lab
    differs = []
    for name, table in (("ours", OURS), ("labs", LABS), ("others", OTHERS)):
        for role, expected in table.items():
            told = await answer(of(kind, part), runs[name], cookies[role])
            if told != expected:
                differs.append(f"{name}, {role}: {told}, should be {expected}")
    assert differs == []


def test_there_is_no_other_stream():
    sockets = {str(one.pattern) for one in websocket_urlpatterns}
    assert sockets == {"ws/runs/<str:run>", "ws/runs/<str:run>/lanes", ""}
    assert ADDRESS.pattern == r"/sse/runs/([^/]+)(/lanes)?"
