"""Addresses of the console, all under /staff/."""

from __future__ import annotations

from django.urls import include, path

from kaishu.doors.console import (
    views_calls,
    views_case,
    views_decide,
    views_progress,
    views_queue,
    views_sign_in,
)
from kaishu.doors.console.hotline import views_find
from kaishu.doors.console.reports import views_duties

app_name = "console"
urlpatterns = [
    path("", views_queue.landing, name="landing"),
    path("sign-in/", views_sign_in.sign_in, name="sign_in"),
    path("sign-out/", views_sign_in.sign_out, name="sign_out"),
    path("", include("kaishu.doors.console.access.urls")),
    path("claims/", views_queue.queue, name="queue"),
    path("claims/<str:case_no>/", views_case.case, name="case"),
    path("claims/<str:case_no>/contact/", views_case.contact, name="contact"),
    path("claims/<str:case_no>/<int:unit_no>/decide/", views_decide.decide, name="decide"),
    path("claims/<str:case_no>/<int:unit_no>/holder/", views_decide.holder, name="holder"),
    path("evidence/<int:evidence_id>/", views_case.evidence, name="evidence"),
    path("review/", include("kaishu.doors.console.review.urls")),
    path("opinions/", include("kaishu.doors.console.opinions.urls")),
    path("calls/", views_calls.calls, name="calls"),
    path("calls/<int:call_id>/", views_calls.call, name="call"),
    path("calls/<int:call_id>/contact/", views_calls.contact, name="call_contact"),
    path("calls/<int:call_id>/finish/", views_calls.finish, name="finish_call"),
    path("incidents/", include("kaishu.doors.console.incidents.urls")),
    path("kits/", include("kaishu.doors.console.kits.urls")),
    path("payouts/", include("kaishu.doors.console.money.urls")),
    path("hotline/", include("kaishu.doors.console.hotline.urls")),
    path("find/", views_find.find, name="find"),
    path("bulk/", include("kaishu.doors.console.bulk.urls")),
    path("imports/", include("kaishu.doors.console.imports.urls")),
    path("trade/", include("kaishu.doors.console.trade.urls")),
    path("trace/alerts/", include("kaishu.doors.console.trace.urls_alerts")),
    path("trace/in/<slug:slug>/", include("kaishu.doors.console.trace.urls_picture")),
    path("trace/", include("kaishu.doors.console.trace.urls")),
    path("connections/", include("kaishu.doors.console.connections.urls")),
    path("jobs/", include("kaishu.doors.console.jobs.urls")),
    path("recalls/<slug:slug>/progress/", views_progress.progress, name="progress"),
    path("recalls/<slug:slug>/entries/", views_progress.entries, name="entries"),
    path("recalls/<slug:slug>/dashboard/", include("kaishu.doors.console.dashboard.urls")),
    path("duties/", views_duties.all_duties, name="all_duties"),
    path("recalls/<slug:slug>/", include("kaishu.doors.console.reports.urls")),
    path("recalls/", include("kaishu.doors.console.recalls.urls")),
]
