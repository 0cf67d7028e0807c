"""Addresses of the kit pages, all under /staff/kits/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.kits import (
    views_file,
    views_list,
    views_print,
    views_reminders,
    views_sent,
    views_stock,
)

urlpatterns = [
    path("", views_list.kits, name="kits"),
    path("addresses/", views_list.addresses, name="kit_addresses"),
    path("letters/", views_print.letters, name="kit_letters"),
    path("pick/", views_print.pick, name="kit_pick"),
    path("mark/", views_sent.sent, name="kits_sent"),
    path("file/", views_file.file, name="kit_file"),
    path("stock/", views_stock.stock, name="kit_stock"),
    path("reminders/", views_reminders.reminders, name="kit_reminders"),
    path("reminders/<int:kit_id>/", views_reminders.remind, name="remind_kit"),
    path("<str:case_no>/<int:unit_no>/", views_list.send, name="send_kit"),
]
