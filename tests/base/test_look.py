"""The colours: every pair that carries text is readable, in both moods and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parents[2] / "src/kaishu/base/static/kaishu"
TOKENS = (STYLES / "tokens.css").read_text("utf-8")
PAIRS = [
    *((ink, ground) for ink in ("ink", "muted", "primary") for ground in ("ground", "soft")),
    *((tone, f"{tone}-ground") for tone in ("affected", "ok", "ask", "info")),
    *(("ink", f"{tone}-ground") for tone in ("affected", "ok", "ask", "info")),
    *((tone, "ground") for tone in ("affected", "ok", "ask", "info")),
    ("on-primary", "primary"),
    ("on-primary", "primary-deep"),
]


def colours(css: str) -> dict[str, str]:
    """Return the colour tokens of a piece of the stylesheet."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


LIGHT = colours(TOKENS.split("@media")[0])
DARK = LIGHT | colours(TOKENS.split("@media")[1])


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mood", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_pair_of_text_and_ground_is_readable(
    mood: dict[str, str], ink: str, ground: str
) -> None:
    light, dark = sorted((luminance(mood[ink]), luminance(mood[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("mood", [LIGHT, DARK], ids=["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(mood: dict[str, str]) -> None:
    light, dark = sorted((luminance(mood["edge"]), luminance(mood["ground"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_colours_are_named_in_one_place_only() -> None:
    for name in ("shared.css", "owner.css", "staff.css"):
        css = (STYLES / name).read_text("utf-8")
        named = set(re.findall(r"#[0-9a-f]{3,6}\b", css)) - {"#fff", "#000"}  # paper is paper
        assert not named, name
