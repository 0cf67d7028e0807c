"""Addresses of the owner's door. The language is the first word of every page's path."""

from __future__ import annotations

from django.urls import path, register_converter

from kaishu.base import language
from kaishu.doors.public import views_case, views_check, views_claim, views_home, views_progress


class Tongue:
    """One of the three languages, as it stands in a path."""

    regex = "ja|zh-hans|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Tongue, "tongue")

app_name = "public"
urlpatterns = [
    path("", views_home.root, name="root"),
    path("language/", language.choose, name="language"),
    path("pictures/<str:digest>/<str:name>", views_home.picture, name="picture"),
    path("<tongue:tongue>/", views_home.home, name="home"),
    path("<tongue:tongue>/privacy/", views_home.privacy, name="privacy"),
    path("<tongue:tongue>/accessibility/", views_home.accessibility, name="accessibility"),
    path("<tongue:tongue>/r/<slug:slug>/", views_home.recall, name="recall"),
    path("<tongue:tongue>/r/<slug:slug>/check/", views_check.check, name="check"),
    path("<tongue:tongue>/r/<slug:slug>/claim/", views_claim.claim, name="claim"),
    path("<tongue:tongue>/r/<slug:slug>/progress/", views_progress.progress, name="progress"),
    path("<tongue:tongue>/c/<str:token>/", views_case.case, name="case"),
]
