"""Everything that may be done to kits, parcels, stock and containers, for the doors."""

from kaishu.returns.containers import (
    certify,
    hand_over,
    open_container,
    put_in_container,
    put_stock_in_container,
    take_out_of_container,
)
from kaishu.returns.kits import send_kit
from kaishu.returns.parcels import lose_parcel, parcel_returned, parcel_sent, release_stray
from kaishu.returns.scans import Scanned, scan_parcel
from kaishu.returns.stock import quarantine_stock, ship_stock

__all__ = [
    "Scanned",
    "certify",
    "hand_over",
    "lose_parcel",
    "open_container",
    "parcel_returned",
    "parcel_sent",
    "put_in_container",
    "put_stock_in_container",
    "quarantine_stock",
    "release_stray",
    "scan_parcel",
    "send_kit",
    "ship_stock",
    "take_out_of_container",
]
