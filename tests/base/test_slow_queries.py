"""A slow statement is logged without the values in it; a quick one is not logged."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from kaishu.base import slow_queries


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []

    class Log:
        def warning(self, event: str, **values: object) -> None:
            lines.append({"event": event, **values})

    monkeypatch.setattr(slow_queries, "log", Log())
    return lines


def _look_up() -> None:
    with slow_queries.watch():
        assert not User.objects.filter(email="hanako@denshi.jp").exists()


def test_a_slow_statement_is_logged_without_its_values(
    db: None, logged: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_queries, "SLOW_SECONDS", 0.0)
    _look_up()
    [line] = logged
    assert line["event"] == "query.slow"
    assert "%s" in str(line["sql"])
    assert "hanako" not in str(line)


def test_a_quick_statement_is_not_logged(db: None, logged: list[dict[str, object]]) -> None:
    _look_up()
    assert logged == []
