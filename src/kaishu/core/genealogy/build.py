"""Turn the columns of acts into the arrays of a graph file."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Columns, Did
from kaishu.core.genealogy.errors import GraphTooLarge, ThingWrong
from kaishu.core.genealogy.text import pack
from kaishu.core.genealogy.things import item_of, kind_of

Array = NDArray[Any]
LARGEST = (1 << 31) - 1
PER_BUCKET = 4


def arrays_of(columns: Columns) -> tuple[dict[str, Array], dict[str, int]]:
    """Return a graph file's arrays and facts."""
    if max(len(columns.codes), len(columns.at), len(columns.thing)) > LARGEST:
        raise GraphTooLarge()
    order = np.argsort(columns.at, kind="stable")
    amounts, first = _amounts_by_act(columns, order)
    thing, output = columns.thing[amounts], columns.output[amounts]
    did = columns.did[order]
    acts = np.repeat(np.arange(len(order), dtype=np.uint32), np.diff(first))
    number, old = _numbers(len(columns.codes), thing, output & (did[acts] == Did.MADE))
    node = number[thing].astype(np.uint32)
    at = columns.at[order]
    arrays: dict[str, Array] = {
        "act_at": at.astype(np.uint32),
        "act_did": did.astype(np.uint8),
        "act_first": first.astype(np.uint32),
        "amount": node << 1 | output,
        **_said(columns.quantity[amounts]),
        **_who(columns, order, number),
        **_entries(len(old), node, acts << 1 | output),
        **pack("key", [columns.keys[act].encode() for act in order.tolist()]),
        **_codes([columns.codes[thing] for thing in old.tolist()]),
    }
    facts = {
        "nodes": len(old),
        "acts": len(order),
        "edges": len(thing),
        "cycles": 0,
        "first_at": int(at[0]) if len(at) else 0,
        "last_at": int(at[-1]) if len(at) else 0,
    }
    return arrays, facts


def _amounts_by_act(columns: Columns, order: Array) -> tuple[Array, Array]:
    counts = np.bincount(columns.act, minlength=len(order)).astype(np.int64)
    ends = np.cumsum(counts)
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts[order])])
    shift = (ends - counts)[order] - first[:-1]
    return np.arange(first[-1]) + np.repeat(shift, counts[order]), first


def _numbers(things: int, thing: Array, made: Array) -> tuple[Array, Array]:
    """Return new numbers by old and old by new: in the order of being made, then of being met."""
    none = len(thing)
    met = np.full(things, none, np.int64)
    met[thing[::-1]] = np.arange(none)[::-1]
    where = np.flatnonzero(made)
    met[thing[where[::-1]]] = where[::-1]
    old = np.argsort(met, kind="stable")
    number = np.empty(things, np.int32)
    number[old] = np.arange(things, dtype=np.int32)
    return number, old


def _said(quantity: Array) -> dict[str, Array]:
    said = np.flatnonzero(~np.isnan(quantity))
    return {"said_at": said.astype(np.uint32), "said": quantity[said]}


def _who(columns: Columns, order: Array, number: Array) -> dict[str, Array]:
    party, place = columns.party[order], columns.place[order]
    known = np.flatnonzero((party >= 0) | (place >= 0))
    padded = np.append(number, np.int32(-1))
    return {
        "who_act": known.astype(np.int32),
        "who_party": padded[party[known]],
        "who_place": padded[place[known]],
    }


def _entries(things: int, node: Array, entry: Array) -> dict[str, Array]:
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(node, minlength=things))])
    return {
        "node_first": first.astype(np.uint32),
        "entry": entry[np.argsort(node, kind="stable")].astype(np.uint32),
    }


def _codes(codes: list[str]) -> dict[str, Array]:
    groups: dict[str, int] = {}
    items: dict[str, int] = {}
    kinds, of_item, group, names = [], [], [], []
    for code in codes:
        prefix, slash, name = code.rpartition("/")
        prefix += slash
        if prefix not in groups:
            try:
                kinds.append(kind_of(code))
            except ValueError:
                raise ThingWrong(code=code) from None
            groups[prefix] = len(groups)
            item = item_of(code)
            of_item.append(items.setdefault(item, len(items)) if item else -1)
        group.append(groups[prefix])
        names.append(name.encode())
    narrow: Any = np.uint16 if len(groups) < 1 << 16 else np.uint32
    return {
        "group": np.array(group, narrow),
        "group_kind": np.array(kinds, np.uint8),
        "group_item": np.array(of_item, np.int32),
        **pack("prefix", [prefix.encode() for prefix in groups]),
        **pack("item", [item.encode() for item in items]),
        **pack("name", names),
        **_buckets(codes),
    }


def _buckets(codes: list[str]) -> dict[str, Array]:
    buckets = max(1, len(codes) // PER_BUCKET)
    slot = np.fromiter(
        (zlib.crc32(code.encode()) % buckets for code in codes), np.int64, len(codes)
    )
    counts = np.cumsum(np.bincount(slot, minlength=buckets))
    return {
        "bucket": np.concatenate([np.zeros(1, np.int64), counts]).astype(np.uint32),
        "member": np.argsort(slot, kind="stable").astype(np.uint32),
    }
