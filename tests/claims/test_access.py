"""Getting back in: the same answer for right and wrong, codes that run out, and no way to guess."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kaishu.claims import access, lookups
from kaishu.claims.errors import CodeLocked, CodeOld, CodeWrong
from kaishu.claims.models import AccessCode
from kaishu.notices.models import Message
from tests.claims.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Know the codes that are made: 000001, 000002 and so on."""
    made: list[str] = []

    def next_code() -> str:
        made.append(f"{len(made) + 1:06d}")
        return made[-1]

    monkeypatch.setattr("kaishu.claims.access.new_code", next_code)
    return made


def ask(world: World, case_no: str, reach: str = "SATO@example.test") -> datetime:
    """Ask for a mail, and say when."""
    at = world.now()
    access.ask_again(case_no=case_no, reach=reach, at=at)
    return at


@pytest.mark.parametrize("reach", [" sato@EXAMPLE.test ", "03-1234-5678", "+81 3 1234 5678"])
def test_the_right_mail_or_phone_brings_link_and_code(world: World, reach: str) -> None:
    done = world.claim("SN0001")
    ask(world, done.case_no, reach)
    assert Message.objects.filter(template="link_again").count() == 1


@pytest.mark.parametrize("reach", ["other@example.test", "", "@", "5678", "1", "0398765432"])
def test_a_wrong_mail_or_phone_brings_nothing_and_says_nothing(world: World, reach: str) -> None:
    done = world.claim("SN0001")
    ask(world, done.case_no, reach)
    ask(world, "000000000000", reach)
    assert Message.objects.filter(template="link_again").count() == 0


def test_a_code_opens_once(world: World, codes: list[str]) -> None:
    done = world.claim("SN0001")
    at = ask(world, done.case_no)
    enter = {"case_no": done.case_no, "code": codes[-1], "opened_at": at}
    assert access.enter(**enter, at=at + MINUTE) == done.token
    assert lookups.claim(done.case_no).mail_confirmed_at == at + MINUTE
    with pytest.raises(CodeWrong):
        access.enter(**enter, at=at + MINUTE)


def test_full_width_digits_and_spaces_are_the_same_code(world: World, codes: list[str]) -> None:
    done = world.claim("SN0001")
    at = ask(world, done.case_no)
    wide = codes[-1].translate(str.maketrans("0123456789", "0123456789"))
    typed = f" {wide[:3]} {wide[3:]} "
    assert access.enter(case_no=done.case_no, code=typed, opened_at=at, at=at) == done.token


def test_a_code_runs_out_in_ten_minutes_but_a_slow_hand_has_thirty(
    world: World, codes: list[str]
) -> None:
    done = world.claim("SN0001")
    at = ask(world, done.case_no)
    late = at + 25 * MINUTE
    enter = {"case_no": done.case_no, "code": codes[-1]}
    with pytest.raises(CodeOld):
        access.enter(**enter, opened_at=late, at=late)
    assert access.enter(**enter, opened_at=at, at=late) == done.token


def test_thirty_one_minutes_are_too_late_for_anybody(world: World, codes: list[str]) -> None:
    done = world.claim("SN0001")
    at = ask(world, done.case_no)
    with pytest.raises(CodeOld):
        access.enter(
            case_no=done.case_no, code=codes[-1], opened_at=at - MINUTE, at=at + 31 * MINUTE
        )


def test_five_wrong_codes_close_a_code_and_twenty_close_the_day(
    world: World, codes: list[str]
) -> None:
    done = world.claim("SN0001")
    at = ask(world, done.case_no)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            access.enter(case_no=done.case_no, code="999999", opened_at=at, at=at)
    with pytest.raises((CodeLocked, CodeWrong)):
        access.enter(case_no=done.case_no, code=codes[-1], opened_at=at, at=at)
    for _ in range(3):
        at = ask(world, done.case_no)
        for _ in range(5):
            with pytest.raises((CodeWrong, CodeLocked)):
                access.enter(case_no=done.case_no, code="999999", opened_at=at, at=at)
    at = ask(world, done.case_no)
    with pytest.raises(CodeLocked):
        access.enter(case_no=done.case_no, code=codes[-1], opened_at=at, at=at)


def test_no_more_than_five_mails_an_hour(world: World) -> None:
    done = world.claim("SN0001")
    for _ in range(9):
        ask(world, done.case_no)
    assert AccessCode.objects.count() == 5


def test_the_code_of_the_first_mail_confirms_days_later_but_opens_nothing(
    world: World, codes: list[str]
) -> None:
    done = world.claim("SN0001")
    later = world.now() + timedelta(days=3)
    with pytest.raises(CodeOld):
        access.enter(case_no=done.case_no, code=codes[0], opened_at=later, at=later)
    access.confirm_by_code(case_no=done.case_no, code=codes[0], at=later)
    assert lookups.claim(done.case_no).mail_confirmed_at == later


def test_an_unknown_reference_is_a_wrong_code(world: World) -> None:
    with pytest.raises(CodeWrong):
        access.enter(case_no="123", code="000000", opened_at=world.now(), at=world.now())


def test_no_code_stands_in_the_database(world: World, codes: list[str]) -> None:
    done = world.claim("SN0001")
    ask(world, done.case_no)
    hashes = list(AccessCode.objects.values_list("code_hash", flat=True))
    assert len(hashes) == 2
    assert all(code not in digest for code in codes for digest in hashes)
