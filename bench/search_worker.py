"""One process over one database full of claims, told through a pipe what to look for."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench import installation, published
from bench.common import SEED

BATCH = 2_000
FAMILIES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "佐々木", "林")
GIVEN = ("花子", "太郎", "一郎", "美咲", "さくら", "健", "翔太", "陽菜", "直樹", "明")
STREETS = ("東京都港区虎ノ門", "大阪府大阪市北区梅田", "愛知県名古屋市中区栄")
KINDS = ("reference", "serial", "serial tail", "phone tail", "whole phone", "whole name", "address")
COMMON = "family name (thousands share it)"
NOTHING = "nothing there"


def serve(pipe: Connection, folder: Path, url: str) -> None:
    """Run in the new process: do what is asked, answer, until the pipe ends."""
    installation.start(folder, url)
    worker = Worker()
    while True:
        try:
            name, values = pipe.recv()
        except EOFError:
            return
        pipe.send(getattr(worker, name)(**values))


class Worker:
    """What the process can do; every method answers with plain values."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def fill(self, *, recall_folder: Path, serials: list[bytes], claims: int) -> int:
        """Make the tables and that many claims; returns how many search keys they have."""
        from django.db import connection, transaction

        from kaishu.claims.search.models import SearchKey

        installation.migrate()
        recall_id = published.publish(recall_folder)
        self.rows = list(_people(claims, serials))
        with transaction.atomic():
            for start in range(0, claims, BATCH):
                _store(recall_id, self.rows[start : start + BATCH])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return SearchKey.objects.count()

    def look(self, *, kind: str, count: int, first: int) -> dict[str, float]:
        """Look for as many people by one kind of word; returns median and worst in ms.

        What is looked for must be among what is found, unless more are found than are shown.
        """
        from kaishu.claims.models import Claim
        from kaishu.claims.search.find import MOST, find

        chance = random.Random(SEED + first)
        taken = []
        for _ in range(count):
            row = chance.choice(self.rows)
            begin = time.perf_counter()
            found = find(row.get(kind, "Nobody Anywhere"))
            taken.append((time.perf_counter() - begin) * 1000)
            cases = set(
                Claim.objects.filter(id__in=[each.claim_id for each in found]).values_list(
                    "case_no", flat=True
                )
            )
            if kind == NOTHING:
                assert not cases, cases
            else:
                assert row["reference"] in cases or len(found) == MOST, (kind, row[kind])
        taken.sort()
        return {"median": taken[len(taken) // 2], "worst": taken[-1]}

    def bare(self, *, count: int, first: int) -> float:
        """Return the median ms of one bare look-up over the unique index of case numbers."""
        from django.db import connection

        chance = random.Random(SEED + first)
        taken = []
        with connection.cursor() as cursor:
            for _ in range(count):
                case_no = chance.choice(self.rows)["reference"]
                begin = time.perf_counter()
                cursor.execute("SELECT id FROM claims_claim WHERE case_no = %s", [case_no])
                assert cursor.fetchone()
                taken.append((time.perf_counter() - begin) * 1000)
        taken.sort()
        return taken[len(taken) // 2]


def _people(claims: int, serials: list[bytes]) -> Any:
    """Yield what each invented owner would say of their claim, by kind."""
    chance = random.Random(SEED)
    for number in range(claims):
        stem = f"{number:010d}"
        serial = serials[number % len(serials)].decode()
        phone = (
            f"0{chance.choice('789')}0-{chance.randrange(10**4):04d}-{chance.randrange(10**4):04d}"
        )
        family, given = chance.choice(FAMILIES), chance.choice(GIVEN)
        postcode = f"{chance.randrange(100, 999)}-{chance.randrange(10**4):04d}"
        block = f"{chance.randrange(1, 9)}-{chance.randrange(1, 40)}-{chance.randrange(1, 40)}"
        yield {
            "reference": stem + _check_digits(stem),
            "serial": serial,
            "serial tail": serial[-6:],
            "phone tail": phone[-4:],
            "whole phone": phone,
            "whole name": f"{family} {given}{number}",
            COMMON: family,
            "address": f"{postcode} {block}",
            "name": f"{family} {given}{number}",
            "postcode": postcode,
            "street": f"{chance.choice(STREETS)}{block}",
        }


def _check_digits(stem: str) -> str:
    from stdnum.iso7064 import mod_97_10

    return str(mod_97_10.calc_check_digits(stem))


def _store(recall_id: int, rows: list[dict[str, str]]) -> None:
    """Store claims as `submit_claim` would, many at a time and without the books."""
    from kaishu.base.sealing import seal
    from kaishu.claims.models import Claim, ClaimUnit
    from kaishu.claims.search.tokens import UnitWords, of_claim
    from kaishu.people.contact import Contact, to_bytes
    from kaishu.people.models import Person, new_id

    at = installation.START
    contacts = [
        Contact(
            name=row["name"],
            phone=row["whole phone"],
            email=f"{row['reference']}@example.test",
            postcode=row["postcode"],
            street=row["street"],
        )
        for row in rows
    ]
    people = []
    for contact in contacts:
        person_id = new_id()
        sealed = seal(to_bytes(contact), purpose=f"person:contact:{person_id}")
        people.append(Person(id=person_id, sealed=sealed, language="ja", created_at=at))
    Person.objects.bulk_create(people)
    claims = Claim.objects.bulk_create(
        Claim(
            case_no=row["reference"],
            recall_id=recall_id,
            person_id=person.id,
            language="ja",
            door="public",
            by="owner",
            key=row["reference"],
            request_hash="",
            token_hash=row["reference"],
            submitted_at=at,
        )
        for row, person in zip(rows, people, strict=True)
    )
    ClaimUnit.objects.bulk_create(
        ClaimUnit(
            claim=claim,
            unit_no=1,
            recall_id=recall_id,
            edition_id=1,
            product=published.MODEL,
            serial_typed=row["serial"],
            serial=row["serial"],
            verdict_answer="affected",
            verdict_reason="listed",
            condition="intact",
            waits_since=at,
        )
        for row, claim in zip(rows, claims, strict=True)
    )
    _store_keys(
        (token, claim.id)
        for row, claim, contact in zip(rows, claims, contacts, strict=True)
        for token in of_claim(contact, [UnitWords(row["serial"], row["serial"], "")])
    )


def _store_keys(pairs: Iterable[tuple[int, int]]) -> None:
    """Store search keys by the quickest way that each database has: there are two million."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO claims_searchkey (token, claim_id) VALUES (%s, %s)", pairs
            )
            return
        with cursor.cursor.copy("COPY claims_searchkey (token, claim_id) FROM STDIN") as copy:
            for pair in pairs:
                copy.write_row(pair)
