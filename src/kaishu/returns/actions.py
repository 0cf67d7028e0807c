"""Everything that may be done to kits, parcels, stock and containers, for the doors."""

from kaishu.returns.certificates import add_certificate_file, certify
from kaishu.returns.containers import (
    open_container,
    put_in_container,
    put_stock_in_container,
    seal_container,
    take_out_of_container,
    unseal_container,
)
from kaishu.returns.found import receive_found
from kaishu.returns.hand_overs import (
    Signature,
    give,
    give_back,
    hand_over,
    new_code,
    open_by_code,
    take,
)
from kaishu.returns.kits import send_kit
from kaishu.returns.parcels import lose_parcel, parcel_returned, parcel_sent, release_stray
from kaishu.returns.scans import Scanned, scan_parcel
from kaishu.returns.stock import quarantine_stock, ship_stock
from kaishu.returns.stocktakes import (
    close_count,
    count_number,
    count_sealed,
    count_unit,
    drop_count,
    open_stocktake,
    post_count,
)
from kaishu.returns.undo import undo_scan
from kaishu.returns.workplaces import tie, untie

__all__ = [
    "Scanned",
    "Signature",
    "add_certificate_file",
    "certify",
    "close_count",
    "count_number",
    "count_sealed",
    "count_unit",
    "drop_count",
    "give",
    "give_back",
    "hand_over",
    "lose_parcel",
    "new_code",
    "open_by_code",
    "open_container",
    "open_stocktake",
    "parcel_returned",
    "parcel_sent",
    "post_count",
    "put_in_container",
    "put_stock_in_container",
    "quarantine_stock",
    "receive_found",
    "release_stray",
    "scan_parcel",
    "seal_container",
    "send_kit",
    "ship_stock",
    "take",
    "take_out_of_container",
    "tie",
    "undo_scan",
    "unseal_container",
    "untie",
]
