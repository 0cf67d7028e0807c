"""A recall written as TOML and read again is the same recall."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core import pack
from kaishu.editions.drafting.recall_data import data_of
from kaishu.editions.drafting.starting import lists_of
from kaishu.editions.drafting.toml_text import write
from kaishu.editions.recall_file import load
from tests.editions.harness import Folder

DEMO = Path(__file__).parents[2] / "src" / "kaishu" / "demo" / "recalls"
SLUGS = ("anker-jp-2025-10-21", "anker-cn-2025-06-20")

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text() | st.booleans() | st.integers() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_any_tables_come_back_as_they_were(data: dict[str, Any]) -> None:
    assert tomllib.loads(write(data)) == data


@pytest.mark.parametrize("slug", SLUGS)
def test_a_demo_recall_written_anew_is_the_same_recall(slug: str, tmp_path: Path) -> None:
    before = load(DEMO / slug)
    source = tomllib.loads((DEMO / slug / "recall.toml").read_text(encoding="utf-8"))
    assert tomllib.loads(write(source)) == source
    assert before.recall is not None
    (tmp_path / "recall.toml").write_text(write(data_of(before.recall)), encoding="utf-8")
    after = load(tmp_path)
    assert after.recall == before.recall


def test_lists_are_read_back_from_a_pack(folder: Folder, tmp_path: Path) -> None:
    rows = ["A0000001", "AFFFFFFF", "A0000000", "A00000F0"]
    folder.serials(*rows)
    loaded = folder.load()
    assert loaded.recall is not None
    from datetime import UTC, datetime

    ref = pack.write(
        tmp_path / "packs",
        loaded.recall,
        1,
        loaded.lists,
        loaded.pictures,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    opened = pack.open_pack(tmp_path / "packs", ref.digest)
    listed = lists_of(opened)["serials/L1.csv"].decode().split()
    assert listed == ["serial", *sorted(rows)]
