"""Forms are data: every field has its source and mark, and nothing unverified is called law."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from kaishu.core.recall import LANGUAGES
from kaishu.markets import load_market
from kaishu.markets.forms import (
    CODES,
    Form,
    FormUnknown,
    Kind,
    Mark,
    Subject,
    cadence_of,
    cadences_of,
    forms_of,
    load_form,
)
from kaishu.reports.duties import series

FORMS = [form for market in CODES for form in forms_of(market)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_form_names_its_regulator_its_sources_and_its_doubts(form: Form) -> None:
    assert form.regulator in {each.code for each in load_market(form.market).regulators}
    assert set(form.title) == set(form.about) == set(LANGUAGES)
    assert {field.basis for field in form.fields} == set(form.sources)
    for field in form.fields:
        source = form.sources[field.basis]
        assert (field.mark is Mark.UNVERIFIED) == (not source.startswith("http")), field.id
        assert bool(field.columns) == (field.kind is Kind.TABLE), field.id
    assert (form.subject is Subject.DUE) <= (cadence_of(form) is not None)


def test_what_was_not_verified_is_never_called_law() -> None:
    found = [cadence for market in CODES for cadence in cadences_of(market)]
    assert {cadence.code for cadence in found if cadence.basis == "law"} == {
        "jp_recall_start",
        "jp_recall_progress",
        "us_monthly_progress",
    }
    assert all((each.mark is Mark.VERIFIED) == (each.basis == "law") for each in found)
    assert {each.form for each in found} <= {form.id for form in FORMS}


@pytest.mark.parametrize(
    ("name", "started", "days"),
    [
        # every 3 months in year 1, every 6 from year 2
        ("jp_progress", date(2025, 10, 21),
         ["2026-01-21", "2026-04-21", "2026-07-21", "2026-10-21", "2027-04-21", "2027-10-21"]),
        ("jp_progress", date(2025, 11, 30),
         ["2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30", "2027-05-30"]),
        ("us_monthly", date(2025, 12, 1), ["2026-01-01", "2026-02-01"]),
        ("us_monthly", date(2025, 12, 31), ["2026-01-01", "2026-02-01"]),
        ("jp_start", date(2025, 10, 21), ["2025-10-21"]),
    ],
)  # fmt: skip
def test_a_series_falls_on_the_days_that_the_source_says(
    name: str, started: date, days: list[str]
) -> None:
    cadence = cadence_of(load_form(name))
    assert cadence is not None
    assert [day.isoformat() for day in islice(series(cadence, started), len(days))] == days


def test_a_form_that_is_not_there_is_refused() -> None:
    with pytest.raises(FormUnknown):
        load_form("jp_nothing")
