"""Build a copy of the public site: pages, drawings, the check's data, the hotline's sheets.

The same editions give the same bytes. Nothing is asked of the database, so nothing about a person
can get in. The folder is written beside its place and then takes it in one rename.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connections
from django.utils import translation

from kaishu.base import language
from kaishu.core import shards
from kaishu.core.canonical import canonical
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.shards import Head
from kaishu.doors.public import receipt_keys, site
from kaishu.doors.public.static_site import data, pages
from kaishu.doors.public.static_site.links import INDEX, SHORT, Links
from kaishu.doors.public.static_site.sheets import sheet_file, sheet_pdf

Advance = Callable[[str, int, int], None]
FORMAT = 1
MANIFEST = "manifest.json"
SCRIPTS = (
    *("page.js", "everything.js", "verify.js", "copy.js", "scan.js"),
    *("engine.js", "rules.js", "codes.js", "shards.js", "tell.js"),
)


class StaticPlaceTaken(Refusal):
    """This folder holds something else and is not replaced."""

    code = "static_place_taken"


class StaticNothing(Refusal):
    """No recall is published here, so there is nothing to copy."""

    code = "static_nothing"


class StaticPersonal(Refusal):
    """A page of the copy asked the database; it could hold something about a person."""

    code = "static_personal"


@dataclass(slots=True)
class Built:
    """What was written: file name -> SHA-256, and how much."""

    folder: Path
    files: dict[str, str] = field(default_factory=dict)
    size: int = 0
    recalls: int = 0
    listed: int = 0

    def add(self, name: str, content: bytes) -> None:
        """Write one file of the copy."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files[name] = hashlib.sha256(content).hexdigest()
        self.size += len(content)


def build(out: Path, *, advance: Advance | None = None) -> Built:
    """Write a copy of the public site into a folder, in place of the copy that was there.

    Raises StaticPlaceTaken, StaticNothing or StaticPersonal; the old copy then stays.
    """
    packs = site.running()
    if not packs:
        raise StaticNothing()
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise StaticPlaceTaken(what=str(out))
    aside = out.with_name(f".{out.name}.{secrets.token_hex(6)}")
    try:
        with no_database():
            built = _write(Built(aside, recalls=len(packs)), packs, advance or _silent)
        _take_place(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    built.folder = out
    return built


@contextmanager
def no_database() -> Iterator[None]:
    """Refuse every question to a database while the copy is made."""

    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise StaticPersonal()

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(refuse))
        yield


def _write(built: Built, packs: list[Pack], advance: Advance) -> Built:
    live = settings.KAISHU_PUBLIC_URL
    links = Links(pages=_paths(packs), live=live)
    total = len(links.pages)
    for code in language.TAGS:
        with translation.override(code):
            for page in pages.pages_in(code, packs):
                html = links.rewrite(pages.render(page, code, live), path=page.path)
                built.add(f"{page.path.lstrip('/')}{INDEX}", html.encode())
                advance("pages", len(built.files), total)
    built.add(INDEX, links.rewrite(pages.front(), path="/").encode())
    _add_sheets(built, packs, advance)
    _add_check(built, packs, advance)
    links.static |= {f"kaishu/offline/{name}" for name in SCRIPTS}
    for name in sorted(links.static):
        built.add(f"static/{name}", _static(name))
    for digest, name in sorted(links.pictures):
        pack = next(each for each in packs if each.ref.digest == digest)
        built.add(f"pictures/{digest[:SHORT]}/{name}", pack.picture(name).read_bytes())
    built.add(MANIFEST, _manifest(built, packs, live))
    return built


def _paths(packs: list[Pack]) -> frozenset[str]:
    """Return the path of every page, in every language."""
    with translation.override("en"):
        paths = [page.path for page in pages.pages_in("en", packs)]
    return frozenset(
        path.replace("/en/", f"/{code}/", 1) for path in paths for code in language.TAGS
    )


def _add_sheets(built: Built, packs: list[Pack], advance: Advance) -> None:
    done, total = 0, len(packs) * len(language.TAGS)
    for pack in packs:
        for code in language.TAGS:
            with translation.override(code):
                built.add(sheet_file(pack.recall.slug, code), sheet_pdf(pack, language.tag()))
            done += 1
            advance("sheets", done, total)


def _add_check(built: Built, packs: list[Pack], advance: Advance) -> None:
    rules = []
    for pack in packs:
        head = shards.head_of(pack) if pack.recall.check.publish_list else None
        rules.append(data.rules_of(pack, head))
        if head is not None:
            _add_list(built, pack, head, advance)
    built.add("data/recalls.json", canonical(rules))
    built.add(
        "data/receipt-keys.json", canonical({k: p.hex() for k, p in receipt_keys.held().items()})
    )
    for tag in language.TAGS.values():
        with translation.override(next(c for c, each in language.TAGS.items() if each == tag)):
            code = translation.get_language()
            built.add(f"data/words-{code}.json", canonical(data.words_of(packs, tag)))


def _add_list(built: Built, pack: Pack, head: Head, advance: Advance) -> None:
    slug = pack.recall.slug

    def tell(done: int, total: int) -> None:
        advance(f"list {slug}", done, total)

    for prefix, content in shards.cut(pack, head, advance=tell):
        built.add(f"data/list/{slug}/{prefix or 'all'}.txt", content)
    built.listed += head.units


def _static(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_bytes()


def _manifest(built: Built, packs: list[Pack], live: str) -> bytes:
    """Return what the copy is of, and the SHA-256 of each of its files."""
    editions = [
        {"recall": p.recall.slug, "edition": p.ref.number, "digest": p.ref.digest} for p in packs
    ]
    said = {"format": FORMAT, "live": live, "editions": editions, "files": built.files}
    return canonical(said) + b"\n"


def _take_place(aside: Path, out: Path) -> None:
    """Put the new folder in place; between two renames there is no copy for an instant."""
    old = aside.with_name(f"{aside.name}.old")
    if out.exists():
        out.rename(old)
    aside.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _silent(what: str, done: int, total: int) -> None:
    """Ignore progress."""
