"""The depot door: one scan, one large answer; containers, shop stock, certificates."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base.roles import Role
from kaishu.books.queries import trial_balance
from kaishu.claims import case_numbers
from kaishu.core.errors import Refusal
from kaishu.doors.partner.codes import read_label
from kaishu.returns.models import Certificate, Container, Scan
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
SCAN = {Role.COLLECTOR, Role.MANAGER}
MAY = {
    "/depot/": SCAN,
    "/depot/containers/": SCAN,
    "/depot/stock/": SCAN,
    "/depot/certificates/": {Role.RECYCLER, Role.MANAGER},
}


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall with one approved claim whose kit has left."""
    world = desk_world.open_world(data_dir)
    world.claim("first", serial=kumo.LISTED)
    world.decide("first")
    world.send_kit("first")
    return world


@pytest.fixture
def bench(world: DeskWorld) -> Client:
    """Give a browser at the bench of one depot."""
    client = member("sora", Role.COLLECTOR)
    client.post("/depot/site/", {"site": "depot-east"})
    return client


def scan(client: Client, code: str, outcome: str = "ok", key: str = "") -> HttpResponse:
    """Scan one parcel."""
    return client.post("/depot/", {"code": code, "outcome": outcome, "key": key})


def band(response: HttpResponse) -> tuple[str, str]:
    """Return the tone and the headline of the answer."""
    found = find(parsed(response), ".answer")[0]
    return found.get("class").split()[1], text(find(found, "strong")[0])


def books(world: DeskWorld) -> str:
    """Return the trial balance on one line."""
    return trial_balance(recall_id=world.recall_id).sentence()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_other(world: DeskWorld, role: Role) -> None:
    client = member("someone", role)
    for path, roles in MAY.items():
        assert client.get(path).status_code == (200 if role in roles else 403), path
        assert client.post(path, {"do": "-"}).status_code == (422 if role in roles else 403), path


def test_a_visitor_is_asked_to_sign_in(world: DeskWorld) -> None:
    for path in (*MAY, "/depot/containers/E-1/"):
        assert Client().get(path).headers["Location"].startswith("/staff/sign-in/?next=/depot/")


def test_the_bench_opens_where_somebody_works(world: DeskWorld) -> None:
    client = member("sora", Role.COLLECTOR)
    assert not find(parsed(client.get("/depot/")), "#id-code")
    refused = scan(client, world.label("first"))
    assert refused.status_code == 422
    client.post("/depot/site/", {"site": "nowhere"})
    assert not find(parsed(client.get("/depot/")), "#id-code")
    client.post("/depot/site/", {"site": "depot-west"})
    page = parsed(client.get("/depot/"))
    assert find(page, "#id-code[autofocus]")
    first = find(page, ".outcomes button")[0]
    assert (first.get("name"), first.get("value")) == ("outcome", "ok")


@pytest.mark.parametrize(
    ("outcome", "tone", "headline", "account"),
    [
        ("ok", "ok", "The product, intact", "depot"),
        ("swollen", "affected", "The product, swollen", "depot"),
        ("wrong_item", "ask", "A wrong item", "owner"),
        ("empty", "ask", "An empty parcel", "owner"),
    ],
)
def test_a_scan_is_answered_in_colour_and_words(
    world: DeskWorld, bench: Client, outcome: str, tone: str, headline: str, account: str
) -> None:
    response = scan(bench, world.label("first"), outcome)
    assert response.status_code == 200
    assert band(response) == (tone, headline)
    assert find(parsed(response), ".answer svg")
    assert trial_balance(recall_id=world.recall_id).units_in(account) == 1
    assert trial_balance(recall_id=world.recall_id).promised("kit:bag", "paid") == 1
    assert headline in text(find(parsed(bench.get("/depot/")), "tbody tr")[0])


def test_a_second_scan_is_harmless(world: DeskWorld, bench: Client) -> None:
    scan(bench, world.label("first"), key="a" * 32)
    before = books(world)
    assert band(scan(bench, world.label("first"), key="a" * 32)) == ("info", "Already scanned")
    assert band(scan(bench, world.label("first"), key="b" * 32)) == ("info", "Already scanned")
    assert (books(world), Scan.objects.count()) == (before, 1)


def test_a_contested_unit_is_put_apart(world: DeskWorld, bench: Client) -> None:
    world.claim("second", serial=kumo.LISTED)
    assert band(scan(bench, world.label("second"))) == ("ask", "Put it apart")


def test_a_code_that_is_none_moves_nothing_and_says_what_to_do(
    world: DeskWorld, bench: Client
) -> None:
    before = books(world)
    label = world.label("first")
    wrong = f"{(int(label[0]) + 1) % 10}{label[1:]}"
    unknown = f"{case_numbers.new()}-1"
    cases = {
        "hello": "not the code of a return label",
        "": "not the code of a return label",
        label[:-2]: "number of the unit",
        wrong: "At least one digit",
        unknown: "claim",
        f"{label[:-1]}9": "claim",
    }
    for code, words in cases.items():
        response = scan(bench, code)
        assert response.status_code == 422, code
        assert band(response) == ("affected", "Not recorded")
        assert words in text(find(parsed(response), ".answer p")[0]), code
    assert scan(bench, label, "burned").status_code == 422
    assert (books(world), Scan.objects.count()) == (before, 0)


