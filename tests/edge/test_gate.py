"""The gate stands before the edge's answers as before the public door's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from altcha import v2

from kaishu.core.gate import Gate, House
from kaishu.core.gate.proof import Altcha
from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.settings import EdgeSettings
from tests.doors import kumo
from tests.edge.asking import NOW, Answered, ask

PATH = f"/en/r/{kumo.SLUG}/check/"
SOMEBODY = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
FREE = House().free


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """An edge whose calculations are short."""
    kumo.write_pack(tmp_path)
    house = House(first=1, slow_first=2)
    gate = Gate(tmp_path / "gate.table", house=house, buckets=256, prover=Altcha(b"s", tries=3))
    yield Edge(EdgeSettings(packs=tmp_path / "packs"), lambda: NOW, gate=gate)
    gate.close()


def query(number: int, **more: str) -> str:
    return urlencode({"model": "K100", "serial": f"{kumo.LISTED[:-5]}{number:05d}", **more})


def held(edge: Edge) -> Answered:
    """Return what the first look that is not free gets."""
    for number in range(FREE):
        assert ask(edge, PATH, query(2_002 * number), **SOMEBODY).status == 200
    return ask(edge, PATH, query(9_009), **SOMEBODY)


def test_a_look_that_costs_is_a_page_that_no_cache_keeps(edge: Edge) -> None:
    page = held(edge)
    assert (page.status, page.headers["Cache-Control"]) == (429, "no-store")
    assert int(page.headers["Retry-After"]) > 0
    assert 'src="/static/kaishu/gate/gate.js"' in page.text
    assert ask(edge, "/static/kaishu/gate/gate.js").status == 200
    assert ask(edge, PATH, query(9_009), HTTP_X_FORWARDED_FOR="198.51.100.1").status == 200


def test_a_proof_opens_the_very_answer(edge: Edge) -> None:
    page = held(edge)
    challenge = re.search(r'data-challenge="([^"]*)"', page.text)
    assert challenge is not None
    made = v2.Challenge.from_dict(json.loads(unescape(challenge[1])))
    solution = v2.solve_challenge(made)
    assert solution is not None
    proof = v2.Payload(made, solution).to_base64()
    opened = ask(edge, PATH, query(9_009, proof=proof), **SOMEBODY)
    assert opened.status == 303
    there = urlsplit(opened.headers["Location"])
    assert there.path == PATH and "pass=" in there.query
    answer = ask(edge, there.path, there.query, **SOMEBODY)
    assert answer.status == 200
    assert "This product is not part of the recall" in answer.text


def test_a_program_is_told_the_page_to_open(edge: Edge) -> None:
    held(edge)
    found = ask(edge, PATH[:-1] + ".json", query(9_009), **SOMEBODY)
    said = json.loads(found.text)
    assert (found.status, said["error"]) == (429, "gate")
    assert said["page"] == f"{PATH}?{query(9_009)}"


def test_who_asks_from_this_machine_is_never_weighed(edge: Edge) -> None:
    for number in range(20):
        assert ask(edge, PATH, query(number), REMOTE_ADDR="127.0.0.1").status == 200


def test_a_named_look_alike_is_a_look(edge: Edge, tmp_path: Path) -> None:
    form = replace(kumo.recall().formats[0], lookalikes=("28",))
    kumo.write_pack(tmp_path, kumo.recall(formats=(form,)))
    edge.follower.look()
    alike = urlencode({"model": "K100", "serial": kumo.LISTED[:-1] + "8"})
    assert FREE == 2
    page = ask(edge, PATH, alike, **SOMEBODY)
    assert page.status == 200 and f"serial={kumo.LISTED}" in page.text
    assert ask(edge, PATH, query(2_002), **SOMEBODY).status == 429
    named = urlencode({"model": "K100", "serial": kumo.LISTED})
    assert ask(edge, PATH, named, **SOMEBODY).status == 200, "it was told already"
    assert ask(edge, PATH, alike, REMOTE_ADDR="127.0.0.1").status == 200  # nobody to charge
