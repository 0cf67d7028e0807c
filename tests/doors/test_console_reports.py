"""Reports at the desk: read by those who may, typed and filed by a manager, nothing lost."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.reports.models import Answer, CorrectiveStep, Filed
from tests.claims.world import SLUG
from tests.doors.desk_world import member
from tests.reports.report_world import AS_OF, KNOWN, told

BASE = f"/staff/recalls/{SLUG}"
FORM = f"{BASE}/reports/jp_progress/"
ASKED = {"subject": "2026-01-21", "as_of": "2026-01-07", "known_at": "2026-01-10T12:00"}


@pytest.fixture
def mai(
    db: None, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Client:
    settings.KAISHU_DATA_DIR = tmp_path
    told(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: KNOWN + timedelta(minutes=10))
    return member("mai", Role.MANAGER)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_every_figure_of_a_report_opens_rows_that_sum_to_it(mai: Client) -> None:
    shown = page(mai, f"{FORM}?subject=2026-01-21&as_of=2026-01-07&known_at=2026-01-10T12:00")
    links = re.findall(r'href="(/staff/recalls/[^"]*/rows/\?[^"]*)">([^<]*)<', shown)
    assert {text for _, text in links} >= {"251", "1,000", "25.1 %", "3"}
    for href, text in links:
        rows = page(mai, href.replace("&amp;", "&"))
        figure = re.search(r'class="says">([^<]*)<', rows)
        sums = re.search(r'<td class="num">([^<]*)</td><td colspan="5">', rows)
        assert figure is not None
        if "%" not in text and text != "-":
            assert figure[1] == text
        assert (sums[1] if sums else "0") == figure[1]


def test_a_manager_types_saves_and_files_and_the_files_come_byte_for_byte(mai: Client) -> None:
    kept = mai.post(FORM, {**ASKED, "do": "save", "publicity": "新聞広告", "serious": "many"})
    assert kept.status_code == 302
    wrong = mai.post(FORM, {**ASKED, "do": "file", "publicity": "新聞広告", "serious": "many"})
    text = wrong.content.decode()
    assert 'href="#f-serious"' in text
    assert 'value="many"' in text
    assert "新聞広告</textarea>" in text
    long = mai.post(FORM, {**ASKED, "do": "file", "publicity": "新" * 8001, "serious": "1"})
    assert (
        'href="#f-publicity"' in long.content.decode(),
        "新" * 8001 in long.content.decode(),
    ) == (
        True,
        True,
    ), "refused with its length, and kept whole"
    assert Filed.objects.count() == 0
    done = mai.post(FORM, {**ASKED, "do": "file", "publicity": "新聞広告", "serious": "1"})
    row = Filed.objects.get()
    assert done.headers["Location"] == f"{BASE}/reports/filed/{row.id}/"
    assert (row.as_of, row.known_at, row.by) == (AS_OF, KNOWN, "mai")
    assert Answer.objects.filter(field="serious").count() == 2
    for kind in ("json", "pdf", "xlsx", "csv"):
        answer = mai.get(f"{BASE}/reports/filed/{row.id}/{kind}/")
        assert answer.content == bytes(row.files.get(kind=kind).data)
    assert "the figures are the same" in page(mai, f"{BASE}/reports/filed/{row.id}/?run=1")
    mai.post(f"{BASE}/reports/filed/{row.id}/note/", {"do": "reference", "text": "20260110-1"})
    assert "20260110-1" in page(mai, f"{BASE}/reports/filed/{row.id}/")
    long = mai.post(f"{BASE}/reports/filed/{row.id}/note/", {"do": "resent", "text": "x" * 81})
    assert (long.status_code, f'value="{"x" * 81}"' in long.content.decode()) == (409, True)
    assert row.notes.count() == 1


def test_the_calendar_ticks_what_was_filed_and_names_what_is_late(mai: Client) -> None:
    before = page(mai, f"{BASE}/duties/")
    assert "11 d left" in before  # 21 January is over at the end of the day
    assert "late" in before  # the start report was never filed
    mai.post(FORM, {**ASKED, "do": "file"})
    after = page(mai, f"{BASE}/duties/")
    assert "11 d left" not in after
    assert f"/reports/filed/{Filed.objects.get().id}/" in after
    assert "subject=2026-04-21" in page(mai, "/staff/duties/")


def test_corrective_actions_are_added_done_and_checked_in_that_order(mai: Client) -> None:
    missing = mai.post(f"{BASE}/corrective/", {"cause": "dust", "action": "filter"})
    assert 'href="#id-owner"' in missing.content.decode()
    said = {"cause": "dust", "action": "filter", "owner": "QA", "due_on": "2026-02-01"}
    long = mai.post(f"{BASE}/corrective/", {**said, "cause": "d" * 401}).content.decode()
    assert "This text has 401 characters; 400 fit." in long
    assert f'value="{"d" * 401}"' in long
    assert mai.post(f"{BASE}/corrective/", said).status_code == 302
    number = re.findall(r'id="action-(\d+)"', page(mai, f"{BASE}/corrective/"))[-1]
    step = f"{BASE}/corrective/{number}/"
    refused = mai.post(step, {"what": "effective", "day": "2026-01-09"})
    assert refused.status_code == 200
    assert CorrectiveStep.objects.filter(action_id=number).count() == 0
    for what in ("done", "effective"):
        assert mai.post(step, {"what": what, "day": "2026-01-09"}).status_code == 302
    assert "Done, and it works" in page(mai, f"{BASE}/corrective/")


def test_a_regulator_reads_and_sends_nothing(mai: Client) -> None:
    mai.post(FORM, {**ASKED, "do": "file"})
    reader = member("kan", Role.REGULATOR)
    for address in ("/reports/", "/reports/jp_progress/", "/duties/", "/corrective/"):
        shown = page(reader, BASE + address)
        assert '<button class="button"' not in shown
        assert 'href="/staff/incidents/' not in shown
    page(reader, f"{BASE}/reports/filed/{Filed.objects.get().id}/")
    assert page(reader, f"{FORM}draft/json/").startswith('{"as_of"')
    assert reader.post(FORM, {**ASKED, "do": "file"}).status_code == 403
    assert Filed.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["reports/nothing/", "reports/us_monthly/", "reports/filed/99/", "reports/filed/99/pdf/"],
)
def test_what_is_not_there_is_said_in_a_sentence(mai: Client, address: str) -> None:
    assert (
        "was not found" in (text := page(mai, f"{BASE}/{address}", 404)) or "no such form" in text
    )
