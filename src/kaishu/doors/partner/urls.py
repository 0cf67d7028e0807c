"""Addresses of the depot door, all under /depot/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.partner import (
    views_camera,
    views_certificates,
    views_containers,
    views_counts,
    views_find,
    views_hand_over,
    views_places,
    views_print,
    views_scan,
    views_stock,
    views_today,
)

app_name = "partner"
urlpatterns = [
    path("", views_scan.scan, name="scan"),
    path("undo/", views_scan.undo, name="undo"),
    path("site/", views_scan.choose_site, name="site"),
    path("session/", views_scan.begin_session, name="session"),
    path("frame/", views_camera.frame_codes, name="frame"),
    path("find/", views_find.find, name="find"),
    path("today/", views_today.today, name="today"),
    path("containers/", views_containers.containers, name="containers"),
    path("containers/<str:number>/", views_containers.container, name="container"),
    path("containers/<str:number>/label/", views_print.label_page, name="container_label"),
    path("containers/<str:number>/sheet/", views_print.sheet_page, name="container_sheet"),
    path("take/", views_hand_over.take_list, name="take"),
    path("take/<str:number>/", views_hand_over.take_one, name="take_one"),
    path("sign/", views_hand_over.sign, name="sign"),
    path("certificates/", views_certificates.certificates, name="certificates"),
    path(
        "certificates/<int:certificate_id>/files",
        views_certificates.files,
        name="certificate_files",
    ),
    path("certificates/paper/<int:file_id>/", views_certificates.paper, name="certificate_paper"),
    path("counts/", views_counts.counts, name="counts"),
    path("counts/<int:stocktake_id>/", views_counts.count, name="count"),
    path("stock/", views_stock.stock, name="stock"),
    path("places/", views_places.places, name="places"),
]
