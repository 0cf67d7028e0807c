"""Addresses of the API: the routes, the contract as JSON, and the page that people read."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.api import reference
from kaishu.doors.api.api import api

urlpatterns = [
    path("openapi.json", reference.openapi, name="openapi"),
    path("reference/", reference.page, name="reference"),
    path("", api.urls),
]
