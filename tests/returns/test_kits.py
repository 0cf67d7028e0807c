"""Kits: who gets one first, what is short and until when, what must not leave, and by which list."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.db import IntegrityError, connection, transaction

from kaishu.base.jobs.run import run_due
from kaishu.claims import erasure, owner
from kaishu.claims.models import ClaimUnit
from kaishu.notices.models import Message
from kaishu.people.errors import PersonForgotten
from kaishu.returns import kit_file, kit_jobs, kit_stock, kits
from kaishu.returns.kit_errors import (
    KitArrived,
    KitFileColumns,
    KitFileMissing,
    KitFileTooLong,
    KitFileUnreadable,
    KitKeyReused,
    KitLeftBefore,
    KitNotByPost,
    KitOrderOver,
    KitQuantityWrong,
    KitWithdrawn,
)
from kaishu.returns.kit_list import PICKUP, READY, SHORT, Wanted, owed_kits
from kaishu.returns.models import Kit, KitOrder, KitReceipt
from tests.claims.world import World
from tests.returns.test_parcels import scan, send_kit

BAG = "kit:bag"
SERIALS = ("SN0001", "SN0002", "SN0003", "SN0004")


@pytest.fixture
def approved(world: World) -> World:
    """Give four owners; the third was approved first."""
    for serial in SERIALS:
        world.claim(serial)
    for serial in ("SN0003", "SN0001", "SN0002", "SN0004"):
        world.approve(serial)
    return world


def receive(world: World, quantity: int, key: str = "r", **more: object) -> KitReceipt:
    usual = {"recall_id": world.recall_id, "kit": BAG, "by": "mika", "at": world.now(), "key": key}
    return kit_stock.receive_kits(quantity=quantity, **(usual | more))  # type: ignore[arg-type]  # test facts


def order(world: World, quantity: int, due_on: date, key: str) -> KitOrder:
    return kit_stock.order_kits(
        recall_id=world.recall_id, kit=BAG, quantity=quantity, due_on=due_on, by="mika",
        at=world.now(), key=key,
    )  # fmt: skip


def listed() -> list[tuple[str, str, date | None]]:
    return [(line.unit.serial, line.state, line.ready_on) for line in owed_kits()]


def reference(world: World, serial: str) -> str:
    unit = world.unit(serial)
    return f"{unit.claim.case_no}-{unit.unit_no}"


def csv_of(*rows: str, head: str = "reference,tracking,carrier") -> bytes:
    return "\n".join((head, *rows)).encode()


def test_kits_are_reserved_in_the_order_of_approval_and_the_rest_have_a_date(
    approved: World,
) -> None:
    assert listed() == [
        (serial, READY, None) for serial in ("SN0003", "SN0001", "SN0002", "SN0004")
    ]
    receive(approved, 1)
    order(approved, 2, date(2025, 11, 3), "o1")
    assert listed() == [
        ("SN0003", READY, None),
        ("SN0001", SHORT, date(2025, 11, 3)),
        ("SN0002", SHORT, date(2025, 11, 3)),
        ("SN0004", SHORT, None),
    ]
    order(approved, 5, date(2025, 11, 20), "o2")
    assert listed()[3] == ("SN0004", SHORT, date(2025, 11, 20))
    (line,) = kit_stock.stock()
    facts = (line.on_shelf, line.reserved, line.free, line.short, line.owed, line.ready_on)
    assert facts == (1, 1, 0, 3, 4, date(2025, 11, 20))


def test_a_changed_remedy_keeps_its_place_in_the_queue(approved: World) -> None:
    receive(approved, 1)
    owner.change_remedy(
        claim_unit_id=approved.unit("SN0003").id, remedy="replacement", at=approved.now(), seen=1
    )
    assert listed()[0] == ("SN0003", READY, None)


def test_a_delivery_closes_its_order_and_a_kit_that_leaves_takes_one_off_the_shelf(
    approved: World,
) -> None:
    ordered = order(approved, 3, date(2025, 11, 3), "o1")
    receive(approved, 2, order_id=ordered.id)
    (line,) = kit_stock.stock()
    assert (line.on_shelf, line.orders) == (2, ())
    with pytest.raises(KitOrderOver):
        receive(approved, 3, key="again", order_id=ordered.id)
    send_kit(approved, "SN0003")
    (line,) = kit_stock.stock()
    assert (line.received, line.left, line.on_shelf, line.owed) == (2, 1, 1, 3)


def test_a_form_sent_twice_counts_once_and_a_changed_one_is_refused(approved: World) -> None:
    first = receive(approved, 5)
    assert receive(approved, 5).id == first.id
    with pytest.raises(KitKeyReused):
        receive(approved, 6)
    assert (
        order(approved, 5, date(2025, 11, 3), "o").id
        == order(approved, 5, date(2025, 11, 3), "o").id
    )
    with pytest.raises(KitKeyReused):
        order(approved, 5, date(2025, 11, 4), "o")
    assert [row.quantity for row in KitReceipt.objects.all()] == [5]


def test_a_count_posts_the_difference_and_spoilt_kits_go_off_the_shelf(approved: World) -> None:
    receive(approved, 5)
    for serial in SERIALS[:2]:
        send_kit(approved, serial)
    usual = {"recall_id": approved.recall_id, "kit": BAG, "by": "mika", "at": approved.now()}
    found = kit_stock.count_kits(counted=2, key="c1", **usual)  # type: ignore[arg-type]  # test facts
    assert found is not None and (found.why, found.quantity) == ("counted", -1)
    assert kit_stock.count_kits(counted=2, key="c2", **usual) is None  # type: ignore[arg-type]  # test facts
    kit_stock.spoil_kits(quantity=1, key="s", **usual)  # type: ignore[arg-type]  # test facts
    assert kit_stock.stock()[0].on_shelf == 1
    for wrong in (0, -1, 1_000_001):
        with pytest.raises(KitQuantityWrong):
            receive(approved, wrong, key=f"w{wrong}")


def test_more_kits_than_were_counted_in_may_leave_and_the_shelf_says_so(approved: World) -> None:
    receive(approved, 1)
    send_kit(approved, "SN0003")
    send_kit(approved, "SN0001")
    assert kit_stock.stock()[0].on_shelf == -1
    assert [state for _, state, _ in listed()] == [SHORT, SHORT]


@pytest.mark.parametrize("table", ["returns_kitreceipt", "returns_kitreminder"])
def test_what_was_counted_cannot_be_changed_by_hand(approved: World, table: str) -> None:
    receive(approved, 1)
    kit = send_kit(approved, "SN0003")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO returns_kitreminder (kit_id, number, by, at) VALUES (%s, 1, 'x', %s)",
            [kit.id, kit.at],
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}")


def test_an_order_changes_in_nothing_but_its_end(approved: World) -> None:
    ordered = order(approved, 3, date(2025, 11, 3), "o1")
    with pytest.raises(IntegrityError), transaction.atomic():
        KitOrder.objects.filter(id=ordered.id).update(quantity=4)


def test_each_kit_that_must_not_leave_is_refused_with_its_reason(approved: World) -> None:
    owner.withdraw(claim_unit_id=approved.unit("SN0001").id, at=approved.now(), seen=1)
    owner.report_danger(
        claim_unit_id=approved.unit("SN0002").id, condition="swollen", at=approved.now(), key="d"
    )
    scan(approved, "SN0003")
    erasure.erase_person(case_no=approved.unit("SN0004").claim.case_no, by="o", at=approved.now())
    before = approved.books()
    for serial, refusal in (
        ("SN0001", KitWithdrawn),
        ("SN0002", KitNotByPost),
        ("SN0003", KitArrived),
        ("SN0004", PersonForgotten),
    ):
        assert isinstance(kits.refusal_now(approved.unit(serial)), refusal)
        with pytest.raises(refusal):
            send_kit(approved, serial, posted=True)
    assert (approved.books(), Kit.objects.count()) == (before, 0)
    assert [(line.unit.serial, line.state) for line in owed_kits()] == [("SN0002", PICKUP)]


def test_a_kit_of_a_forgotten_owner_is_no_longer_listed_nor_counted_as_owed(
    approved: World,
) -> None:
    receive(approved, 4)
    erasure.erase_person(case_no=approved.unit("SN0003").claim.case_no, by="o", at=approved.now())
    assert [line.unit.serial for line in owed_kits()] == ["SN0001", "SN0002", "SN0004"]
    assert kit_stock.stock()[0].owed == 3
    assert kits.kits_to_send().count() == 3


def test_a_list_is_narrowed_by_kind_language_state_and_number(approved: World) -> None:
    receive(approved, 1)
    first = owed_kits()[0]
    assert owed_kits(wanted=Wanted(state=READY)) == [first]
    assert owed_kits(wanted=Wanted(numbers=(first.number,))) == [first]
    assert owed_kits(wanted=Wanted(language="zh-Hans")) == []
    assert len(owed_kits(wanted=Wanted(kit=BAG, recall_id=approved.recall_id))) == 4


def test_a_carriers_file_is_tried_first_and_then_marks_each_kit_once(approved: World) -> None:
    send_kit(approved, "SN0004", tracking="T4")
    rows = kit_file.read_rows(
        csv_of(
            f"{reference(approved, 'SN0001')},T1,Yamaneko",
            f"{approved.unit('SN0002').claim.case_no},T2,",
            f"{reference(approved, 'SN0004')},T4,",
            "1234-5678-9012,T5,",
            f"{reference(approved, 'SN0003')},T3,",
            f"{reference(approved, 'SN0003')},T9,",
            "",
        )
    )
    found = kit_file.dry_run(rows)
    assert [each.outcome for each in found] == [
        "new", "new", "repeat", "refused", "new", "refused",
    ]  # fmt: skip
    codes = [each.refusal.code for each in found if each.refusal]
    assert codes == ["kit_row_unreadable", "kit_row_twice"]
    assert Kit.objects.count() == 1
    job = kit_jobs.start_from_file(found=found, by="mika", at=approved.now(), key="f")
    assert kit_jobs.start_from_file(found=found, by="mika", at=approved.now(), key="f").id == job.id
    run_due(at=approved.now(), kinds={kit_jobs.NAME: kit_jobs.KITS_SENT})
    assert set(Kit.objects.values_list("tracking", "carrier")) == {
        ("T1", "Yamaneko"), ("T2", ""), ("T3", ""), ("T4", ""),
    }  # fmt: skip
    again = kit_file.dry_run(rows)
    assert [each.outcome for each in again][:3] == ["repeat", "repeat", "repeat"]
    assert approved.stage("SN0001") == "kit_sent"


def test_a_row_that_changed_between_trial_and_job_is_refused_in_its_own_row(
    approved: World,
) -> None:
    rows = kit_file.read_rows(
        csv_of(*(f"{reference(approved, serial)},T-{serial}," for serial in SERIALS[:2]))
    )
    job = kit_jobs.start_from_file(
        found=kit_file.dry_run(rows), by="mika", at=approved.now(), key="f"
    )
    owner.report_danger(
        claim_unit_id=approved.unit("SN0001").id, condition="hot", at=approved.now(), key="d"
    )
    run_due(at=approved.now(), kinds={kit_jobs.NAME: kit_jobs.KITS_SENT})
    from kaishu.base.models import JobRow

    states = JobRow.objects.filter(job_id=job.id).order_by("number").values_list("state", "reason")
    assert list(states) == [("refused", "kit_not_by_post"), ("done", "")]
    assert Kit.objects.count() == 1


def test_kits_chosen_in_the_list_leave_together_without_tracking_numbers(approved: World) -> None:
    lines = owed_kits(wanted=Wanted(recall_id=approved.recall_id))
    kit_jobs.start_from_lines(lines=lines, carrier="Post", by="mika", at=approved.now(), key="b")
    run_due(at=approved.now(), kinds={kit_jobs.NAME: kit_jobs.KITS_SENT})
    assert Kit.objects.filter(carrier="Post", tracking="").count() == 4
    assert owed_kits() == []
    with pytest.raises(KitLeftBefore):
        send_kit(approved, "SN0001", tracking="T9", key="second")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-8"])
def test_a_file_is_read_in_the_encodings_that_carriers_use(encoding: str) -> None:
    data = "受付番号\tお問い合わせ番号\t配送会社\n１２３４-5678-9092-1\tT1\t黒猫\n".encode(encoding)
    (row,) = kit_file.read_rows(data)
    assert (row.line, row.reference, row.tracking, row.carrier) == (
        2, "1234-5678-9092-1", "T1", "黒猫",
    )  # fmt: skip


def test_a_sheet_is_read_with_its_numbers_as_they_stand() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Carrier", "Reference", "Tracking"])
        sheet.write_row(1, 0, ["Post", "1234 5678 9092-1", 403912345678])
        sheet.write_row(2, 0, ["Post", 123456789092, "'0012"])
    first, second = kit_file.read_rows(out.getvalue())
    assert (first.reference, first.tracking) == ("1234 5678 9092-1", "403912345678")
    assert (second.reference, second.tracking) == ("123456789092", "0012")


def test_files_that_cannot_be_read_say_why() -> None:
    for data, refusal in (
        (b"PK\x03\x04 no sheet", KitFileUnreadable),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xff", KitFileUnreadable),
        (b"", KitFileMissing),
        (b" \n", KitFileMissing),
        (csv_of("a,b,c", head="x,y,z"), KitFileColumns),
        (csv_of(*["1-1,T,"] * (kit_file.MOST_ROWS + 1)), KitFileTooLong),
    ):
        with pytest.raises(refusal):
            kit_file.read_rows(data)


def test_a_tracking_number_that_is_too_long_is_named_as_such(approved: World) -> None:
    rows = kit_file.read_rows(csv_of(f"{reference(approved, 'SN0001')},{'T' * 61},"))
    found = kit_file.dry_run(rows)
    assert [each.refusal.code for each in found if each.refusal] == ["text_too_long"]


def test_what_a_form_carries_is_what_the_file_said() -> None:
    rows = kit_file.read_rows(csv_of('1-1,"T, ""x""",', ",,", "2-1,=1+1,"))
    assert [row.line for row in rows] == [2, 4]
    assert kit_file.read_rows(kit_file.as_text(rows).encode()) == rows


def test_the_mail_says_the_carrier_and_the_number(approved: World) -> None:
    send_kit(approved, "SN0001", carrier="Post", tracking="T1")
    facts = Message.objects.get(template="kit_sent").facts
    assert (facts["carrier"], facts["tracking"]) == ("Post", "T1")


def test_a_large_list_asks_the_database_a_fixed_number_of_times(
    approved: World, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's context
        lines = owed_kits()
    assert len(lines) == ClaimUnit.objects.count() == 4
    assert lines[0].approved_at + timedelta(0) == lines[0].approved_at
