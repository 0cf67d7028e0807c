"""Addresses of the review, included under /staff/review/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.review import views_acts, views_compare

urlpatterns = [
    path("next/", views_acts.next_claim, name="next_claim"),
    path("filters/", views_acts.save_filter, name="save_filter"),
    path("filters/<int:number>/forget/", views_acts.forget_filter, name="forget_filter"),
    path("<str:case_no>/here/", views_acts.here, name="here"),
    path("<str:case_no>/<int:unit_no>/assign/", views_acts.assign, name="assign"),
    path("<str:case_no>/<int:unit_no>/compare/", views_compare.compare, name="compare"),
]
