"""The pages for what is not there, not allowed or broken: each with a next step and a telephone."""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaishu.base import language, same_site
from kaishu.base.refusals import refusal_page
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.doors.public import site


class FormTooBig(Refusal):
    """A form of staff holds more fields than are read at once; nothing of it was saved."""

    code = "form_too_big"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return _page(
        request,
        404,
        _("This page is not here"),
        _("Perhaps the address has a typing mistake, or a part of it was lost in a message."),
        [
            _("Compare the address with the letter or message you got."),
            _("Or start again from the list of recalls."),
        ],
    )


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request was damaged or too much at once (broken upload, too many fields)."""
    at_work = request.path_info.startswith(("/staff/", "/depot/"))
    if at_work and isinstance(exception, TooManyFieldsSent):
        return refusal_page(
            request, FormTooBig(most=f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,}"), status=400
        )
    return _page(
        request,
        400,
        _("We could not read what your browser sent"),
        _("A part was lost on the way, or it was too much at once. Nothing from it was saved."),
        [
            _("Go back and send it again. If it was a photo, send one photo at a time."),
            _("If the line is weak, wait until it is better. What you sent before is safe."),
            _("If it fails again, call us. We fill it in with you."),
        ],
    )


def no_such_claim(request: HttpRequest) -> HttpResponse:
    """Say that this link opens no claim, without saying whether it ever did."""
    return _page(
        request,
        404,
        _("We cannot open a claim with this address"),
        _(
            "The address of a claim is long. If only a part was copied, it does not open. Your "
            "claim is not lost."
        ),
        [
            _("Open the whole address that you kept or that we sent you."),
            _("Or call us and read out your reference number. Have your name ready."),
        ],
    )


def no_such_draft(request: HttpRequest) -> HttpResponse:
    """Say that no answers are kept under this address, or no longer."""
    return _page(
        request,
        404,
        _("We have no answers under this address"),
        _(
            "Answers that were not sent are kept for 30 days, then deleted. Or a part of the "
            "address is missing."
        ),
        [
            _("Open the whole address that you kept."),
            _("Or start a new claim from the list of recalls. It takes about ten minutes."),
        ],
    )


def no_such_watch(request: HttpRequest) -> HttpResponse:
    """Say that this link holds no notice: it was stopped, or a part of it is missing."""
    return _page(
        request,
        404,
        _("No notice is registered under this address"),
        _("It was stopped and its e-mail address deleted, or a part of the link is missing."),
        [
            _("Open the whole link from our mail."),
            _("Or check your product, and register again."),
        ],
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this page is for others."""
    return _page(
        request,
        403,
        _("You may not open this page"),
        _("This page is for people with another role, or you are not signed in."),
        [
            _("If you work here, sign in with your own name."),
            _("If you own a product, start from the list of recalls."),
        ],
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long or that cookies are off (Django's CSRF refusal)."""
    if reason == same_site.FROM_ANOTHER_SITE:
        return _from_another_site(request)
    return _page(
        request,
        403,
        _("We could not take this form"),
        _("Your browser did not send the small cookie that protects the form. Nothing was saved."),
        [
            _("Allow cookies for this site, go back, and send the form again."),
            _("If it fails again, call us. We fill it in with you."),
        ],
    )


def _from_another_site(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        403,
        _("This form was sent from another website"),
        _("We take forms from our own pages only. This protects you. Nothing was changed."),
        [
            _("Open our page yourself: use the address that you kept or that we sent you."),
            _("Then send the form from there. What you sent us before is safe."),
            _("If you did not mean to send anything, close this page."),
        ],
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours."""
    return _page(
        request,
        500,
        _("Something went wrong on our side"),
        _("It is not your fault. What you sent before is safe."),
        [
            _("Wait a minute, go back, and try again. Sending a form twice does no harm."),
            _("If it fails again, call us."),
        ],
    )


def _page(
    request: HttpRequest, status: int, headline: Promise, first: Promise, steps: list[Promise]
) -> HttpResponse:
    code = language.of_path(request.path_info) or translation.get_language() or "en"
    with translation.override(code):
        context = {
            "headline": headline,
            "first": first,
            "steps": steps,
            "tongue": code,
            "phones": phones(),
        }
        response = render(request, "public/gone.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def phones() -> list[dict[str, Any]]:
    """List the helplines; a broken disk must not break the page that says so."""
    tag = language.tag()
    with contextlib.suppress(Exception):
        return [
            {
                "title": say(pack.recall.title, tag),
                "phone": pack.recall.phone,
                "hours": say(pack.recall.phone_hours, tag),
            }
            for pack in site.running()
        ]
    return []
