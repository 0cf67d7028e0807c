"""Address of a recall's dashboard."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.dashboard import views

urlpatterns = [path("", views.dashboard, name="dashboard")]
