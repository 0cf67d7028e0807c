"""Suspects of which one is made of another, asked with a window that ends.

As a suspect, the outer one counts only within the window; as a thing that is made of the inner one
it carries the fault for good. Asked together, the first would hide the second.
"""

from __future__ import annotations

import numpy as np

from kaishu.core.genealogy.backward import origins
from kaishu.core.genealogy.errors import SuspectsNested
from kaishu.core.genealogy.graph import Graph, Some


def refuse_nested(graph: Graph, suspects: Some, until: int | None) -> None:
    """Raise SuspectsNested where one suspect is in another and the window has an end."""
    if until is None or len(suspects) < 2:
        return
    nodes = np.asarray(suspects, np.int64)
    row, inner = origins(graph, nodes)
    found = np.flatnonzero(np.isin(inner, nodes))
    if len(found):
        place = int(found[0])
        outer = graph.code(int(nodes[row[place]]))
        raise SuspectsNested(outer=outer, inner=graph.code(int(inner[place])))
