"""No answer looks more complete than its records: what it does not see is said."""

from __future__ import annotations

from kaishu.core.genealogy.things import Kind
from kaishu.supply.alerts import match
from kaishu.supply.links.actions import void_file
from kaishu.supply.models import Network
from kaishu.supply.network import actions, answers, asking, queries, unseen
from tests.supply.linked import NOW, PACK, Loading, load, network

__all__ = ["load", "network"]
LOT = "/x/item/C/lot/L1"


def answer(network: Network, since: str = "", until: str = "") -> answers.Plain:
    window = asking.moment(since), asking.moment(until, end=True)
    asked = answers.Asked(network, queries.open_graph("acme"), *window)
    return answers.followed(asked, [LOT], asked.forward([LOT]))


def test_an_answer_says_what_its_graph_does_not_hold_yet(load: Loading, network: Network) -> None:
    assert unseen.waiting(network)
    head = "parent,child,time\n"
    load(f"{head}{LOT},{PACK}/21/1,2025-03-01\n", act="made")
    actions.rebuild(slug="acme", by="t", at=NOW)
    assert not answer(network)["waiting"]
    more = load(f"{head}{LOT},{PACK}/21/2,2025-03-01\n", act="made", name="more.csv")
    assert answer(network)["waiting"]
    actions.catch_up(slug="acme", by="t", at=NOW)
    assert not answer(network)["waiting"]
    void_file(number=more.number, reason="test", by="t", at=NOW)
    assert answer(network)["waiting"]


def test_a_unit_booked_before_its_pack_is_told_and_a_day_is_one_in_every_zone(
    load: Loading, network: Network
) -> None:
    rows = (
        "parent,child,time\n"
        f"{LOT},/x/item/P/lot/P1,2025-03-01 09:00\n"
        f"/x/item/P/lot/P1,{PACK}/21/1,2025-03-01\n"
        f"{LOT},{PACK}/21/2,2025-03-01\n"
        f"{LOT},{PACK}/21/3,2025-03-03 09:00\n"
    )
    load(
        rows,
        'act = "made"\n[columns]\nparent = "parent"\nchild = "child"\ntime = "time"\n[time]\nzone = "Asia/Tokyo"\n',
    )
    actions.rebuild(slug="acme", by="t", at=NOW)
    found = answer(network, "2025-03-01", "2025-03-01")
    assert found["units"] == {"certain": 1, "possible": 0}
    assert [(each["kind"], each["things"]) for each in found["unjudged"]] == [
        (Kind.UNIT.name.lower(), 1)
    ]


def test_a_row_that_names_a_class_and_no_lot_leaves_its_unit_open(
    load: Loading, network: Network
) -> None:
    rows = (
        f"parent,child,time\n{LOT},{PACK}/21/1,2025-03-01 09:00\n"
        f"/x/item/C/lot/L2,{PACK}/21/2,2025-03-01 10:00\n/x/item/C,{PACK}/21/2,2025-03-01 10:00\n"
        f"/x/item/C/lot/L2,{PACK}/21/3,2025-03-01 11:00\n/x/item/C/lot/L2,/x/item/C,2025-03-01\n"
    )
    load(rows, act="made")
    assert [bad[2] for bad in load.bad] == ["link_row_code"]  # a class is never what came out
    table = (
        "cell,kind,pack,time\nL2,C,4,2025-03-01 12:00\n,C,4,2025-03-01 12:00\n"
        ",C,5,2025-03-01 13:00\n,,6,2025-03-01 13:00\n"
    )
    load(
        table,
        'act = "made"\n[columns]\nparent = "cell"\nparent_item = "kind"\nchild = "pack"\n'
        f'time = "time"\n[parent]\nis = "lot"\n[child]\nis = "unit"\nitem = "{PACK[4:]}"\n',
        name="table.csv",
    )
    assert [bad[2] for bad in load.bad] == ["link_row_parent"]
    actions.rebuild(slug="acme", by="t", at=NOW)
    found = answer(network)
    assert found["units"] == {"certain": 1, "possible": 0}
    assert [(each["kind"], each["things"]) for each in found["unjudged"]] == [("unit", 3)]
    asked = answers.Asked(network, queries.open_graph("acme"))
    for other in (answers.nearby(asked, [LOT], 1), answers.reached(asked, [LOT])):
        assert (other["unjudged"], other["waiting"]) == (found["unjudged"], False)
    for hits in ([LOT], []):  # with none of their lots among ours, what is open stays open
        assert match.unjudged(asked.graph, network, hits, "/x/item/C") == 3
