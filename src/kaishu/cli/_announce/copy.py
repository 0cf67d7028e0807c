"""The static copy: built for real, aside, and each of its pages read for a telephone number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kaishu.cli._announce.values import Point, go, no_go
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.doors.public.static_site.build import build

LANGUAGE_FOLDERS = ("ja", "zh-hans", "en")


def static_copy(place: Path, found: list[Pack]) -> Iterator[Point]:
    """Build the copy and look at its pages."""
    try:
        built = build(place)
    except Refusal as refusal:
        yield no_go("copy", str(refusal), "kaishu static build says more.")
        return
    yield go("copy", f"{len(built.files):,} files, {built.size / 1e6:.1f} MB")
    for pack in found:
        yield from _pages(place, pack)


def _pages(place: Path, pack: Pack) -> Iterator[Point]:
    slug, phone = pack.recall.slug, pack.recall.phone
    pages = [
        page for code in LANGUAGE_FOLDERS for page in (place / code / "r" / slug).rglob("*.html")
    ]
    silent = [page for page in pages if phone not in page.read_text("utf-8")]
    notices = [code for code in LANGUAGE_FOLDERS if (place / code / "r" / slug / "notice").exists()]
    if silent or not pages:
        said = f"{slug}: {len(silent)} of {len(pages)} pages name no telephone"
        yield no_go("telephone", said, "Report it: " + ", ".join(p.name for p in silent[:3]))
    else:
        yield go("telephone", f"{slug}: {phone} on {len(pages)} pages")
    if len(notices) < len(LANGUAGE_FOLDERS):
        yield no_go(
            "notice", f"{slug}: {len(notices)} of 3 languages", "Fill the recall's texts in."
        )
    else:
        yield go("notice", f"{slug}: drafted in three languages")
