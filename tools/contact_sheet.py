"""Lay all screenshots of shots/ out on one page a language, for a look over the whole.

python tools/contact_sheet.py       after `make shots`; writes shots/sheet-<language>.html
"""

from __future__ import annotations

import html
import re
from pathlib import Path

SHOTS = Path(__file__).resolve().parent.parent / "shots"
LANGUAGES = {"ja": r"(^|-)ja(-|$)", "zh": r"(^|-)zh(-hans|-cn)?(-|$)", "en": r"(^|-)en(-|$)"}
STYLE = """body { font: 14px system-ui; margin: 16px; background: #e8eaed; }
main { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
figure { margin: 0; width: 300px; } figcaption { overflow-wrap: anywhere; padding: 4px 0; }
.frame { height: 640px; overflow: auto; background: #fff; border: 1px solid #9aa1ad; }
img { width: 100%; display: block; }"""


def language_of(name: str) -> str:
    """Return the language that a screenshot's name carries, or "other"."""
    for language, pattern in LANGUAGES.items():
        if re.search(pattern, name.lower()):
            return language
    return "other"


def sheet(language: str, names: list[str]) -> str:
    """Return the page of one language; each picture opens whole."""
    figures = "\n".join(
        f'<figure><figcaption>{name}</figcaption><div class="frame">'
        f'<a href="{name}.png"><img loading="lazy" alt="" src="{name}.png"></a></div></figure>'
        for name in map(html.escape, names)
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Shots: {language}</title>'
        f"<style>{STYLE}</style><h1>{language}: {len(names)} shots</h1><main>\n{figures}\n</main>\n"
    )


def write(folder: Path) -> list[Path]:
    """Write one sheet for each language that has screenshots; returns their paths."""
    found: dict[str, list[str]] = {}
    for shot in sorted(folder.glob("*.png")):
        found.setdefault(language_of(shot.stem), []).append(shot.stem)
    written = []
    for language, names in sorted(found.items()):
        path = folder / f"sheet-{language}.html"
        path.write_text(sheet(language, names), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for path in write(SHOTS):
        print(path)
