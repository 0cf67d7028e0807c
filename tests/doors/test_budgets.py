"""Every page is light enough for a cheap phone on a weak line: bytes that really travel, and time.

Measured on `kaishu serve` itself: what the server sends on the wire, headers left out.
"""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from lxml import html
from playwright.sync_api import Page

from tests.doors import kumo
from tests.support.filled import fill
from tests.support.served import Served, get, kaishu_serve

OpenPage = Callable[..., Page]
HTML_AND_CSS, SCRIPTS = 60 * 1024, 20 * 1024
MOST_REQUESTS = 15
SECONDS = 5.0
LANGUAGES = ("ja", "zh-hans", "en")
CHECK = f"r/{kumo.SLUG}/check/"
SOME_OF_EACH = 3  # pages of one address pattern that are looked at
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@dataclass(frozen=True, slots=True)
class Filled:
    server: Served
    token: str

    def starts(self, language: str) -> list[str]:
        """Return pages that no link leads to with these answers."""
        asked = f"/{language}/{CHECK}?model=K100&serial="
        return [
            f"/{language}/",
            f"{asked}{kumo.LISTED}",
            f"{asked}{kumo.NOT_LISTED}",
            f"{asked}AK2",
            f"/{language}/{CHECK}?model=K100",
            f"/{language}/r/{kumo.SLUG}/claim/",
            f"/{language}/c/{self.token}/",
            f"/{language}/c/no-such-claim-here/",
        ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("filled") / "data"
    folder.mkdir()
    token = fill(folder)
    with kaishu_serve(folder) as server:
        yield Filled(server, token)


@dataclass(frozen=True, slots=True)
class Weight:
    """What one page costs on the wire."""

    path: str
    page: int
    styles: int
    scripts: int
    requests: int
    elsewhere: tuple[str, ...]


class Scale:
    """Weighs pages as a browser fetches them; a part is fetched once and remembered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.parts: dict[str, int] = {}

    def weigh(self, path: str, body: bytes, sent: int) -> Weight:
        """Return what the page and all its parts cost."""
        tree = html.fromstring(body)
        styles = tree.xpath("//link[@rel='stylesheet']/@href")
        scripts = tree.xpath("//script/@src")
        others = tree.xpath("//img/@src | //link[@rel='icon']/@href | //source/@src | //use/@href")
        urls = [urljoin(path, each) for each in (*styles, *scripts, *others)]
        return Weight(
            path,
            sent,
            sum(self._part(urljoin(path, each)) for each in styles),
            sum(self._part(urljoin(path, each)) for each in scripts),
            1 + len({url for url in urls if not url.startswith("data:")}),
            tuple(url for url in urls if urlsplit(url).netloc),
        )

    def _part(self, url: str) -> int:
        if url not in self.parts:
            answer = get(self.port, url, **{"Accept-Encoding": "gzip"})
            assert answer.status == 200, url
            self.parts[url] = len(answer.body)  # type: ignore[attr-defined]
        return self.parts[url]


def crawl(filled: Filled, language: str) -> Iterator[Weight]:
    """Yield every public page that can be reached without sending a form, some of each pattern."""
    port, scale = filled.server.pages, Scale(filled.server.pages)
    waiting, seen, patterns = deque(filled.starts(language)), set(), dict[str, int]()
    while waiting:
        path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        answer = get(port, path, **{"Accept-Encoding": "gzip"})
        kind = answer.getheader("Content-Type", "")
        if answer.status in (301, 302, 303, 307):
            waiting.append(urljoin(path, answer.getheader("Location", "")))
            continue
        assert answer.status in (200, 404), (answer.status, path)
        if not kind.startswith("text/html"):
            continue
        sent: bytes = answer.body  # type: ignore[attr-defined]
        plain = gzip.decompress(sent) if answer.getheader("Content-Encoding") else sent
        yield scale.weigh(path, plain, len(sent))
        for link in html.fromstring(plain).xpath("//main//a/@href | //footer//a/@href"):
            target = urlsplit(urljoin(path, link))
            if target.netloc or target.scheme or not target.path.startswith(f"/{language}/"):
                continue
            name = _pattern(target.path)
            patterns[name] = patterns.get(name, 0) + 1
            if patterns[name] <= SOME_OF_EACH:
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))


def _pattern(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_keeps_its_budget(filled: Filled, language: str) -> None:
    weights = list(crawl(filled, language))
    assert len(weights) >= 12
    for each in weights:
        assert each.page + each.styles <= HTML_AND_CSS, each
        assert each.scripts <= SCRIPTS, each
        assert each.requests <= MOST_REQUESTS, each
        assert not each.elsewhere, each


def test_styles_and_public_pages_are_compressed_and_personal_pages_are_not(filled: Filled) -> None:
    def encoding(path: str) -> str | None:
        answer = get(filled.server.pages, path, **{"Accept-Encoding": "gzip"})
        return answer.getheader("Content-Encoding")

    assert encoding("/static/kaishu/shared.css") == "gzip"
    assert encoding("/ja/") == encoding(filled.starts("ja")[1]) == "gzip"
    assert encoding(f"/ja/c/{filled.token}/") is None


@pytest.mark.parametrize(
    ("language", "which"),
    [*(("ja", which) for which in (0, 1, 2, 4, 5, 6)), ("zh-hans", 1), ("en", 6)],
)
def test_a_page_is_usable_within_five_seconds_on_a_weak_line(
    filled: Filled, open_page: OpenPage, language: str, which: int
) -> None:
    page = open_page(language=language)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    site = f"http://127.0.0.1:{filled.server.pages}"
    page.goto(site + filled.starts(language)[which], wait_until="domcontentloaded")
    page.locator("h1").first.wait_for()
    if page.locator("main .button").count():
        page.locator("main .button").first.wait_for(state="attached")
    painted = page.evaluate(
        "async () => { await new Promise(done => requestAnimationFrame(() => "
        "requestAnimationFrame(done))); return performance.now(); }"
    )
    assert painted / 1000 < SECONDS
    assert all(url.startswith((site, "data:")) for url in asked), asked
