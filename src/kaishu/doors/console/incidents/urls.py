"""Addresses of incidents: the list, a new report, one report and what is done about it."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.incidents import acts, intake, views

urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("new/", intake.new, name="new_incident"),
    path("tasks/", views.tasks, name="incident_tasks"),
    path("<str:number>/", views.incident, name="incident"),
    path("<str:number>/words/", acts.words, name="incident_words"),
    path("<str:number>/duty/", acts.duty, name="incident_duty"),
    path("<str:number>/filed/", acts.filed, name="incident_filed"),
    path("<str:number>/tasks/", acts.task, name="incident_task"),
    path("<str:number>/close/", acts.close, name="close_incident"),
]
