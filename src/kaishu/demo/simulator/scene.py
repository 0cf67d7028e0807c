"""The stage: the invented recalls published for real, their populations opened."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaishu.claims.population import open_population
from kaishu.core.recall import (
    AmountRule,
    DueWhen,
    EvidenceRule,
    Party,
    Population,
    Product,
    Recall,
    Remedy,
    Rule,
    RuleKind,
    SerialFormat,
)
from kaishu.demo.simulator.facts import RECALLS, SHOP, SHOPS, Model, RecallFacts, Terms
from kaishu.editions import actions as editions
from kaishu.editions.recall_file import Loaded
from kaishu.payouts.shop_codes import load_codes
from kaishu.returns.trade import sites

# Before every simulated day, so that no clock jump comes before it.
PUBLISHED = datetime(2023, 1, 10, 1, tzinfo=UTC)
SAID = {"ja": "模擬", "zh-Hans": "模拟", "en": "Simulated"}
CODES = 40


def publish_all(folder: Path) -> dict[str, int]:
    """Publish every recall; returns their numbers in this database by slug."""
    numbers = {}
    for facts in RECALLS:
        numbers[facts.slug] = publish(facts, folder, PUBLISHED)
        codes = [f"{facts.currency}{number:04d}" for number in range(CODES)]
        load_codes(commodity=f"coupon:{facts.currency}", codes=codes, at=PUBLISHED)
        for name in SHOPS:
            _shop(facts, name)
    return numbers


def publish(facts: RecallFacts, folder: Path, at: datetime) -> int:
    """Publish one recall as these facts say it, and open what they add to its population."""
    recall = recall_of(facts)
    loaded = Loaded(folder=folder, recall=recall, lists={}, pictures={}, problems=())
    edition = editions.publish(loaded=loaded, by="hana", at=at)
    open_population(recall_row=edition.recall, recall=recall, by="hana", at=at)
    return edition.recall_id


def _shop(facts: RecallFacts, name: str) -> None:
    sites.add_site(
        slug=facts.slug,
        party=SHOP,
        name=name,
        kind="retailer",
        language=facts.language,
        mail="",
        by="hana",
        at=PUBLISHED,
    )


def recall_of(facts: RecallFacts) -> Recall:
    """Write plain facts as a recall that can be published."""
    return Recall(
        slug=facts.slug,
        market=facts.market,
        announced=PUBLISHED.date(),
        currency=facts.currency,
        company=SAID,
        brand="Simulated",
        title=SAID,
        hazard=SAID,
        cause=SAID,
        stop_use=SAID,
        do_now=(SAID,),
        keep_safe=SAID,
        never=SAID,
        flight=SAID,
        phone="0120-000-000",
        phone_hours=SAID,
        notice_url="https://simulated.example/",
        formats=(
            SerialFormat(code="sn", alphabet="SN0123456789", lengths=(6,), prefix="SN"),
            SerialFormat(code="lot", alphabet="LA0123456789", lengths=(3,), unit_unique=False),
        ),
        products=tuple(_product(model) for model in facts.models),
        rules=tuple(_rule(number, model) for number, model in enumerate(facts.models, 1)),
        remedies=tuple(_remedy(code, terms) for code, terms in facts.remedies.items()),
        evidence=EvidenceRule(order_where=SAID),
        parties=(Party(code=SHOP, role="retailer", name=SAID),),
        population=tuple(row for model in facts.models for row in _population(model)),
    )


def _product(model: Model) -> Product:
    return Product(
        model=model.code,
        name=SAID,
        units=model.units,
        serial_format="sn" if model.named else "lot",
        picture="p.svg",
        model_picture="p.svg",
        serial_picture="p.svg",
        model_where=SAID,
        serial_where=SAID,
    )


def _rule(number: int, model: Model) -> Rule:
    return Rule(
        no=number, product=model.code, kind=RuleKind.RANGE, first=model.first, last=model.last
    )


def _remedy(code: str, terms: Terms) -> Remedy:
    amount: dict[str, Any] = {"amount": AmountRule.ORDER, "plus": terms.plus}
    if terms.fixed is not None:
        amount = {"amount": AmountRule.FIXED, "quantity": terms.fixed}
    return Remedy(
        code=code,
        type=code,
        commodity=terms.commodity,
        due=DueWhen(terms.when),
        kit=terms.kit,
        title=SAID,
        what_you_get=SAID,
        what_you_send=SAID,
        how_long=SAID,
        **amount,
    )


def _population(model: Model) -> tuple[Population, Population]:
    sold = model.units - model.unsold
    return (
        Population(product=model.code, pool="consumer", account="at_large", quantity=sold),
        Population(
            product=model.code,
            pool="retailer",
            account="unsold",
            quantity=model.unsold,
            party=SHOP,
        ),
    )
