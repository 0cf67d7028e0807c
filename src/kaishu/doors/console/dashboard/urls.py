"""Addresses of a recall's dashboard and of the rows behind its counts of people."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.dashboard import views, views_rows

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("claims/", views_rows.claims, name="dashboard_claims"),
    path("incidents/", views_rows.incidents, name="dashboard_incidents"),
    path("second-opinions/", views_rows.second_opinions, name="dashboard_second_opinions"),
    path("second-looks/", views_rows.second_looks, name="dashboard_second_looks"),
]
