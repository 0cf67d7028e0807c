"""Fill in a claim in a browser, page by page: `fill_in(page, {"remedy": {"remedy": "refund"}})`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Page

from tests.doors.draft import ANSWERS, MOST_PAGES

Answer = Mapping[str, str | Path]
NEXT = "main form button.button:not(.quiet)"


def question(page: Page) -> str:
    """Return the name of the question that the page asks; "" off the draft."""
    parts = page.url.partition("?")[0].rstrip("/").split("/")
    return parts[-1] if "/d/" in page.url else ""


def fill_in(
    page: Page,
    answers: Mapping[str, Answer],
    *,
    until: str = "check",
    on_page: Callable[[Page, str], None] | None = None,
) -> list[str]:
    """Answer every page until one is reached; returns the questions that came, in order."""
    seen: list[str] = []
    for _ in range(MOST_PAGES):
        name = question(page)
        if name == until:
            return seen
        seen.append(name)
        if on_page:
            on_page(page, name)
        answer(page, answers.get(name, ANSWERS[name]))
        assert page.locator("#problems").count() == 0, page.inner_text("#problems")
    raise AssertionError(f"{until} never came: {seen}")


def answer(page: Page, said: Answer) -> None:
    """Answer the page that is open and go on."""
    if "file" in said:
        page.set_input_files("#id-file", said["file"])
        page.click("button[value=send]")
        page.click("button.button[value=continue]")
        return
    press = str(said.get("do", ""))
    for name, value in said.items():
        if name == "do":
            continue
        control = page.locator(f"main [name='{name}']")
        kind = control.first.get_attribute("type")
        if kind == "radio":
            page.check(f"main [name='{name}'][value='{value}']")
        elif kind == "checkbox":
            control.check()
        else:
            control.fill(str(value))
    if press:
        page.click(f"main button.button[value='{press}']")
    else:
        page.click(NEXT)


def send(page: Page) -> None:
    """Send from "check your answers"."""
    page.click("main button[value=send]")
    assert "/c/" in page.url, page.inner_text("main")
