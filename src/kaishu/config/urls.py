"""Every address of the installation, by door."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from kaishu.config.health import health
from kaishu.config.metrics import metrics
from kaishu.config.readiness import ready

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path("readyz", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("staff/", include("kaishu.doors.console.urls")),
    path("api/v1/", include("kaishu.doors.api.urls")),
    path("depot/", include("kaishu.doors.partner.urls")),
    path("", include("kaishu.doors.partner.trade.urls")),
    path("", include("kaishu.doors.public.urls")),
]

if settings.KAISHU_MODE == "demo":
    urlpatterns.insert(0, path("demo/", include("kaishu.demo.urls")))

handler400 = "kaishu.doors.public.errors.not_understood"
handler403 = "kaishu.doors.public.errors.not_allowed"
handler404 = "kaishu.doors.public.errors.not_found"
handler500 = "kaishu.doors.public.errors.broken"
