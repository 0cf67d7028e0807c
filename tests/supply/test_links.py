"""Link files: what people's spreadsheets say, row by row, and what it comes to as acts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from kaishu.core.errors import Refusal
from kaishu.core.genealogy.acts import Columns, Did
from kaishu.supply.links import actions, columns, parts, sources
from kaishu.supply.links.mapping import from_toml
from kaishu.supply.links.models import LinkFile, LinkPart
from kaishu.supply.models import Network
from tests.supply.linked import NOW, PACK, Loading, load, network

__all__ = ["load", "network"]

DAY = 86_400
MARCH_1 = 1_740_787_200  # 2025-03-01T00:00Z
CELL = "/x/item/CELL-18650"
CELLS_INTO_PACKS = """
act = "made"
[columns]
parent = "Cell lot"
child = "Pack serial"
quantity = "Pcs"
time = "Date"
[parent]
is = "lot"
item = "CELL-18650"
[child]
is = "unit"
item = "4548736120037"
[time]
format = "%d.%m.%Y"
zone = "Asia/Tokyo"
"""


def told(found: Columns) -> list[tuple[object, ...]]:
    """Return acts as plain values: did, at, inputs, outputs, party, place."""
    lines = []
    for act in range(len(found.keys)):
        sides: tuple[list[object], list[object]] = ([], [])
        for at in range(len(found.act)):
            if found.act[at] == act:
                much = float(found.quantity[at])
                code = found.codes[found.thing[at]]
                sides[int(found.output[at])].append(code if much != much else (code, much))
        who = [found.codes[no] if no >= 0 else "" for no in (found.party[act], found.place[act])]
        lines.append((Did(found.did[act]).name, int(found.at[act]), *sides, *who))
    return lines


def test_a_spreadsheet_as_a_pack_maker_has_it_becomes_acts(load: Loading, network: Network) -> None:
    loaded = load(
        "Cell issue March,,,\n\nDate,Cell lot,Pack serial,Pcs\n"
        "01.03.2025,L77,S1,4\n01.03.2025,L77,S2,4\n02.03.2025,L77,S3,2\n02.03.2025,L78,S3,2\n",
        CELLS_INTO_PACKS,
    )
    assert (loaded.rows, loaded.good, loaded.bad, loaded.twice) == (4, 4, 0, 0)
    tokyo = MARCH_1 - 9 * 3600
    found = columns.read(network)
    assert told(found) == [
        ("MADE", tokyo, [(f"{CELL}/lot/L77", 8.0)], [f"{PACK}/21/S1", f"{PACK}/21/S2"], "", ""),
        ("MADE", tokyo + DAY, [(f"{CELL}/lot/L77", 2.0), (f"{CELL}/lot/L78", 2.0)],
         [f"{PACK}/21/S3"], "", ""),
    ]  # fmt: skip
    assert list(found.keys) == [f"link:{loaded.number}:4-5", f"link:{loaded.number}:6-7"]


def test_the_same_file_is_known_and_a_row_counts_once_in_however_many_files(
    load: Loading, network: Network
) -> None:
    head = "parent,child,time\n"
    first = f"/x/item/C/lot/L1,{PACK}/21/S1,2025-03-01\n"
    second = f"/x/item/C/lot/L1,{PACK}/21/S2,2025-03-02\n"
    one = load(head + first + first, act="made")
    again = load(head + first + first, act="made")
    assert (one.good, one.twice, one.before, again.before) == (2, 1, False, True)
    assert again.number == one.number
    two = load(head + first + second, act="made", name="more.csv")
    assert (two.good, two.known) == (2, 1)
    every = told(columns.read(network))
    assert every == [
        ("MADE", MARCH_1, ["/x/item/C/lot/L1"], [f"{PACK}/21/S1"], "", ""),
        ("MADE", MARCH_1 + DAY, ["/x/item/C/lot/L1"], [f"{PACK}/21/S2"], "", ""),
    ]
    assert told(columns.read(network, after=one.number)) == every[1:]
    actions.void_file(number=one.number, reason="wrong month", by="t", at=NOW)
    assert told(columns.read(network)) == every
    back = load(head + first + first, act="made")
    assert (back.before, LinkFile.objects.count()) == (False, 3)


BAD = """parent,child,time,quantity
/x/item/C/lot/L1,/01/04548736120037/21/S1,2025-03-01,1
/x/item/C/lot/L1,/01/04548736120030/21/S1,2025-03-01,1
/x/item/C/lot/L1,urn:epc:id:sgtin:4548736.012003.S2,2025-03-01,1
/x/item/C/lot/L1,,2025-03-01,1
,/x/item/P/unit/9,2025-03-01,1
/x/item/C/lot/L1,/x/item/P/unit/9,03/04/2025,1
/x/item/C/lot/L1,/x/item/P/unit/9,2031-01-01,1
/x/item/C/lot/L1,/x/item/P/unit/9,2025-03-01,-2
/x/item/C/lot/L1,/x/item/C/lot/L1,2025-03-01,1
/x/item/C/lot/L1,S9,2025-03-01,1
/x/item/C/lot/L1,https://id.gs1.org/01/04548736120037/21/S%2F3,2025-03-01,"1,200"
/x/item/C/lot/L1,/x/item/P/unit/9,2025-03-01,"0,500"
"""


def test_every_bad_row_is_named_and_the_good_ones_are_kept(load: Loading, network: Network) -> None:
    loaded = load(BAD, act="made")
    assert load.bad == [
        (3, "", "link_row_gtin", "/01/04548736120030/21/S1"),
        (5, "", "link_row_child", ""),
        (6, "", "link_row_parent", "/x/item/P/unit/9"),
        (7, "", "link_row_time", "03/04/2025"),
        (8, "", "link_row_time_far", "2031-01-01"),
        (9, "", "link_row_quantity", "-2"),
        (10, "", "link_row_itself", "/x/item/C/lot/L1"),
        (11, "", "link_row_code", "S9"),
        (13, "", "link_row_quantity", "0,500"),
    ]
    assert (loaded.rows, loaded.good, loaded.bad) == (12, 3, 9)
    (act,) = told(columns.read(network))
    assert act[3] == [f"{PACK}/21/S1", f"{PACK}/21/S2", f"{PACK}/21/S%2F3"]
    assert act[2] == [("/x/item/C/lot/L1", 1202.0)]


def test_all_or_nothing_and_a_trial_keep_nothing(load: Loading, network: Network) -> None:
    with pytest.raises(Refusal) as refused:
        load(BAD, act="made", strict=True)
    assert refused.value.code == "link_rows_bad"
    tried = load(BAD, act="made", dry_run=True)
    assert (tried.number, tried.good, tried.bad) == (0, 3, 9)
    with pytest.raises(Refusal) as none:
        load("parent,child,time\nx,y,z\n", act="made")
    assert none.value.code == "link_no_good_row"
    assert not LinkFile.objects.exists()
    assert list(parts.store().names(stored_before=datetime.max.replace(tzinfo=UTC))) == []


def test_what_was_cut_off_is_swept_and_what_came_in_is_kept_to_the_byte(
    load: Loading, network: Network
) -> None:
    content = "child,party,time\n/00/345487361200300015,/x/party/Shop%201,2025-03-01\n"
    loaded = load(content, act="moved")
    parts.store().put(b"left behind")
    assert parts.sweep(at=NOW) == {"link_parts": 0}
    later = datetime.now(UTC) + parts.ABANDONED * 2
    assert parts.sweep(at=later) == {"link_parts": 1}
    assert b"".join(parts.original(loaded.number)).decode() == content
    end_of_day = MARCH_1 + DAY - 1
    assert told(columns.read(network)) == [
        ("MOVED", end_of_day, ["/00/345487361200300015"], [], "/x/party/Shop%201", "")
    ]


BOXES = """
act = "packed"
[columns]
parent = "箱番号"
child = "製造番号"
child_item = "JAN"
time = "日付"
order = "伝票"
[parent]
is = "box"
[child]
is = "unit"
"""


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-8-sig"])
def test_a_japanese_packing_list_is_read_in_its_own_letters(
    load: Loading, network: Network, encoding: str
) -> None:
    rows = [
        "日付;箱番号;製造番号;JAN;伝票",
        "2025年3月1日;345487361200300015;Ａ００１;4548736120037;D1",
        "2025年3月1日;345487361200300015;Ａ００２;4548736120037;D1",
        "2025年3月1日;345487361200300016;Ａ００３;4548736120037;D1",
        "2025年3月1日;BOX-9;Ａ００４;4548736120031;D1",
    ]
    load("\n".join(rows).encode(encoding), BOXES, name=f"{encoding}.csv")
    assert [row[:3] for row in load.bad] == [(4, "", "link_row_sscc"), (5, "", "link_row_gtin")]
    assert told(columns.read(network)) == [
        ("PACKED", MARCH_1 + DAY - 1, [f"{PACK}/21/A001", f"{PACK}/21/A002"],
         ["/00/345487361200300015"], "", ""),
    ]  # fmt: skip


def test_a_workbook_is_read_with_its_dates_and_a_number_that_lost_digits_is_named(
    load: Loading, network: Network
) -> None:
    from io import BytesIO

    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out)
    sheet, day = book.add_worksheet("Packing"), book.add_format({"num_format": "yyyy/mm/dd"})
    for column, name in enumerate(["日付", "箱番号", "製造番号", "JAN", "伝票"]):
        sheet.write(2, column, name)
    for row, box in ((3, "345487361200300015"), (4, 345487361200300015)):
        sheet.write_datetime(row, 0, datetime(2025, 3, 1), day)  # noqa: DTZ001 (a cell)
        sheet.write(row, 1, box)
        sheet.write(row, 2, f"A00{row}")
        sheet.write_number(row, 3, 4548736120037)
    book.close()
    loaded = load(out.getvalue(), BOXES, name="packing.xlsx")
    assert [(row[0], row[1], row[2]) for row in load.bad] == [
        (5, "Packing", "link_row_digits_lost")
    ]
    assert told(columns.read(network)) == [
        ("PACKED", MARCH_1 + DAY - 1, [f"{PACK}/21/A003"], ["/00/345487361200300015"], "", "")
    ]
    assert (loaded.rows, loaded.good, LinkFile.objects.get().kind) == (2, 1, "xlsx")


@pytest.mark.parametrize(
    ("there", "instead", "code"),
    [(b'"A3"', b'"A99999999999"', "list_broken"), (b"<v>45717</v>", "<v>²</v>".encode(), "")],
)
def test_a_workbook_that_no_program_wrote_is_refused_or_its_row_is(
    load: Loading, there: bytes, instead: bytes, code: str
) -> None:
    """A sheet changed by hand: a row beyond the last, and a day that is a digit and no number."""
    from io import BytesIO
    from zipfile import ZipFile

    from xlsxwriter import Workbook

    out, changed = BytesIO(), BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet("Packing")
        for column, name in enumerate(["日付", "箱番号", "製造番号", "JAN", "伝票"]):
            sheet.write(0, column, name)
        for row in (1, 2):
            for column, cell in enumerate([45717, "345487361200300015", "A1", "4548736120037"]):
                sheet.write(row, column, cell)
    with ZipFile(out) as was, ZipFile(changed, "w") as now:
        for part in was.namelist():
            content = was.read(part)
            now.writestr(part, content.replace(there, instead) if "sheet1" in part else content)
    with pytest.raises(Refusal) as refused:
        load(changed.getvalue(), BOXES, name="packing.xlsx")
    assert refused.value.code == (code or "link_no_good_row")
    assert code or {row[2] for row in load.bad} == {"link_row_time"}
    assert not LinkFile.objects.exists()


def test_a_parquet_file_in_pieces_gives_what_it_says(
    load: Loading, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_LEAST", 300)
    monkeypatch.setattr(sources, "PIECE", 300)
    count = 1000
    frame = pl.DataFrame(
        {
            "parent": [f"{CELL}/lot/L{number // 500}" for number in range(count)],
            "child": [f"{PACK}/21/{number}" for number in range(count)],
            "time": [datetime(2025, 3, 1, tzinfo=UTC)] * count,
            "quantity": [4.0] * count,
        }
    )
    frame.write_parquet(tmp_path / "made.parquet", row_group_size=200)
    load((tmp_path / "made.parquet").read_bytes(), act="made", name="in.parquet")
    assert LinkPart.objects.filter(of="rows").count() > 1
    found = columns.read(network)
    assert [len(found.keys), len(found.codes)] == [2, count + 2]
    assert sorted(found.quantity[~found.output].tolist()) == [2000.0, 2000.0]


@pytest.mark.parametrize(
    ("mapping", "code", "where"),
    [
        ("act = 'sold'\n[columns]\nchild='a'\ntime='b'", "link_mapping_wrong", "act = sold"),
        ("act = 'moved'\n[columns]\nkid='a'", "link_mapping_wrong", "columns.kid"),
        ("act = 'moved'\n[columns]\nchild='a'", "link_mapping_wrong", "columns.time"),
        ("[columns]\nchild='a'\ntime='b'", "link_act_missing", ""),
        ("act='moved'\n[columns]\nchild='a'\ntime='b'\n[child]\nis='lot'", "link_mapping_wrong",
         "child.item"),
        ("act='moved'\n[columns]\nchild='a'\ntime='b'\n[child]\nis='lot'\nitem='4548736120031'",
         "link_mapping_wrong", "child.item = 4548736120031"),
        ("act='moved'\n[columns]\nchild='a'\ntime='b'\n[time]\nzone='Mars'", "link_mapping_wrong",
         "time.zone = Mars"),
        ("act = ", "link_mapping_wrong", ""),
    ],
)  # fmt: skip
def test_a_mapping_that_is_not_understood_names_the_place(
    mapping: str, code: str, where: str
) -> None:
    with pytest.raises(Refusal) as wrong:
        from_toml(mapping)
    assert wrong.value.code == code
    assert where in wrong.value.facts.get("where", "")


def test_a_column_that_is_not_there_is_named_with_those_that_are(load: Loading) -> None:
    with pytest.raises(Refusal) as missing:
        load("Date,Pack serial\n1,2\n", CELLS_INTO_PACKS)
    assert missing.value.code == "link_columns_missing"
    assert missing.value.facts == {"missing": "Cell lot, Pcs", "columns": "Date, Pack serial"}


def test_several_acts_of_one_file_are_told_by_a_column(load: Loading, network: Network) -> None:
    mapping = """
