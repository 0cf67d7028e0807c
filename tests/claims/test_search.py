"""Find a claim by anything its owner says, and by nothing once they are forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaishu.claims import erasure, owner
from kaishu.claims.actions import submit_claim
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import Claim
from kaishu.claims.search import check, find, folding, keep, tokens
from kaishu.claims.search.models import SearchKey
from kaishu.people.contact import Contact
from tests.claims.world import SLUG, World

HANAKO = Contact(
    name="佐藤 花子",
    name_kana="サトウ ハナコ",
    email="hanako@example.jp",
    phone="03-1234-5678",
    postcode="105-0001",
    region="東京都",
    city="港区虎ノ門",
    street="1-2-3",
)


def file(world: World, contact: Contact = HANAKO, *, key: str = "k", **unit: str) -> str:
    """File a claim and return its case number."""
    facts = {"model": "M100", "serial": "SN0042", "order_no": "250-99-A", **unit}
    sent = submit_claim(
        facts=ClaimFacts(recall=SLUG, language="ja", contact=contact, units=(UnitFacts(**facts),)),
        key=key,
        door="public",
        by="owner",
        at=world.now(),
    )
    return sent.case_no


def cases(typed: str, **how: object) -> list[str]:
    """Return the case numbers that a search finds, in its order."""
    found = find.find(typed, **how)  # type: ignore[arg-type]
    numbers = dict(Claim.objects.values_list("id", "case_no"))
    return [numbers[each.claim_id] for each in found]


@pytest.mark.parametrize(
    "typed",
    [
        "佐藤",
        "佐藤花子",
        "佐",
        "花子 佐藤",
        "佐藤　花子",
        "さとう",
        "サトウ ハナコ",
        "ｻﾄｳﾊﾅｺ",
        "HANAKO@example.jp",
        "5678",
        "45678",
        "03-1234-5678",
        "+81 3 1234 5678",
        "〇",
        "105-0001",
        "〒1050001 1-2-3",
        "105-0001 虎ノ門",
        "SN00",
        "sn 0042",
        "0042",
        "25099a",
    ],
)
def test_a_claim_is_found_by_what_its_owner_says(world: World, typed: str) -> None:
    case_no = file(world)
    file(
        world,
        Contact(name="Zhang Wei", phone="+86 138 0000 9999", postcode="150-0043"),
        key="other",
        serial="SN0777",
        order_no="777",
    )
    expected = [] if typed == "〇" else [case_no]
    assert (cases(typed)[-1:] if typed == "SN00" else cases(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "x", "佐藤 太郎", "45679", "+81 3 1234 9678", "105-0001 9-9-9", "SN0043", "1" * 300],
)
def test_what_does_not_agree_is_not_found(world: World, typed: str) -> None:
    file(world)
    assert cases(typed) == []


def test_a_reference_is_found_in_any_grouping_and_with_its_unit(world: World) -> None:
    case_no = file(world)
    grouped = f"{case_no[:4]} {case_no[4:8]} {case_no[8:]}"
    for typed in (case_no, grouped, grouped.replace(" ", "-"), f"{grouped}-1"):
        assert find.find(typed)[0].kind == "reference"
        assert cases(typed) == [case_no]


def test_who_may_not_see_details_finds_nothing_by_them(world: World) -> None:
    case_no = file(world)
    for typed in ("佐藤", "5678", "hanako@example.jp", "105-0001"):
        assert cases(typed, kinds=tokens.PLAIN) == []
    assert cases("SN0042", kinds=tokens.PLAIN) == [case_no]


def test_a_corrected_contact_is_found_by_the_new_words_only(world: World) -> None:
    case_no = file(world)
    changed = replace(HANAKO, name="髙橋 花子", phone="090-0000-1111")
    owner.correct_contact(case_no=case_no, contact=changed, at=world.now(), key="c")
    assert cases("高橋") == [case_no]
    assert cases("1111") == [case_no]
    assert cases("佐藤") == []
    assert cases("5678") == []


def test_a_forgotten_owner_is_found_by_the_unit_only(world: World) -> None:
    case_no = file(world)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    for typed in ("佐藤", "さとう", "5678", "hanako@example.jp", "105-0001", "25099a"):
        assert cases(typed) == []
    assert cases("SN0042") == [case_no]


def test_an_unread_serial_is_found_as_it_was_typed(world: World) -> None:
    case_no = file(world, serial="SN-??-9912X")
    assert cases("sn9912x") == [case_no]
    assert cases("912X") == [case_no]


def test_rows_from_before_are_filled_in_and_the_audit_says_what_is_missing(world: World) -> None:
    first, second = file(world), file(world, key="b", serial="SN0043")
    SearchKey.objects.filter(claim__case_no=first).delete()
    SearchKey.objects.filter(claim__case_no=second).order_by("id").first().delete()
    SearchKey.objects.create(token=7, claim=Claim.objects.get(case_no=second))
    found = [(finding.code, finding.where) for finding in check.audit()]
    assert found == [
        ("search_missing", f"case {first}"),
        ("search_missing", f"case {second}"),
        ("search_left_over", f"case {second}"),
    ]
    assert keep.backfill() == 1
    assert keep.backfill() == 0
    keep.renew_all(Claim.objects.values_list("id", flat=True))
    assert cases("佐藤") == [second, first]


def test_nothing_that_was_said_stands_in_the_table(world: World) -> None:
    file(world)
    kept = list(SearchKey.objects.values_list("token", flat=True))
    assert len(kept) == len(set(kept)) >= 10
    assert all(isinstance(token, int) for token in kept)
    assert tokens.token("name", "5678") != tokens.token("phone", "5678")


def test_names_fold_width_kana_case_accents_and_old_characters() -> None:
    assert folding.name("ﾔﾏﾀﾞ　ﾊﾅｺ") == folding.name("やまだはなこ")
    assert folding.name("José-María") == "josemaria"
    assert folding.name("髙﨑") == folding.name("高崎")
    assert folding.name("はは") != folding.name("ばば")
    assert "佐藤" in folding.name_parts("佐藤花子")
    assert folding.name_parts("李雷") == frozenset({"李", "李雷"})
    assert "j" not in folding.name_parts("J Smith")
