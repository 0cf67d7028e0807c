"""Addresses of the owner's door. The language is the first word of every page's path."""

from __future__ import annotations

from django.urls import path

from kaishu.base import language
from kaishu.doors.public import (
    tongue,  # noqa: F401 (registers the language converter)
    views_card,
    views_check,
    views_danger,
    views_everything,
    views_fly,
    views_genuine,
    views_home,
    views_notice,
    views_progress,
    views_several,
    views_verify,
)
from kaishu.doors.public.claiming import urls as claiming
from kaishu.doors.public.feeds import urls as feeds
from kaishu.doors.public.privacy import urls as privacy
from kaishu.doors.public.tracking import urls as tracking

app_name = "public"
urlpatterns = [
    path("", views_home.root, name="root"),
    path("language/", language.choose, name="language"),
    path("pictures/<str:digest>/<str:name>", views_home.picture, name="picture"),
    path("<tongue:tongue>/", views_home.home, name="home"),
    path(".well-known/security.txt", views_genuine.security, name="security"),
    path("<tongue:tongue>/accessibility/", views_home.accessibility, name="accessibility"),
    path("<tongue:tongue>/fly/", views_fly.fly, name="fly"),
    path("<tongue:tongue>/genuine/", views_genuine.genuine, name="genuine"),
    path("<tongue:tongue>/r/<slug:slug>/", views_home.recall, name="recall"),
    path("<tongue:tongue>/verify/", views_verify.verify, name="verify"),
    path("receipt-keys.json", views_verify.keys, name="receipt-keys"),
    path("edition-keys.json", views_verify.edition_keys, name="edition-keys"),
    path("receipt-verifier.html", views_verify.verifier, name="receipt-verifier"),
    path("<tongue:tongue>/check/", views_home.anywhere, name="anywhere"),
    path("<tongue:tongue>/check/several/", views_everything.everything, name="everything"),
    path("<tongue:tongue>/r/<slug:slug>/check/", views_check.check, name="check"),
    path("<tongue:tongue>/r/<slug:slug>/check/several/", views_several.several, name="several"),
    path("<tongue:tongue>/r/<slug:slug>/card/", views_card.card, name="card"),
    path("<tongue:tongue>/r/<slug:slug>/card.pdf", views_card.sheet, name="card_pdf"),
    path("<tongue:tongue>/r/<slug:slug>/notice/", views_notice.notice, name="notice"),
    path("<tongue:tongue>/r/<slug:slug>/poster/", views_notice.poster, name="poster"),
    path("<tongue:tongue>/r/<slug:slug>/danger/", views_danger.danger, name="danger"),
    path(
        "<tongue:tongue>/r/<slug:slug>/danger/<str:reference>/",
        views_danger.reported,
        name="danger_reported",
    ),
    path("<tongue:tongue>/r/<slug:slug>/progress/", views_progress.progress, name="progress"),
    *feeds.urlpatterns,
    *claiming.urlpatterns,
    *tracking.urlpatterns,
    *privacy.urlpatterns,
]
