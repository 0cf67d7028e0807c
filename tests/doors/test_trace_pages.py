"""The pages of traceability, as a manager and an auditor see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.supply.models import Network
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
TRACE = "/staff/trace/"


def test_an_empty_house_says_what_a_network_is() -> None:
    page = parsed(member("hana", Role.MANAGER).get(TRACE))
    assert "A network is one brand with all of its suppliers" in text(page)


def test_a_network_is_listed_and_the_auditor_reads_it() -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    Network.objects.create(
        slug="kumo", name="Kumo and its suppliers", created_by="a", created_at=at
    )
    page = parsed(member("aki", Role.AUDITOR).get(TRACE))
    assert next(text(each) for each in find(page, "main td")) == "Kumo and its suppliers kumo"


def test_nobody_else_opens_it() -> None:
    assert member("ola", Role.OPERATOR).get(TRACE).status_code == 403
    assert Client().get(TRACE).status_code == 302
