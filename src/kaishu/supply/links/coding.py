"""Turn columns of what people typed into codes of things, and say of each value why it is none.

Work is done a column at a time. Only what repeats (classes, parties) or is rare (odd letters,
foreign forms) is looked at one by one, each different value once. Check digits are judged by the
library python-stdnum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

import polars as pl
from stdnum import ean

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc, things
from kaishu.core.genealogy.things import Kind
from kaishu.supply.links.mapping import Side

LONGEST = 180
_PLAIN = r"^[A-Za-z0-9_.~-]*$"
_GS1_WORD = r"""^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$"""
_OURS = r"^(/01/\d{14}|/x/item/[A-Za-z0-9_.~-]+)/(10|21|lot|unit)/([A-Za-z0-9_.~-]+)$"
_EPC = r"^(urn:epc:(?:id:sgtin|class:lgtin):\d+\.\d+)\.([A-Za-z0-9_.-]+)$"
_LINK = r"^https?://[^/?#]+(/01/\d{14})/(10|21)/([A-Za-z0-9_.~-]+)$"
_ROUNDED = r"(?i)^\d(?:\.\d+)?E\+?\d+$"


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Codes, one a value (null where there is none), and why (null where all is well)."""

    codes: pl.Series
    why: pl.Series


def side(values: pl.Series, side: Side, items: pl.Series | None) -> Coded:
    """Read the values of a parent or child column; `items` is its item column, where it has one."""
    if side.kind == "code":
        return codes(values)
    if side.kind == "box":
        return boxes(values)
    classes = _classes(values, side, items)
    key = {"lot": ("10", "lot"), "unit": ("21", "unit")}[side.kind]
    frame = pl.DataFrame({"v": values, "c": classes.codes, "w": classes.why, "q": encoded(values)})
    gs1 = pl.col("c").str.starts_with("/01/")
    word = pl.when(gs1).then(pl.lit(f"/{key[0]}/")).otherwise(pl.lit(f"/{key[1]}/"))
    letters = pl.lit("link_row_letters")
    why = (
        pl.when(pl.col("w").is_not_null())
        .then("w")
        .when(pl.col("v").str.contains(_ROUNDED))
        .then(pl.lit("link_row_digits_lost"))
        .when(gs1 & ~pl.col("v").str.contains(_GS1_WORD))
        .then(letters)
        .when(pl.col("v").str.len_chars() > LONGEST // 3)
        .then(letters)
    )
    made = pl.concat_str("c", word, "q")
    if side.kind == "lot":  # a class without a lot: "some of it"
        made = pl.when(pl.col("v").is_null()).then("c").otherwise(made)
    read = frame.select(code=made, why=why)
    return Coded(read["code"], read["why"])


def encoded(values: pl.Series) -> pl.Series:
    """Return values as they stand in a code: percent-encoded where a letter needs it."""
    odd = ~values.str.contains(_PLAIN).fill_null(value=True)
    if not odd.any():
        return values
    frame = pl.DataFrame({"v": values, "odd": odd})
    one_by_one = _each(values.filter(odd), lambda text: (quote(text, safe=""), None))
    joined = frame.join(one_by_one, on="v", how="left", maintain_order="left")
    return joined.select(pl.when("odd").then("code").otherwise("v").alias("code"))["code"]


def codes(values: pl.Series) -> Coded:
    """Read our own codes, EPC URNs and Digital Links. Heads that repeat are judged once each."""
    frame = pl.DataFrame({"v": values}).with_columns(
        ours=pl.col("v").str.extract_groups(_OURS),
        urn=pl.col("v").str.extract_groups(_EPC),
        link=pl.col("v").str.extract_groups(_LINK),
    )
    link_first = pl.col("link").struct.field("1").is_not_null()
    kept = pl.when(link_first).then("link").otherwise("ours")
    frame = frame.with_columns(
        head=pl.coalesce(kept.struct.field("1"), pl.col("urn").struct.field("1")),
        key=kept.struct.field("2"),
        name=pl.coalesce(kept.struct.field("3"), pl.col("urn").struct.field("2")),
    )
    heads = _each(frame["head"].drop_nulls(), _head).rename({"v": "head"})
    rest = frame.filter(pl.col("head").is_null())["v"]
    one_by_one = _each(rest, _other).rename({"code": "whole", "why": "whole_why"})
    frame = frame.join(heads, on="head", how="left", maintain_order="left")
    frame = frame.join(one_by_one, on="v", how="left", maintain_order="left")
    tail = pl.when(pl.col("key").is_null()).then(pl.lit("")).otherwise(pl.format("/{}", "key"))
    made = pl.concat_str("code", tail, pl.lit("/"), "name")
    read = frame.select(
        code=pl.when(pl.col("head").is_null()).then("whole").otherwise(made),
        why=pl.coalesce("why", "whole_why"),
    )
    return Coded(read["code"], read["why"])


def boxes(values: pl.Series) -> Coded:
    """Read numbers of boxes: an SSCC of 18 digits, or a company's own."""
    return _spread(values, _each(values, _box))


def named(values: pl.Series, *, kind: str, word: str) -> Coded:
    """Read parties ("party") or places ("place"): codes, GLNs or names; an empty one is nobody."""
    read = {"gln": _gln, "name": _own_name, "code": _party_or_place}[kind]
    return _spread(values, _each(values, lambda text: read(text, word)))


def item(text: str, item_is: str = "") -> tuple[str | None, str | None]:
    """Return the code of a class as people write it, or why it is none."""
    if text.startswith(("/01/", "/x/item/")):
        good = text.count("/") == (2 if text[1] == "0" else 3)
        return (text, None) if good else (None, "link_row_code")
    digits = text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14)
    if item_is == "name" or (not digits and item_is != "gtin"):
        return (things.own("item", text), None) if text else (None, "link_row_item")
    return (things.item(text.zfill(14)), None) if ean.is_valid(text) else (None, "link_row_gtin")


