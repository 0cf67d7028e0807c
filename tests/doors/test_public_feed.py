"""Programs read our recalls: CPSC's shape and parameters, RSS, Atom, the map and structured data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries, Settings

from kaishu.core.recall import NoticeFacts
from kaishu.doors.public.feeds import views_recalls
from tests.doors import kumo
from tests.doors.pages import find, page

FEED = "/RestWebServices/Recall"
HOWTO = Path(__file__).resolve().parents[2] / "docs/howto/feed.md"
ATOM = "{http://www.w3.org/2005/Atom}"
# The very keys of facts A2, in the order of the published schema.
KEYS = [
    *("RecallID", "RecallNumber", "RecallDate", "Description", "URL", "Title", "ConsumerContact"),
    *("LastPublishDate", "Products", "Inconjunctions", "Images", "Injuries", "Manufacturers"),
    *("Retailers", "Importers", "Distributors", "ManufacturerCountries", "ProductUPCs", "Hazards"),
    *("Remedies", "RemedyOptions"),
]


@pytest.fixture
def published(db: None, data_dir: Path) -> None:
    """Publish two recalls of one maker: one with a number and a notice, one with neither."""
    publish(data_dir)


def publish(data_dir: Path) -> None:
    """Publish the two recalls."""
    first, *others = kumo.recall().products
    black, white = first.variants
    coded = tuple(replace(variant, jan="4901234567894") for variant in (black, white))
    named = replace(first, variants=coded)
    notice = NoticeFacts(
        sold_where=kumo.three("クモの店", "云商店", "Kumo shops & <fairs>"),
        incidents=kumo.three("事故2件", "2起事故", "2 reports of smoke"),
        number="26-135",
    )
    kumo.publish(data_dir, kumo.recall(products=(named, *others), notice=notice))
    kumo.publish(data_dir, replace(kumo.abroad(), announced=date(2025, 6, 20)))


def asked(**query: str) -> list[dict[str, Any]]:
    """Return the records that a query means."""
    response = Client().get(FEED, query)
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()
    return found


def numbers(**query: str) -> list[str]:
    """Return the numbers of the recalls that a query means."""
    return [each["RecallNumber"] for each in asked(format="json", **query)]


def test_a_recall_has_the_very_keys_and_nothing_is_invented(published: None) -> None:
    newest, other = asked(format="json")
    assert list(newest) == list(other) == KEYS
    assert newest["RecallNumber"] == "26135"
    assert other["RecallNumber"] == kumo.ABROAD_SLUG
    assert newest["RecallDate"] == newest["LastPublishDate"] == "2026-04-01T00:00:00"
    assert newest["URL"] == f"http://localhost:8000/en/r/{kumo.SLUG}/"
    assert newest["Products"][0] == {
        "Name": "Kumo Power Bank 10000",
        "Description": "10,000 mAh",
        "Model": "K100",
        "Type": "",
        "CategoryID": "",
        "NumberOfUnits": "About 1,000",
    }
    assert newest["Retailers"] == [{"Name": "Kumo shops & <fairs>", "CompanyID": ""}]
    assert newest["Manufacturers"] == [{"Name": "Kumo Electric", "CompanyID": ""}]
    assert newest["ProductUPCs"] == [{"UPC": "4901234567894"}]
    assert newest["RemedyOptions"] == [{"Option": "Replace"}, {"Option": "Refund"}]
    assert [image["Caption"] for image in newest["Images"]] == [
        "Kumo Power Bank 10000, Kumo Power Bank Mini",
        "Kumo Speaker",
    ]
    for name in ("Injuries", "Retailers", "ManufacturerCountries", "ProductUPCs", "Importers"):
        assert other[name] == [], name
    assert isinstance(newest["RecallID"], int)
    assert newest["RecallID"] != other["RecallID"]


@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ({}, True, True),
        ({"RecallNumber": "26-135"}, True, False),
        ({"RecallNumber": "6135"}, True, False),
        ({"recallnumber": kumo.ABROAD_SLUG}, False, True),
        ({"RecallTitle": "CHINA"}, False, True),
        ({"ProductModel": "k2"}, True, False),
        ({"ProductName": "power bank"}, True, True),
        ({"ProductName": "power bank", "ProductModel": "K300"}, True, False),
        ({"RecallDateStart": "2026-04-01"}, True, False),
        ({"RecallDateEnd": "2025-06-20"}, False, True),
        ({"RecallDateStart": "2025-06-20T00:00:00", "RecallDateEnd": "2026-03-31"}, False, True),
        ({"LastPublishDateEnd": "2026-03-31"}, False, False),
        ({"LastPublishDateStart": "2026-04-01"}, True, True),
        ({"UPC": "4901234567894"}, True, False),
        ({"Injury": "smoke"}, True, False),
        ({"Retailer": "kumo"}, True, False),
        ({"Importer": "kumo"}, False, False),
        ({"RemedyOption": "refund"}, True, True),
        ({"RemedyOption": "repair"}, False, False),
        ({"RecallURL": "kumo-cn"}, False, True),
        ({"Manufacturer": "クモ", "lang": "ja"}, True, True),
        ({"ProductType": ""}, True, True),
        ({"_": "1764"}, True, True),
    ],
)
def test_parameters_mean_what_they_mean_at_cpsc(
    published: None, query: dict[str, str], first: bool, second: bool
) -> None:
    assert numbers(**query) == ["26135"] * first + [kumo.ABROAD_SLUG] * second


def test_a_recall_is_found_by_its_id_alone(published: None) -> None:
    wanted = asked()[1]
    assert asked(RecallID=str(wanted["RecallID"])) == [wanted]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"Manufactuer": "x"}, "There is no parameter Manufactuer"),
        ({"format": "xml"}, "format=json"),
        ({"RecallDateStart": "April"}, "RecallDateStart is a day"),
        ({"RecallID": "x"}, "RecallID is a whole number"),
        ({"lang": "fr"}, "lang is one of"),
        ({"ProductName": ["a", "b"]}, "given twice"),
        ({"Hazard": "x" * 201}, "longer than 200"),
    ],
)
def test_a_query_that_could_mislead_is_refused(
    published: None, query: dict[str, Any], words: str
) -> None:
    response = Client().get(FEED, query)
    assert response.status_code == 400
    assert words in response.json()["Message"]
    assert response["Access-Control-Allow-Origin"] == "*"


def test_any_site_may_read_and_nothing_is_sent_twice(
    published: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client()
    with django_assert_max_num_queries(1):
        first = client.get(FEED, {"ProductModel": "K100"})
    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert first["Cache-Control"] == "public, max-age=60"
    assert first["Last-Modified"] == "Wed, 01 Apr 2026 00:30:00 GMT"
    assert "Vary" not in first or "Cookie" not in first["Vary"]
    with django_assert_max_num_queries(0):
        again = client.get(FEED, {"ProductModel": "K100"}, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    asked_before = client.options(FEED, headers={"origin": "https://example.org"})
    assert asked_before["Access-Control-Allow-Headers"] == "If-None-Match, If-Modified-Since"
    assert client.post(FEED).status_code == 405


def test_new_questions_are_limited_and_the_whole_list_never_is(
    published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_recalls, "NEW_QUESTIONS_A_MINUTE", 1)
    monkeypatch.setattr(views_recalls, "_asked_in", [0, 0])
    assert numbers(ProductModel="K200") == ["26135"]
    refused = Client().get(FEED, {"ProductModel": "K300"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert numbers(ProductModel="K200") == ["26135"]
    assert len(asked()) == 2


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_rss_and_atom_are_whole_and_name_each_recall_once(published: None, code: str) -> None:
    rss = Client().get(f"/{code}/feeds/recalls.rss")
    assert rss["Content-Type"].startswith("application/rss+xml")
    channel = etree.fromstring(rss.content).find("channel")
    assert channel is not None
    for needed in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(needed), needed
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert guids[0] == f"tag:localhost,2026-04-01:recall/{kumo.SLUG}"
    assert [item.find("guid").get("isPermaLink") for item in items] == ["false", "false"]
    assert items[0].findtext("pubDate") == "Wed, 01 Apr 2026 09:30:00 +0900"
    assert items[0].findtext("link") == f"http://localhost:8000/{code}/r/{kumo.SLUG}/"

    atom = Client().get(f"/{code}/feeds/recalls.atom")
    assert atom["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(atom.content)
    assert feed.tag == f"{ATOM}feed"
    for needed in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{needed}"), needed
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == guids
    assert entries[0].findtext(f"{ATOM}updated") == "2026-04-01T09:30:00+09:00"
    assert entries[0].findtext(f"{ATOM}published") == "2026-04-01T00:00:00+09:00"
    assert all(entry.find(f"{ATOM}author/{ATOM}name") is not None for entry in entries)


def test_a_new_edition_keeps_its_id_and_gets_a_new_date(published: None, data_dir: Path) -> None:
    etag = Client().get("/en/feeds/recalls.atom")["ETag"]
    from kaishu.core import pack as packs

    later = kumo.PUBLISHED.replace(month=5)
    ref = packs.write(
        data_dir / "packs", kumo.recall(), 2, kumo.LISTS, kumo.PICTURES, published_at=later
    )
    packs.swap(data_dir / "packs", kumo.SLUG, ref)
    feed = Client().get("/en/feeds/recalls.atom")
    entry = etree.fromstring(feed.content).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == f"tag:localhost,2026-04-01:recall/{kumo.SLUG}"
    assert entry.findtext(f"{ATOM}updated") == "2026-05-01T09:30:00+09:00"
    assert feed["ETag"] != etag
    assert asked()[0]["LastPublishDate"] == "2026-05-01T00:00:00"


def test_a_page_leads_to_the_feeds_and_tells_what_it_is_about(published: None) -> None:
    root = page(f"/ja/r/{kumo.SLUG}/")
    kinds = [link.get("type") for link in find(root, "head link[rel=alternate]")]
    assert kinds == ["application/rss+xml", "application/atom+xml"]
    (block,) = find(root, "script")
    said = json.loads(block.text)
    assert block.get("type") == "application/ld+json"
    assert said["@type"] == "WebPage"
    assert said["url"] == f"http://localhost:8000/ja/r/{kumo.SLUG}/"
    assert [product["model"] for product in said["about"]] == ["K100", "K200", "K300"]


def test_no_text_of_a_recall_can_end_the_data_block(db: None, data_dir: Path) -> None:
    odd = kumo.three("a</script><script>alert(1)</script>", "b<!--", "c&lt;")
    kumo.publish(data_dir, kumo.recall(hazard=odd))
    raw = Client().get(f"/ja/r/{kumo.SLUG}/").content.decode()
    assert raw.count("</script>") == 1
    block = re.search(r'ld\+json">(.*?)</script>', raw)
    assert block is not None
    assert "a</script><script>alert(1)</script>" in json.loads(block[1])["description"]


def test_the_map_names_every_public_page_in_its_languages(published: None) -> None:
    robots = Client().get("/robots.txt").content.decode()
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots
    assert "Disallow: /staff/" in robots
    root = etree.fromstring(Client().get("/sitemap.xml").content)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    places = [node.text or "" for node in root.findall("s:url/s:loc", space)]
    assert len(places) == len(set(places)) == 3 * (6 + 2 * 4)
    for place in places:
        path = place.removeprefix("http://localhost:8000")
        assert Client().get(path).status_code == 200, path


def test_the_client_of_the_howto_reads_a_live_server(
    site: str, data_dir: Path, settings: Settings
) -> None:
    publish(data_dir)
    defined, shown = re.findall(r"```python\n(.*?)```", HOWTO.read_text(), re.DOTALL)
    world: dict[str, Any] = {}
    exec(defined, world)
    recalls: Callable[..., Any] = world["recalls"]
    found, etag = recalls(site)
    assert [each["RecallNumber"] for each in found] == ["26135", kumo.ABROAD_SLUG]
    assert recalls(site, etag) == (None, etag)
    assert [each["RecallNumber"] for each in recalls(site, RemedyOption="repair")[0]] == []
    with pytest.raises(HTTPError) as refused:
        recalls(site, Colour="red")
    assert refused.value.code == 400
    exec(shown.replace("http://localhost:8000", site), world)
    assert world["found"] == []  # no A1263 in these two
