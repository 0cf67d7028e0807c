"""Payouts start from the same recall as claims."""

from tests.claims.conftest import real_world, world

__all__ = ["real_world", "world"]
