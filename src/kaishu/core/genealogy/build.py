"""Turn the columns of acts into the arrays of a graph file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy import cycles, names, stays
from kaishu.core.genealogy.acts import Columns, Did
from kaishu.core.genealogy.errors import GraphTooLarge
from kaishu.core.genealogy.sorting import by_counting
from kaishu.core.genealogy.text import pack
from kaishu.core.genealogy.things import Kind

Array = NDArray[Any]
LARGEST = (1 << 31) - 1


def arrays_of(columns: Columns) -> tuple[dict[str, Array], dict[str, int]]:
    """Return a graph file's arrays and facts."""
    if max(len(columns.codes), len(columns.at), len(columns.thing)) > LARGEST:
        raise GraphTooLarge()
    order = np.argsort(columns.at, kind="stable")
    amounts, first = _amounts_by_act(columns, order)
    thing, output = columns.thing[amounts], columns.output[amounts]
    at, did = columns.at[order], columns.did[order].astype(np.uint8)
    act = np.repeat(np.arange(len(order), dtype=np.int32), np.diff(first))
    lines = names.lines_of(columns.codes)
    groups = names.groups_of(lines)
    number, old = _numbers(groups.number, thing, output & (did[act] == Did.MADE))
    named = names.arrays(lines, old, groups)
    kind = np.repeat(named["group_kind"], np.diff(named["group_first"]))
    counted = (kind == Kind.LOT) | (kind == Kind.ITEM)
    node = number[thing]
    quantity = columns.quantity[amounts]
    rows = stays.Rows(node, output, act, did, quantity, counted)
    arrays: dict[str, Array] = {
        "act_at": at.astype(np.uint32),
        "act_did": did,
        "act_first": first.astype(np.uint32),
        "amount": node.astype(np.uint32) << 1 | output,
        **_said(quantity, counted[node]),
        **_who(columns, order, number),
        **_entries(len(old), node, act.astype(np.uint32) << 1 | output),
        **stays.table(rows, things=len(old), acts=len(order)),
        **pack("key", list(map(str.encode, map(columns.keys.__getitem__, order.tolist())))),
        **named,
    }
    circles = cycles.groups(arrays, len(old))
    arrays["cycle"] = np.repeat(np.arange(len(circles)), [len(x) for x in circles]).astype(np.int32)
    arrays["cycle_thing"] = np.array([node for each in circles for node in each], np.int32)
    facts = {
        "nodes": len(old),
        "acts": len(order),
        "edges": len(thing),
        "cycles": len(circles),
        "first_at": int(at[0]) if len(at) else 0,
        "last_at": int(at[-1]) if len(at) else 0,
    }
    return arrays, facts


def _amounts_by_act(columns: Columns, order: Array) -> tuple[Array, Array]:
    """Return the amounts in the order of acts, inputs first, and where each act's begin."""
    counts = np.bincount(columns.act, minlength=len(order)).astype(np.int64)
    first = np.append(0, np.cumsum(counts[order]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    key = rank[columns.act] << 1 | columns.output
    if len(key) and (key[1:] >= key[:-1]).all():
        return np.arange(len(key)), first
    return np.argsort(key, kind="stable"), first


def _numbers(group: Array, thing: Array, made: Array) -> tuple[Array, Array]:
    """Return new numbers by old and old by new.

    Things of one group are neighbours, in the order of being made, then of being met.
    """
    none, things = len(thing), len(group)
    met = np.arange(none, none + things, dtype=np.int64)
    met[thing[::-1]] = np.arange(none - 1, -1, -1)
    where = np.flatnonzero(made)[::-1]
    met[thing[where]] = where
    at = np.full(none + things, -1, np.int32)  # each is met at another place: no sort is needed
    at[met] = np.arange(things, dtype=np.int32)
    old = at[at >= 0]
    old = old[np.argsort(group[old], kind="stable")]
    number = np.empty(things, np.int32)
    number[old] = np.arange(things, dtype=np.int32)
    return number, old


def _said(quantity: Array, counted: Array) -> dict[str, Array]:
    """Keep what was said of lots; a unit and a box are one, whatever a record says."""
    said = np.flatnonzero(~np.isnan(quantity) & counted)
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
    first = np.append(0, np.cumsum(np.bincount(node, minlength=things)))
    found = np.empty(len(entry), np.uint32)
    by_counting(node, first[:-1].copy(), entry, found)
    return {"node_first": first.astype(np.uint32), "entry": found}
