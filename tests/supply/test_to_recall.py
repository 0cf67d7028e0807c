"""A trace becomes the scope of a recall: what comes in, what must not slip out, what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.recall import LANGUAGES
from kaishu.editions.drafting import judging, queries
from kaishu.editions.drafting.differences import differences
from kaishu.editions.drafting.models import RecallDraft
from kaishu.supply.models import Network
from kaishu.supply.to_recall import complete, runs
from kaishu.supply.to_recall.actions import Part, Wish, make_draft, plan
from kaishu.supply.to_recall.errors import ModelNotMade, NothingAffected, UnitsTakenOut
from kaishu.supply.to_recall.pools import SOLD, Share
from kaishu.supply.to_recall.rules import Question
from kaishu.supply.to_recall.scope import Outside, scope_of
from tests.doors import kumo
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
SURE = [world.serial(number) for number in range(161, 181)]
MAYBE = [world.serial(number) for number in range(181, 201)]
WISH = Wish(
    question=Question(network=world.SLUG, suspects=(world.SUSPECT,), graph="abc"),
    models=("K100",),
    slug=kumo.SLUG,
)


def only(parts: list[Part]) -> Part:
    (part,) = parts
    return part


def test_the_units_of_a_suspect_lot_become_one_range_and_mixed_ones_another(
    graph: Graph, network: Network, published: None
) -> None:
    part = only(plan(graph=graph, network=network, wish=WISH, at=world.AT))
    assert [(row["kind"], row["head"], row["first"], row["last"]) for row in part.made.rules] == [
        ("counter", "AK", "20250301000161", "20250301000180"),
        ("counter", "AK", "20250301000181", "20250301000200"),
    ]
    assert part.made.units == 40 and part.made.unfit == ()
    assert part.change.added == (*SURE, *MAYBE)
    assert part.change.removed == () and not part.change.takes_out
    mark = WISH.question.mark
    asked = f"trace {mark} · L77 (/x/item/CELL-A) · kumo-cells · graph abc · 2026-04-03"
    assert [row["note"] for row in part.made.rules] == [f"{asked} · certain", f"{asked} · possible"]
    assert [set(row["why"]) for row in part.made.rules] == [set(LANGUAGES)] * 2


def test_possible_units_stay_out_only_where_somebody_says_so(
    graph: Graph, network: Network, published: None
) -> None:
    part = only(plan(graph=graph, network=network, wish=replace(WISH, possible=False), at=world.AT))
    assert part.change.added == tuple(SURE) and sum(part.population.values()) == 20


def test_units_are_counted_where_they_were_last_seen(
    graph: Graph, network: Network, published: None
) -> None:
    sold = only(plan(graph=graph, network=network, wish=WISH, at=world.AT)).population
    assert sold == {SOLD: 30, Share("distributor", "unsold", "nagare"): 10}
    kept = only(
        plan(graph=graph, network=network, wish=replace(WISH, shops_sold=False), at=world.AT)
    ).population
    assert kept == {
        SOLD: 10,
        Share("retailer", "unsold", "minato"): 20,
        Share("distributor", "unsold", "nagare"): 10,
    }


def test_a_next_edition_keeps_what_was_published_and_adds_up(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    revision = queries.newest(draft)
    judged = judging.judge(revision)
    assert [each.problem.code for each in judged.errors] == []
    loaded = judging.load(revision)
    assert loaded.recall is not None
    assert [rule.product for rule in loaded.recall.rules] == [
        "K100",
        "K200",
        "K300",
        "K100",
        "K100",
    ]
    product = loaded.recall.product("K100")
    assert product is not None and product.units == 1040
    changed = differences(revision)
    assert changed is not None and changed.rules_added == [
        "K100 · counter · AK · 20250301000161 · 20250301000180",
        "K100 · counter · AK · 20250301000181 · 20250301000200",
    ]
    assert {party.code for party in loaded.recall.parties} == {"nagare"}


def test_taking_units_out_is_never_silent(graph: Graph, network: Network, published: None) -> None:
    wish = replace(WISH, replaces=True)
    part = only(plan(graph=graph, network=network, wish=wish, at=world.AT))
    assert part.change.removed == tuple(serial.decode() for serial in kumo.LISTS["k100.csv"])
    with pytest.raises(UnitsTakenOut) as refused:
        make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    assert refused.value.facts == {"count": "2", "rules": "0"}
    assert RecallDraft.objects.count() == 0
    draft = make_draft(
        graph=graph, network=network, wish=replace(wish, agreed=True), by="hana", at=world.AT
    )
    loaded = judging.load(queries.newest(draft))
    assert loaded.recall is not None
    assert [rule.product for rule in loaded.recall.rules] == ["K200", "K300", "K100", "K100"]


def test_a_whole_model_that_would_shrink_is_named_as_a_rule(
    graph: Graph, network: Network, data_dir: Path
) -> None:
    rules = kumo.recall().rules
    whole = replace(rules[1], no=1, product="K100", when=rules[1].when.__class__())
    kumo.publish(data_dir, kumo.recall(rules=(whole, *rules[1:])))
    part = only(plan(graph=graph, network=network, wish=replace(WISH, replaces=True), at=world.AT))
    assert [(gone.no, gone.kind.value) for gone in part.change.gone] == [(1, "model")]
    assert part.change.takes_out and len(part.change.removed) == 360


def test_a_new_recall_starts_with_model_format_units_and_holders(
    graph: Graph, network: Network
) -> None:
    wish = replace(WISH, slug="", market="jp", models=("K100", "S900"))
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    data = judging.data(queries.newest(draft))
    assert [(row["model"], row["units"]) for row in data["products"]] == [
        ("K100", 40),
        ("S900", 10),
    ]
    assert data["recall"]["units"] == 50 and data["recall"]["brand"] == "Kumo"
    assert data["serials"]["k100-traced"] == {"alphabet": "0123456789AK", "lengths": [16]}
    assert [row["kind"] for row in data["rules"]] == ["counter", "counter", "list"]
    lists = [name for name in queries.newest(draft).files if name.startswith("serials/")]
    assert lists == [data["rules"][2]["file"]]


def test_lots_without_units_are_asked_for_by_the_batch_on_the_label(
    graph: Graph, network: Network, published: None
) -> None:
    network.items.filter(code=world.PACK).update(model="K300")
    part = only(
        plan(graph=graph, network=network, wish=replace(WISH, models=("K300",)), at=world.AT)
    )
    assert [row["when"]["batches"] for row in part.made.rules] == [["P2", "P5", "P6"], ["P3"]]


def test_a_lot_of_which_only_some_units_are_named_stays_in_the_scope(
    tmp_path: Path, network: Network
) -> None:
    network.items.filter(code=world.PACK).update(model="K300")
    lot, serials = "/x/item/PACK-9/lot/P1", [f"/x/item/PACK-9/unit/{n}" for n in range(3)]
    suspect, nameless = Amount(world.SUSPECT), "/x/item/NEW/lot/N1"
    acts = [
        Act("a", Did.MADE, 1, (suspect,), (Amount(lot, 3),)),
        Act("b", Did.MADE, 2, (Amount(lot, 2),), tuple(Amount(x) for x in serials[:2])),
        Act("c", Did.MADE, 3, (suspect,), (Amount(nameless),)),
        Act("d", Did.MADE, 3, (suspect,), (Amount("/x/item/NEW/unit/1"),)),
    ]
    rest = Act("e", Did.MADE, 4, (Amount(lot, 1),), (Amount(serials[2]),))
    for told, lots in ((acts, ("P1",)), ([*acts, rest], ())):
        build(columns(told), tmp_path / "g")
        with Graph.open(tmp_path / "g") as graph:
            scope = scope_of(graph, network, forward(graph, [world.SUSPECT]))
            part = scope.of("K300")
            assert part is not None and part.certain_lots == lots
            assert scope.outside == (Outside("/x/item/NEW", 1, 1),)


def test_an_unaffected_or_unknown_model_makes_no_draft(
    graph: Graph, network: Network, published: None
) -> None:
    good = replace(WISH, question=replace(WISH.question, suspects=("/x/item/PACK-9/lot/P5",)))
    with pytest.raises(NothingAffected):
        make_draft(graph=graph, network=network, wish=good, by="hana", at=world.AT)
    with pytest.raises(ModelNotMade):
        plan(graph=graph, network=network, wish=replace(WISH, models=("K999",)), at=world.AT)
    assert RecallDraft.objects.count() == 0


def test_units_that_the_graph_cannot_see_are_named(
    graph: Graph, network: Network, published: None
) -> None:
    told = complete.complete(
        graph, network, model="K100", slug=kumo.SLUG, elsewhere={"claims": ["ak2025 0301 0009 99"]}
    )
    assert (told.announced, told.in_graph, told.with_genealogy) == (1000, 400, 400)
    assert told.unknown == {
        "claims": ("AK20250301000999",),
        "edition": ("AK20230001000042", "AK20230001000043"),
    }
    assert (told.named, told.nameless, told.permille) == (403, 597, 400)
    assert told.holes == ()


def test_units_without_a_record_of_the_suspects_class_are_named(
    tmp_path: Path, network: Network
) -> None:
    cell, film = world.SUSPECT, "/x/item/FILM/lot/F1"
    phones = [f"/x/item/PHONE-{kind}/unit/{n}" for kind in ("RED", "BLUE") for n in (1, 2)]
    for code in ("/x/item/PHONE-RED", "/x/item/PHONE-BLUE"):
        network.items.create(code=code, kind="product", model="P1")
    acts = [
        Act("a", Did.MADE, 1, (Amount(cell), Amount(film)), (Amount(phones[0]),)),
        Act("b", Did.MADE, 2, (Amount(film),), (Amount(phones[1]),)),
        Act("c", Did.MADE, 2, (Amount(film),), (Amount(phones[2]),)),
        Act("d", Did.MOVED, 3, (Amount(phones[3]),), (), world.SHOP),
    ]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        ask = {"model": "P1", "slug": "", "elsewhere": {}}
        told = complete.complete(graph, network, suspects=[cell, film, cell], **ask)
        assert told.with_genealogy == 3 and told.without == (phones[3],)
        of_film, of_cell = sorted(told.unrecorded, key=lambda each: each.item, reverse=True)
        assert (of_film.ever, of_film.codes) == (True, (phones[3],))
        assert (of_cell.ever, of_cell.codes) == (True, (phones[2], phones[1], phones[3]))
        nothing = complete.complete(graph, network, suspects=["/x/party/minato"], **ask)
        assert nothing.unrecorded == ()


def test_numbers_missing_between_known_serials_are_named() -> None:
    found = complete.holes(["A07", "A10", "A11", "B1", "A12", "A0015"])
    assert [(hole.first, hole.last, hole.count) for hole in found] == [("A08", "A09", 2)]


def test_the_lists_of_two_models_never_lie_over_each_other(
    graph: Graph, network: Network, published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of a file ends at a slash: A/9 and B/9 once had one list, and A/9 lost its units."""
    monkeypatch.setattr(runs, "SHORTEST", 1000)  # every unit in a list
    for code, model in ((world.K100, "A/9"), (world.S900, "B/9")):
        network.items.filter(code=code).update(model=model)
    wish = replace(WISH, models=("A/9", "B/9"), slug="", market="jp")
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    newest = queries.newest(draft)
    rules, lists = judging.data(newest)["rules"], judging.load(newest).lists
    named = {rule["product"]: set() for rule in rules}
    for rule in rules:
        named[rule["product"]] |= {each.decode() for each in lists[rule["file"]].tolist()}
    assert named["A/9"] == {*SURE, *MAYBE}
    assert len(named["B/9"]) == 10 and not named["A/9"] & named["B/9"]
