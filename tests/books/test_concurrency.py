"""Many at once, with real commits: one wins, nobody's act is half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from kaishu.books import actions, errors, queries
from kaishu.books.audit import audit
from kaishu.books.models import Entry, Unit
from kaishu.books.values import UnitMove
from tests.books.harness import AT_LARGE, BACK_ROOM, OWNER, PRODUCT, RECALL, SHOP, START, Books

CROWD = 50


def at_once(act, crowd: int = CROWD) -> list[object]:
    """Run an act in many threads that start together; return results or refusals."""
    start = Barrier(crowd)

    def run(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except errors.Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(run, range(crowd)))


@pytest.fixture
def books(fresh_db: object) -> Books:
    """Books whose commits are real."""
    opened = Books()
    opened.open(at_large=100, unsold=20)
    return opened


def test_fifty_holders_of_one_serial_leave_one_entry(books: Books) -> None:
    def claim(number: int) -> Entry:
        unit = actions.identify(
            recall_id=RECALL, product=PRODUCT, pool="consumer", place=AT_LARGE, serial="SN-1"
        )
        return actions.move_unit(
            unit_id=unit.id,
            kind="holder.known",
            source=AT_LARGE,
            target=OWNER,
            key=f"claim-{number}",
            door="test",
            by="owner",
            at=START,
            case_no=f"{number:012d}",
            unit_no=1,
        )

    results = at_once(claim)
    assert sum(isinstance(result, Entry) for result in results) == 1
    assert sum(isinstance(result, errors.UnitMoved) for result in results) == CROWD - 1
    assert Unit.objects.count() == 1
    assert str(books) == "declared -120  unsold 20  at_large 99  owner 1"
    assert list(audit()) == []


def test_fifty_repeats_of_one_act_record_it_once(books: Books) -> None:
    move = UnitMove(product=PRODUCT, pool="retailer", quantity=3, source=SHOP, target=BACK_ROOM)

    def quarantine(_: int) -> Entry:
        return actions.post(
            kind="stock.quarantined",
            moves=(move,),
            recall_id=RECALL,
            key="the-same",
            door="test",
            by="shop",
            at=START,
        )

    results = at_once(quarantine)
    assert len({entry.id for entry in results if isinstance(entry, Entry)}) == 1
    assert str(books) == "declared -120  unsold 17  at_large 100  depot 3"


def test_fifty_takers_never_take_more_than_the_shop_holds(books: Books) -> None:
    move = UnitMove(product=PRODUCT, pool="retailer", quantity=1, source=SHOP, target=BACK_ROOM)

    def quarantine(number: int) -> Entry:
        return actions.post(
            kind="stock.quarantined",
            moves=(move,),
            recall_id=RECALL,
            key=f"scan-{number}",
            door="test",
            by="shop",
            at=START,
        )

    results = at_once(quarantine)
    assert sum(isinstance(result, errors.TooLittle) for result in results) == CROWD - 20
    assert queries.trial_balance(recall_id=RECALL).units_in("depot") == 20
    assert list(audit()) == []
