"""Every key of a TOML text has its line, however the text is written."""

from __future__ import annotations

import tomllib

import pytest

from kaishu.demo.serials import COUNTS, RECALLS
from kaishu.editions.positions import Path, Positions

TEXT = '''# a comment with [brackets] and = signs
top = 1
"quoted key" = "a # not a comment"
dotted.inner = 2

[table]
text = """
[not.a.header]
fake = 1 \\"""
"""
raw = \'\'\'
still = "text"\'\'\'
numbers = [
  1,  # one
  2,
  [3, 4],
]
inline = { a = 1, b = { c = "}" } }
day = 2025-10-21

[[rows]]
x = 1

[[rows]]
x = 2
[rows.sub]
y = 3
[[rows.deep]]
z = 4
[[rows.deep]]
z = 5
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("dotted", "inner"), 4),
        (("table",), 6),
        (("table", "text"), 7),
        (("table", "raw"), 11),
        (("table", "numbers"), 13),
        (("table", "numbers", 1), 15),
        (("table", "numbers", 2, 1), 16),
        (("table", "inline", "b", "c"), 18),
        (("table", "day"), 19),
        (("rows",), 21),
        (("rows", 0, "x"), 22),
        (("rows", 1), 24),
        (("rows", 1, "x"), 25),
        (("rows", 1, "sub", "y"), 27),
        (("rows", 1, "deep", 0, "z"), 29),
        (("rows", 1, "deep", 1, "z"), 31),
        (("rows", 1, "not there"), 24),
        (("nowhere",), 1),
    ],
)
def test_a_key_has_its_line_or_the_line_of_its_table(path: Path, line: int) -> None:
    assert Positions(TEXT).line(path) == line


@pytest.mark.parametrize("slug", COUNTS)
def test_each_leaf_of_a_real_file_stands_on_the_line_that_writes_it(slug: str) -> None:
    text = (RECALLS / slug / "recall.toml").read_text(encoding="utf-8")
    lines, positions = text.splitlines(), Positions(text)

    def walk(value: object, path: Path) -> int:
        if isinstance(value, dict):
            return sum(walk(item, (*path, key)) for key, item in value.items())
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return sum(walk(item, (*path, number)) for number, item in enumerate(value))
        key = lines[positions.line(path) - 1].partition(" = ")[0]
        assert key.split(".")[-1] == path[-1], path
        return 1

    assert walk(tomllib.loads(text), ()) > 200
