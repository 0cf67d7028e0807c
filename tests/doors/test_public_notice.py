"""The public notice and the poster: lawful order, one A4, and a code that opens the check."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from kaishu.core import pack as packs
from kaishu.core.recall import NoticeFacts
from kaishu.demo.serials import COUNTS, RECALLS
from kaishu.editions import recall_file
from kaishu.markets import CODES, load_notice
from tests.doors import kumo
from tests.doors.pages import find, page, text
from tests.support.browser import SHOTS, axe, shoot

OpenPage = Callable[..., Page]
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
CODES_OF = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}
FACTS = NoticeFacts(
    sold_where=kumo.three("家電量販店", "家电商店", "Electronics shops"),
    incidents=kumo.three("火災3件、けが1名", "起火3起，1人受伤", "Three fires, one person hurt"),
)
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("market", CODES)
@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_the_notice_has_the_headline_and_the_parts_of_its_market(
    market: str, code: str, tag: str, data_dir: Path
) -> None:
    kumo.write_pack(data_dir, kumo.recall(market=market, notice=FACTS))
    root = page(f"/{code}/r/{kumo.SLUG}/notice/")
    rules = load_notice(market)
    assert text(find(root, "h1")[0]) == rules.headline[tag]
    shown = [section.get("data-part") for section in find(root, "[data-part]")]
    lacking = {part.code for part in rules.lacking(kumo.recall(market=market, notice=FACTS))}
    assert shown == [part.code for part in rules.parts if part.code not in lacking]
    assert all(text(section) for section in find(root, "[data-part] h2"))
    said = text(find(root, "article")[0])
    for words in (kumo.recall().hazard, kumo.recall().stop_use, kumo.recall().company):
        assert words[tag] in said


def test_a_european_notice_reads_in_the_order_of_article_36(data_dir: Path) -> None:
    kumo.write_pack(data_dir, kumo.recall(market="eu", notice=FACTS))
    root = page(f"/en/r/{kumo.SLUG}/notice/")
    assert [text(h) for h in find(root, "article h2")] == [
        "Name of the product",
        "What it looks like",
        "How to recognise it",
        "When it was sold",
        "Where it was sold",
        "The danger",
        "What to do at once",
        "How to keep it, and what never to do",
        "What you can receive, free of charge",
        "Whom to contact",
        "Company that recalls it",
        "Pass it on",
    ]
    assert text(find(root, "h1")[0]) == "Product safety recall"


@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_the_poster_is_one_a4_whose_code_opens_the_check(
    code: str, tag: str, site: str, open_page: OpenPage, data_dir: Path, settings: object
) -> None:
    settings.KAISHU_PUBLIC_URL = "https://recall.kumo.example"  # type: ignore[attr-defined]
    kumo.write_pack(data_dir)
    view = open_page(javascript=False, language=CODES_OF[code], width=1280)
    view.goto(f"{site}/{code}/r/{kumo.SLUG}/poster/")
    shoot(view, f"poster-{code}-1280")
    document = pypdfium2.PdfDocument(view.pdf(prefer_css_page_size=True))
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    printed = document[0].render(scale=2).to_pil()
    address = f"https://recall.kumo.example/{code}/r/{kumo.SLUG}/check/"
    assert [found.text for found in zxingcpp.read_barcodes(printed)] == [address]
    said = document[0].get_textpage().get_text_range()
    words = "".join(said.split())
    for part in (address, kumo.recall().phone, kumo.recall().stop_use[tag]):
        assert "".join(part.split()) in words
    grey = Image.open(io.BytesIO(_png(printed.convert("L"))))
    assert [found.text for found in zxingcpp.read_barcodes(grey)] == [address]
    _keep(printed, f"poster-{code}-print")


@pytest.mark.parametrize("slug", COUNTS)
def test_the_posters_of_the_real_recalls_fit_one_a4_too(
    slug: str, site: str, open_page: OpenPage, data_dir: Path
) -> None:
    loaded = recall_file.load(RECALLS / slug)
    assert loaded.recall is not None
    lists = {rule.file: [b"A123456789012345"] for rule in loaded.recall.rules if rule.file}
    folder = data_dir / "packs"
    ref = packs.write(folder, loaded.recall, 1, lists, loaded.pictures, published_at=kumo.PUBLISHED)
    packs.swap(folder, slug, ref)
    view = open_page(javascript=False, width=1280)
    for code in TAGS:
        view.goto(f"{site}/{code}/r/{slug}/poster/")
        document = pypdfium2.PdfDocument(view.pdf(prefer_css_page_size=True))
        assert len(document) == 1, code
        printed = document[0].render(scale=2).to_pil()
        (found,) = zxingcpp.read_barcodes(printed)
        assert found.text.endswith(f"/{code}/r/{slug}/check/")
        _keep(printed, f"poster-{slug}-{code}-print")


def test_notice_and_poster_fit_a_small_phone_and_axe_finds_nothing(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.write_pack(data_dir, kumo.recall(market="eu", notice=FACTS))
    for code in TAGS:
        view = open_page(language=CODES_OF[code], width=320)
        for name in ("notice", "poster"):
            view.goto(f"{site}/{code}/r/{kumo.SLUG}/{name}/")
            axe(view)
            assert not view.evaluate(WIDE), (code, name)
            view.set_viewport_size({"width": 390, "height": 844})
            shoot(view, f"{name}-{code}-390")
            view.set_viewport_size({"width": 320, "height": 640})
        view.close()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _keep(image: Image.Image, name: str) -> None:
    if os.environ.get("KAISHU_SHOTS") == "1":
        SHOTS.mkdir(exist_ok=True)
        image.save(SHOTS / f"{name}.png")
