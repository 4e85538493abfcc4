"""The door of the web process: pages and REST over HTTP, live frames over WebSockets or server-sent events."""

import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
django_http = get_asgi_application()  # sets Django up; only then may anything that has models be imported

from lab.processes import stay_for_long  # noqa: E402
from lab.watch.routing import websocket_urlpatterns  # noqa: E402
from lab.watch.sse import run_events  # noqa: E402


async def http(scope: dict[str, Any], receive: Callable[..., Awaitable[Any]], send: Callable[..., Any]) -> None:
    """Streams are not Django's: a view that lasts an hour would hold what a request holds."""
    app = run_events if scope["path"].startswith("/sse/") else django_http
    await app(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)

stay_for_long()

if fd := os.environ.pop("HAMLET_LISTEN", ""):
    # The socket that `manage.py up` has bound for us. A browser that came while all this was being imported would wait
    # for seconds, where another web process could answer it at once.
    with socket.socket(fileno=os.dup(int(fd))) as listener:
        listener.listen(512)
