"""Refuse forms that another website sent, on pages whose address is itself the secret.

A draft or a claim is opened by its address alone, so that lost cookies and sessions lose nothing.
Django's form token lives in a cookie and would bring that trap back. The browser's own word about
where a form came from needs no cookie, so it decides instead:

    @same_site.guarded
    def photo(request: HttpRequest, tongue: str, token: str) -> HttpResponse: ...

`Sec-Fetch-Site: cross-site` is refused. Where it is absent (browsers before 2023, plain http in a
local network, in-app browsers), an `Origin` with a host that is not ours is refused. A browser
that says neither is let in, and so is `Origin: null`, which our own referrer policy makes browsers
send when a form goes to the upload origin: who knows the address may act, and nobody else does.
Source: W3C Fetch Metadata; OWASP CSRF prevention cheat sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import split_domain_port, validate_host
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
READS = frozenset({"GET", "HEAD", "OPTIONS"})
# The failure page of settings tells these two apart.
FROM_ANOTHER_SITE = "from another site"


def guarded(view: View) -> View:
    """Let a page be sent without a form token, but never by another website."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in READS and not from_this_site(request):
            return from_another_site(request)
        return view(request, *args, **kwargs)

    return cast("View", csrf_exempt(checked))


def from_another_site(request: HttpRequest) -> HttpResponseBase:
    """Refuse a form that another website sent."""
    refuse: Callable[..., HttpResponseBase] = import_string(settings.CSRF_FAILURE_VIEW)
    return refuse(request, reason=FROM_ANOTHER_SITE)


def from_this_site(request: HttpRequest) -> bool:
    """Say whether nothing speaks against the request having come from one of our own pages."""
    place = request.headers.get("Sec-Fetch-Site", "")
    if place in ("same-origin", "none"):
        return True
    return place != "cross-site" and _is_ours(request.headers.get("Origin", ""))


def _is_ours(origin: str) -> bool:
    if origin in ("", "null"):
        return True
    try:
        host = split_domain_port(urlsplit(origin).netloc)[0]
    except ValueError:  # an address that nobody could open
        return False
    own = [settings.KAISHU_PUBLIC_URL, settings.KAISHU_UPLOAD_ORIGIN]
    named = {split_domain_port(urlsplit(each).netloc)[0] for each in own} - {""}
    return bool(host) and (host in named or validate_host(host, settings.ALLOWED_HOSTS))


def own_referrer(request: HttpRequest) -> str:
    """Return the path of the page of ours that led here; "" when another or none did."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if came.netloc != request.get_host() or not came.path.startswith("/"):
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path
