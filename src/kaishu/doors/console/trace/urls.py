"""Addresses of traceability, under /staff/trace/; those of one network under in/<its slug>/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trace import views_home

urlpatterns = [
    path("", views_home.home, name="trace"),
]
