"""Every kind of rule and condition can be written in the forms, without a script."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.core.recall import Effect, RuleKind, Window
from kaishu.editions.drafting import judging, queries
from tests.doors.test_recall_forms import client_of, draft, form_of, said

# What a person types for each kind, besides the model.
TYPED: dict[str, dict[str, str]] = {
    "counter": {"head": "C1", "first": "0-01", "last": "0-99", "digits": "-0123456789"},
    "tail": {"endings": "1、2, D", "safe_endings": "A"},
    "codes": {"codes": "M22-Q6，M22-Q7"},
    "unlabelled": {},
    "lookup": {"verified": "generated", "note": "The rule was not reported."},
}


@pytest.fixture
def hana(db: None) -> Client:
    """Give the browser of a manager."""
    return client_of("hana", Role.MANAGER)


def press(hana: Client, path: str, do: str, **typed: str) -> None:
    form: dict[str, Any] = {**form_of(hana, path), **typed}
    assert hana.post(path, {**form, "do": do}).status_code == 302


def test_every_new_kind_and_condition_is_typed_and_read(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/rules/"
    first = len(said(row)["rules"])
    codes, bare = f"rules.{first + 2}", f"rules.{first + 3}"
    typed = {f"channels.0.name.{tag}": "Shop" for tag in ("ja", "zh-Hans", "en")}
    typed |= {"channels.rows": "1", "channels.0.code": "web", "rules.rows": str(first + len(TYPED))}
    for place, (kind, fields) in enumerate(TYPED.items(), start=first):
        typed |= {f"rules.{place}.kind": kind, f"rules.{place}.product": "PAC20-392"}
        typed |= {f"rules.{place}.{key}": value for key, value in fields.items()}
    conditions = {"when.not_channels": "web", "when.batches": "P6, Q1", "effect": "exclude"}
    typed |= {f"{codes}.{key}": value for key, value in conditions.items()}
    press(hana, path, f"add:{bare}.when.made:", **typed, **{f"{bare}.labels": "missing"})
    assert said(row)["rules"][first + 3]["when"] == {"made": [{}]}  # a table that said nothing yet
    made = {f"{codes}.when.made.rows": "2", f"{bare}.when.made.rows": "0"}
    for place, start in enumerate(("2024-01-05", "2024-06-01")):
        window = {"start": start, "end": f"{start[:8]}28"}
        made |= {f"{codes}.when.made.{place}.{key}": day for key, day in window.items()}
    ticked = {f"{bare}.labels": "missing", f"{codes}.when.not_channels": "web"}
    press(hana, path, "save", **made, **ticked)

    saved = {rule["kind"]: rule for rule in said(row)["rules"][first:]}
    assert saved["tail"]["endings"] == ["1", "2", "D"]
    assert saved["codes"]["codes"] == ["M22-Q6", "M22-Q7"]
    assert saved["unlabelled"]["labels"] == ["missing"]
    assert saved["codes"]["when"]["not_channels"] == ["web"]
    recall = judging.load(queries.newest(queries.draft(row.id))).recall
    assert recall is not None
    rules = {rule.kind: rule for rule in recall.rules[first:]}
    assert set(rules) == set(map(RuleKind, TYPED))
    assert rules[RuleKind.CODES].effect is Effect.EXCLUDE
    assert rules[RuleKind.CODES].when.made == (
        Window(start=date(2024, 1, 5), end=date(2024, 1, 28)),
        Window(start=date(2024, 6, 1), end=date(2024, 6, 28)),
    )
    page = hana.get(path).content.decode()
    for words in (
        "Covered endings",
        "Digits in counting order",
        "These are safe",
        "No number on it",
    ):
        assert words in page


def test_a_contradiction_stands_beside_its_rule(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/rules/"
    place = len(said(row)["rules"])
    press(hana, path, "add:rules:codes")
    typed = {"product": "PAC20-392", "codes": "M22-Q7", "effect": "exclude"}
    press(hana, path, "save", **{f"rules.{place}.{key}": value for key, value in typed.items()})
    page = hana.get(path).content.decode()
    assert "name the same unit as recalled and as safe" in page
