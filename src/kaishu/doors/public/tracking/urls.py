"""Addresses of the owner's own pages; `doors.public.urls` takes them in."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.public import tongue  # noqa: F401 (registers the converter below)
from kaishu.doors.public.tongue import TONGUE
from kaishu.doors.public.tracking import (
    views_case,
    views_code,
    views_danger,
    views_details,
    views_find,
    views_mail,
    views_photo,
    views_receipt,
    views_unit,
)

_CLAIM = f"{TONGUE}c/<str:token>/"
_UNIT = f"{_CLAIM}<int:unit_no>/"

# An address that takes a file ends in photo/: those go to the upload process.
urlpatterns = [
    path("<tongue:tongue>/find/", views_find.find, name="find"),
    path("<tongue:tongue>/find/<str:sealed>/", views_find.code, name="find-code"),
    path(_CLAIM, views_case.case, name="case"),
    path(f"{_CLAIM}address/", views_details.address, name="case-address"),
    path(f"{_CLAIM}email/", views_details.email, name="case-email"),
    path(f"{_CLAIM}phone/", views_details.phone, name="case-phone"),
    path(f"{_CLAIM}link/", views_details.link, name="case-link"),
    path(f"{_CLAIM}mail/", views_mail.mail, name="case-mail"),
    path(f"{_CLAIM}receipt/<int:unit_no>/", views_receipt.receipt, name="case-receipt"),
    path(f"{_CLAIM}receipt/<int:unit_no>/receipt.pdf", views_receipt.sheet, name="case-sheet"),
    path(f"{_CLAIM}receipt/<int:unit_no>/proof.json", views_receipt.proof, name="case-proof"),
    path(f"{_UNIT}answer/", views_unit.answer, name="case-answer"),
    path(f"{_UNIT}answer/photo/", views_photo.answer_photo, name="case-answer-photo"),
    path(f"{_UNIT}photo/", views_photo.photo, name="case-photo"),
    path(f"{_UNIT}remedy/", views_unit.remedy, name="case-remedy"),
    path(f"{_UNIT}withdraw/", views_unit.withdraw, name="case-withdraw"),
    path(f"{_UNIT}contest/", views_unit.contest, name="case-contest"),
    path(f"{_UNIT}danger/", views_danger.danger, name="case-danger"),
    path(f"{_UNIT}code/", views_code.code, name="case-code"),
]
