"""A claim by telephone: the same rules as on the owner's pages, and nothing typed is lost."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.books.audit import audit
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.core.recall import Effect, RuleKind
from kaishu.core.sentences import sentence
from kaishu.doors.console.hotline import call_page, script
from kaishu.doors.console.hotline.models import CallDraft
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack, Message
from kaishu.people import queries as people
from kaishu.people.models import Consent
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
K100 = f"{kumo.SLUG}|K100"
SAID = {
    "units": "1",
    "language": "ja",
    "condition-1": "intact",
    "model-1": K100,
    "serial-1": "AK2O 23OO O1OO OO42",
    "remedy-1": "refund",
    "order_no-1": "250-1",
    "name": "佐藤 花子",
    "phone": "03-1234-5678",
    "postcode": "105-0001",
    "street": "1-2-3",
    "consent": "yes",
}


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def value(answer: Any, control: str) -> str:
    """Return what stands in one control of a page."""
    return str(find(parsed(answer), control)[0].get("value"))


def said(answer: Any) -> str:
    """Return the words of a page."""
    return text(parsed(answer))


def post(client: Client, draft: uuid.UUID, do: str = "send", **changes: Any) -> Any:
    """Send the form of a call; an empty value leaves a field out."""
    fields = {name: value for name, value in {**SAID, **changes}.items() if value}
    return client.post(f"/staff/hotline/{draft}/", {**fields, "do": do})


def test_an_operator_files_a_claim_by_the_rules_of_the_owners_pages(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    answer = post(client, draft)
    assert (answer.status_code, answer["Location"]) == (302, f"/staff/hotline/{draft}/sent/")
    claim = Claim.objects.get()
    unit = claim.units.get()
    assert (claim.door, claim.by, claim.language) == ("console", "mio", "ja")
    assert (unit.serial, unit.verdict_answer, unit.contested) == (kumo.LISTED, "affected", False)
    assert unit.holder_entry_id is not None
    consent = Consent.objects.get(person_id=claim.person_id)
    assert (consent.channel, consent.by, consent.given) == ("phone", "mio", True)
    assert consent.text_version == "claim-2026-11"
    contact = people.contact(claim.person_id)
    assert (contact.region, contact.city) == ("東京都", "港区虎ノ門")
    assert not Message.objects.exists()
    page = client.get(answer["Location"])
    assert claim.case_no in said(page).replace(" ", "").replace("-", "")
    assert [str(found) for found in (*audit(), *audit_claims())] == []


def test_the_form_sent_twice_is_one_claim_and_leaves_no_word_behind(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    first, second = post(client, draft), post(client, draft, name="Somebody else")
    assert first["Location"] == second["Location"]
    assert Claim.objects.count() == 1
    row = CallDraft.objects.get()
    assert (row.sealed, row.case_nos) == (None, Claim.objects.get().case_no)


def test_a_dangerous_unit_is_spoken_of_first_and_owes_a_call(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    kept = client.post(
        f"/staff/hotline/{draft}/keep/", {"units": "1", "language": "ja", "condition-1": "hot"}
    )
    words = kept.content.decode()
    assert words.index("すぐに離れて") < words.index("お電話ありがとう")
    post(client, draft, **{"condition-1": "hot"})
    claim = Claim.objects.get()
    incident = Incident.objects.get()
    assert (incident.kind, incident.door, incident.by) == ("hot", "console", "mio")
    assert incident.case_no == claim.case_no
    call = CallBack.objects.get()
    assert (call.why, call.case_no) == ("danger", claim.case_no)


def test_the_verdict_is_live_and_the_serial_is_read_back_with_its_repair(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    kept = client.post(f"/staff/hotline/{draft}/keep/", {**SAID, "language": "en"})
    words = kept.content.decode()
    assert "A as in Alfa, K as in Kilo, two, zero / two, three, zero, zero" in words
    assert "O → 0" in words
    assert "I read the serial back to you" in words
    assert Claim.objects.count() == 0


def test_what_was_typed_is_there_again_after_a_kill_and_belongs_to_its_operator(
    world: DeskWorld,
) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    client.post(f"/staff/hotline/{draft}/keep/", SAID)
    page = client.get(f"/staff/hotline/{draft}/")
    assert value(page, "#id-name") == "佐藤 花子"
    assert value(page, "#id-city") == "港区虎ノ門"
    assert "佐藤 花子" in said(client.get("/staff/hotline/"))
    other = member("ken", Role.OPERATOR)
    assert "佐藤" not in other.get(f"/staff/hotline/{draft}/").content.decode()
    other.post(f"/staff/hotline/{draft}/keep/", {**SAID, "name": "X"})
    assert value(client.get(f"/staff/hotline/{draft}/"), "#id-name") == "佐藤 花子"
    assert b"\xe4\xbd\x90" not in bytes(CallDraft.objects.get().sealed or b"")


@pytest.mark.parametrize(
    ("changes", "control"),
    [
        ({"consent": ""}, "#id-consent"),
        ({"condition-1": ""}, "#id-condition-1"),
        ({"model-1": ""}, "#id-model-1"),
        ({"remedy-1": ""}, "#id-remedy-1"),
        ({"bought_on-1": "03/04/2024"}, "#id-bought_on-1"),
        ({"name": ""}, "#id-name"),
        ({"phone": ""}, "#id-phone"),
        ({"nothing": "yes"}, "#id-nothing"),
        ({"email": "hanako@"}, "#id-email"),
        ({"street": ""}, "#id-street"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_lost(
    world: DeskWorld, changes: dict[str, str], control: str
) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    answer = post(client, draft, **changes)
    assert answer.status_code == 422
    links = [link.get("href") for link in find(parsed(answer), "#problems a")]
    assert links == [control]
    assert Claim.objects.count() == 0
    assert value(answer, "#id-serial-1") == SAID["serial-1"]


def test_a_caller_may_be_sent_nothing_and_gets_the_same_reference(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    answer = post(client, draft, phone="", nothing="yes")
    claim = Claim.objects.get()
    assert people.contact(claim.person_id).phone == ""
    assert "メールはお送りしません" in said(client.get(answer["Location"]))


def test_an_unknown_serial_is_a_question_with_a_photo_by_link(world: DeskWorld) -> None:
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    kept = client.post(f"/staff/hotline/{draft}/keep/", {**SAID, "serial-1": "", "language": "en"})
    assert "You can send us a photo of it with the link" in kept.content.decode()
    answer = post(client, draft, **{"serial-1": "", "email": "hanako@example.jp"})
    unit = ClaimUnit.objects.get()
    assert (unit.verdict_answer, unit.serial, unit.holder_entry_id) == ("ask", "", None)
    assert Message.objects.get().template == "claim_received"
    assert "the caller can add a photo" in said(client.get(answer["Location"]))


def test_several_units_are_one_claim_and_a_second_claim_on_a_serial_is_contested(
    world: DeskWorld,
) -> None:
    world.claim("first", serial=kumo.LISTED)
    client, draft = member("mio", Role.OPERATOR), uuid.uuid4()
    answer = post(client, draft, do="add")
    assert answer.status_code == 200
    assert value(answer, "#id-serial-2") == ""
    second = {
        "units": "2",
        "condition-2": "intact",
        "model-2": f"{kumo.SLUG}|K200",
        "serial-2": "AK20230001009999",
        "colour-2": "grey",
        "remedy-2": "refund",
    }
    answer = post(client, draft, **second)
    claim = Claim.objects.get(door="console")
    units = list(claim.units.order_by("unit_no"))
    assert [unit.contested for unit in units] == [True, False]
    assert "Another claim has this unit." in said(client.get(answer["Location"]))


@pytest.mark.parametrize("role", [Role.FINANCE, Role.REGULATOR, Role.COLLECTOR, Role.AUDITOR])
def test_only_who_speaks_with_owners_may_open_a_call(world: DeskWorld, role: Role) -> None:
    client, draft = member("x", role), uuid.uuid4()
    for path in ("", "new/", f"{draft}/", f"{draft}/sent/"):
        assert client.get(f"/staff/hotline/{path}").status_code == 403
    assert post(client, draft).status_code == 403
    assert client.post(f"/staff/hotline/{draft}/keep/", SAID).status_code == 403
    assert not CallDraft.objects.exists()


def test_the_operator_sheet_has_the_script_in_three_languages(world: DeskWorld) -> None:
    page = member("mio", Role.OPERATOR).get(f"/staff/hotline/sheet/{kumo.SLUG}/")
    spoken = said(page)
    for words in ("お電話ありがとうございます", "这里是", "Thank you for calling"):
        assert words in spoken
    assert len(find(parsed(page), ".sheet")) == 3
    rules = script.rules(pack := call_page.packs()[kumo.SLUG], "en")
    assert len(rules) == len(pack.recall.rules)
    for rule in rules:
        assert str(rule["text"]) in spoken
    assert spoken.count("Take the number down") == sum(bool(rule["listed"]) for rule in rules) > 0


def test_the_operator_sheet_never_calls_a_safe_unit_affected(world: DeskWorld) -> None:
    pack = call_page.packs()[kumo.SLUG]
    safe = replace(
        pack.recall.rules[0], kind=RuleKind.TAIL, effect=Effect.EXCLUDE, endings=("A",), file=""
    )
    rule = script.rules(replace(pack, recall=replace(pack.recall, rules=(safe,))), "en")[0]
    told = sentence("rule_tail", "en", {"endings": "A"}).text
    assert str(rule["text"]).startswith(sentence("rule_spared", "en", {"rule": told}).text)
    assert not rule["listed"]
