"""Which socket is answered by whom."""

from django.urls import path, re_path

from lab.runs.consumers import NothingHere, RunConsumer

websocket_urlpatterns = [
    path("ws/runs/<str:run>", RunConsumer.as_asgi()),
    re_path(r"", NothingHere.as_asgi()),
]
