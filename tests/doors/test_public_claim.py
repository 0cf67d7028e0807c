"""The claim page: what is typed stays, what is sent counts once, files arrive or say why not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kaishu.books.queries import trial_balance
from kaishu.claims.models import Claim, ClaimUnit, Evidence
from kaishu.doors.public.claim_form import CONSENT
from kaishu.editions.models import Recall
from kaishu.people import queries as people
from kaishu.people.models import Consent
from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text

pytestmark = pytest.mark.django_db
CLAIM = f"/en/r/{kumo.SLUG}/claim/"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def published(db: None, data_dir: Path) -> None:
    """Every test starts with the invented recall published."""
    kumo.publish(data_dir)


def answers(**changes: str) -> dict[str, str]:
    """Return a whole form for one product; a change to "" leaves the field out."""
    whole = {
        "key": KEY,
        "units": "1",
        "do": "submit",
        "u1-model": "K100",
        "u1-serial": kumo.LISTED,
        "u1-condition": "intact",
        "u1-remedy": "refund",
        "u1-shop": "",
        "u1-order_no": "250-1",
        "u1-bought_on": "2024年5月4日",
        "u1-order_amount": "3,990",
        "name": "𠮷田 花子",
        "phone": "090-1234-5678",
        "email": "",
        "postcode": "〒100-0001",
        "address": "東京都千代田区1-2-3",
        "consent": "on",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value}


def photo(name: str = "label.jpg") -> SimpleUploadedFile:
    """Return a small real photo."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def balance() -> str:
    """Return the books of the recall on one line."""
    return trial_balance(recall_id=Recall.objects.get(slug=kumo.SLUG).id).sentence()


UNTOUCHED = "declared -3000  at_large 3000"


def test_what_the_check_knew_is_filled_in_and_no_remedy_is_chosen() -> None:
    root = page(CLAIM, model="K100", serial=kumo.LISTED, colour="white")
    assert find(root, "#id-u1-serial")[0].get("value") == kumo.LISTED
    checked = [(field.get("name"), field.get("value")) for field in find(root, "input[checked]")]
    assert checked == [("u1-model", "K100")]
    assert find(root, "option[selected]")[0].get("value") == "white"
    assert len(find(root, ".cards input[type=radio]")) == 2


def test_a_sent_claim_is_saved_as_typed_and_leads_to_its_page() -> None:
    response = Client().post(CLAIM, answers())
    assert response.status_code == 302
    assert response["Location"].startswith("/en/c/")
    claim, unit = Claim.objects.get(), ClaimUnit.objects.get()
    assert (claim.door, claim.by, claim.key, claim.language) == ("public", "owner", KEY, "en")
    assert (unit.serial, unit.remedy, unit.condition) == (kumo.LISTED, "refund", "intact")
    assert (unit.order_no, unit.order_amount, str(unit.bought_on)) == ("250-1", 3990, "2024-05-04")
    contact = people.contact(claim.person_id)
    assert (contact.name, contact.phone) == ("𠮷田 花子", "090-1234-5678")
    assert Consent.objects.get().text_version == CONSENT
    assert balance() == "declared -3000  at_large 2999  owner 1"


def test_pressing_twice_is_one_claim_and_one_page() -> None:
    client = Client()
    first = client.post(CLAIM, {**answers(), "u1-photo": photo()})
    again = client.post(CLAIM, {**answers(), "u1-photo": photo()})
    assert first["Location"] == again["Location"]
    assert Claim.objects.count() == Evidence.objects.count() == 1
    assert balance() == "declared -3000  at_large 2999  owner 1"


def test_the_same_form_with_other_answers_is_already_sent() -> None:
    client = Client()
    client.post(CLAIM, answers())
    response = client.post(CLAIM, answers(name="Somebody Else"))
    assert response.status_code == 409
    root = parsed(response)
    assert text(find(root, "h1")[0]) == "You have already sent this claim"
    assert find(root, "a.button")[0].get("href") == CLAIM
    assert find(root, ".steps a")[0].get("href").startswith("/en/c/")
    assert Claim.objects.count() == 1
    assert "花子" not in text(root)


