"""The owner's pages up to the answer: no name, no database, four outcomes in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text

LANGUAGES = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
CHECK = f"/{{}}/r/{kumo.SLUG}/check/"
OUTCOMES = {
    "affected": {"model": "K100", "serial": kumo.LISTED},
    "ok": {"model": "K100", "serial": kumo.NOT_LISTED},
    "ask": {"model": "K100", "serial": "AK2"},
    "info": {"model": "other"},
}


@pytest.fixture(autouse=True)
def published(data_dir: Path) -> None:
    """Every test starts with the invented recall on the disk."""
    kumo.write_pack(data_dir)


@pytest.mark.parametrize(
    ("header", "there"),
    [("ja,en;q=0.5", "/ja/"), ("zh-TW,zh;q=0.9", "/zh-hans/"), ("ko", "/en/"), ("", "/en/")],
)
def test_the_first_page_follows_the_browser(header: str, there: str) -> None:
    response = Client(headers={"Accept-Language": header}).get("/")
    assert (response.status_code, response["Location"]) == (302, there)
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
@pytest.mark.parametrize(("tone", "query"), OUTCOMES.items())
def test_each_outcome_is_a_page_in_each_language(
    code: str, tag: str, tone: str, query: dict[str, str]
) -> None:
    root = page(CHECK.format(code), **query)
    assert root.get("lang") == tag
    assert len(find(root, f".band.{tone} h1")) == 1
    assert len(find(root, f".band.{tone} svg")) == 1
    assert kumo.recall().phone in text(root)


@pytest.mark.parametrize("code", LANGUAGES)
def test_stop_using_it_comes_first_on_affected(code: str) -> None:
    root = page(CHECK.format(code), **OUTCOMES["affected"])
    first = root.xpath("//h1/following::p[1]")[0]
    assert text(first) == kumo.recall().stop_use[LANGUAGES[code]]


@pytest.mark.parametrize("tone", ["affected", "ok", "ask"])
def test_every_outcome_for_a_model_says_whether_it_may_fly(tone: str) -> None:
    root = page(CHECK.format("en"), **OUTCOMES[tone])
    outside = "ask the airline before you travel"  # the model is recalled all the same
    assert (outside if tone == "ok" else kumo.recall().flight["en"]) in text(root)


def test_the_answer_names_the_day_of_the_data() -> None:
    root = page(CHECK.format("en"), **OUTCOMES["ok"])
    assert "1 April 2026" in text(root)
    assert "edition 1" in text(root)


def test_model_then_serial_then_answer_are_two_forms() -> None:
    models = page(CHECK.format("en"))
    radios = find(models, "input[type=radio][name=model]")
    assert [radio.get("value") for radio in radios] == ["K100", "K200", "K300", "other"]
    assert not find(models, "input[checked]")
    serial = page(CHECK.format("en"), model="K100")
    assert find(serial, "input#id-serial")
    assert find(serial, "figure.drawing img")
    names = {field.get("name") for field in (*find(models, "input"), *find(serial, "input"))}
    assert names == {"model", "serial"}


def test_repairs_are_shown_and_what_was_typed_is_judged() -> None:
    typed = "ａｋ２Ｏ２３０００１０ＯＯ０４２"
    root = page(CHECK.format("en"), model="K100", serial=typed)
    assert find(root, ".band.affected")
    assert "O → 0" in text(find(root, ".notice.info")[0])


def test_an_empty_serial_is_asked_again_with_the_same_words_twice() -> None:
    root = page(CHECK.format("en"), model="K100", serial="  ")
    link = find(root, ".summary a")[0]
    assert link.get("href") == "#id-serial"
    assert text(link) == text(find(root, "#id-serial_error")[0]) == "Type the serial number."
    assert text(find(root, "title")[0]).startswith("Error:")
    assert "autofocus" in find(root, ".summary")[0].attrib


def test_an_unreadable_label_leads_to_a_photo_or_a_person() -> None:
    root = page(CHECK.format("en"), model="K100", serial="", unreadable="1")
    assert find(root, ".band.ask")
    assert find(root, "a.button[href*='/claim/?model=K100']")


def test_the_colour_is_asked_only_where_the_verdict_asks() -> None:
    asked = page(CHECK.format("en"), model="K200", serial=kumo.NOT_LISTED)
    values = [radio.get("value") for radio in find(asked, "input[name=colour]")]
    assert values == ["grey", "blue", "white", "other colour", "unknown"]
    white = page(CHECK.format("en"), model="K200", serial=kumo.NOT_LISTED, colour="white")
    assert find(white, ".band.ok")
    grey = page(CHECK.format("en"), model="K200", serial=kumo.NOT_LISTED, colour="grey")
    assert find(grey, ".band.affected")
    unknown = page(CHECK.format("en"), model="K200", serial=kumo.NOT_LISTED, colour="unknown")
    assert find(unknown, ".band.ask")
    other = page(CHECK.format("en"), model="K200", serial=kumo.LISTED, colour="white")
    assert find(other, ".band.ask")  # a list of the K100 names this unit


@pytest.mark.parametrize(
    ("typed", "tone"),
    [
        ("2023年5月1日", "ok"),
        ("R6.5.1", "affected"),
        ("1 May 2024", "affected"),
        ("unknown", "ask"),
    ],
)
def test_the_day_of_purchase_is_read_in_many_forms(typed: str, tone: str) -> None:
    root = page(CHECK.format("en"), model="K300", serial=kumo.NOT_LISTED, bought=typed)
    assert find(root, f".band.{tone}")


def test_an_unreadable_day_is_asked_again_and_kept() -> None:
    root = page(CHECK.format("en"), model="K300", serial=kumo.LISTED, bought="03/04/2024")
    assert find(root, ".summary")
    assert find(root, "#id-bought")[0].get("value") == "03/04/2024"


def test_the_answer_needs_no_cookie_and_may_be_kept_by_a_cache() -> None:
    response = Client().get(CHECK.format("ja"), OUTCOMES["ok"])
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Content-Language"] == "ja"


def test_the_language_switch_keeps_the_place() -> None:
    root = page(CHECK.format("ja"), **OUTCOMES["affected"])
    links = {a.get("hreflang"): a.get("href") for a in find(root, ".languages a")}
    assert set(links) == {"zh-Hans", "en"}
    assert links["en"] == f"/en/r/{kumo.SLUG}/check/?model=K100&serial={kumo.LISTED}"


def test_a_drawing_is_kept_for_ever_and_can_run_nothing() -> None:
    source = find(page(CHECK.format("en"), model="K100"), "figure img")[0].get("src")
    response = Client().get(source)
    assert response["Content-Type"] == "image/svg+xml"
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert Client().get(source.replace("label-serial", "other")).status_code == 404
    assert Client().get(source.replace("label-serial.svg", "manifest.json")).status_code == 404


@pytest.mark.parametrize(
    ("code", "words"), [("ja", "見つかりません"), ("zh-hans", "找不到"), ("en", "not here")]
)
def test_a_missing_page_has_a_next_step_and_a_telephone(code: str, words: str) -> None:
    response = Client().get(f"/{code}/nowhere/")
    assert response.status_code == 404
    root = parsed(response)
    assert root.get("lang") == LANGUAGES[code]
    assert words in text(find(root, "h1")[0])
    assert find(root, "a.button")
    assert kumo.recall().phone in text(root)


@pytest.mark.parametrize("name", ["privacy", "accessibility"])
def test_the_small_print_is_there(name: str) -> None:
    assert text(find(page(f"/ja/{name}/"), "h1")[0])


@pytest.mark.django_db
def test_home_lists_the_recall_and_an_empty_house_says_so(settings: object, tmp_path: Path) -> None:
    assert kumo.recall().title["en"] in text(page("/en/"))
    settings.KAISHU_DATA_DIR = tmp_path / "empty"  # type: ignore[attr-defined]
    assert "No recall is running" in text(page("/en/"))


@pytest.mark.django_db
def test_the_recall_page_leads_to_the_check() -> None:
    root = page(f"/zh-hans/r/{kumo.SLUG}/")
    assert [a.get("href") for a in find(root, "a.button")] == [CHECK.format("zh-hans")]
    assert kumo.recall().hazard["zh-Hans"] in text(root)


def test_a_model_typed_small_or_wide_is_the_same_model(client: Client) -> None:
    for model in ("k100", "Ｋ１００"):
        answer = client.get(f"/en/r/{kumo.SLUG}/check/", {"model": model, "serial": kumo.LISTED})
        assert "K100" in answer.content.decode()
        assert "claim/" in answer.content.decode()
