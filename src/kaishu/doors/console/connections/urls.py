"""Addresses of connections: the list, one of them, its token shown once, what was sent."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.connections import views, views_sent

urlpatterns = [
    path("", views.connections, name="connections"),
    path("<slug:code>/", views.connection, name="connection"),
    path("<slug:code>/token/", views.issue, name="connection_token"),
    path("<slug:code>/revoke/", views.revoke, name="connection_revoke"),
    path("<slug:code>/webhook/", views_sent.register, name="connection_webhook"),
    path("<slug:code>/webhook/act/", views_sent.act, name="connection_webhook_act"),
    path("<slug:code>/sent/", views_sent.sent, name="connection_sent"),
    path("<slug:code>/sent/again/", views_sent.again, name="connection_again"),
]
