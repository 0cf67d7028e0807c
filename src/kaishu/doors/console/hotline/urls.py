"""Addresses of the hotline, under /staff/hotline/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.hotline import views_call, views_follow

urlpatterns = [
    path("", views_call.hotline, name="hotline"),
    path("new/", views_call.new, name="new_call"),
    path("sheet/<slug:slug>/", views_call.sheet, name="operator_sheet"),
    path("claims/<str:case_no>/", views_follow.follow, name="follow"),
    path("claims/<str:case_no>/<slug:act>/", views_follow.act, name="follow_act"),
    path("calls/<int:call_id>/take/", views_follow.take, name="take_call"),
    path("<uuid:draft_id>/", views_call.call, name="hotline_call"),
    path("<uuid:draft_id>/keep/", views_call.keep, name="keep_call"),
    path("<uuid:draft_id>/sent/", views_call.sent, name="sent_call"),
]
