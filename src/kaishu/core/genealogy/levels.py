"""How sure it is: certain where the records prove it step by step, else possible.

An act is judged when it is met. What could not be proved then is judged again at the end, until
nothing more can be proved; so nothing is ever certain because of itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.things import Kind
from kaishu.core.genealogy.walk import FOREVER, NONE, Array, in_order, spread

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph
    from kaishu.core.genealogy.reach import Reach

POSSIBLE, CERTAIN = 1, 2


class Levels:
    """Which acts passed taint on, how surely, and from when to when things are certain.

    `sure` is from when (FOREVER - moment), `doubt` the first moment of a lot that is not certain
    any more, plus one; zero is never.
    """

    def __init__(self, graph: Graph, reach: Reach) -> None:
        """Begin with the suspects, which are certain in their window."""
        self._graph, self._reach = graph, reach
        self.of_act = np.zeros(len(graph.at), np.uint8)
        self.sure = np.zeros(graph.nodes, np.uint32)
        self.doubt = np.zeros(graph.nodes, np.int64)
        since, until = reach.window
        self.sure[reach.suspects] = FOREVER - since
        self._doubts = until != FOREVER
        if self._doubts:
            self.doubt[reach.suspects] = until + 2
        self._open: list[Array] = []
        self._lots: list[Array] = []
        self._fits: list[tuple[Array, Array, Array]] = []

    def certain(self, nodes: Array, at: Array) -> Array:
        """Return whether things are certain at moments, one each."""
        sure = self.sure[nodes]
        found: Array = (sure > 0) & (~sure <= at)
        if self._doubts:
            doubt = self.doubt[nodes]
            found &= (doubt == 0) | (at < doubt - 1)
        return self._reach.spans.also(found, nodes, at, self._reach.spans.sure)

    def acts(self, acts: Array) -> tuple[Array, Array]:
        """Judge acts that are met for the first time; return their outputs and its moments."""
        outputs, at = self._judge(acts)
        self._open.append(acts[self.of_act[acts] == POSSIBLE])
        return outputs, at

    def _judge(self, acts: Array) -> tuple[Array, Array]:
        graph = self._graph
        places, which = spread(graph.act_first, acts)
        amount = graph.amount[places]
        node = (amount >> 1).astype(np.int64)
        out = (amount & 1).astype(np.bool_)
        at = graph.at[acts]
        inputs, outputs = np.flatnonzero(~out), np.flatnonzero(out)
        of_input = which[inputs]
        sure = self.certain(node[inputs], at[of_input])
        partly = NONE
        if len(inputs) == len(acts) and in_order(of_input):  # one input each
            certain = sure
        else:
            wanted = np.bincount(of_input, minlength=len(acts))
            proved = np.bincount(of_input[sure], minlength=len(acts))
            certain = proved == wanted
            partly = np.flatnonzero((proved > 0) & ~certain)
        if len(partly):
            doubtful = np.zeros(len(acts), np.bool_)
            doubtful[partly] = True
            some, made = doubtful[of_input], outputs[doubtful[which[outputs]]]
            classes = self._whole_classes(node[inputs[some]], of_input[some], sure[some])
            certain[classes] = True
            certain[partly] |= self._one_unit(node[made], which[made], len(acts))[partly]
        self.of_act[acts] = certain.view(np.uint8) + np.uint8(POSSIBLE)
        result: Array = node[outputs]
        of_output = which[outputs]
        moments: Array = at[of_output]
        self._prove(result, moments, certain[of_output])
        return result, moments

    def _one_unit(self, output: Array, act: Array, acts: int) -> Array:
        """Return which acts made one unit and nothing else: all that went in is in it."""
        first = np.full(acts, -1, np.int64)
        first[act[::-1]] = output[::-1]
        found = np.zeros(acts, np.bool_)
        known = np.flatnonzero(first >= 0)
        found[known] = self._graph.kinds(first[known]) == Kind.UNIT
        found[act[output != first[act]]] = False
        return found

    def _whole_classes(self, node: Array, act: Array, sure: Array) -> Array:
        """Return the acts of which all inputs of one class are certain."""
        item = self._graph.items(node).astype(np.int64)
        item = np.where(item < 0, -1 - node, item)
        order = np.lexsort((item, act))
        item, act, sure = item[order], act[order], sure[order]
        starts = np.flatnonzero(np.append(True, (item[1:] != item[:-1]) | (act[1:] != act[:-1])))
        found: Array = act[starts][np.logical_and.reduceat(sure, starts)]
        return found

    def _prove(self, nodes: Array, at: Array, certain: Array) -> None:
        certain = certain & ~self._reach.own[nodes]
        if self._graph.some_counted(nodes):
            certain &= ~self._graph.counted(nodes)
        late = ~at
        if not certain.all():
            nodes, late = nodes[certain], late[certain]
        if in_order(nodes):
            self.sure[nodes] = np.maximum(self.sure[nodes], late)
        else:
            np.maximum.at(self.sure, nodes, late)

    def fit(self, part: Array, whole: Array, at: Array) -> None:
        """Note parts that stay in their wholes from moments on, and what that proves now."""
        self._fits.append((part, whole, at))
        self._prove_fits(part, whole, at)

    def _prove_fits(self, part: Array, whole: Array, at: Array) -> bool:
        """Prove wholes by their parts; returns whether that proved anything new."""
        late = np.minimum(self.sure[part], (FOREVER - at).astype(np.uint32))
        lots = self._graph.counted(part)
        held = self._reach.own[part] | lots
        late = np.where(held & ~self.certain(part, at), 0, late)
        late = np.where(held & (late > 0), FOREVER - at, late).astype(np.uint32)
        late[self._graph.counted(whole) | self._reach.own[whole]] = 0
        new = late > self.sure[whole]
        np.maximum.at(self.sure, whole[new], late[new])
        return bool(new.any())

    def after(self, nodes: Array) -> None:
        """Look at the lots among things that were just reached."""
        if not self._graph.some_counted(nodes):
            return
        lots = nodes[self._graph.counted(nodes)]
        if len(lots):
            self._lots.append(lots)
            self._prove_lots(lots)

    def _prove_lots(self, lots: Array) -> bool:
        """Find from when to when lots are certain; returns whether that changed anything."""
        graph = self._graph
        before = self.sure[lots].astype(np.int64), self.doubt[lots].copy()
        places, which = spread(graph.node_first, lots)
        entry = graph.entry[places]
        act = (entry >> 1).astype(np.int64)
        made = np.flatnonzero(((entry & 1) == 1) & (graph.did[act] == Did.MADE))
        act, which = act[made], which[made]
        made = np.flatnonzero((graph.amount[graph.act_first[act]] & 1) == 0)
        act, which = act[made][::-1], which[made][::-1]
        at = graph.at[act].astype(np.int64)
        bad = self.of_act[act] != CERTAIN
        self.sure[lots[which[~bad]]] = (FOREVER - at[~bad]).astype(np.uint32)
        doubt = np.zeros(len(lots), np.int64)
        doubt[which[bad]] = at[bad] + 1
        self._doubts |= bool(bad.any())
        self.doubt[lots] = doubt
        return bool((before[0] != self.sure[lots]).any() or (before[1] != doubt).any())

    def settle(self) -> None:
        """Judge again what was not proved, until nothing new is."""
        still = np.concatenate([NONE, *self._open])
        lots = np.concatenate([NONE, *self._lots])
        part, whole, at = (
            np.concatenate([NONE, *(fit[side] for fit in self._fits)]) for side in range(3)
        )
        changed = True
        while changed:
            changed = len(lots) > 0 and self._prove_lots(lots)
            changed |= len(part) > 0 and self._prove_fits(part, whole, at)
            changed |= self._reach.spans.prove()
            before = len(still)
            if before:
                self._judge(still)
                still = still[self.of_act[still] == POSSIBLE]
            changed |= len(still) < before

    def at_last(self, nodes: Array) -> Array:
        """Return the levels of things that carry taint, as of now."""
        certain = self.certain(nodes, np.full(len(nodes), FOREVER, np.int64))
        certain |= self._reach.own[nodes]
        return np.where(certain, CERTAIN, POSSIBLE).astype(np.uint8)
