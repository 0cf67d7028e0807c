"""One short story per flow that often breaks; each asserts the whole balance."""

from __future__ import annotations

import pytest

from kaishu.books import actions, errors, queries
from kaishu.books.models import Entry
from kaishu.books.values import Place, UnitMove
from kaishu.core.remedy import Award
from tests.books.harness import (
    AT_LARGE,
    BACK_ROOM,
    DEPOT,
    DISPOSED,
    OWNER,
    POST,
    PRODUCT,
    RECALL,
    RECYCLER,
    SHOP,
    Books,
)


def test_a_unit_goes_from_claim_to_certificate_and_its_owner_is_paid_once(books: Books) -> None:
    books.claim("SN-1")
    refund, kit = books.award("SN-1", ("JPY", 3990), ("kit:bag", 1))
    books.pay(kit, "payout.sent", "payout.settled")
    books.move("SN-1", "parcel.sent", POST)
    books.move("SN-1", "parcel.received", DEPOT)
    books.pay(refund, "payout.sent", "payout.settled")
    books.move("SN-1", "custody.handed_over", RECYCLER)
    books.move("SN-1", "disposal.certified", DISPOSED)
    assert str(books) == (
        "declared -120  unsold 20  at_large 99  disposed 1"
        " | JPY: cost -3990  paid 3990 | kit:bag: cost -1  paid 1"
    )


def test_stock_is_quarantined_at_a_shop_and_shipped_to_the_recycler(books: Books) -> None:
    truck = Place("transit", "truck")
    books.count("stock.quarantined", SHOP, BACK_ROOM, 15, pool="retailer")
    books.count("custody.handed_over", BACK_ROOM, truck, 15, pool="retailer")
    books.count("custody.handed_over", truck, RECYCLER, 15, pool="retailer")
    books.count("disposal.certified", RECYCLER, DISPOSED, 15, pool="retailer")
    assert str(books) == "declared -120  unsold 5  at_large 100  disposed 15"


def test_stock_sold_anyway_is_at_large(books: Books) -> None:
    books.count("stock.sold_anyway", SHOP, AT_LARGE, 3, pool="retailer")
    assert str(books) == "declared -120  unsold 17  at_large 103"


def test_two_cells_in_two_packages_arrive_apart(books: Books) -> None:
    for serial in ("SN-1", "SN-2"):
        books.claim(serial)
        books.move(serial, "parcel.sent", POST)
    books.move("SN-1", "parcel.received", DEPOT)
    assert str(books) == "declared -120  unsold 20  at_large 98  transit 1  depot 1"
    books.move("SN-2", "parcel.received", Place("depot", "depot-west"))
    assert (books.place_of("SN-1"), books.place_of("SN-2")) == (
        "depot:depot-east",
        "depot:depot-west",
    )


def test_a_lost_parcel_is_still_dangerous_and_can_still_arrive(books: Books) -> None:
    books.claim("SN-1")
    books.move("SN-1", "parcel.sent", POST)
    books.move("SN-1", "parcel.lost", AT_LARGE)
    assert str(books) == "declared -120  unsold 20  at_large 100"
    books.move("SN-1", "parcel.received", DEPOT)
    assert str(books) == "declared -120  unsold 20  at_large 99  depot 1"


def test_a_wrong_item_is_kept_apart_from_the_population_and_handed_back(books: Books) -> None:
    books.claim("SN-1")
    stray = actions.identify(
        recall_id=RECALL, product=PRODUCT, pool="stray", place=Place("declared"), tag="T-1"
    )
    for kind, target in (("stray.received", DEPOT), ("stray.released", Place("released"))):
        actions.move_unit(unit_id=stray.id, kind=kind, target=target, **books.who())
    assert queries.trial_balance(recall_id=RECALL).population == 120
    assert str(books) == "declared -121  unsold 20  at_large 99  owner 1  released 1"


def test_a_unit_made_safe_at_home_is_at_its_end(books: Books) -> None:
    books.claim("SN-1")
    books.move("SN-1", "safe.done", Place("made_safe"))
    assert str(books) == "declared -120  unsold 20  at_large 99  made_safe 1"


def test_the_population_is_corrected_up_and_down(books: Books) -> None:
    books.count("population.corrected", Place("declared"), AT_LARGE, 30)
    books.count("population.corrected", SHOP, Place("declared"), 5, pool="retailer")
    assert str(books) == "declared -145  unsold 15  at_large 130"


def test_an_understated_population_never_refuses_a_person(db: None) -> None:
    books = Books()
    books.open(at_large=1)
    books.claim("SN-1")
    books.claim("SN-2")
    assert str(books) == "declared -1  at_large -1  owner 2"
    understated = queries.trial_balance(recall_id=RECALL).understated()
    assert [(line.account, line.quantity) for line in understated] == [("at_large", -1)]


