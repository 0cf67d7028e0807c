"""Ask again who sits there before an act that cannot be taken back.

    @staff(*frame.APPROVE)
    @fresh_sign_in
    @require_http_methods(["GET", "HEAD", "POST"])
    def approve(request: HttpRequest, batch_id: int) -> HttpResponse: ...

Whoever proved themself within ten minutes (sign-in or second step) notices nothing. Otherwise a
page leads to the question and back to itself, and a form is refused with 403 and the code
`sign_in_again`: a session left open on a desk approves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kaishu.base import clock
from kaishu.base.access import sign_ins
from kaishu.base.access.errors import SignInAgain
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import FRESH_MARK
from kaishu.base.same_site import own_referrer

__all__ = ["SignInAgain", "fresh_sign_in", "is_fresh"]

View = Callable[..., HttpResponseBase]
AGAIN = "/staff/again/"


def fresh_sign_in(view: View) -> View:
    """Let a view run only for somebody who proved within ten minutes that it is them."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(_again(request.get_full_path()))
        back = own_referrer(request) or "/staff/"
        return refusal_page(request, SignInAgain(), status=403, href=_again(back))

    setattr(asked, FRESH_MARK, True)
    return asked


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the person behind a request proved themself within ten minutes."""
    if not request.user.is_authenticated:
        return False
    at = clock.now()
    row = sign_ins.current(request, at)
    return row is not None and sign_ins.is_fresh(row, at)


def _again(back: str) -> str:
    return f"{AGAIN}?{urlencode({'next': back})}"
