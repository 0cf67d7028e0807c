"""A filed report is frozen: its bytes and its figures come again, and nothing typed is lost."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from kaishu.markets.forms import load_form
from kaishu.reports import errors, filing, typed
from kaishu.reports.models import Answer, Filed
from tests.claims.world import SLUG
from tests.reports.report_world import AS_OF, KNOWN, LATER, told, total
from tests.stories.story import Story

FORM = load_form("jp_progress")
DUE = "2026-01-21"


@pytest.fixture
def story(db: None, tmp_path: Path) -> Story:
    return told(tmp_path)


def write(**texts: str) -> None:
    typed.keep(form=FORM, slug=SLUG, subject=DUE, texts=texts, by="hana", at=KNOWN)


def file(**more: object) -> Filed:
    usual: dict[str, object] = {
        "form": FORM,
        "slug": SLUG,
        "subject": DUE,
        "as_of": AS_OF,
        "known_at": KNOWN,
        "addressee": "METI",
        "reference": "",
        "key": "file-1",
        "by": "hana",
        "at": KNOWN + timedelta(minutes=5),
    }
    return filing.file(**{**usual, **more})  # type: ignore[arg-type]


def test_a_report_filed_again_a_month_later_is_byte_for_byte_the_same(story: Story) -> None:
    write(publicity="新聞広告", discarded="20", discarded_source="所有者アンケート")
    row = file()
    total(story, 40, day=AS_OF.date().replace(day=2), recorded=LATER - timedelta(days=1))
    again = file(key="file-2", at=LATER)
    assert again.content == row.content
    assert again.sha256 == row.sha256
    assert filing.stored(again, "json") == filing.stored(row, "json") == row.content.encode()
    checked = filing.verify(row, at=LATER)
    assert (checked.equal, checked.files_whole, checked.holds) == (True, True, True)
    assert json.loads(row.content)["values"]["rate"] == {"units": 251, "target": 1000}


def test_what_the_books_say_otherwise_shows_when_a_report_is_verified(story: Story) -> None:
    row = file()
    # a back-dated act that claims to have been known then: what filing cannot foresee
    total(story, 7, day=AS_OF.date().replace(day=3), recorded=KNOWN - timedelta(hours=1))
    checked = filing.verify(row, at=LATER)
    assert (checked.equal, checked.files_whole) == (False, True)
    assert json.loads(checked.again)["values"]["done"] == 258
    assert json.loads(row.content)["values"]["done"] == 251


def test_the_same_button_files_once_and_filed_rows_cannot_be_changed(story: Story) -> None:
    row = file()
    assert file().id == row.id
    assert Filed.objects.count() == 1
    assert [each.kind for each in row.files.all()] == ["json", "pdf", "xlsx", "csv"]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Filed.objects.filter(id=row.id).update(content="{}")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.files.all().delete()


@pytest.mark.parametrize(
    ("texts", "more", "refusal"),
    [
        ({"serious": "some"}, {}, errors.TypedWrong),
        ({"discarded": "20"}, {}, errors.EstimateWithoutSource),
        ({}, {"known_at": KNOWN + timedelta(minutes=5)}, errors.ReportTooFresh),
        ({}, {"as_of": AS_OF + timedelta(days=9)}, errors.AsOfInFuture),
        ({}, {"subject": "2026-02-03"}, errors.SubjectWrong),
    ],
)
def test_what_is_not_ready_is_refused_and_what_was_typed_is_kept(
    story: Story, texts: dict[str, str], more: dict[str, object], refusal: type[Exception]
) -> None:
    write(**texts)
    with pytest.raises(refusal):
        file(**more)
    assert Filed.objects.count() == 0
    assert typed.answers(form=FORM, slug=SLUG, subject=DUE) == texts


def test_typed_answers_are_added_never_changed_and_some_carry_to_the_next(story: Story) -> None:
    write(publicity="first", discarded_source="survey")
    write(publicity="second", discarded_source="survey")
    assert list(Answer.objects.values_list("text", flat=True)) == ["survey", "first", "second"]
    following = typed.answers(form=FORM, slug=SLUG, subject="2026-04-21")
    assert following == {"discarded_source": "survey"}


def test_the_paper_reads_in_the_language_of_filing(story: Story) -> None:
    write(publicity="新聞広告\nSNS 3回", discarded="20", discarded_source="所有者アンケート")
    row = file()
    document = pypdfium2.PdfDocument(filing.stored(row, "pdf"))
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    for words in (
        "リコール進捗状況報告",
        "経済産業省",
        "実施率",
        "25.1 %",
        "27.1 %",
        "新聞広告",
        "未確認",
    ):
        assert words in text, words
    assert row.sha256[:16] in text


def test_the_workbook_and_the_flat_file_hold_the_figures(story: Story) -> None:
    write(publicity="=1+1")
    row = file()
    book = load_workbook(io.BytesIO(filing.stored(row, "xlsx")))
    assert book.sheetnames == ["report", "models"]
    named = [[cell.value or "" for cell in row] for row in book["report"].iter_rows()]
    cells = {tuple(row[1:4]): row[4] for row in named}
    assert cells["実施率", "", ""] == 0.251
    assert cells["型番ごとの実施状況", "M100", "対象台数"] == 1000
    assert cells["告知の方法", "", ""] == "=1+1"
    assert [cell.value for cell in book["models"][2]][:4] == ["M100", "窓際モバイル電源", 1000, 251]
    flat = filing.stored(row, "csv").decode("utf-8-sig")
    assert "実施状況,実施済み台数,,,251," in flat
    assert "'=1+1" in flat