def test_a_unit_said_to_be_gone_is_found_again(books: Books) -> None:
    books.claim("SN-1")
    books.move("SN-1", "unit.gone", Place("gone"))
    assert str(books) == "declared -120  unsold 20  at_large 99  gone 1"
    books.move("SN-1", "unit.found", OWNER)
    books.move("SN-1", "unit.gone", Place("gone"))
    books.move("SN-1", "parcel.received", DEPOT)
    assert str(books) == "declared -120  unsold 20  at_large 99  depot 1"


def test_a_remedy_changed_after_it_is_owed_closes_the_old_promise(books: Books) -> None:
    books.claim("SN-1")
    (refund,) = books.award("SN-1", ("CNY", 9900))
    actions.change_promises(
        promise_ids=[refund.id],
        awards=[Award("coupon:CNY", 14900, "remedy")],
        terms="coupon",
        **books.who(),
    )
    assert str(books) == (
        "declared -120  unsold 20  at_large 99  owner 1 | coupon:CNY: cost -14900  owed 14900"
    )


def test_a_remedy_cannot_change_once_it_has_left(books: Books) -> None:
    books.claim("SN-1")
    (refund,) = books.award("SN-1", ("CNY", 9900))
    books.pay(refund, "payout.sent")
    before = str(books)
    with pytest.raises(errors.PromiseMoved):
        actions.change_promises(
            promise_ids=[refund.id],
            awards=[Award("coupon:CNY", 14900, "remedy")],
            terms="coupon",
            **books.who(),
        )
    assert str(books) == before


def test_a_bounced_payment_and_a_late_return_end_paid_once(books: Books) -> None:
    books.claim("SN-1")
    (refund,) = books.award("SN-1", ("JPY", 3990))
    books.pay(refund, "payout.sent", "payout.bounced")
    assert str(books).endswith("JPY: cost -3990  owed 3990")
    books.pay(refund, "payout.sent", "payout.settled", "payout.returned")
    assert str(books).endswith("JPY: cost -3990  owed 3990")
    books.pay(refund, "payout.sent", "payout.settled")
    assert str(books).endswith("JPY: cost -3990  paid 3990")


def test_a_partial_refund_closes_the_promise_and_opens_ones_that_sum_up(books: Books) -> None:
    books.claim("SN-1")
    (refund,) = books.award("SN-1", ("JPY", 3990))
    entry = actions.change_promises(
        promise_ids=[refund.id],
        awards=[Award("JPY", 1000, "remedy"), Award("JPY", 500, "remedy")],
        terms="refund",
        **books.who(),
    )
    assert entry.promise_moves.count() == 3
    assert str(books).endswith("JPY: cost -1500  owed 1500")


def test_a_promise_paid_by_mistake_is_recovered(books: Books) -> None:
    books.claim("SN-1")
    (refund,) = books.award("SN-1", ("JPY", 3990))
    books.pay(refund, "payout.sent", "payout.settled", "payout.recovered")
    assert str(books) == "declared -120  unsold 20  at_large 99  owner 1"


def test_an_entry_is_reversed_while_all_stands_where_it_put_it(books: Books) -> None:
    entry = books.claim("SN-1")
    books.reverse(entry)
    assert str(books) == "declared -120  unsold 20  at_large 100"
    with pytest.raises(errors.AlreadyReversed):
        books.reverse(entry)


def test_a_reversal_is_refused_after_the_hand_over_and_names_the_later_entries(
    books: Books,
) -> None:
    books.claim("SN-1")
    received = books.move("SN-1", "parcel.received", DEPOT)
    handed = books.move("SN-1", "custody.handed_over", RECYCLER)
    before, entries = str(books), Entry.objects.count()
    with pytest.raises(errors.CannotReverse) as refused:
        books.reverse(received)
    assert refused.value.facts["later"] == str(handed.id)
    assert (str(books), Entry.objects.count()) == (before, entries)


def test_an_award_is_reversed_with_all_its_promises(books: Books) -> None:
    books.claim("SN-1")
    refund, kit = books.award("SN-1", ("JPY", 3990), ("kit:bag", 1))
    awarded = Entry.objects.get(promise_moves__promise=refund)
    books.reverse(awarded)
    assert str(books) == "declared -120  unsold 20  at_large 99  owner 1"
    kit.refresh_from_db()
    assert kit.account == "cost"


def test_a_stocktake_names_what_is_missing_and_what_is_over(books: Books) -> None:
    books.count("stock.quarantined", SHOP, BACK_ROOM, 10, pool="retailer")
    where = {"recall_id": RECALL, "product": PRODUCT, "pool": "retailer", "place": BACK_ROOM}
    short = actions.stocktake(**where, counted=8, **books.who())
    assert short is not None and short.kind == "stocktake.short"
    assert str(books) == "declared -120  unsold 10  at_large 102  depot 8"
    over = actions.stocktake(**where, counted=9, **books.who())
    assert over is not None and over.kind == "stocktake.over"
    assert str(books) == "declared -120  unsold 10  at_large 101  depot 9"
    assert actions.stocktake(**where, counted=9, **books.who()) is None


