"""One line of the error summary."""

from __future__ import annotations

from kaishu.core.frame import Problem

__all__ = ["Problem"]
