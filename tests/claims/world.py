"""An invented recall with owners, reviewers, a depot and a bank, spoken to in short sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kaishu.books import actions as books
from kaishu.books import queries as books_queries
from kaishu.books.values import Place, UnitMove
from kaishu.claims import actions, queries
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.submit import Submitted
from kaishu.core.recall import (
    AmountRule,
    DueWhen,
    EvidenceRule,
    Population,
    Product,
    Recall,
    Remedy,
    Rule,
    RuleKind,
    SerialFormat,
)
from kaishu.editions import actions as editions
from kaishu.editions.recall_file import Loaded
from kaishu.people.contact import Contact

START = datetime(2025, 10, 21, 9, 0, tzinfo=UTC)
WORD = {"ja": "語", "zh-Hans": "字", "en": "word"}
SLUG = "m100"


def _remedy(code: str, commodity: str, **more: Any) -> Remedy:
    texts = {"title": WORD, "what_you_get": WORD, "what_you_send": WORD, "how_long": WORD}
    usual = {"amount": AmountRule.ORDER, "due": DueWhen.COLLECTED, "kit": "kit:bag"}
    return Remedy(code=code, type=code, commodity=commodity, **(usual | more), **texts)


def _product(model: str, form: str) -> Product:
    return Product(
        model=model,
        name=WORD,
        units=1000,
        serial_format=form,
        picture="p.svg",
        model_picture="p.svg",
        serial_picture="p.svg",
        model_where=WORD,
        serial_where=WORD,
    )


def recall() -> Recall:
    """M100 with named units SN0001..SN0999 in the recall, and L100 whose codes name lots."""
    digits = "0123456789"
    return Recall(
        slug=SLUG,
        market="jp",
        announced=date(2025, 10, 21),
        currency="JPY",
        company=WORD,
        brand="Mado",
        title=WORD,
        hazard=WORD,
        cause=WORD,
        stop_use=WORD,
        do_now=(WORD,),
        keep_safe=WORD,
        never=WORD,
        flight=WORD,
        phone="0120-000-000",
        phone_hours=WORD,
        notice_url="https://example.test/m100",
        formats=(
            SerialFormat(code="sn", alphabet="SN" + digits, lengths=(6,), prefix="SN"),
            SerialFormat(code="lot", alphabet="L" + digits, lengths=(3,), unit_unique=False),
        ),
        products=(_product("M100", "sn"), _product("L100", "lot")),
        rules=(
            Rule(no=1, product="M100", kind=RuleKind.RANGE, first="SN0001", last="SN0999"),
            Rule(no=2, product="L100", kind=RuleKind.RANGE, first="L01", last="L09"),
        ),
        remedies=(
            _remedy("refund", "JPY"),
            _remedy("credit", "coupon:JPY", plus=50, due=DueWhen.APPROVED),
            _remedy("replacement", "sku:A1637", amount=AmountRule.FIXED, quantity=1),
        ),
        evidence=EvidenceRule(order_where=WORD),
        parties=(),
        population=(
            Population(product="M100", pool="consumer", account="at_large", quantity=900),
            Population(
                product="M100", pool="retailer", account="unsold", quantity=100, party="shop-1"
            ),
        ),
    )


@dataclass
class World:
    """One published recall. Every act takes the next minute."""

    recall_id: int = 0
    minutes: int = 0
    claims: dict[str, Submitted] = field(default_factory=dict)

    def now(self) -> datetime:
        """Return the next minute."""
        self.minutes += 1
        return START + timedelta(minutes=self.minutes)

    def open(self, folder: Path) -> World:
        """Publish the recall and open its population."""
        loaded = Loaded(folder=folder, recall=recall(), lists={}, pictures={}, problems=())
        edition = editions.publish(loaded=loaded, by="mika", at=START)
        self.recall_id = edition.recall_id
        books.post(
            kind="population.opened",
            moves=[
                UnitMove(
                    product=row.product,
                    pool=row.pool,
                    quantity=row.quantity,
                    source=Place("declared"),
                    target=Place(row.account, row.party),
                )
                for row in recall().population
            ],
            recall_id=self.recall_id,
            key="open",
            door="cli",
            by="mika",
            at=START,
        )
        return self

    def books(self) -> str:
        """Return the trial balance on one line."""
        return books_queries.trial_balance(recall_id=self.recall_id).sentence()

    def facts(self, serial: str, *, name: str = "Sato", **unit: Any) -> ClaimFacts:
        """Return what an owner would say."""
        usual = {"model": "M100", "order_amount": 3990, "remedy": "refund", "serial": serial}
        return ClaimFacts(
            recall=SLUG,
            language="ja",
            contact=Contact(name=name, email="sato@example.test", phone="0312345678"),
            units=(UnitFacts(**(usual | unit)),),
        )

    def claim(self, serial: str, *, key: str = "", name: str = "Sato", **unit: Any) -> Submitted:
        """File a claim; later acts find it by its serial."""
        key = key or f"form-{self.minutes}"
        done = actions.submit_claim(
            facts=self.facts(serial, name=name, **unit), key=key, door="web", by="", at=self.now()
        )
        self.claims[serial] = done
        return done

    def unit(self, serial_or_case: str, unit_no: int = 1) -> ClaimUnit:
        """Return the claim unit as it is now."""
        claim = self.claims.get(serial_or_case)
        case_no = claim.case_no if claim else serial_or_case
        return queries.claim_unit(case_no=case_no, unit_no=unit_no)

    def decide(
        self, which: str, kind: str, reason: str = "checked", /, *, by: str = "", **more: Any
    ) -> Decision:
        """Decide with the newest decision read; what rei decided, jun opens again."""
        unit = self.unit(which)
        newest = unit.newest_decision
        usual = {"seen": newest.number if newest else None, "at": self.now()}
        return actions.decide(
            claim_unit_id=unit.id,
            kind=kind,
            reason=reason,
            by=by or ("jun" if kind == "reopened" else "rei"),
            **(usual | more),
        )

    def approve(self, which: str, reason: str = "checked", /, **more: Any) -> Decision:
        """Approve."""
        return self.decide(which, "approved", reason, **more)

    def stage(self, serial: str) -> str:
        """Say what the owner sees."""
        return str(queries.case(self.unit(serial).claim.case_no).units[0].stage.code)
