"""The hotline's sheet: questions, rules and answers of one recall, for when the system is down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kaishu.paper import typeset
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


def operator_sheet_pdf(
    sheet: Mapping[str, Any], labels: Mapping[str, str], *, at: datetime
) -> bytes:
    """Return a sheet as a PDF; `labels` are its headings in the sheet's language."""
    tag = sheet["language"]
    data = {
        "lang": REGIONS[tag][0],
        "fonts": list(FONTS[tag]),
        "mono": list(FONTS["en"]),
        "labels": _printable(labels),
        "sheet": _printable(sheet),
    }
    return typeset.pdf("operator_sheet", data, at=at)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value).text
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list) else value
