"""Every form of a scripted recall, against its golden file; the same on both databases, for ever."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kaishu.core.report import Report
from kaishu.incidents.models import Incident
from kaishu.markets.forms import CODES, Form, Subject, forms_of, load_form
from kaishu.reports import filling, typed
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


@pytest.mark.parametrize("market", CODES)
def test_the_forms_of_a_market_are_as_golden_and_stay_so(
    market: str, db: None, tmp_path: Path
) -> None:
    story = told(tmp_path, market)
    first = {form.id: fill(form) for form in forms_of(market)}
    # what comes later, or is learned later, changes nothing of it
    total(story, 40, day=AS_OF.date().replace(day=2), recorded=LATER)
    incident(day=AS_OF.date(), known=KNOWN, injured=True, market=market, recorded=LATER)
    story.minutes += 100 * 24 * 60
    story.owner_claims("SN0003", remedy="refund", name="Later")
    for name, report in first.items():
        assert filling.content_of(fill(load_form(name))) == filling.content_of(report), name
        assert as_golden(report) == golden(name, as_golden(report)), name


def as_golden(report: Report) -> dict[str, object]:
    text = filling.content_of(report).decode()
    if load_form(report.form).subject is Subject.INCIDENT:
        text = text.replace(report.subject, "INCIDENT")  # its number is drawn by chance
    found: dict[str, object] = json.loads(text)
    return found


def golden(name: str, found: dict[str, object]) -> object:
    file = GOLDEN / f"{name}.json"
    if os.environ.get("KAISHU_WRITE_GOLDEN"):
        text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))
