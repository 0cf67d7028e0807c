"""Addresses of what people bring: serial lists for a draft, claims from another system."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.imports import views_claims, views_lists

urlpatterns = [
    path("", views_claims.imports, name="imports"),
    path("files", views_claims.take, name="take_claims"),
    path("<int:import_id>/", views_claims.one, name="import"),
    path("<int:import_id>/columns/", views_claims.columns, name="import_columns"),
    path("<int:import_id>/start/", views_claims.start, name="import_start"),
    path("lists/<int:draft_id>/", views_lists.bring, name="bring_list"),
    path("lists/<int:draft_id>/files", views_lists.take, name="take_list"),
    path("lists/read/<int:job_id>/", views_lists.read, name="list_read"),
    path("lists/read/<int:job_id>/without/", views_lists.without, name="list_without"),
]
