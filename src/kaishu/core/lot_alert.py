"""Letters about lots between companies: what they say, as values. docs/howto/lot-alerts.md has the
format byte by byte; `lot_alert_file` reads, signs and checks it.

Four letters. An alert says that lots are bad; a question asks "do you hold any of these?"; an
answer gives one of the four trade answers with counts, and names nobody; a withdrawal takes an
alert or a question back. None of them holds anything about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kaishu.core.genealogy.things import Kind, item_of, kind_of
from kaishu.core.lot_alert_errors import AlertLotTwice, AlertShape
from kaishu.core.lot_alert_json import count, hexadecimal, members, text
from kaishu.core.lot_alert_words import (
    ALERT,
    ANSWER,
    CODES,
    FORMS,
    HMAC,
    QUESTION,
    WITHDRAWAL,
    WORDS,
)

MOST_LOTS = 200_000
NUMBER_SIGNS, KEY_SIGNS, ID_SIGNS = 32, 64, 64
LONGEST_NAME, LONGEST_CODE = 160, 200
COUNTS = ("lots", "certain", "possible", "here", "shipped", "not_known_where")
TIME = "%Y-%m-%dT%H:%M:%SZ"
_PARTY = frozenset({"code", "key", "name"})
_EVERY = frozenset({"id", "issued_at", "issuer", "kind"})
_OF_ALERT = frozenset(
    [
        "act",
        "answer_by",
        "contact",
        "defect",
        "in_reply_to",
        "item",
        "item_name",
        "lots",
        "made",
        "severity",
        "supersedes",
        "valid_until",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who speaks: a party's code, its name, and the 32 bytes of its public key."""

    code: str
    name: str
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Lots of one item, and what to do about them; `kind` says whether it tells or asks.

    `lots` are codes, or where `hidden` their ids under the alert's key; ascending, so that their
    order tells nothing. `key_check` belongs to that key. `made` is when the lots were made.
    """

    kind: str
    number: str
    issued_at: datetime
    issuer: Company
    item: str
    item_name: str
    lots: tuple[str, ...]
    hidden: bool = False
    key_check: str = ""
    made: tuple[date | None, date | None] = (None, None)
    defect: str = "not_said"
    severity: str = "not_said"
    act: str = "answer_only"
    contact: str = "quality"
    answer_by: date | None = None
    valid_until: date | None = None
    supersedes: str = ""
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the four trade answers to an alert or a question.

    `counts` has a whole number for each of COUNTS: how many of its lots we found, units that
    carry them for certain and possibly; of both together how many are still with us, were
    shipped on, and are not known where.
    """

    number: str
    issued_at: datetime
    issuer: Company
    answers: str
    step: str
    counts: Mapping[str, int]
    kind: str = ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An alert or a question is taken back by whoever sent it."""

    number: str
    issued_at: datetime
    issuer: Company
    withdraws: str
    reason: str
    kind: str = WITHDRAWAL


Letter = Alert | Answer | Withdrawal


def body_of(letter: Letter) -> dict[str, Any]:
    """Return a letter as the object that is signed."""
    said: dict[str, Any] = {
        "kind": letter.kind,
        "id": letter.number,
        "issued_at": letter.issued_at.astimezone(UTC).strftime(TIME),
        "issuer": company_json(letter.issuer),
    }
    if isinstance(letter, Answer):
        told = {name: letter.counts[name] for name in COUNTS}
        return {**said, "answers": letter.answers, "step": letter.step, "counts": told}
    if isinstance(letter, Withdrawal):
        return {**said, "withdraws": letter.withdraws, "reason": letter.reason}
    since, until = letter.made
    return {
        **said,
        "item": letter.item,
        "item_name": letter.item_name,
        "lots": {
            "form": HMAC if letter.hidden else CODES,
            "key_check": letter.key_check,
            "ids": list(letter.lots),
        },
        "made": {"from": _day_json(since), "until": _day_json(until)},
        "defect": letter.defect,
        "severity": letter.severity,
        "act": letter.act,
        "contact": letter.contact,
        "answer_by": _day_json(letter.answer_by),
        "valid_until": _day_json(letter.valid_until),
        "supersedes": letter.supersedes,
        "in_reply_to": letter.in_reply_to,
    }


def letter_of(body: Any) -> Letter:
    """Read the object that was signed. Raises AlertShape, AlertLotTwice."""
    if not isinstance(body, dict):
        raise AlertShape(where="/body")
    kind = body.get("kind")
    if kind in (ALERT, QUESTION):
        said = members(body, "/body", _EVERY | _OF_ALERT, frozenset())
        return Alert(kind=str(kind), **_head(said), **_alert(said))
    if kind == ANSWER:
        said = members(body, "/body", _EVERY | {"answers", "step", "counts"}, frozenset())
        told = members(said["counts"], "/body/counts", frozenset(COUNTS), frozenset())
        return Answer(
            **_head(said),
            answers=hexadecimal(said["answers"], "/body/answers", NUMBER_SIGNS),
            step=_word(said, "step"),
            counts={name: count(told[name], f"/body/counts/{name}") for name in COUNTS},
        )
    if kind == WITHDRAWAL:
        said = members(body, "/body", _EVERY | {"withdraws", "reason"}, frozenset())
        return Withdrawal(
            **_head(said),
            withdraws=hexadecimal(said["withdraws"], "/body/withdraws", NUMBER_SIGNS),
            reason=_word(said, "reason"),
        )
    raise AlertShape(where="/body/kind")


def company_json(company: Company) -> dict[str, str]:
    """Return a company as it stands in a letter."""
    return {"code": company.code, "key": company.key.hex(), "name": company.name}


def company_of(value: Any, where: str) -> Company:
    """Read a company. Raises AlertShape."""
    said = members(value, where, _PARTY, frozenset())
    return Company(
        code=_code(said["code"], f"{where}/code", Kind.PARTY),
        key=bytes.fromhex(hexadecimal(said["key"], f"{where}/key", KEY_SIGNS)),
        name=text(said["name"], f"{where}/name", most=LONGEST_NAME, least=1),
    )


def moment(value: Any, where: str) -> datetime:
    """Read a time in its one spelling: 2026-11-22T17:05:00Z. Raises AlertShape."""
    try:
        found = datetime.strptime(value, TIME).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise AlertShape(where=where) from None
    if found.strftime(TIME) != value:
        raise AlertShape(where=where)
    return found


def _head(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": hexadecimal(said["id"], "/body/id", NUMBER_SIGNS),
        "issued_at": moment(said["issued_at"], "/body/issued_at"),
        "issuer": company_of(said["issuer"], "/body/issuer"),
    }


def _alert(said: Mapping[str, Any]) -> dict[str, Any]:
    item = _code(said["item"], "/body/item", Kind.ITEM)
    made = members(said["made"], "/body/made", frozenset({"from", "until"}), frozenset())
    since, until = _day(made["from"], "/body/made/from"), _day(made["until"], "/body/made/until")
    if since and until and since > until:
        raise AlertShape(where="/body/made/until")
    return {
        "item": item,
        "item_name": text(said["item_name"], "/body/item_name", most=LONGEST_NAME),
        "made": (since, until),
        **_lots(said["lots"], item),
        **{name: _word(said, name) for name in ("defect", "severity", "act", "contact")},
        **{name: _day(said[name], f"/body/{name}") for name in ("answer_by", "valid_until")},
        **{name: _number(said, name) for name in ("supersedes", "in_reply_to")},
    }


def _lots(value: Any, item: str) -> dict[str, Any]:
    where = "/body/lots"
    said = members(value, where, frozenset({"form", "key_check", "ids"}), frozenset())
    if said["form"] not in FORMS:
        raise AlertShape(where=f"{where}/form")
    hidden, ids = said["form"] == HMAC, said["ids"]
    signs = ID_SIGNS if hidden else 0
    check = hexadecimal(said["key_check"], f"{where}/key_check", signs)
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_LOTS:
        raise AlertShape(where=f"{where}/ids")
    for at, each in enumerate(ids):
        if hidden:
            hexadecimal(each, f"{where}/ids/{at}", ID_SIGNS)
        elif item_of(_code(each, f"{where}/ids/{at}", Kind.LOT)) != item:
            raise AlertShape(where=f"{where}/ids/{at}")
    _ascending(ids)
    return {"lots": tuple(ids), "hidden": hidden, "key_check": check}


def _ascending(ids: list[str]) -> None:
    for at in range(1, len(ids)):
        if ids[at - 1] == ids[at]:
            raise AlertLotTwice(number=at + 1)
        if ids[at - 1] > ids[at]:
            raise AlertShape(where=f"/body/lots/ids/{at}")


def _code(value: Any, where: str, kind: Kind) -> str:
    found = text(value, where, most=LONGEST_CODE, least=1)
    try:
        right = found.isascii() and kind_of(found) is kind
    except ValueError:
        right = False
    if not right:
        raise AlertShape(where=where)
    return found


def _word(said: Mapping[str, Any], name: str) -> str:
    word = said[name]
    if not isinstance(word, str) or word not in WORDS[name]:
        raise AlertShape(where=f"/body/{name}")
    return word


def _number(said: Mapping[str, Any], name: str) -> str:
    return "" if said[name] == "" else hexadecimal(said[name], f"/body/{name}", NUMBER_SIGNS)


def _day_json(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(value: Any, where: str) -> date | None:
    if value is None:
        return None
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise AlertShape(where=where) from None
    if found.isoformat() != value:
        raise AlertShape(where=where)
    return found
