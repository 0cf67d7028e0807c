"""Shops answer by their link, and the books follow what they counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from kaishu.books.audit import audit
from kaishu.books.models import Entry
from kaishu.books.queries import trial_balance
from kaishu.editions import queries as editions
from kaishu.notices.models import Message
from kaishu.returns.trade import answers, sites
from kaishu.returns.trade.errors import (
    CloseReasonMissing,
    CountTooHigh,
    CountWrong,
    NoMail,
    NotCounted,
    NotReadYet,
    SiteIncomplete,
    SiteKnown,
    SiteNotFound,
)
from kaishu.returns.trade.models import TradeAnswer, TradeSite
from kaishu.returns.trade.state import Reached
from tests.claims.world import START
from tests.doors import desk_world, kumo

AT = START
pytestmark = pytest.mark.django_db


@pytest.fixture
def recall_id(db: None, data_dir: Path) -> Iterator[int]:
    """Open the recall of Kumo, whose shop has stock on its shelf."""
    desk_world.open_world(data_dir)
    yield editions.recall_row(kumo.SLUG).id
    assert [str(finding) for finding in audit()] == []


def shop(name: str = "Akihabara", **more: str) -> TradeSite:
    party = next(
        each.code
        for each in editions.current_pack(kumo.SLUG).recall.parties
        if each.role == "retailer"
    )
    said = {"party": party, "kind": "retailer", "language": "ja", "mail": "shop@example.jp"} | more
    return sites.add_site(slug=kumo.SLUG, name=name, by="hana", at=AT, **said)


def read(site: TradeSite) -> TradeSite:
    answers.acknowledge(site_id=site.id, name="Oto", key="read", at=AT)
    return TradeSite.objects.get(id=site.id)


def at(recall_id: int, account: str, product: str = "K100") -> int:
    lines = trial_balance(recall_id=recall_id).units
    return sum(
        line.quantity for line in lines if line.account == account and line.product == product
    )


def count(site: TradeSite, quantity: int, key: str = "c") -> None:
    answers.count(site_id=site.id, quantities={"K100": quantity}, name="Oto", key=key, at=AT)


def test_a_count_moves_the_known_stock_to_the_back_room_once(recall_id: int) -> None:
    before = at(recall_id, "unsold")
    assert before > 3
    site = read(shop())
    for _again in range(2):
        count(site, 3)
    assert (at(recall_id, "unsold"), at(recall_id, "depot")) == (before - 3, 3)
    found = answers.state_of(site)
    assert (found.reached, found.next_step, found.put_aside) == (Reached.COUNTED, "completed", 3)


def test_more_than_the_books_knew_is_taken_from_what_they_took_for_sold(recall_id: int) -> None:
    shelf, sold = at(recall_id, "unsold"), at(recall_id, "at_large")
    count(read(shop()), shelf + 5)
    assert at(recall_id, "unsold") == 0
    assert (at(recall_id, "depot"), at(recall_id, "at_large")) == (shelf + 5, sold - 5)
    assert Entry.objects.filter(kind="stock.quarantined").get().reason == "more_than_known"


def test_more_than_were_ever_made_is_a_number_in_the_wrong_box(recall_id: int) -> None:
    units = editions.current_pack(kumo.SLUG).recall.products[0].units
    site = read(shop())
    with pytest.raises(CountTooHigh):
        count(site, units + 1)
    for _again in range(2):
        count(site, units)
    with pytest.raises(CountTooHigh):
        count(site, 1, "another")
    assert at(recall_id, "depot") == units


def test_units_taken_for_sold_come_from_the_pool_they_were_counted_in(
    recall_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "pool_of", lambda recall, model: "distributor")
    count(read(shop()), at(recall_id, "unsold") + 5)
    sold = [line for line in trial_balance(recall_id=recall_id).units if line.quantity == -5]
    assert [(line.account, line.pool) for line in sold] == [("at_large", "distributor")]


def test_none_here_is_an_answer_too(recall_id: int) -> None:
    site = read(shop())
    count(site, 0)
    assert answers.state_of(site).reached is Reached.COUNTED
    assert TradeAnswer.objects.filter(step="none_here").count() == 1
    assert at(recall_id, "depot") == 0


def test_sold_since_the_stop_is_reported_and_leaves_the_shelf(recall_id: int) -> None:
    shelf, sold = at(recall_id, "unsold"), at(recall_id, "at_large")
    site = read(shop())
    for _again in range(2):
        answers.sold_since(site_id=site.id, quantities={"K100": 2}, name="Oto", key="s", at=AT)
    assert (at(recall_id, "unsold"), at(recall_id, "at_large")) == (shelf - 2, sold + 2)
    assert answers.state_of(site).sold_since == 2


def test_the_steps_come_in_their_order(recall_id: int) -> None:
    site = shop()
    for act in (
        lambda: count(site, 1),
        lambda: answers.scan(site_id=site.id, model="K100", serials=["X"], key="x", at=AT),
        lambda: answers.complete(site_id=site.id, name="Oto", key="e", at=AT),
    ):
        with pytest.raises(NotReadYet):
            act()
    read(site)
    with pytest.raises(NotCounted):
        answers.complete(site_id=site.id, name="Oto", key="e", at=AT)
    with pytest.raises(CountWrong):
        count(site, -1)
    assert TradeAnswer.objects.count() == 1
    count(site, 1)
    answers.complete(site_id=site.id, name="Oto", key="e", at=AT)
    assert answers.state_of(site).reached is Reached.COMPLETED


def test_scanned_units_are_put_aside_by_name_and_a_repeat_is_harmless(recall_id: int) -> None:
    site = read(shop())
    serial, other = kumo.LISTED, kumo.NOT_LISTED
    for wanted in ("put_aside", "here_already"):
        lines = answers.scan(
            site_id=site.id, model="K100", serials=[serial, "", other], key="x", at=AT
        )
        assert [line.code for line in lines] == [wanted, "not_affected"]
    assert at(recall_id, "depot") == 1
    assert answers.state_of(site).put_aside == 1


def test_time_runs_from_the_link_and_the_late_are_reminded(recall_id: int) -> None:
    site = shop()
    assert answers.state_of(site).due_at is None
    sites.send_link(site_id=site.id, by="hana", at=AT)
    sites.send_link(site_id=site.id, by="hana", at=AT)
    assert Message.objects.count() == 1
    later = AT + timedelta(days=2, minutes=1)
    site.refresh_from_db()
    assert answers.state_of(site).overdue(later)
    assert sites.remind_late(at=later) == {"reminded": 1}
    assert sites.remind_late(at=later) == {"reminded": 0}
    assert Message.objects.count() == 2
    read(site)
    assert sites.remind_late(at=later + timedelta(days=2)) == {"reminded": 0}
    assert sites.remind_late(at=later + timedelta(days=4)) == {"reminded": 1}


def test_a_new_link_makes_the_old_one_useless(recall_id: int) -> None:
    site = shop()
    old = sites.link_token(site)
    assert answers.find_site(old).id == site.id
    new = sites.new_link(site_id=site.id, by="hana", at=AT)
    assert answers.find_site(sites.link_token(new)).id == site.id
    for token in (old, "", "x" * 500):
        with pytest.raises(SiteNotFound):
            answers.find_site(token)


def test_a_new_link_is_mailed_at_once(recall_id: int) -> None:
    site = shop()
    sites.send_link(site_id=site.id, by="hana", at=AT)
    sites.new_link(site_id=site.id, by="hana", at=AT)
    sites.send_link(site_id=site.id, by="hana", at=AT)
    assert Message.objects.count() == 2


def test_shops_that_are_done_do_not_keep_the_late_from_being_reminded(recall_id: int) -> None:
    done, counted, late = shop(), shop("Ueno"), shop("Shibuya")
    for site in (done, counted, late):
        sites.send_link(site_id=site.id, by="hana", at=AT)
    for site in (done, counted):
        count(read(site), 0)
    answers.complete(site_id=done.id, name="Oto", key="e", at=AT)
    assert sites.remind_late(at=AT + timedelta(days=3), limit=1) == {"reminded": 1}
    assert TradeSite.objects.get(id=late.id).reminders == 1


def test_a_shop_that_was_told_by_hand_is_reminded_by_mail(recall_id: int) -> None:
    sites.mark_given(site_id=shop().id, by="hana", at=AT)
    assert sites.remind_late(at=AT + timedelta(days=3)) == {"reminded": 1}


def test_a_shop_is_listed_once_with_what_it_needs(recall_id: int) -> None:
    shop()
    with pytest.raises(SiteKnown):
        shop()
    for wrong in (
        {"party": "nobody"},
        {"mail": "shop"},
        {"kind": "distributor"},
        {"language": "fr"},
    ):
        with pytest.raises(SiteIncomplete):
            shop("Ueno", **wrong)
    with pytest.raises(SiteIncomplete):
        shop("  ")
    quiet = shop("Ueno", mail="")
    with pytest.raises(NoMail):
        sites.send_link(site_id=quiet.id, by="hana", at=AT)
    sites.mark_given(site_id=quiet.id, by="hana", at=AT)
    assert answers.state_of(TradeSite.objects.get(id=quiet.id)).reached is Reached.SENT


def test_mail_and_names_are_sealed_and_answers_stay(recall_id: int) -> None:
    site = read(shop())
    assert b"example" not in bytes(site.mail or b"")
    answer = TradeAnswer.objects.get()
    assert b"Oto" not in bytes(answer.signed or b"")
    refusals: tuple[Callable[[], object], ...] = (
        lambda: TradeAnswer.objects.filter(id=answer.id).update(quantity=9),
        lambda: TradeAnswer.objects.filter(id=answer.id).delete(),
    )
    for act in refusals:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_who_sent_gave_and_renewed_a_link_is_kept(recall_id: int) -> None:
    one = shop()
    sites.send_link(site_id=one.id, by="hana", at=AT)
    sites.send_link(site_id=one.id, by="jun", at=AT + timedelta(days=3))
    sites.new_link(site_id=one.id, by="mika", at=AT)
    two = shop("Kanda")
    for who in ("hana", "jun"):
        sites.mark_given(site_id=two.id, by=who, at=AT)
    done = [(step.step, step.by) for step in one.steps.all()]
    assert done == [("sent", "hana"), ("reminded", "jun"), ("renewed", "mika")]
    assert [(step.step, step.by) for step in two.steps.all()] == [("given", "hana")]


def test_nobody_waits_for_a_closed_shop_and_it_may_still_tell_what_it_finds(
    recall_id: int,
) -> None:
    site = read(shop())
    late = AT + timedelta(days=30)
    with pytest.raises(CloseReasonMissing):
        sites.close_site(site_id=site.id, reason="", by="hana", at=late)
    assert answers.state_of(site).overdue(late)
    sites.close_site(site_id=site.id, reason="shut_down", by="hana", at=late)
    site.refresh_from_db()
    state = answers.state_of(site)
    assert (state.shown, state.overdue(late)) == ("closed", False)
    assert sites.remind_late(at=late) == {"reminded": 0}
    answers.count(site_id=site.id, quantities={"K100": 1}, name="", key="more", at=late)
    assert answers.state_of(site).put_aside == 1
    sites.open_again(site_id=site.id, by="jun", at=late)
    site.refresh_from_db()
    assert answers.state_of(site).shown == "counted"
    assert [step.by for step in site.steps.filter(step__in=("closed", "opened"))] == ["hana", "jun"]


def test_a_unit_counted_by_another_shop_of_the_account_is_said_to_lie_there(
    recall_id: int,
) -> None:
    here, there = read(shop()), read(shop("Kanda"))
    serial = kumo.LISTED
    for site, wanted in ((there, "put_aside"), (there, "here_already"), (here, "other_shop")):
        (line,) = answers.scan(
            site_id=site.id, model="K100", serials=[serial], key=f"k{site.id}", at=AT
        )
        assert (line.code, line.where) == (wanted, "Kanda" if wanted == "other_shop" else "")
