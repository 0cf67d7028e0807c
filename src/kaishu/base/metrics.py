"""Count what this process does, for /metrics. Labels are route names and closed words, no values.

`kaishu serve` sets PROMETHEUS_MULTIPROC_DIR, so that its processes count into one place.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter(
    "kaishu_requests", "Answers, by route name and status.", ("route", "method", "status")
)
SECONDS = Histogram(
    "kaishu_request_seconds", "Time to answer, by route name.", ("route",), buckets=BUCKETS
)
SIGN_INS = Counter("kaishu_sign_ins", "Tries to sign in to the staff pages.", ("outcome",))
GATE = Counter("kaishu_gate", "Looks at the check, by lane and reason.", ("lane", "reason"))
OK, WRONG, PAUSED = "ok", "wrong", "paused"


def count_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer; a path without a route is one route, or strangers could make labels."""
    name = route or "none"
    REQUESTS.labels(name, method if method in METHODS else "other", str(status)).inc()
    SECONDS.labels(name).observe(seconds)


def count_sign_in(outcome: str) -> None:
    """Count one try to sign in: OK, WRONG or PAUSED."""
    SIGN_INS.labels(outcome).inc()


def count_gate(*, lane: str, reason: str) -> None:
    """Count what the gate before the check ruled, both closed words."""
    GATE.labels(lane, reason).inc()
