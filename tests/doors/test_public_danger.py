"""Report that something happened: safety first, one question that must be answered, nothing lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.books.models import Entry
from kaishu.claims.models import Claim
from kaishu.core.sentences import sentence
from kaishu.incidents import actions
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack
from kaishu.people import queries as people
from kaishu.people.models import Person
from tests.doors import kumo
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
EN = f"/en/r/{kumo.SLUG}/danger/"
KEY = "0123456789abcdef0123456789abcdef"
FULL = {
    "key": KEY,
    "what": "swollen",
    "injured": "no",
    "fire_service": "unknown",
    "model": "K100",
    "when": "2026-4-2",
    "words": "It swelled on my desk.",
    "name": "佐藤 花子",
    "phone": "03-1234-5678",
    "email": "hanako@example.jp",
}


@pytest.fixture(autouse=True)
def _recall(db: None, data_dir: Path) -> None:
    kumo.publish(data_dir, kumo.recall())


def post(path: str = EN, **fields: str) -> HttpResponse:
    """Send the form as a browser without cookies does."""
    return Client(enforce_csrf_checks=True).post(path, {"key": KEY, **fields})


def follow(response: HttpResponse) -> HttpResponse:
    """Open the page that a report led to."""
    assert response.status_code == 302, response.content.decode()[:2000]
    found = Client().get(response.headers["Location"])
    assert found.status_code == 200
    return found


@pytest.mark.parametrize("tongue", ["ja", "zh-hans", "en"])
def test_the_safety_text_stands_before_the_form(tongue: str) -> None:
    response = Client().get(EN.replace("/en/", f"/{tongue}/"))
    page = response.content.decode()
    tag = "zh-Hans" if tongue == "zh-hans" else tongue
    first = sentence("triage_first", tag).text
    assert 0 < page.index(first) < page.index('<form id="danger"')
    root = parsed(response)
    assert len(find(root, "h1")) == 1 and len(find(root, "main .button")) == 1
    assert [box.get("checked") for box in find(root, "main [type=radio]")].count("checked") == 0


def test_one_answer_is_enough() -> None:
    page = follow(post(what="hot"))
    made = Incident.objects.get()
    assert (made.kind, made.injured, made.fire, made.product) == ("hot", None, None, "")
    assert (made.happened_on, made.sealed, made.person_id) == (None, None, "")
    assert CallBack.objects.count() == Person.objects.count() == 0
    root = parsed(page)
    assert text(find(root, ".reference")[0]).replace(" ", "") == made.number
    assert "you left nothing by which we can reach you" in text(root)
    assert "0120-000-111" in text(find(root, "main")[0])


def test_everything_that_was_said_is_kept_and_a_call_is_owed() -> None:
    entries = Entry.objects.count()
    page = follow(post(**FULL))
    made = Incident.objects.get()
    assert (made.kind, made.injured, made.fire_service) == ("swollen", False, None)
    assert (made.product, made.happened_on) == ("K100", date(2026, 4, 2))
    assert (made.door, made.by, made.language, made.market) == ("public", "owner", "en", "jp")
    words = actions.read_words(incident_id=made.id, why="handle", by="hana", at=made.known_at)
    assert words == "It swelled on my desk."
    contact = people.contact(made.person_id)
    assert (contact.name, contact.phone) == ("佐藤 花子", "03-1234-5678")
    call = CallBack.objects.get()
    assert (call.due_at - made.known_at).total_seconds() == 4 * 3600
    assert (Entry.objects.count(), Claim.objects.count()) == (entries, 0)
    said = text(find(parsed(page), "main")[0])
    assert said.index("We have your report") < said.index("Stop using it and do not charge it.")
    assert "at the latest" in said
    for private in ("佐藤", "hanako", "1234-5678", "swelled"):
        assert private not in page.content.decode()


def test_the_call_is_told_in_the_time_of_the_market() -> None:
    page = follow(post(**FULL))
    local = CallBack.objects.get().due_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{local:%H:%M} at the latest" in text(find(parsed(page), "main")[0])


def test_a_fire_is_a_hot_unit_that_burned() -> None:
    follow(post(what="fire", injured="yes"))
    made = Incident.objects.get()
    assert (made.kind, made.fire, made.injured, made.severity.name) == ("hot", True, True, "INJURY")


@pytest.mark.parametrize("when", ["yesterday evening", "先週の火曜日", "03/04/2026", "2999-1-1"])
def test_a_time_that_is_no_date_is_kept_as_words(when: str) -> None:
    follow(post(what="wet", when=when, words="In the rain."))
    made = Incident.objects.get()
    assert made.happened_on is None
    words = actions.read_words(incident_id=made.id, why="handle", by="hana", at=made.known_at)
    assert words == f"[{when}]\nIn the rain."


def test_pressing_twice_and_going_back_is_one_report() -> None:
    first, second = post(**FULL), post(**FULL)
    assert first.headers["Location"] == second.headers["Location"]
    assert Incident.objects.count() == Person.objects.count() == CallBack.objects.count() == 1


def test_going_back_and_telling_something_worse_is_never_swallowed() -> None:
    first, worse = post(**FULL), post(**(FULL | {"what": "fire"}))
    assert first.headers["Location"] != worse.headers["Location"]
    assert [row.kind for row in Incident.objects.order_by("id")] == ["swollen", "hot"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("what", "", "Choose what happened."),
        ("what", "exploded", "Choose what happened."),
        ("phone", "123", "This number is too short."),
        ("email", "hanako", "An e-mail address looks like"),
        ("words", "x" * 4000, "This is too long."),
        ("name", "x" * 201, "This is too long."),
        ("model", "K999", "Choose one of the answers."),
    ],
)
def test_a_mistake_keeps_everything_and_says_what_to_do(field: str, value: str, said: str) -> None:
    response = post(**(FULL | {field: value}))
    assert response.status_code == 422
    root = parsed(response)
    (link,) = find(root, ".summary a")
    assert said in text(link)
    assert root.get_element_by_id(link.get("href").removeprefix("#")) is not None
    assert said in text(find(root, ".bad .error")[0])
    assert text(find(root, "title")[0]).startswith("Error:")
    kept = {"words": "textarea", "name": "input", "phone": "input", "email": "input"}
    for name, tag in kept.items():
        (control,) = find(root, f"main {tag}[name={name}]")
        given = control.text_content().strip() if tag == "textarea" else control.get("value")
        assert given == (value if name == field else FULL[name])
    assert find(root, "[name=key]")[0].get("value") == KEY
    assert Incident.objects.count() == Person.objects.count() == 0


def test_changing_the_language_keeps_the_answers_and_reports_nothing() -> None:
    response = post(f"/ja/r/{kumo.SLUG}/danger/", **(FULL | {"do": "language"}))
    root = parsed(response)
    assert response.status_code == 200 and root.get("lang") == "ja"
    assert find(root, "[name=phone]")[0].get("value") == FULL["phone"]
    assert find(root, "[name=what][value=swollen]")[0].get("checked") is not None
    assert find(root, "[name=key]")[0].get("value") == KEY
    assert Incident.objects.count() == 0


def test_a_form_that_another_site_sends_is_refused() -> None:
    client = Client(headers={"Sec-Fetch-Site": "cross-site"})
    assert client.post(EN, {"key": KEY, "what": "hot"}).status_code == 403
    assert Incident.objects.count() == 0


def test_the_model_of_the_link_is_chosen_and_another_is_not() -> None:
    root = parsed(Client().get(EN + "?model=K200"))
    assert find(root, "[name=model][value=K200]")[0].get("checked") is not None
    assert not find(parsed(Client().get(EN + "?model=X")), "[checked]")


@pytest.mark.parametrize("reference", ["0" * 32, "x", "0123456789"])
def test_an_address_that_no_report_has_is_not_there(reference: str) -> None:
    post(**FULL)
    assert Client().get(f"{EN}{reference}/").status_code == 404


def test_a_report_is_not_shown_under_another_recall(data_dir: Path) -> None:
    place = post(**FULL).headers["Location"]
    kumo.publish(data_dir, kumo.recall(slug="other-jp-2026"))
    assert Client().get(place.replace(kumo.SLUG, "other-jp-2026")).status_code == 404


def test_no_page_of_a_report_is_kept_by_a_cache() -> None:
    place = post(**FULL).headers["Location"]
    for path in (EN, place):
        assert Client().get(path).headers["Cache-Control"] == "no-store"
