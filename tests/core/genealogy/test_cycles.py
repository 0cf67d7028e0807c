"""Things that records make of each other are named, and a trace through them ends."""

from __future__ import annotations

from pathlib import Path

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.things import lot, unit

PASTE, POWDER, CELLS = (lot(f"/x/item/{name}", "1") for name in ("PASTE", "POWDER", "CELLS"))
PACK, SPARE = unit("/x/item/PACK", "1"), unit("/x/item/PACK", "2")


def made(at: int, inputs: list[str], output: str) -> Act:
    """Make one thing of others."""
    return Act(
        f"e{at}", Did.MADE, at, tuple(Amount(code, 1) for code in inputs), (Amount(output, 1),)
    )


def test_rework_is_reported_by_name(tmp_path: Path) -> None:
    acts = [
        made(1, [POWDER], PASTE),
        made(2, [PASTE], CELLS),
        made(3, [CELLS], POWDER),  # scrap cells become powder again
        made(4, [CELLS], PACK),
    ]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        assert [set(group) for group in graph.cycles()] == [{POWDER, PASTE, CELLS}]
        assert graph.facts.cycles == 1
        assert PACK in graph.codes(forward(graph, [PASTE]).units())


def test_a_repair_with_a_newer_part_is_no_circle(tmp_path: Path) -> None:
    acts = [made(1, [CELLS], PACK), made(2, [CELLS], SPARE), made(3, [PACK, SPARE], PACK)]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        assert graph.cycles() == []


def test_a_circle_within_one_second_proves_nothing_for_itself(tmp_path: Path) -> None:
    acts = [made(1, [POWDER, CELLS], PASTE), made(1, [PASTE], CELLS)]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        assert [set(group) for group in graph.cycles()] == [{PASTE, CELLS}]
        found = forward(graph, [POWDER])
        assert dict(zip(graph.codes(found.nodes), found.levels.tolist(), strict=True)) == {
            POWDER: 2,
            PASTE: 2,
            CELLS: 2,
        }
