"""The invented recalls of the simulator as plain facts, for the stage and for the truth alike.

No code of the application is known here: the truth must not learn from what it checks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SITES = ("depot-east", "depot-west")
RECYCLER = "recycler-green"
CARRIER = "post"
SHOP = "shop-minato"
SHOPS = ("Minato 1", "Minato 2")  # two doors of one account
SPARE = "M100"  # what is sent in exchange: the recalled model itself, with other serials


@dataclass(frozen=True, slots=True)
class Terms:
    """One remedy: what is promised, how much (None = the order amount and `plus`), and when."""

    commodity: str
    fixed: int | None = None
    plus: int = 0
    when: str = "collected"
    kit: str = "kit:bag"


@dataclass(frozen=True, slots=True)
class Model:
    """One model; `named` = its serials name single units, else lots that many share."""

    code: str
    units: int
    unsold: int
    named: bool
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class RecallFacts:
    """One invented recall."""

    slug: str
    market: str
    language: str
    currency: str
    models: tuple[Model, ...]
    remedies: dict[str, Terms]

    def model(self, code: str) -> Model:
        """Return a model by its code."""
        return next(model for model in self.models if model.code == code)

    def lists(self, code: str, serial: str) -> bool:
        """Say whether the recall lists this serial of a model: a plain comparison of text."""
        model = self.model(code)
        return len(serial) == len(model.first) and model.first <= serial <= model.last


def _recall(slug: str, market: str, language: str, currency: str) -> RecallFacts:
    return RecallFacts(
        slug=slug,
        market=market,
        language=language,
        currency=currency,
        models=(
            Model("M100", 1000, 120, True, "SN0001", "SN0800"),
            Model("L200", 500, 60, False, "LA1", "LA5"),
        ),
        remedies={
            "refund": Terms(currency),
            "credit": Terms(f"coupon:{currency}", plus=500, when="approved"),
            "swap": Terms(f"sku:{SPARE}", fixed=1),
        },
    )


def widened(recall: RecallFacts) -> RecallFacts:
    """Return a recall as its second edition says it: another hundred units, more shop credit."""
    models = tuple(
        replace(model, units=model.units + 100, last="SN0900") if model.named else model
        for model in recall.models
    )
    more = replace(recall.remedies["credit"], plus=700)
    return replace(recall, models=models, remedies={**recall.remedies, "credit": more})


RECALLS = (
    _recall("sim-jp", "jp", "ja", "JPY"),
    _recall("sim-us", "us", "en", "USD"),
)
