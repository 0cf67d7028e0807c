"""The one box at the top of every staff page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from kaishu.base.roles import Role, staff
from kaishu.doors.console import frame
from kaishu.doors.console.hotline import finding


@staff(*Role, own=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find anything by what is typed; a whole number opens its page.

    By POST, because what callers say of themselves belongs in no address and no access log; it
    changes nothing, so that those who only read may use it too.
    """
    typed = request.POST.get("q", "").strip()[:200]
    found = finding.find(request, typed)
    if found.only:
        return HttpResponseRedirect(found.only)
    context = {
        "typed": typed,
        "found": found,
        "personal": frame.may(request, frame.REVEAL),
        "follows": frame.may(request, frame.CALLS),
    }
    response = frame.show(request, "console/hotline/find.html", context)
    response["Cache-Control"] = "no-store"
    return response
