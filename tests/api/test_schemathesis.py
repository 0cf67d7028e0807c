"""Requests drawn from the published contract, alone and in sequences: none breaks it.

In process, against the whole application, on whichever database the run uses. In every run a few
requests to a third of the routes, which the seed draws, and some sequences; in `make torture` many
to all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from schemathesis import checks
from schemathesis.core.transport import Response

from kaishu.base import clock
from kaishu.doors.api import common
from kaishu.returns.trade import sites
from tests.api.world import connect
from tests.doors import kumo
from tests.doors.desk_world import DeskWorld
from tests.support import seeds

# Much that the contract allows is refused for what it says (a recall that is not there, an address
# that is not public): such refusals are answers. The token is ours to add, so requests without one
# are tried in test_contract.py, and so are bodies that must be refused: of what the contract forbids
# the harness counts a missing token and unknown query names, which HTTP ignores.
LEFT_OUT = [
    "positive_data_acceptance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
]
SLICE = hypothesis.settings(
    max_examples=400 if seeds.TORTURE else 6,
    stateful_step_count=12 if seeds.TORTURE else 6,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """Send what was drawn for a stream of lines as it is."""
    return str(value).encode("utf-8", "replace")


@schemathesis.deserializer("application/x-ndjson")
def text(context: Any, response: Response) -> str:
    """Read a stream of lines as the text that the contract says it is."""
    return bytes(response.content).decode()


@pytest.fixture
def tokens(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give a token for the maker's routes and one for a shop's."""
    monkeypatch.setattr(common, "REQUESTS_A_MINUTE", 10**6)
    sites.add_site(
        slug=kumo.SLUG,
        party="minato",
        name="Ueno",
        kind="retailer",
        language="ja",
        mail="",
        by="hana",
        at=clock.now(),
    )
    return {"maker": connect().token, "site": connect(party="minato").token}


@pytest.fixture(autouse=True)
def one_transaction() -> Iterator[None]:
    """Keep the connection of the test's own transaction, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def contract() -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", closing(get_wsgi_application()))


def closing(application: Any) -> Any:
    """Close each answer as a server does: that is what closes the files of a request."""

    def served(environ: Any, start: Any) -> list[bytes]:
        response = application(environ, start)
        try:
            return [b"".join(response)]
        finally:
            response.close()

    return served


def headers(tokens: dict[str, str], path: str) -> dict[str, str]:
    of_site = path.startswith(("/api/v1/scans", "/api/v1/trade"))
    return {"Authorization": f"Bearer {tokens['site' if of_site else 'maker']}"}


def left_out() -> list[Any]:
    checks.load_all_checks()
    return checks.CHECKS.get_by_names(LEFT_OUT)


@pytest.mark.every_run
@pytest.mark.django_db
def test_whatever_the_contract_allows_or_forbids_is_answered_by_it(
    tokens: dict[str, str],
) -> None:
    excluded = left_out()
    every = [found.ok() for found in contract().get_all_operations()]
    drawn = random.Random(seeds.FIRST).sample(every, len(every) if seeds.TORTURE else 7)
    for operation in drawn:

        @hypothesis.seed(seeds.FIRST)
        @SLICE
        @hypothesis.given(case=operation.as_strategy())
        def each(case: Any) -> None:
            response = case.call(headers=headers(tokens, case.operation.path))
            case.validate_response(response, excluded_checks=excluded)

        each()


@pytest.mark.every_run
@pytest.mark.django_db
def test_whatever_follows_whatever_the_contract_holds(tokens: dict[str, str]) -> None:
    excluded = left_out()

    class Sequence(contract().as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers(tokens, case.operation.path)}

        def validate_response(self, response: Response, case: Any, **_: Any) -> None:
            case.validate_response(response, excluded_checks=excluded)

    Sequence.run(settings=SLICE)
