"""Lot alerts in the console: a manager takes one in, matches, answers; an auditor only reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.core.lot_alert_file import Sent, file_of, read
from kaishu.supply.alerts import known
from kaishu.supply.models import KnownKey, Letter, LetterMatch, Partner, RefusedLetter
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text
from tests.supply.brand import SHOP, US, brand, lot
from tests.support.letters import CELL, Stranger

pytestmark = pytest.mark.django_db
HOME = "/staff/trace/alerts/"
HARIMA = Stranger("Harima Cells", 1)


@pytest.fixture
def hana(data_dir: Path) -> Client:
    """A manager of a brand with a graph."""
    brand()
    return member("hana", Role.MANAGER)


def trust() -> None:
    public = HARIMA.signer.public.hex()
    known.trust(code=HARIMA.code, name=HARIMA.name, public=public, by="hana", at=clock.now())


def sent(*lots: str, **said: Any) -> Sent:
    return HARIMA.alert(*(lots or ("L1",)), at=clock.now().replace(microsecond=0), **said)


def take(client: Client, data: bytes) -> Any:
    file = SimpleUploadedFile("alert.json", data, "application/json")
    return client.post(f"{HOME}take/", {"file": file})


def chips(client: Client, address: str = HOME) -> list[str]:
    return [text(each) for each in find(parsed(client.get(address)), "main .chip")]


def test_a_letter_is_taken_in_checked_matched_and_answered(hana: Client) -> None:
    letter = sent(hide=True)
    page = f"{HOME}{letter.letter.number}/"
    assert take(hana, file_of(letter)).url == page
    assert chips(hana)[:2] == ["Key not checked", "Not verified"]
    shown = text(parsed(hana.get(page)))
    assert "Nobody has checked this company's key yet." in shown
    assert "Foreign particles inside" in shown
    trusted = {
        "code": HARIMA.code,
        "name": HARIMA.name,
        "public": HARIMA.signer.public.hex(),
        "letter": letter.letter.number,
    }
    assert hana.post(f"{HOME}keys/", trusted).url == page
    assert hana.post(f"{page}do/", {"do": "match", "network": "kumo"}).status_code == 302
    assert chips(hana)[1] == "We have some"
    found = parsed(hana.get(page))
    (link,) = [a.get("href") for a in find(found, "#match a.button")]
    assert link == "/staff/trace/in/kumo/?lots=%2Fx%2Fitem%2FCELL-18650%2Flot%2FL1"
    look = hana.post(f"{page}do/", {"do": "answer", "step": "counted"})
    assert look.status_code == 200
    assert not Letter.objects.filter(kind="answer").exists()
    assert "about to be signed" in text(parsed(look))
    sure = {"do": "answer", "step": "counted", "sure": "1", "key": "a" * 32}
    for _ in range(2):
        assert hana.post(f"{page}do/", sure).status_code == 302
    row = Letter.objects.get(kind="answer")
    answer = hana.get(f"{HOME}{row.number}/file/").content
    assert read(answer).letter.issuer.code == US
    assert SHOP.encode() not in answer
    assert chips(hana)[1] == "Answered"


def test_where_a_network_has_two_makers_the_answer_asks_which_we_are(hana: Client) -> None:
    letter = sent()
    page = f"{HOME}{letter.letter.number}/"
    trust()
    take(hana, file_of(letter))
    hana.post(f"{page}do/", {"do": "match", "network": "kumo", "us": US})
    us = Partner.objects.get(code=US)
    Partner.objects.create(network=us.network, code="/x/party/Two", name="Two", role=us.role)
    asked = {"do": "answer", "step": "counted"}
    choices = find(parsed(hana.get(page)), "#id-us-answer option")
    assert {"", US, "/x/party/Two"} <= {each.get("value") for each in choices}
    look = hana.post(f"{page}do/", {**asked, "us": "/x/party/Two"})
    assert look.status_code == 200
    assert [each.get("value") for each in find(parsed(look), "input[name=us]")] == ["/x/party/Two"]


def test_an_answer_is_not_signed_before_somebody_knows_what_it_leaves_out(hana: Client) -> None:
    letter = sent()
    known.trust(
        code=HARIMA.code,
        name=HARIMA.name,
        public=HARIMA.signer.public.hex(),
        by="h",
        at=clock.now(),
    )
    page = take(hana, file_of(letter)).url
    found = LetterMatch.objects.get()
    found.pk, found.counts = None, {**found.counts, "not_judged": 7}
    found.save(force_insert=True)
    assert "units that no record lets us judge7" in text(parsed(hana.get(page)))
    sure = {"do": "answer", "step": "counted", "sure": "1", "key": "a" * 32}
    look = parsed(hana.post(f"{page}do/", sure))
    assert "units that no record lets us judge7" in text(look)
    assert find(look, "#id-told")
    assert not Letter.objects.filter(kind="answer").exists()
    hana.post(f"{page}do/", {**sure, "told": "1", "key": "b" * 32})
    assert Letter.objects.filter(kind="answer").count() == 1


def test_what_is_refused_says_why_and_is_listed(hana: Client) -> None:
    refused = take(hana, b"{}")
    assert refused.status_code == 422
    assert "is not as the format says" in text(find(parsed(refused), ".summary")[0])
    assert RefusedLetter.objects.get().by == "hana"
    assert "Refused lately" in text(parsed(hana.get(HOME)))
    assert hana.get(f"{HOME}{'0' * 32}/").status_code == 404
    assert hana.get(f"{HOME}{'0' * 32}/file/").status_code == 404


def test_a_letter_is_matched_by_hand_passed_on_and_never_silently(hana: Client) -> None:
    letter = sent()
    take(hana, file_of(letter))
    do = f"{HOME}{letter.letter.number}/do/"
    refused = hana.post(do, {"do": "match", "network": "kumo"})
    assert refused.status_code == 422
    assert "has not been checked yet" in text(find(parsed(refused), ".summary")[0])
    hana.post(do, {"do": "match", "network": "kumo", "anyway": "1"})
    assert "before its key was checked" in chips(hana, f"{HOME}{letter.letter.number}/")
    hana.post(do, {"do": "forward", "network": "kumo", "to": "customers"})
    data = hana.get(f"{HOME}{letter.letter.number}/file/?to=customers").content
    assert [hop.by.code for hop in read(data).hops] == [US]
    assert "passed on to customers" in chips(hana)
    wrong = hana.post(do, {"do": "answer", "step": "sold_since", "units": "many"})
    assert wrong.status_code == 422


def test_a_letter_of_ours_is_looked_at_signed_and_taken_back(hana: Client) -> None:
    form = parsed(hana.get(f"{HOME}new/?network=kumo&lots={lot('L1')},{lot('L2')}"))
    assert text(find(form, "#id-lots")[0]).split() == ["L1", "L2"]
    typed = {
        "network": "kumo",
        "item": CELL,
        "lots": "L1\nL2",
        "kind": "alert",
        "defect": "welding",
        "severity": "fire",
        "act": "stop_and_hold",
        "contact": "quality",
        "form": "apart",
    }
    wrong = hana.post(f"{HOME}new/", {**typed, "made_from": "last week"})
    assert wrong.status_code == 422
    assert hana.post(f"{HOME}new/", {**typed, "lots": ""}).status_code == 422
    nothing = find(parsed(hana.post(f"{HOME}new/", {**typed, "defect": ""})), ".summary a")
    assert [(text(each), each.get("href")) for each in nothing] == [
        ("“What is wrong” is needed.", "#id-defect")
    ]
    look = hana.post(f"{HOME}new/", typed)
    assert "about to be signed" in text(parsed(look))
    assert not Letter.objects.exists()
    hidden = {
        each.get("name"): each.get("value")
        for each in find(parsed(look), "main form input[type=hidden]")
        if each.get("name") != "csrfmiddlewaretoken"
    }
    issued = hana.post(f"{HOME}new/", {**hidden, "do": "issue"})
    row = Letter.objects.get()
    assert issued.url == f"{HOME}{row.number}/"
    file = read(hana.get(f"{HOME}{row.number}/file/").content)
    assert (file.key, len(file.letter.lots)) == (b"", 2)  # type: ignore[union-attr]  # an alert
    shown = text(parsed(hana.get(issued.url)))
    assert re.search(r"another way than the file: [0-9a-f]{64}", shown)
    hana.post(f"{issued.url}do/", {"do": "withdraw", "reason": "mistake"})
    assert chips(hana)[1] == "Withdrawn"


def test_an_auditor_reads_and_others_stay_out(hana: Client) -> None:
    trust()
    letter = sent(answer_by=clock.now().date())
    take(hana, file_of(letter))
    aki, page = member("aki", Role.AUDITOR), f"{HOME}{letter.letter.number}/"
    for address in (HOME, page, f"{HOME}keys/"):
        assert aki.get(address).status_code == 200
        assert not find(parsed(aki.get(address)), "main form[method=post]")
    assert aki.post(f"{page}do/", {"do": "match"}).status_code == 403
    assert aki.post(f"{HOME}keys/", {"do": "end"}).status_code == 403
    assert member("ola", Role.OPERATOR).get(HOME).status_code == 403
    assert KnownKey.objects.count() == 1
    listed = b"".join(aki.get(f"{HOME}?as=csv").streaming_content).decode("utf-8-sig")
    assert "Harima Cells" in listed


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_every_page_speaks_the_language_of_its_reader(hana: Client, language: str) -> None:
    trust()
    letter = sent()
    take(hana, file_of(letter))
    take(hana, json.dumps({"format": "no"}).encode())
    for address in (HOME, f"{HOME}{letter.letter.number}/", f"{HOME}keys/", f"{HOME}new/"):
        page = hana.get(address, headers={"Accept-Language": language})
        said = text(find(parsed(page), "main")[0])
        assert page.status_code == 200
        assert "Lot alerts" not in said
        assert re.search(r"[぀-ヿ]" if language == "ja" else r"[一-鿿]", said)
