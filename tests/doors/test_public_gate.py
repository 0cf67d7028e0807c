"""The gate at the public check: most never see it, nobody is turned away, no cache keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from altcha import v2
from django.http import HttpResponse
from django.test import Client, RequestFactory
from playwright.sync_api import Page, expect

from kaishu.core.gate import Gate, House
from kaishu.core.gate.proof import Altcha
from kaishu.doors.public import gatekeeper
from tests.doors import kumo
from tests.doors.pages import find, parsed, text
from tests.support.browser import axe, shoot

CHECK = f"/{{}}/r/{kumo.SLUG}/check/"
SEVERAL = f"/{{}}/r/{kumo.SLUG}/check/several/"
HERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def gate(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Let two looks into a range go, and make a calculation short."""
    kumo.write_pack(data_dir)
    house = House(first=1, slow_first=2)
    found = Gate(
        data_dir / "gate.table", house=house, buckets=256, prover=Altcha(b"short", tries=3)
    )
    monkeypatch.setattr(gatekeeper, "_gate", lambda path: found)
    yield found
    found.close()


def serial(number: int) -> str:
    """Return a serial of the recall's format, in the range of the listed one."""
    return f"{kumo.LISTED[:-5]}{number:05d}"


def ask(number: int, code: str = "en", *, address: str = HERE, **more: str) -> HttpResponse:
    query = {"model": "K100", "serial": serial(number), **more}
    return Client(REMOTE_ADDR=address).get(CHECK.format(code), query)


def held(code: str = "en") -> HttpResponse:
    """Return the page of a third look."""
    for number in (1, 2_002):
        assert ask(number).status_code == 200
    return ask(4_004, code)


def solved(page: HttpResponse) -> str:
    form = find(parsed(page), "#gate")[0]
    challenge = v2.Challenge.from_dict(json.loads(form.get("data-challenge")))
    solution = v2.solve_challenge(challenge)
    assert solution is not None
    return v2.Payload(challenge, solution).to_base64()


def test_the_check_itself_answers_a_family_and_stays_in_the_cache() -> None:
    answer = ask(1)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")
    assert not answer.cookies


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_the_gate_says_what_happens_how_long_and_whom_to_call(code: str) -> None:
    page = held(code)
    assert (page.status_code, page["Cache-Control"]) == (429, "no-store")
    assert int(page["Retry-After"]) >= 1
    assert not page.cookies
    root = parsed(page)
    assert kumo.recall().phone in text(find(root, "main")[0])
    assert len(find(root, "[role=status]")) == 1
    assert len(find(root, "h1")) == 1


def test_a_calculation_leads_to_the_answer_at_its_own_address() -> None:
    sent = ask(4_004, proof=solved(held()))
    assert (sent.status_code, sent["Cache-Control"]) == (303, "no-store")
    assert "proof=" not in sent["Location"]
    answer = Client(REMOTE_ADDR="198.51.100.1").get(sent["Location"])
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")
    assert find(parsed(answer), ".band h1")


def test_without_a_script_the_page_comes_back_by_itself(gate: Gate) -> None:
    refresh = find(parsed(held()), "noscript meta")[0].get("content")
    seconds, _, address = refresh.partition(";url=")
    assert (seconds, "slow=1" in address) == ("0", True)
    waiting = Client(REMOTE_ADDR=HERE).get(address)
    assert (waiting.status_code, waiting["Retry-After"]) == (429, "2")
    seconds, _, address = (
        find(parsed(waiting), "noscript meta")[0].get("content").partition(";url=")
    )
    assert seconds == "2"
    ticket = Client(REMOTE_ADDR=HERE)
    early = ticket.get(address)
    assert early.status_code == 429
    gate.house = House(first=1, slow_first=0)
    done = ticket.get(address)
    assert done.status_code == 303
    assert ticket.get(done["Location"]).status_code == 200


def test_the_question_about_the_colour_stands_behind_the_gate_too() -> None:
    held()
    page = Client(REMOTE_ADDR=HERE).get(
        CHECK.format("en"), {"model": "K200", "serial": kumo.LISTED}
    )
    assert page.status_code == 429, "it is asked of affected units only, so it is an answer"


def test_a_list_pays_for_each_of_its_units_and_keeps_them() -> None:
    lines = "\n".join(serial(number) for number in (1, 1, 2_002, 4_004, 6_006))
    query = {"model": "K100", "list": lines}
    page = Client(REMOTE_ADDR=HERE).get(SEVERAL.format("en"), query)
    assert page.status_code == 429
    assert find(parsed(page), "[name=list]")[0].get("value").split() == lines.split()
    sent = Client(REMOTE_ADDR=HERE).get(SEVERAL.format("en"), {**query, "proof": solved(page)})
    assert sent.status_code == 303
    answer = Client(REMOTE_ADDR=HERE).get(sent["Location"])
    assert answer.status_code == 200


def test_a_named_look_alike_is_a_look(gate: Gate) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=HERE)
    gatekeeper.charge(request, "K100", [serial(1), serial(2_002)])
    assert ask(1).status_code == 200, "it was told already"
    assert ask(4_004).status_code == 429


@pytest.mark.django_db
def test_the_page_that_promises_a_mail_tells_no_more_than_the_check() -> None:
    held()
    watch = f"/en/r/{kumo.SLUG}/watch/"
    page = Client(REMOTE_ADDR=HERE).get(watch, {"model": "K100", "serial": serial(6_006)})
    assert page.status_code == 429


def test_the_proxy_says_who_asks() -> None:
    for number in (1, 2_002):
        ask(number, address="127.0.0.1")
    page = ask(4_004, address="127.0.0.1")
    assert page.status_code == 200, "nobody is named: this machine itself"
    client = Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": f"1.2.3.4, {HERE}"})
    found = [
        client.get(CHECK.format("en"), {"model": "K100", "serial": serial(number)}).status_code
        for number in (1, 2_002, 4_004)
    ]
    assert found == [200, 200, 429]


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_a_browser_calculates_and_shows_the_answer(
    language: str, site: str, open_page: Callable[..., Page]
) -> None:
    """Two looks go at once; the third is calculated by workers, under the real content policy."""
    page = open_page(language=language)
    page.set_extra_http_headers({"X-Forwarded-For": HERE})
    address = f"{site}{CHECK.format(language)}?model=K100&serial="
    for number in (1, 2_002):
        page.goto(address + serial(number))
        expect(page.locator(".band h1")).to_be_visible()
    page.route("**/worker.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(address + serial(4_004))
    expect(page.locator("progress")).to_be_visible()
    axe(page)
    shoot(page, f"gate-{language}")
    page.unroute("**/worker.js")
    page.reload()
    expect(page.locator(".band h1")).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile("pass="))
    assert "proof=" not in page.url