def test_a_stocktake_moves_a_missing_named_unit_by_name(books: Books) -> None:
    books.claim("SN-1")
    books.move("SN-1", "parcel.received", DEPOT)
    unit = books.name("SN-1")
    where = {"recall_id": RECALL, "product": PRODUCT, "pool": "consumer", "place": DEPOT}
    with pytest.raises(errors.TooLittle):
        actions.stocktake(**where, counted=0, **books.who())
    actions.stocktake(**where, counted=0, missing=[unit.id], **books.who())
    assert books.place_of("SN-1") == "at_large"


def test_a_quantity_never_takes_more_than_the_place_holds(books: Books) -> None:
    before = str(books)
    with pytest.raises(errors.TooLittle) as refused:
        books.count("stock.quarantined", SHOP, BACK_ROOM, 21, pool="retailer")
    assert refused.value.facts == {"place": "unsold:shop-1", "there": "20", "wanted": "21"}
    assert str(books) == before


def test_a_quantity_never_takes_a_unit_that_has_a_name(books: Books) -> None:
    books.claim("SN-1")
    books.move("SN-1", "parcel.received", DEPOT)
    with pytest.raises(errors.TooLittle):
        books.count("custody.handed_over", DEPOT, RECYCLER, 1)
    assert books.place_of("SN-1") == "depot:depot-east"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("disposal.certified", DISPOSED),
        ("parcel.received", RECYCLER),
        ("population.opened", AT_LARGE),
        ("payout.sent", DEPOT),
    ],
)
def test_a_route_that_is_not_in_the_table_is_closed(books: Books, kind: str, target: Place) -> None:
    books.claim("SN-1")
    before = str(books)
    with pytest.raises(errors.RouteClosed):
        books.move("SN-1", kind, target)
    assert str(books) == before


def test_a_repeat_returns_the_first_entry_and_changes_nothing(books: Books) -> None:
    who = books.who()
    first = books.move("SN-1", "holder.known", OWNER, **who)
    before = str(books)
    assert books.move("SN-1", "holder.known", OWNER, **who).id == first.id
    assert str(books) == before
    with pytest.raises(errors.KeyReused):
        books.move("SN-2", "holder.known", OWNER, **who)


def test_an_award_repeated_returns_the_first_and_another_under_its_key_is_refused(
    books: Books,
) -> None:
    books.claim("SN-1")
    who = books.who()
    same = {
        "recall_id": RECALL,
        "case_no": books.cases["SN-1"],
        "unit_no": 1,
        "terms": "refund",
        "edition_id": 1,
        **who,
    }
    first = actions.award_promises(awards=[Award("JPY", 3990, "remedy")], **same)
    again = actions.award_promises(awards=[Award("JPY", 3990, "remedy")], **same)
    assert again.id == first.id
    with pytest.raises(errors.KeyReused):
        actions.award_promises(awards=[Award("JPY", 9999, "remedy")], **same)
    assert str(books).endswith("JPY: cost -3990  owed 3990")


def test_two_clocks_tell_as_it_was_and_as_we_knew_it(books: Books) -> None:
    move = UnitMove(product=PRODUCT, pool="retailer", quantity=4, source=SHOP, target=BACK_ROOM)
    known = books.who()
    happened = Entry.objects.earliest("id").happened_at
    actions.post(
        kind="stock.quarantined",
        moves=(move,),
        recall_id=RECALL,
        **{**known, "happened_at": happened},
    )
    as_it_was = queries.trial_balance(recall_id=RECALL, as_of=happened)
    as_we_knew = queries.trial_balance(recall_id=RECALL, as_of=happened, known_at=happened)
    assert (as_it_was.units_in("depot"), as_we_knew.units_in("depot")) == (4, 0)


def test_a_serial_is_bound_to_a_tagged_unit_once(books: Books) -> None:
    tagged = actions.identify(
        recall_id=RECALL, product=PRODUCT, pool="consumer", place=AT_LARGE, tag="T-1"
    )
    assert actions.bind_serial(unit_id=tagged.id, serial="SN-9").serial == "SN-9"
    other = actions.identify(
        recall_id=RECALL, product=PRODUCT, pool="consumer", place=AT_LARGE, tag="T-2"
    )
    with pytest.raises(errors.SerialElsewhere):
        actions.bind_serial(unit_id=other.id, serial="SN-9")


def test_a_place_needs_its_party_and_an_end_has_none() -> None:
    for account, party in (("depot", ""), ("disposed", "green"), ("nowhere", "")):
        with pytest.raises(errors.PlaceWrong):
            Place(account, party)
