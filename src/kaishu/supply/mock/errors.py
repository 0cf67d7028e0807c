"""What a mock recall refuses."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NoLotToDraw(Refusal):
    """No lot of this network leads to a unit."""

    code = "no_lot_to_draw"


class MockUnknown(Refusal):
    """There is no mock recall with this number."""

    code = "mock_recall_unknown"


class MockNeedsLot(Refusal):
    """A mock recall starts from a lot, and this is none."""

    code = "mock_needs_lot"
