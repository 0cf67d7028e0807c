"""Turn a template and its data into a PDF (typst), always with the fonts that we ship.

All texts are data: they reach the template as JSON, so nothing in a name or an address can be
markup. The files are PDF/A-2b: fonts are inside, and a character without a glyph is an error
here, never an empty box on paper. Nothing is read from the network or the machine's fonts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from kaishu.paper.glyphs import FOLDERS

TEMPLATES = Path(__file__).parent / "templates"
ARCHIVE: Literal["a-2b"] = "a-2b"
JAPANESE, CHINESE = "Noto Sans JP", "Noto Sans SC"
# The font of a language first, the other for what it lacks.
FONTS: Mapping[str, tuple[str, str]] = {
    "ja": (JAPANESE, CHINESE),
    "zh-Hans": (CHINESE, JAPANESE),
    "en": (JAPANESE, CHINESE),
}
REGIONS: Mapping[str, tuple[str, str | None]] = {
    "ja": ("ja", "jp"),
    "zh-Hans": ("zh", "cn"),
    "en": ("en", None),
}


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return a template filled with data; `at` is the file's date, so a repeat is the same bytes.

    Raises typst.TypstError where the template is wrong or a character has no glyph.
    """
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=ARCHIVE,
        timestamp=int(at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """Read the fonts once for this process."""
    folders = [str(folder) for folder in FOLDERS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
