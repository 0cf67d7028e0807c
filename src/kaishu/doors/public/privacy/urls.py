"""Addresses of the privacy pages; `doors.public.urls` takes them in."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.public import tongue  # noqa: F401 (registers the converter below)
from kaishu.doors.public.privacy import views_data, views_privacy, views_watch, views_watch_all

_DATA = "<tongue:tongue>/c/<str:token>/data/"

urlpatterns = [
    path("<tongue:tongue>/privacy/", views_privacy.privacy, name="privacy"),
    path(_DATA, views_data.data, name="case-data"),
    path(f"{_DATA}copy.json", views_data.copy, name="case-data-copy"),
    path(f"{_DATA}copy.zip", views_data.archive, name="case-data-archive"),
    path(f"{_DATA}erase/", views_data.erase, name="case-data-erase"),
    path("<tongue:tongue>/r/<slug:slug>/watch/", views_watch.ask, name="watch"),
    path("<tongue:tongue>/watch/", views_watch_all.ask_all, name="watch-all"),
    path("<tongue:tongue>/watch/<str:token>/", views_watch.watch, name="watch-own"),
]
