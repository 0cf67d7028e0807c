"""The things of the truth: units, promises, decisions, scans, claims, containers.

Plain data in plain Python; nothing of the application is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kaishu.demo.simulator.facts import RecallFacts

HERE = ("depot", "recycler", "disposed", "repaired", "made_safe")
ENDS = ("disposed", "repaired", "made_safe", "released")
BROUGHT = ("ok", "swollen", "hot", "leaking")

Place = tuple[str, str]


class No(Exception):
    """The act is refused; `codes` are the refusals that may be told."""

    def __init__(self, *codes: str) -> None:
        super().__init__(" or ".join(codes))
        self.codes = codes


@dataclass(eq=False, slots=True)
class Thing:
    """One unit that somebody has named."""

    recall: str
    model: str
    pool: str
    serial: str
    tag: str
    place: Place
    keeper: Line | None = None
    box: Box | None = None

    def __str__(self) -> str:
        return f"{self.recall} {self.serial or self.tag}"


@dataclass(eq=False, slots=True)
class Owing:
    """One thing promised; `place` is cost, owed, sent, paid or waived."""

    number: int
    role: str
    commodity: str
    quantity: int
    terms: str
    place: str = "owed"


@dataclass(frozen=True, slots=True)
class Act:
    """One decision."""

    kind: str
    reason: str
    by: str
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(eq=False, slots=True)
class Scan:
    """One parcel that was opened."""

    number: int
    site: str
    outcome: str
    by: str
    thing: Thing | None
    came_from: Place | None
    act: int
    stray: Thing | None = None
    kit_settled: Owing | None = None
    kits_declined: tuple[Owing, ...] = ()
    undone: bool = False


@dataclass(eq=False, slots=True)
class Line:
    """One claimed unit."""

    recall: RecallFacts
    case: str
    no: int
    model: str
    serial: str
    remedy: str
    amount: int | None
    condition: str
    thing: Thing | None = None
    contested: bool = False
    standing: str = "open"
    acts: list[Act] = field(default_factory=list)
    owing: list[Owing] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    kits: list[str] = field(default_factory=list)
    address: str = ""
    drawn: Act | None = None
    second: tuple[str, str] | None = None
    settled_by: str = ""
    forgotten: bool = False

    @property
    def tag(self) -> str:
        """Name the unit where it has no readable serial."""
        return f"case {self.case}-{self.no}"

    def alive(self, role: str, *places: str) -> list[Owing]:
        """Return the promises of a role that stand in one of these places."""
        return [each for each in self.owing if each.role == role and each.place in places]

    def settled(self, name: str, value: object) -> object:
        """Return what the newest decision says of something, else what was typed."""
        for act in self.acts:
            value = dict(act.facts).get(name, value)
        return value

    def brought_in(self) -> bool:
        """Say whether the owner has done their part: a depot had the unit in its hands."""
        return any(scan.outcome in BROUGHT and not scan.undone for scan in self.scans)

    def __str__(self) -> str:
        return f"{self.case}-{self.no}"


@dataclass(eq=False, slots=True)
class Shop:
    """One shop with a link of its own: what it answered, by form, step and model."""

    recall: str
    site: int
    party: str
    answers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)

    def said(self, *steps: str) -> bool:
        """Say whether it gave one of these answers."""
        return any(step in steps for _, step, _ in self.answers)

    def total(self, step: str, model: str = "", *, but: str = "") -> int:
        """Add up its answers of a step, one form left out."""
        return sum(
            n
            for (key, which, product), n in self.answers.items()
            if which == step and product in (model or product,) and key != but
        )

    def __str__(self) -> str:
        return f"shop-{self.site}"


@dataclass(eq=False, slots=True)
class Spare:
    """One replacement unit on our shelf; `key` is the order that it is reserved for."""

    commodity: str
    serial: str
    held: bool
    key: str = ""
    left: bool = False
    delivered: bool = False
    back: str = ""
    told: int = 0


@dataclass(eq=False, slots=True)
class Box:
    """A container and what lies in it."""

    number: str
    recall: str
    site: str
    things: list[Thing] = field(default_factory=list)
    stock: list[tuple[str, str, int]] = field(default_factory=list)
    gone: bool = False
    sealed: bool = False
