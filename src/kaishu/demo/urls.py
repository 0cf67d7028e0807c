"""The one page of the demo itself; served in demo mode only."""

from __future__ import annotations

from django.urls import path

from kaishu.demo import guide

app_name = "demo"
urlpatterns = [path("", guide.show, name="guide")]
