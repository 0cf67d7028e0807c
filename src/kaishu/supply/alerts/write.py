"""Write letters of our own: issue an alert, ask, answer, take back, pass on. Each is signed.

Every act takes the key of the form or request that asked for it: a repeat gives the first answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import IntegrityError, transaction

from kaishu.core.lot_alert import (
    COUNTS,
    LONGEST_NAME,
    Alert,
    Answer,
    Company,
    Withdrawal,
    body_of,
    letter_of,
)
from kaishu.core.lot_alert import Letter as Said
from kaishu.core.lot_alert_errors import AlertShape
from kaishu.core.lot_alert_file import MOST_HOPS, Sent, file_of, hop_json, hop_of, pass_on, sign
from kaishu.core.lot_alert_ids import KEY_BYTES, hidden, key_check
from kaishu.core.lot_alert_words import ALERT, COUNTED, DIRECTIONS, QUESTION, STEPS
from kaishu.supply.alerts import named, own, replies, state, take
from kaishu.supply.alerts.errors import (
    AlertCountWrong,
    AlertHopLoop,
    AlertIncomplete,
    AlertNotMatched,
    AlertNotOurs,
    AlertNotSure,
    AlertTooManyHops,
    AlertUnknown,
)
from kaishu.supply.alerts.models import FORWARDED, OUT
from kaishu.supply.alerts.tally import Tally, tally
from kaishu.supply.models import Letter, LetterReply, LetterStep, Network
from kaishu.supply.network import queries as networks

MOST_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to tell or ask. `lots` and `units` are codes or plain numbers of the
    item; a unit "SN-1 .. SN-200" is a run of serials. Without any, all that was `made` then.

    `hide` puts HMACs in their place; `key_apart` keeps the key out of the files that we hand out.
    """

    network: str
    item: str
    lots: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    kind: str = ALERT
    us: str = ""
    item_name: str = ""
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
    hide: bool = True
    key_apart: bool = False


def issue(draft: Draft, *, key: str, by: str, at: datetime, door: str) -> Letter:
    """Sign and keep an alert or a question.

    Raises NetworkUnknown, AlertOwnNameMissing, AlertNamesNothing, AlertTooMany, AlertLotWrong,
    AlertUnitWrong, AlertIncomplete.
    """
    first = Letter.objects.filter(by=by, form_key=key).first()
    if first is not None:
        return first
    network = networks.network(draft.network)
    letter, opens = _letter(draft, own.company(network, draft.us), at)
    return _send(letter, opens, network, key, by, at, door, key_apart=draft.key_apart)


def checked(draft: Draft, *, at: datetime) -> Alert:
    """Return the letter that a draft would become, with its lots in clear: for a look before it
    goes. Raises what `issue` raises."""
    us = own.company(networks.network(draft.network), draft.us)
    return _letter(replace(draft, hide=False), us, at)[0]


def answer(
    *,
    number: str,
    step: str,
    units: int = 0,
    us: str = "",
    key: str,
    by: str,
    at: datetime,
    door: str,
) -> Letter:
    """Answer an alert or a question with one of the four answers, and sign it.

    "counted" sends what the looks in all networks come to, with what is open about it; "sold_since"
    the number of `units` that left us. No consignee is in it. It goes to the letter's own address
    where a manager confirmed that. Raises AlertUnknown, AlertNotMatched, AlertNotSure,
    AlertCountWrong, AlertIncomplete, AlertOwnNameMissing.
    """
    first = Letter.objects.filter(by=by, form_key=key).first()
    if first is not None:
        return first
    row = take.letter(number)
    if row.kind not in (ALERT, QUESTION):
        raise AlertUnknown
    if step not in STEPS:
        raise AlertIncomplete(field="step")
    found = tally(row, at=at)
    if not found.matches:
        raise AlertNotMatched
    newest = found.matches[-1]
    letter = Answer(
        number=_number(),
        issued_at=at.replace(microsecond=0),
        issuer=own.company(newest.network, us or newest.us),
        answers=number,
        step=step,
        counts=counted(step, found, units),
        open=found.open if step == COUNTED else (),
        replaces=_before(row) if step == COUNTED else "",
    )
    return _send(letter, b"", newest.network, key, by, at, door, reply_to=replies.of(row))


def _before(row: Letter) -> str:
    """Return the number of our newest answer that says how many, or an empty text."""
    about = Letter.objects.filter(about=row.number, kind="answer").order_by("id").defer("content")
    said = state.said_of(about)
    return said.number if said else ""


def withdraw(*, number: str, reason: str, key: str, by: str, at: datetime, door: str) -> Letter:
    """Take a letter of ours back. Raises AlertUnknown, AlertNotOurs, AlertIncomplete."""
    first = Letter.objects.filter(by=by, form_key=key).first()
    if first is not None:
        return first
    row = take.letter(number)
    if row.direction != OUT or row.network is None or row.kind not in (ALERT, QUESTION):
        raise AlertNotOurs
    letter = Withdrawal(
        number=_number(),
        issued_at=at.replace(microsecond=0),
        issuer=Company(code=row.issuer_code, name=row.issuer_name, key=own.signer().public),
        withdraws=number,
        reason=reason,
    )
    return _send(letter, b"", row.network, key, by, at, door)


