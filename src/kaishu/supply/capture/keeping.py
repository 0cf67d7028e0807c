"""Keep checked events: each id once, all of a batch or nothing, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from kaishu.core.errors import Refusal
from kaishu.supply.capture import errors
from kaishu.supply.capture.checking import Checked
from kaishu.supply.capture.models import CapturedEvent, CaptureJob, EventValue, indexed
from kaishu.supply.capture.words import short

# The standard's names of what may be asked for, by the list that a thing stands in.
ASKED_AS = {
    "epcList": "epc",
    "childEPCs": "epc",
    "parentID": "parentID",
    "inputEPCList": "inputEPC",
    "outputEPCList": "outputEPC",
    "quantityList": "epcClass",
    "childQuantityList": "epcClass",
    "inputQuantityList": "inputEPCClass",
    "outputQuantityList": "outputEPCClass",
}
_AT_ONCE = 500
_EVENT = (
    "network_id", "job_id", "event_id", "declares_error", "tells", "type", "at", "recorded_at",
    "action", "biz_step", "disposition", "transformation", "said",
)  # fmt: skip
_VALUE = ("event_id", "name", "value")


@dataclass(slots=True)
class Kept:
    """What became of a batch. `refused` holds the place in the batch and the reason."""

    kept: int = 0
    known: int = 0
    refused: list[tuple[int, Refusal]] = field(default_factory=list)


def keep(job: CaptureJob, batch: Sequence[tuple[int, Checked]], at: datetime) -> Kept:
    """Keep a batch within the caller's transaction; what is known already is counted.

    `batch` has the number of each event in its document. Another request may bring the same event
    at the same moment: then the batch is looked at once more.
    """
    try:
        with transaction.atomic():
            return _keep(job, batch, at)
    except IntegrityError:
        with transaction.atomic():
            return _keep(job, batch, at)


def _keep(job: CaptureJob, batch: Sequence[tuple[int, Checked]], at: datetime) -> Kept:
    before = _before(job, batch)
    done = Kept()
    new: list[Checked] = []
    for number, each in batch:
        key = (each.event_id, each.declares_error)
        if key in before:
            if before[key][0] == each.tells:
                done.known += 1
            else:
                done.refused.append((number, errors.SameIdOther(event=each.event_id)))
            continue
        first = before.get((each.event_id, False))
        if each.declares_error and job.party and first and first[1] not in ("", job.by):
            done.refused.append((number, errors.NotYourEvent(event=each.event_id)))
            continue
        before[key] = (each.tells, job.by)
        new.append(each)
    if new:
        _write(job, new, at)
    done.kept = len(new)
    return done


def _write(job: CaptureJob, new: Sequence[Checked], at: datetime) -> None:
    """Insert rows as plain values: as objects of the models they would take three times as long."""
    time = connection.ops.adapt_datetimefield_value
    recorded = time(at)
    _insert(
        CapturedEvent,
        _EVENT,
        (
            (
                job.network_id, job.pk, each.event_id, each.declares_error, each.tells,
                each.facts.type, time(each.facts.at), recorded, each.facts.action,
                each.facts.biz_step, each.facts.disposition, each.facts.transformation, each.said,
            )
            for each in new
        ),
    )  # fmt: skip
    numbers = _numbers(job, new)
    _insert(
        EventValue,
        _VALUE,
        (
            (numbers[each.event_id, each.declares_error], name, indexed(value))
            for each in new
            for name, value in sorted(set(_named(each)))
        ),
    )


def _insert(
    model: type[CapturedEvent] | type[EventValue],
    names: tuple[str, ...],
    rows: Iterator[tuple[Any, ...]],
) -> None:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in names)
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})",  # noqa: S608 (names of our own columns)
            list(rows),
        )


def _numbers(job: CaptureJob, new: Sequence[Checked]) -> dict[tuple[str, bool], int]:
    """Return the numbers that the database gave to new events."""
    found: dict[tuple[str, bool], int] = {}
    for start in range(0, len(new), _AT_ONCE):
        names = [each.event_id for each in new[start : start + _AT_ONCE]]
        rows = CapturedEvent.objects.filter(network_id=job.network_id, event_id__in=names)
        found.update(
            ((name, wrong), number)
            for name, wrong, number in rows.values_list("event_id", "declares_error", "pk")
        )
    return found


def _before(
    job: CaptureJob, batch: Sequence[tuple[int, Checked]]
) -> dict[tuple[str, bool], tuple[str, str]]:
    """Return (tells, who sent it) of the events that are there already."""
    names = list({each.event_id for _, each in batch})
    found: dict[tuple[str, bool], tuple[str, str]] = {}
    for start in range(0, len(names), _AT_ONCE):
        rows = CapturedEvent.objects.filter(
            network_id=job.network_id, event_id__in=names[start : start + _AT_ONCE]
        ).values_list("event_id", "declares_error", "tells", "job__by")
        found.update({(name, wrong): (tells, by) for name, wrong, tells, by in rows})
    return found


def _named(each: Checked) -> Iterator[tuple[str, str]]:
    facts, event = each.facts, each.event
    for thing in facts.things:
        yield ASKED_AS[thing.field], thing.name.code
    for name, value in (("readPoint", facts.read_point), ("bizLocation", facts.biz_location)):
        if value:
            yield name, value
    for kind, value in facts.sources.items():
        yield f"source_{kind}", value
    for kind, value in facts.destinations.items():
        yield f"destination_{kind}", value
    for each_ in event.get("bizTransactionList", ()):
        yield f"bizTransaction_{short(each_.get('type', ''))}", each_["bizTransaction"]
    for way, words in event.get("persistentDisposition", {}).items():
        if way in ("set", "unset"):
            yield from ((f"persistentDisposition_{way}", short(word)) for word in words)
    for corrective in event.get("errorDeclaration", {}).get("correctiveEventIDs", ()):
        yield "correctiveEventID", corrective
