"""Turn the addresses of a rendered page into ones that work in a folder of files, anywhere.

An address of a page that is in the copy becomes a relative one. Any other address of ours leads to
the live site: claims, tracking and reports of danger need it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote

_ADDRESS = re.compile(r'(?P<what>\b(?:href|src|action)=")(?P<path>/(?!/)[^"]*)"')
_SEVERAL = re.compile(r"/[^/]+/r/[^/]+/check/several/")
_STATIC, _PICTURES, _SHEETS = "/static/", "/pictures/", "/sheets/"
INDEX = "index.html"
SHORT = 16  # hexadecimal digits of an edition's digest in the path of its drawings


@dataclass(slots=True)
class Links:
    """Rewrites pages; remembers which static files and drawings they need.

    `pages` are the paths of the copy's own pages ("/ja/", "/ja/r/kumo/"); `live` is the address
    of the site that this is a copy of, without a slash at its end.
    """

    pages: Collection[str]
    live: str
    static: set[str] = field(default_factory=set)
    pictures: set[tuple[str, str]] = field(default_factory=set)

    def rewrite(self, html: str, *, path: str) -> str:
        """Return a page of the copy with every address of ours made to fit."""
        return _ADDRESS.sub(lambda found: f'{found["what"]}{self._fit(found["path"], path)}"', html)

    def _fit(self, address: str, page: str) -> str:
        bare, mark, rest = _cut(address)
        if bare.startswith(_STATIC):
            self.static.add(bare.removeprefix(_STATIC))
            return relative(bare, page)
        if bare.startswith(_PICTURES):
            digest, name = bare.removeprefix(_PICTURES).split("/", 1)
            self.pictures.add((digest, unquote(name)))
            return relative(f"{_PICTURES}{digest[:SHORT]}/{name}", page)
        if bare.startswith(_SHEETS):
            return relative(bare, page)
        if bare == "/":
            bare = f"/{page.split('/')[1]}/"
        if _SEVERAL.fullmatch(bare):  # the copy has one such page, for all recalls
            bare, mark, rest = f"/{page.split('/')[1]}/check/several/", "", ""
        if bare in self.pages:
            return f"{relative(f'{bare}{INDEX}', page)}{mark}{rest}"
        return f"{self.live}{address}"


def relative(target: str, page: str) -> str:
    """Return the way from a page (a path that ends in a slash) to a file of the copy."""
    return posixpath.relpath(target, page)


def _cut(address: str) -> tuple[str, str, str]:
    """Return the path of an address, and what follows it with its mark."""
    for place, character in enumerate(address):
        if character in "?#":
            return address[:place], character, address[place + 1 :]
    return address, "", ""
