"""From the answer of a trace to a draft, to what is missing, and to those who must be told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from lxml import html

from kaishu.base.roles import Role
from kaishu.editions.drafting.models import RecallDraft
from kaishu.returns.trade.models import TradeSite
from tests.doors import kumo
from tests.doors.desk_world import PARTIES, member
from tests.doors.pages import find, parsed, text
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
HERE = f"/staff/trace/in/{world.SLUG}/"
ASKED = {"lots": world.SUSPECT}


@pytest.fixture
def hana(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A manager with the recall published and the network open."""
    for file, serials in world.LISTS.items():
        monkeypatch.setitem(kumo.LISTS, file, serials)
    kumo.publish(data_dir, world.recall(parties=PARTIES))
    world.open_network()
    return member("hana", Role.MANAGER)


def fields(page: html.HtmlElement) -> dict[str, str]:
    """Return what the page's own form would send."""
    form = find(page, "main form[method=post]")[-1]
    sent = [each for each in find(form, "input") if each.get("type") != "checkbox"]
    return {str(each.get("name")): str(each.get("value") or "") for each in sent}


def test_the_draft_is_shown_before_it_is_made(hana: Client) -> None:
    page = parsed(hana.get(f"{HERE}scope/", ASKED))
    shown = text(page)
    assert "40 units come in · 2 stay · 0 go out" in shown
    assert "AK20250301000161 – AK20250301000180" in shown
    assert "30 with owners" in shown and "10 with distributors nagare" in shown
    made = hana.post(f"{HERE}scope/", fields(page))
    draft = RecallDraft.objects.get()
    assert made["Location"] == f"/staff/recalls/drafts/{draft.id}/"
    assert draft.based_on is not None and draft.slug == kumo.SLUG
    assert hana.post(f"{HERE}scope/", fields(page))["Location"] == made["Location"]  # sent twice
    assert RecallDraft.objects.count() == 1


def test_units_leave_only_where_somebody_ticked_that_they_are_safe(hana: Client) -> None:
    choice = {**ASKED, "choice": "1", "recall": kumo.SLUG, "model": "K100", "how": "replace"}
    page = parsed(hana.get(f"{HERE}scope/", choice))
    assert "AK20230001000042" in text(find(page, ".notice.affected")[0])
    refused = hana.post(f"{HERE}scope/", fields(page))
    assert refused.status_code == 422 and RecallDraft.objects.count() == 0
    assert "would take 2 units" in text(find(parsed(refused), "#problems")[0])
    assert find(parsed(refused), "#id-how option[selected]")[0].get("value") == "replace"
    agreed = {**fields(parsed(refused)), "agreed": "yes"}
    assert hana.post(f"{HERE}scope/", agreed).status_code == 302


def test_an_auditor_looks_and_makes_nothing(hana: Client) -> None:
    auditor = member("aki", Role.AUDITOR)
    page = parsed(auditor.get(f"{HERE}scope/", ASKED))
    assert "Make the draft" not in text(page) and "units come in" in text(page)
    assert auditor.post(f"{HERE}scope/", ASKED).status_code == 403
    assert auditor.post(f"{HERE}consignees/", ASKED).status_code == 403
    assert RecallDraft.objects.count() == 0 and TradeSite.objects.count() == 0


def test_what_no_trace_can_see_is_named(hana: Client) -> None:
    shown = text(parsed(hana.get(f"{HERE}complete/", {"model": "K100"})))
    assert "40.0 % have a genealogy: 400 of 1,000 units" in shown
    assert "Known from the published lists, but in no record of this network: 2" in shown
    assert "AK20230001000042" in shown
    file = b"".join(hana.get(f"{HERE}complete/?model=K100&as=csv").streaming_content).decode()
    assert "K100,the published lists,AK20230001000042,AK20230001000042,1" in file


def test_a_figure_of_what_is_missing_opens_its_rows(hana: Client) -> None:
    asked = {"model": "K100", "lots": world.SUSPECT}
    page = parsed(hana.get(f"{HERE}complete/", asked))
    assert "Every unit in the network has a record of its lot of Cell A." in text(page)
    (link,) = find(page, "main a[href*='why=edition']")
    rows = parsed(hana.get(f"{HERE}complete/{link.get('href')}"))
    assert text(find(rows, "tbody tr")[0]).startswith("AK20230001000042")
    none = parsed(hana.get(f"{HERE}complete/", {**asked, "why": "nonsense"}))
    assert "No row is behind this figure." in text(none)
    typed = hana.get(f"{HERE}complete/", {"lots": "L99"})
    assert typed.status_code == 422
    assert find(parsed(typed), "#id-lots")[0].get("value") == "L99"


