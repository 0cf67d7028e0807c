"""What all looks for a letter come to: one set of numbers for all networks, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaishu.core.lot_alert import COUNTS
from kaishu.core.lot_alert_words import NOTED, OPEN
from kaishu.supply.alerts import gaps
from kaishu.supply.alerts.gaps import PASSING, Place
from kaishu.supply.models import Letter, LetterLook, LetterMatch


@dataclass(frozen=True, slots=True)
class Tally:
    """The newest look in each network, added up. A unit that two networks hold counts twice."""

    matches: tuple[LetterMatch, ...]
    counts: Mapping[str, int]
    open: tuple[str, ...]

    @property
    def some(self) -> bool:
        """Whether anything of the letter was found."""
        names = ("lots", "units", "certain", "possible")
        return any(self.counts[name] for name in names)

    @property
    def none(self) -> bool:
        """Whether nothing of it is here, and nothing is open."""
        return bool(self.matches) and not self.some and not self.open

    @property
    def passing(self) -> tuple[str, ...]:
        """What forbids to say "none" now, and passes by itself."""
        return tuple(word for word in self.open if word in PASSING)


def tally(row: Letter, *, at: datetime) -> Tally:
    """Add up what was found for one letter, as things stand now."""
    matches = LetterMatch.objects.filter(letter=row).select_related("network").order_by("id")
    return added(row, matches, looks([row]), gaps.now(at=at))


def looks(rows: Iterable[Letter]) -> Mapping[tuple[int, int, str], str]:
    """Return which graph was looked at last, by letter, network and item."""
    found = LetterLook.objects.filter(letter__in=list(rows))
    return {(each.letter_id, each.network_id, each.item): each.graph for each in found}


def added(
    row: Letter,
    matches: Iterable[LetterMatch],
    looked: Mapping[tuple[int, int, str], str],
    places: Mapping[int, Place],
) -> Tally:
    """Add up the newest matches of a letter; `places` are our networks as they stand now."""
    newest = in_force(row, matches)
    counts = {name: sum(_count(each, name) for each in newest) for name in COUNTS}
    opened = {word for each in newest for key, word in NOTED.items() if each.counts.get(key)}
    for place in places.values():
        opened |= place.open
        mine = [each for each in newest if each.network_id == place.network.pk]
        if not mine:
            opened.add("not_asked")
        for each in mine:
            seen = looked.get((row.pk, place.network.pk, each.item), each.graph)
            if place.digest not in (seen, each.graph):
                opened.add("stale")
    if counts["not_judged"]:
        opened.add("not_judged")
    elif newest and not any(each.compared for each in newest):
        opened.add("item_unknown")
    return Tally(tuple(newest), counts, tuple(word for word in OPEN if word in opened))


def in_force(row: Letter, matches: Iterable[LetterMatch]) -> Sequence[LetterMatch]:
    """Return the newest match of each network under the letter's own item, and under the code of
    ours that was given last: one that was mistyped is corrected by another, none hides a find."""
    found: dict[tuple[int, bool], LetterMatch] = {}
    for each in matches:
        found[each.network_id, each.item == row.item] = each
    return list(found.values())


def _count(match: LetterMatch, name: str) -> int:
    old = match.counts.get("unjudged", 0) if name == "not_judged" else 0  # as it was called before
    return int(match.counts.get(name, old))
