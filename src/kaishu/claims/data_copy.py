"""Everything that is kept about one owner, as one plain value: the copy they may take with them.

The form is described in docs/reference/my-data.schema.json; a test holds every copy against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kaishu.base.sealing import unseal
from kaishu.claims import lookups
from kaishu.claims.case import case
from kaishu.claims.known import KEPT
from kaishu.claims.models import Claim, Note
from kaishu.claims.views import CaseView, DecisionView, EvidenceView, UnitView
from kaishu.core.sentences import sentence
from kaishu.editions import queries as editions
from kaishu.incidents import queries as incidents
from kaishu.incidents.models import Incident
from kaishu.notices import queries as notices
from kaishu.people import consent
from kaishu.people import queries as people

SCHEMA = "kaishu.my-data.v1"


def copy_of(*, case_no: str, at: datetime) -> dict[str, Any]:
    """Return all that is kept about the owner of a claim. Raises PersonForgotten, ClaimNotFound.

    Who of the staff looked is said without names: that is their data, not the owner's.
    """
    person_id = lookups.claim(case_no).person_id
    contact = people.contact(person_id)
    claims = Claim.objects.filter(person_id=person_id).order_by("id")
    return {
        "schema": SCHEMA,
        "made_at": at.isoformat(),
        "contact": {name: getattr(contact, name) for name in type(contact).__dataclass_fields__},
        "language": people.language(person_id),
        "consents": [
            {
                "at": agreed.at.isoformat(),
                "version": agreed.version,
                "given": agreed.given,
                "text": _words(agreed.version, people.language(person_id)),
            }
            for agreed in people.consents(person_id)
        ],
        "claims": [_claim(case(claim.case_no)) for claim in claims],
        "reports": [_report(row) for row in incidents.of_person(person_id)],
        "looks": [
            {"at": look.at.isoformat(), "why": look.why, "file": look.evidence_id}
            for look in people.looks(person_id)
        ],
    }


def as_json(value: dict[str, Any]) -> bytes:
    """Return a copy as people can open and read it."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def files_of(view: CaseView) -> tuple[EvidenceView, ...]:
    """Return the files of a case that still exist."""
    every = (*view.evidence, *(item for unit in view.units for item in unit.evidence))
    return tuple(item for item in every if not item.erased)


def notes_of(claim_unit_id: int) -> list[tuple[Note, str]]:
    """Return what an owner wrote about a unit, in clear; emptied notes are left out."""
    rows = Note.objects.filter(claim_unit_id=claim_unit_id, sealed__isnull=False).order_by("id")
    return [
        (row, unseal(bytes(row.sealed), purpose=f"claims:note:{row.id}").decode())
        for row in rows
        if row.sealed is not None
    ]


def _claim(view: CaseView) -> dict[str, Any]:
    return {
        "case_no": view.case_no,
        "recall": editions.edition(view.units[0].edition_id).recall.slug,
        "sent_at": view.submitted_at.isoformat(),
        "units": [_unit(unit, view.language) for unit in view.units],
        "files": _files(view.evidence),
        "messages": [
            {"at": row.queued_at.isoformat(), "about": row.template, "state": row.state}
            for row in notices.messages(view.case_no)
        ],
    }


def _unit(unit: UnitView, language: str) -> dict[str, Any]:
    return {
        "unit_no": unit.unit_no,
        "product": unit.product,
        "colour": unit.colour,
        "serial_typed": unit.serial_typed,
        "serial": unit.serial,
        "known": {name: unit.verdict_facts[name] for name in KEPT if name in unit.verdict_facts},
        "condition": unit.condition,
        "order_no": unit.order_no,
        "shop": unit.shop,
        "bought_on": unit.bought_on.isoformat() if unit.bought_on else None,
        "order_amount": unit.order_amount,
        "remedy": unit.remedy,
        "stage": str(unit.stage.code),
        "decisions": [_decision(decision, language) for decision in unit.decisions],
        "owed": [
            {"what": p.commodity, "quantity": p.quantity, "place": p.account} for p in unit.promises
        ],
        "words": [
            {"at": note.at.isoformat(), "kind": note.kind, "words": words}
            for note, words in notes_of(unit.claim_unit_id)
        ],
        "files": _files(unit.evidence),
    }


def _decision(decision: DecisionView, language: str) -> dict[str, Any]:
    return {
        "at": decision.at.isoformat(),
        "kind": decision.kind,
        "reason": decision.reason,
        "says": sentence(decision.reason, language, decision.facts).text,
    }


def _files(items: Iterable[EvidenceView]) -> list[dict[str, Any]]:
    return [
        {
            "number": item.evidence_id,
            "kind": item.kind,
            "media_type": item.media_type,
            "bytes": item.size,
            "deleted": item.erased,
        }
        for item in items
    ]


def _report(row: Incident) -> dict[str, Any]:
    words = ""
    if row.sealed is not None:
        words = unseal(bytes(row.sealed), purpose=f"incident:words:{row.key}").decode()
    return {
        "number": row.number,
        "at": row.known_at.isoformat(),
        "condition": row.kind,
        "injured": row.injured,
        "fire": row.fire,
        "words": words,
    }


def _words(version: str, language: str) -> str:
    text = consent.of_version(version)
    return text.text[language] if text else ""
