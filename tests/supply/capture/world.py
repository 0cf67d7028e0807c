"""A network, and documents that others send: plainly invented companies and keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from kaishu.supply.capture import actions
from kaishu.supply.capture.models import CaptureJob
from kaishu.supply.models import Network

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
CELLS, PACKS, PHONES = "4999901", "4999902", "4999903"  # company prefixes
LOT = f"urn:epc:class:lgtin:{CELLS}.000010.L77"
PACK = f"urn:epc:id:sgtin:{PACKS}.000020.P1"
PHONE = f"urn:epc:id:sgtin:{PHONES}.000030.S1"
CARTON = f"urn:epc:id:sscc:{PHONES}.0000000001"
SHOP = f"urn:epc:id:pgln:{PHONES}.00009"
PLANT = f"urn:epc:id:sgln:{PHONES}.00001.0"


def network(slug: str = "kumo") -> Network:
    """Open a network."""
    return Network.objects.create(slug=slug, name="Kumo", created_by="ada", created_at=AT)


def event(kind: str = "ObjectEvent", *, hour: int = 9, **more: Any) -> dict[str, Any]:
    """Write an event of some hour of 1 March 2026."""
    return {
        "type": kind,
        "eventTime": f"2026-03-01T{hour:02d}:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        **more,
    }


def made(*epcs: str, lot: str = "", **more: Any) -> dict[str, Any]:
    """Write that units came into being."""
    ilmd = {"ilmd": {"cbvmda:lotNumber": lot}} if lot else {}
    step = {"action": "ADD", "bizStep": "commissioning"}
    return event(epcList=list(epcs), **step, **ilmd, **more)


def document(*events: Any, context: Any = CONTEXT, **more: Any) -> dict[str, Any]:
    """Put events into a document."""
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T12:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **more,
    }


def send(
    where: Network,
    *events: Any,
    rollback: bool = False,
    party: str = "",
    by: str = "api:maker",
    context: Any = CONTEXT,
) -> CaptureJob:
    """Send a document and return its job."""
    body = json.dumps(document(*events, context=context)).encode()
    return actions.capture(network=where, body=body, rollback=rollback, party=party, by=by, at=AT)
