"""Questions to a network's graph by the API: the same answers as everywhere, page by page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaishu.demo.network.loading import load_network
from tests.api.world import Caller, connect

LOT = "lot C-2507 of MC-18650"
UNIT = "/01/09521234002109/21/HB20-000408"


@pytest.fixture
def system(db: None, settings: object, tmp_path: Path) -> Caller:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    load_network(folder=tmp_path / "network", by="hana", at=datetime(2026, 1, 15, tzinfo=UTC))
    return connect("trace:read")


def test_a_lot_is_followed_in_sums_in_pages_and_with_its_proof(system: Caller) -> None:
    (line,) = system.get("trace").json()["items"]
    assert (line["network"], line["things"]) == ("akari", 3259)
    sums = system.get(f"trace/akari/forward?thing={LOT}").json()
    assert sums["units"] == {"certain": 120, "possible": 80}
    things: list[dict[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = system.get(f"trace/akari/forward/things?thing={LOT}&limit=90&cursor={cursor}").json()
        things += page["items"]
        cursor = page["next"]
    units = [each for each in things if each["kind"] == "unit"]
    assert (len(units), len({each["code"] for each in units})) == (200, 200)
    assert sum(each["level"] == "certain" for each in units) == 120
    steps = system.get(f"trace/akari/forward/path?thing={LOT}&to={UNIT}").json()["steps"]
    back = system.get(f"trace/akari/backward/path?thing={UNIT}&to={LOT}").json()["steps"]
    assert [each["record"] for each in steps] == [each["record"] for each in back]


def test_the_other_questions_are_answered(system: Caller) -> None:
    behind = system.get(f"trace/akari/backward?thing={UNIT}").json()
    assert "C-2507" in [each["number"] for each in behind["lots"]]
    more = "&thing=unit A00001E8 of L1&thing=unit N3000288J of NF3"
    causes = system.get(f"trace/akari/causes?thing={UNIT}{more}").json()["causes"]
    assert causes[0]["lots"][0]["number"] == "C-2507"
    near = system.get(f"trace/akari/neighbours?thing={LOT}&days=5").json()
    assert [each["lot"]["number"] for each in near["neighbours"]] == ["C-2506", "C-2508"]
    brands = system.get(f"trace/akari/blast?thing={LOT}").json()["brands"]
    assert [each["brand"] for each in brands] == ["Akari", "Hoshi", "Nami"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"trace/nowhere/forward?thing={LOT}", 404, "network_unknown"),
        ("trace/akari/forward?thing=L999999", 404, "trace_thing_not_found"),
        (f"trace/akari/forward?thing={LOT}&since=soon", 422, "trace_moment_wrong"),
        (f"trace/akari/forward/things?thing={LOT}&cursor=abc", 400, "api_cursor_wrong"),
        (f"trace/akari/forward?thing={LOT}&since=2025-03-01&until=2025-02-01", 422, "window_wrong"),
        ("trace/akari/forward", 422, "api_invalid"),
    ],
)
def test_what_cannot_be_answered_says_why(
    system: Caller, path: str, status: int, code: str
) -> None:
    refused = system.get(path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_another_scope_and_too_many_questions_are_refused(system: Caller) -> None:
    assert connect("check").get("trace").status_code == 403
    answers = {system.get(f"trace/akari/backward?thing={UNIT}").status_code for _ in range(61)}
    assert answers == {200, 429}
