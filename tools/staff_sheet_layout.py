"""Lay screenshots out on sheets: a few pages each, large enough to read."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tools.staff_routes import Found

STYLE = """body { font: 15px/1.4 system-ui; margin: 24px; background: #e8eaed; color: #16181d; }
h1 { font-size: 22px; margin: 0 0 16px; } h1 small { font-weight: 400; color: #555b66; }
main { display: grid; gap: 20px; align-items: start; }
figure { margin: 0; } figcaption { padding: 0 0 6px; overflow-wrap: anywhere; }
figcaption small { color: #555b66; }
.frame { overflow: hidden; background: #fff; border: 1px solid #9aa1ad; border-radius: 6px; }
img { width: 100%; display: block; }"""
# How wide a picture stands on its sheet, how many beside each other, on one sheet, how tall.
WIDE = (760, 2, 4, 1000)
NARROW = (360, 5, 5, 1500)


def lay_out(browser: Browser, shots: Path, pages: list[Found]) -> Iterator[Path]:
    """Write the sheets of one set next to its folder; yields their paths."""
    pictures = sorted(shots.glob("*.png"))
    size, beside, each, tall = NARROW if shots.name.endswith("390") else WIDE
    for stale in shots.parent.glob(f"sheet-{shots.name}-*.png"):
        stale.unlink()
    tab = browser.new_page(viewport={"width": size * beside + 20 * beside + 40, "height": 600})
    for start in range(0, len(pictures), each):
        chosen = pictures[start : start + each]
        number = start // each + 1
        draft = shots / f"sheet-{number:02}.html"
        title = f"{shots.name} <small>{number} / {-(-len(pictures) // each)}</small>"
        draft.write_text(_sheet(title, chosen, pages, size, beside, tall), encoding="utf-8")
        tab.goto(draft.as_uri())
        path = shots.parent / f"sheet-{shots.name}-{number:02}.png"
        tab.screenshot(path=path, full_page=True)
        draft.unlink()
        yield path
    tab.close()


def _sheet(
    title: str, chosen: list[Path], pages: list[Found], size: int, beside: int, tall: int
) -> str:
    figures = "\n".join(_figure(path, pages[int(path.stem)]) for path in chosen)
    grid = f"main {{ grid-template-columns: repeat({beside}, {size}px); }}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<style>{STYLE} {grid} .frame {{ max-height: {tall}px; }}</style>"
        f"<h1>{title}</h1><main>{figures}</main>"
    )


def _figure(path: Path, page: Found) -> str:
    label = html.escape(page.address)
    return (
        f"<figure><figcaption><b>{path.stem}</b> {label} <small>{page.account}</small>"
        f'</figcaption><div class="frame"><img alt="" src="{path.name}"></div></figure>'
    )
