"""The money pages: due, batch, a second person's yes in words, funds, pauses, results, codes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.books.queries import trial_balance
from kaishu.payouts import actions, queries
from kaishu.payouts.models import (
    Batch,
    BatchFileLook,
    Fund,
    Instruction,
    Pause,
    ShopCode,
    StockUnit,
)
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.payouts.worker import run_once
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text
from tests.doors.test_console import said, send

F, A, M, U = Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR
HOME = "/staff/payouts/"
PAGES = (
    "", "due/", "due/?why=all", "lines/", "promises/", "forecast/", "funds/", "rules/", "pauses/",
    "results/", "recoveries/", "codes/", "stock/",
)  # fmt: skip


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    return desk_world.open_world(data_dir)


def make_due(world: DeskWorld, count: int = 1) -> None:
    for number in range(count):
        name = f"due{len(world.cases)}"
        serial = kumo.LISTED if not world.cases else f"AK202300010{len(world.cases):05d}"
        model = "K100" if number == 0 and serial == kumo.LISTED else "K200"
        world.claim(name, serial=serial, model=model, colour="grey")
        world.decide(name)
        world.scan(name)


def choice(world: DeskWorld, **more: object) -> dict[str, object]:
    return {"recall": world.recall_id, "commodity": "JPY", **more}


def proposed(world: DeskWorld, finance: Client, **more: object) -> str:
    made = send(finance, f"{HOME}due/", **choice(world, **more))
    assert made.status_code == 302, text(parsed(made))
    return str(made.headers["Location"])


@pytest.mark.parametrize("path", PAGES)
def test_every_money_page_opens_and_saves_its_list(world: DeskWorld, path: str) -> None:
    desk_world.lively(world)
    actions.propose_batch(by="yuki", at=world.now())
    client = member("kei", U)
    assert client.get(f"{HOME}{path}").status_code == 200
    if path not in ("rules/", "pauses/"):
        joint = "&" if "?" in path else "?"
        file = client.get(f"{HOME}{path}{joint}as=csv")
        assert file.headers["Content-Type"].startswith("text/csv"), path


def test_a_batch_is_of_one_recall_and_one_kind_within_limits(world: DeskWorld) -> None:
    make_due(world, 3)
    yuki = member("yuki", F)
    page = parsed(yuki.get(f"{HOME}due/?recall={world.recall_id}&commodity=JPY"))
    assert "¥11,970 to 3 people" in text(find(page, ".says")[0])
    assert send(yuki, f"{HOME}due/", **choice(world, most="1000")).status_code == 409
    there = proposed(world, yuki, most="8,000", limit="9")
    batch = Batch.objects.get()
    assert (batch.totals, batch.recall_id, batch.commodity) == (
        {"JPY": 7980},
        world.recall_id,
        "JPY",
    )
    assert there == f"{HOME}{batch.id}/"
    assert send(member("gast", M), f"{HOME}due/", **choice(world)).status_code == 403


def test_the_second_person_reads_words_and_types_the_total(world: DeskWorld) -> None:
    make_due(world, 2)
    there = proposed(world, member("yuki", F))
    ren = member("ren", A)
    page = parsed(ren.get(f"{there}approve/"))
    words = text(find(page, ".words")[0])
    for part in ("¥7,980 to 2 people", "yuki made it", "2 payouts", "the biggest single payout"):
        assert part in words, words
    assert "With this batch, JP¥7,980 leaves the company today." in words
    digest = find(page, "[name=digest]")[0].get("value")
    wrong = send(ren, f"{there}approve/", digest=digest, **{"total-1": "79800"})
    assert (wrong.status_code, Batch.objects.get().approver) == (409, None)
    assert find(parsed(wrong), "#id-total-1")[0].get("value") == "79800"
    assert "Type the total (Japanese Yen)" in wrong.content.decode()
    stale = send(ren, f"{there}approve/", digest="0" * 64, **{"total-1": "7980"})
    assert (stale.status_code, Batch.objects.get().approver) == (409, None)
    good = send(ren, f"{there}approve/", digest=digest, **{"total-1": "￥7,980"})
    assert (good.status_code, Batch.objects.get().approver) == (302, "ren")


def test_whoever_made_it_cannot_approve_it_by_any_door(world: DeskWorld) -> None:
    make_due(world)
    both = member("yuki", F, A)
    there = proposed(world, both)
    assert not find(parsed(both.get(f"{there}approve/")), "[name=digest]")
    batch = Batch.objects.get()
    alone = send(both, f"{there}approve/", digest=batch.digest, **{"total-1": "3990"})
    batch.refresh_from_db()
    assert (alone.status_code, batch.approver) == (409, None)


def test_an_old_sign_in_approves_nothing(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    make_due(world)
    there = proposed(world, member("yuki", F))
    ren = member("ren", A)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=11))
    late = send(ren, f"{there}approve/", digest=Batch.objects.get().digest, **{"total-1": "3990"})
    assert (late.status_code, Batch.objects.get().approver) == (403, None)


def test_the_page_names_what_differs_from_the_last_batch(world: DeskWorld) -> None:
    make_due(world)
    yuki = member("yuki", F)
    first = proposed(world, yuki)
    make_due(world, 2)
    second = proposed(world, yuki)
    page = text(parsed(yuki.get(second)))
    for part in (f"Batch {first.rstrip('/').rpartition('/')[2]}", "2 payouts to people in no"):
        assert part in page, page


def test_a_withdrawn_batch_that_nobody_approved_was_no_attempt(world: DeskWorld) -> None:
    make_due(world)
    yuki = member("yuki", F)
    first = proposed(world, yuki)
    assert send(yuki, first, do="withdraw").status_code == 409
    assert send(yuki, first, do="withdraw", reason="made_twice", note="see 7").status_code == 302
    assert "made twice (see 7)" in text(parsed(yuki.get(first)))
    second = proposed(world, yuki)
    line = queries.batch(int(second.rstrip("/").rpartition("/")[2])).lines[0]
    assert (line.attempt, line.tried, line.again) == (2, 1, False)
    assert "tried again" not in text(parsed(yuki.get(second)))


def test_an_approver_refuses_with_a_reason(world: DeskWorld) -> None:
    make_due(world)
    there = proposed(world, member("yuki", F))
    send(member("ren", A), there, do="withdraw", reason="payee_wrong")
    assert queries.batch(Batch.objects.get().id).state == "refused"


def test_the_file_of_a_batch_is_the_same_bytes_again_and_each_download_is_written_down(
    world: DeskWorld,
) -> None:
    make_due(world, 2)
    yuki = member("yuki", F)
    there = proposed(world, yuki)
    assert send(yuki, f"{there}file/bank/").status_code == 404
    actions.approve_batch(batch_id=Batch.objects.get().id, by="ren", at=world.now())
    first, second = (send(yuki, f"{there}file/bank/").content for _ in range(2))
    assert first == second
    assert first.decode().count("JPY,3990") == 2
    assert BatchFileLook.objects.count() == 2
    run_once(at=world.now())
    assert send(yuki, f"{there}file/bank/").content == first


def test_money_that_came_back_takes_two_people(world: DeskWorld) -> None:
    yuki, ren = member("yuki", F), member("ren", A)
    there = f"{HOME}recoveries/"
    wrong = send(yuki, there, order="none", reason="other_payee", document="B-1")
    assert wrong.status_code == 409
    assert "no payment with this key" in text(find(parsed(wrong), ".summary")[0]).lower()
    assert 'value="none"' in wrong.content.decode()
    page = yuki.get(f"{there}?order=123-1-1")
    assert 'value="123-1-1"' in page.content.decode()
    assert send(ren, f"{there}1/", do="agree").status_code == 404
    assert send(yuki, f"{there}1/", do="agree").status_code == 403


def test_funds_take_two_people_and_stop_what_they_do_not_cover(world: DeskWorld) -> None:
    make_due(world, 2)
    yuki, ren = member("yuki", F), member("ren", A)
    fund = choice(world, amount="5,000", document="R-1", kind="received")
    assert send(yuki, f"{HOME}funds/", **fund).status_code == 302
    assert send(yuki, f"{HOME}funds/", **{**fund, "key": "c" * 32}).status_code == 409
    row = Fund.objects.get()
    assert send(yuki, f"{HOME}funds/{row.id}/", do="agree").status_code == 403
    assert send(ren, f"{HOME}funds/{row.id}/", do="agree").status_code == 302
    there = proposed(world, yuki)
    short = send(ren, f"{there}approve/", digest=Batch.objects.get().digest, **{"total-1": "7980"})
    assert short.status_code == 409
    assert "funds do not cover" in text(find(parsed(short), ".summary")[0])
    page = text(parsed(yuki.get(HOME)))
    assert "¥5,000" in page


def test_one_person_stops_payouts_and_two_let_them_go_on(world: DeskWorld) -> None:
    make_due(world)
    there = proposed(world, member("yuki", F))
    mika, ren = member("mika", M), member("ren", A)
    stop = {"recall": world.recall_id, "note": "too many claims at once"}
    assert send(mika, f"{HOME}pauses/", **stop).status_code == 302
    batch = Batch.objects.get()
    stopped = send(ren, f"{there}approve/", digest=batch.digest, **{"total-1": "3990"})
    assert stopped.status_code == 409
    pause = Pause.objects.get()
    ends = f"{HOME}pauses/{pause.id}/"
    assert send(mika, ends, do="propose", reason="").status_code == 409
    long = parsed(send(mika, ends, do="propose", reason="x" * 999))
    assert find(long, "[name=reason]")[0].get("value") == "x" * 999
    assert send(mika, ends, do="propose", reason="checked all of them").status_code == 302
    assert send(mika, ends, do="agree").status_code == 409
    assert send(ren, ends, do="agree").status_code == 302
    done = send(ren, f"{there}approve/", digest=batch.digest, **{"total-1": "3990"})
    assert done.status_code == 302


def test_a_result_with_another_amount_is_dealt_with_by_two_people(world: DeskWorld) -> None:
    simulated_bank().plan(FaultPlan(wrong_amount=1.0))
    make_due(world)
    batch = actions.propose_batch(by="yuki", at=world.now())
    actions.approve_batch(batch_id=batch.id, by="ren", at=world.now())
    run_once(at=world.now())
    assert trial_balance(recall_id=world.recall_id).promised("JPY", "sent") == 3990
    event = queries.unmatched_events()[0]
    yuki, ren = member("yuki", F), member("ren", A)
    assert "the amount is another" in text(parsed(yuki.get(f"{HOME}results/")))
    act = {"act": "post", "order": event.key, "kind": "settled"}
    there = f"{HOME}results/{event.id}/"
    assert send(yuki, there, **act, why="").status_code == 409
    wrong = parsed(send(yuki, there, **(act | {"order": "no-such"}), why="The bank said so"))
    assert [box.get("value") for box in find(wrong, "[name=order]")] == ["no-such"]
    assert [box.get("value") for box in find(wrong, "[name=why]")] == ["The bank said so"]
    assert send(yuki, there, **act, why="The bank sent the missing yen").status_code == 302
    act_id = event.acts.get().id
    assert send(yuki, f"{HOME}results/acts/{act_id}/", do="agree").status_code == 403
    assert trial_balance(recall_id=world.recall_id).promised("JPY", "paid") == 0
    assert send(ren, f"{HOME}results/acts/{act_id}/", do="agree").status_code == 302
    assert trial_balance(recall_id=world.recall_id).promised("JPY", "paid") == 3990
    assert queries.unmatched_events() == []


def test_codes_are_checked_loaded_and_made_void(world: DeskWorld) -> None:
    yuki = member("yuki", F)

    def sent(do: str) -> object:
        file = SimpleUploadedFile("codes.csv", b"code\nAAA\nBBB\nAAA\nC C\n")
        return yuki.post(
            f"{HOME}codes/", {"commodity": "coupon:JPY", "file": file, "do": do, "key": "d" * 32}
        )

    page = text(parsed(sent("check")))
    assert ShopCode.objects.count() == 0
    for part in ("2 new codes could be loaded", "Twice in this file (one is loaded): AAA", "C C"):
        assert part in page
    sent("load")
    assert "2 codes loaded" in said(yuki.get(f"{HOME}codes/"))
    assert "In the pool already (left out): AAA, BBB" in text(parsed(sent("check")))
    world.claim("c", serial=kumo.LISTED, remedy="credit", order_amount=3990)
    world.decide("c")
    batch = actions.propose_batch(by="yuki", at=world.now())
    actions.approve_batch(batch_id=batch.id, by="ren", at=world.now())
    run_once(at=world.now())
    code = ShopCode.objects.get(issued_key__isnull=False)
    void = f"{HOME}codes/{code.id}/void/"
    assert send(yuki, void, reason="").status_code == 409
    assert send(yuki, void, reason="code_rejected").status_code == 302
    run_once(at=clock.now())
    assert trial_balance(recall_id=world.recall_id).promised("coupon:JPY", "owed") == 4040
    assert "AAA" not in yuki.get(f"{HOME}codes/?state=void").content.decode()


def test_goods_are_received_packed_by_serial_and_found_again(
    world: DeskWorld, settings: object
) -> None:
    settings.KAISHU_WAREHOUSE = "ours"  # type: ignore[attr-defined]  # (pytest-django's)
    olga = member("olga", Role.OPERATOR)
    receive = {"model": "K110", "document": "IN-7", "serials": "B000000000000001 B000000000000002"}
    page = text(parsed(send(olga, f"{HOME}stock/", do="check", **receive)))
    assert ("2 units could be received" in page, StockUnit.objects.count()) == (True, 0)
    send(olga, f"{HOME}stock/", do="receive", **receive)
    assert StockUnit.objects.count() == 2
    world.claim("g", serial=kumo.LISTED, remedy="replace")
    world.decide("g")
    world.scan("g")
    batch = actions.propose_batch(by="yuki", at=world.now())
    actions.approve_batch(batch_id=batch.id, by="ren", at=world.now())
    run_once(at=world.now())
    key = Instruction.objects.get().key
    act = {"order": key, "tracking": "T 9"}
    there = f"{HOME}stock/dispatch/"
    assert send(olga, there, do="left", serial="X999", **act).status_code == 409
    assert send(olga, there, do="left", serial="b000000000000002", **act).status_code == 302
    assert send(olga, there, do="delivered", order=key).status_code == 302
    run_once(at=clock.now())
    assert trial_balance(recall_id=world.recall_id).promised("sku:K110", "paid") == 1
    found = text(parsed(olga.get(f"{HOME}stock/?serials=B000000000000002")))
    assert world.cases["g"][:4] in found


def test_the_forecast_leads_to_the_open_claims_that_it_counts(world: DeskWorld) -> None:
    desk_world.lively(world)
    make_due(world)
    page = member("yuki", F, M).get(f"{HOME}forecast/")
    links = {link.get("href") for link in find(parsed(page), "main td a")}
    assert links == {f"/staff/claims/?queue=to_review&recall={kumo.SLUG}"}
