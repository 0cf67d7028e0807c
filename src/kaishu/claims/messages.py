"""Tell an owner what happened to their claim: the message, and the secret link that it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from kaishu.claims import tokens
from kaishu.claims.lookups import claim_unit
from kaishu.claims.models import Claim, ClaimUnit, Decision
from kaishu.claims.terms import recall_of
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import sentence
from kaishu.notices import actions as notices

# Which decision is told by which message; the others are an owner's own act or a staff matter.
_TOLD = {
    "asked": "question_asked",
    "approved": "claim_approved",
    "refused": "claim_refused",
    "reopened": "claim_reopened",
    "remedy_changed": "remedy_changed",
    "withdrawn": "claim_withdrawn",
}
_ARRIVED = ("unit_ok", "unit_swollen", "unit_hot", "unit_leaking")
# Path word of a language; the tag of the texts is the key.
_PATHS = {"ja": "ja", "zh-Hans": "zh-hans", "en": "en"}


_SILENT: ContextVar[bool] = ContextVar("claims_silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Tell nobody anything in this block: what is written down here happened long ago."""
    before = _SILENT.set(True)
    try:
        yield
    finally:
        _SILENT.reset(before)


def link_token(claim: Claim) -> str:
    """Return the secret of the link that opens this claim now."""
    whose = {"door": claim.door, "key": claim.key, "case_no": claim.case_no}
    secret = tokens.token(**whose, number=claim.link_no)
    if claim.link_no == 1 and tokens.token_hash(secret) != claim.token_hash:
        return tokens.first_token(**whose)
    return secret


def link_path(claim: Claim, language: str = "") -> str:
    """Return the address of a claim within this site, by default in the owner's language."""
    word = _PATHS.get(language or claim.language, "en")
    return f"/{word}/c/{link_token(claim)}/"


def tell(
    *,
    claim: Claim,
    template: str,
    at: datetime,
    key: str,
    slug: str,
    unit_no: int | None = None,
    facts: Mapping[str, str | int] | None = None,
    code: str = "",
    to: str = "",
    link: bool = True,
) -> int | None:
    """Queue a message to a claim's owner with their link; None where they have no address.

    Without the link where the message goes to an address that may be a stranger's: then it names
    nobody either, and if it does not arrive, nothing is wrong with the owner's mail.
    """
    if _SILENT.get():
        return None
    secret = {"link": link_path(claim)} if link else {}
    if code:
        secret["code"] = code
    return notices.queue(
        template=template,
        key=f"{claim.case_no}:{key}",
        person_id=claim.person_id if link else "",
        language=claim.language,
        at=at,
        recall_slug=slug,
        case_no=claim.case_no,
        unit_no=unit_no,
        facts=facts or {},
        secret=secret,
        to=to,
    )


def tell_decision(unit: ClaimUnit, decision: Decision) -> None:
    """Queue what an owner has to hear of a decision; most are told, some concern staff only."""
    template = _template(decision)
    if not template:
        return
    recall = recall_of(unit.edition_id)
    tell(
        claim=unit.claim,
        template=template,
        at=decision.at,
        key=f"decision:{unit.unit_no}:{decision.number}",
        slug=recall.slug,
        unit_no=unit.unit_no,
        facts={**unit_facts(unit, recall), **_reason(decision, unit.claim.language)},
    )


def take_back(unit: ClaimUnit, decision: Decision, *, at: datetime) -> None:
    """Call the message of a decision that was taken back off, or correct it where it was read.

    Only that a parcel arrived is ever taken back.
    """
    if _template(decision) != "parcel_received" or _SILENT.get():
        return
    key = f"decision:{unit.unit_no}:{decision.number}"
    if notices.call_off(key=f"{unit.claim.case_no}:{key}", at=at):
        return
    slug = recall_of(unit.edition_id).slug
    tell(
        claim=unit.claim,
        template="parcel_not_here",
        at=at,
        key=f"{key}:back",
        slug=slug,
        unit_no=unit.unit_no,
    )


def tell_unit(
    *, case_no: str, unit_no: int, template: str, key: str, at: datetime, **facts: str | int
) -> int | None:
    """Queue a message about one unit: its kit left, its remedy was sent or arrived.

    Returns the message's number, None where the owner has no mail address.
    """
    unit = claim_unit(case_no=case_no, unit_no=unit_no)
    recall = recall_of(unit.edition_id)
    return tell(
        claim=unit.claim,
        template=template,
        at=at,
        key=key,
        slug=recall.slug,
        unit_no=unit.unit_no,
        facts={**unit_facts(unit, recall), **facts},
    )


def unit_facts(unit: ClaimUnit, recall: Recall) -> dict[str, str | int]:
    """Return how a message names a unit: the product in the owner's words, and its model."""
    product = recall.product(unit.product)
    name = say(product.name, unit.claim.language) if product else unit.product
    return {"product": name, "model": unit.product, "unit_no": unit.unit_no}


def _template(decision: Decision) -> str:
    if decision.kind == "inspected":
        return "parcel_received" if decision.reason in _ARRIVED else ""
    if decision.kind == "reopened" and decision.reason == "holder_changed":
        return ""  # two claims compared: a staff matter until one of them is decided
    return _TOLD.get(decision.kind, "")


def _reason(decision: Decision, language: str) -> dict[str, str]:
    said = sentence(decision.reason, language, decision.facts)
    return {"reason": said.text, "next": said.next}
