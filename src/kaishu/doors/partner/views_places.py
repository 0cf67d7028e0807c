"""Who works where: collectors are tied to their sites, recyclers' people to their company."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem
from kaishu.base.roles import Role, staff
from kaishu.doors.partner import frame
from kaishu.returns import actions as returns
from kaishu.returns import workplaces

PARTNERS = (Role.COLLECTOR.value, Role.RECYCLER.value)


@staff(*frame.TIE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def places(request: HttpRequest) -> HttpResponseBase:
    """List the ties; the POST makes or ends one."""
    recalls = frame.running()
    parties = frame.parties(recalls, *frame.SITES, "recycler")
    accounts = list(
        User.objects.filter(groups__name__in=PARTNERS, is_active=True)
        .order_by("username")
        .distinct()
        .values_list("username", flat=True)
    )
    problems: list[Problem] = []
    if request.method == "POST":
        by, now = request.user.get_username(), clock.now()
        account, party = request.POST.get("account", ""), request.POST.get("party", "")
        if request.POST.get("do") == "untie":
            tie = frame.row_id(request.POST.get("tie", ""))
            returns.untie(workplace_id=tie, by=by, at=now)
            desk.say_next(request, _("The tie has ended."))
            return HttpResponseRedirect("/depot/places/")
        if account not in accounts:
            problems.append(Problem(_("Choose the account."), "", "id-account"))
        if party not in {each.code for each in parties}:
            problems.append(Problem(_("Choose the site or the recycler."), "", "id-party"))
        if not problems:
            returns.tie(account=account, party=party, by=by, at=now)
            desk.say_next(request, _("Recorded. It holds from the next scan on."))
            return HttpResponseRedirect("/depot/places/")
    names = {party.code: party.name for party in parties}
    ties = workplaces.ties()
    header = (_("Account"), _("Works at"), _("Since"), _("Tied by"))
    rows = (
        (tie.account, names.get(tie.party, tie.party), tie.tied_at.isoformat(), tie.tied_by)
        for tie in ties
    )
    file = exports.offered(request, name="workplaces", header=header, rows=rows)
    if file is not None:
        return file
    tied = {tie.account for tie in ties}
    context = {
        "ties": [{"tie": tie, "name": names.get(tie.party, tie.party)} for tie in ties],
        "accounts": accounts,
        "untied": [account for account in accounts if account not in tied],
        "parties": parties,
        "typed": request.POST,
    }
    return frame.show(request, "partner/places.html", context, problems=problems)
