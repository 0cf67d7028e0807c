"""Take an EPCIS 1.x file in: its events through the capture of EPCIS 2.0, its master data as names.

Events go in batches, each with a capture job of its own and in one transaction: a load that is
killed has kept whole batches, and the same file again finds them by their ids or their hashes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc
from kaishu.core.genealogy.things import Kind
from kaishu.supply.capture import actions as capturing
from kaishu.supply.capture12 import reading, shaping
from kaishu.supply.capture12.reading import Found, Reader
from kaishu.supply.models import Item, ItemKind, Network, Partner, PartnerRole

BATCH = capturing.AT_ONCE
BYTES_PER_EVENT = 1200  # a guess, for the bar only
Note = Callable[["BadEvent"], None]
Progress = Callable[[str, int, int], None]
_NAMES = ("name", "descriptionShort", "tradeItemDescription", "regulatedProductName")


@dataclass(frozen=True, slots=True)
class BadEvent:
    """One event that was refused: which of the file, from which line, why."""

    number: int
    line: int
    code: str
    facts: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Taken:
    """What came of a file."""

    events: int = 0
    kept: int = 0
    known: int = 0
    refused: int = 0
    names: int = 0


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
    """Keep what a master data element calls a class, a place or a party, where nobody named it."""
    said = {
        each.attributes.get("id", "").replace("#", ":").rpartition(":")[2]: each.text.strip()
        for each in found.node.children
        if each.name == "attribute"
    }
    name = next((said[word] for word in _NAMES if said.get(word)), "")
    identity = found.node.attributes.get("id", "")
    if not name or not identity:
        return 0
    try:
        if found.vocabulary.endswith("EPCClass"):
            return _item(network, identity, name, said.get("brandName", ""))
        is_party = "pgln" in identity or "Party" in found.vocabulary
        code = epc.party(identity) if is_party else epc.place(identity)
    except Refusal:
        return 0
    country = said.get("countryCode", "")
    _row, new = Partner.objects.get_or_create(
        network=network,
        code=code,
        defaults={
            "name": name[:160],
            "role": PartnerRole.OTHER,
            "country": country.upper() if len(country) == 2 and country.isascii() else "",
        },
    )
    return int(new)


def _item(network: Network, identity: str, name: str, brand: str) -> int:
    found = epc.thing(identity, True)
    if found.kind is not Kind.ITEM:
        return 0
    kind = ItemKind.PRODUCT if brand else ItemKind.MATERIAL
    _row, new = Item.objects.get_or_create(
        network=network,
        code=found.code,
        defaults={"name": name[:160], "brand": brand[:80], "kind": kind},
    )
    return int(new)
