"""Addresses of the way in and of accounts, included by the console's."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.access import (
    views_account,
    views_accounts,
    views_looks,
    views_second_step,
    views_start,
)

urlpatterns = [
    path("sign-in/second-step/", views_second_step.second, name="second_step"),
    path("sign-in/set-up/", views_second_step.first_time, name="set_up_first"),
    path("start/<str:token>/", views_start.start, name="start"),
    path("again/", views_second_step.again, name="again"),
    path("account/", views_account.account, name="account"),
    path("account/second-step/", views_account.add_step, name="add_step"),
    path("account/remove/", views_account.remove_step, name="remove_step"),
    path("account/codes/", views_account.new_codes, name="new_codes"),
    path("account/password/", views_account.password, name="password"),
    path("account/sign-ins/", views_account.end_others, name="end_others"),
    path("looks/", views_looks.looks, name="looks"),
    path("digest/", views_looks.digest, name="digest"),
    path("access/", views_accounts.members, name="members"),
    path("access/<str:name>/", views_accounts.member, name="member"),
    path("access/<str:name>/act/", views_accounts.act, name="member_act"),
]
