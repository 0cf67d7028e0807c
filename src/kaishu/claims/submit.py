"""Submit a claim. Whatever the verdict, it is saved; the same form twice is one claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from kaishu.claims import case_numbers, evidence_rows, tokens
from kaishu.claims.access import send_code
from kaishu.claims.errors import ClaimKeyReused, FiledAhead, RecallNotOpen
from kaishu.claims.facts import ClaimFacts, UnitFacts, check, urgency_of
from kaishu.claims.holding import serial_is_a_name, try_to_hold
from kaishu.claims.known import facts_kept, inspection_of
from kaishu.claims.messages import link_token
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.search import keep as search
from kaishu.core import serials
from kaishu.core.answer import judge
from kaishu.core.pack import Pack
from kaishu.core.triage import triage
from kaishu.core.verdict import Answer
from kaishu.editions import queries as editions
from kaishu.incidents import actions as incidents
from kaishu.notices import actions as notices
from kaishu.people import actions as people
from kaishu.people.regions import region_of

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the owner gets: the number to read out, and the secret of their link."""

    case_no: str
    token: str
    repeated: bool


def submit_claim(
    *,
    facts: ClaimFacts,
    key: str,
    door: str,
    by: str,
    at: datetime,
    filed_at: datetime | None = None,
) -> Submitted:
    """Save a claim and make it the holder of every affected unit that nobody holds.

    One transaction with the person. `filed_at` is when the owner sent it, where that was before
    it was written down here (`at`): a recall that is taken over. Raises ClaimKeyReused where the
    key brought other answers, ClaimIncomplete and ClaimTooLong for what cannot be stored,
    FiledAhead for a claim from the future.
    """
    check(facts)
    if filed_at is not None and filed_at > at:
        raise FiledAhead()
    request_hash = tokens.request_hash(facts.request())
    for attempt in range(ATTEMPTS):
        first = Claim.objects.filter(door=door, by=by, key=key).first()
        if first is not None:
            return _repeat(first, request_hash)
        case_no = case_numbers.new()
        secret = tokens.token(door=door, key=key, case_no=case_no)
        try:
            with transaction.atomic():
                claim = Claim(
                    case_no=case_no,
                    language=facts.language,
                    door=door,
                    by=by,
                    key=key,
                    request_hash=request_hash,
                    token_hash=tokens.token_hash(secret),
                    submitted_at=filed_at or at,
                    recorded_at=at,
                    region=region_of(facts.contact),
                )
                _save(claim, facts)
            return Submitted(case_no, secret, repeated=False)
        except IntegrityError:
            # Our key or our number was taken a moment ago: look again.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the loop returns or raises")


def _repeat(first: Claim, request_hash: str) -> Submitted:
    if first.request_hash != request_hash:
        raise ClaimKeyReused()
    return Submitted(first.case_no, link_token(first), repeated=True)


def _save(claim: Claim, facts: ClaimFacts) -> None:
    edition = editions.current_edition(facts.recall)
    if edition is None:
        raise RecallNotOpen(recall=facts.recall)
    pack = editions.pack_for(edition)
    claim.recall_id = edition.recall_id
    claim.person_id = people.register(
        contact=facts.contact, language=facts.language, at=claim.recorded_at
    )
    if facts.consent:
        people.record_consent(
            person_id=claim.person_id,
            text_version=facts.consent,
            given=True,
            at=claim.recorded_at,
            **_read_out(claim),
        )
    claim.save(force_insert=True)
    rows = [
        _unit(claim, number, unit, edition.id, pack) for number, unit in enumerate(facts.units, 1)
    ]
    _hold_units(claim, rows, pack)
    for row in rows:
        row.save(force_insert=True)
    search.add(claim, facts.contact, rows)
    evidence_rows.keep(claim, None, facts.evidence)
    for row, unit in zip(rows, facts.units, strict=True):
        evidence_rows.keep(claim, row, unit.evidence)
    _report_dangers(claim, rows, pack)
    if facts.contact.email:
        send_code(
            claim=claim,
            template="claim_received",
            at=claim.recorded_at,
            key="received",
            slug=facts.recall,
        )


def _read_out(claim: Claim) -> dict[str, str]:
    """Say of a consent that it was read out by telephone, and by whom it was written down."""
    return {"channel": "phone", "by": claim.by} if claim.door == "console" else {}


def _unit(claim: Claim, number: int, unit: UnitFacts, edition_id: int, pack: Pack) -> ClaimUnit:
    verdict = judge(pack, inspection_of(unit, market=pack.recall.market))
    model = verdict.facts.get("model", unit.model)
    return ClaimUnit(
        claim=claim,
        unit_no=number,
        recall_id=claim.recall_id,
        edition_id=edition_id,
        product=model,
        colour=unit.colour,
        serial_typed=unit.serial,
        serial=_serial(pack, model, unit.serial),
        verdict_answer=str(verdict.answer),
        verdict_reason=verdict.reason,
        verdict_facts=facts_kept(unit, verdict),
        order_no=unit.order_no,
        shop=unit.shop,
        bought_on=unit.bought_on,
        order_amount=unit.order_amount,
        condition=unit.condition,
        remedy=unit.remedy,
        urgency=urgency_of(unit.condition),
        waits_since=claim.submitted_at,
    )


def _serial(pack: Pack, model: str, typed: str) -> str:
    product = pack.recall.product(model)
    if product is None or not typed:
        return ""
    return serials.read(typed, pack.recall.serial_format(product)).serial or ""


def _hold_units(claim: Claim, rows: list[ClaimUnit], pack: Pack) -> None:
    # By serial, so that two claims over the same units never wait for each other in a circle.
    for row in sorted(rows, key=lambda row: row.serial):
        affected = row.verdict_answer == Answer.AFFECTED
        if affected and row.serial and serial_is_a_name(pack.recall, row.product):
            try_to_hold(row, pack.recall)


def _report_dangers(claim: Claim, rows: list[ClaimUnit], pack: Pack) -> None:
    """Open an incident for each unit that may hurt somebody, which owes a call with a deadline.

    Where the owner cannot tell how the unit is, nothing has happened, but a person calls too.
    """
    for row in rows:
        seen = triage(row.condition)
        if seen.dangerous:
            _report(claim, row, pack)
        elif seen.call_within is not None:
            notices.call_back(
                why="danger",
                key=f"claim:{claim.case_no}-{row.unit_no}",
                person_id=claim.person_id,
                recall_slug=pack.recall.slug,
                case_no=claim.case_no,
                unit_no=row.unit_no,
                due_at=claim.recorded_at + timedelta(minutes=seen.call_within),
                at=claim.recorded_at,
            )


def _report(claim: Claim, row: ClaimUnit, pack: Pack) -> None:
    incidents.report(
        key=f"claim:{claim.case_no}-{row.unit_no}",
        recall_slug=pack.recall.slug,
        market=pack.recall.market,
        product=row.product,
        kind=row.condition,
        door=claim.door,
        by=claim.by,
        at=claim.recorded_at,
        known_at=claim.submitted_at if claim.submitted_at < claim.recorded_at else None,
        case_no=claim.case_no,
        unit_no=row.unit_no,
        person_id=claim.person_id,
    )
