"""What a letter names: lots, units, runs of serials; each list ascending, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kaishu.core.genealogy.things import Kind, item_of, kind_of
from kaishu.core.lot_alert_errors import AlertLotTwice, AlertShape, AlertTooMany
from kaishu.core.lot_alert_json import MOST_LOTS, hexadecimal, members, text
from kaishu.core.lot_alert_runs import LONGEST, MOST_RUNS, Run, is_run
from kaishu.core.lot_alert_words import CODES, FORMS, HMAC

ID_SIGNS, LONGEST_CODE = 64, 200


class Names(Protocol):
    """A letter that names things."""

    @property
    def lots(self) -> Sequence[str]:
        """Codes, or ids under a key."""

    @property
    def units(self) -> Sequence[str]:
        """Codes, or ids under a key."""

    @property
    def runs(self) -> Sequence[Run]:
        """First and last serials."""

    @property
    def hidden(self) -> bool:
        """Whether lots and units are ids."""

    @property
    def key_check(self) -> str:
        """What belongs to their key."""

    @property
    def version(self) -> int:
        """Of the format."""


def named_json(letter: Names) -> dict[str, Any]:
    """Return what a letter names as it stands in its body."""
    lots = {
        "form": HMAC if letter.hidden else CODES,
        "key_check": letter.key_check,
        "ids": list(letter.lots),
    }
    if letter.version == 1:
        return {"lots": lots}
    units = {"ids": list(letter.units), "runs": [list(run) for run in letter.runs]}
    return {"lots": lots, "units": units}


def named_of(said: Mapping[str, Any], item: str, version: int) -> dict[str, Any]:
    """Read what a letter names. Raises AlertShape, AlertTooMany, AlertLotTwice."""
    where = "/body/lots"
    lots = members(said["lots"], where, frozenset({"form", "key_check", "ids"}), frozenset())
    if lots["form"] not in FORMS:
        raise AlertShape(where=f"{where}/form")
    hidden = lots["form"] == HMAC
    found = {
        "lots": _ids(lots["ids"], f"{where}/ids", hidden, item, Kind.LOT),
        "hidden": hidden,
        "key_check": hexadecimal(
            lots["key_check"], f"{where}/key_check", ID_SIGNS if hidden else 0
        ),
        "units": (),
        "runs": (),
    }
    if version == 1:
        if not found["lots"]:
            raise AlertShape(where=f"{where}/ids")
        return found
    where = "/body/units"
    units = members(said["units"], where, frozenset({"ids", "runs"}), frozenset())
    return {
        **found,
        "units": _ids(units["ids"], f"{where}/ids", hidden, item, Kind.UNIT),
        "runs": _runs(units["runs"], f"{where}/runs"),
    }


def code_of(value: Any, where: str, kind: Kind) -> str:
    """Read the code of a thing of one kind. Raises AlertShape."""
    found = text(value, where, most=LONGEST_CODE, least=1)
    try:
        right = found.isascii() and kind_of(found) is kind
    except ValueError:
        right = False
    if not right:
        raise AlertShape(where=where)
    return found


def _ids(value: Any, where: str, hidden: bool, item: str, kind: Kind) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise AlertShape(where=where)
    if len(value) > MOST_LOTS:
        raise AlertTooMany(most=f"{MOST_LOTS:,}", count=f"{len(value):,}")
    for at, each in enumerate(value):
        if hidden:
            hexadecimal(each, f"{where}/{at}", ID_SIGNS)
        elif item_of(code_of(each, f"{where}/{at}", kind)) != item:
            raise AlertShape(where=f"{where}/{at}")
    _ascending(value, where)
    return tuple(value)


def _runs(value: Any, where: str) -> tuple[Run, ...]:
    if not isinstance(value, list):
        raise AlertShape(where=where)
    if len(value) > MOST_RUNS:
        raise AlertTooMany(most=f"{MOST_RUNS:,}", count=f"{len(value):,}")
    for at, each in enumerate(value):
        if not isinstance(each, list) or len(each) != 2:
            raise AlertShape(where=f"{where}/{at}")
        first, last = (text(end, f"{where}/{at}", most=LONGEST, least=1) for end in each)
        if not is_run(first, last):
            raise AlertShape(where=f"{where}/{at}")
    _ascending(value, where)
    return tuple((first, last) for first, last in value)


def _ascending(ids: Sequence[Any], where: str) -> None:
    for at in range(1, len(ids)):
        if ids[at - 1] == ids[at]:
            raise AlertLotTwice(number=at + 1)
        if ids[at - 1] > ids[at]:
            raise AlertShape(where=f"{where}/{at}")
