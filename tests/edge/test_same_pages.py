"""Both doors give the same bytes: the same templates, the same words, the same headers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from kaishu.base import headers as public_headers
from kaishu.doors.edge import replies
from tests.doors import kumo
from tests.edge.asking import NOW, Answered, ask, edge_of

CODES = ("ja", "zh-hans", "en")
MODELS = ("K100", "k 100", "K200", "K300", "other", "<b>", "")
SERIALS = (
    kumo.LISTED,
    kumo.NOT_LISTED,
    "ak2-0230001 000042",
    "ａｋ２Ｏ２３０００１０ＯＯ０４２",
    "AK2",
    "'><script>",
    "",
)
MORE: tuple[dict[str, str], ...] = (
    {},
    {"colour": "grey"},
    {"colour": "unknown", "bought": "2023年5月1日"},
    {"bought": "03/04/2024"},
    {"market": "other", "bought": "unknown", "colour": "white"},
    {"unreadable": "1"},
)


@pytest.fixture(autouse=True)
def published(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two recalls that share a model, and the same moment at both doors."""
    kumo.write_pack(data_dir)
    kumo.write_pack(data_dir, kumo.abroad())
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(NOW, UTC))


def public(path: str, query: str) -> Answered:
    response = Client().get(f"{path}?{query}" if query else path)
    return Answered(response.status_code, dict(response.headers), response.content)


def queries() -> list[str]:
    asked = ["", "model=K100", "model=K100&model=K200", "serial=x", "model=%FF%FE&serial=%E3%81"]
    for model in MODELS:
        for serial in SERIALS:
            for more in MORE:
                asked.append(urlencode({"model": model, "serial": serial, **more}))
    return asked


@pytest.mark.parametrize("slug", [kumo.SLUG, kumo.ABROAD_SLUG])
@pytest.mark.parametrize("code", CODES)
def test_every_page_of_the_check_has_the_same_bytes_at_both_doors(
    data_dir: Path, slug: str, code: str
) -> None:
    edge = edge_of(data_dir)
    path = f"/{code}/r/{slug}/check/"
    for query in queries()[:: 4 if (slug, code) == (kumo.SLUG, "ja") else 23]:
        ours, theirs = ask(edge, path, query), public(path, query)
        assert (ours.status, ours.text) == (theirs.status, theirs.text), query


def test_the_headers_are_those_of_the_public_door(data_dir: Path) -> None:
    path, query = f"/en/r/{kumo.SLUG}/check/", f"model=K100&serial={kumo.LISTED}"
    ours = ask(edge_of(data_dir), path, query).headers
    theirs = public(path, query).headers
    of_one_request = {"X-Request-Id", "Content-Length", "Vary"}
    cached = [set(each.pop("Cache-Control").split(", ")) for each in (ours, theirs)]
    assert cached[0] == cached[1] == {"public", "max-age=60"}
    assert ours == {k: v for k, v in theirs.items() if k not in of_one_request}
    assert replies.SAFETY == public_headers.HEADERS
    assert replies.HSTS == {"Strict-Transport-Security": public_headers.HSTS}


@pytest.mark.parametrize("name", ["tokens.css", "shared.css", "owner.css", "mark.svg"])
def test_a_page_finds_its_styles_at_the_edge(data_dir: Path, name: str) -> None:
    path = f"/static/kaishu/{name}"
    edge = edge_of(data_dir)
    found = ask(edge, path)
    assert found.body == b"".join(Client().get(path))  # type: ignore[arg-type]  # it streams
    assert f'href="{path}"' in ask(edge, f"/en/r/{kumo.SLUG}/check/").text
    again = ask(edge, path, HTTP_IF_NONE_MATCH=found.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_a_drawing_of_the_edition_is_there(data_dir: Path) -> None:
    pack = kumo.write_pack(data_dir)
    path = f"/pictures/{pack.ref.digest}/label-serial.svg"
    ours, theirs = ask(edge_of(data_dir), path), public(path, "")
    assert ours.body == theirs.body
    assert ours.headers["Content-Security-Policy"] == theirs.headers["Content-Security-Policy"]
    assert ask(edge_of(data_dir), path.replace("label-serial", "secret")).status == 404


def test_links_that_leave_the_check_go_to_the_main_site(data_dir: Path) -> None:
    edge = edge_of(data_dir, main_site="https://main.example")
    page = ask(edge, f"/en/r/{kumo.SLUG}/check/", f"model=K100&serial={kumo.LISTED}").text
    for link in ("claim/?", "danger/"):
        assert f'href="https://main.example/en/r/{kumo.SLUG}/{link}' in page
    assert 'href="https://main.example/en/fly/' in page
    assert f'href="/en/r/{kumo.SLUG}/check/' in page
    assert f'href="/ja/r/{kumo.SLUG}/check/' in page
