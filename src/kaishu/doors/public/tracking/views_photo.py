"""Pages that take a photo: as the answer to a question, or as one more thing to look at.

The file goes to a process of its own, which answers every form with a redirect; why a file was
refused travels as a closed code in the address, and is said by the page that it leads back to.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.base.uploads import upload_base
from kaishu.claims import owner
from kaishu.claims.views import UnitView
from kaishu.core.errors import Refusal
from kaishu.core.sentences import codes, sentence
from kaishu.core.stage import StageCode
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import act, asked, files, forms
from kaishu.doors.public.tracking.act import Act
from kaishu.doors.public.tracking.seat import Seat, unit_page
from kaishu.evidence.check import Limits

NO_FILE = "nothing_said"
TAKES_PHOTOS = (
    StageCode.IN_REVIEW,
    StageCode.CONTESTED,
    StageCode.QUESTION,
    StageCode.REFUSED,
)


@unit_page
def answer_photo(seat: Seat, unit: UnitView) -> HttpResponse:
    """Answer the reviewer's question by a photo."""
    question = asked.of(unit)
    if question is None or not question.photo:
        return act.changed(seat, unit)
    if seat.request.method != "POST":
        if unit.stage.code is not StageCode.QUESTION:
            return act.changed(seat, unit)
        page = Act(
            question=question.photo_words,
            lede=(question.sentence.text,),
            button=_("Send this photo"),
            more={"instead": "../", "kind": question.photo},
        )
        return _show(seat, unit, page)
    return _take(
        seat,
        unit,
        lambda: owner.answer(
            claim_unit_id=unit.claim_unit_id,
            evidence=(files.take(seat.request, kind=question.photo),),
            at=seat.at,
            seen=act.seen_of(seat.request),
        ),
        done="answer",
    )


@unit_page
def photo(seat: Seat, unit: UnitView) -> HttpResponse:
    """Add a photo while somebody can still look at it."""
    if unit.stage.code not in TAKES_PHOTOS:
        return act.changed(seat, unit)
    if seat.request.method != "POST":
        page = Act(
            question=_("Which photo would you like to add?"),
            lede=(_("The person who checks your claim will see it."),),
            button=_("Add this photo"),
            more={"kind": "unit_photo"},
        )
        return _show(seat, unit, page)
    return _take(
        seat,
        unit,
        lambda: owner.add_evidence(
            claim_unit_id=unit.claim_unit_id,
            evidence=(files.take(seat.request, kind="unit_photo"),),
        ),
        done="photo",
    )


def _take(seat: Seat, unit: UnitView, do: Callable[[], object], *, done: str) -> HttpResponse:
    """Run the act and redirect, with a closed code where it was refused."""
    try:
        do()
    except Refusal as refusal:
        return HttpResponseRedirect(f"{seat.request.path}?{urlencode({'refused': refusal.code})}")
    return seat.back(done=done, unit_no=unit.unit_no)


def _show(seat: Seat, unit: UnitView, page: Act) -> HttpResponse:
    return act.page(
        seat,
        page,
        forms.Nothing(),
        unit=unit,
        problems=_problems(seat.request.GET.get("refused", "")),
        action=upload_base(seat.request) + seat.request.path,
    )


def _problems(code: str) -> list[Problem]:
    if not code:
        return []
    if code == NO_FILE:
        return [Problem(f"id-{files.FIELD}", _("Choose a photo."))]
    facts = {
        "limit_mb": settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024),
        "limit_mpx": Limits().pixels // 1_000_000,
        "most": owner.MOST_FILES,
    }
    said = sentence(code if code in codes() else "refused", language.tag(), facts)
    return [Problem(f"id-{files.FIELD}", said.text, said.next)]
