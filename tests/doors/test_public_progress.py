"""How far a recall has come: the same figures on the page, in JSON and in CSV, on any past day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaishu.books import actions as books
from kaishu.books.roots import seal_due
from kaishu.books.values import Place, UnitMove
from kaishu.doors.public import figures
from kaishu.editions.models import Recall
from kaishu.markets.forms import load_form
from kaishu.reports import filing, typed
from tests.doors import kumo
from tests.doors.pages import find, page, text

pytestmark = pytest.mark.django_db
BASE = f"/r/{kumo.SLUG}/progress"
APRIL_3 = datetime(2026, 4, 3, 10, 0, tzinfo=UTC)
AT_LARGE, DEPOT, GONE = Place("at_large"), Place("depot", "east"), Place("gone")


@pytest.fixture(autouse=True)
def counted(db: None, data_dir: Path) -> None:
    """Open the population, then one day with a known past: K100 330 in, K200 10 in and 5 gone."""
    kumo.publish(data_dir)
    for product, kind, target, quantity in (
        ("K100", "parcel.received", DEPOT, 330),
        ("K200", "parcel.received", DEPOT, 10),
        ("K200", "unit.gone", GONE, 5),
    ):
        move(product, kind, target, quantity, APRIL_3)
    figures.forget()


def move(product: str, kind: str, target: Place, quantity: int, at: datetime) -> None:
    """Move a mere quantity out of the hands of unknown owners."""
    books.post(
        kind=kind,
        moves=[
            UnitMove(
                product=product, quantity=quantity, pool="consumer", source=AT_LARGE, target=target
            )
        ],
        recall_id=Recall.objects.get(slug=kumo.SLUG).id,
        key=f"{product} {kind} {at}",
        door="cli",
        by="test",
        happened_at=at,
        at=at,
    )


GOLDEN = f"""\
recall,as_of,rule,model,target,done,gone,estimated_discarded,estimate_source,\
rate_percent,corrected_rate_percent,accounted_rate_percent
{kumo.SLUG},2026-04-03T23:59:59+09:00,unit_collected,,3000,340,5,,,11.3,,11.5
{kumo.SLUG},2026-04-03T23:59:59+09:00,unit_collected,K100,1000,330,0,,,33.0,,33.0
{kumo.SLUG},2026-04-03T23:59:59+09:00,unit_collected,K200,1000,10,5,,,1.0,,1.5
{kumo.SLUG},2026-04-03T23:59:59+09:00,unit_collected,K300,1000,0,0,,,0.0,,0.0
"""


def test_a_past_day_as_csv_is_the_golden_file() -> None:
    response = Client().get(f"{BASE}.csv", {"on": "2026-04-03"})
    assert response.content.decode("utf-8-sig").replace("\r\n", "\n") == GOLDEN
    assert response["Content-Disposition"] == f'attachment; filename="{kumo.SLUG}-2026-04-03.csv"'
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_same_day_as_json_is_exact() -> None:
    found = Client().get(f"{BASE}.json", {"on": "2026-04-03"}).json()
    assert found["day"] == "2026-04-03"
    assert found["whole"]["rate"] == {"exact": "17/150", "percent": "11.3"}
    assert found["whole"]["estimated_discarded"] is found["whole"]["corrected_rate"] is None
    assert [each["model"] for each in found["models"]] == ["K100", "K200", "K300"]
    assert found["models"][1]["accounted_rate"] == {"exact": "3/200", "percent": "1.5"}
    assert {"model": "K200", "account": "gone", "units": 5} in found["places"]
    assert sum(place["units"] for place in found["places"]) == found["whole"]["target"] == 3000
    assert found["daily_root"] is None


def test_the_page_shows_the_figures_of_the_other_pages() -> None:
    root = page(f"/en{BASE}/")
    assert "340 of 3,000 units are taken care of." in text(root)
    rows = [text(row) for row in find(root, "tbody tr")[:3]]
    assert rows[0] == "The whole recallof 3,00011.3 %34011.5 %345"
    assert rows[1].startswith("K100")
    assert "no corrected rate is shown" in text(root)
    assert "340 of 3,000 units taken care of." in text(page("/en/"))
    assert "340 of 3,000" in text(page(f"/en/r/{kumo.SLUG}/"))
    assert Client().get(f"{BASE}.json").json()["whole"]["done"] == 340


def test_a_past_day_stands_still_while_today_goes_on() -> None:
    before = page(f"/ja{BASE}/", on="2026-04-02")
    assert "3,000台のうち0台の処理が済みました。" in text(before)
    assert "2026年4月2日が終わった時点の数です。" in text(before)
    move("K300", "parcel.received", DEPOT, 7, APRIL_3 + timedelta(days=9))
    figures.forget()
    assert (
        Client()
        .get(f"{BASE}.csv", {"on": "2026-04-03"})
        .content.decode("utf-8-sig")
        .replace("\r\n", "\n")
        == GOLDEN
    )
    assert Client().get(f"{BASE}.json").json()["whole"]["done"] == 347


def test_a_past_day_is_counted_once(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    Client().get(f"{BASE}.json", {"on": "2026-04-03"})
    with django_assert_max_num_queries(2):  # the recall and the root
        Client().get(f"{BASE}.json", {"on": "2026-04-03"})


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("tomorrow", "Type a day, for example 2026-01-07."),
        ("2026-03-31", "The recall began on 1 April 2026."),
        ("2999-01-01", "This day has not come yet."),
    ],
)
def test_a_day_that_cannot_be_shown_is_said_and_kept(on: str, words: str) -> None:
    root = page(f"/en{BASE}/", on=on)
    assert words in text(find(root, "#problems")[0])
    assert find(root, "#id-on")[0].get("value") == on
    refused = Client().get(f"{BASE}.json", {"on": on})
    assert refused.status_code == 400
    assert "on" in json.loads(refused.content)["Message"]


def test_the_daily_roots_are_published() -> None:
    assert Client().get("/roots.json").json() == []
    seal_due(at=APRIL_3 + timedelta(days=1))
    rows = Client().get("/roots.json").json()
    assert [row["day"] for row in rows] == ["2026-04-03", "2026-04-02", "2026-04-01"]
    assert [row["entries"] for row in rows] == [3, 0, 1]
    assert rows[0]["previous"] == rows[1]["root"]
    assert rows[0]["root"] in text(page(f"/zh-hans{BASE}/"))
    assert Client().get(f"{BASE}.json").json()["daily_root"] == rows[0]


def test_the_estimate_of_the_newest_filed_report_is_named_with_its_source() -> None:
    form, clocks = load_form("jp_end"), {"as_of": APRIL_3, "known_at": APRIL_3}
    said = {"discarded": "50", "discarded_source": "調査（2026年4月、回答1,200人）"}
    typed.keep(form=form, slug=kumo.SLUG, subject="", texts=said, by="mika", at=APRIL_3)
    assert Client().get(f"{BASE}.json").json()["whole"]["corrected_rate"] is None, "only typed yet"
    later = APRIL_3 + timedelta(hours=1)
    filing.file(
        form=form,
        slug=kumo.SLUG,
        subject="",
        addressee="METI",
        reference="",
        key="f1",
        by="mika",
        at=later,
        **clocks,
    )
    figures.forget()
    found = Client().get(f"{BASE}.json").json()["whole"]
    assert found["estimated_discarded"] == [
        {"units": 50, "source": said["discarded_source"], "model": None}
    ]
    assert found["corrected_rate"] == {"exact": "13/100", "percent": "13.0"}
    assert found["rate"]["percent"] == "11.3"
    shown = text(page(f"/ja{BASE}/"))
    assert "修正実施率" in shown
    assert f"50台（根拠：{said['discarded_source']}）" in shown
    assert "修正実施率" not in text(page(f"/ja{BASE}/", on="2026-04-02")).replace(
        "修正実施率は表示していません", ""
    )


def test_an_unknown_recall_has_no_figures() -> None:
    assert Client().get("/r/nothing/progress.json").status_code == 404
    assert Client().get("/r/nothing/progress.csv").status_code == 404
