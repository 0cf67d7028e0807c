"""Answer a load balancer: can this process serve? Nothing about what it runs is told."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Return 200 `ok` while the database answers, 503 `unavailable` while it does not.

    No session is opened and no cookie set. A connection that failed is dropped, so that the next
    probe finds a database that came back.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return _plain("unavailable", 503)
    return _plain("ok", 200)


def _plain(word: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(word, status=status, content_type="text/plain", headers=headers)
