"""Webhooks through a house proxy: the number that was judged is asked for, and nothing inside."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings

from kaishu.config.checks import unsafe_settings
from kaishu.connections.webhooks import call
from tests.api.house_proxy import NAME, House, house
from tests.api.receiver import listening
from tests.api.test_webhooks import REFUSED

PUBLIC = "93.184.216.34"
ADDRESS = f"https://{NAME}/in"


@pytest.fixture
def proxy(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house(tmp_path) as found:
        settings.KAISHU_WEBHOOK_PROXY = f"http://kaishu:p%40ss@127.0.0.1:{found.port}"
        usual = ssl.create_default_context
        monkeypatch.setattr(
            ssl, "create_default_context", lambda: usual(cafile=str(found.certificate))
        )
        yield found


def post(url: str = ADDRESS, *numbers: str, timeout: float = 5) -> call.Outcome:
    return call.post(
        url,
        headers={},
        body=b'{"told": 1}',
        timeout=timeout,
        resolver=(lambda *_: list(numbers)) if numbers else None,
    )


def test_a_call_goes_through_the_proxy_to_the_number_that_was_judged(proxy: House) -> None:
    outcome = post(ADDRESS, PUBLIC)
    assert (outcome.status, outcome.problem) == (204, "")
    assert proxy.arrived == [b'{"told": 1}']
    [lines] = proxy.asked
    assert lines[0] == f"CONNECT {PUBLIC}:443 HTTP/1.1"
    assert "Proxy-Authorization: Basic a2Fpc2h1OnBAc3M=" in lines  # kaishu:p@ss
    assert post(ADDRESS, "2606:2800:220:1:248:1893:25c8:1946").status == 204
    assert proxy.asked[1][0].startswith("CONNECT [2606:2800:220:1:248:1893:25c8:1946]:443 ")


def test_nothing_inside_is_reached_through_the_proxy_either(proxy: House) -> None:
    problems = {post(url).problem for url in REFUSED}
    assert problems <= {"address", "name"}
    assert post(ADDRESS, "10.0.0.1").problem == "address"
    assert post(ADDRESS, PUBLIC, "169.254.169.254").problem == "address"
    assert proxy.asked == proxy.arrived == []


@pytest.mark.parametrize(
    "says", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 407 Who?\r\n\r\n", b"", b"x" * 9000]
)
def test_a_proxy_that_does_not_open_is_named(proxy: House, says: bytes) -> None:
    proxy.says = says
    outcome = post(ADDRESS, PUBLIC)
    assert (outcome.status, outcome.problem) == (None, "proxy")
    assert proxy.arrived == []


def test_a_proxy_that_says_nothing_is_left_in_time(proxy: House) -> None:
    proxy.says = b"HTTP/1.1 100 Wait\r\n"
    started = time.monotonic()
    assert post(ADDRESS, PUBLIC, timeout=0.5).problem in ("proxy", "timeout")
    assert time.monotonic() - started < 4


def test_another_certificate_behind_the_proxy_is_refused(proxy: House) -> None:
    assert post("https://other.example/in", PUBLIC).problem == "tls"
    assert proxy.arrived == []


def test_a_receiver_of_the_house_is_called_without_the_proxy(
    proxy: House, settings: Settings
) -> None:
    with listening() as receiver:
        settings.KAISHU_WEBHOOK_HOSTS = [receiver.place]
        assert post(receiver.url("/in")).status == 200
    assert proxy.asked == []


@pytest.mark.parametrize("wrong", ["proxy:3128", "socks5://proxy:1080", "http://", "http://p:x"])
def test_a_proxy_that_is_none_is_named_at_the_start(wrong: str) -> None:
    with override_settings(KAISHU_WEBHOOK_PROXY=wrong):
        assert "kaishu.E032" in [found.id for found in unsafe_settings()]
