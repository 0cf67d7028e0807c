"""All modules with kernels, so that they can be made ready at once."""

from __future__ import annotations

from importlib import import_module

MODULES = ("tables", "taint", "ways", "tally", "sorting")


def load() -> None:
    """Import them."""
    for name in MODULES:
        import_module(f"kaishu.core.genealogy.{name}")
