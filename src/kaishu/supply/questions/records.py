"""Who recorded an act: the event or the row of a link file that it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kaishu.supply.capture.models import CapturedEvent
from kaishu.supply.links.models import LinkFile
from kaishu.supply.models import Network

LINK = "link:"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who brought a record in and when. `file` and `row` name a row of a link file, else the
    record is the event that the act's key names."""

    by: str
    at: datetime
    file: str = ""
    row: str = ""


def recorded(network: Network, keys: Iterable[str]) -> Mapping[str, Recorded]:
    """Return who recorded acts, by their keys; what nobody knows any more is left out."""
    asked = list(dict.fromkeys(keys))
    links = {key: _place(key) for key in asked if key.startswith(LINK)}
    events = [key for key in asked if key not in links]
    found: dict[str, Recorded] = {}
    numbers = {int(number) for number, _row in links.values() if number.isdecimal()}
    files = {str(row.pk): row for row in LinkFile.objects.filter(network=network, pk__in=numbers)}
    for key, (number, row) in links.items():
        if file := files.get(number):
            found[key] = Recorded(file.by, file.at, file.name, row)
    rows = CapturedEvent.objects.filter(network=network, event_id__in=events)
    for event in rows.select_related("job").order_by("pk"):
        found.setdefault(event.event_id, Recorded(event.job.by, event.recorded_at))
    return found


def _place(key: str) -> tuple[str, str]:
    _link, number, row = (*key.split(":", 2), "", "")[:3]
    return number, row
