"""`kaishu trace`: networks are opened and listed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from kaishu.cli import main
from kaishu.core.errors import Refusal
from kaishu.demo.network.loading import load_network
from kaishu.supply.models import Item, LinkFile, Network
from tests.supply.capture.world import document, made

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def run(*words: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["trace", *words])


def test_a_network_is_opened_once_and_listed(db: None) -> None:
    first = run("open", "acme-jp", "Acme Japan and its suppliers")
    again = run("open", "acme-jp", "another name")
    assert (first.exit_code, first.output) == (0, "acme-jp: Acme Japan and its suppliers\n")
    assert again.output == first.output
    assert Network.objects.count() == 1
    assert run("networks").output.split()[:3] == ["acme-jp", "Acme", "Japan"]


def test_a_name_that_no_address_can_hold_is_refused(db: None) -> None:
    refused = run("open", "Acme Japan")
    assert refused.exit_code == 1
    assert getattr(refused.exception, "code", "") == "network_name_wrong"
    assert not Network.objects.exists()


def test_files_are_loaded_built_listed_and_taken_back(
    db: None, settings: object, tmp_path: Path
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    file, bad = tmp_path / "made.csv", tmp_path / "bad.csv"
    file.write_text(
        "parent,child,time\n/x/item/C/lot/L1,/x/item/P/unit/1,2025-03-01\n"
        "/x/item/C/lot/L1,/x/item/P/unit/2,yesterday\n"
    )
    run("open", "acme")
    words = ("load", str(file), "--act", "made", "--bad", str(bad))
    tried = run(*words, "--dry-run")
    assert (tried.exit_code, tried.stdout) == (1, "made.csv: 1 of 2 rows would be kept (1 bad).\n")
    loaded = run(*words)
    number = LinkFile.objects.get().pk
    assert loaded.stdout == f"made.csv: 1 of 2 rows kept as file {number} (1 bad).\n"
    assert loaded.stderr.startswith("made.csv row 3: “yesterday” is no time")
    assert (
        bad.read_text("utf-8-sig").splitlines()[1].startswith('made.csv,3,"",link_row_time,yester')
    )
    assert run(*words).stdout == f"made.csv: known already, as file {number}.\n"
    assert run("build").stdout.startswith("acme: 2 things, 1 acts, 2 links, ")
    assert "2 things, 1 acts" in run("networks").stdout
    taken = run("void", str(number), "--reason", "test")
    assert taken.stdout == "made.csv is taken back. kaishu trace build acme\n"
    assert "taken back: test" in run("files").stdout


def test_questions_are_answered_in_words_and_for_machines(
    db: None, settings: object, tmp_path: Path
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    load_network(folder=tmp_path / "network", by="hana", at=NOW)
    lot, unit = "lot C-2507 of MC-18650", "unit HB20-000408 of HB20"
    forward = run("forward", lot, "--path", unit, "--since", "2025-01-01")
    assert forward.stdout.startswith("120 units certainly, 80 more possibly.\n  40 + 40 possible")
    assert "made: Pack TP-4 T-132 -> Hoshi power bank HB20 HB20-000408  [link:" in forward.stdout
    told = json.loads(run("forward", lot, "--json", "--things", "--until", "2025-02-26").stdout)
    assert told["units"] == {"certain": 120, "possible": 40}
    assert told["things"][0]["level"] == "certain"
    backward = run("backward", "(01)09521234002109(21)HB20-000408")
    assert "  lot Cell MC-18650 C-2507\n" in backward.stdout
    cause = run(
        "cause", unit, "unit A00001E8 of L1", "https://id.gs1.org/01/09521234003106/21/N3000288J"
    )
    assert "Cell MC-18650 C-2507: 3 of 3 incidents, 200 units have it" in cause.stdout
    assert "DECIDED" in cause.stdout
    beside = run("what-if", lot, "--days", "5")
    assert "  Cell MC-18650 C-2508: 200 more units, 40 become certain\n" in beside.stdout
    blast = run("blast", "/x/item/MC-18650/lot/C-2507", "--json")
    assert [each["brand"] for each in json.loads(blast.stdout)["brands"]] == [
        "Akari",
        "Hoshi",
        "Nami",
    ]


def test_an_unknown_thing_names_the_nearest(db: None, settings: object, tmp_path: Path) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    load_network(folder=tmp_path / "network", by="hana", at=NOW)
    refused = run("forward", "lot C-25O7 of MC-18650").exception
    assert isinstance(refused, Refusal)
    assert refused.code == "trace_thing_not_found"
    assert refused.facts["near"].startswith("/x/item/MC-18650/lot/C-2507")
    wrong = run("forward", "lot C-2507 of MC-18650", "--since", "soon").exception
    assert isinstance(wrong, Refusal)
    assert wrong.code == "trace_moment_wrong"


def test_json_is_loaded_or_told_where_it_is_broken(db: None, tmp_path: Path) -> None:
    run("open", "acme")
    file = tmp_path / "events.json"
    file.write_text('{"type": "EPCISDocument",\n "epcisBody": [}\n')
    broken = run("load", str(file)).exception
    assert isinstance(broken, Refusal)
    assert (broken.code, broken.facts["line"]) == ("epcis_not_json", "2")
    file.write_text(json.dumps(document(made("urn:epc:id:sgtin:4999902.000020.P1"))))
    loaded = run("load", str(file))
    assert loaded.stdout == "events.json: 1 events, 1 kept, 0 known already, 0 refused; 0 names.\n"
    file.write_text("[1, 2]")
    assert getattr(run("load", str(file)).exception, "code", "") == "link_json"


def test_names_are_loaded_and_put_right(db: None, tmp_path: Path) -> None:
    run("open", "acme")
    items = tmp_path / "items.csv"
    items.write_text(
        "item,name,kind\n4548736120037,Pack,pack\n4548736120030,Pack,pack\nC,Cell,egg\n"
    )
    loaded = run("names", str(items))
    assert (loaded.exit_code, loaded.stdout) == (1, "items.csv: 1 items kept, 2 bad.\n")
    assert "row 3: The check digit" in loaded.stderr
    items.write_text("item,name,kind\n4548736120037,Pack P1,pack\n")
    assert run("names", str(items)).exit_code == 0
    assert [(each.code, each.name) for each in Item.objects.all()] == [
        ("/01/04548736120037", "Pack P1")
    ]


def test_an_xml_document_is_loaded_and_its_bad_events_are_told(
    db: None, settings: object, tmp_path: Path
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    run("open", "acme")
    file = tmp_path / "events.xml"
    file.write_text(
        '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1"><EPCISBody><EventList><ObjectEvent>'
        "<eventTime>2026-03-01T09:00:00Z</eventTime><eventTimeZoneOffset>+00:00"
        "</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:4999902.0000200.P1</epc></epcList>"
        "<action>ADD</action></ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"
    )
    loaded = run("load", str(file))
    assert loaded.exit_code == 1
    assert loaded.stdout == ("events.xml: 1 events, 0 kept, 0 known already, 1 refused; 0 names.\n")
    assert loaded.stderr.startswith("events.xml event 1 (line 1): ")
