"""The copy of the site: whole, the same each time, without a database and without a person."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from pytest_django import Settings

from kaishu.base import language
from kaishu.cli.static import static
from kaishu.core.recall import CheckTerms, Effect
from kaishu.doors.public import views_genuine
from kaishu.doors.public.static_site import build as building
from kaishu.doors.public.static_site.build import build
from tests.doors import kumo

_ADDRESS = re.compile(r'\b(?:href|src|action)="([^"]*)"')
LIVE = "https://recall.example"


@pytest.fixture
def two_recalls(data_dir: Path, settings: Settings) -> None:
    """Publish one recall that permits copies of its list and one that does not."""
    settings.KAISHU_PUBLIC_URL = LIVE
    kumo.write_pack(data_dir, replace(kumo.recall(), check=CheckTerms(publish_list=True)))
    kumo.write_pack(data_dir, kumo.abroad())


@pytest.mark.usefixtures("two_recalls")
def test_every_link_leads_to_a_file_of_the_copy_or_to_the_live_site(tmp_path: Path) -> None:
    built = build(tmp_path / "copy")
    pages = [name for name in built.files if name.endswith(".html")]
    assert len(pages) == 1 + 3 * (8 + 2 * 5)
    for name in pages:
        here = built.folder / name
        for address in _ADDRESS.findall(here.read_text()):
            if address.startswith((f"{LIVE}/", "https://", "http://", "tel:", "#")) or not address:
                continue
            target = (here.parent / address.partition("?")[0].partition("#")[0]).resolve()
            assert target.is_relative_to(built.folder.resolve()), (name, address)
            assert target.is_file(), (name, address)


@pytest.mark.usefixtures("two_recalls")
def test_the_same_editions_give_the_same_bytes_and_take_the_old_place(tmp_path: Path) -> None:
    one, again = build(tmp_path / "copy").files, build(tmp_path / "copy").files
    assert one == again
    assert [each.name for each in tmp_path.iterdir() if each.name != "data"] == ["copy"]
    said = json.loads((tmp_path / "copy" / "manifest.json").read_bytes())
    for name, digest in said["files"].items():
        content = (tmp_path / "copy" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name


@pytest.mark.usefixtures("two_recalls")
def test_only_a_list_that_may_be_published_is_in_the_copy(tmp_path: Path) -> None:
    built = build(tmp_path / "copy")
    lists = {name.split("/")[2] for name in built.files if name.startswith("data/list/")}
    assert lists == {kumo.SLUG}
    everything = b"".join((built.folder / name).read_bytes() for name in built.files)
    assert kumo.ABROAD.encode() not in everything
    assert kumo.LISTED.encode() not in everything


@pytest.mark.usefixtures("two_recalls")
def test_a_page_that_asks_the_database_stops_the_copy(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build(tmp_path / "copy").files

    def curious(packs: object) -> dict[str, object]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {}

    monkeypatch.setattr(views_genuine, "genuine_context", curious)
    with pytest.raises(building.StaticPersonal):
        build(tmp_path / "copy")
    assert (tmp_path / "copy" / "manifest.json").is_file()
    assert len(built) == len(json.loads((tmp_path / "copy/manifest.json").read_text())["files"]) + 1


WHY = {"ja": "電池が熱くなります。", "zh-Hans": "电池会发热。", "en": "Its cells get hot."}


def test_what_a_rule_says_stands_in_words_and_sheets_but_not_of_safe_units(
    tmp_path: Path, data_dir: Path
) -> None:
    what = kumo.recall()
    first, *rest = what.rules
    safe = replace(rest[0], effect=Effect.EXCLUDE, why={tag: f"Safe {tag}" for tag in WHY})
    told = (replace(first, why=WHY), safe, *rest[1:])
    kumo.write_pack(data_dir, replace(what, rules=told))
    built = build(tmp_path / "copy")
    for code, tag in language.TAGS.items():
        for page in (f"{code}/check", f"{code}/r/{kumo.SLUG}/sheet"):
            html = (built.folder / page / "index.html").read_text()
            assert WHY[tag] in html
            assert "Safe " not in html


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, data_dir: Path) -> None:
    with pytest.raises(building.StaticNothing):
        build(tmp_path / "copy")
    kumo.write_pack(data_dir)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "letters.txt").write_text("mine")
    with pytest.raises(building.StaticPlaceTaken):
        build(tmp_path / "copy")
    assert (tmp_path / "copy" / "letters.txt").read_text() == "mine"


@pytest.mark.usefixtures("two_recalls")
def test_kaishu_static_build_says_what_it_wrote(tmp_path: Path) -> None:
    words = ["build", "--out", str(tmp_path / "copy"), "--no-progress"]
    done = CliRunner().invoke(static, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "2 recalls, 2 listed serials as hashes" in done.output
    assert (tmp_path / "copy" / "sheets" / f"{kumo.SLUG}-ja.pdf").read_bytes()[:5] == b"%PDF-"
