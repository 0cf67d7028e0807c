"""Addresses that programs read; `doors.public.urls` takes them in."""

from __future__ import annotations

from django.urls import path, re_path

from kaishu.doors.public import tongue  # noqa: F401 (registers the language converter)
from kaishu.doors.public.feeds import views_figures, views_map, views_news, views_recalls

urlpatterns = [
    # CPSC's own path, so that a client only changes the host; its clients write it with and
    # without a last slash.
    re_path(r"^RestWebServices/Recall/?$", views_recalls.recalls, name="feed"),
    path("<tongue:tongue>/feeds/recalls.rss", views_news.rss, name="feed-rss"),
    path("<tongue:tongue>/feeds/recalls.atom", views_news.atom, name="feed-atom"),
    path("r/<slug:slug>/progress.json", views_figures.progress_json, name="progress-json"),
    path("r/<slug:slug>/progress.csv", views_figures.progress_csv, name="progress-csv"),
    path("roots.json", views_figures.roots_json, name="roots"),
    path("robots.txt", views_map.robots, name="robots"),
    path("sitemap.xml", views_map.sitemap, name="sitemap"),
]
