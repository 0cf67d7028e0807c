"""Judge the rows of a piece, a column at a time: acts ready to be kept, and every bad row named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from kaishu.core.genealogy.acts import Did
from kaishu.supply.links import coding, times
from kaishu.supply.links.mapping import ACTS, LinkMapping, Side
from kaishu.supply.links.sources import BAD_ROWS, Piece

EARLIEST = 631_152_000  # 1 January 1990: an older day is a typing error
AHEAD = timedelta(days=1)
NEEDS_PARENT = (Did.FITTED, Did.REMOVED, Did.PACKED, Did.UNPACKED, Did.SEEN_IN)
# What may be a class without a lot: what goes into something.
_CLASS_IN = {"parent": (Did.MADE,), "child": (Did.FITTED, Did.REMOVED)}
_CLASS = r"^(/01/[^/]+|/x/item/[^/]+)$"
ROWS = {
    "row": pl.UInt32,
    "did": pl.UInt8,
    "at": pl.UInt32,
    "parent": pl.String,
    "child": pl.String,
    "quantity": pl.Float64,
    "child_quantity": pl.Float64,
    "party": pl.String,
    "place": pl.String,
    "order": pl.String,
    "key": pl.String,
}


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """Good rows (ROWS) and bad ones (BAD_ROWS), both in the order of the file."""

    good: pl.DataFrame
    bad: pl.DataFrame


def check(piece: Piece, mapping: LinkMapping, at: datetime) -> Checked:
    """Judge the rows of a piece as the mapping reads them. The first reason of a row is told."""
    frame = _tidy(piece.frame, mapping)
    judged = _Judged(frame)
    judged.act(mapping)
    judged.time(mapping, at)
    judged.thing("child", mapping.child)
    judged.thing("parent", mapping.parent)
    judged.who(mapping)
    for word in ("quantity", "child_quantity"):
        judged.number(word)
    judged.whole("parent" in mapping.columns)
    bad = judged.frame.filter(pl.col("why").is_not_null())
    named = bad.select(
        "row", sheet=pl.lit(piece.sheet), code="why", value=pl.col("value").str.slice(0, 80)
    )
    good = judged.frame.filter(pl.col("why").is_null()).select(
        pl.col(word).cast(kind, strict=False) for word, kind in ROWS.items()
    )
    every = pl.concat([piece.bad, named.cast(pl.Schema(BAD_ROWS))]).sort("row", maintain_order=True)
    return Checked(good, every)


def _tidy(frame: pl.DataFrame, mapping: LinkMapping) -> pl.DataFrame:
    """Put every word there, constants where a row has nothing, without space and width."""
    words = [word for word in frame.columns if word != "row"]
    frame = frame.with_columns(_plain(frame[word]) for word in words)
    for word, value in mapping.constants.items():
        typed = pl.col(word) if word in frame.columns else pl.lit("")
        filled = pl.when(typed == "").then(pl.lit(value.strip())).otherwise(typed)
        frame = frame.with_columns(filled.alias(word))
    missing = set(ROWS) | {"act"}
    missing -= {"row", "did", "at", *frame.columns}
    return frame.with_columns(pl.lit("").alias(word) for word in sorted(missing))


def _plain(values: pl.Series) -> pl.Series:
    values = values.fill_null("").str.strip_chars()
    if (values.str.len_bytes() != values.str.len_chars()).any():
        values = values.str.normalize("NFKC").str.strip_chars()
    return values.alias(values.name)


class _Judged:
    """A table on its way from text to rows: `why` is the first thing wrong, `value` what it was."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame.with_columns(
            why=pl.lit(None, pl.String), value=pl.lit("", pl.String), typed=pl.col("child")
        )

    def act(self, mapping: LinkMapping) -> None:
        """Read what each row did."""
        if mapping.act:
            self.frame = self.frame.with_columns(did=pl.lit(int(ACTS[mapping.act])))
            return
        known = {said: int(ACTS[act]) for said, act in mapping.acts.items()}
        did = pl.col("act").replace_strict(known, default=None, return_dtype=pl.Int32)
        self.frame = self.frame.with_columns(did=did)
        self._note(pl.col("did").is_null(), "link_row_act", "act")

    def time(self, mapping: LinkMapping, at: datetime) -> None:
        """Read when; a day without an hour is its first or its last second, as the act has it."""
        read = times.read(self.frame["time"], mapping)
        late = [int(did) for did in Did if mapping.at_end_of_day(did)]
        end = read["day"] & self.frame["did"].is_in(late)
        seconds = read["at"] + end.fill_null(value=False).cast(pl.Int64) * (times.DAY - 1)
        self.frame = self.frame.with_columns(seconds.alias("at"))
        outside = ~pl.col("at").is_between(EARLIEST, int((at + AHEAD).timestamp()))
        self._note(pl.col("at").is_null(), "link_row_time", "time")
        self._note(outside, "link_row_time_far", "time")

    def thing(self, word: str, side: Side) -> None:
        """Read the parent or the child; an empty parent stays empty."""
        typed = self.frame[word]
        name = f"{word}_item"
        items = self.frame[name] if name in self.frame.columns else None
        filled = typed != ""
        values = typed.set(~filled, None)
        if side.kind == "lot":
            filled |= self._some(word, items)
        if items is not None:
            items = items.set(~filled, None)
        read = coding.side(values, side, items)
        self.frame = self.frame.with_columns(
            read.codes.set(~filled, None).alias(word), read.why.set(~filled, None).alias("read")
        )
        self._note_read(typed)

    def _some(self, word: str, items: pl.Series | None) -> pl.Series:
        """Return where a class without a lot goes into something: nobody said of which lot."""
        dids = _CLASS_IN[word]
        here = self.frame["did"].is_in([int(did) for did in dids]).fill_null(value=False)
        return here if items is None else here & (items != "")

    def who(self, mapping: LinkMapping) -> None:
        """Read party and place."""
        for word, kind in (("party", mapping.party), ("place", mapping.place)):
            typed = self.frame[word]
            read = coding.named(typed, kind=kind, word=word)
            self.frame = self.frame.with_columns(read.codes.alias(word), read.why.alias("read"))
            self._note_read(typed)

    def number(self, word: str) -> None:
        """Read a quantity: more than nothing, thousands with or without commas.

        A comma after a leading zero is a decimal one, as some countries write it: it is refused,
        because the same hand writes 1,500 for one and a half.
        """
        typed = self.frame[word]
        plain = typed.str.replace_all(r"[,\s](\d{3})\b", "${1}")
        number = plain.set(typed.str.contains(r"^\s*0\d*,"), None).cast(pl.Float64, strict=False)
        self.frame = self.frame.with_columns(number.alias(word), typed.alias("said"))
        wrong = (pl.col("said") != "") & ~(pl.col(word).is_finite() & (pl.col(word) > 0))
        self._note(
            wrong.fill_null(value=True) & (pl.col("said") != ""), "link_row_quantity", "said"
        )

    def whole(self, has_parents: bool) -> None:
        """See that each row has what its act needs."""
        needs = pl.col("did").is_in([int(did) for did in NEEDS_PARENT])
        needs |= (pl.col("did") == int(Did.MADE)) & has_parents
        nobody = (pl.col("party") == "") & (pl.col("place") == "")
        emptied = (pl.col("did") == int(Did.UNPACKED)) & pl.col("parent").is_not_null()
        self._note(pl.col("child").is_null() & ~emptied, "link_row_child", "")
        self._note(needs & pl.col("parent").is_null(), "link_row_parent", "typed")
        for word, dids in _CLASS_IN.items():
            feeds = pl.col("did").is_in([int(did) for did in dids])
            self._note(pl.col(word).str.contains(_CLASS) & ~feeds, "link_row_code", word)
        self._note(pl.col("parent") == pl.col("child"), "link_row_itself", "typed")
        self._note((pl.col("did") == int(Did.MOVED)) & nobody, "link_row_nowhere", "typed")

    def _note_read(self, typed: pl.Series) -> None:
        self.frame = self.frame.with_columns(typed.alias("said"))
        first = pl.col("why").is_null() & pl.col("read").is_not_null()
        self.frame = self.frame.with_columns(
            why=pl.when(first).then("read").otherwise("why"),
            value=pl.when(first).then("said").otherwise("value"),
        ).drop("read", "said")

    def _note(self, wrong: pl.Expr, code: str, column: str) -> None:
        first = pl.col("why").is_null() & wrong.fill_null(value=False)
        shown = pl.col(column) if column else pl.lit("")
        self.frame = self.frame.with_columns(
            why=pl.when(first).then(pl.lit(code)).otherwise("why"),
            value=pl.when(first).then(shown).otherwise("value"),
        )
