"""Addresses of a recall's reports, duties and corrective actions, under /staff/recalls/<slug>/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.reports import (
    views_corrective,
    views_duties,
    views_filed,
    views_report,
    views_rows,
)

urlpatterns = [
    path("duties/", views_duties.duties, name="duties"),
    path("corrective/", views_corrective.corrective, name="corrective"),
    path("corrective/<int:action_id>/", views_corrective.step, name="corrective_step"),
    path("reports/", views_report.reports, name="reports"),
    path("reports/rows/", views_rows.rows, name="report_rows"),
    path("reports/filed/<int:filed_id>/", views_filed.filed, name="filed"),
    path("reports/filed/<int:filed_id>/note/", views_filed.note, name="filed_note"),
    path("reports/filed/<int:filed_id>/<str:kind>/", views_filed.file, name="filed_file"),
    path("reports/<str:form>/", views_report.report, name="report"),
    path("reports/<str:form>/draft/<str:kind>/", views_report.draft, name="report_draft"),
]
