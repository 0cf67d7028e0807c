"""Addresses of the depot door, all under /depot/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.partner import views_certificates, views_containers, views_scan, views_stock

app_name = "partner"
urlpatterns = [
    path("", views_scan.scan, name="scan"),
    path("site/", views_scan.choose_site, name="site"),
    path("containers/", views_containers.containers, name="containers"),
    path("containers/<str:number>/", views_containers.container, name="container"),
    path("certificates/", views_certificates.certificates, name="certificates"),
    path("stock/", views_stock.stock, name="stock"),
]
