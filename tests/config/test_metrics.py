"""Numbers for Prometheus: for whoever has the token, true, and about nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from kaishu.base import metrics
from kaishu.base.models import Job
from tests.claims.world import World
from tests.keeping.kept import filled

TOKEN = "a token of the tests, long enough to guess never"
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.KAISHU_METRICS_TOKEN = TOKEN


def numbers(text: str) -> Numbers:
    """Return every sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(client: Client) -> Numbers:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return numbers(answer.content.decode())


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}"])
def test_without_the_token_nothing_is_told(client: Client, db: None, given: str) -> None:
    answer = client.get("/metrics", headers={"authorization": given} if given else {})
    assert (answer.status_code, answer.content) == (401, b"unauthorized")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_where_no_token_is_set_nobody_has_it(client: Client, db: None, settings: Settings) -> None:
    settings.KAISHU_METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_money_queues_and_claims_are_what_the_tables_say(
    client: Client, db: None, data_dir: Path
) -> None:
    filled(data_dir / "packs")
    Job.objects.create(
        kind="x", key="k", by="b", started_at=timezone.now() - timedelta(seconds=300)
    )
    found = scrape(client)
    assert found["kaishu_promised", (("account", "paid"), ("commodity", "JPY"))] == 3990
    assert found["kaishu_claim_units_waiting", (("queue", "to_review"),)] == 2
    assert found["kaishu_payouts", (("state", "settled"),)] == 1
    assert found["kaishu_jobs", (("state", "waiting"),)] == 1
    assert 300 <= found["kaishu_job_oldest_age_seconds", ()] < 400
    assert found["kaishu_outbox_oldest_age_seconds", ()] > 86_400


def test_requests_and_sign_ins_are_counted_by_name_and_outcome(client: Client, db: None) -> None:
    User.objects.create_user("hana", password="right horse battery")
    before = scrape(client)
    for word in ("wrong", "right horse battery"):
        client.post("/staff/sign-in/", {"username": "hana", "password": word})
    client.get("/no/such/page/at/all")
    found = scrape(client)

    def more(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return found.get(key, 0) - before.get(key, 0)

    assert more("kaishu_sign_ins_total", outcome="wrong") == 1
    assert more("kaishu_sign_ins_total", outcome="ok") == 1
    assert more("kaishu_requests_total", route="none", method="GET", status="404") == 1
    assert more("kaishu_request_seconds_count", route="metrics") == 1


def test_no_number_is_about_a_person(client: Client, db: None, tmp_path: Path) -> None:
    world = World().open(tmp_path)
    world.claim("SN0001", remedy="refund", name="Suzuki", key="1")
    case_no = world.unit("SN0001").claim.case_no
    client.get(f"/en/c/{case_no}/?name=Suzuki")
    text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    for personal in ("Suzuki", "SN0001", case_no, "@", "127.0.0.1"):
        assert personal not in text, personal


def test_alert_rules_speak_of_numbers_that_are_there(
    client: Client, db: None, data_dir: Path
) -> None:
    filled(data_dir / "packs")
    metrics.count_gate(lane="prove", reason="share")
    there = {name for name, _ in scrape(client)}
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    assert len(rules) >= 8
    for rule in rules:
        named = set(_names(rule["expr"]))
        assert named, rule["alert"]
        assert named <= there | {"up", "kaishu_ready"}, rule["alert"]
        assert rule["annotations"]["summary"]


def _names(expression: str) -> Iterator[str]:
    yield from re.findall(r"\b(?:kaishu_\w+|up)\b", expression)


def test_two_processes_count_into_one_page(
    client: Client, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "from kaishu.base.metrics import count_request\n"
        "count_request(route='check', method='GET', status=200, seconds=0.01)\n"
    )
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    found = scrape(client)
    labels = (("method", "GET"), ("route", "check"), ("status", "200"))
    assert found["kaishu_requests_total", labels] == 2
