"""The gate before the check: what a look costs, and that it always ends in an answer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from altcha import v2

from kaishu.core.gate import Brought, Gate, House, Lane, Ruling, Unit, client_address, here
from kaishu.core.gate.near import range_of, run_of, subnet_of
from kaishu.core.gate.price import Counts, price
from kaishu.core.gate.proof import Altcha

AT = 1_770_000_000
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.20"
CHEAP = House(first=1)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    prover = Altcha(b"a secret of this test", tries=2)
    made = Gate(tmp_path / "gate.table", buckets=1024, house=CHEAP, prover=prover)
    yield made
    made.close()


def look(
    gate: Gate, number: int, *, address: str = HERE, at: float = AT, brought: Brought | None = None
) -> Ruling:
    unit = Unit("K100", f"AK2{number:07d}")
    return gate.weigh([unit], address=address, visitor="phone", at=at, brought=brought)


def over(gate: Gate, number: int, **more: object) -> Ruling:
    """Look for a third time from one subnet into one range."""
    for first in (1, 20_002):
        look(gate, first)
    return look(gate, number, **more)  # type: ignore[arg-type]


def solved(ruling: Ruling) -> str:
    challenge = v2.Challenge.from_dict(json.loads(ruling.challenge))
    solution = v2.solve_challenge(challenge)
    assert solution is not None
    return v2.Payload(challenge, solution).to_base64()


def test_the_first_looks_of_a_subnet_in_a_range_cost_nothing(gate: Gate) -> None:
    assert [look(gate, n).reason for n in (1, 20_002)] == ["free", "free"]
    assert look(gate, 40_003).lane is Lane.PROVE
    assert look(gate, 40_003, address=ELSEWHERE).goes


def test_the_same_serial_again_costs_nothing(gate: Gate) -> None:
    assert [look(gate, 1).reason for _ in range(5)] == ["free", *["seen"] * 4]


def test_a_proof_opens_its_question_and_no_other(gate: Gate) -> None:
    asked = over(gate, 40_003)
    proof = solved(asked)
    assert look(gate, 40_004, brought=Brought(proof=proof)).lane is Lane.PROVE
    opened = look(gate, 40_003, brought=Brought(proof=proof))
    assert (opened.lane, opened.reason) == (Lane.GO, "proven")
    assert look(gate, 40_004, brought=Brought(pass_=opened.pass_)).lane is Lane.PROVE


def test_a_pass_works_from_another_network_and_ends(gate: Gate) -> None:
    opened = look(gate, 40_003, brought=Brought(proof=solved(over(gate, 40_003))))
    brought = Brought(pass_=opened.pass_)
    for first in (1, 20_002):
        look(gate, first, address=ELSEWHERE)
    assert look(gate, 40_003, address=ELSEWHERE, brought=brought).reason == "passed"
    late = AT + gate.house.pass_lasts
    assert look(gate, 40_003, address=ELSEWHERE, at=late, brought=brought).lane is Lane.PROVE


def test_a_spent_proof_counts_once(gate: Gate) -> None:
    proof = Brought(proof=solved(over(gate, 40_003)))
    for _ in range(3):
        assert look(gate, 40_003, brought=proof).goes
    third = look(gate, 60_004)
    assert third.effort == CHEAP.first, "one look more in the range, not three"


@pytest.mark.parametrize("word", ["", "x", "%%%", "e30=", "A" * 5000, "W10=", "bnVsbA=="])
def test_rubbish_is_no_proof_pass_or_ticket(gate: Gate, word: str) -> None:
    ruling = over(gate, 40_003, brought=Brought(pass_=word, proof=word, ticket=word))
    assert ruling.lane is Lane.PROVE


def test_a_wait_ends_in_an_answer_without_any_script(gate: Gate) -> None:
    wait = over(gate, 40_003, brought=Brought(slow=True))
    assert (wait.lane, wait.seconds) == (Lane.SLOW, 10)
    early = look(gate, 40_003, at=AT + 4, brought=Brought(ticket=wait.ticket))
    assert (early.lane, early.seconds, early.ticket) == (Lane.SLOW, 6, wait.ticket)
    done = look(gate, 40_003, at=AT + 10, brought=Brought(ticket=wait.ticket))
    assert (done.lane, done.reason, bool(done.pass_)) == (Lane.GO, "waited", True)


def test_this_machine_itself_is_not_weighed(gate: Gate) -> None:
    for address in ("127.0.0.1", "::1", "", "unix:"):
        rulings = [look(gate, n, address=address) for n in range(30)]
        assert {ruling.reason for ruling in rulings} == {"local"}


def test_a_serial_that_cannot_be_read_tells_nothing_and_costs_nothing(gate: Gate) -> None:
    for _ in range(30):
        ruling = gate.weigh([Unit("K100", "")], address=HERE, visitor="", at=AT)
        assert ruling.reason == "no_serial"


QUIET = Counts(share=0, pressure=0, subnets=1, run=0, visitor=0, subnet=0, rate=0)
ROBUST = House()


@pytest.mark.parametrize(
    ("change", "effort", "reason"),
    [
        ({}, 0, "free"),
        ({"share": 2}, 4, "share"),
        ({"share": 45}, 8, "share"),  # one office alone: slowly dearer, for itself
        ({"pressure": 10_000}, 0, "free"),  # an attack costs nobody who looks for the first time
        ({"share": 2, "pressure": 100}, 4, "share"),
        ({"share": 2, "pressure": 110}, 8, "share"),
        ({"share": 2, "pressure": 120}, 16, "share"),
        ({"share": 2, "pressure": 10**9}, 1200, "share"),
        ({"share": 2, "pressure": 1000, "subnets": 10_000}, 4, "share"),  # a crowd is no attack
        ({"run": 8}, 4, "run"),
        ({"run": 8, "subnets": 10_000}, 0, "free"),
        ({"visitor": 10}, 4, "visitor"),
        ({"subnet": 600}, 4, "subnet"),
        ({"rate": 60_000}, 2, "rate"),
    ],
)
def test_the_price_of_one_look(change: dict[str, int], effort: int, reason: str) -> None:
    found = price(replace(QUIET, **change), ROBUST)
    assert (found.effort, found.reason) == (effort, reason)


def test_two_gates_on_one_file_count_together(tmp_path: Path) -> None:
    one, two = (Gate(tmp_path / "gate.table", buckets=64) for _ in range(2))
    assert look(one, 1).goes
    assert look(two, 20_002).goes
    ruling = look(one, 40_003)
    assert ruling.lane is Lane.PROVE
    assert look(two, 40_003, brought=Brought(slow=True)).lane is Lane.SLOW
    assert (two.pressure(AT).go, two.pressure(AT).prove, two.pressure(AT).slow) == (2, 1, 1)


def test_a_pass_of_one_door_opens_the_other_whichever_was_there_first(tmp_path: Path) -> None:
    path, secret = here(tmp_path), b"of the whole installation"
    edge = Gate(path, buckets=256, house=CHEAP)  # it was given nothing
    main = Gate(path, secret=secret, shares=True, buckets=256, house=CHEAP)
    far = Gate(None, secret=secret, buckets=256, house=CHEAP)  # on another machine
    for number, asked, opened in ((40_003, main, edge), (60_004, edge, main), (80_005, edge, far)):
        proof = solved(over(asked, number))
        word = look(asked, number, brought=Brought(proof=proof)).pass_
        assert look(opened, number, brought=Brought(pass_=word)).reason == "passed"
        assert look(opened, number + 1, brought=Brought(pass_=word)).reason != "passed"
    alone = Gate(None, buckets=256, house=CHEAP)
    assert not alone.table.shared()
    for gate in (edge, main, far, alone):
        gate.close()


def test_each_running_system_has_a_table_of_its_own_and_old_ones_go(tmp_path: Path) -> None:
    other = tmp_path / "gate-0123456789.table"
    Gate(other, buckets=8).close()
    old = tmp_path / "gate.table"  # as it was called before
    Gate(old, buckets=8).close()
    os.utime(old, (AT, AT))
    Gate(here(tmp_path), buckets=8).close()
    assert sorted(tmp_path.glob("*.table")) == sorted([other, here(tmp_path)])


def test_without_its_file_the_gate_counts_alone_and_answers(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    alone = Gate(tmp_path / "file" / "gate.table", buckets=64)
    assert not alone.shared
    assert look(alone, 1).goes


def test_neighbours_share_all_but_the_end() -> None:
    assert range_of("AK20012345") == range_of("AK20099999") != range_of("AK20112345")
    assert run_of("AK20012345") == run_of("AK20012399") != run_of("AK20012445")


@pytest.mark.parametrize(
    ("address", "subnet"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("[2001:db8:1:2::3]", "2001:db8:1::/48"),
        ("127.0.0.1", ""),
        ("nobody", ""),
    ],
)
def test_a_subnet_is_a_24_or_a_48(address: str, subnet: str) -> None:
    assert subnet_of(address) == subnet


@pytest.mark.parametrize(
    ("remote", "forwarded", "hops", "found"),
    [
        ("127.0.0.1", "203.0.113.7", 1, "203.0.113.7"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.9", "203.0.113.7, 10.1.1.1", 2, "203.0.113.7"),
        ("198.51.100.20", "203.0.113.7", 1, "198.51.100.20"),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", 0, "127.0.0.1"),
        ("", "203.0.113.7", 1, "203.0.113.7"),
    ],
)
def test_who_asks_is_whom_our_own_proxy_heard(
    remote: str, forwarded: str, hops: int, found: str
) -> None:
    assert client_address(remote, forwarded, hops=hops) == found
