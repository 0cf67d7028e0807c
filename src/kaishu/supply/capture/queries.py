"""Find captured events, and write them out as they came in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet

from kaishu.base.models import Job
from kaishu.supply.capture import errors
from kaishu.supply.capture.actions import KIND
from kaishu.supply.capture.event_hash import Spaces, spaces_of
from kaishu.supply.capture.models import CapturedEvent, CaptureJob, EventValue, Speaker
from kaishu.supply.capture.parameters import Query, Values
from kaishu.supply.models import Network, Partner

LOOKED = 20_000  # texts of events that one page looks into
STEP = 500
CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"


@dataclass(frozen=True, slots=True)
class Ended:
    """When a job ended that its worker could not carry to its end."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """How far an answer was read: events up to `newest` (a row number) were here at its start."""

    newest: int
    looked: int = 0
    matched: int = 0

    @property
    def number(self) -> int:
        """Return the place as one number."""
        return (self.newest << 80) + (self.looked << 40) + self.matched

    @classmethod
    def of(cls, number: int) -> Place:
        """Return the place of a number."""
        low = (1 << 40) - 1
        return cls(number >> 80, number >> 40 & low, number & low)


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order, and where more follow (None = nowhere)."""

    rows: Sequence[CapturedEvent]
    following: Place | None


def network_of(slug: str, party: str) -> Network:
    """Return the network that a sender means. Raises NetworkNeeded.

    Without a name it is the only one there is, or the only one in which the party may speak.
    """
    rows = Network.objects.filter(slug=slug) if slug else Network.objects.all()
    found = list(rows[:2])
    if not slug and len(found) > 1 and party:
        spoken = Speaker.objects.filter(party=party).values("network")
        found = list(Network.objects.filter(id__in=spoken)[:2])
    if len(found) != 1:
        raise errors.NetworkNeeded
    return found[0]


def jobs_of(by: str, *, party: str) -> QuerySet[CaptureJob]:
    """Return the jobs that a sender may see: a site's its own, the maker's all."""
    rows = CaptureJob.objects.filter(by=by) if party else CaptureJob.objects.all()
    return rows.order_by("id")


def job(number: str, *, by: str, party: str) -> CaptureJob:
    """Return one of them. Raises JobUnknown."""
    found = jobs_of(by, party=party).filter(number=number).first()
    if found is None:
        raise errors.JobUnknown
    return found


def given_up(row: CaptureJob) -> Ended | None:
    """Return how the worker gave a job up, or None where it did not."""
    if row.finished_at is not None:
        return None
    over = Job.objects.filter(kind=KIND, key=f"{KIND}:{row.number}").exclude(state__in=Job.ALIVE)
    found = over.values_list("finished_at").first()
    return Ended(found[0]) if found and found[0] else None


def seen_by(network: Network, *, by: str, party: str) -> QuerySet[CapturedEvent]:
    """Return the events that a caller may read: a site those it sent, the maker all."""
    rows = CapturedEvent.objects.filter(network=network)
    return rows.filter(job__by=by) if party else rows


def find(
    rows: QuerySet[CapturedEvent], query: Query, *, start: Place | None = None, count: int
) -> Page:
    """Return `count` events of a question from a place on. Raises QueryWrong, QueryTooLarge.

    All pages show what was here when the first was asked for. Where the text of events must be
    looked into, a page ends after LOOKED of them, even if it holds few or none.
    """
    place = start or Place(newest=_newest(rows))
    found = matching(rows.filter(pk__lte=place.newest), query)
    if query.most:
        _not_too_many(found, query)
    order = "recorded_at" if query.by_record_time else "at"
    sign = "" if query.ascending else "-"
    ordered = found.select_related("job").order_by(f"{sign}{order}", f"{sign}id")
    if query.limit:
        count = min(count, query.limit - place.matched)
    taken: list[CapturedEvent] = []
    looked = 0
    while len(taken) < count and looked < LOOKED:
        step = min(STEP, LOOKED - looked) if query.fields else count
        begin = place.looked + looked
        part = list(ordered[begin : begin + step + 1])
        more = len(part) > step
        for row in part[:step]:
            looked += 1
            if fits(row, query):
                taken.append(row)
                if len(taken) == count:
                    more = more or row is not part[-1]
                    break
        if not more:
            return Page(taken, None)
    matched = place.matched + len(taken)
    if query.limit and matched >= query.limit:
        return Page(taken, None)
    return Page(taken, Place(place.newest, place.looked + looked, matched))


