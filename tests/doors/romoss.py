"""A recall that is nowhere in the repository, as a manager would type it: three models, lot codes.

Models, codes and counts follow the published notice of 16 June 2025; the rest is made up for tests.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from kaishu.base import clock
from kaishu.claims.publication import publish_proposal
from kaishu.editions.drafting import actions, proposals, starting
from kaishu.editions.drafting.toml_text import write

SLUG = "romoss-cn-2025"
BATCHES = {
    "PAC20-272": ("C14-P6", "C14-P7", "M14-P6", "M20-Q1", "M20-Q2"),
    "PAC20-392": ("M14-Q6", "M14-Q7", "C13-Q6", "M22-Q7"),
    "PLT20A-152": ("M20-P8", "M20-Q1"),
}
UNITS = {"PAC20-272": 331_578, "PAC20-392": 113_253, "PLT20A-152": 46_914}
PICTURE = {
    "picture": "power-bank.svg",
    "model_picture": "power-bank-label.svg",
    "serial_picture": "power-bank-label.svg",
}


def three(ja: str, zh: str, en: str) -> dict[str, str]:
    """Return one text."""
    return {"ja": ja, "zh-Hans": zh, "en": en}


def lists() -> dict[str, bytes]:
    """Return the uploaded lists: one CSV a model, each code a lot that many units share."""
    return {
        f"{model}.csv": "\n".join(["serial", *codes, ""]).encode()
        for model, codes in BATCHES.items()
    }


def sections() -> dict[str, dict[str, Any]]:
    """Return what is typed, section by section, over what a new draft says already."""
    where = three("裏面のラベル", "背面标签", "On the label on the back")
    return {
        "identity": {
            "recall": {
                "slug": SLUG,
                "announced": "2025-06-16",
                "units": str(sum(UNITS.values())),
                "brand": "Romoss",
                "phone": "400-000-0000",
            }
        },
        "texts": {
            "texts": {
                "company": three("深セン・ロモス", "深圳罗马仕", "Shenzhen Romoss"),
                "title": three("充電器の回収", "罗马仕充电宝召回", "Recall of Romoss power banks"),
                "hazard": three(
                    "過熱し、発火するおそれがあります。",
                    "可能过热并起火。",
                    "It can overheat and catch fire.",
                ),
                "cause": three(
                    "電池の材料に欠陥があります。", "电芯材料有缺陷。", "A cell material is faulty."
                ),
                "phone_hours": three("毎日9時から18時", "每天9:00-18:00", "Daily, 9:00 to 18:00"),
            }
        },
        "formats": {
            "serials": [
                {
                    "code": "lot",
                    "alphabet": "-0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
                    "lengths": "6",
                    "unit_unique": False,
                    "confusions": "O=0",
                }
            ]
        },
        "products": {
            "products": [
                {
                    "model": model,
                    "name": three(f"充電器 {model}", f"充电宝 {model}", f"Power bank {model}"),
                    "units": str(units),
                    "serial_format": "lot",
                    "sold_from": "2023-06-05",
                    "sold_to": "2025-06-16",
                    "model_where": where,
                    "serial_where": where,
                    **PICTURE,
                }
                for model, units in UNITS.items()
            ]
        },
        "rules": {
            "rules": [
                {"product": model, "kind": "list", "file": f"serials/{model}.csv"}
                for model in UNITS
            ]
        },
        "remedies": {
            "remedies": [
                {
                    "code": "refund",
                    "type": "refund",
                    "commodity": "CNY",
                    "amount": "fixed",
                    "due": "approved",
                    "quantity": "12900",
                    "kit": "kit:bag",
                    "title": three("返金", "退款", "A refund"),
                    "what_you_get": three("129元", "129元", "CNY 129"),
                    "what_you_send": three(
                        "袋で送ります。", "用回收袋寄回。", "The unit, in our bag."
                    ),
                    "how_long": three("2週間", "两周", "Two weeks"),
                }
            ]
        },
        "population": {
            "population": [
                {
                    "product": model,
                    "pool": "consumer",
                    "account": "at_large",
                    "quantity": str(units),
                }
                for model, units in UNITS.items()
            ]
        },
    }


def data() -> dict[str, Any]:
    """Return the whole recall file as tables: a new draft's defaults with what is typed."""
    text, _pictures = starting.empty(market="cn", on=date(2025, 6, 16))
    tables: dict[str, Any] = tomllib.loads(text)
    for said in sections().values():
        for name, value in said.items():
            tables[name] = _merged(tables.get(name, {}), value)
    tables["serials"] = {row.pop("code"): row for row in tables["serials"]}
    return tables


def uploads() -> dict[str, bytes]:
    """Return the recall folder as a browser sends it."""
    _text, pictures = starting.empty(market="cn", on=date(2025, 6, 16))
    return {"recall.toml": write(data()).encode(), **lists(), **pictures}


def published(by: str = "ren") -> int:
    """Publish the recall through a proposal; returns the proposal's number."""
    at = clock.now()
    draft = actions.start_upload(uploads=uploads(), by="hana", at=at)
    made = proposals.propose_publication(draft_id=draft.id, seen=1, by="hana", at=at)
    publish_proposal(proposal_id=made.id, typed=SLUG, content=made.content, by=by, at=at)
    return int(made.id)


def _merged(was: Any, now: Any) -> Any:
    """Return typed words over defaults, as a form reads them: numbers and days by their kind."""
    if isinstance(now, dict):
        base = was if isinstance(was, dict) else {}
        typed = {name: _typed(name, _merged(base.get(name), each)) for name, each in now.items()}
        return {**base, **typed}
    if isinstance(now, list):
        return [_merged(None, each) for each in now]
    return now


def _typed(name: str, value: Any) -> Any:
    if name in ("announced", "sold_from", "sold_to"):
        return date.fromisoformat(value)
    if name in ("units", "quantity"):
        return int(value)
    if name == "confusions":
        return dict([value.split("=")])
    return [int(value)] if name == "lengths" else value
