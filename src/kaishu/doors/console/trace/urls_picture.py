"""Addresses of the picture and of mock recalls, of one network: under in/<its slug>/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.trace import views_mock, views_picture

urlpatterns = [
    path("picture/", views_picture.picture, name="trace_picture"),
    path("picture.svg", views_picture.picture_file, name="trace_picture_file"),
    path("mock/", views_mock.mocks, name="trace_mocks"),
    path("mock/run/", views_mock.run, name="trace_mock_run"),
    path("mock/<int:number>/", views_mock.mock, name="trace_mock"),
    path("mock/<int:number>/record.pdf", views_mock.mock_paper, name="trace_mock_paper"),
]
