"""What is in a thing at a moment, with sets."""

from __future__ import annotations

from kaishu.core.genealogy.acts import Did
from tests.core.genealogy.model_world import INF, World, is_lot


def origins(world: World, code: str, at: int = INF) -> set[str]:
    """Return everything that is in a thing at a moment."""
    seen = {(code, at)}
    todo = [(code, at)]
    while todo:
        here, moment = todo.pop()
        inner = set()
        for act in world.acts:
            made = act.did is Did.MADE and act.at <= moment
            if made and any(each.code == here for each in act.outputs):
                inner |= {(each.code, act.at) for each in act.inputs}
        for stay in world.stays:
            start = world.acts[stay.start].at
            end = INF if stay.end is None else world.acts[stay.end].at
            if stay.rel == "fit" and stay.inside == here and start <= moment <= end:
                inner.add((stay.thing, start if is_lot(stay.thing) else moment))
        todo += inner - seen
        seen |= inner
    return {name for name, _ in seen} - {code}
