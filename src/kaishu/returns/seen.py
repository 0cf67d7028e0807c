"""What a bench can see on a unit besides its serial, and what the recalls make of all of it.

A unit that may be a recalled one is never taken for a harmless one: what its rule needs and the
bench can see is asked; what nobody can see leaves a doubt that stays with the unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from kaishu.books.models import Unit
from kaishu.claims.holding import holder_of
from kaishu.claims.models import ClaimUnit
from kaishu.core import serials
from kaishu.core.answer import ASKS, Inspection, find_product, judge
from kaishu.core.asking import DO_NOT_KNOW, questions
from kaishu.core.dates import Unreadable, read_made
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall
from kaishu.core.verdict import Answer
from kaishu.editions import queries as editions
from kaishu.returns.errors import FoundFactNeeded

OTHER = "other model"
# Who bought it where and when is not to be seen on a unit.
# The code on it is another product's, which has its own turn.
_OF_OTHERS = frozenset({"code_other_product"})
VISIBLE = ("colour", "variant", "batch", "made_on", "label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What stands on a unit, as typed; empty = not looked at, "unknown" = it cannot be seen.

    `model` may also be `OTHER`: looked at, and none of those that were asked about.
    """

    model: str = ""
    colour: str = ""
    variant: str = ""
    batch: str = ""
    made_on: str = ""
    label: str = ""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Seen:
        """Take the facts of a form or a body by their names."""
        return cls(**{each.name: said.get(each.name, "").strip()[:80] for each in fields(cls)})

    def known(self) -> dict[str, str]:
        """Return what was seen, by name."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: text for name, text in said.items() if text not in ("", DO_NOT_KNOW, OTHER)}

    def given(self, *, but: str) -> dict[str, str]:
        """Return what a form says again while it asks for one more; "cannot be seen" too."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: text for name, text in said.items() if text and name != but}

    def inspection(self, recall: Recall, model: str, serial: str) -> Inspection:
        """Return what is judged. Raises FoundFactNeeded for a day that cannot be read."""
        known: dict[str, Any] = {**self.known(), "model": model}
        if "made_on" in known:
            try:
                known["made_on"] = read_made(known["made_on"])
            except Unreadable:
                raise FoundFactNeeded(
                    fact="made_on", recall=recall.slug, model=model, models=model
                ) from None
        known["label"] = known.get("label", "").removeprefix("label.")
        return Inspection(serial=serial, market=recall.market, **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A unit of a recall, known to the books or only to the scope.

    `serial` is empty where nothing readable names this one unit: a shared lot code, a lost label.
    """

    recall_id: int
    product: str
    serial: str
    unit: Unit | None
    held: ClaimUnit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A recall that may have this unit. `fact` is what the bench can look at next, or empty."""

    recall: str
    model: str
    serial: str
    reason: str
    fact: str

    def kept(self, seen: Seen) -> dict[str, str]:
        """Return what stays with the scan for whoever decides."""
        return {
            **seen.known(),
            "recall": self.recall,
            "model": self.model,
            "serial": self.serial,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """What all recalls make of one unit."""

    named: tuple[Named, ...]
    doubts: tuple[Doubt, ...]

    def need(self) -> None:
        """Raise FoundFactNeeded where the bench can see what decides."""
        if self.named or not any(doubt.fact for doubt in self.doubts):
            return
        models = tuple(dict.fromkeys(doubt.model for doubt in self.doubts))
        first = next(doubt for doubt in self.doubts if doubt.fact)
        fact = "model" if len(models) > 1 else first.fact
        raise FoundFactNeeded(
            fact=fact, recall=first.recall, model=first.model, models=" / ".join(models)
        )


def look(typed: str, seen: Seen) -> Looked:
    """Ask every recall about a unit on the bench. No unit of the books is touched."""
    if seen.model == OTHER or not (typed.strip() or seen.known().get("model")):
        return Looked((), ())
    rows = {row.slug: row.id for row in editions.recall_rows()}
    found = [
        each
        for pack in editions.current_packs()
        if pack.recall.slug in rows
        for each in _in_recall(pack, rows[pack.recall.slug], typed, seen)
    ]
    return Looked(
        tuple(each for each in found if isinstance(each, Named)),
        tuple(each for each in found if isinstance(each, Doubt)),
    )


def _in_recall(pack: Pack, recall_id: int, typed: str, seen: Seen) -> Iterator[Named | Doubt]:
    chosen = seen.known().get("model", "")
    only = find_product(pack.recall, chosen) if chosen else None
    met: set[str] = set()
    for product in pack.recall.products:
        if chosen and product is not only:
            continue
        form = pack.recall.serial_format(product)
        serial = serials.read(typed, form).serial
        if serial is None and not chosen:
            continue
        named = serial if serial is not None and form.unit_unique else ""
        unit = Unit.objects.filter(recall_id=recall_id, serial=named).first() if named else None
        model = unit.product if unit else product.model
        if model in met:
            continue
        met.add(model)
        if unit is not None:
            held = holder_of(unit.id)
            yield Named(recall_id=recall_id, product=model, serial=named, unit=unit, held=held)
            continue
        verdict = judge(pack, seen.inspection(pack.recall, product.model, typed))
        if verdict.answer is Answer.AFFECTED:
            yield Named(recall_id=recall_id, product=model, serial=named, unit=None, held=None)
        elif verdict.answer is Answer.ASK and verdict.reason not in _OF_OTHERS:
            yield Doubt(
                recall=pack.recall.slug,
                model=model,
                serial=serial or typed.strip()[:40],
                reason=verdict.reason,
                fact=_next(pack, product, verdict.reason, seen),
            )


def _next(pack: Pack, product: Product, reason: str, seen: Seen) -> str:
    """Return what the bench can look at that this question rests on and was not asked yet."""
    fact = "label" if reason == "serial_empty" else ASKS.get(reason, "")
    if fact not in VISIBLE or fact not in questions(pack, product):
        return ""
    said = getattr(seen, fact)
    in_a_month = fact == "made_on" and said and said != DO_NOT_KNOW
    return fact if not said or in_a_month else ""
