"""The commands that keep an installation: their words, their exit codes, their refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result
from django.utils import timezone
from pytest_django import Settings

from kaishu.base.keeping import restore
from kaishu.base.keeping.errors import ArchiveMissing
from kaishu.cli import main
from kaishu.cli._keeping import put_back
from kaishu.core.errors import Refusal
from kaishu.notices.models import Message
from tests.keeping.kept import filled, sums, wipe


def run(*words: str, **how: str) -> Result:
    """Run one command line."""
    return CliRunner().invoke(main.kaishu, words, **how)  # type: ignore[arg-type]  # input=


def test_backup_verify_wipe_restore_and_the_doctor_is_content(
    fresh_db: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(data_dir / "packs")
    Message.objects.update(queued_at=timezone.now())
    before, keys = sums(), tmp_path / "key.txt"
    identity = pyrage.x25519.Identity.generate()
    keys.write_text(f"# made today\n{identity}\n")
    monkeypatch.setenv("KAISHU_BACKUP_RECIPIENTS", str(identity.to_public()))
    made = run("backup", str(tmp_path / "b"), "--json")
    assert made.exit_code == 0, made.output
    said = json.loads(made.stdout)
    assert (said["rows"] > 50, said["files"] > 5) == (True, True)
    checked = run("backup", "verify", str(tmp_path / "b"), "--identity", str(keys))
    assert checked.exit_code == 0
    assert "opened and checked, all whole" in checked.stdout
    alive = run("restore", str(tmp_path / "b"), "--identity", str(keys))
    assert isinstance(alive.exception, Refusal)
    assert alive.exception.code == "installation_alive"
    wrong = run(
        "restore", str(tmp_path / "b"), "--identity", str(keys), "--overwrite", input="yes\n"
    )
    assert wrong.exit_code == 1
    assert "Nothing was changed" in wrong.output
    assert sums() == before
    wipe()
    shutil.rmtree(data_dir)
    back = run("restore", str(tmp_path / "b"), "--identity", str(keys))
    assert sums() == before
    assert "1 findings, 0 of them wrong." in back.stdout  # a test is not production
    assert back.exit_code == 0, back.output


def test_an_empty_machine_gets_its_folder_before_its_database_is_opened(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "not" / "there"
    seen = []

    def opens(kept: object) -> None:
        seen.append(settings.KAISHU_DATA_DIR.is_dir())
        raise ArchiveMissing()  # it has looked far enough

    monkeypatch.setattr(restore, "refuse_unfit", opens)
    with pytest.raises(ArchiveMissing):
        put_back(None, overwrite=False, word=None, hidden=True)  # type: ignore[arg-type]
    assert seen == [True]


def test_a_damaged_backup_is_named_with_exit_code_1(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    made = json.loads(run("backup", str(tmp_path), "--in-the-clear", "--json").stdout)
    (Path(made["folder"]) / "database").write_bytes(b"")
    checked = run("backup", "verify", str(tmp_path), "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["wrong"] == ["database"]


def test_keep_deletes_the_oldest_and_never_the_last(fresh_db: str, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        old = tmp_path / f"backup-2020010{day}T000000Z"
        old.mkdir()
        (old / "manifest.json").write_text("{}")
    made = json.loads(
        run("backup", str(tmp_path), "--in-the-clear", "--keep", "2", "--json").stdout
    )
    assert made["deleted"] == 2
    left = sorted(path.name for path in tmp_path.glob("backup*"))
    assert left == ["backup-20200103T000000Z", Path(made["folder"]).name]


def test_without_a_recipient_nothing_is_written(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAISHU_BACKUP_RECIPIENTS", raising=False)
    refused = run("backup", str(tmp_path))
    assert isinstance(refused.exception, Refusal)
    assert refused.exception.code == "archive_no_recipient"
    assert list(tmp_path.glob("backup*")) == []


def test_config_check_names_default_secrets_and_debug_in_production(
    settings: object, db: None
) -> None:
    assert run("config", "check").exit_code == 0
    settings.KAISHU_MODE = "production"  # type: ignore[attr-defined]  # pytest-django's own
    settings.DEBUG = True  # type: ignore[attr-defined]
    unsafe = run("config", "check", "--json")
    assert unsafe.exit_code == 1
    found = {json.loads(line)["what"] for line in unsafe.stdout.splitlines()}
    assert {
        "KAISHU_SECRET_KEY is the default or too short.",
        "KAISHU_FIELD_KEY is a key that anybody knows.",
        "DEBUG is on.",
    } <= found
