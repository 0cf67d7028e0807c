"""The documentation builds as a site, leads everywhere, and asks no other host for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.architecture.source import ROOT

DOCS = ROOT / "docs"
BESIDE = {"reference/context.md", "reference/changelog.md"}  # tools/docs_site.py adds them
LOADS = {"src", "srcset", "data", "poster", "action"}
LOADING_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "manifest"}
MOST_PICTURES = 1_500_000
EMPHASIS = {  # bold, and not on a page
    "GO",
    "NO GO",
    "A parameter that we do not know is refused with 400",
    "Publish the recall",
}


class Seen(HTMLParser):
    """What one page loads, where it leads, and the anchors that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.leads: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        self.loads |= {said[name] for name in LOADS if name in said}
        if tag == "a":
            self.leads.add(said.get("href", ""))
        elif tag == "link" and set(said.get("rel", "").split()) & LOADING_LINKS:
            self.loads.add(said.get("href", ""))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once, as `make docs` does."""
    to = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [Path(sys.executable).parent / "mkdocs", "build", "--strict", "--site-dir", to],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return to


def named(nav: object) -> list[str]:
    """Return every page that the navigation names."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    assert not isinstance(parts, int)
    return [page for part in parts for page in named(part)]  # type: ignore[attr-defined]


def test_every_page_is_in_the_navigation_once_and_every_name_is_a_page() -> None:
    nav = named(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"])
    assert len(nav) == len(set(nav))
    decided = (DOCS / "adr" / "index.md").read_text("utf-8")
    assert all(f"({each.name})" in decided for each in (DOCS / "adr").glob("0*.md"))
    assert set(nav) == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} | BESIDE


def test_pages_load_nothing_from_elsewhere_and_their_links_arrive(built: Path) -> None:
    pages = {page: Seen(page) for page in built.rglob("*.html")}
    assert len(pages) > 60
    wrong = []
    for page, seen in pages.items():
        wrong += [f"{page.name} loads {each}" for each in seen.loads if urlsplit(each).netloc]
        for lead in seen.leads:
            parts = urlsplit(lead)
            if parts.scheme or parts.netloc or page.name == "404.html":
                continue
            to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            to = to / "index.html" if to.is_dir() else to
            anchor = unquote(parts.fragment)
            if not to.is_file() or (anchor and to in pages and anchor not in pages[to].anchors):
                wrong.append(f"{page.relative_to(built)} leads to {lead}")
    assert wrong == []


def test_style_sheets_load_nothing_from_elsewhere(built: Path) -> None:
    for sheet in built.rglob("*.css"):
        loads = re.findall(r"(?:url\(|@import )['\"]?(https?:|//)", sheet.read_text("utf-8"))
        assert loads == [], sheet


def test_links_of_pages_beside_the_site_arrive() -> None:
    for name in ("README.md", "CHANGELOG.md", "CONTEXT.md"):
        for lead in re.findall(r"\]\(([^)#\s]+)", (ROOT / name).read_text("utf-8")):
            assert lead.startswith("https://") or (ROOT / lead).exists(), f"{name}: {lead}"


def test_what_the_how_tos_press_is_written_so_on_the_pages() -> None:
    """Bold words with a capital are buttons, links and headings, in the words of the pages."""
    parts = (ROOT / "src/kaishu/base/locale/parts").glob("*.toml")
    said = {
        message["msgid"].lstrip("123. ")  # numbered steps of a page
        for part in parts
        for message in tomllib.loads(part.read_text("utf-8")).get("message", [])
    }
    wrong = set()
    for page in (DOCS / "howto").glob("*.md"):
        words = re.sub(r"```.*?```|\n\s+", " ", page.read_text("utf-8"), flags=re.S)
        for bold in re.findall(r"\*\*(.+?)\*\*", words):
            pressed = {each.rstrip(".:") for each in bold.split(" → ") if each[0].isupper()}
            wrong |= {f"{page.name}: {each}" for each in pressed - said - EMPHASIS}
    assert wrong == set()


def test_pictures_stay_small() -> None:
    assert sum(each.stat().st_size for each in (DOCS / "pictures").iterdir()) < MOST_PICTURES
