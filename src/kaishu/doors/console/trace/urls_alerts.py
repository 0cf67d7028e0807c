"""Addresses of letters about lots, under /staff/trace/alerts/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trace import views_alerts, views_alerts_new, views_alerts_one

urlpatterns = [
    path("", views_alerts.alerts, name="alerts"),
    path("take/", views_alerts.take, name="alert_take"),
    path("keys/", views_alerts.keys, name="alert_keys"),
    path("new/", views_alerts_new.new, name="alert_new"),
    path("<slug:number>/", views_alerts_one.alert, name="alert"),
    path("<slug:number>/file/", views_alerts_one.file, name="alert_file"),
    path("<slug:number>/do/", views_alerts_one.do, name="alert_do"),
]
