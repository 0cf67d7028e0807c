"""Every field and every mistake: what was typed stays, and the page says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kaishu.claims.models import Claim
from tests.doors import kumo
from tests.doors.draft import Walk
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
KNOWN = {"model": "K100", "serial": kumo.LISTED, "colour": "white"}
ADDRESS = {"postcode": "100-0001", "region": "東京都", "city": "千代田区", "street": "1-2"}
LONG = "x" * 201

# page, what is typed, the control that the summary leads to, the first words of the message
MISTAKES: list[tuple[str, Mapping[str, str], str, str]] = [
    ("1/model/", {}, "id-model_0", "Choose your product."),
    ("1/model/", {"model": "K999"}, "id-model_0", "Choose your product."),
    ("1/serial/", {"serial": " "}, "id-serial", "Type the number, or press"),
    ("1/serial/", {"serial": LONG}, "id-serial", "This is too long."),
    ("1/colour/", {}, "id-colour_0", "Choose the colour."),
    ("1/condition/", {}, "id-condition_0", "Choose how it looks now."),
    ("1/condition/", {"condition": "fine"}, "id-condition_0", "Choose how it looks now."),
    ("1/shop/", {}, "id-shop_0", "Choose where you got it."),
    ("1/shop/", {"shop": "store", "shop_name": LONG}, "id-shop_name", "This is too long."),
    ("1/order/", {"order_no": ""}, "id-order_no", "Type the order number, or press"),
    ("1/order/", {"order_no": LONG}, "id-order_no", "This is too long."),
    ("1/bought/", {"bought_on": ""}, "id-bought_on", "Type the date, or press"),
    ("1/bought/", {"bought_on": "03/04/2024"}, "id-bought_on", "We cannot read this date."),
    ("1/bought/", {"bought_on": "spring"}, "id-bought_on", "We cannot read this date."),
    ("1/bought/", {"bought_on": "2199-1-1"}, "id-bought_on", "This day has not come yet."),
    (
        "1/bought/",
        {"bought_on": "2012年5月4日"},
        "id-bought_on",
        "This product was not sold before",
    ),
    ("1/amount/", {"order_amount": ""}, "id-order_amount", "Type the amount, or press"),
    ("1/amount/", {"order_amount": "about 40"}, "id-order_amount", "We cannot read this amount."),
    ("1/remedy/", {}, "id-remedy_0", "Choose what you would like to receive."),
    ("1/remedy/", {"remedy": "gold"}, "id-remedy_0", "Choose what you would like to receive."),
    ("products/", {}, "id-another_0", "Choose yes or no."),
    ("name/", {"name": "\u3000"}, "id-name", "Type your name."),
    ("name/", {"name": LONG}, "id-name", "This is too long."),
    ("name/", {"name": "花子\u202e"}, "id-name", "The name holds"),
    ("kana/", {"name_kana": ""}, "id-name_kana", "Type your name in katakana"),
    ("kana/", {"name_kana": "吉田"}, "id-name_kana", "The account name holds"),
    ("reach/", {}, "id-email", "Type an e-mail address or a telephone number"),
    ("reach/", {"email": "hanako"}, "id-email", "This e-mail address is not complete."),
    ("reach/", {"phone": "090-12"}, "id-phone", "This phone number"),
    ("reach/", {"phone": "my mother's"}, "id-phone", "Write the phone number in digits."),
    ("reach/", {"phone": "090-1234-5678", "nothing": "on"}, "id-nothing", "You typed how to"),
    ("postcode/", {"postcode": ""}, "id-postcode", "Type the postcode, or press"),
    ("postcode/", {"postcode": "1" * 30}, "id-postcode", "This is too long."),
    ("address/", {**ADDRESS, "region": ""}, "id-region", "Type the prefecture."),
    ("address/", {**ADDRESS, "city": ""}, "id-city", "Type the city, ward and town."),
    ("address/", {**ADDRESS, "street": ""}, "id-street", "Type the block and house number."),
    ("address/", {**ADDRESS, "building": LONG}, "id-building", "This is too long."),
    ("consent/", {}, "id-consent", "Tick the box"),
]
TITLES = {"en": "Error: ", "ja": "エラー：", "zh-hans": "错误："}


@pytest.fixture
def walk(db: None, data_dir: Path) -> Walk:
    """Give a draft with every question answered, so that every page is there."""
    kumo.publish(data_dir)
    # Of all products, only the K200 is asked for its colour: a rule leaves the white ones out.
    return Walk().start(model="K200", serial="AK20230001000099", colour="grey").to_check()


def test_a_mistake_is_said_twice_and_nothing_typed_is_lost(walk: Walk) -> None:
    """Make one mistake after the other in one draft: none of them changes what it holds."""
    for page, typed, where, words in MISTAKES:
        mistake = f"{page} {typed}"
        response = walk.post(page, typed)
        root = parsed(response)
        assert response.status_code == 422, mistake
        assert text(find(root, "title")[0]).startswith("Error: "), mistake
        [link] = find(root, ".summary a")
        assert link.get("href") == f"#{where}", mistake
        assert text(link).startswith(words), mistake
        assert find(root, f"#{where}"), mistake
        assert [text(error) for error in find(root, ".error")] == [text(link)], mistake
        assert find(root, ".summary[autofocus][tabindex='-1']"), mistake
        for name, value in typed.items():
            control = find(root, f"#id-{name}")
            if control and control[0].get("type") == "text":
                assert (control[0].get("value") or "") == value, mistake
        assert Claim.objects.count() == 0, mistake
        # The old answer stands.
        assert walk.client.get(f"{walk.root}check/").status_code == 200, mistake


@pytest.mark.parametrize(("code", "title"), TITLES.items())
def test_mistakes_speak_the_language_of_the_page(walk: Walk, code: str, title: str) -> None:
    for page in sorted({page for page, *_ in MISTAKES}):
        typed = next(typed for there, typed, *_ in MISTAKES if there == page)
        response = walk.client.post(f"{walk.root}{page}".replace("/en/", f"/{code}/"), typed)
        assert response.status_code == 422, page
        assert text(find(parsed(response), "title")[0]).startswith(title), page


def test_a_day_shortly_before_the_makers_first_sale_is_taken(walk: Walk) -> None:
    assert walk.post("1/bought/", {"bought_on": "2022-12-16"}).status_code == 302


def test_the_number_of_another_product_of_the_draft_is_asked_again(walk: Walk) -> None:
    walk.went(walk.post("products/", {"another": "yes"}))
    walk.say(model="K200")
    response = walk.client.post(walk.at, {"serial": "ak20230001000099"})
    assert response.status_code == 422
    assert "for product 1 already" in text(find(parsed(response), ".error")[0])


def test_an_address_outside_japan_is_free_text_and_can_come_back(walk: Walk) -> None:
    walk.went(walk.post("address/", {"do": "elsewhere"}))
    response = walk.post("address/", {"address": ""})
    assert text(find(parsed(response), ".summary a")[0]) == "Type your address."
    walk.went(walk.post("address/", {"address": "Hauptstr. 1\n10115 Berlin\nGermany"}))
    shown = text(find(walk.page("check/"), "main")[0])
    assert "Hauptstr. 1" in shown
    assert "東京都" not in shown


@pytest.mark.parametrize(
    ("typed", "city"),
    [("１００ー０００１", "千代田区千代田"), ("999-9999", ""), ("hello", "")],
)
def test_a_postcode_fills_in_what_it_can_and_stops_nobody(
    db: None, data_dir: Path, typed: str, city: str
) -> None:
    kumo.publish(data_dir)
    walk = Walk().start(**KNOWN).to("postcode").say(postcode=typed)
    assert walk.question == "address"
    root = walk.page()
    assert (find(root, "#id-city")[0].get("value") or "") == city
    assert find(root, "#id-postcode")[0].get("value") == typed
    assert not find(root, "#id-street")[0].get("value")


def test_a_shared_postcode_lets_the_person_choose_the_town(db: None, data_dir: Path) -> None:
    kumo.publish(data_dir)
    walk = Walk().start(**KNOWN).to("postcode").say(postcode="4520961")
    assert walk.question == "town"
    choices = find(walk.page(), "input[type=radio]")
    assert len(choices) > 2
    walk.say(town="1")
    assert find(walk.page(), "#id-city")[0].get("value")


@pytest.mark.parametrize("name", ["𠮷田", "䶮·阿依古丽", "葛󠄀城", "N'Diaye-Øst", "神" * 90])
def test_any_name_arrives_as_it_was_typed(walk: Walk, name: str) -> None:
    walk.went(walk.post("name/", {"name": name, "change": "1"}))
    assert name in text(find(walk.page("check/"), "main")[0])
