"""Random legal and illegal acts; after every step the books must still be books.

The model beside them is a plain dictionary of who stands where and what is owed, kept without
any of the books' code but the closed lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kaishu.books import actions, corrections, queries
from kaishu.books.audit import audit
from kaishu.books.ledger import moves_of
from kaishu.books.models import Entry, Promise, Unit
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import PROMISE_ROUTES, UNIT_ACCOUNTS, UNIT_ROUTES, WITH_PARTY
from kaishu.core.errors import Refusal
from kaishu.core.remedy import Award
from kaishu.core.stage import DecisionFact, PromiseFact, stage
from tests.books.harness import PRODUCT, RECALL, Books
from tests.support import seeds

# Shrinking a story of twenty acts with a database under it takes longer than reading it.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
SERIALS = st.sampled_from([f"SN-{n}" for n in range(1, 6)])
KINDS = st.sampled_from(sorted(UNIT_ROUTES))
PROMISE_KINDS = st.sampled_from(sorted(PROMISE_ROUTES))
PROMISE_TARGETS = st.sampled_from(["cost", "owed", "sent", "paid", "waived"])
COMMODITIES = st.sampled_from(["JPY", "coupon:CNY", "sku:A1637", "kit:bag"])
PLACES = st.sampled_from(
    [
        Place(account, party)
        for account in UNIT_ACCOUNTS
        for party in (("east", "west") if account in WITH_PARTY else ("",))
    ]
)
DECISIONS = st.lists(
    st.sampled_from(["asked", "answered", "approved", "refused", "reopened", "inspected", "odd"]),
    max_size=4,
)


class BooksMachine(RuleBasedStateMachine):
    """Acts on one recall's books and on a dictionary, and compares them after each act."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.books = Books()
        self.books.open(at_large=10)
        self.books.cases = {f"SN-{n}": f"{n:012d}" for n in range(1, 6)}
        self.units: dict[str, Place] = {}
        self.counted: Counter[Place] = Counter({Place("at_large"): 10, Place("declared"): -10})
        self.promises: dict[int, str] = {}
        self.last: Callable[[], Entry | None] | None = None

    def teardown(self) -> None:
        found = [str(finding) for finding in audit()]
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        assert found == []

    def try_to(self, act: Callable[[], Entry | None]) -> bool:
        """Run an act; a refusal must leave the balance as it was."""
        before, entries = str(self.books), Entry.objects.count()
        try:
            with transaction.atomic():
                act()
        except Refusal:
            assert (str(self.books), Entry.objects.count()) == (before, entries)
            return False
        self.last = act
        return True

    @rule(serial=SERIALS, kind=KINDS, goal=PLACES)
    def move_a_named_unit(self, serial: str, kind: str, goal: Place) -> None:
        who = self.books.who()
        if self.try_to(lambda: self.books.move(serial, kind, goal, **who)):
            source = self.units.get(serial, Place("at_large"))
            self.counted[source] -= 1
            self.counted[goal] += 1
            self.units[serial] = goal

    @rule(serial=SERIALS, data=st.data())
    def move_a_named_unit_along_a_route(self, serial: str, data: st.DataObject) -> None:
        account = self.units.get(serial, Place("at_large")).account
        open_routes = sorted(
            (kind, target)
            for kind, routes in UNIT_ROUTES.items()
            for source, target in routes
            if source == account
        )
        if open_routes:
            kind, target = data.draw(st.sampled_from(open_routes))
            party = data.draw(st.sampled_from(["east", "west"])) if target in WITH_PARTY else ""
            self.move_a_named_unit(serial, kind, Place(target, party))

    @rule(kind=KINDS, source=PLACES, goal=PLACES, quantity=st.integers(1, 6))
    def move_a_quantity(self, kind: str, source: Place, goal: Place, quantity: int) -> None:
        move = UnitMove(
            product=PRODUCT, pool="consumer", quantity=quantity, source=source, target=goal
        )
        who = self.books.who()
        if self.try_to(lambda: actions.post(kind=kind, moves=(move,), recall_id=RECALL, **who)):
            self.counted[source] -= quantity
            self.counted[goal] += quantity

    @rule(place=PLACES, counted=st.integers(0, 6))
    def take_stock(self, place: Place, counted: int) -> None:
        where = {"recall_id": RECALL, "product": PRODUCT, "pool": "consumer", "place": place}
        who = self.books.who()
        if self.try_to(lambda: actions.stocktake(**where, counted=counted, **who)):
            difference = counted - self.counted[place]
            self.counted[place] += difference
            self.counted[Place("at_large")] -= difference

    @rule(serial=SERIALS, awards=st.lists(st.tuples(COMMODITIES, st.integers(1, 900)), min_size=1))
    def award(self, serial: str, awards: list[tuple[str, int]]) -> None:
        for promise in self.books.award(serial, *awards):
            self.promises[promise.id] = "owed"

    @precondition(lambda self: self.promises)
    @rule(data=st.data(), kind=PROMISE_KINDS, goal=PROMISE_TARGETS)
    def move_a_promise(self, data: st.DataObject, kind: str, goal: str) -> None:
        promise_id = data.draw(st.sampled_from(sorted(self.promises)))
        who = self.books.who()
        if self.try_to(
            lambda: actions.move_promise(promise_id=promise_id, kind=kind, target=goal, **who)
        ):
            self.promises[promise_id] = goal

    @precondition(lambda self: self.promises)
    @rule(data=st.data(), quantity=st.integers(1, 900))
    def change_a_promise(self, data: st.DataObject, quantity: int) -> None:
        promise_id = data.draw(st.sampled_from(sorted(self.promises)))
        award = Award("coupon:CNY", quantity, "remedy")
        who = self.books.who()
        if self.try_to(
            lambda: actions.change_promises(
                promise_ids=[promise_id], awards=[award], terms="coupon", **who
            )
        ):
            self.promises[promise_id] = "cost"
            self.promises[Promise.objects.latest("id").id] = "owed"

    @rule(data=st.data())
    def reverse_an_entry(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(list(Entry.objects.order_by("id"))))
        who = self.books.who()
        if not self.try_to(lambda: corrections.reverse(entry_id=entry.id, reason="mistake", **who)):
            return
        names = {unit.id: unit.serial for unit in Unit.objects.all()}
        for move in moves_of(entry):
            if isinstance(move, UnitMove):
                self.counted[move.target] -= move.quantity
                self.counted[move.source] += move.quantity
                if move.unit is not None:
                    self.units[names[move.unit]] = move.source
            elif move.promise is not None:
                self.promises[move.promise] = move.source

    @precondition(lambda self: self.last)
    @rule()
    def repeat_the_last_act(self) -> None:
        before, entries = str(self.books), Entry.objects.count()
        assert self.last is not None
        self.last()
        assert (str(self.books), Entry.objects.count()) == (before, entries)

    @rule(decisions=DECISIONS, contested=st.booleans(), serial=st.none() | SERIALS)
    def see_the_stage(self, decisions: list[str], contested: bool, serial: str | None) -> None:
        place = self.units.get(serial) if serial else None
        case_no = self.books.cases.get(serial or "", "")
        promises = [
            PromiseFact(promise.role, promise.commodity, promise.account)
            for promise in queries.promises_of_case(case_no)
        ]
        seen = stage(
            [DecisionFact(kind) for kind in decisions],
            place.account if place else None,
            promises,
            contested=contested,
        )
        assert 1 <= seen.position <= 6

    @invariant()
    def every_pool_and_commodity_sums_to_zero(self) -> None:
        balance = queries.trial_balance(recall_id=RECALL)
        pools: Counter[str] = Counter()
        for line in balance.units:
            pools[line.pool] += line.quantity
        commodities: Counter[str] = Counter()
        for promised in balance.promises:
            commodities[promised.commodity] += promised.quantity
        assert set(pools.values()) | set(commodities.values()) <= {0}

    @invariant()
    def every_unit_stands_where_the_model_says(self) -> None:
        stands = {u.serial: Place(u.account, u.party) for u in Unit.objects.all()}
        for serial, place in self.units.items():
            assert stands[serial] == place
        accounts = {p.id: p.account for p in Promise.objects.all()}
        assert accounts == self.promises

    @invariant()
    def the_balance_is_the_model(self) -> None:
        balance = queries.trial_balance(recall_id=RECALL)
        found = {Place(line.account, line.party): line.quantity for line in balance.units}
        assert found == {place: n for place, n in self.counted.items() if n}


# Acts in one story; the long run tells longer ones.
STEPS = 20 if seeds.TORTURE else 12


@pytest.mark.django_db
def test_random_acts_leave_books_that_tie_out() -> None:
    run_state_machine_as_test(
        BooksMachine, settings=settings(stateful_step_count=STEPS, print_blob=True, phases=QUICK)
    )
