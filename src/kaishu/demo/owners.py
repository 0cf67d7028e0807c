"""Invented owners and the photos they send. Nobody here exists."""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from PIL import Image, ImageDraw

from kaishu.base.storage import evidence_store
from kaishu.claims.facts import EvidenceRef
from kaishu.evidence.check import Checked, check_upload
from kaishu.people.contact import Contact

_NAMES = {
    "ja": ("佐藤 花子", "鈴木 一郎", "高橋 美咲", "田中 健", "渡辺 さくら", "𠮷田 誠", "中村 葵"),
    "zh-Hans": ("王芳", "李伟", "张静", "刘洋", "陈杰", "杨敏", "阿卜杜拉·买买提"),
    "en": ("Alex Morgan", "Priya Nair", "Sam O’Neill", "Maria Silva", "Noor Haddad"),
}
_ADDRESSES = {
    "ja": (("100-0001", "東京都千代田区千代田1-1"), ("530-0001", "大阪府大阪市北区梅田3-1-1")),
    "zh-Hans": (("410000", "湖南省长沙市岳麓区某某路100号"), ("200000", "上海市浦东新区某某路8号")),
    "en": (("150-0001", "1-2-3 Jingumae, Shibuya-ku, Tokyo"), ("518000", "8 Keji Rd, Shenzhen")),
}


def contact(language: str, number: int, *, mail: bool = True) -> Contact:
    """Return the contact details of the number-th invented owner of a language."""
    names, addresses = _NAMES[language], _ADDRESSES[language]
    postcode, address = addresses[number % len(addresses)]
    return Contact(
        name=names[number % len(names)],
        email=f"owner{number}@example.com" if mail else "",
        phone=f"090-0000-{number:04d}",
        postcode=postcode,
        address=address,
    )


def photo(kind: str, shown: str = "") -> EvidenceRef:
    """Store a photo as an upload would be stored, and return what a claim keeps of it.

    `shown` is the serial or order number on it, so that no two owners send the very same file.
    """
    known = _ahead.get((kind, shown))
    checked = known.result() if known else _checked(kind, shown)
    return EvidenceRef(
        kind=kind,
        name=evidence_store().put(checked.safe_bytes),
        sha256=checked.sha256,
        media_type="image/jpeg",
        size=len(checked.safe_bytes),
    )


def take_ahead(wanted: Iterable[tuple[str, str]]) -> None:
    """Have photos taken and checked meanwhile: each is a process of its own that we wait for."""
    one_after_another = ThreadPoolExecutor(1, "photos")
    for kind, shown in wanted:
        _ahead[kind, shown] = one_after_another.submit(_checked, kind, shown)
    one_after_another.shutdown(wait=False)


_ahead: dict[tuple[str, str], Future[Checked]] = {}


@cache
def _checked(kind: str, shown: str) -> Checked:
    picture = Image.new("RGB", (900, 640), "#F5F6F8")
    draw = ImageDraw.Draw(picture)
    lines = {
        "serial_photo": ["Model: (demo)", f"SN: {shown}", "Li-ion 10000 mAh"],
        "proof": [f"ORDER {shown}", "Date 2024-03-18", "Power bank x 1", "Total 99.00"],
    }[kind]
    draw.rounded_rectangle((60, 60, 840, 580), 28, fill="white", outline="#16181D", width=4)
    for number, line in enumerate(lines):
        draw.text((110, 120 + 90 * number), line, fill="#16181D", font_size=52)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return check_upload(data.getvalue(), declared_name=f"{kind}.jpg")
