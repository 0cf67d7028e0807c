"""The claim, one question a page: what is said stays, what is sent counts once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from kaishu.base.clock import now
from kaishu.books.queries import trial_balance
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.doors.public.claiming import store
from kaishu.doors.public.models import Draft
from kaishu.editions.models import Recall
from kaishu.people import queries as people
from kaishu.people.models import Consent
from tests.doors import kumo
from tests.doors.draft import ANSWERS, Walk
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
KNOWN = {"model": "K100", "serial": kumo.LISTED, "colour": "white"}
UNTOUCHED = "declared -3000  at_large 3000"


@pytest.fixture(autouse=True)
def published(db: None, data_dir: Path) -> None:
    """Every test starts with the invented recall published."""
    kumo.publish(data_dir)


def balance() -> str:
    """Return the books of the recall on one line."""
    return trial_balance(recall_id=Recall.objects.get(slug=kumo.SLUG).id).sentence()


def test_what_the_check_knew_is_not_asked_again_and_nothing_is_chosen() -> None:
    walk = Walk().start(**KNOWN).to("remedy")
    assert walk.seen[0] == "condition"
    root = walk.page()
    assert len(find(root, ".card input[type=radio]")) == 2
    assert not find(root, "[checked]")
    assert find(walk.page("1/serial/"), "#id-serial")[0].get("value") == kumo.LISTED


def test_a_sent_claim_is_saved_as_typed_and_leads_to_its_page() -> None:
    walk = Walk().start(**KNOWN).to_check()
    assert Claim.objects.count() == 0
    response = walk.send()
    assert response.status_code == 302
    assert response["Location"].startswith("/en/c/")
    claim, unit = Claim.objects.get(), ClaimUnit.objects.get()
    assert (claim.door, claim.by, claim.language) == ("public", "owner", "en")
    assert (unit.serial, unit.remedy, unit.condition) == (kumo.LISTED, "refund", "intact")
    assert (unit.order_no, unit.order_amount, str(unit.bought_on)) == ("250-1", 3990, "2024-05-04")
    assert (unit.colour, unit.shop) == ("white", "山田電器")
    contact = people.contact(claim.person_id)
    assert (contact.name, contact.name_kana) == ("𠮷田 花子", "ヨシダ ハナコ")
    assert (contact.phone, contact.country) == ("090-1234-5678", "JP")
    assert (contact.region, contact.city, contact.street) == ("東京都", "千代田区千代田", "1-2-3")
    assert Consent.objects.get().text_version == "claim-2026-11"
    assert balance() == "declared -3000  at_large 2999  owner 1"


def test_a_draft_is_sealed_and_its_address_is_kept_as_a_hash_only() -> None:
    walk = Walk().start(**KNOWN).to("address")
    row = Draft.objects.get()
    token = walk.root.split("/")[3]
    assert len(token) >= 32
    assert token not in (row.token_hash, str(row.id))
    for said in ("花子", kumo.LISTED, "090-1234-5678"):
        assert said.encode() not in bytes(row.sealed)


def test_no_page_sets_a_cookie_and_none_needs_one() -> None:
    walk = Walk().start(**KNOWN).to_check()
    walk.send()
    assert not walk.client.cookies


def test_pressing_twice_is_one_claim_and_one_page() -> None:
    walk = Walk().start(**KNOWN).to_check()
    version = find(walk.page(), "input[name=version]")[0].get("value")
    form = {"do": "send", "version": version}
    first, again = walk.post("check/", form), walk.post("check/", form)
    assert first["Location"] == again["Location"]
    assert Claim.objects.count() == 1
    assert balance() == "declared -3000  at_large 2999  owner 1"


def test_after_sending_every_page_of_the_draft_leads_to_the_claim() -> None:
    walk = Walk().start(**KNOWN).to_check()
    sent = walk.send()["Location"]
    for name in ("", "check/", "1/condition/", "name/", "1/photo/"):
        response = Client().get(f"{walk.root}{name}")  # another browser
        root = parsed(response)
        assert text(find(root, "h1")[0]) == "You have already sent this claim"
        assert find(root, "a.button")[0].get("href") == sent
        assert "花子" not in text(root)
    walk.post("name/", {"name": "Somebody Else"})
    walk.post("1/photo/", {"do": "continue"})
    assert Claim.objects.count() == 1
    assert store.find(walk.root.split("/")[3], at=now()).answers.units == ()  # type: ignore[union-attr]


def test_two_tabs_each_save_their_own_question() -> None:
    walk = Walk().start(**KNOWN).to_check()
    walk.post("name/?change=1", {"name": "鈴木 一郎", "change": "1"})
    walk.post("1/order/?change=1", {"order_no": "777", "change": "1"})
    shown = text(find(walk.page("check/"), "main")[0])
    assert "鈴木 一郎" in shown
    assert "777" in shown


def test_answers_that_changed_since_the_page_was_shown_are_shown_before_they_are_sent() -> None:
    walk = Walk().start(**KNOWN).to_check()
    version = find(walk.page(), "input[name=version]")[0].get("value")
    walk.post("1/remedy/", {"remedy": "replace"})  # another tab
    response = walk.post("check/", {"do": "send", "version": version})
    root = parsed(response)
    assert response.status_code == 409
    assert "Some answers changed" in text(find(root, ".summary")[0])
    assert "A new product" in text(root)
    assert Claim.objects.count() == 0
    assert balance() == UNTOUCHED
    version = find(root, "input[name=version]")[0].get("value")
    assert walk.post("check/", {"do": "send", "version": version}).status_code == 302
    assert ClaimUnit.objects.get().remedy == "replace"


def test_change_returns_straight_back() -> None:
    walk = Walk().start(**KNOWN).to_check()
    links = [a.get("href") for a in find(walk.page(), ".answers a")]
    assert len(links) == 14
    for link in links:
        name = link.partition("?")[0].strip("/").split("/")[-1]
        field = walk.client.get(link)
        assert field.status_code == 200, link
        assert find(parsed(field), "input[name=change]")
        walk.seen.clear()
        walk.went(walk.client.post(link.partition("?")[0], {**ANSWERS[name], "change": "1"}))
        assert walk.seen == ["check"], link
    assert walk.send().status_code == 302


def test_a_changed_model_asks_again_only_what_hangs_on_it() -> None:
    walk = Walk().start(**KNOWN).to_check()
    walk.went(walk.post("1/model/", {"model": "K200", "change": "1"}))
    assert walk.question == "colour"
    walk.say(colour="grey", change="1")
    assert walk.question == "remedy"
    walk.say(remedy="refund", change="1")
    assert walk.question == "check"


def test_a_dangerous_product_shows_what_to_do_first_and_the_telephone() -> None:
    walk = Walk().start(**KNOWN).say(condition="swollen")
    assert walk.question == "safety"
    shown = text(find(walk.page(), "main")[0])
    assert kumo.recall().phone in shown
    assert "Do not put it in the post" in shown
    walk.say()
    assert walk.question == "photo"
    remedy = walk.to("remedy").page()
    assert "in the bag we send you" not in text(remedy)
    assert "want to call you" in text(walk.to("reach").page())


def test_going_back_to_intact_takes_the_safety_page_away() -> None:
    walk = Walk().start(**KNOWN).say(condition="hot").say()
    walk.went(walk.post("1/condition/", {"condition": "intact"}))
    assert walk.client.get(f"{walk.root}1/safety/").status_code == 302
    walk.went(walk.post("1/condition/", {"condition": "leaking"}))
    assert walk.question == "safety"


def test_two_products_have_their_own_remedy_share_the_order_and_ask_for_the_person_once() -> None:
    walk = Walk().start(**KNOWN).to("products").say(another="yes")
    walk.answers |= {
        "model": {"model": "K200"},
        "serial": {"serial": "AK20230001000099"},
        "colour": {"colour": "grey"},
        "remedy": {"remedy": "replace"},
    }
    walk.to_check()
    assert walk.seen.count("address") == walk.seen.count("name") == walk.seen.count("shop") == 1
    assert walk.send().status_code == 302
    one, two = ClaimUnit.objects.order_by("unit_no")
    assert (one.remedy, two.remedy) == ("refund", "replace")
    assert (one.order_no, two.order_no) == ("250-1", "250-1")
    assert two.bought_on == one.bought_on
    assert balance() == "declared -3000  at_large 2998  owner 2"


def test_several_units_of_one_check_are_taken_over() -> None:
    walk = Walk().start(u=[f"K100:{kumo.LISTED}", "K300:AK20230001000077", "nonsense:1"])
    walk.to("products")
    assert walk.seen.count("condition") == 2
    assert "serial" not in walk.seen
    assert len(find(walk.page(), ".tasks li")) == 2


def test_a_product_is_taken_off_and_the_last_one_stays() -> None:
    walk = Walk().start(u=[f"K100:{kumo.LISTED}", "K300:AK20230001000077"]).to("products")
    walk.went(walk.post("products/", {"do": "remove-1"}))
    assert not find(walk.page(), ".tasks")
    walk.post("products/", {"do": "remove-2"})
    walk.post("products/", {"do": "remove-²"})
    walk.to_check().send()
    assert ClaimUnit.objects.get().product == "K300"
    assert ClaimUnit.objects.get().order_no == "250-1"


def test_five_products_are_the_most() -> None:
    units = [f"K100:AK2023000100005{number}" for number in range(7)]
    walk = Walk().start(u=units).to("products")
    assert len(find(walk.page(), ".tasks li")) == 5
    assert not find(walk.page(), "input[value=yes]")
    walk.answers["products"] = {"another": "yes"}
    assert walk.client.post(walk.at, {"another": "yes"}).status_code == 422


def test_i_do_not_know_is_an_answer() -> None:
    walk = Walk().start(model="K100").say(do="unknown")
    walk.answers["photo"] = {"do": "continue"}
    assert walk.to("photo").client.post(walk.at, {"do": "continue"})["Location"].endswith("missing")
    walk = Walk().start(**KNOWN)
    walk.answers |= {
        name: {"do": "unknown"} for name in ("order", "bought", "amount", "kana", "postcode")
    }
    walk.to_check().send()
    unit = ClaimUnit.objects.get()
    assert (unit.order_no, unit.bought_on, unit.order_amount) == ("", None, None)


def test_kana_is_asked_only_where_money_goes_to_a_japanese_bank() -> None:
    walk = Walk().start(**KNOWN)
    walk.answers["remedy"] = {"remedy": "replace"}
    walk.to_check()
    assert "kana" not in walk.seen


def test_send_me_nothing_keeps_no_way_to_reach_the_person() -> None:
    walk = Walk().start(**KNOWN)
    walk.answers["reach"] = {"nothing": "on"}
    walk.to_check().send()
    contact = people.contact(Claim.objects.get().person_id)
    assert (contact.email, contact.phone) == ("", "")


def test_the_language_switch_keeps_what_is_typed_and_judges_nothing() -> None:
    walk = Walk().start(**KNOWN).to("name")
    button = find(walk.page(), ".languages button")[0]
    assert button.get("form") == "question"
    there = button.get("formaction")
    assert there == f"{walk.root}name/".replace("/en/", "/ja/")
    switched = parsed(walk.client.post(there, {"do": "language", "name": "葛󠄀城"}))
    assert switched.get("lang") == "ja"
    assert not find(switched, ".summary")
    assert find(switched, "#id-name")[0].get("value") == "葛󠄀城"


def test_enter_answers_the_question_whatever_buttons_stand_before() -> None:
    buttons = find(Walk().start(**KNOWN).to("name").page(), "button")
    assert (buttons[0].get("form"), buttons[0].get("value")) == ("question", "save")


def test_the_end_of_keeping_is_said_in_words_and_kept() -> None:
    walk = Walk().start(**KNOWN)
    end = Draft.objects.get().expires_at
    assert timedelta(days=29) < end - now() <= timedelta(days=30)
    assert str(end.year) in text(find(walk.page(), "main")[0])
    token = walk.root.split("/")[3]
    assert store.find(token, at=end - timedelta(seconds=1)) is not None
    assert store.find(token, at=end) is None


def test_another_address_opens_nothing_and_says_what_to_do() -> None:
    walk = Walk().start(**KNOWN)
    for wrong in ("nothing", walk.root.split("/")[3][:-1]):
        for end in ("", "check/", "name/", "1/photo/"):
            response = Client().get(f"/ja/d/{wrong}/{end}")
            assert response.status_code == 404
            assert find(parsed(response), ".steps li")


def test_a_question_that_is_not_asked_goes_on_where_the_answers_stop() -> None:
    walk = Walk().start(**KNOWN)
    for end in ("9/condition/", "1/nonsense/", "check/", "town/", ""):
        assert walk.client.get(f"{walk.root}{end}")["Location"].endswith("/1/condition/") or (
            walk.client.get(f"{walk.root}{end}")["Location"] == walk.root
        )


def test_drafts_and_their_start_are_never_kept_by_a_browser() -> None:
    walk = Walk().start(**KNOWN)
    for path in (walk.at, f"/en/r/{kumo.SLUG}/claim/"):
        assert "no-store" in walk.client.get(path)["Cache-Control"]
    assert find(walk.page(), "meta[name=robots]")[0].get("content") == "noindex, nofollow"


def test_another_website_cannot_send_a_page_of_a_draft() -> None:
    walk = Walk().start(**KNOWN)
    response = walk.client.post(walk.at, {"condition": "hot"}, HTTP_SEC_FETCH_SITE="cross-site")
    assert response.status_code == 403
    assert "condition" not in store.find(walk.root.split("/")[3], at=now()).answers.units[0].said  # type: ignore[union-attr]
