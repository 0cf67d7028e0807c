"""A running mail server for tests that send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notices.outbox import MailServer, running


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Give a mail server that this installation sends through."""
    server = MailServer()
    with running(server) as url:
        settings.KAISHU_MAIL_URL = url
        settings.KAISHU_MAIL_FROM = "recall@recall.example"
        settings.KAISHU_PUBLIC_URL = "https://recall.example"
        yield server
