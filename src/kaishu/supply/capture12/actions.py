"""Take an EPCIS 1.x file in: its events through the capture of EPCIS 2.0, its master data as names.

Events go in batches, each with a capture job of its own and in one transaction: a load that is
killed has kept whole batches, and the same file again finds them by their ids or their hashes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kaishu.supply.capture import actions as capturing
from kaishu.supply.capture import masters
from kaishu.supply.capture.loading import BadEvent, Taken
from kaishu.supply.capture12 import reading, shaping
from kaishu.supply.capture12.reading import Found, Reader
from kaishu.supply.models import Network

BATCH = capturing.AT_ONCE
BYTES_PER_EVENT = 1200  # a guess, for the bar only
Note = Callable[[BadEvent], None]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class _Batch:
    found: list[Found] = field(default_factory=list)
    first: int = 0


def load_xml(
    *,
    network: Network,
    path: Path,
    dry_run: bool = False,
    by: str,
    at: datetime,
    note: Note,
    progress: Progress,
) -> Taken:
    """Read a file to its end; `note` hears of each event that was refused.

    `dry_run` only reads. Raises XmlBroken, DoctypeRefused, XmlTooBig, NotEpcis, and what capture
    says of a document; batches before that place are kept.
    """
    reader, taken, batch = Reader(), Taken(), _Batch()
    about = max(1, path.stat().st_size // BYTES_PER_EVENT)
    for found in reader.read(path):
        if found.kind == reading.MASTER:
            taken.names += 0 if dry_run else _name(network, found)
            continue
        taken.events += 1
        batch.found.append(found)
        if len(batch.found) == BATCH:
            _capture(network, reader, batch, taken, dry_run, by, at, note)
            progress("events", taken.events, max(about, taken.events))
    _capture(network, reader, batch, taken, dry_run, by, at, note)
    return taken


def _capture(
    network: Network,
    reader: Reader,
    batch: _Batch,
    taken: Taken,
    dry_run: bool,
    by: str,
    at: datetime,
    note: Note,
) -> None:
    if batch.found and not dry_run:
        body = shaping.document(
            [shaping.event(each.node) for each in batch.found], reader.namespaces, at
        )
        job = capturing.capture(network=network, body=body, rollback=False, party="", by=by, at=at)
        taken.kept, taken.known = taken.kept + job.kept, taken.known + job.known
        taken.refused += job.refused
        for each in job.errors:
            place = int(str(each["pointer"]).split("/")[3])
            number = batch.first + place + 1
            note(BadEvent(number, batch.found[place].line, each["code"], each["facts"]))
    batch.first += len(batch.found)
    batch.found.clear()


def _name(network: Network, found: Found) -> int:
    said = {
        masters.last_word(each.attributes.get("id", "")): each.text.strip()
        for each in found.node.children
        if each.name == "attribute"
    }
    return masters.name_one(network, found.vocabulary, found.node.attributes.get("id", ""), said)
