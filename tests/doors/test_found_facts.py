"""A box without a claim at the bench: the unit in it is judged by all that can be seen on it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.books.models import Unit
from kaishu.books.queries import trial_balance
from kaishu.core.recall import Channel, Conditions, Rule, RuleKind, Window
from kaishu.editions import queries as editions
from kaishu.returns import actions as returns
from kaishu.returns.errors import StrayInDoubt
from kaishu.returns.models import Scan
from tests.api.world import connect
from tests.doors import desk_world, kumo
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
SERIAL = "AK20260000000001"
NEEDS = Conditions(made=(Window(start=date(2026, 4, 1)),), batches=("P6",), markets=("jp",))


@pytest.fixture
def bench(db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Give a depot's bench in a recall whose rules need what stands on the unit."""
    web = Conditions(channels=("web",))
    rules = (
        Rule(no=1, product="K100", kind=RuleKind.PREFIX, prefix="AK", when=NEEDS),
        Rule(no=2, product="K200", kind=RuleKind.UNLABELLED, labels=("missing",)),
        Rule(no=3, product="K300", kind=RuleKind.PREFIX, prefix="AK", when=web),
    )
    shop = Channel(code="web", name=kumo.three("web", "web", "web"))
    made = replace(desk_world.recall(), rules=rules, channels=(shop,))
    monkeypatch.setattr(desk_world, "recall", lambda: made)
    world = desk_world.open_world(data_dir)
    returns.tie(account="sora", party="depot-east", by="hana", at=world.now())
    client = member("sora", Role.COLLECTOR)
    client.post("/depot/site/", {"site": "depot-east"})
    return client


def books() -> str:
    (row,) = [row for row in editions.recall_rows() if row.slug == kumo.SLUG]
    return trial_balance(recall_id=row.id).sentence()


def unknown(bench: Client, code: str = SERIAL, **seen: str) -> HttpResponse:
    said: dict[str, Any] = {"code": code, "outcome": "unknown", "key": uuid.uuid4().hex, **seen}
    return bench.post("/depot/", said)


def asked(answer: HttpResponse) -> str:
    """Return the fact that the band asks for, and see that nothing was recorded."""
    assert answer.status_code == 422
    root = parsed(answer)
    (form,) = [
        each for each in find(root, ".answer form.again") if "undo" not in each.get("action")
    ]
    fields = [*find(form, "input[type=text]"), *find(form, "button[name]")]
    return str(fields[0].get("name"))


def test_what_the_rule_needs_is_asked_one_by_one_and_the_unit_taken_in(bench: Client) -> None:
    before, seen = books(), dict[str, str]()
    for fact, said in (("model", "K100"), ("batch", "p6"), ("made_on", "2026-04")):
        answer = unknown(bench, **seen)
        assert asked(answer) == fact
        given = {
            each.get("name"): each.get("value")
            for each in find(parsed(answer), ".answer input[type=hidden]")
        }
        assert seen.items() <= given.items()
        seen[fact] = said
    assert (books(), Scan.objects.count()) == (before, 0)
    answer = unknown(bench, **seen)
    assert (answer.status_code, text(find(parsed(answer), ".answer p")[0])) == (
        200,
        "This is a recalled unit. It is received here. "
        "Nobody has claimed it yet. Put it on the hold shelf.",
    )
    unit = Unit.objects.get(serial=SERIAL)
    assert (unit.product, unit.account, unit.party) == ("K100", "depot", "depot-east")


@pytest.mark.parametrize(
    ("seen", "doubt"),
    [
        ({"model": "K100", "batch": "P7"}, None),
        ({"model": "K100", "made_on": "March 2026", "batch": "P6"}, None),
        ({"model": "other model"}, None),
        ({"model": "K100", "made_on": "2026-04-02", "batch": "unknown"}, "need_batch"),
        ({"model": "K300"}, "need_channel"),  # no bench sees where it was bought
        ({"model": "K200"}, None),
    ],
)
def test_what_nobody_can_see_leaves_a_stray_with_its_doubt_that_is_not_handed_back(
    bench: Client, seen: dict[str, str], doubt: str | None
) -> None:
    assert unknown(bench, **seen).status_code == 200
    scan = Scan.objects.get()
    assert ((scan.doubt or {}).get("reason"), scan.unit_id) == (doubt, None)
    stray = {"unit_id": scan.stray_id, "reason": "returned_to_owner", "by": "m", "key": "k"}
    if doubt is None:
        returns.release_stray(**stray, at=clock.now())
        return
    before = books()
    with pytest.raises(StrayInDoubt):
        returns.release_stray(**stray, at=clock.now())
    assert books() == before


def test_a_day_that_cannot_be_read_or_a_month_that_does_not_decide_is_asked_again(
    bench: Client,
) -> None:
    for made in ("soon", "2026-13"):
        assert asked(unknown(bench, model="K100", batch="P6", made_on=made)) == "made_on"
    assert Scan.objects.count() == 0


def test_a_unit_whose_label_is_gone_is_taken_in_where_the_recall_covers_it(bench: Client) -> None:
    assert asked(unknown(bench, "")) == "model"
    assert asked(unknown(bench, "", model="K200")) == "label"
    assert unknown(bench, "", model="K200", label="label.missing").status_code == 200
    unit = Unit.objects.get(product="K200", account="depot")
    assert (unit.serial, unit.party) == ("", "depot-east")
    # an illegible one is not covered by this rule; one that nobody can tell keeps its doubt
    assert unknown(bench, "", model="K200", label="label.illegible").status_code == 200
    assert unknown(bench, "", model="K200", label="unknown").status_code == 200
    reasons = [(each.doubt or {}).get("reason") for each in Scan.objects.order_by("id")]
    assert reasons == [None, None, "serial_empty"]


def test_an_intact_scan_of_such_a_unit_leads_to_the_same_question(bench: Client) -> None:
    answer = bench.post("/depot/", {"code": SERIAL, "outcome": "ok", "key": "k"})
    assert asked(answer) == "model"


def test_a_warehouse_asks_and_is_asked_by_the_same_rules(bench: Client) -> None:
    caller = connect("scans:write", party="depot-east")
    said = {"code": SERIAL, "site": "depot-east", "outcome": "unknown"}
    refused = caller.post("scans", {**said, "model": "K100", "batch": "P6"})
    assert (refused.status_code, refused.json()["code"]) == (422, "found_fact_needed")
    assert refused.json()["facts"]["fact"] == "made_on"
    seen = {"model": "K100", "batch": "P6", "made_on": "2026-05-01"}
    taken = caller.post("scans", {**said, **seen})
    assert (taken.status_code, taken.json()["code"]) == (200, "scan_found")
