"""What a damaged request meets: a page in its language, with a next step and a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as settings_of_house
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings

from tests.doors import kumo
from tests.doors.pages import find, parsed, text

HEADLINES = {
    "ja": "送られた内容を読み取れませんでした",
    "zh-hans": "我们无法读取您发送的内容",
    "en": "We could not read what your browser sent",
}
TOO_MANY = settings_of_house.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1
BROKEN = "multipart/form-data"  # says no boundary: nobody can read it


@pytest.mark.parametrize("tongue", HEADLINES)
def test_a_broken_upload_is_explained_with_a_next_step(
    db: None, data_dir: Path, tongue: str
) -> None:
    kumo.write_pack(data_dir)
    path = f"/{tongue}/r/{kumo.SLUG}/claim/"
    response = Client().post(path, b"--x\r\n", content_type=BROKEN)
    page = parsed(response)
    assert response.status_code == 400
    assert text(find(page, "h1")[0]) == HEADLINES[tongue]
    assert find(page, "a[href='tel:0120-000-111']")
    assert len(find(page, "main ol li")) == 3
    assert find(page, f"a.button[href='/{tongue}/']")


def test_too_many_fields_are_refused_in_words(db: None, data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    fields = {f"field-{number}": "x" for number in range(TOO_MANY)}
    response = Client().post(f"/ja/r/{kumo.SLUG}/claim/", fields)
    assert response.status_code == 400
    assert HEADLINES["ja"] in response.content.decode()


def test_too_many_fields_of_a_staff_form_point_to_the_recall_file(
    db: None, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
    fields = {f"field-{number}": "x" for number in range(60)}
    response = Client().post("/staff/sign-in/", fields)
    assert response.status_code == 400
    assert "more than 50 fields" in response.content.decode()
    assert "recall file" in response.content.decode()


def test_too_much_in_an_address_is_refused_in_words(db: None, data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    query = "&".join(f"field-{number}=x" for number in range(TOO_MANY))
    response = Client().get(f"/ja/r/{kumo.SLUG}/check/?{query}")
    assert response.status_code == 400
    assert HEADLINES["ja"] in response.content.decode()


def test_a_host_that_is_not_ours_is_refused_in_words(db: None) -> None:
    response = Client().get("/staff/sign-in/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert HEADLINES["en"] in response.content.decode()


def test_back_after_a_mistake_shows_the_page_of_the_mistake_again(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False)
    page.goto(f"{site}/en/r/{kumo.SLUG}/claim/")
    page.click("main button.button")
    question = page.url
    page.click("main button.button")  # nothing chosen
    assert page.locator("#problems").count() == 1
    page.locator("main input[type=radio], main input[type=checkbox]").first.check()
    page.click("main button.button")
    assert page.url != question
    page.go_back()
    assert page.url == question
    assert page.locator("#problems").count() == 1, "not the browser's own page of refusal"
