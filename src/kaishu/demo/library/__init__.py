"""Real recalls as recall files: their models, their rule, their sources; what else a recall needs
is shared and generated.

Each `<id>.toml` holds what a check needs and says, beside the rule, how sure it is and why it is
written so. `whole` makes a complete recall file of it. None of them is published by the demo.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from kaishu.core.recall import LANGUAGES
from kaishu.editions.drafting.toml_text import write
from kaishu.markets import load_market

Data = dict[str, Any]
GENERATED = {
    "what": "Texts, remedies, drawings, and how the units divide over the models where unpublished",
    "verified": "generated",
}


def ids() -> list[str]:
    """Return the names of the recalls in the library."""
    return sorted(file.stem for file in _folder().glob("*.toml") if not file.stem.startswith("_"))


def whole(name: str) -> Data:
    """Return one recall of the library as the tables of a complete recall file."""
    lean, common = _load(name), _load("_common")
    start = tomllib.loads((_start() / "recall.toml").read_text("utf-8"))
    head, products = lean["recall"], lean["products"]
    company, said = head.pop("company"), lean.get("notice", {})
    notice = {
        key: _filled(common["notice"][key], said)
        for key, fact in (("incidents", "reports"), ("sold_where", "sold_at"))
        if fact in said
    }
    _units(head, products)
    head |= {
        "currency": load_market(head["market"]).currency,
        "phone": head.get("phone", common["phone"]),
        "units": sum(product["units"] for product in products),
    }
    names = {"brand": head["brand"], "models": ", ".join(each["model"] for each in products)}
    texts = {key: _filled(text, names) for key, text in common["texts"].items()}
    data = {
        **start,
        **lean,
        "recall": head,
        "texts": {**start["texts"], **texts, "company": dict.fromkeys(LANGUAGES, company)},
        "products": [_product(product, common) for product in products],
        "remedies": _remedies(lean["remedies"], common, head, products),
        "evidence": {**start["evidence"], "order_amount": "optional"},
        "population": [_at_large(product) for product in products],
        "notice": {**notice, **{key: said[key] for key in ("number",) if key in said}},
        "sources": [*lean["sources"], GENERATED],
    }
    return {name: value for name, value in data.items() if value}


def write_library(folder: Path) -> Iterator[Path]:
    """Write each recall of the library as a folder; yield the folder of each."""
    for name in ids():
        to = folder / name
        (to / "pictures").mkdir(parents=True, exist_ok=True)
        lines = (_folder() / f"{name}.toml").read_text("utf-8").splitlines()
        said = "\n".join(line for line in lines if line.startswith("#"))
        (to / "recall.toml").write_text(f"{said}\n\n{write(whole(name))}", "utf-8")
        for drawing in sorted((_start() / "pictures").glob("*.svg")):
            (to / "pictures" / drawing.name).write_bytes(drawing.read_bytes())
        yield to


def _units(head: Data, products: list[Data]) -> None:
    """Give each product its units: as published, else an even share, else one for "unknown"."""
    open_ = [product for product in products if "units" not in product]
    rest = head.get("units", 0) - sum(product.get("units", 0) for product in products)
    for place, product in enumerate(open_):
        share = rest // len(open_) + (place < rest % len(open_))
        product["units"] = max(1, share)


def _product(lean: Data, common: Data) -> Data:
    drawings = {
        "picture": "power-bank.svg",
        "model_picture": "power-bank-label.svg",
        "serial_picture": "power-bank-label.svg",
    }
    name = dict.fromkeys(LANGUAGES, lean["name"])
    return {**common["product"], **drawings, **lean, "name": name}


def _remedies(types: list[str], common: Data, head: Data, products: list[Data]) -> list[Data]:
    model = products[0]["model"]
    facts = {"currency": head["currency"], "model": model}
    made = []
    for kind in types:
        remedy = dict(common["remedies"][kind])
        made.append({"code": kind, **remedy, "commodity": remedy["commodity"].format(**facts)})
    return made


def _at_large(product: Data) -> Data:
    place = {"pool": "consumer", "account": "at_large"}
    return {"product": product["model"], **place, "quantity": product["units"]}


def _filled(text: Data, names: Data) -> Data:
    return {language: words.format(**names) for language, words in text.items()}


def _load(name: str) -> Data:
    return tomllib.loads((_folder() / f"{name}.toml").read_text("utf-8"))


def _folder() -> Path:
    return Path(str(files(__name__)))


def _start() -> Path:
    return Path(str(files("kaishu.editions.drafting"))) / "start"
