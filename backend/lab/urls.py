"""Which address is answered by whom."""

from django.contrib import admin
from django.urls import path, re_path

from lab import figures, pages
from lab.api import api

urlpatterns = [
    path("healthz", pages.healthz),
    path("readyz", pages.readyz),
    path("metrics", figures.metrics),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    # Whatever else begins with a name of ours is a mistyped address, not a page of the app.
    re_path(r"^api(?:/|$)", pages.no_such_address),
    re_path(r"^(?:static|ws|sse)(?:/|$)", pages.nothing_here),
    # The app's own addresses (/runs/…) are known to the app: it gets its one page for all of them.
    re_path(r"^(?!admin$)", pages.app),
]
