"""One crawl over every page of the console and the depot, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from lxml import html

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.payouts import actions as payouts
from kaishu.returns import actions as returns
from tests.doors import desk_world, kumo
from tests.doors.pages import find, text

pytestmark = pytest.mark.django_db
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
FORBIDDEN = ("style", "onclick", "onload", "onsubmit", "placeholder", "required", "maxlength")
RAW = re.compile(r"\b(?:sku|kit|coupon):\w+|\b[a-z]{2,}_[a-z]{2,}\b")
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
PLAIN = (  # sent twice, no harm
    "/language/",
    "/staff/sign-out/",
    "/depot/site/",
    "/depot/session/",
    "/depot/undo/",
    "/staff/find/",
    "/staff/bulk/preview/",
    "/staff/account/second-step/",  # a code counts once
    "/staff/access/",  # a user name is there once
)
PAGES = (
    "/staff/claims/",
    "/staff/claims/?queue=all",
    "/staff/claims/?search=zzzz",
    "/staff/claims/first/",
    "/staff/claims/second/",
    "/staff/claims/unread/",
    "/staff/claims/asked/",
    "/staff/claims/back/",
    "/staff/claims/stray/",
    "POST /staff/claims/first/contact/?why=call_owner",
    "POST /staff/claims/asked/1/decide/?kind=approved",
    "/staff/kits/",
    "POST /staff/kits/addresses/",
    "POST /staff/kits/pick/",
    "POST /staff/kits/mark/",
    "/staff/kits/?state=pickup",
    "/staff/kits/stock/",
    "/staff/kits/file/",
    "POST /staff/kits/file/?rows=reference,tracking",
    "/staff/kits/reminders/",
    "/staff/payouts/",
    "/staff/payouts/1/",
    "/staff/payouts/due/",
    "/staff/payouts/funds/",
    "/staff/payouts/rules/",
    "/staff/payouts/pauses/",
    "/staff/payouts/codes/",
    "/staff/payouts/stock/",
    "/staff/payouts/forecast/",
    "/staff/imports/",
    "/staff/recalls/",
    "/staff/account/second-step/",
    "/staff/access/",
    f"/staff/recalls/{kumo.SLUG}/dashboard/",
    f"/staff/recalls/{kumo.SLUG}/progress/",
    f"/staff/recalls/{kumo.SLUG}/entries/?account=depot",
    f"/staff/recalls/{kumo.SLUG}/entries/?account=owed&commodity=JPY",
    "/depot/",
    "POST /depot/?code=1",
    "/depot/containers/",
    "/depot/containers/E-7/",
    "/depot/stock/",
    "/depot/certificates/",
    "/staff/claims/000000000000/",
)


ANSWERS: dict[tuple[str, str], str] = {}


@pytest.fixture
def pages(db: None, data_dir: Path) -> dict[tuple[str, str], html.HtmlElement]:
    """Read every page in every language; asked for once, and each test cuts up trees of its own."""
    if not ANSWERS:
        ANSWERS.update(_asked(data_dir))
    return {key: html.fromstring(page) for key, page in ANSWERS.items()}


def _asked(data_dir: Path) -> dict[tuple[str, str], str]:
    world = desk_world.lively(desk_world.open_world(data_dir))
    payouts.propose_batch(by="yuki", at=world.now(), limit=1)
    for number in ("E-7", "E-8"):
        box = returns.open_container(
            recall_id=world.recall_id,
            number=number,
            site="depot-east",
            recycler="mori",
            by="sora",
            at=world.now(),
        )
        if number == "E-8":
            returns.put_in_container(container_id=box.id, unit_id=world.unit("back").unit_id or 0)
            returns.hand_over(container_id=box.id, by="sora", at=world.now())
    client = desk_world.member("all", *Role)
    client.post("/depot/site/", {"site": "depot-east"})
    return {(name, code): _get(client, world, name, code) for name in PAGES for code in TAGS}


def _get(client: Client, world: desk_world.DeskWorld, name: str, code: str) -> str:
    verb, _, path = name.rpartition(" ")
    for case, case_no in world.cases.items():
        path = path.replace(f"/{case}/", f"/{case_no}/")
    client.cookies[COOKIE] = code
    if not verb:
        return client.get(path).content.decode()
    path, _, query = path.partition("?")
    fields = dict(pair.split("=") for pair in query.split("&") if pair)
    return client.post(path, fields).content.decode()


def test_every_page_keeps_the_manners(pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    for (name, code), root in pages.items():
        assert root.get("lang") == TAGS[code], name
        assert len(find(root, "h1")) == 1, name
        assert text(find(root, "title")[0]), name
        for script in find(root, "script"):
            assert script.get("defer") is not None, name
            assert not script.text, name
        for attribute in FORBIDDEN:
            assert not find(root, f"[{attribute}]"), (name, attribute)
        _every_control_has_a_label(root, name)
        _every_form_is_protected(root, name)
        _every_id_is_there_once(root, name)


def test_no_page_mixes_its_languages(pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    own = ("佐藤", "花子", "コーポ", "港区", "東京都")  # what owners typed stays as they typed it
    for (name, code), root in pages.items():
        for foreign in [*find(root, ".languages"), *find(root, "[lang=ja]")]:
            if foreign is not root:
                foreign.drop_tree()
        shown = text(find(root, "body")[0])
        for word in own:
            shown = shown.replace(word, "")
        if code == "ja":
            assert not ENGLISH.search(shown), (name, code, ENGLISH.search(shown))
        else:
            assert not KANA.search(shown), (name, code, KANA.search(shown))
        if code == "zh-hans":
            assert not ENGLISH.search(shown), (name, code, ENGLISH.search(shown))


def test_no_page_shows_a_code_instead_of_a_word(
    pages: dict[tuple[str, str], html.HtmlElement],
) -> None:
    for (name, code), root in pages.items():
        shown = " ".join(
            text(node) for node in find(root, "main option, main th, main td, main dd")
        )
        assert not RAW.search(shown), (name, code, RAW.search(shown))


def _every_control_has_a_label(root: html.HtmlElement, name: str) -> None:
    labels = {label.get("for") for label in find(root, "label")}
    for kind in ("input", "select", "textarea"):
        for control in find(root, f"main {kind}"):
            inside = any(parent.tag == "label" for parent in control.iterancestors())
            hidden = control.get("type") == "hidden"
            assert hidden or inside or control.get("id") in labels, (name, control.get("name"))


def _every_form_is_protected(root: html.HtmlElement, name: str) -> None:
    for form in find(root, "form"):
        if form.get("method") != "post" or form.get("action").endswith("/files"):
            continue  # uploads are guarded by where the browser says they come from
        assert find(form, "[name=csrfmiddlewaretoken]"), (name, form.get("action"))
        plain = form.get("action") in PLAIN
        assert plain or find(form, "[name=key]"), (name, form.get("action"))
        if "/decide/" in form.get("action"):
            assert find(form, "[name=seen]"), name
    keys = [field.get("value") for field in find(root, "[name=key]")]
    assert len(set(keys)) == len(keys), name


def _every_id_is_there_once(root: html.HtmlElement, name: str) -> None:
    ids = [node.get("id") for node in find(root, "[id]")]
    assert sorted(set(ids)) == sorted(ids), name
