"""Addresses of the way in and of accounts, included by the console's."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.access import views_second_step

urlpatterns = [
    path("sign-in/second-step/", views_second_step.second, name="second_step"),
    path("sign-in/set-up/", views_second_step.first_time, name="set_up_first"),
    path("again/", views_second_step.again, name="again"),
]
