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

from kaishu.core.genealogy.things import Kind
from kaishu.core.lot_alert_errors import AlertNamesNothing, AlertShape
from kaishu.core.lot_alert_json import count, hexadecimal, members, text
from kaishu.core.lot_alert_named import code_of, named_json, named_of
from kaishu.core.lot_alert_runs import Run
from kaishu.core.lot_alert_words import (
    ALERT,
    ANSWER,
    OPEN,
    QUESTION,
    WITHDRAWAL,
    WORDS,
)

VERSIONS = (1, 2)
NUMBER_SIGNS, KEY_SIGNS = 32, 64
LONGEST_NAME, LONGEST_ADDRESS = 160, 500
OLD_COUNTS = ("lots", "certain", "possible", "here", "shipped", "not_known_where")
COUNTS = (*OLD_COUNTS, "units", "not_judged")
TIME = "%Y-%m-%dT%H:%M:%SZ"
_PARTY = frozenset({"code", "key", "name"})
_EVERY = frozenset({"id", "issued_at", "issuer", "kind"})
_OF_ANSWER = frozenset({"answers", "step", "counts"})
_NEW_ALERT, _NEW_ANSWER = frozenset({"units", "reply_to"}), frozenset({"open", "replaces"})
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
    """Lots and units of one item, and what to do about them; `kind` says whether it tells or asks.

    `lots` and `units` are codes, or where `hidden` their ids under the alert's key; ascending, so
    that their order tells nothing. `key_check` belongs to that key. `runs` of serials are in clear.
    `made` is when they were made; where no lot and no unit is named, all that was made then is
    meant. Answers are wanted at `reply_to`, an address or empty. Version 1 had lots only.
    """

    kind: str
    number: str
    issued_at: datetime
    issuer: Company
    item: str
    item_name: str
    lots: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
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
    reply_to: str = ""
    version: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the four trade answers to an alert or a question.

    `counts` has a whole number for each of COUNTS: how many of its lots and units we found, units
    that carry them for certain and possibly; of both together how many are still with us, were
    shipped on, and are not known where; and of how many no record lets us judge. `open` says why
    the numbers may be too low. `replaces` is the number of an earlier answer of ours, or empty.
    """

    number: str
    issued_at: datetime
    issuer: Company
    answers: str
    step: str
    counts: Mapping[str, int]
    open: tuple[str, ...] = ()
    replaces: str = ""
    kind: str = ANSWER
    version: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An alert or a question is taken back by whoever sent it."""

    number: str
    issued_at: datetime
    issuer: Company
    withdraws: str
    reason: str
    kind: str = WITHDRAWAL
    version: int = 2


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
        names = OLD_COUNTS if letter.version == 1 else COUNTS
        told = {name: letter.counts[name] for name in names}
        said |= {"answers": letter.answers, "step": letter.step, "counts": told}
        new = {"open": list(letter.open), "replaces": letter.replaces}
        return said if letter.version == 1 else said | new
    if isinstance(letter, Withdrawal):
        return {**said, "withdraws": letter.withdraws, "reason": letter.reason}
    since, until = letter.made
    new = {"reply_to": letter.reply_to} if letter.version > 1 else {}
    return {
        **said,
        **new,
        **named_json(letter),
        "item": letter.item,
        "item_name": letter.item_name,
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


def letter_of(body: Any, version: int = 2) -> Letter:
    """Read the object that was signed. Raises AlertShape, AlertLotTwice, AlertTooMany,
    AlertNamesNothing."""
    if not isinstance(body, dict):
        raise AlertShape(where="/body")
    kind = body.get("kind")
    if kind in (ALERT, QUESTION):
        names = _EVERY | _OF_ALERT | (_NEW_ALERT if version > 1 else frozenset())
        said = members(body, "/body", names, frozenset())
        return Alert(kind=str(kind), **_head(said), **_alert(said, version), version=version)
    if kind == ANSWER:
        return _answer(body, version)
    if kind == WITHDRAWAL:
        said = members(body, "/body", _EVERY | {"withdraws", "reason"}, frozenset())
        return Withdrawal(
            **_head(said),
            version=version,
            withdraws=hexadecimal(said["withdraws"], "/body/withdraws", NUMBER_SIGNS),
            reason=_word(said, "reason"),
        )
    raise AlertShape(where="/body/kind")


def _answer(body: dict[str, Any], version: int) -> Answer:
    names: frozenset[str] = _EVERY | _OF_ANSWER | (_NEW_ANSWER if version > 1 else frozenset())
    counted: tuple[str, ...] = COUNTS if version > 1 else OLD_COUNTS
    said = members(body, "/body", names, frozenset())
    told = members(said["counts"], "/body/counts", frozenset(counted), frozenset())
    return Answer(
        **_head(said),
        answers=hexadecimal(said["answers"], "/body/answers", NUMBER_SIGNS),
        step=_word(said, "step"),
        counts=dict.fromkeys(COUNTS, 0)
        | {name: count(told[name], f"/body/counts/{name}") for name in counted},
        open=_open(said["open"]) if version > 1 else (),
        replaces=_number(said, "replaces") if version > 1 else "",
        version=version,
    )


def _open(value: Any) -> tuple[str, ...]:
    """Read why an answer may be too low: closed words, each once, in the order of OPEN."""
    where = "/body/open"
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise AlertShape(where=where)
    if value != [each for each in OPEN if each in value]:
        raise AlertShape(where=where)
    return tuple(value)


def company_json(company: Company) -> dict[str, str]:
    """Return a company as it stands in a letter."""
    return {"code": company.code, "key": company.key.hex(), "name": company.name}


def company_of(value: Any, where: str) -> Company:
    """Read a company. Raises AlertShape."""
    said = members(value, where, _PARTY, frozenset())
    return Company(
        code=code_of(said["code"], f"{where}/code", Kind.PARTY),
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


def _alert(said: Mapping[str, Any], version: int) -> dict[str, Any]:
    item = code_of(said["item"], "/body/item", Kind.ITEM)
    made = members(said["made"], "/body/made", frozenset({"from", "until"}), frozenset())
    since, until = _day(made["from"], "/body/made/from"), _day(made["until"], "/body/made/until")
    if since and until and since > until:
        raise AlertShape(where="/body/made/until")
    named = named_of(said, item, version)
    if not (named["lots"] or named["units"] or named["runs"] or since or until):
        raise AlertNamesNothing
    new = {"reply_to": _address(said["reply_to"])} if version > 1 else {}
    return {
        **new,
        **named,
        "item": item,
        "item_name": text(said["item_name"], "/body/item_name", most=LONGEST_NAME),
        "made": (since, until),
        **{name: _word(said, name) for name in ("defect", "severity", "act", "contact")},
        **{name: _day(said[name], f"/body/{name}") for name in ("answer_by", "valid_until")},
        **{name: _number(said, name) for name in ("supersedes", "in_reply_to")},
    }


def _address(value: Any) -> str:
    found = text(value, "/body/reply_to", most=LONGEST_ADDRESS)
    if (
        not found.isascii()
        or " " in found
        or (found and not found.startswith(("https://", "http://")))
    ):
        raise AlertShape(where="/body/reply_to")
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
