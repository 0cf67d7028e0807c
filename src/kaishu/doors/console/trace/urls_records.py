"""Addresses of what a network's records are: files brought and loaded, documents, speakers."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trace import (
    views_brought,
    views_captures,
    views_records,
    views_speakers,
)

HERE = "in/<slug:slug>/records/"
ONE = f"{HERE}<int:number>/"
LOADED = f"{HERE}links/<int:number>/"

urlpatterns = [
    path(HERE, views_records.records, name="trace_records"),
    path(f"{HERE}files", views_records.take, name="trace_take"),
    path(LOADED, views_records.loaded, name="trace_loaded"),
    path(f"{LOADED}void/", views_records.void, name="trace_void"),
    path(ONE, views_brought.brought, name="trace_brought"),
    path(f"{ONE}mean/", views_brought.mean, name="trace_mean"),
    path(f"{ONE}try/", views_brought.try_all, name="trace_try"),
    path(f"{ONE}load/", views_brought.load, name="trace_load"),
    path(f"{ONE}away/", views_brought.away, name="trace_away"),
    path(f"{HERE}events/<slug:job>/", views_captures.capture, name="trace_capture"),
    path("in/<slug:slug>/speakers/", views_speakers.speakers, name="trace_speakers"),
    path("in/<slug:slug>/speakers/let/", views_speakers.let, name="trace_speaker_let"),
    path("in/<slug:slug>/speakers/end/", views_speakers.end, name="trace_speaker_end"),
]
