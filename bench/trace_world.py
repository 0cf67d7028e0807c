"""A made-up production to trace: cell lots, packs, units, cartons, pallets, shipments, consignees.

Every number says what it is by its place, so that other programs can be given the bare edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import common
from kaishu.core.genealogy.acts import Columns, Did

Array = NDArray[Any]
PER_LOT, BATCH, CARTON, PALLET, SHIPMENT = 16_000, 50, 20, 40, 4
CONSIGNEES = 40
MIXED = 0.05
START = 1_700_000_000
EDGES_PER_UNIT = 3 + 1 / CARTON + 1 / CARTON / PALLET


@dataclass(frozen=True, slots=True)
class World:
    """Where each kind of thing begins in the numbering, the columns, and the bare edges."""

    first: dict[str, int]
    columns: Columns
    source: Array
    target: Array

    def kind(self, name: str) -> range:
        """Return the numbers of one kind of thing."""
        starts = [*self.first.values(), len(self.columns.codes)]
        place = list(self.first).index(name)
        return range(starts[place], starts[place + 1])


def make(edges: int) -> World:
    """Make a production of about so many edges; the same each time."""
    draw = np.random.default_rng(common.SEED)
    whole = CARTON * PALLET * SHIPMENT
    units = max(1, round(edges / EDGES_PER_UNIT / whole)) * whole
    counts = {
        "lot": max(4, units // PER_LOT),
        "pack": units,
        "unit": units,
        "carton": units // CARTON,
        "pallet": units // CARTON // PALLET,
        "shipment": units // whole,
        "consignee": CONSIGNEES,
    }
    starts = np.cumsum([0, *counts.values()]).tolist()
    first = dict(zip(counts, starts, strict=False))
    steps = _steps(draw, counts, first)
    columns = _columns(steps, counts)
    source, target = _edges(columns)
    return World(first, columns, source, target)


@dataclass(frozen=True, slots=True)
class _Step:
    """Acts of one kind: as many inputs each as `inputs` has columns, then the outputs."""

    did: Did
    at: Array
    inputs: Array
    outputs: Array
    quantity: float = float("nan")
    party: Array | None = None


def _steps(draw: np.random.Generator, counts: dict[str, int], first: dict[str, int]) -> list[_Step]:
    units, lots = counts["unit"], counts["lot"]
    batches = units // BATCH
    lot = first["lot"] + np.arange(batches) * lots // batches
    mixed = draw.random(batches) < MIXED
    other = first["lot"] + (lot - first["lot"] + 1) % lots
    pack = (first["pack"] + np.arange(units)).reshape(batches, BATCH)
    made = START + np.arange(batches) * 30
    one = np.arange(units)
    unit_at = np.repeat(made, BATCH) + 3600 + one % BATCH
    carton_at = unit_at.reshape(-1, CARTON).max(1) + 7200
    pallet_at = carton_at.reshape(-1, PALLET).max(1) + 7200
    ship_at = pallet_at.reshape(-1, SHIPMENT).max(1) + 86_400
    unit, carton = first["unit"] + one, first["carton"] + np.arange(counts["carton"])
    pallet, shipment = (first[x] + np.arange(counts[x]) for x in ("pallet", "shipment"))
    both = np.stack([lot[mixed], other[mixed]], 1)
    none = np.empty((len(shipment), 0), np.int64)
    consignee = first["consignee"] + draw.integers(0, CONSIGNEES, len(shipment))
    return [
        _Step(Did.MADE, made[~mixed], lot[~mixed][:, None], pack[~mixed], 500.0),
        _Step(Did.MADE, made[mixed], both, pack[mixed], 250.0),
        _Step(Did.MADE, unit_at, pack.reshape(-1, 1), unit[:, None]),
        _Step(Did.PACKED, carton_at, unit.reshape(-1, CARTON), carton[:, None]),
        _Step(Did.PACKED, pallet_at, carton.reshape(-1, PALLET), pallet[:, None]),
        _Step(Did.PACKED, ship_at, pallet.reshape(-1, SHIPMENT), shipment[:, None]),
        _Step(Did.MOVED, ship_at + 3600, shipment[:, None], none, party=consignee),
    ]


def _columns(steps: list[_Step], counts: dict[str, int]) -> Columns:
    did, at, party, act, output, thing, quantity = ([] for _ in range(7))
    acts = 0
    for step in steps:
        many, ins, outs = len(step.at), step.inputs.shape[1], step.outputs.shape[1]
        did.append(np.full(many, step.did, np.uint8))
        at.append(step.at)
        party.append(np.full(many, -1) if step.party is None else step.party)
        act.append(np.repeat(np.arange(acts, acts + many), ins + outs))
        output.append(np.tile(np.arange(ins + outs) >= ins, many))
        thing.append(np.concatenate([step.inputs, step.outputs], 1).ravel())
        much = [step.quantity] * ins + [float("nan")] * outs
        quantity.append(np.tile(much, many))
        acts += many
    return Columns(
        codes=_codes(counts),
        keys=[f"line-{number}" for number in range(acts)],
        did=np.concatenate(did),
        at=np.concatenate(at).astype(np.uint32),
        party=np.concatenate(party).astype(np.int32),
        place=np.full(acts, -1, np.int32),
        act=np.concatenate(act).astype(np.int32),
        output=np.concatenate(output),
        thing=np.concatenate(thing).astype(np.int32),
        quantity=np.concatenate(quantity),
    )


def _codes(counts: dict[str, int]) -> list[str]:
    forms = {
        "lot": "/x/item/CELL-18650/lot/{:05d}",
        "pack": "/x/item/PACK-3S/unit/{:08d}",
        "unit": "/01/04912345678904/21/{:08d}",
        "carton": "/00/1{:017d}",
        "pallet": "/00/2{:017d}",
        "shipment": "/00/3{:017d}",
        "consignee": "/x/party/shop-{:d}",
    }
    return [form.format(n) for name, form in forms.items() for n in range(counts[name])]


def _edges(columns: Columns) -> tuple[Array, Array]:
    """Return each act's inputs beside its outputs, and moves beside their party."""
    inputs = np.flatnonzero(~columns.output)
    outputs = np.flatnonzero(columns.output)
    first = np.searchsorted(columns.act[outputs], columns.act[inputs])
    past = np.searchsorted(columns.act[outputs], columns.act[inputs], "right")
    counts = past - first
    stops = np.cumsum(counts)
    place = np.arange(stops[-1]) + np.repeat(first - stops + counts, counts)
    moved = np.flatnonzero(columns.party >= 0)
    source = np.repeat(columns.thing[inputs], counts)
    shipped = columns.thing[np.searchsorted(columns.act, moved)]
    return (
        np.append(source, shipped).astype(np.int32),
        np.append(columns.thing[outputs][place], columns.party[moved]).astype(np.int32),
    )
