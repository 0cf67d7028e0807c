"""The go / no-go page: on the terminal, and as a file to print and sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from kaishu.cli._announce.values import Point
from kaishu.paper.report import Block, Grid, Item, Paper, report_pdf

SIGNS = ("Recall manager", "Hotline", "Systems")
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; color: #16181d }
h1 { font-size: 2em; margin: 0 } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: 4px 8px; border-bottom: 1px solid #d9dde3 }
.no { font-weight: 700 } .next { color: #555b66 } .sign td { height: 3em }
"""


def verdict(points: Sequence[Point]) -> str:
    """Return the one line that decides."""
    against = sum(not point.is_go for point in points)
    return "GO" if points and not against else f"NO GO: {against} of {len(points)} points"


def page_bytes(points: Sequence[Point], *, at: datetime, site: str, name: str) -> bytes:
    """Return the page as the file's name asks for it: PDF, else HTML."""
    if name.lower().endswith(".pdf"):
        return pdf_page(points, at=at, site=site)
    return html_page(points, at=at, site=site).encode()


def pdf_page(points: Sequence[Point], *, at: datetime, site: str) -> bytes:
    """Return the page on paper, with lines to sign on; the points that say no come first."""
    parts = (
        ("No go", [point for point in points if not point.is_go]),
        ("Go", [point for point in points if point.is_go]),
    )
    signs = Grid(
        heads=("Name", "Signature", "Time"),
        numbers=(False, False, False),
        rows=tuple((who, " ", " ", " ") for who in SIGNS),
    )
    paper = Paper(
        language="en",
        title="Rehearsal of the announcement",
        to=site,
        about=f"{at:%Y-%m-%d %H:%M} UTC",
        marks=(verdict(points),),
        head=(("Verdict", verdict(points)), ("Points", str(len(points)))),
        footer=f"{site} · {verdict(points)}",
        blocks=(
            *(
                Block(title=title, items=tuple(_item(point) for point in found))
                for title, found in parts
                if found
            ),
            Block(title="Signed", items=(Item(label="", mark="", grid=signs),)),
        ),
    )
    return report_pdf(paper, at=at)


def _item(point: Point) -> Item:
    lines = (point.what, *([f"→ {point.next}"] if point.next else []))
    return Item(label=point.area, mark="", lines=lines)


def html_page(points: Sequence[Point], *, at: datetime, site: str) -> str:
    """Return the page as a file that stands alone; the points that say no come first."""
    rows = "\n".join(
        f'<tr><td class="{"go" if p.is_go else "no"}">{"✓ go" if p.is_go else "✗ no go"}</td>'
        f"<td>{escape(p.area)}</td><td>{escape(p.what)}"
        f"{f'<div class=next>{escape(p.next)}</div>' if p.next else ''}</td></tr>"
        for p in sorted(points, key=lambda point: point.is_go)
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Rehearsal of the announcement</title><style>{STYLE}</style></head>\n<body>"
        f"<h1>{escape(verdict(points))}</h1>\n<p>Rehearsal of the announcement · {escape(site)} · "
        f"{at:%Y-%m-%d %H:%M} UTC</p>\n<table><thead><tr><th>Verdict</th><th>Area</th>"
        f"<th>What was found</th></tr></thead><tbody>\n{rows}\n</tbody></table>\n"
        f'<table class="sign"><tbody><tr>{"".join(f"<td>{who}</td>" for who in SIGNS)}</tr></tbody>'
        "</table>\n</body></html>\n"
    )
