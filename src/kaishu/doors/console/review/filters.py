"""The filter of a review queue: read from an address, said in words, laid over claim units."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from kaishu.claims.facts import EVIDENCE_KINDS
from kaishu.claims.models import ClaimUnit, Evidence
from kaishu.core.recall import LANGUAGES
from kaishu.core.verdict import Answer
from kaishu.doors.console import amounts, frame
from kaishu.editions import queries as editions
from kaishu.reports.dashboard.work import AGES as WAITED
from kaishu.reports.dashboard.work import age_filter

AGES = ("overdue", "soon", *WAITED)
SOON = timedelta(days=1)
YES_NO = ("yes", "no")
ME, NOBODY = "me", "nobody"
AMOUNTS = ("least", "most")
_NAME = re.compile(r"[\w.@+-]{1,150}")
_PLAIN = re.compile(r"[^\x00-\x1f]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a queue is narrowed to; an empty field narrows nothing.

    Amounts are bare numbers in the currency of each recall: "200" is 200 yuan, or 200 yen.
    """

    recall: str = ""
    product: str = ""
    verdict: str = ""
    age: str = ""
    contested: str = ""
    evidence: str = ""
    remedy: str = ""
    who: str = ""
    language: str = ""
    least: str = ""
    most: str = ""

    def query(self) -> str:
        """Return the filter as part of an address."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return urlencode({name: value for name, value in said.items() if value})

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return bool(self.query())


def read(given: Mapping[str, str]) -> Filter:
    """Return the filter that an address names; what is not one of its words is left out."""
    words = {
        "verdict": tuple(str(answer) for answer in Answer),
        "age": AGES,
        "contested": YES_NO,
        "evidence": (*YES_NO, *EVIDENCE_KINDS),
        "language": LANGUAGES,
    }
    patterns = {"recall": _NAME, "who": _NAME, "product": _PLAIN, "remedy": _PLAIN}
    found = {}
    for name in (each.name for each in fields(Filter)):
        value = given.get(name, "").strip()
        if name in words:
            known = value in words[name]
        elif name in patterns:
            known = patterns[name].fullmatch(value) is not None
        else:
            value = amounts.plain(value)
            known = bool(value)
        if known:
            found[name] = value
    return Filter(**found)


def unread(given: Mapping[str, str]) -> list[str]:
    """Name the amounts that were typed and are none, so that the page can say so."""
    return [
        name for name in AMOUNTS if given.get(name, "").strip() and not amounts.plain(given[name])
    ]


def narrow(
    rows: QuerySet[ClaimUnit], chosen: Filter, *, by: str, at: datetime
) -> QuerySet[ClaimUnit]:
    """Return the claim units that a filter leaves, for whoever asks, at this moment."""
    plain = {
        "product": chosen.product,
        "verdict_answer": chosen.verdict,
        "remedy": chosen.remedy,
        "claim__language": chosen.language,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if chosen.recall:
        known = {row.slug: row.id for row in editions.recall_rows()}
        rows = rows.filter(recall_id=known.get(chosen.recall, 0))
    if chosen.contested:
        rows = rows.filter(contested=chosen.contested == "yes")
    if chosen.who:
        whose = {ME: by, NOBODY: ""}.get(chosen.who, chosen.who)
        rows = rows.filter(assigned_to=whose)
    if chosen.evidence:
        rows = rows.filter(_evidence(chosen.evidence))
    if chosen.least or chosen.most:
        rows = rows.filter(_amounts(chosen.least, chosen.most))
    return rows.filter(_age(chosen.age, at)) if chosen.age else rows


def _amounts(least: str, most: str) -> Q:
    """Return which units cost so much, each in the currency of its recall."""
    found = Q(pk__in=[])
    for row in editions.recall_rows():
        edition = editions.current_edition(row.slug)
        if edition is None:
            continue
        currency = frame.recall_of(edition.id).currency
        fits = Q(recall_id=row.id)
        if least:
            fits &= Q(order_amount__gte=math.ceil(amounts.minor_of(least, currency)))
        if most:
            fits &= Q(order_amount__lte=math.floor(amounts.minor_of(most, currency)))
        found |= fits
    return found


def _evidence(wanted: str) -> Q:
    files = Evidence.objects.filter(claim=OuterRef("claim_id"), erased=None).filter(
        Q(claim_unit=OuterRef("id")) | Q(claim_unit=None)
    )
    if wanted in EVIDENCE_KINDS:
        return Q(Exists(files.filter(kind=wanted)))
    return Q(Exists(files)) if wanted == "yes" else ~Q(Exists(files))


def _age(wanted: str, at: datetime) -> Q:
    """Return which units are of an age: waiting so long, past their promise, or nearly so."""
    if wanted in WAITED:
        return age_filter(wanted, at)
    found = Q(pk__in=[])
    for recall_id, days in promised_days().items():
        promise = timedelta(days=days)
        late = Q(recall_id=recall_id, waits_since__lt=at - promise)
        if wanted == "soon":
            late = Q(
                recall_id=recall_id,
                waits_since__gte=at - promise,
                waits_since__lt=at - promise + SOON,
            )
        found |= late
    return found


def promised_days() -> dict[int, int]:
    """Return the days within which each recall promised to look at a claim, where it did."""
    found = {}
    for row in editions.recall_rows():
        edition = editions.current_edition(row.slug)
        days = frame.recall_of(edition.id).service.review_days if edition else None
        if days is not None:
            found[row.id] = days
    return found
