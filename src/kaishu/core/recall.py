"""A recall as plain values: what a recall file says, and what an edition freezes.

Loaded from TOML by `editions.recall_file`, written to and read from an edition pack by
`core.pack`. Every text for people is a `Text`: one string per language of `LANGUAGES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

LANGUAGES = ("ja", "zh-Hans", "en")


Text = Mapping[str, str]


class RuleKind(StrEnum):
    """How a rule says which units are in. Later kinds join here, in `scope` and in `index`."""

    LIST = "list"
    RANGE = "range"
    COUNTER = "counter"
    PREFIX = "prefix"
    TAIL = "tail"
    CODES = "codes"
    MODEL = "model"
    UNLABELLED = "unlabelled"
    LOOKUP = "lookup"


class Effect(StrEnum):
    """Whether a rule takes units in, or names units that the maker has said are safe."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class Label(StrEnum):
    """What is left of a label that bears no serial: none was ever there, or it cannot be read."""

    MISSING = "missing"
    ILLEGIBLE = "illegible"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialFormat:
    """How one brand writes its serials. `confusions` maps a look-alike that the alphabet does not
    contain to the one character it can only have meant ("O" -> "0"); never folded globally.

    `lookalikes` are groups of characters that all occur and are easily taken for each other
    ("1L", "2Z"): nothing is repaired by them, they only make a "did you mean …?".
    """

    code: str
    alphabet: str
    lengths: tuple[int, ...]
    prefix: str = ""
    confusions: Mapping[str, str] = field(default_factory=dict)
    lookalikes: tuple[str, ...] = ()
    unit_unique: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One colour or design of a product; `code` is the SKU, `jan` the bar code on the box."""

    code: str
    colour: str
    jan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another model code that means this product, and who says so; never a guess by likeness.

    `kind` is "misprint" (a listing or a paper got it wrong) or "sold_as" (its name elsewhere).
    """

    code: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way the goods were sold that a rule speaks of, as an owner would name it."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One model of the recall. `units` is how many were sold or stocked in this market.

    `batch_where` and `made_where` say where the batch and the day of manufacture are printed.

    `un_number` is the maker's own classification for transport ("UN 3480" alone, "UN 3481" in or
    with equipment); empty = not stated, and then no number is printed.
    """

    model: str
    name: Text
    units: int
    serial_format: str
    picture: str
    model_picture: str
    serial_picture: str
    model_where: Text
    serial_where: Text
    capacity: str = ""
    un_number: str = ""
    sold_from: date | None = None
    sold_to: date | None = None
    variants: tuple[Variant, ...] = ()
    aliases: tuple[Alias, ...] = ()
    batch_where: Text = field(default_factory=dict)
    made_where: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days of manufacture, both ends included; an end that is left out is open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must also hold for a rule to apply. An empty field is no condition.

    Dates are inclusive; one window of `made` is enough. A fact that a condition needs and the
    owner has not given is a question (`Answer.ASK`), never a guess.
    """

    colours: tuple[str, ...] = ()
    not_colours: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    not_variants: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
    bought_from: date | None = None
    bought_to: date | None = None
    batches: tuple[str, ...] = ()
    made: tuple[Window, ...] = ()
    markets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the scope. `no` counts from 1 in file order and is what a verdict cites.

    LIST uses `file` (a CSV beside the recall file); RANGE `first`, `last` (same length, inclusive,
    ordered by the alphabet); COUNTER `head`, `first`, `last` and `digits` (numbers in that digit
    order behind a fixed head); PREFIX `prefix` and `length`; TAIL `endings` and `safe_endings`;
    CODES `codes`; UNLABELLED `labels` (empty = every kind of missing label). MODEL needs nothing,
    nor does LOOKUP, whose list only the maker can ask. `note` and `verified` say how sure it is;
    `why` is what an owner reads whose unit it takes in.
    """

    no: int
    product: str
    kind: RuleKind
    effect: Effect = Effect.INCLUDE
    when: Conditions = Conditions()
    file: str = ""
    first: str = ""
    last: str = ""
    prefix: str = ""
    length: int = 0
    head: str = ""
    digits: str = ""
    endings: tuple[str, ...] = ()
    safe_endings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    note: str = ""
    verified: str = ""
    why: Text = field(default_factory=dict, hash=False)


class AmountRule(StrEnum):
    """How the quantity of a promise is found."""

    FIXED = "fixed"
    ORDER = "order"


class DueWhen(StrEnum):
    """When a promise may leave: once approved, or once the unit is in our hands or at its end."""

    APPROVED = "approved"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One line of "your old product and the new one": charging, capacity, size, weight.

    `change` is "gain", "lose", "same" or "differs". `products` empty = for every product.
    """

    what: Text
    old: Text
    new: Text
    change: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the maker says it will keep to, in calendar days; None = no date is promised.

    `review_days` from the claim to its decision, `kit_days` from the approval to the kit's
    dispatch, `remind_days` from there to a reminder to who still holds the kit (None = the
    house's). How long a remedy takes once the unit arrived is `Remedy.days`.
    """

    review_days: int | None = None
    kit_days: int | None = None
    remind_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to be made whole. `quantity` and `plus` are minor units (JPY 1, CNY 0.01) or pieces.

    AmountRule.FIXED promises `quantity`; ORDER promises the order amount plus `plus`.
    `products` empty = offered for every product. `worth` is the list price of goods in minor
    units of the recall's currency (0 = not published); `days` is how many days after the unit's
    arrival the remedy leaves (None = no date is promised).
    """

    code: str
    type: str
    commodity: str
    amount: AmountRule
    due: DueWhen
    quantity: int = 0
    plus: int = 0
    kit: str = ""
    products: tuple[str, ...] = ()
    title: Text
    what_you_get: Text
    what_you_send: Text
    how_long: Text
    worth: int = 0
    days: int | None = None
    compare: tuple[Comparison, ...] = ()

    def compared(self, model: str) -> tuple[Comparison, ...]:
        """Return what a model's owner gains and loses with these goods, in file order."""
        return tuple(c for c in self.compare if not c.products or model in c.products)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """What a claim must bring: "required", "optional" or "not_asked" each."""

    serial_photo: str = "optional"
    proof: str = "optional"
    order_no: str = "optional"
    order_amount: str = "optional"
    bought_on: str = "optional"
    order_where: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company or site that may hold units: role depot, recycler, retailer, distributor, maker."""

    code: str
    role: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How many units of a product lie where when the recall opens."""

    product: str
    pool: str
    account: str
    quantity: int
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact comes from. `verified` is "official", "secondary" or "generated"."""

    what: str
    url: str
    verified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What only the public notice says; an empty text is not known. `number` is the authority's."""

    sold_where: Text = field(default_factory=dict)
    made_in: Text = field(default_factory=dict)
    incidents: Text = field(default_factory=dict)
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTerms:
    """What the maker allows of the check. `publish_list` lets copies of the site carry hashes of
    the listed serials: whoever holds such a copy can test any serial without asking anybody."""

    publish_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A whole recall. `slug` names it for ever; `currency` is ISO 4217."""

    slug: str
    market: str
    announced: date
    currency: str
    company: Text
    brand: str
    title: Text
    hazard: Text
    cause: Text
    stop_use: Text
    do_now: tuple[Text, ...]
    keep_safe: Text
    never: Text
    flight: Text
    phone: str
    phone_hours: Text
    notice_url: str
    formats: tuple[SerialFormat, ...]
    products: tuple[Product, ...]
    rules: tuple[Rule, ...]
    remedies: tuple[Remedy, ...]
    evidence: EvidenceRule
    parties: tuple[Party, ...]
    population: tuple[Population, ...]
    channels: tuple[Channel, ...] = ()
    sources: tuple[Source, ...] = ()
    service: Service = Service()
    notice: NoticeFacts = NoticeFacts()
    check: CheckTerms = CheckTerms()

    def product(self, model: str) -> Product | None:
        """Return the product with this model code, or None."""
        return next((product for product in self.products if product.model == model), None)

    def channel(self, code: str) -> Channel | None:
        """Return the sales channel with this code, or None."""
        return next((channel for channel in self.channels if channel.code == code), None)

    def serial_format(self, product: Product) -> SerialFormat:
        """Return the format that a product's serials are written in; it exists once checked."""
        return next(form for form in self.formats if form.code == product.serial_format)

    def remedies_for(self, model: str) -> tuple[Remedy, ...]:
        """Return the remedies offered for a model, in file order."""
        return tuple(r for r in self.remedies if not r.products or model in r.products)

    def remedy(self, code: str) -> Remedy | None:
        """Return the remedy with this code, or None."""
        return next((remedy for remedy in self.remedies if remedy.code == code), None)


def say(text: Text, language: str) -> str:
    """Return a text in a language; English where the language is unknown."""
    return text.get(language) or text["en"]
