"""Everything that somebody owns in one list: every recall is asked, the strictest speaks first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from kaishu.core import pack as packs
from kaishu.notices import rendering, watches
from kaishu.notices.models import Message, Watch
from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text

EVERYTHING = "/en/check/several/"
OTHER = "sora-jp-2025"
LIST = f"K100 {kumo.NOT_LISTED}\nS1 {kumo.NOT_LISTED}\nK100 {kumo.LISTED}\nZ9 12345"


def sora(folder: Path) -> None:
    """Publish an older recall of another brand, every unit of one model."""
    what = kumo.recall()
    model = replace(what.products[0], model="S1")
    rule = replace(what.rules[0], no=1, product="S1", kind=packs.RuleKind.MODEL, file="")
    older = replace(
        what, slug=OTHER, products=(model,), rules=(rule,), population=(), remedies=(),
        brand="Sora", announced=date(2025, 1, 1),
    )  # fmt: skip
    drawings = {name: kumo.drawing("label") for name in _drawings(model)}
    ref = packs.write(folder / "packs", older, 1, {}, drawings, published_at=kumo.PUBLISHED)
    packs.swap(folder / "packs", OTHER, ref)


def _drawings(model: object) -> set[str]:
    return {getattr(model, name) for name in ("picture", "model_picture", "serial_picture")}


@pytest.fixture(autouse=True)
def published(data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    sora(data_dir)


def test_products_of_two_brands_are_answered_on_one_page_the_strictest_first() -> None:
    root = page(EVERYTHING, list=LIST)
    tones = [li.get("class") for li in find(root, ".outcomes li")]
    assert tones == ["notice affected", "notice affected", "notice info", "notice ok"]
    links = [a.get("href") for a in find(root, ".outcomes a")]
    assert [urlsplit(link).path for link in links] == [
        f"/en/r/{OTHER}/check/",
        f"/en/r/{kumo.SLUG}/check/",
        f"/en/r/{kumo.SLUG}/check/",
    ]
    claims = [a.get("href") for a in find(root, "a.button")]
    assert [parse_qs(urlsplit(link).query)["u"] for link in claims] == [
        [f"S1:{kumo.NOT_LISTED}"],
        [f"K100:{kumo.LISTED}"],
    ]
    assert "Z9" in text(root)


def test_an_empty_list_says_so_and_an_answer_may_be_kept() -> None:
    assert find(page(EVERYTHING, list=" "), ".error")
    response = Client().get(EVERYTHING, {"list": LIST})
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies


@pytest.mark.django_db
def test_all_units_that_are_not_affected_are_followed_by_one_mail() -> None:
    several = f"K100 {kumo.NOT_LISTED}\nK100 {kumo.NOT_LISTED[:-1]}3\nK100 {kumo.LISTED}"
    root = page(EVERYTHING, list=several)
    (link,) = [a.get("href") for a in find(root, "a") if "/watch/" in a.get("href", "")]
    form = parsed(Client().get(link))
    shown = [text(item).replace(" ", "") for item in find(form, "main ul li")]
    assert shown == [f"K100{kumo.NOT_LISTED}", f"K100{kumo.NOT_LISTED[:-1]}3"]
    said = {"list": several, "email": "nobody"}
    assert Client().post("/en/watch/", said).status_code == 422
    Client().post("/en/watch/", {**said, "email": "owner@example.test"})
    (mail,) = Message.objects.all()
    assert mail.template == "watch_started_several"
    own = rendering.secrets_of(mail)["link"]
    assert len(find(page(own), ".outcomes li")) == 2
    assert Watch.objects.filter(confirmed_at=None).count() == 2
    Client().post(own, {"do": "confirm"})
    assert Watch.objects.filter(confirmed_at=None).count() == 0
    Client().post(own, {"do": "stop"})
    assert Watch.objects.count() == 0
    with pytest.raises(watches.WatchNotFound):
        watches.find(own.strip("/").rsplit("/", 1)[-1])
