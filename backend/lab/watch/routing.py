"""Which socket is answered by whom."""

from django.urls import path, re_path

from lab.watch.consumers import lanes_socket, nothing_here, run_socket

websocket_urlpatterns = [
    path("ws/runs/<str:run>", run_socket),
    path("ws/runs/<str:run>/lanes", lanes_socket),
    re_path(r"", nothing_here),
]
