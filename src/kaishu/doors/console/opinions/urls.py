"""Addresses of second opinions, included under /staff/opinions/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.opinions import views

urlpatterns = [
    path("", views.opinions, name="opinions"),
    path("<int:opinion_id>/", views.opinion, name="opinion"),
    path("<int:opinion_id>/settle/", views.settle, name="settle_opinion"),
]
