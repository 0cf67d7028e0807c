"""The pages of the demo itself: what to try, and its mailbox; served in demo mode only."""

from __future__ import annotations

from django.urls import path

from kaishu.demo import guide, mailbox

app_name = "demo"
urlpatterns = [
    path("", guide.show, name="guide"),
    path("mail/", mailbox.show_list, name="mails"),
    path("mail/<str:name>/", mailbox.show_one, name="mail"),
    path("mail/<str:name>/html/", mailbox.show_html, name="mail_html"),
]
