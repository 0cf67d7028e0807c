"""My data: what the owner sees, takes along and deletes; and the page that tells everybody."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kaishu.base.roles import Role
from kaishu.books.audit import audit
from kaishu.claims import actions, owner
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import Claim, ClaimUnit, Evidence
from kaishu.notices import rendering
from kaishu.notices.models import Message, Watch
from kaishu.people import consent, datamap
from kaishu.people.contact import Contact
from kaishu.people.models import FileLook, Person
from kaishu.returns import actions as returns
from tests.doors import desk_world, kumo
from tests.doors.pages import find, page, parsed, text
from tests.support.schema import problems_of

AT = datetime(2026, 4, 2, 3, 30, tzinfo=UTC)
CODES = ("ja", "zh-hans", "en")
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "reference" / "my-data.schema.json"
SECRETS = ("Hanako Yoshida", "hanako@example.jp", "090-1234-5678", "Chiyoda 1-2-3")


@pytest.fixture
def token(db: None, data_dir: Path) -> str:
    """Give the link of a claim with a photo."""
    kumo.publish(data_dir)
    unit = UnitFacts(
        model="K100",
        serial=kumo.LISTED,
        remedy="refund",
        order_no="250-1",
        evidence=(desk_world.photo(),),
    )
    contact = Contact(name=SECRETS[0], email=SECRETS[1], phone=SECRETS[2], address=SECRETS[3])
    facts = ClaimFacts(
        recall=kumo.SLUG,
        language="ja",
        contact=contact,
        units=(unit,),
        consent=consent.current("claim").version,
    )
    return actions.submit_claim(facts=facts, key="k1", door="public", by="owner", at=AT).token


def approve() -> None:
    """Let a reviewer approve the one unit."""
    unit = ClaimUnit.objects.get()
    actions.decide(
        claim_unit_id=unit.id, kind="approved", reason="checked", by="mika", at=AT, seen=None
    )


@pytest.mark.parametrize("code", CODES)
def test_the_page_tells_of_every_shown_row_of_the_map(code: str, db: None) -> None:
    root = page(f"/{code}/privacy/")
    tag = {"zh-hans": "zh-Hans"}.get(code, code)
    shown = text(root)
    for row in datamap.shown():
        for words in (row.what, row.why, row.until.text, row.basis.text):
            assert words[tag] in shown
    assert consent.current("claim").version in shown
    assert len(find(root, "h1")) == 1


@pytest.mark.parametrize("code", CODES)
def test_my_data_is_shown_in_short(code: str, token: str) -> None:
    root = page(f"/{code}/c/{token}/data/")
    for secret in SECRETS:
        assert secret not in text(root)
    assert kumo.LISTED in text(root).replace(" ", "")
    assert "claim-2026-11" in text(root)
    links = {a.get("href") for a in find(root, "main a")}
    for place in ("copy.json", "copy.zip", "erase/"):
        assert f"/{code}/c/{token}/data/{place}" in links
    assert {f"/{code}/c/{token}/{name}/" for name in ("email", "phone", "address")} <= links


def test_the_copy_is_whole_and_as_described(token: str) -> None:
    approve()
    response = Client().get(f"/en/c/{token}/data/copy.json")
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"].startswith("attachment")
    copy: dict[str, Any] = json.loads(response.content)
    assert problems_of(copy, json.loads(SCHEMA.read_text("utf-8"))) == []
    assert copy["contact"]["name"] == SECRETS[0]
    assert copy["contact"]["address"] == SECRETS[3]
    unit = copy["claims"][0]["units"][0]
    assert (unit["order_no"], unit["serial"]) == ("250-1", kumo.LISTED)
    assert [decision["kind"] for decision in unit["decisions"]] == ["approved"]
    assert {item["what"] for item in unit["owed"]} == {"JPY", "kit:bag"}
    assert copy["consents"][0]["text"] == consent.current("claim").text["ja"]
    assert "mika" not in response.content.decode()


def test_the_archive_holds_the_copy_and_the_files(token: str) -> None:
    response = Client().get(f"/en/c/{token}/data/copy.zip")
    with zipfile.ZipFile(io.BytesIO(response.content)) as box:
        names = box.namelist()
        assert names[0] == "data.json"
        assert box.read(names[1]).startswith(b"\x89PNG")
    assert len(names) == 2


def test_erasing_needs_a_ticked_box(token: str) -> None:
    path = f"/en/c/{token}/data/erase/"
    root = parsed(Client().post(path))
    assert text(find(root, ".summary li")[0]) == "Tick the box if you want your details deleted."
    assert Person.objects.get().forgotten_at is None
    assert Client().get(path).status_code == 200
    assert Person.objects.get().forgotten_at is None


def test_another_website_cannot_erase(token: str) -> None:
    foreign = Client(headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
    response = foreign.post(f"/en/c/{token}/data/erase/", {"sure": "yes"})
    assert response.status_code == 403
    assert Person.objects.get().forgotten_at is None


@pytest.mark.parametrize("code", CODES)
def test_what_is_owed_is_said_before_anything_is_deleted(code: str, token: str) -> None:
    waiting = page(f"/{code}/c/{token}/data/erase/")
    assert len(find(waiting, ".notice.ask")) == 1
    approve()
    root = page(f"/{code}/c/{token}/data/erase/")
    box = find(root, ".notice.affected")[0]
    assert "3,990" in text(box)
    assert f"/{code}/c/{token}/1/withdraw/" in {a.get("href") for a in find(box, "a")}


def test_after_erasing_the_link_opens_a_page_without_the_owner(token: str) -> None:
    approve()
    client = Client()
    response = client.post(f"/en/c/{token}/data/erase/", {"sure": "yes"})
    assert response.status_code == 302
    for rest in ("", "data/", "data/copy.json", "data/erase/"):
        gone = client.get(f"/en/c/{token}/{rest}")
        assert gone.status_code == 410
        for secret in (*SECRETS, kumo.LISTED):
            assert secret not in gone.content.decode()
    assert client.post(f"/en/c/{token}/data/erase/", {"sure": "yes"}).status_code == 410
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []
    assert Message.objects.filter(template="data_erased", state="queued").count() == 1


def test_staff_see_that_details_and_files_were_deleted(token: str) -> None:
    number, row = Claim.objects.get().case_no, Evidence.objects.get()
    staff = desk_world.member("mika", Role.REVIEWER)
    assert staff.get(f"/staff/evidence/{row.id}/").status_code == 200
    Client().post(f"/en/c/{token}/data/erase/", {"sure": "yes"})
    root = parsed(staff.get(f"/staff/claims/{number}/", headers={"Accept-Language": "en"}))
    proof = text(find(root, ".proof")[0])
    assert "These details were deleted." in proof
    assert "deleted" in text(find(root, ".pictures")[0])
    assert find(root, ".pictures a") == []
    assert staff.get(f"/staff/evidence/{row.id}/").status_code == 410


def test_each_look_at_a_file_is_one_line_that_the_auditor_reads(token: str) -> None:
    row, number = Evidence.objects.get(), Claim.objects.get().case_no
    reviewer = desk_world.member("mika", Role.REVIEWER)
    for _ in range(2):  # the small picture, then the large one
        reviewer.get(f"/staff/evidence/{row.id}/")
    look = FileLook.objects.get()
    assert (look.by, look.evidence_id) == ("mika", row.id)
    page_of = f"/staff/claims/{number}/"
    watched = text(parsed(desk_world.member("aya", Role.AUDITOR).get(page_of)))
    assert "opened a file" in watched
    assert "opened a file" not in text(parsed(reviewer.get(page_of)))
    assert "one of your files" in text(page(f"/en/c/{token}/data/"))


def ask(**changes: str) -> Any:
    """Ask to be told about a unit that is not affected."""
    said = {"model": "K100", "serial": kumo.NOT_LISTED, "email": "me@example.jp", **changes}
    return Client().post(f"/en/r/{kumo.SLUG}/watch/", said)


def test_a_watch_is_asked_for_confirmed_and_stopped_by_buttons(db: None, data_dir: Path) -> None:
    kumo.publish(data_dir)
    query = {"model": "K100", "serial": kumo.NOT_LISTED}
    root = page(f"/en/r/{kumo.SLUG}/watch/", **query)
    assert consent.current("safety_watch").text["en"] in text(root)
    assert ask().status_code == 200
    row = Watch.objects.get()
    assert row.consent == consent.current("safety_watch").version
    link = rendering.secrets_of(Message.objects.get())["link"]
    client = Client()
    for _ in range(2):  # a robot opens every link
        assert client.get(link).status_code == 200
    assert Watch.objects.get().confirmed_at is None
    client.post(link, {"do": "confirm"})
    assert Watch.objects.get().confirmed_at is not None
    assert "example.jp" not in client.get(link).content.decode()
    client.post(link, {"do": "stop"})
    assert not Watch.objects.exists()
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("typed", ["", "me", "me@", "@example.jp", "me @example.jp", "me@example"])
def test_a_mail_address_that_is_none_is_asked_again_and_kept(
    typed: str, db: None, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    response = ask(email=typed)
    assert response.status_code == 422
    field = find(parsed(response), "#id-email")[0]
    assert field.get("value") == typed.strip()
    assert field.get("aria-invalid") == "true"
    assert not Watch.objects.exists()


def test_nobody_can_flood_a_mailbox_through_us(db: None, data_dir: Path) -> None:
    kumo.publish(data_dir)
    answers = [ask(serial=f"AK2023999900{number:04d}").status_code for number in range(7)]
    assert answers == [200] * 5 + [422] * 2
    assert Watch.objects.count() == 5
    assert Message.objects.filter(queued_at__lte=timezone.now()).count() == 5


@pytest.mark.parametrize("code", CODES)
def test_whoever_took_a_claim_back_after_the_bag_left_is_told_of_the_bag_and_owed_nothing(
    token: str, code: str
) -> None:
    approve()
    unit = ClaimUnit.objects.get()
    returns.send_kit(claim_unit_id=unit.id, tracking="T1", by="mika", at=AT, key="k")
    before = page(f"/{code}/c/{token}/data/erase/")
    owed = text(find(before, ".notice.affected")[0])
    assert "3,990" in owed and not find(before, ".notice.ask")
    owner.withdraw(claim_unit_id=unit.id, at=AT, seen=1)
    after = page(f"/{code}/c/{token}/data/erase/")
    assert not find(after, ".notice.affected")
    assert len(find(after, ".notice.ask li")) == 1
    assert not [a for a in find(after, "main a") if "/withdraw/" in str(a.get("href"))]
