"""The demo's pages beside all others, as in demo mode."""

from __future__ import annotations

from django.urls import include, path

from kaishu.config import urls

urlpatterns = [path("demo/", include("kaishu.demo.urls")), *urls.urlpatterns]