EMPTY = {
    "u1-model": ("id-u1-model_0", "Choose the model."),
    "u1-serial": ("id-u1-photo", "Type the serial number, or add a photo of it."),
    "u1-condition": ("id-u1-condition_0", "Choose how the product is now."),
    "u1-remedy": ("id-u1-remedy_0", "Choose what you would like to receive."),
    "name": ("id-name", "Type your name."),
    "phone": ("id-email", "Type an e-mail address or a telephone number."),
    "address": ("id-address", "Type your address."),
    "consent": ("id-consent", "Tick the box so that we may work on your claim."),
}
WRONG = {
    "u1-bought_on": ("03/04/2024", "We cannot read this date."),
    "u1-order_amount": ("about 40", "We cannot read this amount."),
    "email": ("hanako", "This e-mail address is not complete."),
    "name": ("x" * 201, "This is too long. Keep it under 200 characters."),
}


@pytest.mark.parametrize("field", EMPTY)
def test_a_missing_answer_is_said_at_the_top_and_at_the_field(field: str) -> None:
    response = Client().post(CLAIM, answers(**{field: ""}))
    where, words = EMPTY[field]
    root = parsed(response)
    assert response.status_code == 422
    assert text(find(root, "title")[0]).startswith("Error: ")
    links = find(root, ".summary a")
    assert [(link.get("href"), text(link)) for link in links] == [(f"#{where}", words)]
    assert find(root, f"#{where}")
    assert [text(error) for error in find(root, ".error")] == [words]
    assert find(root, ".summary[autofocus][tabindex='-1']")
    assert Claim.objects.count() == 0
    assert balance() == UNTOUCHED


@pytest.mark.parametrize("field", WRONG)
def test_an_unreadable_answer_is_kept_as_it_was_typed(field: str) -> None:
    typed, words = WRONG[field]
    root = parsed(Client().post(CLAIM, answers(**{field: typed})))
    assert find(root, f"#id-{field}")[0].get("value") == typed
    assert text(find(root, ".summary a")[0]).startswith(words)
    assert find(root, "#id-u1-serial")[0].get("value") == kumo.LISTED
    assert find(root, "input[name=u1-remedy][checked]")[0].get("value") == "refund"
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "title"), [("ja", "エラー："), ("zh-hans", "错误："), ("en", "Error:")]
)
def test_errors_speak_the_language_of_the_page(code: str, title: str) -> None:
    response = Client().post(f"/{code}/r/{kumo.SLUG}/claim/", answers(name=""))
    assert text(find(parsed(response), "title")[0]).startswith(title)


def test_a_good_photo_is_kept_across_an_error_and_then_belongs_to_the_claim() -> None:
    client = Client()
    root = parsed(client.post(CLAIM, {**answers(name=""), "u1-photo": photo("私の写真.jpg")}))
    assert "私の写真.jpg" in text(find(root, ".kept")[0])
    ticket = find(root, "input[name=u1-photo-kept]")[0].get("value")
    client.post(CLAIM, answers(**{"u1-photo-kept": ticket}))
    kept = Evidence.objects.get()
    assert (kept.kind, kept.media_type) == ("serial_photo", "image/jpeg")
    assert kept.claim_unit is not None


def test_a_kept_photo_serves_only_the_form_it_came_with() -> None:
    root = parsed(Client().post(CLAIM, {**answers(name=""), "u1-photo": photo()}))
    ticket = find(root, "input[name=u1-photo-kept]")[0].get("value")
    Client().post(CLAIM, answers(key="f" * 32, **{"u1-photo-kept": ticket}))
    Client().post(CLAIM, answers(key="e" * 32, **{"u1-photo-kept": "forged"}))
    assert Claim.objects.count() == 2
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("empty.jpg", b"", "image/jpeg"),
        SimpleUploadedFile("letter.jpg", b"Dear Sir or Madam " * 9, "image/jpeg"),
        SimpleUploadedFile("large.jpg", b"\xff\xd8" + bytes(16 * 1024 * 1024), "image/jpeg"),
    ],
    ids=["empty", "mislabelled", "too big"],
)
def test_a_file_that_is_not_taken_says_why_and_loses_nothing(upload: SimpleUploadedFile) -> None:
    upload.seek(0)
    response = Client().post(CLAIM, {**answers(), "u1-photo": upload})
    root = parsed(response)
    assert response.status_code == 422
    [link] = find(root, ".summary a")
    assert link.get("href") == "#id-u1-photo"
    assert text(link) == text(find(root, "#id-u1-photo_error")[0])
    assert find(root, "#id-name")[0].get("value") == "𠮷田 花子"
    assert Claim.objects.count() == 0


