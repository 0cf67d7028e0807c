"""Files that people bring to the console: kept whole, said, tried, loaded, each exactly once."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from django.test import TestCase

from kaishu.base import jobs
from kaishu.base.jobs.run import run_due
from kaishu.base.models import Job
from kaishu.config.jobs import KINDS
from kaishu.core.errors import Refusal
from kaishu.supply.links import brought as bringing
from kaishu.supply.links import columns, parts, report, typed
from kaishu.supply.links.look import look, preview
from kaishu.supply.links.mapping import from_text
from kaishu.supply.links.models import Brought, LinkFile
from kaishu.supply.models import CaptureJob, Network
from tests.supply.linked import NOW, network

__all__ = ["network"]

SAID = {
    "act": "made",
    "parent-is": "lot",
    "parent-item": "CELL-18650",
    "child-is": "unit",
    "child-item": "PACK-9",
    "party-is": "name",
    "place-is": "name",
    "zone": "Asia/Tokyo",
}
JAPANESE = (
    "セル投入 3月,,,\n\n作業日,セルロット,製造番号,個数\n2025/03/01,L77,S1,4\n2025/03/02,L78,S2,4\n"
)
CHINESE = "日期,电芯批号,序列号,数量\n2025/03/01,L77,S1,4\n2025/03/02,L78,S2,4\n"


def bring(network: Network, folder: Path, content: bytes, name: str = "march.csv") -> Brought:
    path = folder / "upload"
    path.write_bytes(content)
    came = bringing.bring(network=network, path=path, name=name, by="hana", at=NOW)
    assert came.brought is not None
    return came.brought


def said(row: Brought, folder: Path, **changes: str) -> Brought:
    with bringing.on_disk(row) as path:
        seen = look(path)
    mapping = typed.to_mapping({**typed.first(seen), **SAID, **changes})
    bringing.mean(brought=row, mapping=mapping, name="", by="hana", at=NOW)
    row.refresh_from_db()
    return row


def stored() -> set[str]:
    return set(parts.store().names(stored_before=datetime.max.replace(tzinfo=UTC)))


def work() -> None:
    run_due(at=datetime.now(UTC), kinds=KINDS)


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (JAPANESE.encode("cp932"), "cp932"),
        (JAPANESE.encode("utf-16"), "utf-16"),
        (JAPANESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("gb18030"), "gb18030"),
    ],
    ids=["cp932", "utf-16", "utf-8", "gb18030"],
)
def test_a_file_is_read_by_its_own_names_in_any_writing(
    network: Network, tmp_path: Path, content: bytes, written: str
) -> None:
    row = bring(network, tmp_path, content)
    with bringing.on_disk(row) as path:
        seen = look(path)
        assert (seen.encoding, seen.unclear) == (written, False)
        mapping = typed.to_mapping({**typed.first(seen), **SAID})
        first = preview(path, mapping, NOW)
    assert first.good["parent"].to_list() == [
        "/x/item/CELL-18650/lot/L77",
        "/x/item/CELL-18650/lot/L78",
    ]
    assert first.good["quantity"].to_list() == [4, 4]
    assert from_text(mapping.text()) == mapping
    again = typed.to_mapping(typed.typed_of(mapping))
    assert again.digest() == mapping.digest()


def test_a_file_is_tried_and_then_loaded_once(network: Network, tmp_path: Path) -> None:
    row = said(bring(network, tmp_path, (JAPANESE + "2025/13/45,L79,S3,1\n").encode()), tmp_path)
    assert bring(network, tmp_path, (JAPANESE + "2025/13/45,L79,S3,1\n").encode()).pk == row.pk
    with pytest.raises(Refusal) as first:
        bringing.start_load(brought=row, by="hana", at=NOW)
    assert first.value.code == "link_not_tried"
    job = bringing.start_try(brought=row, by="hana", at=NOW)
    with pytest.raises(Refusal) as busy:
        bringing.start_try(brought=row, by="hana", at=NOW)
    assert busy.value.code == "link_brought_busy"
    work()
    row.refresh_from_db()
    assert jobs.job_view(job.id).result["bad"] == 1 and not LinkFile.objects.exists()
    assert [line[:3] for line in report.lines(row.report)] == [("", 6, "link_row_time")]
    bringing.start_load(brought=row, by="hana", at=NOW)
    work()
    row.refresh_from_db()
    assert row.file is not None and (row.file.good, row.file.by) == (2, "hana")
    assert row.pieces == [] and row.over_by == "hana"
    assert b"".join(parts.original(row.file.pk)).decode().startswith("セル投入")
    assert len(columns.read(network).keys) == 2
    twice = said(bring(network, tmp_path, (JAPANESE + "2025/13/45,L79,S3,1\n").encode()), tmp_path)
    assert twice.pk != row.pk
    for start in (bringing.start_try, bringing.start_load):
        start(brought=twice, by="toma", at=NOW)
        work()
    twice.refresh_from_db()
    assert twice.file_id == row.file_id and LinkFile.objects.count() == 1


def test_a_load_that_was_cut_off_goes_on_and_counts_once(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = said(bring(network, tmp_path, JAPANESE.encode()), tmp_path)
    bringing.start_try(brought=row, by="hana", at=NOW)
    work()
    bringing.start_load(brought=row, by="hana", at=NOW)

    def killed(*_args: object, **_more: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(bringing, "end", killed)
        work()
    row.refresh_from_db()
    assert row.file_id is None and row.pieces and Job.objects.get(id=row.load_job).tries == 1
    work()
    row.refresh_from_db()
    assert LinkFile.objects.count() == 1 and row.file_id == LinkFile.objects.get().pk


def test_columns_that_change_must_be_tried_again(network: Network, tmp_path: Path) -> None:
    row = said(bring(network, tmp_path, JAPANESE.encode()), tmp_path)
    bringing.start_try(brought=row, by="hana", at=NOW)
    work()
    row = said(row, tmp_path, zone="UTC")
    assert not bringing.is_tried(row)
    with pytest.raises(Refusal) as refused:
        bringing.start_load(brought=row, by="hana", at=NOW)
    assert refused.value.code == "link_not_tried"
    row.refresh_from_db()
    pieces = set(row.pieces)
    assert pieces <= stored()
    with TestCase.captureOnCommitCallbacks(execute=True):
        bringing.put_away(brought=row, by="hana", at=NOW)
    assert pieces and not pieces & stored()
    with pytest.raises(Refusal) as over:
        bringing.start_try(brought=row, by="hana", at=NOW)
    assert over.value.code == "link_brought_over"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"act": ""}, "link_act_not_said", ""),
        ({"col-child": ""}, "link_column_not_said", "child"),
        ({"col-time": ""}, "link_column_not_said", "time"),
        ({"parent-item": ""}, "link_item_not_said", "parent-item"),
        ({"child-item": "4548736120030"}, "link_item_wrong", "child-item"),
        ({"act": "", "col-act": "個数", "acts": "出荷 = gone"}, "link_act_words_wrong", ""),
    ],
)
def test_what_is_missing_is_told_by_its_control(
    changes: dict[str, str], code: str, field: str
) -> None:
    columns = {"col-child": "製造番号", "col-parent": "セルロット", "col-time": "作業日"}
    with pytest.raises(Refusal) as refused:
        typed.to_mapping({**columns, **SAID, **changes})
    assert (refused.value.code, refused.value.facts.get("field", "")) == (code, field)


def test_merged_cells_are_named_and_not_taken_for_empty_ones(
    network: Network, tmp_path: Path
) -> None:
    book_at = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(book_at) as book:
        sheet = book.add_worksheet("3月")
        sheet.merge_range(0, 0, 0, 3, "セル投入 3月")
        sheet.write_row(2, 0, ["作業日", "セルロット", "製造番号", "個数"])
        for line in range(3, 7):
            sheet.write(line, 0, "2025/03/01")
            sheet.write_row(line, 2, [f"S{line}", 4])
        sheet.merge_range(3, 1, 5, 1, "L77")
        sheet.write(6, 1, "L78")
    row = said(bring(network, tmp_path, book_at.read_bytes(), "book.xlsx"), tmp_path)
    bringing.start_try(brought=row, by="hana", at=NOW)
    work()
    row.refresh_from_db()
    found = [line[:3] for line in report.lines(row.report)]
    assert found == [("3月", 5, "link_row_merged"), ("3月", 6, "link_row_merged")]


def test_what_is_no_list_is_refused_before_it_is_kept(network: Network, tmp_path: Path) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as inside:
        inside.writestr("xl/worksheets/sheet1.xml", b"0" * (65 << 20))
    for content, code in (
        (b"", "list_no_rows"),
        (b"%PDF-1.7", "list_kind_unknown"),
        (bomb.getvalue(), "list_too_big_inside"),
        (b"PK\x03\x04 and no more", "list_broken"),
        (b'{"type": "Something"}', "epcis_"),
    ):
        with pytest.raises(Refusal) as refused:
            bring(network, tmp_path, content)
        assert refused.value.code.startswith(code)
    assert not Brought.objects.exists()


EPCIS_12 = """<?xml version="1.0"?><epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1"
 schemaVersion="1.2" creationDate="2025-03-01T00:00:00Z"><EPCISBody><EventList><ObjectEvent>
<eventTime>2025-03-01T00:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
<epcList><epc>urn:epc:id:sgtin:4548736.012003.S1</epc></epcList><action>ADD</action>
<bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep></ObjectEvent></EventList></EPCISBody>
</epcis:EPCISDocument>"""


def test_an_old_document_is_captured_by_the_worker(network: Network, tmp_path: Path) -> None:
    row = bring(network, tmp_path, EPCIS_12.encode(), "events.xml")
    assert row.kind == "xml"
    job = bringing.start_load(brought=row, by="hana", at=NOW)
    work()
    row.refresh_from_db()
    assert jobs.job_view(job.id).result["kept"] == 1 and row.over_at is not None
    assert CaptureJob.objects.get().by == "hana"


def test_what_waits_is_not_swept_and_what_is_lost_is(network: Network, tmp_path: Path) -> None:
    row = bring(network, tmp_path, JAPANESE.encode())
    parts.store().put(b"left behind")
    late = datetime.max.replace(tzinfo=UTC)
    assert parts.sweep(at=late) == {"link_parts": 1}
    with bringing.on_disk(row) as path:
        assert path.read_bytes() == JAPANESE.encode()
