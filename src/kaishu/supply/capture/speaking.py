"""Who may say that a thing came into being, or that it ended: who holds its company prefix.

To see, to pack, to ship and to receive things of others needs nothing. A connection without a party
is the maker's own and speaks for all of its network. See ADR 23.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kaishu.core.genealogy.things import Kind
from kaishu.supply.capture import errors
from kaishu.supply.capture.models import EventValue, Speaker, SpeakerStep, indexed
from kaishu.supply.capture.naming import Facts, Problem, Said
from kaishu.supply.models import Network

Held = tuple[str, ...] | None  # beginnings that the sender holds; None = speaks for all
_DIGITS = re.compile(r"[0-9]{4,12}")
_OWN = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:\S{1,180}[/:#.]|/x/item/[^/\s]{1,160})")
_PARTY = re.compile(r"[^\s\x00-\x1f]{1,40}")
MOST = 200


def held(network: Network, party: str) -> Held:
    """Return what a party may speak for; a sender without a party speaks for all."""
    if not party:
        return None
    row = Speaker.objects.filter(network=network, party=party).first()
    return tuple(row.prefixes) if row else ()


def let_speak(
    *,
    network: Network,
    party: str,
    prefixes: Sequence[str],
    reason: str = "",
    by: str,
    at: datetime,
) -> Speaker:
    """Say for what a party may speak, instead of what was said before. Raises PrefixWrong.

    A prefix is 4 to 12 digits of a GS1 company prefix, the beginning of a URI of the party's own
    (ending in / : # or .), or one of our own codes (/x/item/CELL-18650). The same as before
    changes nothing.
    """
    wanted = sorted({each.strip() for each in prefixes})
    for each in wanted:
        if not _DIGITS.fullmatch(each) and not _OWN.fullmatch(each):
            raise errors.PrefixWrong(prefix=each[:80])
    if not _PARTY.fullmatch(party) or len(wanted) > MOST:
        raise errors.PrefixWrong(prefix=party[:40])
    if not wanted:
        raise errors.PrefixMissing(party=party)
    with transaction.atomic():
        # no row or other prefixes -> these; whoever is second waits, and finds them said
        row, made = Speaker.objects.select_for_update().get_or_create(
            network=network,
            party=party,
            defaults={"prefixes": wanted, "made_by": by, "made_at": at},
        )
        if not made and row.prefixes == wanted:
            return row
        row.prefixes, row.made_by, row.made_at = wanted, by, at
        row.save()
        _note(network, party, wanted, reason, by, at)
    return row


def end_speaking(*, network: Network, party: str, reason: str, by: str, at: datetime) -> None:
    """Let a party speak for nothing from now on; what it said stays. A second time is as once.

    Raises SpeakerReasonMissing.
    """
    if not reason.strip():
        raise errors.SpeakerReasonMissing(party=party[:40])
    with transaction.atomic():
        gone, _each = Speaker.objects.filter(network=network, party=party).delete()
        if gone:
            _note(network, party, [], reason, by, at)


def steps(network: Network, most: int) -> Sequence[SpeakerStep]:
    """Return the newest changes of who may speak, the newest first."""
    return list(SpeakerStep.objects.filter(network=network).order_by("-id")[:most])


def _note(
    network: Network, party: str, prefixes: list[str], reason: str, by: str, at: datetime
) -> None:
    said = {"prefixes": prefixes, "reason": reason.strip()[:200]}
    SpeakerStep.objects.create(network=network, party=party, by=by, at=at, **said)


def speakers(network: Network, party: str = "") -> QuerySet[Speaker]:
    """Return who may speak in a network, one party where it is named."""
    rows = Speaker.objects.filter(network=network).order_by("party")
    return rows.filter(party=party) if party else rows


def problems(facts: Facts, held: Held, is_known: Callable[[str], bool]) -> list[Problem]:
    """Return what an event creates or ends without its sender holding the prefix.

    `is_known` says whether the network has seen a box: such a one is packed, not created.
    """
    if held is None:
        return []
    return [
        (place, errors.MayNotSpeak(name=each.name.code))
        for place, each in _created(facts)
        if not _holds(held, each) and not (each.field == "parentID" and is_known(each.name.code))
    ]


def box_known(network: Network) -> Callable[[str], bool]:
    """Return what says whether a network's events name a box."""

    def known(code: str) -> bool:
        return EventValue.objects.filter(
            value=indexed(code), name__in=("epc", "parentID"), event__network=network
        ).exists()

    return known


def _holds(held: tuple[str, ...], said: Said) -> bool:
    owner = said.name.owner
    return any(owner.startswith(each if _ends(each) else f"{each}/") for each in held)


def _ends(prefix: str) -> bool:
    """Say whether whatever follows a prefix belongs to its holder; /x/item/CELL is not CELL2."""
    return prefix.isdigit() or prefix[-1] in "/:#."


def _created(facts: Facts) -> Iterator[tuple[str, Said]]:
    """Yield what comes into being or ends by an event, with where it stands.

    A box that is packed comes into being by that: nobody commissions pallets.
    """
    if facts.type == "ObjectEvent" and facts.action in ("ADD", "DELETE"):
        fields: tuple[str, ...] = ("epcList", "quantityList")
    elif facts.type == "TransformationEvent":
        fields = ("outputEPCList", "outputQuantityList")
    elif facts.type == "AggregationEvent" and facts.action == "ADD":
        fields = ("parentID",)
    else:
        return
    counted: dict[str, int] = {}
    for each in facts.of(*fields):
        number = counted.get(each.field, 0)
        counted[each.field] = number + 1
        if each.field == "parentID" and each.name.kind is not Kind.BOX:
            continue
        tail = (
            "/epcClass"
            if each.field.endswith("QuantityList") or each.field == "quantityList"
            else ""
        )
        place = f"/{each.field}" if each.field == "parentID" else f"/{each.field}/{number}{tail}"
        yield place, each
