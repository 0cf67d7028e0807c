"""Somebody who follows a page of the documentation: presses what it names, remembers what is there.

A link or a button is found by the words on it, as a reader finds it, so a label that was renamed
fails the page that still uses the old one.
"""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from tests.doors.pages import text


class Reader:
    """One person at one browser without scripts."""

    def __init__(self) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.at, self.seen = "/", set[str]()
        self.page: html.HtmlElement = html.Element("html")

    def go(self, address: str) -> Reader:
        """Open an address."""
        return self._show(address, self.client.get(address, follow=True))

    def follow(self, words: str) -> Reader:
        """Follow the first link with these words."""
        for link in self.page.xpath("//a[@href]"):
            if words in text(link):
                return self.go(link.get("href"))
        raise AssertionError(f"no link {words!r} on {self.at}: {self._said()}")

    def press(self, words: str, **typed: str | list[Path]) -> Reader:
        """Fill the form that has this button, and press it."""
        for form in self.page.forms:
            for button in form.xpath(".//button"):
                if text(button).startswith(words):
                    return self._send(form, button, typed)
        raise AssertionError(f"no button {words!r} on {self.at}: {self._said()}")

    def sees(self, words: str) -> Reader:
        """Fail unless the page says this."""
        assert words in self._said(), f"{words!r} is not on {self.at}: {self._said()}"
        return self

    def _send(
        self, form: html.FormElement, button: html.HtmlElement, typed: dict[str, str | list[Path]]
    ) -> Reader:
        data: dict[str, object] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)  # type: ignore[attr-defined]
        for name, given in typed.items():
            assert name in form.fields, f"{name!r} is not asked on {self.at}"
            data[name] = given if isinstance(given, str) else [_file(each) for each in given]
        if button.get("name"):
            data[button.get("name")] = button.get("value", "")
        address = form.get("action") or self.at
        if (form.get("method") or "get").lower() == "get":
            return self._show(address, self.client.get(address, data, follow=True))
        return self._show(address, self.client.post(address, data, follow=True))

    def _show(self, address: str, response: object) -> Reader:
        status = getattr(response, "status_code", 0)
        self.at = getattr(response, "request", {}).get("PATH_INFO", address)
        self.page = html.fromstring(getattr(response, "content", b"").decode())
        assert status == 200, f"{self.at} answered {status}: {self._said()}"
        for node in self.page.iter():
            if isinstance(node.tag, str):
                self.seen.add(text(node))
        return self

    def _said(self) -> str:
        return text(self.page)


def _file(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())