def fits(row: CapturedEvent, query: Query) -> bool:
    """Say whether the text of an event fits a question."""
    if not query.fields:
        return True
    event, spaces = read_text(row.said), _spaces(row.job.context)
    return all(each.fits(event, spaces) for each in query.fields)


def read_text(said: str) -> Any:
    """Return an event from its kept text."""
    try:
        return orjson.loads(said)
    except ValueError:  # a whole number of more than 64 bits
        return json.loads(said)


@lru_cache(maxsize=200)
def _spaces(context: str) -> Spaces:
    return spaces_of(json.loads(context))


def _newest(rows: QuerySet[CapturedEvent]) -> int:
    return int(rows.order_by("-pk").values_list("pk", flat=True).first() or 0)


def _not_too_many(found: QuerySet[CapturedEvent], query: Query) -> None:
    """Raise QueryTooLarge where more than `query.most` events fit."""
    if not query.fields:
        if found[: query.most + 1].count() > query.most:
            raise errors.QueryTooLarge(most=query.most)
        return
    matched = 0
    rows = found.select_related("job").order_by("pk")[: 10 * LOOKED + 1]
    for number, row in enumerate(rows.iterator(chunk_size=STEP), start=1):
        matched += fits(row, query)
        if matched > query.most or number > 10 * LOOKED:
            raise errors.QueryTooLarge(most=query.most)


def matching(rows: QuerySet[CapturedEvent], query: Query) -> QuerySet[CapturedEvent]:
    """Return the events that fit as far as the database can tell."""
    rows = rows.filter(**query.columns)
    if query.declares_error is not None:
        rows = rows.filter(declares_error=query.declares_error)
    for each in query.values:
        fit = Q(value__in=[*each.exact, *_belonging(each)])
        for beginning in each.beginnings:
            fit |= Q(value__startswith=beginning)
        named = EventValue.objects.filter(fit, event=OuterRef("pk"), name__in=each.names)
        rows = rows.filter(Exists(named))
    for condition in query.fields:
        texts = Q()
        for text in condition.texts():
            texts |= Q(said__contains=text)
        rows = rows.filter(texts)
    return rows


def _belonging(each: Values) -> list[str]:
    """Return the places that belong to others, at any depth."""
    found: set[str] = set()
    above = set(each.exact) if each.below else set()
    while above:
        rows = Partner.objects.filter(belongs_to__in=above).values_list("code", flat=True)
        above = set(rows) - found
        found |= above
    return sorted(found)


def event(rows: QuerySet[CapturedEvent], event_id: str) -> Sequence[CapturedEvent]:
    """Return the event of an id, and the declaration that voids it. Raises EventUnknown."""
    found = list(rows.filter(event_id=event_id).select_related("job").order_by("id")[:2])
    if not found:
        raise errors.EventUnknown
    return found


def query_document(
    rows: Sequence[CapturedEvent], *, at: datetime, name: str = ""
) -> Mapping[str, Any]:
    """Return events as an EPCISQueryDocument: as they were sent, with their time of record.

    An event without an id shows the hash that it is found by. @context holds what all documents
    of the page explain; where two explain one prefix in two ways, their events carry their own.
    """
    contexts = [json.loads(row.job.context) for row in rows]
    shared, fits = _shared(contexts)
    events = []
    for row, context, whole in zip(rows, contexts, fits, strict=True):
        said = json.loads(row.said)
        said["recordTime"] = _time(row.recorded_at)
        said.setdefault("eventID", row.event_id)
        if not whole:
            own = said.get("@context", [])
            said["@context"] = [*_parts(context), *_parts(own)]
        events.append(said)
    return {
        "@context": shared,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(at),
        "epcisBody": {
            "queryResults": {
                "queryName": name or "SimpleEventQuery",
                "resultsBody": {"eventList": events},
            }
        },
    }


def _shared(contexts: Sequence[object]) -> tuple[list[object], list[bool]]:
    parts: list[object] = []
    terms: dict[str, object] = {}
    fits = []
    for context in contexts:
        mine = _parts(context)
        named = {k: v for part in mine if isinstance(part, dict) for k, v in part.items()}
        whole = all(terms.get(name, value) == value for name, value in named.items())
        fits.append(whole)
        if whole:
            terms.update(named)
            parts += [part for part in mine if part not in parts]
    return (parts or [CONTEXT]), fits


def _parts(context: object) -> list[object]:
    return context if isinstance(context, list) else [context]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
