"""Mistakes to plant, one at a time: in the house or in the simulator's own truth. Each must be seen.

Each comes with a seed whose story meets it soon; where a change has made another story of it, the
seeds after it are played too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaishu.core import pack
from kaishu.demo.simulator.depots import Depots
from kaishu.demo.simulator.treasury import Treasury
from kaishu.editions import queries as editions
from kaishu.editions.models import Edition

Plant = Callable[[pytest.MonkeyPatch], None]


def pays_before_receipt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.due.DUE", ("approved", "collected", "not_collected"))


def kits_that_came_back_stay_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.returns.scans._settle", lambda parcel: None)


def a_unit_has_no_keeper(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.claims.submit.try_to_hold", lambda *_, **__: None)


def an_undone_scan_still_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.due_rows.UNDONE", "never")
    patch.setattr(Depots, "taken_back", 0.9)  # rare else: it must be paid in the days between


def a_pause_holds_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.pauses.paused_recalls", frozenset)


def funds_have_no_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.funds.check_covered", lambda **_: None)
    patch.setattr(Treasury, "receipts", (300,))


def recalled_units_are_sent_in_exchange(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.stock.recalled", lambda model, serial: False)


def a_form_of_a_shop_counts_twice(patch: pytest.MonkeyPatch) -> None:
    from kaishu.returns.trade import answers

    kept = answers._answer
    patch.setattr(answers, "_answer", lambda *given, **more: [kept(*given, **more)])


def sold_since_moves_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.returns.trade.answers._sell", lambda *_, **__: None)


def old_claims_get_the_new_terms(patch: pytest.MonkeyPatch) -> None:
    def newest(edition_id: int) -> Any:
        slug = Edition.objects.values_list("recall__slug", flat=True).get(id=edition_id)
        return editions.current_pack(slug).recall

    patch.setattr("kaishu.claims.terms.recall_of", newest)


def a_second_edition_never_answers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pack, "swap", lambda *_: None)


def an_erased_owner_is_still_known(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.people.actions.forget", lambda **_: None)


def a_forgotten_owner_still_gets_mail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.notices.actions.forget", lambda **_: None)


def the_truth_promises_too_little(patch: pytest.MonkeyPatch) -> None:
    def less(self: Any, *given: Any) -> list[tuple[str, str, int]]:
        return [(role, name, n - (n > 1)) for role, name, n in awards(self, *given)]

    from kaishu.demo.simulator.truth import Truth

    awards = Truth._awards
    patch.setattr(Truth, "_awards", less)


SEEN_BY: dict[Plant, int] = {
    pays_before_receipt: 1,
    kits_that_came_back_stay_sent: 1,
    a_unit_has_no_keeper: 2,
    an_undone_scan_still_counts: 3,
    a_pause_holds_nothing: 7,
    funds_have_no_end: 1,
    recalled_units_are_sent_in_exchange: 1,
    a_form_of_a_shop_counts_twice: 2,
    sold_since_moves_nothing: 6,
    old_claims_get_the_new_terms: 1,
    a_second_edition_never_answers: 1,
    an_erased_owner_is_still_known: 1,
    the_truth_promises_too_little: 1,
}
# Too rare in a small world; seen in a whole one.
NEEDS_TIME = {funds_have_no_end, old_claims_get_the_new_terms}
