"""The kit pages: paper that prints, lists that mark, a shelf that counts, owners to remind."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from kaishu.base import clock
from kaishu.base.language import COOKIE
from kaishu.base.models import Job, JobRow
from kaishu.base.roles import Role
from kaishu.claims import erasure, owner
from kaishu.config.jobs import run_jobs
from kaishu.doors.console.kits import views_list, views_print
from kaishu.doors.partner.codes import read_label
from kaishu.notices.models import Message
from kaishu.paper.codes import unit_code
from kaishu.people.models import RevealLog
from kaishu.returns.models import Kit, KitOrder, KitReceipt, KitReminder
from tests.doors import desk_world
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
OP = Role.OPERATOR
NAMES = ("one", "two", "three")
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Give three approved claims, the second of a swollen unit."""
    world = desk_world.open_world(data_dir)
    for number, name in enumerate(NAMES):
        condition = "swollen" if name == "two" else "intact"
        serial = f"AK2023000100{number:04d}"
        world.claim(name, model="K200", serial=serial, colour="grey", condition=condition)
        world.decide(name)
    return world


def post(client: Client, path: str, **fields: object) -> HttpResponse:
    return client.post(f"/staff/kits/{path}", {name: str(value) for name, value in fields.items()})


def numbers(client: Client) -> list[str]:
    page = parsed(client.get("/staff/kits/"))
    return [str(box.get("value")) for box in find(page, "[name=kit_no]")]


def words(response: HttpResponse) -> list[str]:
    document = pypdfium2.PdfDocument(response.content)
    return [page.get_textpage().get_text_bounded() for page in document]


def scanned(response: HttpResponse) -> list[list[str]]:
    pages = (
        page.render(scale=203 / 72).to_pil() for page in pypdfium2.PdfDocument(response.content)
    )
    return [[code.text for code in zxingcpp.read_barcodes(page)] for page in pages]


def said(response: HttpResponse) -> str:
    root = parsed(response)
    return " ".join(text(part) for kind in (".summary", ".notice") for part in find(root, kind))


def test_the_letters_are_one_page_each_with_the_code_that_the_depot_scans(
    world: DeskWorld,
) -> None:
    client = member("jun", OP)
    response = post(client, "letters/")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    pages = words(response)
    assert len(pages) == 3
    assert scanned(response) == [[unit_code(world.cases[name], 1)] for name in NAMES]
    assert all("佐藤 花子 様" in page and "〒105-0001" in page for page in pages)
    assert all("東京都港区1-2-3" in page and "コーポ101" in page for page in pages)
    assert list(RevealLog.objects.values_list("by", "why")) == [("jun", "kit")] * 3
    assert read_label(scanned(response)[0][0]) == (world.cases["one"], 1)


def test_a_unit_that_must_not_be_posted_gets_the_pick_up_sheet_and_no_slip(
    world: DeskWorld,
) -> None:
    one, two, _ = words(post(member("jun", OP), "letters/"))
    assert "この袋に入れて、製品をお送りください" in one
    assert "ここで切り取り" in one and "FORBIDDEN FOR TRANSPORT BY AIR" in one
    assert "この電池は送らないでください。" in two
    assert "ここで切り取り" not in two and "返送先" not in two


def test_only_what_was_ticked_is_printed_and_what_is_not_on_the_shelf_is_left_out(
    world: DeskWorld,
) -> None:
    client = member("jun", OP)
    first, _, third = numbers(client)
    assert scanned(post(client, "letters/", kit_no=third)) == [[unit_code(world.cases["three"], 1)]]
    receive(client, world, 1)
    short = post(client, "letters/", kit_no=third)
    assert short.status_code == 422
    assert "None of these kits can leave now." in said(short)
    assert scanned(post(client, "letters/", kit_no=first)) == [[unit_code(world.cases["one"], 1)]]


def test_the_pick_list_groups_by_kind_and_hides_addresses(world: DeskWorld) -> None:
    client = member("jun", OP)
    page = post(client, "pick/")
    shown = text(parsed(page))
    assert "2 return bags" in shown and "pick-up by a special carrier" in shown
    assert "Call the owner first" in shown
    assert "花子" not in page.content.decode() and "港区" not in page.content.decode()
    assert not RevealLog.objects.exists()
    (printed,) = words(post(client, "pick/", **{"as": "pdf"}))
    assert unit_code(world.cases["one"], 1) in printed and "花子" not in printed


def receive(client: Client, world: DeskWorld, number: int) -> HttpResponse:
    return post(client, "stock/", do="receive", kind=f"{world.recall_id}|kit:bag", number=number)


