"""The load balancer's probe: it tells whether to send people here, and nothing else."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaishu.config import health


def test_a_healthy_process_says_ok_without_a_session(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1) as queries:
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert queries.captured_queries[0]["sql"] == "SELECT 1"
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"


def test_a_lost_database_is_told_to_the_balancer_only(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []

    class Lost:
        def cursor(self) -> None:
            raise OperationalError("password of user kaishu refused")

        def close(self) -> None:
            closed.append(True)

    monkeypatch.setattr(health, "connection", Lost())
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"unavailable")
    assert closed == [True]


def test_the_probe_reads_only(client: Client, db: None) -> None:
    assert client.post("/healthz").status_code == 405


def test_no_header_names_what_runs_here(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert not {"server", "x-powered-by"} & {name.lower() for name in response.headers}
