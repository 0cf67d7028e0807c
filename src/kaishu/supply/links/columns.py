"""Link files as columns of acts, the form that a graph is made of.

Rows of one file that say the same act are one act: of MADE, FITTED and the boxes, all rows with the
same result at the same time (a pack is made once, of cells and a board); of MOVED and ENDED, all
rows of the same time, party and place. Units that came out of one lot at one time and out of
nothing else are one act too. A column "order" keeps acts apart that would else be one. A row that
stands twice, in one file or in two, counts once; rows with different keys are different.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from kaishu.core.genealogy.acts import Columns, Did
from kaishu.supply.links import parts
from kaishu.supply.models import Network

_CODES = ("parent", "child", "party", "place")
_WORDS = ("order", "key")
_SAME = ["did", "at", *_CODES, *_WORDS, "quantity", "child_quantity"]
_UNIT = "/21/|/unit/"


def read(network: Network, *, after: int = 0, up_to: int | None = None) -> Columns:
    """Return the acts of link files with a higher number than `after`, up to `up_to`.

    Rows that an earlier file has too are left out. Raises FileGone, FileDamaged.
    """
    texts, rows = _numbered(network, after, up_to)
    rows = rows.unique(subset=_SAME, keep="first", maintain_order=True)
    rows = rows.filter(pl.col("file") > after)
    return _columns(texts, _acts(texts, rows))


class _Texts:
    """Every text once, with its number; -1 stands for none."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.known = pl.DataFrame(schema={"text": pl.String, "no": pl.Int32})

    def number(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Put numbers in place of the texts of a part."""
        every = pl.concat([frame[word].alias("text") for word in self.columns]).drop_nulls()
        found = every.unique(maintain_order=True).to_frame()
        new = found.filter(pl.col("text") != "").join(self.known, on="text", how="anti")
        first = len(self.known)
        numbers = pl.Series("no", np.arange(first, first + len(new), dtype=np.int32))
        self.known = pl.concat([self.known, new.with_columns(numbers)])
        here = found.join(self.known, on="text", how="inner")
        for word in self.columns:
            named = here.rename({"text": word, "no": f"{word}_no"})
            frame = frame.join(named, on=word, how="left", maintain_order="left")
            number = pl.col(f"{word}_no").fill_null(-1)
            frame = frame.with_columns(number.alias(word)).drop(f"{word}_no")
        return frame


def _numbered(network: Network, after: int, up_to: int | None) -> tuple[pl.Series, pl.DataFrame]:
    """Return all texts and the rows with numbers for them; of older files only what may repeat."""
    wanted = parts.live(network)
    if up_to is not None:
        wanted = wanted.filter(file_id__lte=up_to)
    new = list(wanted.filter(file_id__gt=after))
    chosen = new
    if after and new:
        first, last = min(part.first_at for part in new), max(part.last_at for part in new)
        old = wanted.filter(file_id__lte=after, first_at__lte=last, last_at__gte=first)
        chosen = [*old, *new]
    texts, words = _Texts(_CODES), _Texts(_WORDS)
    frames = [
        words.number(texts.number(parts.rows_of(part))).with_columns(
            file=pl.lit(part.file_id, pl.Int64)
        )
        for part in chosen
    ]
    if not frames:
        empty = {"file": pl.Int64, "row": pl.UInt32, "did": pl.UInt8, "at": pl.UInt32}
        numbers = dict.fromkeys([*_CODES, *_WORDS], pl.Int32)
        amounts = {"quantity": pl.Float64, "child_quantity": pl.Float64}
        return texts.known["text"], pl.DataFrame(schema={**empty, **numbers, **amounts})
    return texts.known["text"], pl.concat(frames)


def _acts(texts: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Say which rows are one act (`act`, in the order of the rows), and what went in and out."""
    made = pl.col("did") == int(Did.MADE)
    lone = pl.col("did").is_in([int(Did.MOVED), int(Did.ENDED)])
    rows = rows.with_columns(
        source=pl.when(made).then("parent").otherwise("child"),
        target=pl.when(made).then("child").when(lone).then(pl.lit(-1)).otherwise("parent"),
    )
    of_one = ["file", "did", "at", "party", "place", "order"]
    is_unit = texts.str.contains(_UNIT).to_numpy() if len(texts) else np.zeros(0, np.bool_)
    unit = np.append(is_unit, False)[rows["target"].to_numpy()]
    rows = rows.with_columns(unit=pl.Series(unit), rows_of=pl.len().over([*of_one, "target"]))
    together = made & pl.col("unit") & (pl.col("rows_of") == 1) & (pl.col("source") >= 0)
    rows = rows.with_columns(
        by=pl.when(together).then(pl.col("source").cast(pl.Int64) + (1 << 32)).otherwise("target")
    )
    first = rows.with_columns(place_no=pl.int_range(pl.len())).with_columns(
        pl.col("place_no").min().over([*of_one, "by"])
    )
    return first.with_columns(act=(pl.col("place_no").rank("dense") - 1).cast(pl.Int32))


def _columns(texts: pl.Series, rows: pl.DataFrame) -> Columns:
    acts = (
        rows.group_by("act")
        .agg(
            pl.col("file", "did", "at", "party", "place").first(),
            first=pl.col("row").min(),
            last=pl.col("row").max(),
        )
        .sort("act")
    )
    many = pl.format("link:{}:{}-{}", "file", "first", "last")
    key = pl.when(pl.col("first") == pl.col("last"))
    keys = acts.select(
        key.then(pl.format("link:{}:{}", "file", "first")).otherwise(many)
    ).to_series()
    amounts = pl.concat(
        [
            _amounts(rows, "source", "quantity", out=False, summed=True),
            _amounts(rows, "target", "child_quantity", out=True, summed=False),
        ]
    ).sort("act", "out", "row", maintain_order=True)
    thing, party, place = (
        each.to_numpy() for each in (amounts["thing"], acts["party"], acts["place"])
    )
    used = np.unique(np.concatenate([thing, party[party >= 0], place[place >= 0]]))
    number = np.full(len(texts) + 1, -1, np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return Columns(
        codes=texts.gather(used).to_list(),
        keys=keys.to_list(),
        did=acts["did"].to_numpy(),
        at=acts["at"].to_numpy(),
        party=number[party],
        place=number[place],
        act=amounts["act"].to_numpy(),
        output=amounts["out"].to_numpy(),
        thing=number[thing],
        quantity=amounts["quantity"].fill_null(float("nan")).to_numpy(),
    )


def _amounts(
    rows: pl.DataFrame, thing: str, quantity: str, *, out: bool, summed: bool
) -> pl.DataFrame:
    """Return each thing of each act once; of inputs the rows are added up, where all say how much.

    What came out is said again in each row of its inputs, so its first quantity counts.
    """
    said = pl.col(quantity)
    total = pl.when(said.is_null().any()).then(None).otherwise(said.sum())
    return (
        rows.filter(pl.col(thing) >= 0)
        .group_by("act", pl.col(thing).alias("thing"))
        .agg(
            quantity=total if summed else said.drop_nulls().first(),
            row=pl.col("row").min(),
        )
        .with_columns(out=pl.lit(out))
        .select("act", "thing", "quantity", "row", "out")
    )
