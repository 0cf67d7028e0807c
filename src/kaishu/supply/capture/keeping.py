"""Keep checked events: each id once, all of a batch or nothing, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

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
_AT_ONCE = 2000


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
    new: list[tuple[CapturedEvent, Checked]] = []
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
        new.append((_row(job, each, at), each))
    CapturedEvent.objects.bulk_create([row for row, _ in new], batch_size=_AT_ONCE)
    values = [value for row, each in new for value in _values(row, each)]
    EventValue.objects.bulk_create(values, batch_size=_AT_ONCE)
    done.kept = len(new)
    return done


def _before(
    job: CaptureJob, batch: Sequence[tuple[int, Checked]]
) -> dict[tuple[str, bool], tuple[str, str]]:
    """Return (tells, who sent it) of the events that are there already."""
    names = list({each.event_id for _, each in batch})
    found: dict[tuple[str, bool], tuple[str, str]] = {}
    for start in range(0, len(names), 500):
        rows = CapturedEvent.objects.filter(
            network_id=job.network_id, event_id__in=names[start : start + 500]
        ).values_list("event_id", "declares_error", "tells", "job__by")
        found.update({(name, wrong): (tells, by) for name, wrong, tells, by in rows})
    return found


def _row(job: CaptureJob, each: Checked, at: datetime) -> CapturedEvent:
    facts = each.facts
    return CapturedEvent(
        network_id=job.network_id,
        job=job,
        event_id=each.event_id,
        declares_error=each.declares_error,
        tells=each.tells,
        type=facts.type,
        at=facts.at,
        recorded_at=at,
        action=facts.action,
        biz_step=facts.biz_step,
        disposition=facts.disposition,
        transformation=facts.transformation,
        said=each.said,
    )


def _values(row: CapturedEvent, each: Checked) -> Iterator[EventValue]:
    for name, value in sorted(set(_named(each))):
        yield EventValue(event=row, name=name, value=indexed(value))


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
