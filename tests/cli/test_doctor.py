"""Each planted fault is named by the doctor, with its code; a healthy house has none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from kaishu.base.keeping import tables
from kaishu.base.models import Job
from kaishu.base.storage import evidence_store
from kaishu.books.models import Entry, Unit
from kaishu.claims.models import Evidence
from kaishu.cli._doctor import examine, graphs, machine
from kaishu.cli.doctor import doctor
from kaishu.core.pack import INDEX
from kaishu.notices.models import Message
from kaishu.payouts.models import Instruction
from tests.books.test_audit import damage
from tests.keeping.kept import filled

LONG_AGO = timedelta(days=2)
NOT_PRODUCTION = {"not_production"}


def photo(data_dir: Path) -> Path:
    """Return where the only photo lies."""
    name = Evidence.objects.get(kind="label").name
    return data_dir / "evidence" / name[:2] / name[2:4] / name


def job(**fields: object) -> None:
    Job.objects.create(kind="x", key="k", by="b", **fields)


FAULTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a photo deleted": ("file_missing", lambda data: photo(data).unlink()),
    "a photo damaged": ("file_damaged", lambda data: photo(data).write_bytes(b"x" * 99)),
    "another photo under its name": (
        "file_altered",
        lambda data: evidence_store().put_sealed(photo(data).name, other(photo(data).name)),
    ),
    "a pack deleted": ("pack_missing", lambda data: shutil.rmtree(pack(data))),
    "a pack damaged": ("pack_damaged", lambda data: (pack(data) / INDEX).write_bytes(b"x")),
    "a pointer lost": (
        "edition_not_answering",
        lambda data: (
            [place.unlink() for place in (data / "packs").glob("*") if place.is_file()]
            or shutil.rmtree(data / "packs" / "current")
        ),
    ),
    "an entry altered": (
        "entry_altered",
        lambda _: damage(
            f"UPDATE books_entry SET reason = 'other' WHERE id = {Entry.objects.first().pk}"
        ),  # type: ignore[union-attr]
    ),
    "a unit moved by hand": (
        "unit_misplaced",
        lambda _: Unit.objects.filter(account="owner").update(account="gone"),
    ),
    "an entry from the future": (
        "clock_behind",
        lambda _: damage("UPDATE books_entry SET recorded_at = '2999-01-01 00:00:00+00:00'"),
    ),
    "a job whose worker died": (
        "job_stuck",
        lambda _: job(
            started_at=timezone.now() - LONG_AGO,
            lease_until=timezone.now() - LONG_AGO,
            state="running",
        ),
    ),
    "a job that nobody takes": ("job_waits", lambda _: job(started_at=timezone.now() - LONG_AGO)),
    "a job that broke": (
        "job_broken",
        lambda _: job(
            started_at=timezone.now(),
            finished_at=timezone.now(),
            state="done",
            reason="broken",
        ),
    ),
    "mail that waits": ("mail_waits", lambda _: mail(state="queued")),
    "mail that was given up": (
        "mail_failed",
        lambda _: mail(state="given_up", failed_at=timezone.now()),
    ),
    "a payment nobody answered for": (
        "payout_unknown",
        lambda _: damage(
            "UPDATE payouts_instruction SET state = 'unknown'", apps=("payouts", "books")
        ),
    ),
}


def other(name: str) -> bytes:
    from kaishu.base.storage import sealed_for

    return sealed_for(name, b"another photo")


def pack(data: Path) -> Path:
    return next(place for place in (data / "packs").iterdir() if len(place.name) == 64)


def mail(**fields: object) -> None:
    Message.objects.update(queued_at=timezone.now() - LONG_AGO, **fields)


@pytest.fixture
def house(db: None, data_dir: Path) -> Path:
    """Give the data folder of a healthy installation."""
    filled(data_dir / "packs")
    Message.objects.update(state="queued", queued_at=timezone.now(), failed_at=None)
    return data_dir


def codes() -> set[str]:
    return {trouble.code for trouble in examine()} - NOT_PRODUCTION


def test_a_healthy_house_has_no_trouble(house: Path) -> None:
    assert codes() == set()
    assert Instruction.objects.count() == 1
    said = CliRunner().invoke(doctor, ["--json"])
    assert (said.exit_code, json.loads(said.stdout)["code"]) == (0, "not_production")
    assert CliRunner().invoke(doctor, ["--strict"]).exit_code == 1


@pytest.mark.parametrize("what", FAULTS)
def test_the_doctor_names_a_planted_fault(house: Path, what: str) -> None:
    code, plant = FAULTS[what]
    plant(house)
    found = {trouble.code: trouble for trouble in examine()}
    assert code in found
    assert found[code].where


def test_an_orphan_is_named_once_its_time_is_up(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence_store().put(b"nobody wants me")
    assert codes() == set()
    later = timezone.now() + timedelta(days=40)
    monkeypatch.setattr("kaishu.cli._doctor.clock.now", lambda: later)
    assert "file_orphaned" in codes()


def test_a_missing_guard_a_waiting_migration_and_a_full_disk_are_named(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.check_constraints()  # PostgreSQL alters no table that still waits for a check
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER books_entry_no_delete")
        else:
            cursor.execute("ALTER TABLE books_entry DISABLE TRIGGER books_entry_no_change")
    monkeypatch.setattr(tables, "pending", lambda: ["books.0099_more"])
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)
    monkeypatch.setattr(machine, "LITTLE_FREE", 10**18)
    wanted = {"guard_missing" if connection.vendor == "sqlite" else "guard_off"}
    assert codes() >= wanted | {"migration_pending", "disk_full"}


def test_an_unsafe_setting_is_wrong_and_the_exit_code_says_so(
    house: Path, settings: Settings
) -> None:
    settings.KAISHU_MODE = "production"
    said = CliRunner().invoke(doctor, ["--quick"])
    assert said.exit_code == 1
    assert "[setting_unsafe] kaishu.E003" in said.stdout


def test_what_cannot_be_looked_at_hides_nothing_else(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(Evidence.objects, "filter", broken)
    (house / "evidence").exists()
    Unit.objects.filter(account="owner").update(account="gone")
    found = list(examine())
    assert {"cannot_look", "unit_misplaced"} <= {trouble.code for trouble in found}
    assert "secret words" not in " ".join(map(str, found))


def test_a_machine_without_the_compiler_of_traces_is_told(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_DISABLE_JIT")
    monkeypatch.setitem(sys.modules, "numba", None)
    troubles = list(graphs.whole(timezone.now(), lambda *_: None))
    assert [each.code for each in troubles] == ["traces_slow"]
