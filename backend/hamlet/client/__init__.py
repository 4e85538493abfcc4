"""The lab from another machine: launch runs, wait for them, read their curves, watch their frames, take models home.

    from hamlet.client import Client

    with Client("http://127.0.0.1:8000", token="hamlet_...") as lab:      # or HAMLET_URL and HAMLET_TOKEN
        run = lab.launch("first", level="L1_full_observability", steps=500_000).wait()
        model = run.load()

`pip install 'hamlet-lab[client]'`: numpy, safetensors, and httpx, msgpack, websockets. docs/api.md describes it.
"""

from typing import TYPE_CHECKING, Any

from hamlet.client.errors import ClientError

if TYPE_CHECKING:
    from hamlet.client.lab import Client as Client
    from hamlet.client.run import Run as Run

__all__ = ["Client", "ClientError", "Run"]


def __getattr__(name: str) -> Any:
    # Not before it is used: a recorded life is watched without httpx.
    if name == "Client":
        from hamlet.client.lab import Client

        return Client
    if name == "Run":
        from hamlet.client.run import Run

        return Run
    raise AttributeError(f"module 'hamlet.client' has no attribute {name!r}")