def test_the_shelf_shows_what_is_short_and_from_when(world: DeskWorld) -> None:
    client = member("jun", OP)
    assert receive(client, world, 1).status_code == 302
    kind = f"{world.recall_id}|kit:bag"
    post(client, "stock/", do="order", kind=kind, number=5, due_on="2026-12-01")
    page = parsed(client.get("/staff/kits/?state=short"))
    assert "from 1 December 2026" in text(page)
    assert [text(link) for link in find(page, "tbody a")] == [world.label("three")]
    order = KitOrder.objects.get()
    assert (order.quantity, order.due_on, order.by) == (5, date(2026, 12, 1), "jun")
    post(client, "stock/", do="receive", order=order.id, number=4)
    assert list(KitReceipt.objects.values_list("quantity", flat=True)) == [1, 4]
    assert "waiting for kits" not in text(find(parsed(client.get("/staff/kits/")), ".kits")[0])


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"do": "receive", "number": "many"}, "The number of kits does not fit."),
        ({"do": "count", "number": "-4"}, "The number of kits does not fit."),
        ({"do": "order", "number": "4", "due_on": "soon"}, "Give the day"),
        ({"do": "receive", "number": "4", "kind": "1|kit:gold"}, "Choose a recall"),
        ({"do": "close", "order": "99"}, "closed already"),
    ],
)
def test_a_stock_form_that_does_not_fit_says_why_and_keeps_what_was_typed(
    world: DeskWorld, fields: dict[str, str], why: str
) -> None:
    usual = {"kind": f"{world.recall_id}|kit:bag"}
    response = post(member("jun", OP), "stock/", **(usual | fields))
    assert response.status_code == 422
    assert why in said(response)
    assert not KitReceipt.objects.exists() and not KitOrder.objects.exists()


def test_many_kits_are_marked_after_a_preview_and_a_typed_number(world: DeskWorld) -> None:
    client = member("jun", OP)
    preview = post(client, "mark/")
    assert "2 kits will be marked as sent" in text(parsed(preview))
    assert "1 pick-up stays out" in text(parsed(preview))
    hidden = find(parsed(preview), "[name=numbers]")[0].get("value")
    wrong = post(client, "mark/", numbers=hidden, confirm="3")
    assert wrong.status_code == 422 and "Type the number 2" in said(wrong)
    assert not Job.objects.exists()
    key = "c" * 32
    for _ in range(2):
        done = post(client, "mark/", numbers=hidden, confirm="2", carrier="Post", key=key)
        assert done.headers["Location"] == f"/staff/jobs/{Job.objects.get().id}/"
    run_jobs(at=clock.now())
    assert set(JobRow.objects.values_list("state", flat=True)) == {"done"}
    assert Kit.objects.filter(carrier="Post").count() == 2
    assert Message.objects.filter(template="kit_sent").count() == 2


def test_a_carriers_file_is_tried_then_marked_and_a_repeat_changes_nothing(
    world: DeskWorld,
) -> None:
    client = member("jun", OP)
    lines = ["reference,tracking,carrier"]
    lines += [f"{world.label(name)},T-{name},Post" for name in NAMES]
    lines.append("0000 0000 0000-1,T-x,Post")
    upload = SimpleUploadedFile("list.csv", "\n".join(lines).encode())
    tried = client.post("/staff/kits/file/", {"file": upload})
    assert tried.status_code == 200
    assert "2 kits would be marked as sent. Nothing was changed yet." in text(parsed(tried))
    rows = [text(row) for row in find(parsed(tried), "tbody tr")]
    assert "must not be posted" in rows[0] and "not one of our references" in rows[1]
    assert not Kit.objects.exists()
    kept = find(parsed(tried), "[name=rows]")[0].get("value")
    assert post(client, "file/", rows=kept, do="mark", confirm="4").status_code == 422
    done = post(client, "file/", rows=kept, do="mark", confirm="2")
    assert done.headers["Location"].startswith("/staff/jobs/")
    run_jobs(at=clock.now())
    assert set(Kit.objects.values_list("tracking", flat=True)) == {"T-one", "T-three"}
    again = text(parsed(post(client, "file/", rows=kept)))
    assert "0 kits would be marked as sent" in again and "marked before: 2" in again


def test_a_file_that_is_none_says_so(world: DeskWorld) -> None:
    upload = SimpleUploadedFile("list.xlsx", b"PK\x03\x04nothing")
    response = member("jun", OP).post("/staff/kits/file/", {"file": upload})
    assert response.status_code == 422
    assert "This file cannot be read." in said(response)


def test_a_kit_of_a_forgotten_owner_leaves_the_list(world: DeskWorld) -> None:
    client = member("jun", OP)
    before = numbers(client)
    erasure.erase_person(case_no=world.cases["three"], by="owner", at=world.now())
    assert numbers(client) == before[:2]
    assert len(words(post(client, "letters/"))) == 2


