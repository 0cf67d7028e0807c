"""The rehearsal says go only when everything is ready, and what to do where it is not."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from django.test import override_settings

from kaishu.base import clock
from kaishu.base.access import accounts, code_app
from kaishu.cli import _announce
from kaishu.cli._announce import ground, loading, mail
from kaishu.cli._announce.loading import Result
from kaishu.cli._announce.values import Point, Targets
from kaishu.cli.announce import announce
from kaishu.core import signing
from kaishu.editions import keys
from tests.access.test_second_step import SECRET, digits
from tests.doors import kumo
from tests.support.seeds import TORTURE

ZONE = """
[[record]]
name = "kumo.example."
type = "MX"
value = "10 mail.kumo.example."
[[record]]
name = "kumo.example"
type = "TXT"
value = "v=spf1 mx -all"
[[record]]
name = "k1._domainkey.kumo.example"
type = "TXT"
value = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
[[record]]
name = "_dmarc.kumo.example"
type = "TXT"
value = "v=DMARC1; p=quarantine"
"""
SENDER = "recall@kumo.example"


@pytest.fixture
def ready(data_dir: Path, db: None) -> Path:
    """An installation with a signed edition, everybody in place, a fresh copy and good mail."""
    pack = kumo.write_pack(data_dir)
    signing.add(pack.path, keys.signer())
    at = clock.now()
    for role, least in ground.NEEDED.items():
        for number in range(least):
            name = f"{role.value}-{number}"
            accounts.invite(name=name, roles=[role.value], by="aki", at=at)
            user = accounts.find(name)
            code_app.add(user=user, secret=SECRET, typed=digits(at), at=at)
    copies = data_dir / "copies" / f"backup-{at:%Y%m%dT%H%M%SZ}"
    copies.mkdir(parents=True)
    (copies / "manifest.json").write_text("{}")
    (data_dir / "zone.toml").write_text(ZONE)
    return data_dir


@pytest.fixture(autouse=True)
def quick_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the edge stand for the main site, which is long to start; `make torture` starts it."""
    if not TORTURE:
        monkeypatch.setattr(loading, "_site", loading._edge)
        monkeypatch.setattr(loading, "forms", loading.questions)


def rehearse(folder: Path, *more: str) -> tuple[int, list[Point], str]:
    """Run the command for three seconds; the bars are low, the machine is a test's."""
    words = ["--rehearse", "--json", "--seconds", "3", "--rate", "1", "--p99-ms", "20000"]
    words += ["--site-rate", "1"]
    words += ["--mail-dns", str(folder / "zone.toml"), "--backups", str(folder / "copies"), *more]
    with override_settings(KAISHU_MAIL_FROM=SENDER):
        done = CliRunner().invoke(announce, words, catch_exceptions=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return done.exit_code, [Point(**json.loads(line)) for line in lines], done.stderr


def test_it_is_a_go_only_when_every_point_is(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "ROOM", 1)
    page = ready / "go.html"
    code, points, said = rehearse(ready, "--page", str(page))
    assert [str(point) for point in points if not point.is_go] == []
    areas = {point.area for point in points}
    assert areas == {
        *("editions", "words", "people", "mail", "backup", "disk"),
        *("copy", "telephone", "notice", "load", "site"),
    }
    assert (code, said.strip()) == (0, "GO")
    assert "<h1>GO</h1>" in page.read_text("utf-8")
    assert list(ready.glob(".rehearsal-*")) == []


def test_each_no_go_names_its_next_step(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "ROOM", 1)
    monkeypatch.setattr(loading, "ask", lambda *a: Result(900, 12, 3, "nobody"))
    monkeypatch.setattr(loading, "_by_us", lambda *a: None)
    for server in ("_edge", "_site"):
        monkeypatch.setattr(loading, server, lambda *a: nullcontext(1))
    user = accounts.find("operator-0")
    user.code_app.delete()
    user = accounts.find("approver-0")
    accounts.disable(name="approver-0", by="aki", at=clock.now())
    for signature in (ready / "packs").glob("*/signature.json"):
        signature.unlink()
    page = ready / "go.pdf"
    code, points, said = rehearse(ready, "--page", str(page))
    against = [point for point in points if not point.is_go]
    assert [point.area for point in against] == ["editions", "people", "people", "load", "site"]
    assert all(point.next for point in against)
    assert code == 1
    assert said.startswith("NO GO: 5 of ")
    with pypdfium2.PdfDocument(page.read_bytes()) as sheet:
        words = sheet[0].get_textpage().get_text_bounded()
    assert words.index(said.strip()) < words.index("Recall manager")


@pytest.mark.parametrize(
    ("was", "now", "area"),
    [
        ("v=spf1 mx -all", "v=spf1 mx ?all", "SPF is open"),
        ("v=spf1 mx -all", "google-verification=x", "0 SPF records"),
        ('type = "MX"', 'type = "A"', "has no MX"),
        ("p=11qYAYKxCrfVS", "p=;x=", "no DKIM key"),
        ("p=quarantine", "p=none", "DMARC says none"),
        ("[[record]]", "[record", "cannot be read"),
    ],
)
def test_mail_that_nobody_would_believe_is_a_no_go(
    tmp_path: Path, was: str, now: str, area: str
) -> None:
    zone = tmp_path / "zone.toml"
    zone.write_text(ZONE)
    assert all(point.is_go for point in mail.mail(zone, SENDER))
    zone.write_text(ZONE.replace(was, now))
    against = [point for point in mail.mail(zone, SENDER) if not point.is_go]
    assert len(against) == 1
    assert area in against[0].what
    assert against[0].next


def test_an_old_copy_does_not_count(tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    (folder := tmp_path / "backup-20261119T020000Z").mkdir()
    (folder / "manifest.json").write_text("{}")
    assert [point.is_go for point in ground.copies(tmp_path, at)] == [False]
    assert [point.is_go for point in ground.copies(tmp_path, at - timedelta(hours=2))] == [True]
    assert [point.is_go for point in ground.copies(None, at)] == [False]


def test_what_cannot_be_looked_at_is_a_no_go(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> object:
        raise RuntimeError

    monkeypatch.setattr(ground, "disk", broken)
    monkeypatch.setattr(loading, "load_test", lambda *a: iter(()))
    monkeypatch.setattr(loading, "load_site", lambda *a: iter(()))
    points = list(_announce.rehearse(Targets(), at=clock.now()))
    (found,) = [point for point in points if point.area == "disk"]
    assert (found.is_go, "RuntimeError" in found.what) == (False, True)


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (Result(499, 10, 0, "x"), "500 a second"),
        (Result(900, 301, 0, "x"), "300 ms"),
        (Result(900, 10, 1, "x"), "No answer may fail"),
    ],
)
def test_a_load_below_its_target_is_a_no_go(
    ready: Path, tmp_path: Path, result: Result, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(loading, "ask", lambda *a: result)
    monkeypatch.setattr(loading, "_edge", lambda *a: nullcontext(1))
    monkeypatch.setattr(loading, "_by_us", lambda *a: result)
    (point,) = loading.load_test(tmp_path / "s", ready / "packs", [], Targets())
    assert not point.is_go
    assert word in point.next
