"""Settings and addresses of the yardstick: Django without middleware, one view that returns a page of
the size asked for. `./run bench` runs it on the same server settings as the hub."""

from django.http import HttpResponse
from django.urls import path

from ripess_hub.settings import *  # noqa: F403

INSTALLED_APPS = MIDDLEWARE = []
ROOT_URLCONF = "ripess_hub.bench_bare"
_pages = {}


def page(request, size):
    body = _pages.setdefault(size, b"x" * size)
    return HttpResponse(body, content_type="text/html; charset=utf-8")


urlpatterns = [path("<int:size>", page)]
