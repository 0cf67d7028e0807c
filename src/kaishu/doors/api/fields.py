"""Fields that several bodies have: a day, and what is known of a unit besides its serial."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from kaishu.core import dates
from kaishu.doors.api.common import Text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _made(text: str) -> str:
    dates.made_from(text)
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
Made = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}(-\d{2})?$",
        description="Day it was made, or the month where the label prints no day.",
        examples=["2024-05-14", "2024-05"],
    ),
    AfterValidator(_made),
]
Channel = Annotated[
    Text, Field(max_length=60, description="Where it was sold: a channel's code in the recall.")
]
Variant = Annotated[Text, Field(max_length=60, description="SKU, or the bar code on the box.")]
Batch = Annotated[Text, Field(max_length=60, description="Batch, as it stands on the label.")]
Label = Annotated[
    Literal["", "missing", "illegible"],
    Field(description="What is left of the label of a unit without a serial."),
]


def day_of(text: str | None) -> date | None:
    """Return a day that was read before, or None where there is none."""
    return date.fromisoformat(text) if text else None


def made_of(text: str | None) -> dates.Made | None:
    """Return a day or a month that was read before, or None where there is none."""
    return dates.made_from(text) if text else None
