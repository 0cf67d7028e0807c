"""The incident reports of a recall whose unit is known, as units of a network.

Incidents and claims know serials, a network knows codes; only a door sees both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kaishu.claims.models import ClaimUnit
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import unit
from kaishu.incidents.models import Incident
from kaishu.incidents.severity import Severity
from kaishu.supply.models import Item, Network

MOST = 500


@dataclass(frozen=True, slots=True)
class Report:
    """One incident. `code` is empty where no record of the network knows its unit, `serial` where
    the report names none."""

    number: str
    severity: Severity
    product: str
    serial: str
    code: str
    known_at: datetime

    @property
    def dangerous(self) -> bool:
        """Say whether somebody was hurt, or something burnt or smoked."""
        return self.severity >= Severity.HEAT


def reports(graph: Graph, network: Network, slug: str) -> list[Report]:
    """Return a recall's incident reports, the worst first, each with its unit where it is known."""
    rows = list(Incident.objects.filter(recall_slug=slug).order_by("-known_at", "-id")[:MOST])
    serials = _serials(rows)
    items: dict[str, list[str]] = {}
    for item in Item.objects.filter(network=network).exclude(model=""):
        items.setdefault(item.model, []).append(item.code)
    found = []
    for row in rows:
        serial, product = serials.get((row.case_no, row.unit_no), ("", row.product))
        codes = [unit(item, serial) for item in items.get(product, ()) if serial]
        code = next((each for each in codes if graph.number(each) is not None), "")
        found.append(Report(row.number, row.severity, product, serial, code, row.known_at))
    return sorted(found, key=lambda each: (-each.severity, each.code == ""))


def _serials(rows: list[Incident]) -> Mapping[tuple[str, int | None], tuple[str, str]]:
    """Return the serial and the model of each claim unit that a report is about."""
    cases = {row.case_no for row in rows if row.case_no}
    units = ClaimUnit.objects.filter(claim__case_no__in=cases).exclude(serial="")
    told = units.values_list("claim__case_no", "unit_no", "serial", "product")
    return {(case_no, unit_no): (serial, product) for case_no, unit_no, serial, product in told}
