"""The API as one thing: its routes, its contract, and what it answers when something is wrong.

What is published here is frozen: docs/reference/openapi.json is tested to be equal to it, and a
change that breaks a caller needs /api/v2.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from kaishu.connections.errors import KeyMissing
from kaishu.core.errors import Refusal
from kaishu.doors.api import (
    alerts,
    check,
    check_stream,
    claims,
    contract,
    epcis,
    epcis_events,
    epcis_queries,
    errors,
    evidence,
    filed,
    hooks,
    promises,
    scans,
    trace,
    trade,
)
from kaishu.doors.api.common import Bearer

log = logging.getLogger("kaishu.api")
LONGEST_MESSAGE = 200


class Api(NinjaAPI):
    """Ninja with our contract: what the decorators cannot say is added in one place."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the OpenAPI document of /api/v1."""
        document = super().get_openapi_schema(path_prefix="api/v1/")
        return contract.completed(document, self.scopes())

    def scopes(self) -> dict[str, str]:
        """Return the scope that each operation asks for."""
        return {
            str(operation.operation_id): operation.auth_param.scope
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            if isinstance(operation.auth_param, Bearer)
        }


api = Api(
    title="Kaishu",
    version="1",
    description=contract.DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)
for _routes in (
    alerts,
    check,
    check_stream,
    claims,
    evidence,
    scans,
    trade,
    promises,
    filed,
    hooks,
    epcis,
    epcis_events,
    epcis_queries,
    trace,
):
    api.add_router("", _routes.router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return errors.problem(refusal)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, found: ValidationError) -> HttpResponse:
    told = list(_told(found.errors))
    if any(each["field"] == "header.Idempotency-Key" for each in told):
        return errors.problem(KeyMissing())
    return errors.problem(errors.Invalid(), errors=told)


@api.exception_handler(HttpError)
def _not_json(request: HttpRequest, found: HttpError) -> HttpResponse:
    return errors.problem(errors.NotJson())


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, found: Http404) -> HttpResponse:
    return errors.problem(errors.NotFound())


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, found: SuspiciousOperation) -> HttpResponse:
    too_big = isinstance(found, RequestDataTooBig)
    return errors.problem(errors.TooBig() if too_big else errors.NotJson())


@api.exception_handler(RecursionError)
def _too_deep(request: HttpRequest, found: RecursionError) -> HttpResponse:
    return errors.problem(errors.NotJson())


@api.exception_handler(Exception)
def _broken(request: HttpRequest, found: Exception) -> HttpResponse:
    log.error("api.broken", exc_info=found)
    return errors.problem(errors.Broken())


def _told(found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield what is wrong with which field; what was sent is not repeated."""
    for each in found[:50]:
        place = [str(part) for part in each["loc"]]
        if place[0] == "body" and len(place) > 2 and place[1] == "body":
            place = place[2:]
        elif place[0] in ("body", "query", "path"):
            place = place[1:]
        yield {"field": ".".join(place), "message": str(each["msg"])[:LONGEST_MESSAGE]}
