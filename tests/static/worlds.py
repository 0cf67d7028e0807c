"""Recalls and inspections drawn from a seed: every rule kind, condition and way to mistype."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kaishu.core.answer import Inspection
from kaishu.core.dates import Month
from kaishu.core.pack import Pack
from kaishu.core.recall import (
    LANGUAGES,
    Alias,
    Channel,
    CheckTerms,
    Conditions,
    Effect,
    Product,
    Recall,
    Rule,
    RuleKind,
    SerialFormat,
    Variant,
    Window,
)
from tests.core.small_recall import ALPHABET, FORM, product, publish, recall, text

DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(4)]
MONTHS = (Month(2024, 12), Month(2025, 1), Month(2025, 2))
FORMS = (
    FORM,
    replace(
        FORM,
        code="short",
        lengths=(3, 4),
        prefix="",
        unit_unique=False,
        lookalikes=("01", "12", "2Z"),
    ),
    SerialFormat(code="dashed", alphabet="0123456789CMPQ-", lengths=(6,), confusions={"O": "0"}),
    SerialFormat(code="wide", alphabet=f"{ALPHABET}abcdefgh", lengths=(8,), prefix="A"),
)
MODELS = ("M1", "M2", "Ｍ３ ß", "m-4")
GIVEN_MODELS = (*MODELS, "m1", " M 2", "Ｍ１", "M9", "m3 SS", "OLD-1", "old-1 ", "モデル", "")
LABELS = ("SN:", "S/N No. ", "serial number ", "シリアル番号：", "产品序列号: ", "sn", "")
CODES = (
    *(
        "(21){}",
        "]C121{}",
        "https://example.com/?sn={}",
        "MODEL:M1;SN:{}",
        "model = M2, sn = {}",
        "0104900000000014{}",
    ),
    *("SN:{},", "sn = {} | x"),
    *("(01)00000000004901(21){}", "0100000000004902\x1d21{}", "]d2010000000000490111250102"),
    *("010000000000490111250100\x1d21{}", "]d2010000000000490211250103\x1d10P6\x1d21{}"),
    *("https://id.example/01/00000000004902/21/{}?11=250102", "(01)00000000004901(11)250100(21){}"),
    *("https://id.example/01/4901/10/LOT", "(10)q1(21){}"),
)
BATCHES = (
    *(
        "",
        "p6",
        "Q1",
        " R2 ",
        "LOT:P6",
        "0Ｐ6",
        "q-1",
        "Lot nr. P6",
        "P6、R2",
        "P–6",
        "Pー6",
        "P6-R",
    ),
    *("unknown", "批号 R2 / 3", "Nr.Q 1"),
)
GAPS = (" ", "-", "・", "\u200b", " dash ", "ハイフン", "－", "*", "é", "", "", "", "", "", "")


def world(seed: int, folder: Path) -> Pack:
    """Publish one drawn recall."""
    draw = random.Random(seed)
    forms = {model: FORMS[0] if draw.random() < 0.4 else draw.choice(FORMS) for model in MODELS}
    lists: dict[str, list[bytes]] = {}
    rules: list[Rule] = []
    for model in MODELS:
        for _ in range(draw.randint(1, 3)):
            rules.append(_rule(draw, len(rules) + 1, model, forms[model], lists))
    what = recall(*rules, products=tuple(_product(draw, model, forms[model]) for model in MODELS))
    what = replace(
        what,
        slug=f"drawn-{seed}",
        formats=FORMS,
        channels=(Channel(code="web", name=text("Web")), Channel(code="shop", name=text("Shop"))),
        check=CheckTerms(publish_list=draw.random() < 0.7),
    )
    return publish(folder, what, lists)


def inspections(seed: int, pack: Pack, count: int) -> Iterator[Inspection]:
    """Draw what people type of units in and around a recall."""
    draw = random.Random(seed)
    for _ in range(count):
        given = draw.choice(GIVEN_MODELS if draw.random() < 0.3 else MODELS)
        found = draw.choice([*pack.recall.products])
        form = pack.recall.serial_format(found)
        yield Inspection(
            model=given if draw.random() < 0.4 else found.model,
            serial=_typed(draw, _serial(draw, form), pack.recall, found),
            colour=draw.choice(("", "black", "WHITE", "M1-black", "4901", "green", "constructor")),
            bought=draw.choice((None, *DAYS)),
            market=draw.choice(("", "jp", " JP ", "cn", "us", "Japan", "ＣＮ", "eu")),
            channel=draw.choice(("", "web", "shop", "fair")),
            variant=draw.choice(("", "", "m1-BLACK", "4901", "04902")),
            batch=draw.choice(BATCHES),
            made_on=draw.choice((None, *DAYS, *MONTHS)),
            label=draw.choice(("", "", "missing", "illegible", "odd")),
        )


def plain(unit: Inspection) -> dict[str, Any]:
    """Return an inspection as the page of the copy holds it."""
    pairs = ((field.name, getattr(unit, field.name)) for field in fields(unit))
    return {
        name: value.isoformat() if isinstance(value, date | Month) else value
        for name, value in pairs
    }


def _product(draw: random.Random, model: str, form: SerialFormat) -> Product:
    made = replace(product(model), serial_format=form.code)
    variants = (
        Variant(code=f"{model}-black", colour="black", jan="4901"),
        Variant(code=f"{model}-white", colour="white", jan=draw.choice(("4901", "4902", ""))),
    )
    alias = Alias(code="OLD-1", kind=draw.choice(("misprint", "sold_as")), source="paper")
    return replace(made, variants=variants, aliases=(alias,) if model == "M2" else ())


def _serial(draw: random.Random, form: SerialFormat) -> str:
    """Return a serial of a format, of few enough kinds that rules are often met."""
    length = draw.choice(form.lengths)
    letters = draw.choice((form.alphabet[:3], form.alphabet[:3], form.alphabet))
    tail = "".join(draw.choice(letters) for _ in range(min(length - len(form.prefix), 3)))
    return form.prefix + form.alphabet[0] * (length - len(form.prefix) - len(tail)) + tail


def _rule(
    draw: random.Random, no: int, model: str, form: SerialFormat, lists: dict[str, list[bytes]]
) -> Rule:
    kind = draw.choice([*RuleKind, RuleKind.LIST, RuleKind.RANGE])
    length = draw.choice(form.lengths)
    same = sorted(
        ("".join(each) for each in ([_serial(draw, form) for _ in range(40)])),
        key=lambda serial: [form.alphabet.index(letter) for letter in serial],
    )
    same = [serial for serial in same if len(serial) == length] or [form.prefix.ljust(length, "0")]
    chosen = tuple(sorted({_serial(draw, form) for _ in range(draw.randint(1, 12))}))
    more: dict[str, Any] = {}
    if kind is RuleKind.LIST:
        more = {"file": f"{no}.csv"}
        lists[f"{no}.csv"] = [serial.encode() for serial in chosen]
    elif kind is RuleKind.RANGE:
        more = {"first": same[len(same) // 3], "last": same[2 * len(same) // 3]}
    elif kind is RuleKind.COUNTER:
        ends = {"first": "01", "last": "210", "digits": form.alphabet[:3]}
        more = {"head": same[0][: length - draw.randint(2, 3)], **ends}
    elif kind is RuleKind.PREFIX:
        more = {"prefix": same[0][: draw.randint(1, length)], "length": draw.choice((0, length))}
    elif kind is RuleKind.TAIL:
        more = {"endings": (form.alphabet[0],), "safe_endings": (form.alphabet[1],)}
    elif kind is RuleKind.CODES:
        more = {"codes": chosen}
    elif kind is RuleKind.UNLABELLED:
        more = {"labels": draw.choice(((), ("missing",)))}
    if draw.random() < 0.2 and kind is not RuleKind.LOOKUP:
        more["effect"] = Effect.EXCLUDE
    if draw.random() < 0.5:
        more["why"] = {tag: f"Told {no}, {tag}." for tag in draw.choice((LANGUAGES, ("en",)))}
    return Rule(no=no, product=model, kind=kind, when=_conditions(draw), **more)


def _conditions(draw: random.Random) -> Conditions:
    more: dict[str, Any] = {}
    choices: dict[str, Any] = {
        "colours": ("black",),
        "not_colours": ("white", "green"),
        "variants": ("M1-black",),
        "not_variants": ("M2-white",),
        "channels": ("web",),
        "not_channels": ("web",),
        "batches": ("P6", "Q1"),
        "bought_from": DAYS[1],
        "bought_to": DAYS[2],
        "made": (Window(start=DAYS[1], end=DAYS[1]), Window(start=DAYS[3])),
        "markets": ("JP", "cn"),
    }
    for name in draw.sample(sorted(choices), draw.choice((0, 0, 1, 1, 2))):
        more[name] = choices[name]
    return Conditions(**more)


def _typed(draw: random.Random, serial: str, what: Recall, found: Product) -> str:
    """Return a serial as a person writes it: often as it stands, sometimes wrong."""
    way = draw.random()
    if way < 0.35:
        return serial
    if way < 0.4:
        return draw.choice(("", " ", "O" * 8, "SN", "dash", "A" * 201, "serial number"))
    if way < 0.48:
        return draw.choice(CODES).format(serial)
    if way < 0.53:
        serial = serial[:-1] if draw.random() < 0.5 else f"{serial}0"
    if way < 0.6:
        serial = serial.replace("0", draw.choice(("O", "o", "Ｏ")), 1)
    if way < 0.7:
        serial = serial.lower()
    letters = [letter + draw.choice(GAPS) for letter in serial]
    return draw.choice(LABELS) + "".join(letters)
