"""A recall that ran elsewhere is taken over row by row, and the books add up to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.books.audit import audit
from kaishu.books.models import Entry
from kaishu.books.queries import trial_balance
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.imports import actions, queries
from kaishu.claims.imports.check import report_rows
from kaishu.claims.imports.columns import guess
from kaishu.claims.imports.errors import (
    ColumnNeeded,
    ColumnTwice,
    ImportNotChecked,
    ImportNotTyped,
    ImportOwn,
    ImportRunning,
)
from kaishu.claims.imports.rows import _day
from kaishu.claims.imports.table import read_table
from kaishu.claims.imports.tie_out import tie_out
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.core.recall import Channel, Conditions, Window
from kaishu.incidents.models import Incident
from kaishu.notices.models import Message
from kaishu.payouts.audit import audit as audit_payouts
from kaishu.people import queries as people
from tests.claims import world as claims_world
from tests.claims.imports_world import (
    HEADER,
    brought,
    content,
    imported,
    open_world,
    results,
    row,
    tried,
    work,
)
from tests.claims.world import SLUG, World


@pytest.fixture
def old(db: None, tmp_path: Path) -> Iterator[World]:
    yield open_world(tmp_path)
    found = (*audit(), *audit_claims(), *audit_payouts())
    assert [str(finding) for finding in found] == []


def test_a_row_of_each_kind_is_brought_in_and_the_books_add_up(old: World) -> None:
    source = imported(
        brought(
            [
                row("C-1", "SN0001"),
                row("C-2", "SN0002", decision="承認"),
                row("C-3", "SN0003", decision="承認", came="2025/11/01"),
                row("C-4", "SN0004", decision="承認", paid="3,990", paid_on="2025-11-05"),
                row("C-5", "SN0005", paid="1,000", paid_on="2025-11-05", came="令和7年11月2日"),
                row("C-6", "SN0006", paid="3990", came="2025-11-01", ended="2025-11-20"),
            ]
        )
    )
    assert results(source) == [("created", "")] * 6
    assert old.books() == (
        "declared -1000  unsold 100  at_large 894  owner 3  depot 2  disposed 1"
        " | JPY: cost -16960  owed 7980  paid 8980 | kit:bag: cost -2  owed 2"
    )
    report = tie_out(source)
    assert (report.holds, report.rows, report.created) == (True, 6, 6)
    assert [(line.commodity, line.account, line.by_import) for line in report.lines] == [
        ("", "declared", 0),
        ("", "unsold", 0),
        ("", "at_large", -6),
        ("", "owner", 3),
        ("", "depot", 2),
        ("", "disposed", 1),
        ("JPY", "cost", -16960),
        ("JPY", "owed", 7980),
        ("JPY", "paid", 8980),
        ("kit:bag", "cost", -2),
        ("kit:bag", "owed", 2),
    ]


def test_what_was_paid_elsewhere_says_so_and_when(old: World) -> None:
    imported(brought([row("C-1", "SN0001", paid="3990", paid_on="2025-11-05")]))
    paid = Entry.objects.filter(kind__startswith="payout.").order_by("id")
    assert [
        (entry.kind, entry.door, entry.reason, entry.happened_at.date(), entry.by) for entry in paid
    ] == [
        ("payout.sent", "import", "paid_before_import", date(2025, 11, 5), "jun"),
        ("payout.settled", "import", "paid_before_import", date(2025, 11, 5), "jun"),
    ]


def test_a_claim_keeps_the_day_it_was_sent_beside_the_day_it_was_taken_over(old: World) -> None:
    before = now()
    imported(brought([row("C-1", "SN0001", filed="2025/10/25", condition="膨張")]))
    claim = Claim.objects.get()
    holder = Entry.objects.get(kind="holder.known")
    incident = Incident.objects.get()
    assert claim.submitted_at == holder.happened_at == incident.known_at
    assert claim.submitted_at.date() == date(2025, 10, 25)
    assert before < claim.recorded_at == holder.recorded_at == incident.recorded_at


def test_nobody_gets_mail_about_imported_history_unless_asked(old: World) -> None:
    imported(brought([row("C-1", "SN0001", decision="承認")]))
    assert Message.objects.count() == 0
    imported(brought([row("C-2", "SN0002")], mail="yes"))
    assert Message.objects.count() == 1


def test_a_persons_details_are_sealed_as_with_any_claim(old: World) -> None:
    imported(brought([row("C-1", "SN0001", name="髙橋 一郎")]))
    claim = Claim.objects.get()
    assert people.contact(claim.person_id).name == "髙橋 一郎"
    assert (claim.door, claim.by, claim.language) == ("import", "jun", "ja")


def test_a_second_claim_on_a_serial_is_contested_and_a_settled_one_is_left_to_a_person(
    old: World,
) -> None:
    old.claim("SN0001")
    rows = [
        row("C-1", "SN0001"),
        row("C-2", "SN0001", paid="3990"),
        row("C-3", "SN0002"),
        row("C-4", "SN0002"),
    ]
    source = brought(rows)
    counts = tried(source)
    assert {name: counts[name] for name in ("created", "contested", "refused")} == {
        "created": 1,
        "contested": 2,
        "refused": 1,
    }
    assert results(imported(source)) == [
        ("contested", ""),
        ("refused", "import_contested_settled"),
        ("created", ""),
        ("contested", ""),
    ]
    assert ClaimUnit.objects.filter(contested=True).count() == 2


# What is wrong with a row, and the code that says so.
BAD = [
    (row("C", "SN0001", paid="lots"), "import_amount_wrong"),
    (row("C", "SN0001", paid_on="soon"), "import_date_wrong"),
    (row("C", "SN0001", came="2025-02-30"), "import_date_wrong"),
    (row("C", "SN0001", came="2099-01-01"), "import_date_ahead"),
    (row("C", "SN0001", filed="2099-01-01"), "import_date_ahead"),
    (row("C", "SN0001", decision="maybe"), "import_word_unknown"),
    (row("C", "SN0001", remedy="a cake"), "import_word_unknown"),
    (row("C", "SN0001", paid="4000"), "import_paid_more"),
    (row("C", "SN0001", paid="0"), "import_paid_more"),
    (row("C", "SN9999", paid="3990"), "import_not_affected"),
    (row("C", "SN0001", decision="承認", amount=""), "amount_missing"),
    (row("C", "1.23457E+15"), "row_digits_lost"),
]


@pytest.mark.parametrize(("bad", "code"), BAD, ids=[code for _, code in BAD])
def test_a_row_that_cannot_be_brought_in_moves_nothing(
    old: World, bad: dict[str, str], code: str
) -> None:
    before = old.books()
    source = brought([bad])
    result = tried(source)
    assert [line[1:3] for line in report_rows(result)] == [("refused", code)]
    assert results(imported(source)) == [("refused", code)]
    assert (old.books(), Claim.objects.count()) == (before, 0)
    assert tie_out(queries.found(source.id)).holds


def test_a_reference_that_stands_twice_is_refused_in_the_import_as_in_the_try_out(
    old: World,
) -> None:
    source = imported(brought([row("C-1", "SN0001"), row("C-1", "SN0002")]))
    assert results(source) == [("created", ""), ("refused", "import_row_twice")]


def test_what_was_paid_too_much_is_said_in_money(old: World) -> None:
    result = tried(brought([row("C-1", "SN0001", paid="4000")]))
    facts = next(report_rows(result))[4]
    assert facts == {"paid": "4,000 JPY", "full": "3,990 JPY"}


def test_units_that_came_in_need_a_place(old: World) -> None:
    source = brought([row("C-1", "SN0001", came="2025-11-01")], depot="nowhere")
    assert results(imported(source)) == [("refused", "import_place_needed")]


def test_the_same_file_is_one_import_and_a_longer_one_brings_only_what_is_new(old: World) -> None:
    first = imported(brought([row("C-1", "SN0001", paid="3990")]))
    assert brought([row("C-1", "SN0001", paid="3990")]).id == first.id
    again = actions.start_import(import_id=first.id, typed="1", by="jun", at=now())
    assert again.id == first.job_id
    books = old.books()
    longer = imported(brought([row("C-1", "SN0001", paid="3990"), row("C-9", "SN0009")]))
    assert results(longer) == [("already_there", ""), ("created", "")]
    assert old.books() == books.replace("at_large 899", "at_large 898").replace(
        "owner 1", "owner 2"
    )
    assert tie_out(longer).already == 1


def test_a_row_without_reference_is_known_by_file_and_row(old: World) -> None:
    rows = [{**row("", "SN0001"), "受付番号": ""}, {**row("", "SN0002"), "受付番号": ""}]
    source = imported(brought(rows))
    assert results(source) == [("created", "")] * 2
    assert sorted(Claim.objects.values_list("key", flat=True)) == [
        f"row:{source.sha256[:40]}:2",
        f"row:{source.sha256[:40]}:3",
    ]


def test_an_import_is_started_as_tried_out_and_by_a_second_person_where_it_promises(
    old: World,
) -> None:
    source = brought([row("C-1", "SN0001", decision="承認")])
    with pytest.raises(ImportNotChecked):
        actions.start_import(import_id=source.id, typed="1", by="jun", at=now())
    tried(source)
    with pytest.raises(ImportNotTyped):
        actions.start_import(import_id=source.id, typed="2", by="jun", at=now())
    with pytest.raises(ImportOwn):
        actions.start_import(import_id=source.id, typed="1", by="mika", at=now())
    brought([row("C-1", "SN0001", decision="承認")], mail="yes")
    with pytest.raises(ImportNotChecked):
        actions.start_import(import_id=source.id, typed="1", by="jun", at=now())
    imported(source)
    with pytest.raises(ImportRunning):
        actions.remember(import_id=source.id, mapping={}, settings={}, at=now())
    assert trial_balance(recall_id=old.recall_id).promised("JPY", "owed") == 3990


def test_columns_are_mapped_once_each_and_remembered_for_the_next_file(old: World) -> None:
    source = brought([row("C-1", "SN0001")])
    with pytest.raises(ColumnNeeded):
        actions.remember(
            import_id=source.id, mapping={"serial": "シリアル番号"}, settings={}, at=now()
        )
    with pytest.raises(ColumnTwice):
        twice = {"name": "氏名", "name_kana": "氏名"}
        actions.remember(import_id=source.id, mapping=twice, settings={}, at=now())
    odd = {"name": "受付番号", "serial": "シリアル番号"}
    actions.remember(
        import_id=source.id, mapping=odd, settings=queries.tell_settings(SLUG), at=now()
    )
    more = actions.bring(
        slug=SLUG,
        name="b.csv",
        content=content([row("C-2", "SN0002")]),
        encoding="",
        by="mika",
        at=now(),
    )
    assert more.mapping == odd


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (HEADER, {"reference", "serial", "name", "email", "order_amount", "remedy", "decision"}),
        (
            ("订单号", "序列号", "姓名", "手机号", "已退金额"),
            {"order_no", "serial", "name", "phone"},
        ),
        (("Ticket No.", "S/N", "Full Name", "E-mail", "Refund date"), {"reference", "email"}),
    ],
)
def test_columns_are_guessed_in_three_languages(header: tuple[str, ...], fields: set[str]) -> None:
    assert fields <= set(guess(header))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-10-21", date(2025, 10, 21)),
        ("2025/1/5 10:20", date(2025, 1, 5)),
        ("2025年10月21日", date(2025, 10, 21)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("45951", date(2025, 10, 21)),
        ("２０２５－１０－２１", date(2025, 10, 21)),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, day: date) -> None:
    assert _day(text) == day


def test_a_row_brings_what_its_rule_needs_and_else_leaves_a_person_to_decide(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    when = Conditions(
        batches=("P6",), made=(Window(start=date(2025, 4, 1)),), channels=("web",), markets=("jp",)
    )
    plain = claims_world.recall
    web = Channel(code="web", name={"ja": "公式サイト", "zh-Hans": "官网", "en": "Our site"})
    rules = tuple(replace(rule, when=when) for rule in plain().rules)
    recall = replace(plain(), rules=rules, channels=(web,))
    monkeypatch.setattr(claims_world, "recall", lambda: recall)
    open_world(tmp_path)
    header = (*HEADER, "ロット番号", "製造年月", "販売経路", "Market", "ラベルの状態")
    facts = ["variant", "batch", "made_on", "channel", "market", "label"]
    assert set(facts[1:]) <= guess(header).keys()
    chinese = ["货号", "批次号", "生产日期", "销售渠道", "购买国家", "标签状态"]
    assert guess(chinese) == dict(zip(facts, chinese, strict=True))
    more = {"ロット番号": "p6", "製造年月": "2025年4月", "販売経路": "公式サイト", "Market": "日本"}
    rows = [
        row("C-1", "SN0001") | more | {"ラベルの状態": "読める"},
        row("C-2", "SN0002") | more | {"製造年月": "2025-03"},
        row("C-3", "SN0003") | more | {"ロット番号": ""},
        row("C-4", "SN0004") | more | {"販売経路": "Amazon"},
        row("C-5", "SN0005") | more | {"製造年月": "2099-01"},
        row("C-6", "SN0006") | more | {"ラベルの状態": "?"},
    ]
    source = actions.bring(
        slug=SLUG,
        name="more.csv",
        content=content(rows, header),
        encoding="",
        by="mika",
        at=now(),
    )
    actions.remember(
        import_id=source.id, mapping=source.mapping, settings={"depot": "depot-1"}, at=now()
    )
    job = jobs.job_view(actions.start_check(import_id=source.id, by="mika", at=now()).id)
    work()
    lines = report_rows(jobs.job_view(job.id).result)
    assert [(did, code) for _row, did, code, _serial, _facts in lines] == [
        ("created", ""),
        ("created", "made_outside"),
        ("created", "need_batch"),
        ("refused", "import_word_unknown"),
        ("refused", "import_date_ahead"),
        ("refused", "import_word_unknown"),
    ]


def test_a_table_starts_at_its_names_and_keeps_its_row_numbers() -> None:
    table = read_table("申込一覧,,\n\n氏名,シリアル番号,メール\n\n佐藤,SN0001,a@b\n".encode())
    assert table.header == ("氏名", "シリアル番号", "メール")
    assert table.rows == ((5, ("佐藤", "SN0001", "a@b")),)
    assert table.row(5) == {"氏名": "佐藤", "シリアル番号": "SN0001", "メール": "a@b"}


LINES = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["", "承認", "却下", "?"]),
        st.sampled_from(["", "3990", "1000", "5000", "x"]),
        st.sampled_from(["", "2025-11-01", "x"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(LINES, st.uuids())
def test_whatever_a_file_says_the_try_out_foretells_the_import_and_it_ties_out(
    old: World, lines: list[tuple[int, str, str, str]], salt: object
) -> None:
    rows = [
        row(f"{salt}-{number}", f"SN00{serial:02d}", decision=decision, paid=paid, came=came)
        for number, (serial, decision, paid, came) in enumerate(lines)
    ]
    source = brought(rows)
    foretold = tried(source)
    source = imported(source, by="jun")
    done = [result for result, _ in results(source)]
    for name in ("created", "contested", "already_there", "refused"):
        assert done.count(name) == foretold.get(name, 0), (name, rows)
    assert tie_out(source).holds
