"""The depot door: one scan, one large answer; containers, shop stock, certificates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from kaishu.base.roles import Role
from kaishu.books.queries import trial_balance
from kaishu.claims import case_numbers
from kaishu.cli import _retention as cli_retention
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.doors.partner.codes import read_label
from kaishu.people import queries as people
from kaishu.returns import actions as returns
from kaishu.returns.models import Certificate, Container, Scan
from tests.doors import desk_world, kumo
from tests.doors.desk_world import START, DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
SCAN = {Role.COLLECTOR, Role.MANAGER}
MAY = {  # who acts; the auditor reads them all
    "/depot/": SCAN,
    "/depot/containers/": SCAN,
    "/depot/counts/": SCAN,
    "/depot/stock/": SCAN,
    "/depot/certificates/": {Role.RECYCLER, Role.MANAGER},
    "/depot/places/": {Role.MANAGER, Role.ADMIN},
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
    for site in ("depot-east", "minato"):
        returns.tie(account="sora", party=site, by="hana", at=world.now())
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
    for path, acts in MAY.items():
        may_read = role in acts | {Role.AUDITOR}
        assert client.get(path).status_code == (200 if may_read else 403), path
        assert client.post(path, {"do": "-"}).status_code == (422 if role in acts else 403), path


def test_a_visitor_is_asked_to_sign_in(world: DeskWorld) -> None:
    for path in (*MAY, "/depot/containers/E-1/"):
        assert Client().get(path).headers["Location"].startswith("/staff/sign-in/?next=/depot/")


def test_the_bench_opens_where_somebody_works(world: DeskWorld) -> None:
    client = member("sora", Role.COLLECTOR)
    page = parsed(client.get("/depot/"))
    assert not find(page, "#id-code")
    assert "No site is tied to your account yet" in text(find(page, ".empty")[0])
    refused = scan(client, world.label("first"))
    assert (refused.status_code, Scan.objects.count()) == (422, 0)
    returns.tie(account="sora", party="depot-west", by="hana", at=world.now())
    client.post("/depot/site/", {"site": "depot-east"})  # another's site is not kept
    page = parsed(client.get("/depot/"))
    assert find(page, "#id-code[autofocus]")
    assert [option.get("value") for option in find(page, "#id-site option")] == ["depot-west"]
    first = find(page, ".outcomes button")[0]
    assert (first.get("name"), first.get("value")) == ("outcome", "ok")


def test_a_manager_may_work_at_any_site(world: DeskWorld) -> None:
    client = member("hana", Role.MANAGER)
    client.post("/depot/site/", {"site": "depot-west"})
    assert band(scan(client, world.label("first"))) == ("ok", "The product, intact")
    assert Scan.objects.get().site == "depot-west"


@pytest.mark.parametrize(
    ("outcome", "tone", "headline", "account"),
    [
        ("ok", "ok", "The product, intact", "depot"),
        ("swollen", "affected", "The product, swollen", "depot"),
        ("hot", "affected", "The product, hot", "depot"),
        ("leaking", "affected", "The product, leaking", "depot"),
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
        assert find(parsed(response), ".answer[data-sound=stop]"), code
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


GOES = {"goes": f"{kumo.SLUG}/mori", "kind": "drum"}


def test_a_container_goes_from_the_first_scan_to_the_certificate(
    world: DeskWorld, bench: Client
) -> None:
    scan(bench, world.label("first"))
    there = bench.post("/depot/containers/", GOES).headers["Location"]
    box = Container.objects.get()
    assert (box.number, box.kind) == ("DEPOT-EAST-2026-0001", "drum")
    assert "1 unit waits" in text(parsed(bench.get(there)))
    unknown = bench.post(there, {"do": "scan", "code": "12"})
    assert unknown.status_code == 422
    assert find(parsed(unknown), "#id-code")[0].get("value") == "12"
    for _ in range(2):
        put = bench.post(there, {"do": "scan", "code": world.label("first")})
        assert put.status_code == 302
    assert bench.post(there, {"do": "give"}).status_code == 422
    assert bench.post(there, {"do": "seal", "seal": "s 99"}).status_code == 302
    assert bench.post(there, {"do": "scan", "code": world.label("first")}).status_code == 422
    page = parsed(bench.get(there))
    assert "Sign away 1 unit to Mori Recycling" in text(find(page, ".says")[0])
    bench.post(there, {"do": "give"})
    mori = member("mori", Role.RECYCLER)
    take = f"/depot/take/{box.number}/"
    assert mori.get(take).status_code == 404
    returns.tie(account="mori", party="mori", by="hana", at=world.now())
    assert box.number in text(parsed(mori.get("/depot/take/")))
    wrong = mori.post(take, {"counted": "2", "seal": "S-99"})
    assert "The paper says 1, you counted 2" in text(find(parsed(wrong), ".summary")[0])
    assert trial_balance(recall_id=world.recall_id).units_in("depot") == 1
    assert mori.post(take, {"counted": "1", "seal": "s99"}).status_code == 422
    unread = parsed(mori.post(take, {"counted": "1", "seal": " "}))
    assert find(unread, ".summary a[href='#id-seal']")
    assert mori.post(take, {"counted": "1", "seal": "S-99"}).status_code == 302
    assert trial_balance(recall_id=world.recall_id).units_in("recycler") == 1
    assert not find(parsed(bench.get(there)), "main form")
    _certify(world, mori, box)


def test_today_is_the_day_where_the_recycler_works(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = datetime(2026, 4, 3, 23, 30, tzinfo=UTC)  # half past eight on the 4th in Tokyo
    monkeypatch.setattr("django.utils.timezone.now", lambda: morning)
    assert frame.today() == date(2026, 4, 4)


def test_the_number_of_a_row_may_be_long() -> None:
    assert frame.row_id(" 123456789012 ") == 123_456_789_012
    assert [frame.row_id(typed) for typed in ("", "x", "-1", "1" * 19)] == [0, 0, 0, 0]


def _certify(world: DeskWorld, mori: Client, box: Container) -> None:
    said = {"container": str(box.id), "certificate_no": "", "issued_on": "2999-01-01"}
    refused = mori.post("/depot/certificates/", said)
    assert refused.status_code == 422
    assert len(find(parsed(refused), ".summary li")) == 3
    said |= {"certificate_no": "Z-1", "issued_on": "2026-04-03", "units": "7"}
    wrong = mori.post("/depot/certificates/", said)
    assert "total is 7, and 1 are chosen" in text(find(parsed(wrong), ".summary")[0])
    assert trial_balance(recall_id=world.recall_id).units_in("recycler") == 1
    said |= {"units": "1", "net_kg": "0.4", "key": "d" * 32}
    for _ in range(2):
        assert mori.post("/depot/certificates/", said).status_code == 302
    assert trial_balance(recall_id=world.recall_id).units_in("disposed") == 1
    made = Certificate.objects.get()
    assert (made.units, made.net_g) == (1, 400)
    auditor = member("kei", Role.AUDITOR)
    for path in (f"/depot/containers/{box.number}/", "/depot/certificates/"):
        page = auditor.get(path)
        assert (page.status_code, len(find(parsed(page), "main form"))) == (200, 0), path
    assert "Z-1" in auditor.get("/depot/certificates/?as=csv").getvalue().decode()


def test_the_paper_of_a_certificate_is_kept_as_a_safe_picture(
    world: DeskWorld, bench: Client
) -> None:
    scan(bench, world.label("first"))
    there = bench.post("/depot/containers/", GOES).headers["Location"]
    bench.post(there, {"do": "scan", "code": world.label("first")})
    box = Container.objects.get()
    returns.hand_over(container_id=box.id, by="sora", at=world.now())
    made = returns.certify(
        container_id=box.id, certificate_no="Z", issued_on=START.date(), by="m", at=world.now()
    )
    mori = member("mori", Role.RECYCLER)
    returns.tie(account="mori", party="mori", by="hana", at=world.now())
    path = f"/depot/certificates/{made.id}/files"
    file = SimpleUploadedFile("z.jpg", b"not a picture")
    assert mori.post(path, {"file": file}).status_code == 302
    assert not made.files.exists()
    for _ in range(2):
        picture = SimpleUploadedFile("z.png", desk_world.photo_bytes())
        assert mori.post(path, {"file": picture}).status_code == 302
    kept = made.files.get()
    shown = mori.get(f"/depot/certificates/paper/{kept.id}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert (
        member("other", Role.RECYCLER).get(f"/depot/certificates/paper/{kept.id}/").status_code
        == 404
    )
    assert cli_retention.sweep(at=world.now() + timedelta(days=4000))["orphan_files"] == 0


def test_a_driver_signs_with_the_code_on_the_screen(world: DeskWorld, bench: Client) -> None:
    scan(bench, world.label("first"))
    there = bench.post("/depot/containers/", GOES).headers["Location"]
    for said in (
        {"do": "scan", "code": world.label("first")},
        {"do": "seal", "seal": "S1"},
        {"do": "give"},
    ):
        assert bench.post(there, said).status_code == 302, said
    code = text(find(parsed(bench.post(there, {"do": "code"})), ".onetime")[0])
    number = Container.objects.get().number
    driver = Client()
    wrong = "000000" if code.replace(" ", "") != "000000" else "111111"
    assert driver.post("/depot/sign/", {"number": number, "code": wrong}).status_code == 422
    page = driver.post("/depot/sign/", {"number": number, "code": code})
    assert "East Centre" in text(parsed(page))
    said = {"number": number, "code": code, "do": "sign", "counted": "1", "seal": "S1"}
    assert driver.post("/depot/sign/", said).status_code == 422  # no name
    done = driver.post("/depot/sign/", {**said, "name": "Toda"})
    assert "You have taken the container" in text(parsed(done))
    assert trial_balance(recall_id=world.recall_id).units_in("recycler") == 1
    assert "Toda" in text(parsed(bench.get(f"{there}sheet/")))
    assert driver.post("/depot/sign/", said).status_code == 422


def test_the_box_at_the_top_finds_a_unit_or_a_container_and_shows_no_person(
    world: DeskWorld, bench: Client
) -> None:
    there = bench.post("/depot/containers/", {**GOES, "number": "e 8"}).headers["Location"]
    assert bench.get("/depot/find/", {"q": "E8"}).status_code == 200
    assert bench.get("/depot/find/", {"q": "e-8"}).headers["Location"] == there
    scan(bench, world.label("first"))
    bench.post(there, {"do": "unit", "unit": str(world.unit("first").unit_id)})
    person = people.contact(world.unit("first").claim.person_id)
    for typed in (world.label("first"), world.unit("first").serial):
        page = bench.get("/depot/find/", {"q": typed})
        shown = text(parsed(page))
        assert "E-8" in shown
        assert person.name not in shown
        assert person.email not in shown
    assert "Nothing here has this code" in text(parsed(bench.get("/depot/find/", {"q": "zzz"})))


def test_a_wrong_code_is_tried_five_times(world: DeskWorld) -> None:
    for number in range(6):
        page = Client().post("/depot/sign/", {"number": "E-1", "code": f"{number:06d}"})
        assert page.status_code == 422
    assert "too many wrong codes" in text(find(parsed(page), ".summary")[0])


def test_what_was_put_in_by_mistake_comes_out_again(world: DeskWorld, bench: Client) -> None:
    scan(bench, world.label("first"))
    there = bench.post("/depot/containers/", {**GOES, "number": "e 8"}).headers["Location"]
    assert there == "/depot/containers/E-8/"
    bench.post(there, {"do": "unit", "unit": str(world.unit("first").unit_id)})
    line = Container.objects.get().lines.get()
    bench.post(there, {"do": "take_out", "line": str(line.id)})
    assert not Container.objects.get().lines.exists()
    wrong = bench.post(there, {"do": "stock", "goods": "K100/retailer", "quantity": "many"})
    assert wrong.status_code == 422


def test_a_container_needs_a_recycler_of_the_recall_and_a_number_that_can_be_written(
    world: DeskWorld, bench: Client
) -> None:
    for said in (
        {"goes": ""},
        {"goes": f"{kumo.SLUG}/minato"},
        {"number": "日本"},
        {"max_kg": "heavy"},
        {"kind": "bag"},
    ):
        response = bench.post("/depot/containers/", {**GOES, **said})
        assert (response.status_code, Container.objects.count()) == (422, 0), said
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
