"""Addresses of the trade: the list of shops, adding them, one shop and what it answered."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trade import views

urlpatterns = [
    path("", views.sites, name="trade"),
    path("add/", views.add, name="trade_add"),
    path("<int:site_id>/", views.site, name="trade_site"),
    path("<int:site_id>/do/", views.do, name="trade_do"),
]
