"""Letters about lots at a brand: taken in, matched, answered, passed on; nothing lost, none named."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.core.errors import Refusal
from kaishu.core.genealogy.things import item
from kaishu.core.lot_alert import Answer
from kaishu.core.lot_alert_errors import (
    AlertForged,
    AlertKeyWrong,
    AlertNamesNothing,
    AlertNotJson,
)
from kaishu.core.lot_alert_file import Sent, file_of, pass_on, read
from kaishu.supply.alerts import known, state, write
from kaishu.supply.alerts.arrive import Arrived, arrive
from kaishu.supply.alerts.errors import (
    AlertAnswerUnknown,
    AlertCountWrong,
    AlertExpired,
    AlertFromFuture,
    AlertIncomplete,
    AlertKeyMissing,
    AlertLotWrong,
    AlertNotMatched,
    AlertNotOurs,
    AlertNotTheirs,
    AlertNotVerified,
    AlertNumberUsed,
    AlertOwnNameMissing,
    AlertUnknown,
    IssuerKeyWrong,
)
from kaishu.supply.alerts.known import Standing
from kaishu.supply.alerts.match import match
from kaishu.supply.alerts.state import Word
from kaishu.supply.alerts.take import bring_key, sent_of, take
from kaishu.supply.models import Letter, LetterMatch, Network, Partner, RefusedLetter
from tests.supply.brand import AT, BACK_ROOM, PHONE, SHOP, US, brand, lot
from tests.support.letters import CELL, Stranger

HARIMA, TOWA, EVIL = Stranger("Harima Cells", 1), Stranger("Towa Packs", 3), Stranger("Evil", 9)
FOUND = {
    "lots": 1, "certain": 3, "possible": 2, "here": 1, "shipped": 2, "not_known_where": 2,
    "units": 0, "not_judged": 0,
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def network() -> Network:
    """Give a brand with a graph."""
    return brand()


def trust(who: Stranger) -> None:
    known.trust(code=who.code, name=who.name, public=who.signer.public.hex(), by="hana", at=AT)


def comes(sent: Sent | bytes, **how: Any) -> Arrived:
    data = sent if isinstance(sent, bytes) else file_of(sent)
    return arrive(data, **{"door": "api", "by": "api:x", "at": AT, **how})


def of(row: Letter) -> state.State:
    return state.of([row])[0]


@pytest.mark.parametrize("hide", [False, True])
def test_a_letter_of_a_trusted_company_is_matched_as_it_comes(network: Network, hide: bool) -> None:
    trust(HARIMA)
    came = comes(HARIMA.alert("L1", "L8", at=AT, hide=hide))
    assert came.taken.standing is Standing.VERIFIED
    (found,) = came.matches
    assert (found.found, found.counts, found.compared, found.us) == ([lot("L1")], FOUND, 3, US)
    assert not found.anyway
    assert of(came.taken.row).word is Word.MATCHED
    assert comes(HARIMA.alert("L8", at=AT, hide=hide)).matches[0].found == []


def test_a_letter_of_a_stranger_is_kept_shown_and_matched_only_by_hand(network: Network) -> None:
    came = comes(HARIMA.alert("L1", at=AT))
    row = came.taken.row
    assert (came.matches, came.taken.standing) == ((), Standing.UNKNOWN)
    assert of(row).word is Word.NOT_VERIFIED
    ask = {"number": row.number, "network": "kumo", "by": "hana", "at": AT}
    with pytest.raises(AlertNotVerified):
        match(**ask)
    assert not LetterMatch.objects.exists()
    assert match(**ask, anyway=True).anyway
    trust(HARIMA)
    assert of(row).standing is Standing.VERIFIED
    assert not match(**ask).anyway


def test_another_key_of_a_known_company_and_an_ended_one_are_not_trusted(network: Network) -> None:
    trust(HARIMA)
    thief = Stranger("Harima Cells", 99)
    assert comes(thief.alert("L1", at=AT)).taken.standing is Standing.KEY_CHANGED
    known.end(code=HARIMA.code, public=HARIMA.signer.public.hex(), by="hana", at=AT)
    assert comes(HARIMA.alert("L1", at=AT)).taken.standing is Standing.KEY_ENDED
    trust(HARIMA)
    assert comes(HARIMA.alert("L1", at=AT)).taken.standing is Standing.VERIFIED
    for wrong in ("", "0" * 63, "x" * 64):
        with pytest.raises(IssuerKeyWrong):
            known.trust(code=US, name="Kumo", public=wrong, by="hana", at=AT)
    with pytest.raises(AlertIncomplete):
        known.trust(code="/x/place/p", name="Kumo", public="0" * 64, by="hana", at=AT)


def test_the_same_letter_is_known_by_whichever_way_it_comes_and_another_is_not(
    network: Network,
) -> None:
    trust(HARIMA)
    sent = HARIMA.alert("L1", at=AT)
    first = comes(sent)
    around = pass_on(sent, TOWA.signer, by=TOWA.company, to="customers", at=AT)
    for again in (sent, around, around):
        came = comes(again)
        assert (came.taken.known, came.taken.row, came.matches) == (True, first.taken.row, ())
    (step,) = of(first.taken.row).seen_again
    assert step.facts == {"hops": ["Towa Packs"]}
    assert Letter.objects.count() == 1
    with pytest.raises(AlertNumberUsed):
        comes(HARIMA.alert("L2", at=AT, number=sent.letter.number))
    late = AT + timedelta(days=400)
    assert comes(HARIMA.alert("L1", at=AT, valid_until=AT.date())).taken.known is False
    assert comes(sent, at=late).taken.known


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (HARIMA.alert("L1", at=AT + timedelta(days=2)), AlertFromFuture),
        (HARIMA.alert("L1", at=AT, valid_until=AT.date() - timedelta(days=1)), AlertExpired),
        (HARIMA.answer("0" * 32, at=AT), AlertAnswerUnknown),
        (b"{", AlertNotJson),
        (file_of(HARIMA.alert("L1", at=AT)).replace(b'"fire"', b'"injury"'), AlertForged),
    ],
    ids=["future", "expired", "answer", "broken", "forged"],
)
def test_what_is_refused_is_kept_with_its_reason(
    sent: Sent | bytes, refusal: type[Refusal]
) -> None:
    data = sent if isinstance(sent, bytes) else file_of(sent)
    for _ in range(2):
        with pytest.raises(refusal):
            comes(data)
    kept = RefusedLetter.objects.get()
    assert (kept.reason, bytes(kept.content), kept.by) == (refusal.code, data, "api:x")
    assert not Letter.objects.exists()


def test_hidden_lots_wait_for_their_key(network: Network) -> None:
    trust(HARIMA)
    sent = HARIMA.alert("L1", at=AT, hide=True)
    came = comes(file_of(sent, with_key=False))
    assert came.missed == {"kumo": AlertKeyMissing.code}
    number = came.taken.row.number
    with pytest.raises(AlertKeyWrong):
        bring_key(number=number, key="zz", by="hana", at=AT)
    bring_key(number=number, key=sent.key.hex(), by="hana", at=AT)
    assert match(number=number, network="kumo", by="hana", at=AT).counts == FOUND
    assert sent_of(came.taken.row) == sent
    with connection.cursor() as cursor:  # nowhere in clear
        cursor.execute("SELECT sealed FROM supply_letterkey")
        assert sent.key not in bytes(cursor.fetchone()[0])


def test_our_own_name_for_the_item_finds_the_same_lots(network: Network) -> None:
    trust(HARIMA)
    other = Stranger("Harima Cells", 1).alert("L1", at=AT, hide=True)
    came = comes(other)
    assert match(
        number=came.taken.row.number, network="kumo", item=CELL, by="hana", at=AT
    ).found == [lot("L1")]
    assert (
        match(
            number=came.taken.row.number, network="kumo", item="/x/item/NO", by="hana", at=AT
        ).found
        == []
    )


def test_an_answer_is_signed_counts_and_names_no_consignee(network: Network) -> None:
    trust(HARIMA)
    row = comes(HARIMA.alert("L1", at=AT)).taken.row
    said = {"number": row.number, "by": "hana", "at": AT, "door": "console"}
    counted = write.answer(**said, step="counted", key="k1")
    assert write.answer(**said, step="counted", key="k1") == counted
    data = write.file(counted)
    letter = read(data).letter
    assert isinstance(letter, Answer)
    assert (dict(letter.counts), letter.answers, letter.step) == (FOUND, row.number, "counted")
    assert letter.issuer.code == US
    for secret in (SHOP, BACK_ROOM, "L1", "P1", CELL):
        assert secret.encode() not in data
    later = write.answer(**said, step="sold_since", units=4, key="k2")
    told = read(write.file(later)).letter
    assert isinstance(told, Answer)
    assert (told.counts["shipped"], told.counts["certain"]) == (4, 0)
    assert of(row).word is Word.ANSWERED
    assert [each.step for each, _ in of(row).answers] == ["counted", "sold_since"]
    with pytest.raises(AlertCountWrong):
        write.answer(**said, step="sold_since", units=-1, key="k3")
    with pytest.raises(AlertIncomplete):
        write.answer(**said, step="maybe", key="k4")


def test_nothing_is_answered_before_it_was_matched(network: Network) -> None:
    row = comes(HARIMA.alert("L1", at=AT)).taken.row
    with pytest.raises(AlertNotMatched):
        write.answer(number=row.number, step="counted", key="k", by="hana", at=AT, door="console")
    with pytest.raises(AlertUnknown):
        write.answer(number="0" * 32, step="counted", key="k", by="hana", at=AT, door="console")


def draft(**said: Any) -> write.Draft:
    told: dict[str, Any] = {"network": "kumo", "item": CELL, "lots": ("L1", lot("L2"), " L1 ", "")}
    return write.Draft(**{**told, "defect": "welding", "severity": "fire", **said})


def issued(key: str = "k", **said: Any) -> Letter:
    return write.issue(draft(**said), key=key, by="hana", at=AT, door="console")


def test_a_letter_of_ours_is_answered_by_those_who_got_it(network: Network) -> None:
    row = issued()
    assert issued() == row
    sent = read(write.file(row))
    assert len(sent.letter.lots) == 2  # type: ignore[union-attr]  # it is an alert
    assert sent.key != b""
    assert of(row).word is Word.ISSUED
    back = comes(TOWA.answer(row.number, at=AT, lots=2, certain=7))
    assert (back.matches, back.taken.standing) == ((), Standing.UNKNOWN)
    now = of(row)
    assert now.word is Word.ANSWERED
    assert [(each.issuer_name, each.counts["certain"]) for each, _ in now.answers] == [
        ("Towa Packs", 7)
    ]
    apart = issued("k2", key_apart=True)
    assert read(write.file(apart)).key == b""
    plain = issued("k3", hide=False, kind="question", act="answer_only")
    assert read(write.file(plain)).letter.lots == (lot("L1"), lot("L2"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"lots": (" ",)}, AlertNamesNothing),
        ({"lots": ("/x/item/OTHER/lot/1",), "item": "/x/place/p"}, AlertIncomplete),
        ({"lots": ("x" * 300,)}, AlertLotWrong),
        ({"defect": "boom"}, AlertIncomplete),
        ({"us": "/x/party/nobody"}, AlertOwnNameMissing),
        ({"supersedes": "zz"}, AlertIncomplete),
    ],
)
def test_a_draft_that_nobody_could_read_is_not_signed(
    network: Network, said: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        issued(**said)
    assert not Letter.objects.exists()


def test_only_who_sent_a_letter_takes_it_back_and_it_may_come_before_it(network: Network) -> None:
    trust(HARIMA)
    sent = HARIMA.alert("L1", at=AT)
    early = comes(HARIMA.withdrawal(sent.letter.number, at=AT)).taken
    assert early.known is False
    assert of(comes(sent).taken.row).word is Word.WITHDRAWN
    other = comes(HARIMA.alert("L2", at=AT)).taken.row
    with pytest.raises(AlertNotTheirs):
        comes(EVIL.withdrawal(other.number, at=AT))
    comes(EVIL.alert("L9", at=AT, supersedes=other.number))
    assert of(other).word is Word.MATCHED
    comes(HARIMA.alert("L3", at=AT, supersedes=other.number))
    assert of(other).word is Word.SUPERSEDED
    waits = HARIMA.alert("L1", at=AT)
    comes(EVIL.withdrawal(waits.letter.number, at=AT))  # early and not theirs
    assert of(comes(waits).taken.row).word is Word.MATCHED
    with pytest.raises(AlertNotOurs):
        write.withdraw(
            number=other.number, reason="mistake", key="k", by="hana", at=AT, door="console"
        )
    mine = issued()
    write.withdraw(number=mine.number, reason="mistake", key="w", by="hana", at=AT, door="console")
    assert of(mine).word is Word.WITHDRAWN


def test_a_letter_goes_on_with_our_signed_hop_and_comes_home_without_a_loop(
    network: Network,
) -> None:
    row = comes(HARIMA.alert("L1", at=AT, hide=True)).taken.row
    way = {"number": row.number, "to": "customers", "network": "kumo", "by": "hana"}
    for again in range(2):
        write.forward(**way, key=f"k{again}", at=AT + timedelta(seconds=again))
    data = write.file(row, to="customers")
    assert [(hop.by.code, hop.to) for hop in read(data).hops] == [(US, "customers")]
    assert read(data).key == read(write.file(row)).key != b""
    assert comes(data).taken.known
    assert len(of(row).passed_on) == 1
    with pytest.raises(AlertUnknown):
        write.file(row, to="suppliers")
    with pytest.raises(AlertIncomplete):
        write.forward(**{**way, "to": "moon"}, key="k", at=AT)


def test_units_that_nobody_described_are_counted_as_well(network: Network) -> None:
    network.items.filter(code=PHONE).delete()
    network.items.create(code=item("OTHER"), kind="product", name="Other")
    trust(HARIMA)
    assert comes(HARIMA.alert("L1", at=AT)).matches[0].counts == FOUND


def test_without_a_name_of_ours_nothing_is_said_to_be_here(network: Network) -> None:
    Partner.objects.filter(code=US).update(role="supplier")
    trust(HARIMA)
    found = comes(HARIMA.alert("L1", at=AT)).matches[0]
    assert found.counts == {**FOUND, "here": 0, "shipped": 0, "not_known_where": 5}
    assert (
        match(number=found.letter.number, network="kumo", us=US, by="hana", at=AT).counts == FOUND
    )


@pytest.mark.parametrize("model", ["letter", "lettermatch", "knownkey"])
def test_the_database_refuses_to_change_what_was_said(network: Network, model: str) -> None:
    trust(HARIMA)
    comes(HARIMA.alert("L1", at=AT))
    for statement in (f"UPDATE supply_{model} SET by = 'x'", f"DELETE FROM supply_{model}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_a_letter_says_reads_the_same_from_the_database(network: Network) -> None:
    sent = HARIMA.alert("L1", at=AT, answer_by=AT.date())
    row = take(
        json.dumps(json.loads(file_of(sent)), indent=1).encode(), door="c", by="h", at=AT
    ).row
    row.refresh_from_db()
    assert bytes(row.content) == file_of(sent)
    assert (row.lots, row.defect, row.answer_by) == (1, "foreign_particles", AT.date())
