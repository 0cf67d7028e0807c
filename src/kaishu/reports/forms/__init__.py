"""One file a form: `fill` says where each value comes from. What it leaves out, people type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kaishu.core.report import Filled
from kaishu.reports.facts import Facts
from kaishu.reports.forms import (
    cn_plan,
    cn_summary,
    eu_accident,
    eu_recall,
    jp_end,
    jp_four_items,
    jp_progress,
    jp_start,
    us_monthly,
)

Filler = Callable[[Facts], Mapping[str, Filled]]
FILLERS: Mapping[str, Filler] = {
    "cn_plan": cn_plan.fill,
    "cn_summary": cn_summary.fill,
    "eu_accident": eu_accident.fill,
    "eu_recall": eu_recall.fill,
    "jp_end": jp_end.fill,
    "jp_four_items": jp_four_items.fill,
    "jp_progress": jp_progress.fill,
    "jp_start": jp_start.fill,
    "us_monthly": us_monthly.fill,
}
