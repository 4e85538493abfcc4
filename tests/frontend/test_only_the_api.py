"""The pages use nothing but what anyone may use: documented operations of the API, the streams, and built files.

A script can then do whatever the pages do.
"""

import json
import re
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend"
SRC = FRONTEND / "src"
SOURCES = {
    path.relative_to(SRC).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(SRC.rglob("*.ts*"))
    if ".test." not in path.name and path.name != "schema.d.ts" and "testing" not in path.parts
}
DOCUMENTED = json.loads((FRONTEND / "openapi.json").read_text(encoding="utf-8"))["paths"]
STREAMS = r"/(ws|sse)/(runs/)?"

ASKS = r"\bfetch\(|new (WebSocket|EventSource|Request|XMLHttpRequest)\(|sendBeacon\(|importScripts\("
"""the ways in which a page's code can ask a server for something"""
ASKING = {
    "api/client.ts": "the client, whose paths are the document's own: another does not compile",
    "features/model/Upload.tsx": "a life, as bytes",
    "features/watch/queries.ts": "a life, as bytes",
    "features/watch/useMind.ts": "a mind, as bytes",
    "wire/lines.ts": "the streams",
}


def shape(path: str) -> str:
    """An address with its gaps emptied and without its query: /runs/${run}/mind?x=1 and /runs/{id}/mind are one."""
    return re.sub(r"\$?\{[^}]*\}", "{}", path.split("?")[0])


def test_every_address_in_the_pages_is_documented():
    documented = {shape(path) for path in DOCUMENTED}
    named = [
        (source, address) for source, text in SOURCES.items()
        for address in re.findall(r"""["'`](/(?:api|ws|sse|admin|healthz|readyz|metrics)\b[^"'`]*)["'`]""", text)
    ]  # fmt: skip
    assert len(named) > 50
    unknown = [(s, a) for s, a in named if shape(a) not in documented and not re.match(STREAMS, a)]
    assert unknown == []


def test_the_pages_ask_a_server_in_these_places_only():
    assert {source for source, text in SOURCES.items() if re.search(ASKS, text)} == set(ASKING)


def test_no_operation_is_kept_from_the_document():
    """What the pages call by the client is there for everyone, under the same name."""
    called = {
        (method, path)
        for text in SOURCES.values()
        for method, path in re.findall(r"client\.(GET|POST|PATCH|PUT|DELETE)\(\s*\"([^\"]+)\"", text)
    }
    assert len(called) > 40
    assert [(m, p) for m, p in called if m.lower() not in DOCUMENTED.get(p, {})] == []