def test_a_kit_goes_alone_with_its_carrier_and_danger_in_between_is_refused(
    world: DeskWorld,
) -> None:
    client = member("jun", OP)
    sent = post(client, f"{world.cases['one']}/1/", tracking="T1", carrier="Post", kit="kit:bag")
    assert sent.status_code == 302
    assert Kit.objects.get().carrier == "Post"
    owner.report_danger(
        claim_unit_id=world.unit("three").id, condition="hot", at=world.now(), key="d"
    )
    late = post(client, f"{world.cases['three']}/1/", tracking="T2", kit="kit:bag")
    assert late.status_code == 422 and "Do not send it." in said(late)
    assert Kit.objects.count() == 1


def test_owners_who_hold_a_kit_are_listed_and_reminded_by_a_button(world: DeskWorld) -> None:
    world.send_kit("one")
    client = member("jun", OP)
    page = parsed(client.get("/staff/kits/reminders/"))
    (form,) = find(page, "td form")
    path = str(form.get("action")).removeprefix("/staff/kits/")
    assert post(client, path).status_code == 302
    row = KitReminder.objects.get()
    assert (row.number, row.by) == (1, "jun")
    assert Message.objects.get(template="kit_reminder").id == row.message_id
    after = client.get("/staff/kits/reminders/")
    assert "jun" in text(find(parsed(after), "tbody")[0]) and not find(parsed(after), "td form")
    refused = post(client, path)
    assert refused.status_code == 422 and "within the last 24 hours" in said(refused)


def test_an_auditor_reads_every_kit_page_and_finds_nothing_to_press(world: DeskWorld) -> None:
    world.send_kit("one")
    auditor = member("aki", Role.AUDITOR)
    for path in ("", "stock/", "reminders/"):
        response = auditor.get(f"/staff/kits/{path}")
        assert response.status_code == 200
        assert not find(parsed(response), "main form[method=post]")
        assert "花子" not in response.content.decode()
    assert receive(auditor, world, 3).status_code == 403
    assert not KitReceipt.objects.exists()


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_every_kit_page_speaks_one_language_without_inline_code(
    world: DeskWorld, code: str
) -> None:
    world.send_kit("one")
    client = member("jun", OP)
    receive(client, world, 1)
    client.cookies[COOKIE] = code
    pages = [client.get(f"/staff/kits/{path}") for path in ("", "stock/", "file/", "reminders/")]
    pages += [post(client, path) for path in ("pick/", "mark/", "addresses/")]
    pages.append(post(client, "file/", rows="reference,tracking\n1,2\n"))
    for page in pages:
        root = parsed(page)
        main = text(find(root, "main")[0])
        assert code == "en" or not ENGLISH.search(main), main
        for name in ("style", "onclick", "placeholder", "required", "maxlength"):
            assert not find(root, f"main [{name}]")
        ids = [node.get("id") for node in find(root, "[id]")]
        assert len(ids) == len(set(ids))


def test_the_lists_are_saved_as_files(world: DeskWorld) -> None:
    world.send_kit("one")
    client = member("jun", OP)
    for path in ("", "stock/", "reminders/"):
        body = b"".join(client.get(f"/staff/kits/{path}?as=csv"))  # type: ignore[arg-type]  # streamed
        assert b"kit" in body.lower() or world.cases["one"][:4].encode() in body


def test_a_long_list_goes_over_pages(world: DeskWorld) -> None:
    for number in range(20):
        name = f"more{number}"
        world.claim(name, model="K200", serial=f"AK2023000200{number:04d}", colour="grey")
        world.decide(name)
    client = member("jun", OP)
    assert len(numbers(client)) == 20
    rest = parsed(client.get("/staff/kits/?from=20"))
    assert len(find(rest, "[name=kit_no]")) == 3
    assert [str(link.get("href")) for link in find(rest, "p.acts a")] == ["/staff/kits/?from=0"]
    assert len(words(post(client, "letters/"))) == 23


def test_a_file_of_letters_has_an_end_and_the_page_says_so(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = member("jun", OP)
    assert "One file holds" not in text(parsed(client.get("/staff/kits/")))
    for module in (views_list, views_print):
        monkeypatch.setattr(module, "MOST_LETTERS", 2)
    assert "One file holds 2 letters" in text(parsed(client.get("/staff/kits/")))
    printed = scanned(post(client, "letters/"))
    assert printed == [[unit_code(world.cases[name], 1)] for name in NAMES[:2]]
    assert RevealLog.objects.count() == 2
