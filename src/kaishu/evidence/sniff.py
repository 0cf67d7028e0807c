"""Name a file's kind by its first bytes. Looks at bytes only; nothing is decoded here."""

from __future__ import annotations

from pathlib import PurePath

HEAD_BYTES = 64  # enough for every kind, and for a list of HEIF brands
EXTENSIONS = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "png": "png",
    "webp": "webp",
    "heic": "heic",
    "heif": "heic",
    "hif": "heic",
    "pdf": "pdf",
}
# ISO/IEC 23008-12, annex B: brands of HEVC-coded stills; `mif1` alone may also be AVIF.
HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
STILL_BRANDS = frozenset({b"mif1", b"msf1"})


def kind_by_content(head: bytes) -> str | None:
    """Return jpeg, png, webp, heic or pdf, or None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    return "heic" if _is_heic(head) else None


def kind_by_name(name: str) -> str | None:
    """Return the kind that a file's name claims, or None."""
    return EXTENSIONS.get(PurePath(name).suffix.lower().lstrip("."))


def _is_heic(head: bytes) -> bool:
    if head[4:8] != b"ftyp":
        return False
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[place : place + 4] for place in (8, *range(16, size - 3, 4))}
    main = head[8:12]
    return main in HEVC_BRANDS or (main in STILL_BRANDS and bool(brands & HEVC_BRANDS))
