"""What each route does, and that it does it as the page or the depot would."""

from __future__ import annotations

import pytest

from kaishu.base import clock
from kaishu.books.queries import trial_balance
from kaishu.claims.models import Claim, Evidence
from kaishu.core.answer import Inspection
from kaishu.core.everywhere import hear
from kaishu.doors.api import check
from kaishu.editions import queries as editions
from kaishu.reports.models import Filed, FiledFile
from kaishu.returns.models import Scan
from kaishu.returns.trade import sites
from tests.api.world import CLAIM, connect
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld

pytestmark = pytest.mark.django_db


def test_a_check_says_what_the_page_says_and_keeps_nothing(world: DeskWorld) -> None:
    caller = connect("check")
    units = [
        {"model": "K100", "serial": kumo.LISTED},
        {"model": "K100", "serial": kumo.NOT_LISTED},
        {"model": "K100", "serial": "?"},
        {"model": "k 200", "serial": "AK20230001000001"},
        {"model": "K200", "serial": "AK20230001000001", "colour": "grey"},
        {"model": "nothing", "serial": "1"},
    ]
    said = caller.post("check", {"recall": kumo.SLUG, "units": units}).json()["items"]
    for unit, answer in zip(units, said, strict=True):
        pack = editions.current_pack(kumo.SLUG)
        first = hear(pack, [], Inspection(**unit))[0].verdict
        assert (answer["answer"], answer["reason"]) == (first.answer.value, first.reason)
        page = caller.get(
            f"check?recall={kumo.SLUG}&" + "&".join(f"{k}={v}" for k, v in unit.items())
        )
        assert page.json() == answer
    assert [each["answer"] for each in said][:2] == ["affected", "not_affected"]
    assert said[0]["claim_url"].endswith(f"/en/r/{kumo.SLUG}/claim/")
    assert Claim.objects.count() == 0


def test_a_check_without_a_recall_asks_all_of_them(world: DeskWorld) -> None:
    caller = connect("check")
    known = caller.get(f"check?model=K100&serial={kumo.LISTED}", language="ja").json()
    assert (known["answer"], known["recall"]) == ("affected", kumo.SLUG)
    unknown = caller.get("check?model=ZZZ&serial=1").json()
    assert (unknown["answer"], unknown["recall"]) == ("no_such_model", None)
    assert caller.get("check?model=K100&recall=nope").json()["code"] == "recall_unknown"


