"""Shops by their link, and the console's list of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from kaishu.base.roles import Role
from kaishu.books.queries import trial_balance
from kaishu.editions import queries as editions
from kaishu.notices.models import Message
from kaishu.returns.trade import answers, sites
from kaishu.returns.trade.models import TradeAnswer, TradeSite
from kaishu.returns.trade.state import Reached
from tests.doors import desk_world, kumo
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
TRADE = "/staff/trade/"


@pytest.fixture
def world(db: None, data_dir: Path) -> desk_world.DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def retailer() -> str:
    parties = editions.current_pack(kumo.SLUG).recall.parties
    return next(each.code for each in parties if each.role == "retailer")


def send(client: Client, path: str, **fields: object) -> HttpResponse:
    return client.post(path, fields)


def shop(client: Client, **more: str) -> TradeSite:
    said = {"recall": kumo.SLUG, "name": "Ueno", "account": retailer(), "kind": "retailer"}
    answer = send(
        client, f"{TRADE}add/", **{**said, "language": "en", "mail": "u@example.jp", **more}
    )
    assert answer.status_code == 302, text(parsed(answer))
    return TradeSite.objects.latest("id")


def hidden(page: HttpResponse) -> dict[str, str]:
    fields = find(parsed(page), "main form input")
    return {str(each.get("name")): str(each.get("value") or "") for each in fields}


def test_a_shop_goes_through_its_questions_without_account_or_cookie(
    world: desk_world.DeskWorld,
) -> None:
    found = shop(member("hana", Role.MANAGER))
    own = f"/en/t/{sites.link_token(found)}/"
    browser = Client()
    first = browser.get(own)
    assert first["Cache-Control"] == "no-store" and not browser.cookies
    assert text(find(parsed(first), "h1")[0]) == "Please take these products off sale now"
    nameless = send(browser, own, **hidden(first))
    assert nameless.status_code == 422 and TradeAnswer.objects.count() == 0
    read = hidden(first) | {"name": "Oto"}
    assert [send(browser, own, **read)["Location"] for _twice in range(2)] == [own, own]
    page = browser.get(own)
    assert text(find(parsed(page), "h1")[0]) == "How many do you have?"
    wrong = send(browser, own, **(hidden(page) | {"n-K100": "a few"}))
    assert wrong.status_code == 422
    assert find(parsed(wrong), "#id-n-K100")[0].get("value") == "a few"
    silent = send(browser, own, **hidden(page))
    assert silent.status_code == 422 and answers.state_of(found).reached is Reached.ACKNOWLEDGED
    good = hidden(page) | {"n-K100": "３"}
    for _twice in range(2):
        send(browser, own, **good)
    page = browser.get(own)
    assert "You have put 3 units aside" in text(parsed(page))
    send(browser, own, **(hidden(page) | {"name": "Oto"}))
    assert "Thank you" in text(parsed(browser.get(own)))
    lines = trial_balance(recall_id=found.recall_id).units
    assert sum(line.quantity for line in lines if line.account == "depot") == 3
    assert answers.state_of(found).reached is Reached.COMPLETED


def test_serials_are_told_apart_and_found_later_are_added(world: desk_world.DeskWorld) -> None:
    found = shop(member("hana", Role.MANAGER))
    answers.acknowledge(site_id=found.id, name="Oto", key="r", at=found.added_at)
    own = f"/en/t/{sites.link_token(found)}/scan/"
    browser = Client()
    empty = send(browser, own, model="", serials=" ")
    linked = [link.get("href") for link in find(parsed(empty), ".summary a")]
    assert empty.status_code == 422 and linked == ["#id-model", "#id-serials"]
    typed = f"{kumo.LISTED}\n{kumo.NOT_LISTED}\n{kumo.LISTED}\nhello"
    page = text(parsed(send(browser, own, model="K100", serials=typed)))
    for said in ("Put it aside", "You may sell it", "Counted already", "We cannot tell"):
        assert said in page
    assert answers.state_of(found).put_aside == 1


def test_no_other_address_opens_a_shop(world: desk_world.DeskWorld) -> None:
    shop(member("hana", Role.MANAGER))
    for token in ("x" * 32, "A" * 64):
        answer = Client().get(f"/ja/t/{token}/")
        assert answer.status_code == 404 and "リンク" in text(parsed(answer))
    crossed = Client().post(
        f"/en/t/{sites.link_token(TradeSite.objects.get())}/",
        {"name": "x"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert crossed.status_code == 403 and TradeAnswer.objects.count() == 0


def test_many_shops_come_from_pasted_lines_and_the_wrong_ones_are_named(
    world: desk_world.DeskWorld,
) -> None:
    client, account = member("hana", Role.MANAGER), retailer()
    lines = f"name,account\nUeno,{account},,,u@example.jp\nKanda,nobody\n\nUeno,{account}\n"
    answer = send(
        client, f"{TRADE}add/", recall=kumo.SLUG, kind="retailer", language="ja", lines=lines
    )
    page = text(parsed(answer))
    assert answer.status_code == 422 and "1 shop was added" in page
    assert "Line 3:" in page and "Line 5:" in page
    assert "Kanda,nobody" in page
    assert TradeSite.objects.get().name == "Ueno"


def test_the_list_counts_open_their_rows_and_only_staff_of_the_trade_act(
    world: desk_world.DeskWorld,
) -> None:
    client = member("hana", Role.MANAGER)
    found = shop(client)
    page = parsed(client.get(TRADE))
    for link in find(page, ".tallies a"):
        rows = find(parsed(client.get(TRADE + str(link.get("href")))), "tbody tr")
        numbers = find(link, "b")
        if numbers:
            assert len(rows) == int(text(numbers[0]))
    assert send(client, f"{TRADE}{found.id}/do/", do="send").status_code == 302
    assert Message.objects.count() == 1
    auditor = member("kei", Role.AUDITOR)
    seen = auditor.get(f"{TRADE}{found.id}/")
    assert seen.status_code == 200 and "/t/" not in seen.content.decode()
    assert send(auditor, f"{TRADE}{found.id}/do/", do="send").status_code == 403
    assert member("mika", Role.REVIEWER).get(TRADE).status_code == 403
    file = b"".join(client.get(f"{TRADE}?as=csv").streaming_content)  # type: ignore[attr-defined]
    assert "Ueno" in file.decode("utf-8-sig")


def test_a_renewed_link_closes_the_old_one(world: desk_world.DeskWorld) -> None:
    client = member("hana", Role.MANAGER)
    found = shop(client, mail="")
    old = f"/en/t/{sites.link_token(found)}/"
    refused = send(client, f"{TRADE}{found.id}/do/", do="send")
    assert refused.status_code == 422 and "no mail address" in text(parsed(refused))
    assert send(client, f"{TRADE}{found.id}/do/", do="renew").status_code == 302
    assert Client().get(old).status_code == 404


def test_lines_pasted_from_a_sheet_keep_the_commas_of_a_name(world: desk_world.DeskWorld) -> None:
    client = member("hana", Role.MANAGER)
    said = {"recall": kumo.SLUG, "kind": "retailer", "language": "ja"}
    send(client, f"{TRADE}add/", **said, lines=f"Kumo, Ueno\t{retailer()}\n")
    assert [each.name for each in TradeSite.objects.all()] == ["Kumo, Ueno"]


def test_a_file_in_another_encoding_adds_no_shop_with_a_broken_name(
    world: desk_world.DeskWorld,
) -> None:
    client = member("hana", Role.MANAGER)
    said = {"recall": kumo.SLUG, "kind": "retailer", "language": "ja"}
    content = f"\u4e0a\u91ce,{retailer()}\n"
    for encoding, added in (("cp932", 0), ("utf-8", 1)):
        file = SimpleUploadedFile("shops.csv", content.encode(encoding))
        answer = send(client, f"{TRADE}add/", **said, file=file)
        assert answer.status_code == (302 if added else 422)
        assert TradeSite.objects.count() == added
