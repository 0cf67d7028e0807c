"""What a trace means for recalls: of each model, the units and the lots that are affected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.forward import Forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind, item_of, name_of
from kaishu.supply.models import Item, ItemKind, Network

CERTAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScope:
    """The affected units of one model, by serial, and its affected lots that name no unit.

    A lot is here where records do not name each unit that it became: then nothing but the lot
    number on the label can tell an owner.
    """

    model: str
    certain: tuple[str, ...]
    possible: tuple[str, ...]
    certain_lots: tuple[str, ...]
    possible_lots: tuple[str, ...]

    @property
    def units(self) -> int:
        """Return how many units are named."""
        return len(self.certain) + len(self.possible)


@dataclass(frozen=True, slots=True)
class Outside:
    """Affected units and lots of an item that no recall can name yet, as no model stands beside it.

    An item that nobody described is one of them: it may be a product. Of its lots, those count from
    which nothing else was made.
    """

    item: str
    units: int
    lots: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """All that a trace would put into recalls, by model, and what it cannot put into one."""

    models: tuple[ModelScope, ...]
    outside: tuple[Outside, ...]

    def of(self, model: str) -> ModelScope | None:
        """Return the part of one model."""
        return next((each for each in self.models if each.model == model), None)


def scope_of(graph: Graph, network: Network, found: Forward) -> Scope:
    """Return the affected units and lots of every model that the network's items name."""
    items = {item.code: item for item in Item.objects.filter(network=network)}
    kinds = graph.kinds(found.nodes)
    units = _named(graph, found, kinds == Kind.UNIT)
    lots = _named(graph, found, kinds == Kind.LOT)
    dissolved = _become_units(graph, [code for code, _level in lots])
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    outside: Counter[str] = Counter()
    loose: Counter[str] = Counter()
    for code, level in units:
        item = items.get(item_of(code))
        if item is not None and item.model:
            parts[item.model]["certain" if level == CERTAIN else "possible"].append(name_of(code))
        elif item is None or item.kind == ItemKind.PRODUCT:
            outside[item_of(code) or code] += 1
    for code, level in lots:
        item = items.get(item_of(code))
        if item is not None and item.model and code not in dissolved:
            key = "certain_lots" if level == CERTAIN else "possible_lots"
            parts[item.model][key].append(name_of(code))
        elif code not in dissolved and _may_be_goods(graph, code, item):
            loose[item_of(code)] += 1
    return Scope(
        tuple(_model(model, part) for model, part in sorted(parts.items())),
        tuple(Outside(item, outside[item], loose[item]) for item in sorted({*outside, *loose})),
    )


def _may_be_goods(graph: Graph, code: str, item: Item | None) -> bool:
    """Say whether a lot without a model may be with owners as it is."""
    if item is not None:
        return item.kind == ItemKind.PRODUCT and not item.model
    node = graph.need(code)
    entries = graph.entry[slice(*graph.node_first[node : node + 2].tolist())]
    uses = graph.did[(entries[(entries & 1) == 0] >> 1).astype(np.int64)]
    return not np.isin(uses, (Did.MADE, Did.FITTED)).any()


def _model(model: str, part: dict[str, list[str]]) -> ModelScope:
    kept = {
        key: tuple(sorted(set(part.get(key, ()))))
        for key in ("certain", "possible", "certain_lots", "possible_lots")
    }
    # A serial under two item codes of a model is one unit to its owner: certain wins.
    sure = set(kept["certain"])
    possible = tuple(serial for serial in kept["possible"] if serial not in sure)
    return ModelScope(
        model=model,
        certain=kept["certain"],
        possible=possible,
        certain_lots=kept["certain_lots"],
        possible_lots=kept["possible_lots"],
    )


def _named(graph: Graph, found: Forward, mine: np.ndarray) -> list[tuple[str, int]]:
    nodes = found.nodes[mine]
    return list(zip(graph.codes(nodes), found.levels[mine].tolist(), strict=True))


def _become_units(graph: Graph, lots: Sequence[str]) -> frozenset[str]:
    """Return those lots of which acts name the units of the same item that they became.

    Where more was made than is named, a lot is not among them: its other units have no name.
    """
    found = set()
    for code in lots:
        node = graph.need(code)
        item = int(graph.items(np.array([node]))[0])
        named: set[int] = set()
        made: float | None = 0.0
        first, past = (int(graph.node_first[node + more]) for more in (0, 1))
        for entry in graph.entry[first:past].tolist():
            act = entry >> 1
            begin, end = (int(graph.act_first[act + more]) for more in (0, 1))
            amounts = graph.amount[begin:end]
            if entry & 1:
                for place in np.flatnonzero(amounts == (node << 1 | 1)).tolist():
                    said = graph.said_of(begin + place)
                    made = None if made is None or said is None else made + said
                continue
            outputs = (amounts[(amounts & 1) == 1] >> 1).astype(np.int64)
            same = (graph.items(outputs) == item) & (graph.kinds(outputs) == Kind.UNIT)
            named.update(outputs[same].tolist())
        if named and (made is None or len(named) >= made):
            found.add(code)
    return frozenset(found)
