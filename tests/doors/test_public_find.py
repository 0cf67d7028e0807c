"""Getting back in: the same page for right and wrong, six digits, and locks that tell nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kaishu.claims.models import AccessCode
from kaishu.notices.actions import secrets_of
from kaishu.notices.models import Message
from tests.doors.owner_world import OwnerWorld, file_claim
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
MAIL = "hanako@example.jp"


@pytest.fixture
def world(db: None, data_dir: Path) -> OwnerWorld:
    """Give a claim that was just sent."""
    return file_claim(data_dir, at=datetime.now(UTC))


def ask(number: str, reach: str = MAIL) -> Any:
    """Send the form."""
    return Client().post("/en/find/", {"case_no": number, "reach": reach})


def code_of(template: str = "link_again") -> str:
    """Return the digits of the newest mail."""
    return secrets_of(Message.objects.filter(template=template).latest("id"))["code"]


def valid_stranger(number: str) -> str:
    """Return a number with right check digits that is nobody's."""
    from kaishu.claims import case_numbers

    while (other := case_numbers.new()) == number:
        pass
    return other


@pytest.mark.parametrize(
    "reach", [MAIL, " HANAKO@example.jp ", "090-1234-5678", "+81 90 1234 5678"]
)
@pytest.mark.parametrize("shape", ["{}", "{} {} {}", "{}-{}-{}"])
def test_number_and_address_in_any_shape_lead_to_a_mail(
    world: OwnerWorld, reach: str, shape: str
) -> None:
    number = world.sent.case_no
    parts = (number[:4], number[4:8], number[8:])
    typed = number if shape == "{}" else shape.format(*parts)
    wide = typed.translate({ord(d): ord("０") + int(d) for d in "0123456789"})
    done = ask(wide, reach)
    assert done.status_code == 302
    assert Message.objects.filter(template="link_again").count() == 1
    entered = Client().post(done["Location"], {"code": code_of()})
    assert entered["Location"] == world.path
    assert world.claim.mail_confirmed_at is not None


def test_right_and_wrong_get_the_same_page(world: OwnerWorld) -> None:
    number = world.sent.case_no
    pages = []
    for case_no, reach in (
        (number, MAIL),
        (number, "other@example.jp"),
        (valid_stranger(number), MAIL),
    ):
        done = ask(case_no, reach)
        assert done.status_code == 302
        assert number not in done["Location"]
        assert "example" not in done["Location"]
        page = Client().get(done["Location"])
        pages.append(page.content.decode().replace(done["Location"], "HERE"))
        wrong = Client().post(done["Location"], {"code": "000000"})
        pages.append(wrong.content.decode().replace(done["Location"], "HERE"))
    forms = [re.sub(r"/en/find/[\w=-]+/", "HERE", page) for page in pages]
    forms = [re.sub(r"/(ja|zh-hans)/find/[\w=-]+/", "HERE", page) for page in forms]
    assert forms[0] == forms[2] == forms[4]
    assert forms[1] == forms[3] == forms[5]
    assert Message.objects.filter(template="link_again").count() == 1


def test_a_typing_mistake_is_told_without_asking_the_database(world: OwnerWorld) -> None:
    number = world.sent.case_no
    typo = number[:-1] + str((int(number[-1]) + 1) % 10)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = ask(typo)
    assert again.status_code == 422
    assert "typing mistake" in text(find(parsed(again), ".error")[0])
    assert typo in again.content.decode()
    assert not [q for q in queries if "claim" in q["sql"].lower()]


def test_wrong_codes_lock_a_page_alike_for_everyone(world: OwnerWorld) -> None:
    number = world.sent.case_no
    said = {}
    for case_no in (number, valid_stranger(number)):
        page = ask(case_no)["Location"]
        right = code_of()
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        said[case_no] = []
        for _ in range(6):
            again = Client().post(page, {"code": wrong})
            said[case_no].append(text(find(parsed(again), ".error")[0]))
        last = Client().post(page, {"code": right})
        said[case_no].append(text(find(parsed(last), ".error")[0]))
    first, second = said.values()
    assert first == second
    assert first[4].startswith("This code does not match")
    assert first[5].startswith("Five wrong codes")


def test_twenty_wrong_codes_a_day_are_enough(world: OwnerWorld) -> None:
    codes = []
    for _ in range(5):
        page = ask(world.sent.case_no)["Location"]
        codes += [Client().post(page, {"code": "12 34 56"}) for _ in range(5)]
    words = [text(find(parsed(each), ".error")[0]) for each in codes]
    assert words[-1].startswith("Too many wrong codes today")
    assert Client().get(world.path).status_code == 200


def test_a_page_opened_in_time_may_be_filled_in_slowly(world: OwnerWorld) -> None:
    page = ask(world.sent.case_no)["Location"]
    digits = code_of()
    past = timezone.now() - timedelta(minutes=9)
    AccessCode.objects.update(made_at=past)
    assert Client().post(page, {"code": f"{digits[:3]} {digits[3:]}"}).status_code == 302


def test_an_expired_code_says_so_and_one_tap_sends_another(world: OwnerWorld) -> None:
    page = ask(world.sent.case_no)["Location"]
    AccessCode.objects.update(made_at=timezone.now() - timedelta(minutes=31))
    old = Client().post(page, {"code": code_of()})
    assert old.status_code == 422
    assert "This code does not match" not in text(find(parsed(old), ".error")[0])
    fresh = Client().post(page, {"do": "again"})
    assert Client().post(fresh["Location"], {"code": code_of()}).status_code == 302


def test_a_code_opens_once(world: OwnerWorld) -> None:
    page = ask(world.sent.case_no)["Location"]
    digits = code_of()
    assert Client().post(page, {"code": digits}).status_code == 302
    assert Client().post(page, {"code": digits}).status_code == 422


def test_asking_is_limited_by_number_and_by_address(world: OwnerWorld) -> None:
    number = world.sent.case_no
    codes = [ask(number, f"try{i}@example.jp").status_code for i in range(6)]
    assert codes == [302] * 5 + [422]
    others = [ask(valid_stranger(number), "x@example.jp").status_code for _ in range(6)]
    assert others == [302] * 5 + [422]


def test_a_foreign_or_broken_page_address_is_not_there(world: OwnerWorld) -> None:
    page = ask(world.sent.case_no)["Location"]
    for wrong in ("/en/find/x/", page[:-3] + "AA/", "/en/find/AQ==/"):
        assert Client().get(wrong).status_code == 404
    foreign = Client().post(page, {"code": code_of()}, HTTP_SEC_FETCH_SITE="cross-site")
    assert foreign.status_code == 403


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_who_has_only_a_telephone_is_told_to_call(world: OwnerWorld, code: str) -> None:
    for path in (
        f"/{code}/find/",
        ask(world.sent.case_no)["Location"].replace("/en/", f"/{code}/"),
    ):
        page = parsed(Client().get(path))
        assert find(page, "main [href='tel:0120-000-111']")
        assert len(find(page, "h1")) == 1


@pytest.mark.parametrize("typed", ["abc", "12345", "1234567", "12 34"])
def test_what_cannot_be_a_code_costs_no_try(world: OwnerWorld, typed: str) -> None:
    page = ask(world.sent.case_no)["Location"]
    digits = code_of()
    for _ in range(9):
        answer = Client().post(page, {"code": typed})
        assert text(find(parsed(answer), ".error")[0]) == "The code has six digits. Type all six."
    assert Client().post(page, {"code": digits}).status_code == 302