def test_a_label_is_read_however_it_is_grouped() -> None:
    case_no = case_numbers.new()
    grouped = f"{case_no[:4]} {case_no[4:8]} {case_no[8:]}"
    for code in (
        f"{case_no}-2",
        f"{grouped}-2",
        f"{case_no}2",
        f" {grouped.replace(' ', '-')} 2 ",
        f"{case_no}ー２",
    ):
        assert read_label(code) == (case_no, 2), code
    assert read_label(f"{case_no}-12") == (case_no, 12)
    for code in (case_no, f"{case_no}-0", f"{case_no}-123", "٣" * 13):
        with pytest.raises(Refusal):
            read_label(code)


def test_no_page_of_the_depot_shows_a_person(world: DeskWorld, bench: Client) -> None:
    shown = scan(bench, world.label("first")).content.decode()
    for path in ("/depot/", "/depot/containers/", "/depot/stock/"):
        shown += bench.get(path).content.decode()
    for word in ("佐藤", "hanako", "5678", "港区", "105-0001"):
        assert word not in shown


def test_a_container_is_filled_handed_over_and_certified(world: DeskWorld, bench: Client) -> None:
    scan(bench, world.label("first"))
    fields = {"number": "E 7", "recall": kumo.SLUG, "recycler": "mori"}
    there = bench.post("/depot/containers/", fields).headers["Location"]
    box = Container.objects.get()
    assert bench.post(there, {"do": "hand_over"}).status_code == 422
    assert "1 unit waits" in text(parsed(bench.get(there)))
    unknown = bench.post(there, {"do": "scan", "code": "12"})
    assert unknown.status_code == 422
    assert find(parsed(unknown), "#id-code")[0].get("value") == "12"
    for _ in range(2):
        put = bench.post(there, {"do": "scan", "code": world.label("first")})
        assert put.status_code == 302
    page = parsed(bench.get(there))
    assert "Hand over 1 unit to Mori Recycling" in text(find(page, ".says")[0])
    assert bench.post(there, {"do": "hand_over"}).status_code == 302
    assert trial_balance(recall_id=world.recall_id).units_in("recycler") == 1
    assert not find(parsed(bench.get(there)), "main form")
    mori = member("mori", Role.RECYCLER)
    assert "Certify that 1 unit was disposed of" in text(parsed(mori.get("/depot/certificates/")))
    said = {"container": str(box.id), "certificate_no": "", "issued_on": "2999-01-01"}
    refused = mori.post("/depot/certificates/", said)
    assert refused.status_code == 422
    assert len(find(parsed(refused), ".summary li")) == 2
    said |= {"certificate_no": "Z-1", "issued_on": "2026-04-03"}
    for _ in range(2):
        assert mori.post("/depot/certificates/", said).status_code == 302
    assert trial_balance(recall_id=world.recall_id).units_in("disposed") == 1
    assert Certificate.objects.count() == 1


def test_what_was_put_in_by_mistake_comes_out_again(world: DeskWorld, bench: Client) -> None:
    scan(bench, world.label("first"))
    fields = {"number": "E-8", "recall": kumo.SLUG, "recycler": "mori"}
    there = bench.post("/depot/containers/", fields).headers["Location"]
    bench.post(there, {"do": "unit", "unit": str(world.unit("first").unit_id)})
    line = Container.objects.get().lines.get()
    bench.post(there, {"do": "take_out", "line": str(line.id)})
    assert not Container.objects.get().lines.exists()
    wrong = bench.post(there, {"do": "stock", "product": "K100", "quantity": "many"})
    assert wrong.status_code == 422


def test_a_container_needs_a_number_a_recycler_and_a_site(world: DeskWorld, bench: Client) -> None:
    response = bench.post("/depot/containers/", {"number": "a/b", "recall": "x", "recycler": "x"})
    assert response.status_code == 422
    assert len(find(parsed(response), ".summary li")) == 3
    assert bench.get("/depot/containers/none/").status_code == 404


def test_shop_stock_is_put_aside_and_shipped_by_count(world: DeskWorld, bench: Client) -> None:
    place = f"{world.recall_id}-minato-K100-retailer"
    before = books(world)
    for quantity in ("0", "many", "41"):
        refused = bench.post(
            "/depot/stock/", {"place": place, "quantity": quantity, "do": "quarantine"}
        )
        assert refused.status_code == 422
        assert find(parsed(refused), f"#id-{place}")[0].get("value") == quantity
    assert books(world) == before
    key = "c" * 32
    for _ in range(2):
        aside = {"place": place, "quantity": "30", "do": "quarantine", "key": key}
        assert bench.post("/depot/stock/", aside).status_code == 302
    tally = trial_balance(recall_id=world.recall_id)
    assert (tally.units_in("unsold"), tally.units_in("depot")) == (10, 30)
    other = {"place": place, "quantity": "5", "do": "quarantine", "key": key}
    assert bench.post("/depot/stock/", other).status_code == 422
    ship = {"place": place, "quantity": "30", "do": "ship", "recycler": "mori"}
    assert bench.post("/depot/stock/", ship).status_code == 302
    assert trial_balance(recall_id=world.recall_id).units_in("recycler") == 30
