"""A graph file is what its page says, byte by byte."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path

import numpy as np

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.text import Texts, pack
from kaishu.core.genealogy.things import lot, own, unit

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "graph-file.md"
CELLS, SHOP = lot("/x/item/CELL", "L1"), own("party", "shop")


def test_the_frame_and_the_arrays_are_as_described(tmp_path: Path) -> None:
    serials = [unit("/x/item/PACK", f"P{number:04}") for number in range(70)]
    made = [
        Act(f"e{n}", Did.MADE, n, (Amount(CELLS, 3),), (Amount(x),)) for n, x in enumerate(serials)
    ]
    sold = Act("sold", Did.MOVED, 99, (Amount(serials[0]),), party=SHOP)
    build(columns([*made, sold]), tmp_path / "g")
    whole = (tmp_path / "g").read_bytes()
    magic, version, length, size, crc = struct.unpack_from("<8sIIQI", whole)
    assert (magic, version, size) == (b"KAISHUGR", 3, len(whole))
    assert crc == zlib.crc32(whole[size - length :], zlib.crc32(whole[:24]))
    header = json.loads(whole[size - length :])
    page = PAGE.read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", page))
    for name, (at, many, kind, check) in header["arrays"].items():
        table = re.fullmatch(r"(name|prefix|item|key)_(text|size|same|block)", name)
        assert name in named or (table and table[1] in named), name
        assert at % 64 == 0
        assert check == zlib.crc32(whole[at : at + many * np.dtype(kind).itemsize])
    assert set(header["facts"]) <= named
    with Graph.open(tmp_path / "g") as graph:
        assert [graph.code(graph.need(code)) for code in serials] == serials
        assert graph.keys() == [*(f"e{n}" for n in range(70)), "sold"]


def test_texts_of_any_length_come_back() -> None:
    texts = [b"", b"a", b"ab", b"ab", b"b" * 300, b"b" * 299 + b"c", "回収".encode()] * 12
    table = Texts("t", pack("t", texts))
    assert table.many(np.arange(len(texts))) == texts
    assert [table.one(number) for number in range(len(texts))] == texts
    assert len(Texts("t", pack("t", []))) == 0
