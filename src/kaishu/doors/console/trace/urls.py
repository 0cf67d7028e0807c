"""Addresses of traceability, under /staff/trace/; those of one network under in/<its slug>/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trace import (
    urls_records,
    views_ask,
    views_cause,
    views_home,
    views_missing,
    views_rows,
    views_scope,
    views_spread,
    views_tell,
    views_thing,
)

urlpatterns = [
    *urls_records.urlpatterns,
    path("", views_home.home, name="trace"),
    path("in/<slug:slug>/", views_ask.ask, name="trace_ask"),
    path("in/<slug:slug>/rows/", views_rows.rows, name="trace_rows"),
    path("in/<slug:slug>/path/", views_thing.path, name="trace_path"),
    path("in/<slug:slug>/thing/", views_thing.thing, name="trace_thing"),
    path("in/<slug:slug>/back/", views_thing.back, name="trace_back"),
    path("in/<slug:slug>/cause/", views_cause.cause, name="trace_cause"),
    path("in/<slug:slug>/what-if/", views_spread.neighbours, name="trace_what_if"),
    path("in/<slug:slug>/brands/", views_spread.brands, name="trace_brands"),
    path("in/<slug:slug>/complete/", views_missing.missing, name="trace_complete"),
    path("in/<slug:slug>/scope/", views_scope.scope, name="trace_scope"),
    path("in/<slug:slug>/consignees/", views_tell.tell, name="trace_consignees"),
]