[acts]
IN = "packed"
OUT = "unpacked"
[columns]
act = "T"
parent = "Box"
child = "Serial"
time = "When"
[parent]
is = "box"
[child]
is = "unit"
item = "P"
[time]
zone = "Asia/Tokyo"
"""
    load(
        "T,Box,Serial,When\nIN,B1,1,2025-03-01 18:00\nOUT,B1,,2025-03-02T10:00:00+09:00\n"
        "LOST,B1,1,2025-03-02 10:00\n",
        mapping,
    )
    assert [row[2:] for row in load.bad] == [("link_row_act", "LOST")]
    assert told(columns.read(network)) == [
        ("PACKED", MARCH_1 + 9 * 3600, ["/x/item/P/unit/1"], ["/x/box/B1"], "", ""),
        ("UNPACKED", MARCH_1 + DAY + 3600, [], ["/x/box/B1"], "", ""),
    ]


def test_a_code_has_one_spelling_however_it_is_written() -> None:
    from kaishu.supply.links import coding

    written = pl.Series(
        ["/x/item/C/lot/%4c1", "/x/item/C/lot/L1", "/01/04548736120037/10/A%2fB",
         "/x/item/C%20D/lot/1", "/x/item/C/lot/ L1", "/x/item/C/lot/L1%20"]
    )  # fmt: skip
    read = coding.codes(written)
    lot = "/x/item/C/lot/L1"
    assert read.codes.to_list()[:4] == [
        lot, lot, "/01/04548736120037/10/A%2FB", "/x/item/C%20D/lot/1",
    ]  # fmt: skip
    assert read.why.to_list() == [None] * 4 + ["link_row_code"] * 2


def test_our_check_digits_are_those_of_the_standard() -> None:
    from kaishu.supply.links import coding

    def why(values: Iterable[str]) -> list[str | None]:
        return coding.codes(pl.Series(list(values))).why.to_list()

    good = ["/00/345487361200300015", "/414/4548736120037", "urn:epc:id:sscc:4548736.3120030001"]
    assert why([*good[:1], good[2]]) == [None, None]
    assert why(["/00/345487361200300016", "/01/04548736120030/10/L", "/01/0454873612/10/L"]) == [
        "link_row_gtin", "link_row_gtin", "link_row_code",
    ]  # fmt: skip
