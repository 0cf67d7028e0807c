"""Every kind of job that the worker can run. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.base.jobs import JobKind
from kaishu.base.jobs.run import run_due
from kaishu.claims.bulk.run import BULK_DECIDE, BULK_UNDO
from kaishu.claims.imports.run import CLAIMS_IMPORT, CLAIMS_IMPORT_CHECK
from kaishu.editions.imports.upload import SERIAL_LIST
from kaishu.returns.kit_jobs import KITS_SENT
from kaishu.supply.capture.tasks import EPCIS_CAPTURE
from kaishu.supply.links.tasks import EPCIS12_LOAD, LINK_LOAD, LINK_TRY

_ALL: tuple[JobKind, ...] = (
    BULK_DECIDE,
    BULK_UNDO,
    KITS_SENT,
    SERIAL_LIST,
    CLAIMS_IMPORT,
    CLAIMS_IMPORT_CHECK,
    EPCIS_CAPTURE,
    LINK_TRY,
    LINK_LOAD,
    EPCIS12_LOAD,
)
KINDS: Mapping[str, JobKind] = {kind.name: kind for kind in _ALL}


def run_jobs(*, at: datetime) -> dict[str, int]:
    """Run what waits for a few seconds; what is left goes on in the next round."""
    return run_due(at=at, kinds=KINDS)
