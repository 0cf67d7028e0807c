"""One row of the spreadsheet as facts: dates, amounts and words read, or refused by column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from kaishu.claims.facts import CONDITIONS, ClaimFacts, UnitFacts
from kaishu.claims.imports import known
from kaishu.claims.imports.errors import (
    AmountUnreadable,
    DateAhead,
    DateWrong,
    DigitsLost,
    WordUnknown,
)
from kaishu.core import serials
from kaishu.core.dates import Made, Month, Unreadable, read_made
from kaishu.core.recall import LANGUAGES, Recall
from kaishu.editions.imports.check import looks_rounded
from kaishu.editions.imports.names import folded
from kaishu.people.contact import Contact

APPROVED, REFUSED, OPEN = "approved", "refused", ""
_DECISIONS = {
    APPROVED: (
        "approved approve ok yes accepted done paid 承認 承認済 済 可 完了 支払済 "
        "通过 已通过 批准 同意 已完成"
    ),
    REFUSED: "refused refuse rejected no declined 却下 不承認 否認 対象外 拒绝 驳回 不通过 不同意",
    OPEN: "open new pending waiting 未 未対応 受付 受付済 審査中 保留 待处理 待审核 审核中 新建",
}
_DECISION_OF = {folded(word): kind for kind, all_ in _DECISIONS.items() for word in all_.split()}
_CONDITION_OF = {
    "膨張": "swollen", "膨らみ": "swollen", "鼓包": "swollen", "発熱": "hot", "发热": "hot",
    "液漏れ": "leaking", "漏液": "leaking", "水濡れ": "wet", "进水": "wet", "不明": "unknown",
    "正常": "intact", "異常なし": "intact", "良好": "intact",
}  # fmt: skip
_LANGUAGE_OF = {"日本語": "ja", "中文": "zh-Hans", "zh": "zh-Hans", "zhcn": "zh-Hans"}
_LANGUAGE_OF |= {"简体中文": "zh-Hans", "english": "en", "英語": "en", "japanese": "ja"}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")
_MONEY = re.compile(r"[\s,¥￥円元$]|JPY|CNY|RMB|USD|EUR", re.IGNORECASE)
_ERAS = {"令和": 2018, "平成": 1988}
_ERA_DAY = re.compile(r"(令和|平成)\s*(\d{1,2}|元)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
# What a spreadsheet keeps of a day: the number of days since this one (1900 system).
_FIRST_DAY = date(1899, 12, 30)
MINOR_UNITS = {"JPY": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A row as read. `decision` is approved, refused or open; days are None where empty."""

    reference: str
    facts: ClaimFacts
    filed_on: date | None
    decision: str
    paid_amount: int | None
    paid_on: date | None
    collected_on: date | None
    disposed_on: date | None

    @property
    def unit(self) -> UnitFacts:
        """The one unit of the row."""
        return self.facts.units[0]

    @property
    def paid(self) -> bool:
        """Say whether the remedy was delivered elsewhere."""
        return self.paid_amount is not None or self.paid_on is not None

    @property
    def collected(self) -> bool:
        """Say whether the unit came in elsewhere."""
        return self.collected_on is not None or self.disposed_on is not None

    @property
    def settled(self) -> bool:
        """Say whether anything beyond the claim itself is brought in."""
        return self.paid or self.collected or self.decision == APPROVED


def read_row(
    cells: Mapping[str, str],
    *,
    mapping: Mapping[str, str],
    settings: Mapping[str, str],
    recall: Recall,
    today: date,
) -> ImportRow:
    """Read one row, in which no day may lie after `today`.

    Raises CellWrong for the first cell that cannot be read, by its column.
    """
    said = {field: _clean(cells.get(column, "")) for field, column in mapping.items()}
    read = _Reader(said, mapping, recall.currency, today)
    return ImportRow(
        reference=said.get("reference", ""),
        facts=ClaimFacts(
            recall=recall.slug,
            language=read.language(settings.get("language", LANGUAGES[0])),
            contact=_contact(said),
            units=(
                UnitFacts(
                    model=_model(
                        said.get("model", "") or settings.get("model", ""), read.serial(), recall
                    ),
                    serial=read.serial(),
                    colour=said.get("colour", ""),
                    order_no=said.get("order_no", ""),
                    shop=said.get("shop", ""),
                    bought_on=read.day("bought_on"),
                    order_amount=read.amount("order_amount"),
                    condition=read.condition(),
                    remedy=read.remedy(settings.get("remedy", ""), recall),
                    market=read.market(),
                    channel=read.channel(recall),
                    variant=said.get("variant", ""),
                    batch=said.get("batch", ""),
                    made_on=read.made(),
                    label=read.label(),
                ),
            ),
        ),
        filed_on=read.day("filed_on"),
        decision=read.decision(),
        paid_amount=read.amount("paid_amount"),
        paid_on=read.day("paid_on"),
        collected_on=read.day("collected_on"),
        disposed_on=read.day("disposed_on"),
    )


def moment(day: date | None, *, at: datetime) -> datetime:
    """Return when something happened of which only the day is known: noon, and never after now."""
    return min(datetime.combine(day, time(12), UTC), at) if day else at


