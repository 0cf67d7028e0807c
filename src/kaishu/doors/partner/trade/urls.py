"""Addresses of a shop's own pages. The address is the secret: no account, no cookie."""

from __future__ import annotations

from django.urls import re_path

from kaishu.doors.partner.trade import views

_SITE = r"^(?P<tongue>ja|zh-hans|en)/t/(?P<token>[A-Za-z0-9_=-]{16,64})/"

app_name = "trade"
urlpatterns = [
    re_path(rf"{_SITE}$", views.site, name="site"),
    re_path(rf"{_SITE}more/$", views.more, name="more"),
    re_path(rf"{_SITE}scan/$", views.scan, name="scan"),
    re_path(rf"{_SITE}sold/$", views.sold, name="sold"),
]
