"""Three phones burn, and the lot is found before the fourth: the story that traceability is for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kaishu.books.audit import audit
from kaishu.books.queries import trial_balance
from kaishu.claims import actions as claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.publication import publish_proposal
from kaishu.core.answer import Inspection, judge
from kaishu.core.genealogy.causes import common_cause
from kaishu.core.genealogy.forward import forward
from kaishu.doors.console.trace.burnt import reports
from kaishu.editions import queries as editions
from kaishu.editions.drafting import judging, proposals
from kaishu.editions.drafting.differences import differences
from kaishu.editions.drafting.errors import OwnProposal
from kaishu.editions.drafting.queries import newest
from kaishu.supply.network.queries import newest_graph, open_graph
from kaishu.supply.to_recall.actions import Wish, make_draft
from kaishu.supply.to_recall.rules import Question
from tests.doors import kumo
from tests.doors.owner_world import CONTACT
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
BURNT = (162, 167, 179)
ONLY_SAME_CARTON = 7


def owner_is_told(number: int) -> str:
    """Ask the check that an owner asks."""
    pack = editions.current_pack(kumo.SLUG)
    return judge(pack, Inspection(model="K100", serial=world.serial(number))).answer.value


def test_three_incidents_lead_to_the_lot_and_the_lot_to_every_owner(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, serials in world.LISTS.items():
        monkeypatch.setitem(kumo.LISTS, file, serials)
    kumo.publish(data_dir, world.recall())
    network = world.open_network()
    assert {owner_is_told(number) for number in (*BURNT, 190, ONLY_SAME_CARTON)} == {"not_affected"}

    # Three owners of units outside the recall report that theirs got hot.
    for number in BURNT:
        unit = UnitFacts(
            model="K100", serial=world.serial(number), remedy="refund", condition="hot"
        )
        facts = ClaimFacts(recall=kumo.SLUG, language="en", contact=CONTACT, units=(unit,))
        claims.submit_claim(facts=facts, key=str(number), door="public", by="owner", at=world.AT)
    graph, file = open_graph(world.SLUG), newest_graph(network)
    assert file is not None
    told = reports(graph, network, kumo.SLUG)
    assert sorted(each.code for each in told if each.dangerous) == [world.k100(n) for n in BURNT]

    # What they share is one lot of cells, and that is hardly chance.
    found = common_cause(graph, [each.code for each in told])
    first = found.causes[0]
    assert first.lots == (world.SUSPECT,) and first.decided
    assert (first.table.a, first.table.exposed, found.units) == (3, 40, 400)

    # The lot reaches forty units of ours, and another brand's.
    reached = forward(graph, first.lots)
    assert {
        (each.item, each.certain, each.possible) for each in reached.totals() if each.kind == 2
    } == {
        (world.K100, 20, 20),
        (world.S900, 10, 0),
    }

    # A manager makes the draft; nobody publishes their own.
    asked = Question(network=world.SLUG, suspects=first.lots, graph=file.digest)
    wish = Wish(question=asked, models=("K100",), slug=kumo.SLUG)
    at = world.AT + timedelta(hours=1)
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=at)
    changed = differences(newest(draft))
    assert changed is not None and [unit.more for unit in changed.units] == [40]
    assert judging.judge(newest(draft)).errors == ()
    proposal = proposals.propose_publication(
        draft_id=draft.id, seen=draft.version, by="hana", at=at
    )
    publish = {
        "proposal_id": proposal.id,
        "typed": kumo.SLUG,
        "content": proposal.content,
        "at": at,
    }
    with pytest.raises(OwnProposal):
        publish_proposal(**publish, by="hana")
    edition = publish_proposal(**publish, by="ren")
    assert edition.number == 2

    # Every owner of the lot is told now; whoever only shared a carton is left in peace.
    assert {owner_is_told(number) for number in (*BURNT, 161, 180, 181, 200)} == {"affected"}
    assert {owner_is_told(number) for number in (ONLY_SAME_CARTON, 160, 201)} == {"not_affected"}
    balance = trial_balance(recall_id=editions.recall_row(kumo.SLUG).id)
    assert balance.units_in("unsold") == 10  # with the distributor, before they reach anybody
    assert [str(finding) for finding in audit()] == []
