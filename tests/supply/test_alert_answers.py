"""What a brand may say about a letter: never "none" too early, and more as soon as there is more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.lot_alert import Answer
from kaishu.core.lot_alert_file import file_of, pass_on
from kaishu.supply.alerts import again, known, own, replies, state, take, write
from kaishu.supply.alerts.arrive import arrive
from kaishu.supply.alerts.errors import (
    AlertAskedTooOften,
    AlertHopLoop,
    AlertNotSure,
    ReplyNotWanted,
)
from kaishu.supply.alerts.match import match
from kaishu.supply.alerts.state import Word
from kaishu.supply.alerts.tally import Tally, tally
from kaishu.supply.models import Brought, CaptureJob, Letter, LetterMatch, LetterReply, Network
from kaishu.supply.network import graphs
from tests.supply.brand import AT, PHONE, acts, brand, lot
from tests.support.graph_files import keep_graph
from tests.support.letters import CELL, Stranger

pytestmark = pytest.mark.django_db
HARIMA, TOWA = Stranger("Harima Cells", 1), Stranger("Towa Packs", 3)
DAY_ONE = (date(1970, 1, 1), date(1970, 1, 1))
LATER = (date(2026, 1, 1), date(2026, 2, 1))
# A brand that knows when its cells were made: L1 and L3 on the first day, L2 half in the window.
CELLS = [
    Act("cell-1", Did.MADE, 50, (), (Amount(lot("L1")),)),
    Act("cell-3", Did.MADE, 60, (Amount(lot("FILM")),), (Amount(lot("L3")),)),
]


@pytest.fixture
def network() -> Network:
    """Give a brand with a graph that trusts Harima."""
    public = HARIMA.signer.public.hex()
    known.trust(code=HARIMA.code, name=HARIMA.name, public=public, by="hana", at=AT)
    return brand()


def comes(*lots: str, **said: Any) -> Letter:
    return arrive(
        file_of(HARIMA.alert(*lots, at=AT, **said)), door="api", by="api:x", at=AT
    ).taken.row


def now(row: Letter) -> Tally:
    return tally(row, at=AT)


def answer(row: Letter, key: str = "a") -> Letter:
    said = {"number": row.number, "step": "counted", "key": key, "by": "hana", "at": AT}
    return write.answer(**said, door="console")


def word(row: Letter) -> Word:
    return state.of([row], at=AT)[0].word


def grows(network: Network, *more: Act) -> None:
    keep_graph(network, [*acts(), *more], by="ada", at=AT)


def numbers(found: Tally) -> tuple[int, int, int, int]:
    names = ("lots", "units", "certain", "possible")
    return tuple(found.counts[name] for name in names)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("said", "wanted", "open_"),
    [
        ({"item": PHONE, "units": ("P1", "P9")}, (0, 1, 1, 0), ()),
        ({"item": PHONE, "units": ("P1", "P9"), "hide": True}, (0, 1, 1, 0), ()),
        ({"item": PHONE, "runs": (("P2", "P5"),)}, (0, 4, 4, 0), ()),
        ({"item": PHONE, "units": ("P1",), "runs": (("p5", "p99"),)}, (0, 3, 3, 0), ()),
        ({"item": PHONE, "made": DAY_ONE}, (0, 6, 6, 0), ()),
        ({"item": PHONE, "made": LATER}, (0, 0, 0, 0), ()),
        ({"item": PHONE, "units": ("P1",), "made": LATER}, (0, 1, 0, 1), ("other_days",)),
        ({"item": CELL, "made": DAY_ONE}, (3, 0, 0, 6), ("undated",)),
        ({"item": CELL, "made": (None, DAY_ONE[0])}, (3, 0, 0, 6), ("undated",)),
        ({"item": "/x/item/OTHER", "made": DAY_ONE}, (0, 0, 0, 0), ("item_unknown",)),
    ],
)
def test_a_letter_means_serials_runs_and_days_rather_too_much_than_too_little(
    network: Network, said: dict[str, Any], wanted: Sequence[int], open_: Sequence[str]
) -> None:
    found = now(comes(**said))
    assert (numbers(found), found.open) == (tuple(wanted), tuple(open_))


def test_days_divide_what_is_sure_from_what_is_not(network: Network) -> None:
    grows(network, *CELLS)
    row = comes(made=DAY_ONE)
    found = now(row)
    assert (numbers(found), found.open) == ((4, 0, 4, 2), ("undated",))  # nobody knows of FILM
    after = comes(made=(date(1960, 1, 1), date(1969, 12, 29)))
    assert (numbers(now(after)), now(after).open) == ((2, 0, 0, 3), ("undated", "recorded_late"))
    assert word(after) is Word.MATCHED
    named = comes("L1", made=LATER)
    assert (numbers(now(named)), now(named).open) == ((1, 0, 0, 5), ("other_days",))


def test_none_is_never_said_while_records_are_on_their_way(network: Network) -> None:
    row = comes("L8")
    assert (now(row).none, word(row)) == (True, Word.NONE_HERE)
    with graphs.loading(network.slug):
        assert (now(row).open, word(row)) == (("loading",), Word.CANNOT_TELL)
        with pytest.raises(AlertNotSure) as refused:
            answer(row)
        assert refused.value.facts == {"open": "loading"}
    job = CaptureJob(network=network, number="j", by="x", created_at=AT, rollback=False, context="")
    job.save()
    assert now(row).open == ("loading", "rows_refused")[:1]
    with pytest.raises(AlertNotSure):
        answer(row)
    CaptureJob.objects.update(finished_at=AT, refused=1)
    assert (now(row).open, now(row).none) == (("rows_refused",), False)
    said = take.sent_of(answer(row)).letter
    assert isinstance(said, Answer)
    assert (said.open, said.counts["lots"]) == (("rows_refused",), 0)
    CaptureJob.objects.update(refused=0)
    left = Brought.objects.create(network=network, name="a.csv", size=1, by="x", at=AT)
    assert now(row).open == ("loading",)
    Brought.objects.filter(pk=left.pk).update(at=AT - timedelta(days=7))
    assert now(row).open == ("rows_refused",), "nobody waits for ever for a file left lying"


def test_none_is_not_said_by_a_graph_that_is_behind_or_for_a_network_nobody_asked(
    network: Network,
) -> None:
    row = comes("L8")
    grows(network, *CELLS)
    assert (now(row).open, word(row)) == (("stale",), Word.CANNOT_TELL)
    with pytest.raises(AlertNotSure):
        answer(row)
    assert again.tick(at=AT, by="worker") == []
    assert now(row).none
    other = brand("kumo-cn")
    assert now(row).open == ("not_asked",)
    with pytest.raises(AlertNotSure):
        answer(row)
    grows(other, Act("x", Did.MADE, 100, (Amount(lot("L8")),), (Amount(f"{PHONE}/unit/P7"),)))
    again.tick(at=AT, by="worker")
    assert numbers(now(row)) == (1, 0, 1, 0)
    match(number=row.number, network="kumo", by="hana", at=AT)  # the other network's find stays
    assert (numbers(now(row)), word(row)) == ((1, 0, 1, 0), Word.MATCHED)


def test_an_answer_that_became_more_is_sent_again_and_the_old_one_stays(network: Network) -> None:
    row = comes("L8", reply_to="https://harima.example/api/v1/alerts/answers")
    replies.confirm(number=row.number, yes=True, by="hana", at=AT)
    first = answer(row)
    new = Act("late", Did.MADE, 100, (Amount(lot("L8")),), (Amount(f"{PHONE}/unit/P8"),))
    grows(network, new)
    (change,) = again.tick(at=AT + timedelta(minutes=1), by="worker")
    assert (change.before["certain"], change.now["certain"]) == (0, 1)
    assert change.answer is not None
    said = take.sent_of(change.answer).letter
    assert isinstance(said, Answer)
    assert (said.replaces, said.counts["certain"]) == (first.number, 1)
    assert Letter.objects.filter(kind="answer").count() == 2
    assert state.replaced([first, change.answer]) == {first.number}
    assert [each.url for each in LetterReply.objects.all()] == [replies.wanted(row)] * 2
    assert (again.tick(at=AT, by="worker"), word(row)) == ([], Word.ANSWERED)
    grows(network)  # what became less waits for a person
    (less,) = again.tick(at=AT + timedelta(minutes=2), by="worker")
    assert (less.answer, less.refused, word(row)) == (None, "", Word.CHANGED)
    rows = LetterMatch.objects.count()
    assert again.run_due(at=AT) == {"changed": 0, "answered": 0, "failed": 0}
    assert LetterMatch.objects.count() == rows


def test_nothing_goes_to_an_address_that_no_manager_confirmed(network: Network) -> None:
    row = comes("L1", reply_to="https://harima.example/a")
    assert replies.of(row) == ""
    answer(row)
    assert not LetterReply.objects.exists()
    with pytest.raises(ReplyNotWanted):
        replies.confirm(number=comes("L1").number, yes=True, by="hana", at=AT)
    thief = Stranger("Harima Cells", 99).alert("L1", at=AT, reply_to="https://thief.example/a")
    forged = arrive(file_of(thief), door="api", by="api:x", at=AT).taken.row
    with pytest.raises(ReplyNotWanted):
        replies.confirm(number=forged.number, yes=True, by="hana", at=AT)
    replies.confirm(number=row.number, yes=True, by="hana", at=AT)
    assert replies.of(forged) == ""
    assert replies.of(row) == "https://harima.example/a"
    replies.confirm(number=row.number, yes=False, by="hana", at=AT)
    assert replies.of(row) == ""


def test_who_asks_too_often_is_refused_and_an_alert_never_is(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "MOST_QUESTIONS", 2)
    for _ in range(2):
        comes("L1", kind="question")
    with pytest.raises(AlertAskedTooOften):
        comes("L2", kind="question")
    assert comes("L2").kind == "alert"
    later = file_of(HARIMA.alert("L2", at=AT, kind="question"))
    assert arrive(later, door="api", by="x", at=AT + timedelta(days=2)).taken.row


def test_a_letter_that_went_through_us_is_not_passed_on_the_same_way_again(
    network: Network,
) -> None:
    us = own.company(network)
    sent = pass_on(HARIMA.alert("L1", at=AT), own.signer(), by=us, to="customers", at=AT)
    around = pass_on(sent, TOWA.signer, by=TOWA.company, to="customers", at=AT)
    row = arrive(file_of(around), door="api", by="x", at=AT).taken.row
    how = {"number": row.number, "network": "kumo", "key": "f", "by": "hana", "at": AT}
    with pytest.raises(AlertHopLoop):
        write.forward(to="customers", **how)
    assert write.forward(to="suppliers", **how).key == "suppliers"


def test_a_letter_that_cannot_be_looked_at_does_not_stop_the_next_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = comes("L1"), comes("L3")
    answer(good)
    grows(network, Act("more", Did.MADE, 100, (Amount(lot("L3")),), (Amount(f"{PHONE}/unit/P9"),)))
    whole = take.sent_of

    def half(row: Letter) -> Any:
        if row.number == broken.number:
            raise ValueError("half a file")
        return whole(row)

    monkeypatch.setattr(take, "sent_of", half)
    first, second = again.tick(at=AT + timedelta(minutes=1), by="worker")
    assert (first.row, first.outcome) == (broken, again.Outcome.FAILED)
    assert (second.row, second.outcome) == (good, again.Outcome.SENT)
