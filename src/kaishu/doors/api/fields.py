"""Fields that several bodies have: a day, a code, a case number."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        json_schema_extra={"format": "date"},
        examples=["2024-05-14"],
    ),
    AfterValidator(_day),
]
