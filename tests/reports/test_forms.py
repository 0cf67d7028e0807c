"""Every form of a scripted recall, against its golden file; the same on both databases, for ever."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook

from kaishu.core.report import Report
from kaishu.incidents.models import Incident
from kaishu.markets.forms import CODES, Form, Origin, Subject, forms_of, load_form
from kaishu.reports import filing, filling, typed
from kaishu.reports.files import make_files
from kaishu.reports.forms import FILLERS
from tests.claims.world import SLUG
from tests.reports.report_world import AS_OF, KNOWN, LATER, incident, told, total

GOLDEN = Path(__file__).parent / "golden"
FORMS = sorted(FILLERS)
SUBJECTS = {"jp_progress": "2026-01-21", "us_monthly": "2026-01-01", "cn_summary": "2026-01-21"}
TYPED = {
    "discarded": "1,2０",
    "discarded_source": "所有者アンケート 2025-12",
    "publicity": "新聞広告\nSNS 3回",
    "consulted_on": "2025-10-20",
    "photos": "yes",
    "deaths_before": "0",
    "on_homepage": "no",
}


def subject_of(form: Form) -> str:
    if form.subject is Subject.INCIDENT:
        return Incident.objects.order_by("id").values_list("number", flat=True)[0]
    return SUBJECTS.get(form.id, "")


def fill(form: Form, **more: object) -> Report:
    wanted = {field.id for field in typed.typed_fields(form)}
    usual: dict[str, object] = {
        "form": form,
        "slug": SLUG,
        "subject": subject_of(form),
        "as_of": AS_OF,
        "known_at": KNOWN,
        "at": LATER,
        "texts": {name: text for name, text in TYPED.items() if name in wanted},
    }
    return filling.fill(**{**usual, **more})  # type: ignore[arg-type]


def test_every_form_on_file_can_be_filled() -> None:
    assert {form.id for market in CODES for form in forms_of(market)} == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_the_scripted_recall_is_as_golden_and_stays_so(
    name: str, db: None, tmp_path: Path
) -> None:
    form = load_form(name)
    story = told(tmp_path, form.market)
    report = fill(form)
    found = json.loads(filling.content_of(report))
    # what comes later, or is learned later, changes nothing of it
    total(story, 40, day=AS_OF.date().replace(day=2), recorded=LATER)
    incident(day=AS_OF.date(), known=KNOWN, injured=True, market=form.market, recorded=LATER)
    story.minutes += 100 * 24 * 60
    story.owner_claims("SN0003", remedy="refund", name="Later")
    again = fill(form)
    assert filling.content_of(again) == filling.content_of(report)
    if form.subject is Subject.INCIDENT:
        found = json.loads(json.dumps(found).replace(report.subject, "INCIDENT"))
    file = GOLDEN / f"{name}.json"
    if os.environ.get("KAISHU_WRITE_GOLDEN"):
        text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert found == json.loads(file.read_text(encoding="utf-8"))
