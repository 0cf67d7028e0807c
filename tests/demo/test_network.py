"""The demo's invented network holds the story that it tells."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaishu.core.genealogy.things import Kind
from kaishu.demo.network.loading import SLUG, load_network
from kaishu.supply.models import LinkFile
from kaishu.supply.network import answers, asking, queries
from kaishu.supply.network.answers import Asked

NOW = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture
def asked(db: None, settings: object, tmp_path: Path) -> Asked:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    load_network(folder=tmp_path / "network", by="hana", at=NOW)
    return Asked(queries.network(SLUG), queries.open_graph(SLUG))


def test_three_incidents_of_three_brands_lead_to_one_cell_lot(asked: Asked) -> None:
    units = ("unit A00001E8 of L1", "unit HB20-000408 of HB20", "unit N3000288J of NF3")
    codes = asking.all_meant(asked.graph, asked.network, units, kinds=(Kind.UNIT,))
    found = answers.caused(asked, codes)
    first, second = found["causes"][:2]
    assert [lot["number"] for lot in first["lots"]] == ["C-2507"]
    assert (found["units"], first["exposed"], first["exposed_incidents"]) == (3000, 200, 3)
    assert first["decided"]
    assert [lot["number"] for lot in second["lots"]] == ["F-33"]
    assert not second["decided"]


def test_the_lot_is_followed_into_three_brands_and_to_the_shops(asked: Asked) -> None:
    lot = asking.meant(asked.graph, asked.network, "lot C-2507 of MC-18650")
    found = asked.forward([lot])
    told = answers.followed(asked, [lot], found)
    assert told["units"] == {"certain": 120, "possible": 80}
    assert {each["brand"]: (each["certain"], each["possible"]) for each in told["brands"]} == {
        "Akari": (40, 40),
        "Hoshi": (40, 40),
        "Nami": (40, 0),
    }
    held = sum(each["certain"] + each["possible"] for each in told["holders"] if each["party"])
    assert held >= 200
    proof = answers.steps(asked, found.path("/01/09521234002109/21/HB20-000408"))
    assert [each["target"]["number"] for each in proof] == ["T-132", "HB20-000408"]
    assert all(row.bad == 0 for row in LinkFile.objects.all())


def test_a_second_filling_changes_nothing(asked: Asked, tmp_path: Path) -> None:
    before = LinkFile.objects.count()
    load_network(folder=tmp_path / "again", by="hana", at=NOW)
    assert LinkFile.objects.count() == before
    assert queries.open_graph(SLUG) is asked.graph
