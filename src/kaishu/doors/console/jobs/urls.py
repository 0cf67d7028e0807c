"""Addresses of jobs: the list, one job with its progress, its result as a file, and stopping it."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.jobs import views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<int:job_id>/", views.job, name="job"),
    path("<int:job_id>/progress/", views.progress, name="job_progress"),
    path("<int:job_id>/stop/", views.stop, name="stop_job"),
]