def _classes(values: pl.Series, side: Side, items: pl.Series | None) -> Coded:
    if items is None:
        constant = pl.repeat(side.item, len(values), dtype=pl.String, eager=True)
        return Coded(constant, pl.repeat(None, len(values), dtype=pl.String, eager=True))
    return _spread(items, _each(items, lambda text: item(text, side.item_is)))


def _each(values: pl.Series, read: Callable[[str], tuple[str | None, str | None]]) -> pl.DataFrame:
    """Read each different value once."""
    different = values.drop_nulls().unique().to_list()
    found = [read(text) for text in different]
    return pl.DataFrame(
        {"v": different, "code": [code for code, _ in found], "why": [why for _, why in found]},
        schema={"v": pl.String, "code": pl.String, "why": pl.String},
    )


def _spread(values: pl.Series, read: pl.DataFrame) -> Coded:
    joined = pl.DataFrame({"v": values}).join(read, on="v", how="left", maintain_order="left")
    return Coded(joined["code"], joined["why"])


def _head(text: str) -> tuple[str | None, str | None]:
    """Judge what comes before the number of a lot or a unit."""
    if text.startswith("urn:"):
        return _epc(f"{text}.0", cut=True)
    if text.startswith("/x/"):
        return text, None
    return (text, None) if ean.is_valid(text[4:]) else (None, "link_row_gtin")


def _other(text: str) -> tuple[str | None, str | None]:
    """Judge a whole value: a box, a party, a place, or one with unusual letters."""
    if not text.startswith("/"):
        return _epc(text)
    try:
        kind = things.kind_of(text)
    except ValueError:
        return None, "link_row_code"
    if len(text) > LONGEST:
        return None, "link_row_code"
    if kind == Kind.ITEM:
        return item(text)
    if text.startswith(("/00/", "/414/", "/417/", "/01/", "/8003/")):
        return _epc(f"https://id.gs1.org{text}")
    words = [unquote(word) for word in text.split("/")]
    if any(word != word.strip() for word in words):
        return None, "link_row_code"
    return "/".join(quote(word, safe="") for word in words), None  # one spelling a thing


def _epc(text: str, *, cut: bool = False) -> tuple[str | None, str | None]:
    try:
        name = epc.thing(text, not cut)
    except epc.CheckDigitWrong:
        return None, "link_row_gtin"
    except Refusal:
        return None, "link_row_code"
    if (cut and name.kind == Kind.ITEM) or len(name.code) > LONGEST:
        return None, "link_row_code"
    return (name.code.rpartition("/")[0] if cut else name.code), None


def _box(text: str) -> tuple[str | None, str | None]:
    digits = text.isascii() and text.isdigit()
    if digits and len(text) == 20 and text.startswith("00"):
        text = text[2:]  # as it stands under a bar code: (00) and the number
    if digits and len(text) == 18:
        good = ean.calc_check_digit(text[:-1]) == text[-1]
        return (f"/00/{text}", None) if good else (None, "link_row_sscc")
    if not text or len(text) > LONGEST // 3:
        return None, "link_row_letters"
    return things.own("box", text), None


def _gln(text: str, word: str) -> tuple[str | None, str | None]:
    if not text:
        return "", None
    if len(text) != 13 or not ean.is_valid(text):
        return None, "link_row_gln"
    return f"/{'417' if word == 'party' else '414'}/{text}", None


def _own_name(text: str, word: str) -> tuple[str | None, str | None]:
    if len(text) > LONGEST // 3:
        return None, "link_row_letters"
    return (things.own(word, text) if text else ""), None


def _party_or_place(text: str, word: str) -> tuple[str | None, str | None]:
    if not text:
        return "", None
    try:
        if text.startswith("/x/"):
            good = things.kind_of(text) == (Kind.PARTY if word == "party" else Kind.PLACE)
            return (text, None) if good else (None, "link_row_code")
        read = epc.party if word == "party" else epc.place
        return read(f"https://id.gs1.org{text}" if text.startswith("/") else text), None
    except epc.CheckDigitWrong:
        return None, "link_row_gln"
    except (Refusal, ValueError):
        return None, "link_row_code"
