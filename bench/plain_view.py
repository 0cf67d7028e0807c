"""The peer of the check: a minimal Django view that looks the serial up by primary key.

It has no middleware and sends a page that was made before, so it pays for Django's request and
one query, and for nothing that makes the page. `BENCH_PAGES` names the folder of the two pages.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path

DATABASE = "BENCH_DATABASE_URL"
PAGES = "BENCH_PAGES"

settings.configure(
    DATABASES={"default": {**dj_database_url.parse(os.environ[DATABASE]), "CONN_MAX_AGE": None}},
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    SECRET_KEY="bench",
    USE_TZ=True,
)
django.setup()

PAGE = {
    affected: (Path(os.environ[PAGES]) / f"{affected}.html").read_bytes()
    for affected in (True, False)
}


class Listed(models.Model):
    """One listed serial."""

    serial = models.CharField(max_length=16, primary_key=True)

    objects: models.Manager[Listed] = models.Manager()

    class Meta:
        app_label = "bench"
        db_table = "bench_listed"

    def __str__(self) -> str:
        return self.serial


def check(request: HttpRequest) -> HttpResponse:
    """Answer whether the serial is listed."""
    affected = Listed.objects.filter(serial=request.GET["serial"]).exists()
    return HttpResponse(PAGE[affected])


urlpatterns = [path("check/", check)]
application = get_wsgi_application()
