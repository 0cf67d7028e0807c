"""Walk a draft page by page with a plain client: `Walk().start(model="K100").to_check().send()`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from lxml import html
from PIL import Image

from tests.doors import kumo
from tests.doors.pages import find, parsed

# One good answer for each question about K100 of the invented recall, by the page's name.
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "model": {"model": "K100"},
    "serial": {"serial": kumo.LISTED},
    "colour": {"colour": "white"},
    "condition": {"condition": "intact"},
    "safety": {},
    "photo": {"do": "continue"},
    "same-order": {"same_order": "yes"},
    "shop": {"shop": "store", "shop_name": "山田電器"},
    "order": {"order_no": "250-1"},
    "bought": {"bought_on": "2024年5月4日"},
    "amount": {"order_amount": "3,990"},
    "proof": {"do": "continue"},
    "remedy": {"remedy": "refund"},
    "products": {"another": "no"},
    "name": {"name": "𠮷田 花子"},
    "kana": {"name_kana": "ヨシダ ハナコ"},
    "reach": {"phone": "090-1234-5678"},
    "postcode": {"postcode": "〒100-0001"},
    "town": {"town": "0"},
    "address": {
        "postcode": "〒100-0001",
        "region": "東京都",
        "city": "千代田区千代田",
        "street": "1-2-3",
        "building": "",
    },
    "consent": {"consent": "on"},
}
MOST_PAGES = 60


def photo(name: str = "label.jpg", *, size: tuple[int, int] = (256, 128)) -> SimpleUploadedFile:
    """Return a small real photo, wider than high."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


class Walk:
    """One person's way through one draft."""

    def __init__(self, *, code: str = "en", slug: str = kumo.SLUG) -> None:
        self.client = Client(enforce_csrf_checks=True)  # no page of the flow may need its cookie
        self.code, self.slug, self.at, self.seen = code, slug, "", list[str]()
        self.answers: dict[str, Mapping[str, str]] = dict(ANSWERS)

    @property
    def root(self) -> str:
        """The start of the draft's addresses."""
        return "/".join(self.at.split("/")[:4]) + "/"

    def start(self, **known: Any) -> Walk:
        """Open the start page with what a check knows, and press its button."""
        start = f"/{self.code}/r/{self.slug}/claim/"
        root = parsed(self.client.get(start, known))
        fields = [(f.get("name"), f.get("value")) for f in find(root, "main input[type=hidden]")]
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        self.follow(self.client.post(start, data))
        return self

    def follow(self, response: HttpResponse) -> HttpResponse:
        """Go where a response leads, and remember the page."""
        while response.status_code == 302:
            self.at = response["Location"]
            response = self.client.get(self.at)
        self.seen.append(self.question)
        return response

    @property
    def question(self) -> str:
        """The name of the page we are on: "condition", "check", or "c" for the claim's own."""
        parts = self.at.partition("?")[0].strip("/").split("/")
        return parts[-1] if parts[1] == "d" else parts[1]

    def page(self, name: str = "") -> html.HtmlElement:
        """Return a page of this draft, by default the one we are on."""
        response = self.client.get(f"{self.root}{name}" if name else self.at)
        assert response.status_code == 200, (name or self.at, response.status_code)
        return parsed(response)

    def post(self, name: str, data: Mapping[str, Any]) -> HttpResponse:
        """Send a page of this draft and stay where it answers."""
        return self.client.post(f"{self.root}{name}", data)

    def say(self, **data: Any) -> Walk:
        """Answer the page we are on and go on."""
        return self.went(self.client.post(self.at, data))

    def went(self, response: HttpResponse) -> Walk:
        """Follow an answer that must have been taken."""
        assert response.status_code == 302, find(parsed(response), ".error")
        self.follow(response)
        return self

    def to(self, name: str) -> Walk:
        """Answer pages until the one of this name is there."""
        for _ in range(MOST_PAGES):
            if self.question == name:
                return self
            self.say(**self.answers[self.question])
        raise AssertionError(f"{name} never came: {self.seen}")

    def to_check(self) -> Walk:
        """Answer everything."""
        return self.to("check")

    def send(self) -> HttpResponse:
        """Send from the page we are on, which is "check your answers"."""
        version = find(self.page(), "input[name=version]")[0].get("value")
        return self.client.post(f"{self.root}check/", {"do": "send", "version": version})
