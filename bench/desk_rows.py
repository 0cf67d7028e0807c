"""Make the rows of a recall's claims from a seed, in the mixture that a desk meets.

A waiting claim is whole, as if it had been sent by its owner: a person, a serial, an order. What
is decided has the columns and promises that queues read; its history is not made.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from stdnum.iso7064 import mod_97_10

from bench.common import SEED
from bench.installation import START
from bench.published import MODEL

CHUNK = 5_000
REMEDY = "replace-a1263"
# standing, contested, role of its promise, account, share of all claims
LIVES: tuple[tuple[str, bool, str, str, float], ...] = (
    ("open", False, "", "", 0.10),
    ("open", True, "", "", 0.003),
    ("asked", False, "", "", 0.015),
    ("refused", False, "", "", 0.05),
    ("withdrawn", False, "", "", 0.01),
    ("approved", False, "kit", "owed", 0.05),
    ("approved", False, "remedy", "owed", 0.20),
    ("approved", False, "remedy", "paid", 0.572),
)
DANGEROUS_SHARE = 0.01


def write(recall_id: int, *, claims: int, serials: Sequence[str]) -> int:
    """Store the claims in the default database; returns how many wait to be reviewed."""
    from django.db import connection

    from kaishu.editions import queries as editions

    edition = editions.current_edition(_slug(recall_id))
    assert edition is not None
    edition_id = edition.id
    numbers = iter(_lives(claims))
    waiting = 0
    first = 0
    while some := list(islice(numbers, CHUNK)):
        _store(recall_id, edition_id, first, some, serials)
        waiting += sum(1 for life in some if life[:2] == ("open", False))
        first += len(some)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return waiting


def _slug(recall_id: int) -> str:
    from kaishu.editions import queries as editions

    return next(row.slug for row in editions.recall_rows() if row.id == recall_id)


def _lives(claims: int) -> Iterator[tuple[str, bool, str, str, float]]:
    dice = random.Random(SEED)
    yield from dice.choices(LIVES, [life[4] for life in LIVES], k=claims)


def _store(
    recall_id: int, edition_id: int, first: int, lives: Sequence[Any], serials: Sequence[str]
) -> None:
    from kaishu.books.models import Promise
    from kaishu.claims.models import Claim, ClaimUnit
    from kaishu.people.models import Person

    dice = random.Random(SEED + first)
    claims = [_claim(recall_id, first + n) for n in range(len(lives))]
    Person.objects.bulk_create(
        _person(claim.person_id)
        for claim, life in zip(claims, lives, strict=True)
        if life[0] == "open"
    )
    Claim.objects.bulk_create(claims, batch_size=1_000)
    units, promises = [], []
    for n, (claim, life) in enumerate(zip(claims, lives, strict=True)):
        standing, contested, role, account, _ = life
        condition = "swollen" if dice.random() < DANGEROUS_SHARE else "intact"
        units.append(
            ClaimUnit(
                claim=claim,
                unit_no=1,
                recall_id=recall_id,
                edition_id=edition_id,
                product=MODEL,
                serial_typed=serials[first + n],
                serial=serials[first + n],
                contested=contested,
                verdict_answer="affected",
                verdict_reason="listed",
                order_no=f"250-{first + n}",
                order_amount=dice.randrange(3_000, 6_000),
                condition=condition,
                remedy=REMEDY,
                standing=standing,
                urgency=0 if condition == "swollen" else 1,
                waits_since=claim.submitted_at,
            )
        )
        if role:
            promises.append(_promise(claim, edition_id, role, account))
    ClaimUnit.objects.bulk_create(units, batch_size=1_000)
    Promise.objects.bulk_create(promises, batch_size=1_000)


def _claim(recall_id: int, number: int) -> Any:
    from kaishu.claims.models import Claim

    return Claim(
        case_no=_case_no(number),
        recall_id=recall_id,
        person_id=f"person-{number}",
        language="ja",
        door="web",
        by="",
        key=f"form-{number}",
        request_hash="0" * 64,
        token_hash=f"{number:064d}",
        submitted_at=START + timedelta(seconds=number),
    )


def _case_no(number: int) -> str:
    stem = f"{number:010d}"
    return stem + str(mod_97_10.calc_check_digits(stem))


def _person(person_id: str) -> Any:
    from kaishu.base.sealing import seal
    from kaishu.people.contact import Contact, to_bytes
    from kaishu.people.models import Person

    contact = Contact(name="佐藤 花子", phone=f"03-{person_id[7:]}", postcode="105-0001")
    sealed = seal(to_bytes(contact), purpose=f"person:contact:{person_id}")
    return Person(id=person_id, sealed=sealed, language="ja", created_at=START)


def _promise(claim: Any, edition_id: int, role: str, account: str) -> Any:
    from kaishu.books.models import Promise

    return Promise(
        recall_id=claim.recall_id,
        case_no=claim.case_no,
        unit_no=1,
        role=role,
        terms=REMEDY,
        edition_id=edition_id,
        commodity="kit:bag" if role == "kit" else "JPY",
        quantity=1,
        account=account,
    )