def test_products_are_added_and_taken_off_without_losing_an_answer() -> None:
    client = Client()
    root = parsed(client.post(CLAIM, {**answers(do="add"), "u1-photo": photo()}))
    assert not find(root, ".summary")
    assert find(root, "input[name=units]")[0].get("value") == "2"
    assert find(root, "#id-u1-serial")[0].get("value") == kumo.LISTED
    ticket = find(root, "input[name=u1-photo-kept]")[0].get("value")
    two = {"units": "2", "u2-model": "K200", "u2-serial": "AK20230001000099"}
    left = parsed(client.post(CLAIM, answers(do="remove-1", **two, **{"u1-photo-kept": ticket})))
    assert find(left, "input[name=units]")[0].get("value") == "1"
    assert find(left, "#id-u1-serial")[0].get("value") == "AK20230001000099"
    assert not find(left, "input[name=u1-photo-kept]")
    assert Claim.objects.count() == 0


def test_five_products_are_the_most() -> None:
    root = parsed(Client().post(CLAIM, answers(do="add", units="5")))
    assert find(root, "input[name=units]")[0].get("value") == "5"
    assert not find(root, "button[value=add]")


def test_two_products_have_their_own_remedy_and_share_the_order() -> None:
    second = {
        "units": "2",
        "u2-model": "K200",
        "u2-serial": "AK20230001000099",
        "u2-colour": "grey",
        "u2-condition": "swollen",
        "u2-remedy": "replace",
        "u2-same_order": "on",
    }
    response = Client().post(CLAIM, answers(**second))
    assert response.status_code == 302
    one, two = ClaimUnit.objects.order_by("unit_no")
    assert (one.remedy, two.remedy) == ("refund", "replace")
    assert (one.order_no, two.order_no) == ("250-1", "250-1")
    assert (one.order_amount, two.order_amount) == (3990, None)
    assert balance() == "declared -3000  at_large 2998  owner 2"


def test_the_language_switch_keeps_the_answers() -> None:
    root = page(CLAIM)
    button = find(root, ".languages button")[0]
    assert (button.get("form"), button.get("formaction")) == ("claim", CLAIM.replace("en", "ja", 1))
    switched = parsed(Client().post(CLAIM.replace("/en/", "/ja/"), answers(do="language")))
    assert switched.get("lang") == "ja"
    assert not find(switched, ".summary")
    assert find(switched, "#id-name")[0].get("value") == "𠮷田 花子"
    assert find(switched, "#claim")[0].get("action") == CLAIM.replace("/en/", "/ja/")


def test_enter_sends_the_form_whatever_buttons_stand_before() -> None:
    buttons = [b for b in find(page(CLAIM), "button") if b.get("form", "claim") == "claim"]
    assert (buttons[0].get("name"), buttons[0].get("value")) == ("do", "submit")


def test_the_claim_page_is_never_kept() -> None:
    response = Client().get(CLAIM)
    assert response["Cache-Control"] == "no-store"


def test_a_form_without_its_cookie_gets_a_page_with_a_next_step() -> None:
    response = Client(enforce_csrf_checks=True).post(CLAIM, answers())
    assert response.status_code == 403
    assert find(parsed(response), ".steps li")
    assert Claim.objects.count() == 0


@pytest.mark.parametrize("changes", [{"units": "²"}, {"do": "remove-²"}])
def test_a_number_that_is_no_digit_breaks_nothing(client: Client, changes: dict[str, str]) -> None:
    assert client.post(CLAIM, answers(**changes)).status_code < 500
