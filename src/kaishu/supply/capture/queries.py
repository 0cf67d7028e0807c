"""Find captured events, and write them out as they came in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kaishu.base.models import Job
from kaishu.supply.capture import errors
from kaishu.supply.capture.actions import KIND
from kaishu.supply.capture.models import CapturedEvent, CaptureJob, EventValue, Speaker
from kaishu.supply.capture.parameters import Query
from kaishu.supply.models import Network

CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"


@dataclass(frozen=True, slots=True)
class Ended:
    """When a job ended that its worker could not carry to its end."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order, and after how many more follow (0 = none)."""

    rows: Sequence[CapturedEvent]
    following: int


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


def find(rows: QuerySet[CapturedEvent], query: Query, *, start: int, count: int) -> Page:
    """Return `count` events of a question after the first `start`. Raises QueryWrong."""
    found = _matching(rows, query)
    if query.most and found[: query.most + 1].count() > query.most:
        raise errors.QueryWrong(parameter="maxEventCount", reason="there are more events")
    order = "recorded_at" if query.by_record_time else "at"
    sign = "" if query.ascending else "-"
    ordered = found.select_related("job").order_by(f"{sign}{order}", f"{sign}id")
    end = start + count
    if query.limit:
        end = min(end, query.limit)
    part = list(ordered[start : end + 1])
    more = len(part) > end - start and not (query.limit and end >= query.limit)
    return Page(part[: max(0, end - start)], end if more else 0)


def _matching(rows: QuerySet[CapturedEvent], query: Query) -> QuerySet[CapturedEvent]:
    rows = rows.filter(**query.columns)
    if query.declares_error is not None:
        rows = rows.filter(declares_error=query.declares_error)
    for each in query.values:
        fits = Q(value__in=each.exact)
        for beginning in each.beginnings:
            fits |= Q(value__startswith=beginning)
        named = EventValue.objects.filter(fits, event=OuterRef("pk"), name__in=each.names)
        rows = rows.filter(Exists(named))
    return rows


def event(rows: QuerySet[CapturedEvent], event_id: str) -> Sequence[CapturedEvent]:
    """Return the event of an id, and the declaration that voids it. Raises EventUnknown."""
    found = list(rows.filter(event_id=event_id).select_related("job").order_by("id")[:2])
    if not found:
        raise errors.EventUnknown
    return found


def query_document(rows: Sequence[CapturedEvent], *, at: datetime) -> Mapping[str, Any]:
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
                "queryName": "SimpleEventQuery",
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
