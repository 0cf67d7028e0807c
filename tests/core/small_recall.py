"""A small invented recall for the core's tests; every rule kind has a product."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from kaishu.core import pack as packs
from kaishu.core.recall import (
    LANGUAGES,
    Conditions,
    EvidenceRule,
    Product,
    Recall,
    Rule,
    RuleKind,
    SerialFormat,
    Text,
    Variant,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
FORM = SerialFormat(
    code="brand",
    alphabet=ALPHABET,
    lengths=(8,),
    prefix="A",
    confusions={"O": "0", "I": "1"},
)
PUBLISHED = datetime(2026, 1, 1, 20, 30, tzinfo=UTC)


def text(words: str) -> Text:
    """Return one text in the three languages, told apart by their tags."""
    return {language: f"{words} ({language})" for language in LANGUAGES}


def product(model: str, *colours: str) -> Product:
    """Return a product of the brand, with a variant for each colour."""
    return Product(
        model=model,
        name=text(f"Bank {model}"),
        units=10,
        serial_format="brand",
        picture="bank.png",
        model_picture="model.png",
        serial_picture="serial.png",
        model_where=text("on the back"),
        serial_where=text("under the mark"),
        variants=tuple(Variant(code=f"{model}-{c}", colour=c) for c in colours),
    )


def recall(*rules: Rule, products: tuple[Product, ...] = ()) -> Recall:
    """Return a recall with these rules; products default to one for each model in the rules."""
    models = dict.fromkeys(rule.product for rule in rules)
    return Recall(
        slug="bank-2026",
        market="jp",
        announced=date(2026, 1, 1),
        currency="JPY",
        company=text("Maker"),
        brand="Brand",
        title=text("Recall"),
        hazard=text("Fire"),
        cause=text("Cell"),
        stop_use=text("Stop using it"),
        do_now=(text("Switch it off"), text("Put it aside")),
        keep_safe=text("Away from things that burn"),
        never=text("Never in the bin"),
        flight=text("Do not take it on a plane"),
        phone="0120-000-000",
        phone_hours=text("9-17"),
        notice_url="https://example.org/recall",
        formats=(FORM,),
        products=products or tuple(product(model, "black", "white") for model in models),
        rules=rules,
        remedies=(),
        evidence=EvidenceRule(order_where=text("in the mail")),
        parties=(),
        population=(),
    )


def rule(no: int, kind: RuleKind, model: str = "M1", **more: object) -> Rule:
    """Return a rule; `when` conditions may be given as keywords of Conditions under `when`."""
    return replace(Rule(no=no, product=model, kind=kind), **more)  # type: ignore[arg-type]


def publish(
    folder: Path, what: Recall, lists: dict[str, list[bytes]] | None = None, number: int = 1
) -> packs.Pack:
    """Write and open an edition."""
    ref = packs.write(
        folder, what, number, lists or {}, {"bank.png": b"picture"}, published_at=PUBLISHED
    )
    packs.swap(folder, what.slug, ref)
    return packs.current(folder, what.slug)


__all__ = ["ALPHABET", "FORM", "PUBLISHED", "Conditions", "RuleKind"]
