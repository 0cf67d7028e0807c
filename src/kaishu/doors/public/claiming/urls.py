"""Addresses of a claim on its way. The ends `photo` and `proof` take files (base/uploads.py)."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.public.claiming import views, views_check, views_files
from kaishu.doors.public.tongue import TONGUE

DRAFT = f"{TONGUE}d/<str:token>/"

urlpatterns = [
    path("<tongue:tongue>/r/<slug:slug>/claim/", views.start, name="claim"),
    path(DRAFT, views.resume, name="draft"),
    path(f"{DRAFT}check/", views_check.check_answers, name="draft_check"),
    path(f"{DRAFT}<int:unit>/seen/<str:name>", views_files.kept_file, name="draft_file"),
    path(f"{DRAFT}<int:unit>/<slug:question>/", views.ask, name="draft_unit_question"),
    path(f"{DRAFT}<slug:question>/", views.ask, name="draft_question"),
]
