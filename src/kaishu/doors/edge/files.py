"""The few files that the pages of the check need: style sheets, the mark, an edition's drawings."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kaishu.core import pack as packs
from kaishu.core import signing
from kaishu.core.errors import Refusal
from kaishu.core.pack import PackMissing
from kaishu.core.signing import Trusted
from kaishu.doors.edge import wording
from kaishu.doors.edge.replies import PICTURE_POLICY, Reply, headers_of

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
_NAMES = (
    "tokens.css",
    "shared.css",
    "owner.css",
    "mark.svg",
    "gate/gate.js",
    "gate/worker.js",
)


@dataclass(frozen=True, slots=True)
class Static:
    """One file in memory, as it is and in gzip."""

    content: str
    body: bytes
    packed: bytes
    tag: str


def read_static() -> dict[str, Static]:
    """Read the files that a page of the check names, by their path."""
    folder = wording.PACKAGE / "base" / "static" / "kaishu"
    return {f"/static/kaishu/{name}": _read(folder / name) for name in _NAMES}


def _read(file: Path) -> Static:
    body = file.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Static(_TYPES[file.suffix], body, gzip.compress(body, 9, mtime=0), tag)


def static(
    known: Mapping[str, Static], path: str, environ: Mapping[str, Any], *, https: bool
) -> Reply | None:
    """Return a style sheet or the mark; a browser that has this very one is told so."""
    if (found := known.get(path)) is None:
        return None
    kept = {"ETag": found.tag, "Vary": "Accept-Encoding"}
    cache = "max-age=600, public"
    if environ.get("HTTP_IF_NONE_MATCH") == found.tag:
        return Reply("304 Not Modified", headers_of(found.content, cache, https=https, **kept), b"")
    body = found.body
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        kept["Content-Encoding"], body = "gzip", found.packed
    return Reply("200 OK", headers_of(found.content, cache, https=https, **kept), body)


def picture(
    folder: Path, digest: str, name: str, *, https: bool, trusted: Trusted | None = None
) -> Reply:
    """Return a drawing of an edition, present or past; raise PackMissing for anything else.

    An edition that no trusted key signed, where keys are given, is not there.
    """
    content = _PICTURES.get(name[name.rfind(".") :], "")
    if not content:
        raise PackMissing(what=name)
    body = packs.open_pack(folder, digest).picture(name).read_bytes()
    if trusted is not None:
        try:
            signing.check(folder / digest, digest, trusted)
        except Refusal:
            raise PackMissing(what=digest[:12]) from None
    found = headers_of(
        content,
        "public, max-age=31536000, immutable",
        https=https,
        Content_Security_Policy=PICTURE_POLICY,
    )
    return Reply("200 OK", found, body)
