"""Read what somebody typed for a letter: lots, serials, and runs of serials of one item."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kaishu.core.genealogy import things
from kaishu.core.genealogy.things import Kind
from kaishu.core.lot_alert_errors import AlertTooMany
from kaishu.core.lot_alert_json import MOST_LOTS, plain
from kaishu.core.lot_alert_named import LONGEST_CODE
from kaishu.core.lot_alert_runs import LONGEST, MOST_RUNS, Run, is_run
from kaishu.supply.alerts.errors import AlertIncomplete, AlertLotWrong, AlertUnitWrong

Names = tuple[tuple[str, ...], tuple[str, ...], tuple[Run, ...]]
_RUN = re.compile(r"(.+?)\s*(?:\.\.+|…|～|〜)\s*(.+)")


def read(item: str, lots: Iterable[str], units: Iterable[str]) -> Names:
    """Return codes of lots, codes of units, and runs, each ascending and once.

    "SN-1 .. SN-200" is a run. Raises AlertIncomplete, AlertLotWrong, AlertUnitWrong, AlertTooMany.
    """
    if not _is_item(item):
        raise AlertIncomplete(field="item")
    singles, runs = [], set()
    for each in units:
        found = _RUN.fullmatch(each.strip())
        if found is None:
            singles.append(each)
        elif (
            max(map(len, found.groups())) > LONGEST
            or not plain(each)
            or not is_run(*found.groups())
        ):
            raise AlertUnitWrong(unit=each[:60])
        else:
            runs.add((found[1], found[2]))
    if len(runs) > MOST_RUNS:
        raise AlertTooMany(most=f"{MOST_RUNS:,}", count=f"{len(runs):,}")
    return (
        _codes(item, lots, Kind.LOT),
        _codes(item, singles, Kind.UNIT),
        tuple(sorted(runs)),
    )


def _codes(item: str, names: Iterable[str], kind: Kind) -> tuple[str, ...]:
    """Return the codes of things that were given as codes or as plain numbers, ascending."""
    make = things.lot if kind is Kind.LOT else things.unit
    found = set()
    for each in (name.strip() for name in names):
        if not each:
            continue
        code = each if each.startswith(f"{item}/") else make(item, each)
        if not _is_of(code, item, kind) or not plain(each):
            raise (
                AlertLotWrong(lot=each[:60]) if kind is Kind.LOT else AlertUnitWrong(unit=each[:60])
            )
        found.add(code)
    if len(found) > MOST_LOTS:
        raise AlertTooMany(most=f"{MOST_LOTS:,}", count=f"{len(found):,}")
    return tuple(sorted(found))


def _is_item(code: str) -> bool:
    try:
        return len(code) <= LONGEST_CODE and things.kind_of(code) is Kind.ITEM
    except ValueError:
        return False


def _is_of(code: str, item: str, kind: Kind) -> bool:
    try:
        right = things.kind_of(code) is kind and things.item_of(code) == item
    except ValueError:
        return False
    return right and len(code) <= LONGEST_CODE and code.isascii()
