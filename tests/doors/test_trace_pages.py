"""The pages of traceability, as a manager and an auditor see them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.core.genealogy.things import lot
from kaishu.supply.models import Network
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
TRACE = "/staff/trace/"
HERE = f"{TRACE}in/{world.SLUG}/"
SUSPECT = quote(world.SUSPECT)


@pytest.fixture
def hana(data_dir: Path) -> Client:
    """A manager who finds the network open."""
    world.open_network()
    return member("hana", Role.MANAGER)


def lines(client: Client, address: str) -> list[list[str]]:
    """Return the rows of a page as a CSV file has them, without the header."""
    sent = b"".join(client.get(f"{address}&as=csv").streaming_content)
    return list(csv.reader(io.StringIO(sent.decode("utf-8-sig"))))[1:]


def test_an_empty_house_says_what_a_network_is(db: None) -> None:
    page = parsed(member("hana", Role.MANAGER).get(TRACE))
    assert "A network is one brand with all of its suppliers" in text(page)


def test_the_networks_are_listed_with_what_their_graphs_hold(hana: Client) -> None:
    for person in (hana, member("aki", Role.AUDITOR)):
        cells = [text(each) for each in find(parsed(person.get(TRACE)), "main td")]
        assert cells[0] == "Kumo and its suppliers kumo-cells"
    assert member("ola", Role.OPERATOR).get(HERE).status_code == 403
    assert Client().get(HERE).status_code == 302


def test_every_number_of_an_answer_opens_exactly_its_rows(hana: Client) -> None:
    page = parsed(hana.get(f"{HERE}?lots=L77"))
    counted = 0
    for link in find(page, "main section a[href*='rows/']"):
        figure = text(link).split(" ")[0].replace(",", "")
        if (
            figure.isdecimal()
            and "level=" in link.get("href")
            and "kind=lot" not in link.get("href")
        ):
            rows = lines(hana, link.get("href"))
            assert len(rows) == int(figure), link.get("href")
            counted += 1
    assert counted >= 8
    shown = text(page)
    assert "30 units certainly" in shown and "20 units possibly" in shown
    assert "Sora" in shown and "Minato shop" in shown


def test_a_row_says_where_the_unit_is_and_how_it_got_into_the_answer(hana: Client) -> None:
    found = {row[1]: row for row in lines(hana, f"{HERE}rows/?lots={SUSPECT}&kind=unit")}
    sure, maybe = found[world.serial(161)], found[world.serial(181)]
    assert sure[3:6] == ["Kumo", "K100", "certain"] and sure[7] == "Minato shop"
    assert maybe[5] == "possible" and maybe[7] == "Nagare Trading"
    assert world.serial(1) not in found  # it only shared carton 9
    proof = hana.get(f"{HERE}path/?lots={SUSPECT}&code={quote(world.k100(161))}")
    steps = [text(each) for each in find(parsed(proof), ".proof-steps li")]
    assert len(steps) == 2
    assert "made · certain" in steps[0] and "Cell A L77 × 20" in steps[0]
    assert "unit-P2" in steps[1]


@pytest.mark.parametrize(
    "typed",
    [
        "l77",
        "Cell A L77",
        "CELL-A/L77",
        "https://kumo.example/x/item/CELL-A/lot/L77",
        world.SUSPECT,
        "Ｌ７７",
        f"L77\n{world.SUSPECT}, 'L77'",
    ],
)
def test_a_lot_is_found_however_it_is_typed(hana: Client, typed: str) -> None:
    page = parsed(hana.get(HERE, {"lots": typed}))
    assert "30 units certainly" in text(page)
    assert text(find(page, "#id-lots")[0]) == " ".join(typed.split())


@pytest.mark.parametrize(
    "typed",
    [
        world.serial(161),
        f"(01)04548736120037(21){world.serial(161)}",
        f"https://id.gs1.org/01/04548736120037/21/{world.serial(161)}",
        f"urn:epc:id:sgtin:4548736.012003.{world.serial(161)}",
    ],
)
def test_what_went_into_a_unit_is_found_by_any_form_of_its_number(hana: Client, typed: str) -> None:
    shown = text(parsed(hana.get(f"{HERE}back/", {"unit": typed})))
    assert "L77" in shown and "P2" in shown and "L76" not in shown and "carton-9" in shown


def test_a_word_that_means_nothing_or_several_things_is_said_and_kept(hana: Client) -> None:
    answer = hana.get(HERE, {"lots": "L99"})
    assert answer.status_code == 422
    page = parsed(answer)
    assert "No record of this network names “L99”." in text(find(page, "#problems")[0])
    assert text(find(page, "#id-lots")[0]) == "L99"
    assert "its events or link files are not loaded yet" in text(find(page, "#problems")[0])
    for bad in ({"lots": "L77", "since": "yesterday"}, {"lots": "x\n" * 201}):
        assert hana.get(HERE, bad).status_code == 422
    late = hana.get(HERE, {"lots": "L77", "since": "2025-06-02", "until": "2025-06-01"})
    assert late.status_code == 422


def test_only_what_left_the_lot_within_the_window_counts(hana: Client) -> None:
    # P2 was made on 7 March, P3 on 8 March, P5 on 10 March
    page = parsed(hana.get(HERE, {"lots": "L77", "since": "2025-03-07", "until": "2025-03-07"}))
    assert "10 units certainly" in text(page) and "0 units possibly" in text(page)


def test_a_thing_tells_its_own_story(hana: Client) -> None:
    page = parsed(hana.get(f"{HERE}thing/?code={quote(world.k100(161))}"))
    acts = [text(each) for each in find(page, "tbody tr")]
    assert len(acts) == 2 and "made" in acts[0] and "packed" in acts[1]
    assert "Minato shop" in text(find(page, "dl")[0])
    carton = parsed(hana.get(f"{HERE}thing/?code=/x/box/carton-9"))
    assert "and 28 more" in text(carton) and "Nagare Trading" in text(carton)
    assert hana.get(f"{HERE}thing/?code=/x/box/none").status_code == 404
    assert hana.get(f"{HERE}thing/?code=nonsense").status_code == 404


def test_three_burnt_units_point_to_their_lot_in_plain_words(hana: Client) -> None:
    units = "\n".join(world.serial(number) for number in (162, 167, 179))
    page = parsed(hana.get(f"{HERE}cause/", {"units": units}))
    first = find(page, "article")[0]
    assert "All 3 units with an incident carry lot" in text(first)
    assert "That is hardly chance." in text(first)
    assert "What this does not prove" in text(page)
    one = parsed(hana.get(f"{HERE}cause/", {"units": world.serial(162)}))
    assert "That may still be chance." in text(find(one, "article")[0])
    assert "more incident" in text(one)
    for word in ("L77", lot(world.CELL, "L77")):
        none = hana.get(f"{HERE}cause/", {"units": word})
        assert none.status_code == 422
        told = text(find(parsed(none), "#problems")[0])
        assert f"“{word}” is a lot. Only units count here." in told
    unknown = parsed(hana.get(f"{HERE}cause/", {"units": "L99"}))
    assert "No record of this network names “L99”." in text(find(unknown, "#problems")[0])


def test_an_unknown_network_and_one_without_a_graph_say_so(hana: Client) -> None:
    assert hana.get(f"{TRACE}in/nobody/").status_code == 404
    Network.objects.create(slug="new", name="New", created_by="a", created_at=world.AT)
    assert hana.get(f"{TRACE}in/new/").status_code == 409