def forward(
    *, number: str, to: str, network: str, us: str = "", key: str, by: str, at: datetime
) -> LetterStep:
    """Pass a letter on with a signed hop of ours; the same way twice is once.

    Raises AlertUnknown, AlertIncomplete, AlertTooManyHops, AlertHopLoop, NetworkUnknown,
    AlertOwnNameMissing.
    """
    row = take.letter(number)
    if to not in DIRECTIONS:
        raise AlertIncomplete(field="to")
    if row.kind not in (ALERT, QUESTION, "withdrawal"):
        raise AlertUnknown
    sent = take.sent_of(row)
    if len(sent.hops) >= MOST_HOPS:
        raise AlertTooManyHops
    ours = own.signer().public
    if any((hop.by.key, hop.to) == (ours, to) for hop in sent.hops):
        raise AlertHopLoop
    us_now = own.company(networks.network(network), us)
    hop = pass_on(sent, own.signer(), by=us_now, to=to, at=at.replace(microsecond=0)).hops[-1]
    facts = {"to": to, "hop": hop_json(hop)}
    step, _ = LetterStep.objects.get_or_create(
        letter=row, step=FORWARDED, key=to, defaults={"facts": facts, "by": by, "at": at}
    )
    return step


def file(row: Letter, *, to: str = "", with_key: bool | None = None) -> bytes:
    """Return the file of a letter to hand out; `to` = with our hop of that direction.

    The key of hidden lots goes along unless it travels apart. Raises AlertUnknown where the letter
    was not passed on that way.
    """
    sent = take.sent_of(row)
    if to:
        step = LetterStep.objects.filter(letter=row, step=FORWARDED, key=to).first()
        if step is None:
            raise AlertUnknown
        sent = replace(sent, hops=(*sent.hops, hop_of(step.facts["hop"])))
    return file_of(sent, with_key=not row.key_apart if with_key is None else with_key)


def _letter(draft: Draft, us: Company, at: datetime) -> tuple[Alert, bytes]:
    """Return the letter and the key of its lots; what the format refuses is refused here too."""
    lots, units, runs = named.read(draft.item, draft.lots, draft.units)
    number, key = _number(), secrets.token_bytes(KEY_BYTES) if draft.hide else b""
    letter = Alert(
        kind=draft.kind,
        number=number,
        issued_at=at.replace(microsecond=0),
        issuer=us,
        item=draft.item,
        item_name=draft.item_name.strip()[:LONGEST_NAME],
        lots=tuple(sorted(hidden(key, lots))) if draft.hide else lots,
        units=tuple(sorted(hidden(key, units))) if draft.hide else units,
        runs=runs,
        hidden=draft.hide,
        key_check=key_check(key, number) if draft.hide else "",
        **{name: getattr(draft, name) for name in _SAME},
    )
    try:
        return _as_read(letter), key
    except AlertShape as wrong:
        raise AlertIncomplete(field=wrong.facts["where"].rpartition("/")[2]) from None


_SAME = (
    *("made", "defect", "severity", "act", "contact", "answer_by", "valid_until"),
    *("supersedes", "in_reply_to", "reply_to"),
)


def _as_read(letter: Alert) -> Alert:
    read = letter_of(body_of(letter))
    assert isinstance(read, Alert)
    return read


def counted(step: str, found: Tally, units: int) -> dict[str, int]:
    """Return the counts of an answer.

    "None" is not said while files are loaded, the graph is behind or a network was not asked: that
    passes by itself. Raises AlertCountWrong, AlertNotSure.
    """
    if not 0 <= units <= MOST_UNITS:
        raise AlertCountWrong
    none = dict.fromkeys(COUNTS, 0)
    if step == COUNTED:
        if not found.some and found.passing:
            raise AlertNotSure(open=",".join(found.passing))
        return none | {name: found.counts[name] for name in COUNTS}
    return none | {"shipped": units} if step == "sold_since" else none


def _number() -> str:
    return secrets.token_hex(16)


def _send(
    letter: Said,
    key: bytes,
    network: Network,
    form_key: str,
    by: str,
    at: datetime,
    door: str,
    *,
    key_apart: bool = False,
    reply_to: str = "",
) -> Letter:
    try:
        letter_of(body_of(letter))  # nothing leaves that we would refuse ourselves
    except AlertShape as wrong:
        raise AlertIncomplete(field=wrong.facts["where"].rpartition("/")[2]) from None
    sent: Sent = sign(letter, own.signer(), key=key)
    try:
        with transaction.atomic():
            row = take.keep_letter(
                sent,
                direction=OUT,
                door=door,
                by=by,
                at=at,
                form_key=form_key,
                network=network,
                key_apart=key_apart,
            )
            if reply_to:
                LetterReply.objects.create(letter=row, url=reply_to, at=at)
            return row
    except IntegrityError:  # the same form came twice at this moment
        return Letter.objects.get(by=by, form_key=form_key)