def test_a_list_counts_each_unit_towards_the_limit(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check.UNITS_AN_HOUR == 20_000
    monkeypatch.setattr(check, "UNITS_AN_HOUR", 2000)
    caller = connect("check")
    body = {"units": [{"model": "K100", "serial": kumo.LISTED}] * 1000}
    assert [caller.post("check", body).status_code for _ in range(2)] == [200, 200]
    over = caller.get("check?model=K100")
    assert (over.status_code, over.json()["code"]) == (429, "api_too_often")
    assert 0 < int(over["Retry-After"]) <= 3600


def test_a_claim_is_the_forms_claim_and_only_its_filer_reads_it(world: DeskWorld) -> None:
    caller = connect("claims:write", "claims:read")
    filed = caller.post("claims", CLAIM)
    assert filed.status_code == 201, filed.content
    said = filed.json()
    row = Claim.objects.get()
    assert (row.door, row.by, row.case_no) == ("api", caller.connection.actor, said["case_no"])
    assert row.units.get().holder_entry_id is not None  # it holds the unit, as from the form
    unit = said["units"][0]
    assert (unit["stage"], unit["waiting_on"], unit["verdict"]) == ("in_review", "us", "affected")
    assert unit["next_step"].startswith("We are checking")
    assert "佐藤" not in filed.content.decode()
    read = caller.get(f"claims/{said['case_no']}", language="ja")
    assert read.json()["units"][0]["next_step"].startswith("お申し込み")
    again = caller.get(
        f"claims/{said['case_no']}", language="ja", **{"If-None-Match": read["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    stranger = connect("claims:read")
    assert stranger.get(f"claims/{said['case_no']}").json()["code"] == "claim_not_found"
    assert stranger.get("claims").json() == {"next": None, "items": []}


def test_files_go_through_the_jail_and_belong_to_one_claim(world: DeskWorld) -> None:
    caller = connect("claims:write", "claims:read", "evidence:write")
    sent = caller.send_file(desk_world.photo_bytes())
    assert sent.status_code == 201, sent.content
    number = sent.json()["file"]
    bad = caller.send_file(b"<script>alert(1)</script>")
    assert (bad.status_code, bad.json()["code"]) == (422, "file_mislabelled")
    unit = {**CLAIM["units"][0], "files": [number]}
    case = caller.post("claims", {**CLAIM, "units": [unit]}).json()["case_no"]
    kept = Evidence.objects.get()
    assert (kept.claim.case_no, kept.media_type) == (case, "image/jpeg")
    second = caller.post("claims", {**CLAIM, "units": [unit]})
    assert (second.status_code, second.json()["code"]) == (422, "api_file_unknown")
    more = caller.send_file(desk_world.photo_bytes() + b" ").json()["file"]
    added = caller.post(f"claims/{case}/units/1/files", {"files": [more]})
    assert added.json() == {"added": 0}  # the same picture once the jail made it anew
    assert connect().post(f"claims/{case}/units/1/files", {"files": [more]}).status_code == 404


def test_a_scan_moves_the_unit_and_only_at_the_tokens_own_site(world: DeskWorld) -> None:
    world.claim("one", serial=kumo.LISTED)
    world.decide("one")
    world.send_kit("one")
    caller = connect(party="depot-east")
    body = {"code": world.label("one"), "site": "depot-east", "outcome": "ok"}
    west = caller.post("scans", {**body, "site": "depot-west"})
    assert (west.status_code, west.json()["code"]) == (403, "api_other_party")
    assert Scan.objects.count() == 0
    first = caller.post("scans", body).json()
    assert (first["code"], first["repeated"], first["outcome"]) == ("scan_ok", False, "ok")
    assert caller.post("scans", body).json()["code"] == "already_scanned"
    assert trial_balance(recall_id=world.recall_id).units_in("depot") == 1
    wrong = caller.post("scans", {**body, "code": "not a label"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "label_unreadable")


def test_a_shop_answers_by_api_as_by_its_link(world: DeskWorld) -> None:
    site = sites.add_site(
        slug=kumo.SLUG,
        party="minato",
        name="Ueno",
        kind="retailer",
        language="ja",
        mail="",
        by="hana",
        at=clock.now(),
    )
    caller = connect(party="minato")
    listed = caller.get("trade/sites").json()["items"]
    assert [(each["site"], each["owes_next"]) for each in listed] == [(site.id, "acknowledged")]
    to = f"trade/sites/{site.id}/answers"
    early = caller.post(to, {"step": "counted", "quantities": {"K100": 3}})
    assert early.json()["code"] == "trade_not_read"
    assert caller.post(to, {"step": "acknowledged", "name": "Ken"}).status_code == 200
    counted = caller.post(to, {"step": "counted", "quantities": {"K100": 3}}).json()
    assert (counted["reached"], counted["put_aside"]) == ("counted", 3)
    assert caller.post(to, {"step": "counted", "quantities": {"X": 3}}).status_code == 422
    told = caller.post(
        f"trade/sites/{site.id}/serials", {"model": "K100", "serials": [kumo.LISTED, "?"]}
    ).json()["items"]
    assert [each["code"] for each in told] == ["put_aside", "not_clear"]
    other = connect(party="depot-east").post(to, {"step": "completed", "name": "Ken"})
    assert (other.status_code, other.json()["code"]) == (404, "trade_site_not_found")


def test_promises_tell_money_by_state(world: DeskWorld) -> None:
    world.claim("one", serial=kumo.LISTED)
    world.decide("one")
    caller = connect("promises:read")
    lines = caller.get("promises?limit=1").json()
    assert len(lines["items"]) == 1
    rest = caller.get(f"promises?cursor={lines['next']}").json()
    assert rest["next"] is None
    found = [*lines["items"], *rest["items"]]
    assert {each["role"] for each in found} == {"remedy", "kit"}
    sums = caller.get(f"recalls/{kumo.SLUG}/promises/sums").json()["items"]
    totals: dict[str, int] = {}
    for each in sums:
        totals[each["commodity"]] = totals.get(each["commodity"], 0) + each["quantity"]
    assert totals
    assert set(totals.values()) == {0}


def test_filed_reports_are_listed_and_read_byte_for_byte(world: DeskWorld) -> None:
    at = clock.now()
    rows = [
        Filed.objects.create(
            key=f"k{slug}",
            recall_slug=slug,
            form="jp-progress",
            version=1,
            as_of=at,
            known_at=at,
            content="{}",
            sha256="0" * 64,
            addressee="regulator",
            by="hana",
            at=at,
        )
        for slug in (kumo.SLUG, "another")
    ]
    for row in rows:
        FiledFile.objects.create(filed=row, kind="csv", data="値,1".encode(), sha256="1" * 64)
    maker = connect("reports:read")
    found = maker.get("reports").json()["items"]
    assert [each["recall"] for each in found] == [kumo.SLUG, "another"]
    assert found[0]["files"] == [{"kind": "csv", "sha256": "1" * 64}]
    file = maker.get(f"reports/{rows[0].id}/files/csv")
    assert (file.content, file["Content-Type"]) == ("値,1".encode(), "text/csv; charset=utf-8")
    assert maker.get(f"reports/{rows[0].id}/files/pdf").json()["code"] == "filed_not_found"
    one = connect("reports:read", recall=kumo.SLUG)
    assert [each["report"] for each in one.get("reports").json()["items"]] == [rows[0].id]
    assert one.get(f"reports/{rows[1].id}/files/csv").status_code == 404
    assert one.get("reports?recall=another").json()["code"] == "api_other_recall"
