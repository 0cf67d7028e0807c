"""A network's graph is made of its records, continued, made anew, and never half of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.cli._doctor import files as doctor_files
from kaishu.cli._doctor import graphs as doctor_graphs
from kaishu.core.errors import Refusal
from kaishu.core.genealogy import compiled
from kaishu.core.genealogy.forward import forward
from kaishu.supply.links import parts
from kaishu.supply.links.actions import void_file
from kaishu.supply.models import GraphFile, Item, LinkPart, Network, Partner
from kaishu.supply.network import actions, asking, graphs, queries, tasks
from kaishu.supply.questions import typed
from tests.supply.linked import NOW, PACK, Loading, load, network

__all__ = ["load", "network"]
HEAD = "parent,child,time\n"
LOT = "/x/item/C/lot/L1"


def rows(*serials: int) -> str:
    return HEAD + "".join(f"{LOT},{PACK}/21/{each},2025-03-01\n" for each in serials)


def reached() -> int:
    graph = queries.open_graph("acme")
    return len(forward(graph, [LOT]).units())


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_a_graph_is_made_continued_and_made_anew_after_a_file_is_taken_back(
    load: Loading, network: Network
) -> None:
    with pytest.raises(Refusal) as none:
        queries.open_graph("acme")
    with pytest.raises(Refusal) as empty:
        actions.rebuild(slug="acme", by="t", at=NOW)
    assert (code_of(none), code_of(empty)) == ("graph_missing", "network_empty")
    load(rows(1, 2), act="made")
    first = actions.rebuild(slug="acme", by="t", at=NOW)
    assert (reached(), first.nodes, first.before) == (2, 3, "")
    assert actions.catch_up(slug="acme", by="t", at=NOW) is None
    second_file = load(rows(2, 3), act="made", name="more.csv")
    assert reached() == 2
    second = actions.catch_up(slug="acme", by="t", at=NOW)
    assert second is not None
    assert (reached(), second.nodes, second.before) == (3, 4, first.digest)
    void_file(number=second_file.number, reason="test", by="t", at=NOW)
    third = actions.catch_up(slug="acme", by="t", at=NOW)
    assert third is not None
    assert (reached(), third.before, third.voided) == (2, "", 1)
    void_file(number=second_file.number - 1, reason="test", by="t", at=NOW)
    last = actions.catch_up(slug="acme", by="t", at=NOW)
    assert last is not None and last.nodes == 0  # nothing is left: no old graph answers on
    assert actions.catch_up(slug="acme", by="t", at=NOW) is None


def test_a_lost_graph_file_says_so_and_is_made_again_by_the_worker(
    load: Loading, network: Network
) -> None:
    load(rows(1), act="made")
    assert tasks.catch_up(at=NOW) == {"graphs": 1}
    made = GraphFile.objects.get()
    graphs.place_of("acme", made.digest).unlink()
    graphs._open.clear()
    with pytest.raises(Refusal) as lost:
        queries.open_graph("acme")
    assert code_of(lost) == "graph_file_lost"
    assert tasks.catch_up(at=NOW) == {"graphs": 0}, "a graph rests for a minute"
    assert tasks.catch_up(at=NOW + tasks.REST) == {"graphs": 1}
    assert reached() == 1


def test_a_graph_of_an_older_kaishu_is_made_anew_though_nothing_came_in(
    load: Loading, network: Network
) -> None:
    load(rows(1), act="made")
    made = actions.rebuild(slug="acme", by="t", at=NOW)
    file = graphs.place_of("acme", made.digest)
    content = bytearray(file.read_bytes())
    content[8] -= 1  # the format's version
    file.write_bytes(content)
    graphs._open.clear()
    with pytest.raises(Refusal) as old:
        queries.open_graph("acme")
    assert code_of(old) == "graph_file_old"
    assert actions.catch_up(slug="acme", by="t", at=NOW) is not None
    assert reached() == 1


def test_the_doctor_names_a_lost_and_a_damaged_graph_and_a_lost_piece(
    load: Loading, network: Network
) -> None:
    loaded = load(rows(1), act="made")
    made = actions.rebuild(slug="acme", by="t", at=NOW)

    def found() -> list[str]:
        steps = (doctor_graphs.whole, doctor_files.stored)
        return [each.code for step in steps for each in step(NOW, lambda *_: None)]

    assert found() == []
    twin = LOT.replace("/lot/L", "/lot/l")
    more = load(f"parent,child,time\n{twin},{PACK}/21/9,2025-03-01\n", act="made", name="case.csv")
    actions.rebuild(slug="acme", by="t", at=NOW)
    assert found() == ["lots_alike"]
    void_file(number=more.number, reason="test", by="t", at=NOW)
    made = actions.rebuild(slug="acme", by="t", at=NOW)
    file = graphs.place_of("acme", made.digest)
    file.write_bytes(file.read_bytes()[:-1])
    assert found() == ["graph_damaged"]
    file.unlink()
    parts.store().delete(LinkPart.objects.filter(file=loaded.number)[0].name)
    assert found() == ["graph_lost", "file_missing"]


def test_what_is_wrong_with_one_network_keeps_no_other_from_its_graph(
    load: Loading, network: Network, tmp_path: Path
) -> None:
    nothing = load(rows(1), act="made")
    void_file(number=nothing.number, reason="test", by="t", at=NOW)
    after = Loading(actions.open_network(slug="best", name="B", by="t", at=NOW), tmp_path)
    after(rows(1, 2), act="made")
    assert tasks.catch_up(at=NOW) == {"graphs": 1}  # nothing of acme is left to trace
    load(rows(3), act="made", name="more.csv")
    after(rows(4), act="made", name="more.csv")
    for part in LinkPart.objects.filter(file__network=network, file__void=None):
        parts.store().delete(part.name)
    with pytest.raises(ExceptionGroup):
        tasks.catch_up(at=NOW + tasks.REST)
    assert queries.newest_graph(after.network).nodes == 4  # type: ignore[union-attr]
    assert queries.newest_graph(network) is None


def test_the_worker_compiles_after_an_update_though_no_graph_is_made(
    load: Loading, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(rows(1), act="made")
    actions.rebuild(slug="acme", by="t", at=NOW)
    warmed: list[str] = []
    monkeypatch.setattr(compiled, "warm", lambda: warmed.append("now"))
    assert tasks.catch_up(at=NOW) == {"graphs": 0}
    assert warmed


def test_only_one_process_makes_a_graph_and_old_files_go(
    load: Loading, network: Network, tmp_path: Path
) -> None:
    for number in range(1, 5):
        load(rows(number), act="made", name=f"{number}.csv")
        actions.catch_up(slug="acme", by="t", at=NOW)
    assert len(list(graphs.folder("acme").glob("[!.]*"))) == graphs.KEPT
    with graphs.making("acme", wait=True), pytest.raises(Refusal) as busy:
        actions.catch_up(slug="acme", by="t", at=NOW, wait=False)
    assert code_of(busy) == "graph_busy"
    assert (GraphFile.objects.count(), reached()) == (4, 4)


def test_a_short_number_finds_its_thing_where_nobody_described_the_items(
    load: Loading, network: Network
) -> None:
    twin = f"{PACK}/10/S7"
    load(rows(1, 2) + f"{twin},{PACK}/21/S7,2025-03-01\n", act="made")
    actions.rebuild(slug="acme", by="t", at=NOW)
    graph = queries.open_graph("acme")
    assert typed.read(graph, network, "l1, C L1 04548736120037/2").codes == (LOT, f"{PACK}/21/2")
    (unclear,) = typed.read(graph, network, "S7").unclear
    assert unclear.may_be == (twin, f"{PACK}/21/S7"), "a person chooses"
    assert asking.all_meant(graph, network, ["L1", "1"]) == [LOT, f"{PACK}/21/1"]


def test_things_are_called_as_their_class_and_what_nobody_named_by_its_number(
    network: Network,
) -> None:
    Item.objects.create(network=network, code=PACK, kind="pack", brand="Acme", name="Pack P1")
    Partner.objects.create(
        network=network, code="/x/party/S", role="retailer", name="Shop", country="JP"
    )
    found = queries.names(network, [f"{PACK}/21/7", "/x/party/S", LOT, "/x/place/Dock%201"])
    assert [(each.name, each.brand, each.role) for each in found.values()] == [
        ("Pack P1", "Acme", ""),
        ("Shop", "", "retailer"),
        ("C", "", ""),
        ("Dock 1", "", ""),
    ]
