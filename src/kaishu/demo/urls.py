"""The demo's own pages: what to try, its mailbox, what a webhook told; in demo mode only."""

from __future__ import annotations

from django.urls import path

from kaishu.demo import guide, hooks, mailbox

app_name = "demo"
urlpatterns = [
    path("", guide.show, name="guide"),
    path("hook/", hooks.hook, name="hook"),
    path("mail/", mailbox.show_list, name="mails"),
    path("mail/<str:name>/", mailbox.show_one, name="mail"),
    path("mail/<str:name>/html/", mailbox.show_html, name="mail_html"),
]