def test_a_trace_goes_into_the_draft_that_is_open(hana: Client) -> None:
    hana.post(f"{HERE}scope/", fields(parsed(hana.get(f"{HERE}scope/", ASKED))))
    draft = RecallDraft.objects.get()
    other = {"lots": "L76"}
    page = parsed(hana.get(f"{HERE}scope/", other))
    assert find(page, "#id-recall option[selected]")[0].get("value") == f"draft-{draft.id}"
    assert "160 units come in · 42 stay · 0 go out" in text(page)
    assert hana.post(f"{HERE}scope/", fields(page)).status_code == 302
    late = hana.post(f"{HERE}scope/", {**fields(page), "key": "another-page-of-the-same-draft"})
    assert late.status_code == 422 and "hana changed this draft" in text(parsed(late))
    again = parsed(hana.get(f"{HERE}scope/", other))
    assert "The draft has all of this already. Nothing would change." in text(again)
    narrow = {**other, "choice": "1", "recall": f"draft-{draft.id}", "model": "K100"}
    refused = hana.get(f"{HERE}scope/", {**narrow, "how": "replace"})
    assert "Rules can only be added to a draft" in text(parsed(refused))
    assert RecallDraft.objects.count() == 1


def test_what_shops_have_is_a_choice_with_its_figure(hana: Client) -> None:
    sold = parsed(hana.get(f"{HERE}scope/", ASKED))
    assert "Units last seen in a shop: 20, in 1 shop" in text(sold)
    assert "20 units last seen in shops count as sold to owners." in text(sold)
    stock = parsed(hana.get(f"{HERE}scope/", {**ASKED, "shops": "stock"}))
    assert "20 units last seen in shops count as stock of those shops." in text(stock)
    assert fields(stock)["shops"] == "stock" and "20 in shops minato" in text(stock)


def test_whoever_got_it_comes_onto_the_list_of_shops_by_name(hana: Client) -> None:
    page = parsed(hana.get(f"{HERE}consignees/", ASKED))
    shown = text(page)
    assert "Minato shop" in shown and "Nagare Trading" in shown
    assert "no party of the recall yet" in shown  # the distributor, before the next edition
    sent = fields(page) | {"partner": world.SHOP, "language": "en", f"mail:{world.SHOP}": "wrong"}
    refused = hana.post(f"{HERE}consignees/", sent)
    assert refused.status_code == 422 and TradeSite.objects.count() == 0
    assert find(parsed(refused), "input[type=email]")[0].get("value") == "wrong"
    sent = fields(parsed(refused)) | {"partner": world.SHOP, "language": "en"}
    assert (
        hana.post(f"{HERE}consignees/", sent | {f"mail:{world.SHOP}": "s@example.jp"}).status_code
        == 302
    )
    site = TradeSite.objects.get()
    assert (site.party, site.name, site.kind, site.sent_at) == (
        "minato", "Minato shop", "retailer", None,
    )  # fmt: skip
    assert "on the list" in text(parsed(hana.get(f"{HERE}consignees/", ASKED)))


def test_lots_beside_it_and_brands_are_counted(hana: Client) -> None:
    near = parsed(hana.get(f"{HERE}what-if/", {**ASKED, "side": "1"}))
    cells = [[text(cell) for cell in find(row, "td")] for row in find(near, "tbody tr")]
    assert [(row[0], *row[3:]) for row in cells] == [
        ("Cell A L76", "160", "0", "0"),
        ("Cell A L78", "200", "0", "20"),
    ]
    brands = parsed(hana.get(f"{HERE}brands/", ASKED))
    rows = [[text(cell) for cell in row] for row in find(brands, "tbody tr")]
    assert rows[:2] == [["Kumo", "20", "20"], ["Sora", "10", "0"]]
    assert ["Minato shop retailer", "20", "0"] in rows


def test_a_question_without_a_lot_leads_back_to_the_question(hana: Client) -> None:
    for page in ("scope", "consignees"):
        assert hana.get(f"{HERE}{page}/").status_code == 302
    assert hana.get(f"{HERE}scope/", {"lots": world.MAKER}).status_code == 302
