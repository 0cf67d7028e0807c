"""Sign in with a name and a password, and sign out again."""

from __future__ import annotations

from django.contrib import auth
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base.desk import Problem
from kaishu.base.roles import open_to_all


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a wrong pair does not say which of the two was wrong."""
    fields = request.POST if request.method == "POST" else request.GET
    back = _own_page(request, fields.get(REDIRECT_FIELD_NAME, ""))
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(back)
        return _ask(request, back, "", [])
    name = request.POST.get("username", "")
    user = auth.authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is None:
        wrong = Problem(
            _("This name and password do not go together."),
            _("Type both again. If you forgot the password, ask an administrator."),
            "id-username",
        )
        return _ask(request, back, name, [wrong])
    auth.login(request, user)
    return HttpResponseRedirect(back)


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return HttpResponseRedirect("/staff/sign-in/")


def _ask(request: HttpRequest, back: str, name: str, problems: list[Problem]) -> HttpResponse:
    context = {"back": back, "name": name, "problems": problems}
    status = 422 if problems else 200
    return render(request, "console/sign_in.html", context, status=status)


def _own_page(request: HttpRequest, back: str) -> str:
    own = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if own else "/staff/"
