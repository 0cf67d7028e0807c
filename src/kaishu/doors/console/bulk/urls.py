"""Addresses of acts on many claims: preview, confirm, the second person, what came of it, undo."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.bulk import views

urlpatterns = [
    path("", views.acts, name="bulk_acts"),
    path("preview/", views.preview, name="bulk_preview"),
    path("confirm/", views.confirm, name="bulk_confirm"),
    path("<int:bulk_id>/", views.act, name="bulk_act"),
    path("<int:bulk_id>/approve/", views.approve, name="bulk_approve"),
    path("<int:bulk_id>/withdraw/", views.withdraw, name="bulk_withdraw"),
    path("<int:bulk_id>/undo/", views.undo, name="bulk_undo"),
]
