"""`kaishu trace alert`: a letter from the command line, out, in, matched, answered, passed on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kaishu.base import clock
from kaishu.cli import _trace_alerts, _trace_alerts_tick
from kaishu.cli.trace import trace
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.lot_alert_file import file_of, read
from kaishu.supply.network import graphs
from tests.supply.brand import AT, acts, brand, lot, phone
from tests.support.graph_files import keep_graph
from tests.support.letters import CELL, Stranger

HARIMA = Stranger("Harima Cells", 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of a test is up to date: each command would look a second long."""
    for module in (_trace_alerts, _trace_alerts_tick):
        monkeypatch.setattr(module, "start", lambda: None)


def run(*words: str) -> Result:
    return CliRunner().invoke(trace, ["alert", *words])


def said(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_letter_is_taken_in_matched_answered_and_passed_on(data_dir: Path) -> None:
    brand()
    file, out = data_dir / "in.json", str(data_dir / "out.json")
    sent = HARIMA.alert("L1", at=clock.now().replace(microsecond=0), hide=True)
    file.write_bytes(file_of(sent, with_key=False))
    (taken,) = said("take", str(file))
    assert (taken["standing"], taken["known"]) == ("unknown", False)
    number = taken["number"]
    refused = run("match", number, "kumo").exception
    assert isinstance(refused, Refusal)
    assert refused.code == "alert_not_verified"
    assert run("trust", HARIMA.code, HARIMA.name, HARIMA.signer.public.hex()).exit_code == 0
    assert HARIMA.signer.public.hex() in run("keys").stdout
    found = said("match", number, "kumo", "--key", sent.key.hex())
    assert (found["found"], found["counts"]["certain"]) == ([lot("L1")], 3)
    assert "units certain 3, possible 2" in run("match", number).stdout
    assert said("answer", number, "--out", out)["kind"] == "answer"
    assert read(Path(out).read_bytes()).letter.kind == "answer"
    said("forward", number, "--to", "customers", "--without-key", "--out", out)
    on = read(Path(out).read_bytes())
    assert (len(on.hops), on.key) == (1, b"")
    (listed,) = said("list", "--in")
    assert (listed["state"], listed["forwarded"]) == ("answered", ["customers"])
    assert number in run("list").stdout


def test_a_letter_is_issued_with_its_key_apart_and_taken_back(data_dir: Path) -> None:
    brand()
    (data_dir / "lots.txt").write_text("L1\nL2\n")
    out = str(data_dir / "out.json")
    lots = ("--lots-file", str(data_dir / "lots.txt"), "L3", "--key-apart", "--out", out)
    day = (clock.now() + timedelta(days=3)).date()
    made = said("issue", "kumo", CELL, *lots, "--defect", "welding", "--answer-by", str(day))
    sent = read(Path(out).read_bytes())
    assert (len(sent.letter.lots), sent.key) == (3, b"")  # type: ignore[union-attr]  # an alert
    assert len(made["key"]) == 64
    said("withdraw", made["number"], "--reason", "mistake", "--out", out)
    (listed,) = said("list")
    assert listed["state"] == "withdrawn"


def test_a_refused_file_does_not_stop_the_next_one(data_dir: Path) -> None:
    bad, good = data_dir / "bad.json", data_dir / "good.json"
    bad.write_text("{}")
    good.write_bytes(file_of(HARIMA.alert("L1", at=clock.now().replace(microsecond=0))))
    done = run("take", str(bad), str(good), "--json")
    first, second = json.loads(done.stdout)
    assert (done.exit_code, first["refused"], second["known"]) == (1, "alert_shape", False)
    again = run("take", str(bad), str(good))
    assert "refused [alert_shape]" in again.stderr
    assert "known already" in again.stdout


def test_tick_says_that_nothing_changed_and_confirm_refuses_a_letter_without_address(
    data_dir: Path,
) -> None:
    brand()
    run("trust", HARIMA.code, HARIMA.name, HARIMA.signer.public.hex())
    file = data_dir / "in.json"
    file.write_bytes(file_of(HARIMA.alert("L1", at=clock.now().replace(microsecond=0))))
    (taken,) = said("take", str(file))
    quiet = {"changed": [], "waiting": [], "sent_before": [], "not_ready": {}}
    assert said("tick") == quiet
    assert run("tick").stdout == "0 changed, 0 waiting\n"
    refused = run("confirm", taken["number"]).exception
    assert isinstance(refused, Refusal)
    assert refused.code == "alert_reply_not_wanted"


def test_tick_says_what_became_more_and_was_sent_and_what_became_less_and_waits(
    data_dir: Path,
) -> None:
    network = brand()
    run("trust", HARIMA.code, HARIMA.name, HARIMA.signer.public.hex())
    file = data_dir / "in.json"
    file.write_bytes(file_of(HARIMA.alert("L1", at=clock.now().replace(microsecond=0))))
    (taken,) = said("take", str(file))
    said("answer", taken["number"], "--out", str(data_dir / "out.json"))
    made = Act("make-P9", Did.MADE, 100, (Amount(lot("L1")),), (Amount(phone("P9")),))
    keep_graph(network, [*acts(), made], by="ada", at=AT)
    with graphs.loading(network.slug):
        more = said("tick")
    (change,) = more["changed"]
    assert (change["before"]["certain"], change["now"]["certain"]) == (3, 4)
    assert (change["number"], change["outcome"]) == (taken["number"], "sent")
    assert more["not_ready"] == {network.slug: ["loading"]}
    keep_graph(network, acts(), by="ada", at=AT)
    lines = run("tick").stdout
    assert "certain 4 → 3" in lines
    assert "WAITING: our answer is no longer right" in lines
    later = said("tick")
    assert ([each["outcome"] for each in later["waiting"]], later["changed"]) == (["waiting"], [])
    assert [each["answer"] for each in later["sent_before"]] == [change["answer"]]