class _Reader:
    """Reads the cells of one row; a cell that cannot be read is named by its column."""

    def __init__(
        self, said: Mapping[str, str], mapping: Mapping[str, str], currency: str, today: date
    ) -> None:
        self.said = said
        self.mapping = mapping
        self.places = MINOR_UNITS.get(currency, 2)
        # A market's day may have begun before the one in UTC.
        self.latest = today + timedelta(days=1)

    def day(self, field: str) -> date | None:
        """Return a day: 2025-10-21, 2025/10/21, 2025年10月21日, 令和7年…, or a sheet's 45951."""
        text = self.said.get(field, "")
        if not text:
            return None
        try:
            day = _day(text)
        except ValueError:
            raise DateWrong(column=self.mapping[field], text=text[:40]) from None
        if day > self.latest:
            raise DateAhead(column=self.mapping[field], text=text[:40])
        return day

    def made(self) -> Made | None:
        """Return the day it was made, or the month where the cell has no day."""
        text = self.said.get("made_on", "")
        try:
            made = read_made(text) if text else None
        except Unreadable:
            return self.day("made_on")
        first = next(made.days()) if isinstance(made, Month) else made
        if first is not None and first > self.latest:
            raise DateAhead(column=self.mapping["made_on"], text=text[:40])
        return made

    def channel(self, recall: Recall) -> str:
        """Return the recall's channel; a shop is one too where it is called as the channel is."""
        text = self.said.get("channel", "")
        if not text:
            return known.channel(self.said.get("shop", ""), recall) or ""
        if (found := known.channel(text, recall)) is None:
            raise self._unknown("channel", known.channels(recall))
        return found

    def market(self) -> str:
        """Return the market it was bought in; empty is the recall's own."""
        text = self.said.get("market", "")
        if text and known.market(text) is None:
            raise self._unknown("market", known.MARKETS)
        return known.market(text) or ""

    def label(self) -> str:
        """Return what is left of the label of a unit without a serial."""
        text = self.said.get("label", "")
        if text and known.label(text) is None:
            raise self._unknown("label", known.LABELS)
        return known.label(text) or ""

    def amount(self, field: str) -> int | None:
        """Return an amount in minor units: "3,990", "¥3990", "39.90"."""
        text = self.said.get(field, "")
        if not text:
            return None
        try:
            units = Decimal(_MONEY.sub("", text)) * 10**self.places
        except InvalidOperation:
            units = Decimal("NaN")
        if not units.is_finite() or units < 0 or units != units.to_integral_value():
            raise AmountUnreadable(column=self.mapping[field], text=text[:40])
        return int(units)

    def serial(self) -> str:
        """Return the serial as it stands; the claim reads it."""
        text = self.said.get("serial", "")
        if looks_rounded(text):
            raise DigitsLost(serial=text, column=self.mapping["serial"])
        return text

    def _unknown(self, field: str, known: Iterable[str]) -> WordUnknown:
        text, words = self.said.get(field, ""), " / ".join(known)
        return WordUnknown(column=self.mapping[field], text=text[:40], known=words)

    def decision(self) -> str:
        """Return what was decided elsewhere."""
        text = self.said.get("decision", "")
        if text and folded(text) not in _DECISION_OF:
            raise self._unknown(
                "decision", ("approved 承認 通过", "refused 却下 拒绝", "open 未対応 待处理")
            )
        return _DECISION_OF.get(folded(text), OPEN)

    def condition(self) -> str:
        """Return how the unit is; a file that says nothing tells of no danger."""
        text = self.said.get("condition", "")
        found = text.lower() if text.lower() in CONDITIONS else _CONDITION_OF.get(text, "")
        if text and not found:
            raise self._unknown("condition", CONDITIONS)
        return found or "intact"

    def language(self, usual: str) -> str:
        """Return the language to write to this person in."""
        text = self.said.get("language", "")
        known = {folded(tag): tag for tag in LANGUAGES} | _LANGUAGE_OF
        if text and folded(text) not in known:
            raise self._unknown("language", LANGUAGES)
        return known.get(folded(text), usual)

    def remedy(self, usual: str, recall: Recall) -> str:
        """Return the code of the remedy that a cell names by code or title."""
        text = self.said.get("remedy", "")
        if not text:
            return usual
        for remedy in recall.remedies:
            if folded(text) in {folded(each) for each in (remedy.code, *remedy.title.values())}:
                return remedy.code
        raise self._unknown("remedy", [each.code for each in recall.remedies])


def _clean(text: str) -> str:
    """Return a cell without what a spreadsheet adds: outer spaces, ="…", a guarding quote."""
    text = text.strip().strip("\u3000")
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text


def _day(text: str) -> date:
    text = unicodedata.normalize("NFKC", text)
    if era := _ERA_DAY.match(text):
        year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
        return date(year, int(era[3]), int(era[4]))
    if found := _DAY.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    number = float(text)
    if not 20_000 <= number < 80_000:
        raise ValueError(text)
    return _FIRST_DAY + timedelta(days=int(number))


def _contact(said: Mapping[str, str]) -> Contact:
    names = ("name", "name_kana", "email", "phone", "postcode", "address")
    return Contact(**{name: said.get(name, "") for name in names})


def _model(text: str, serial: str, recall: Recall) -> str:
    """Return a product's own code for what a cell calls it; what is unknown stays as it was.

    Where nothing names it, the one product whose serials are written like this one.
    """
    for product in recall.products:
        called = {product.model, *product.name.values()}
        if folded(text) in {folded(each) for each in called}:
            return product.model
    fitting = [
        product.model
        for product in recall.products
        if serials.read(serial, recall.serial_format(product)).serial is not None
    ]
    if not text and len(fitting) == 1:
        return fitting[0]
    return text or (recall.products[0].model if len(recall.products) == 1 else "")
