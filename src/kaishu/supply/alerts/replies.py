"""Where answers go by themselves: an address that a letter names and a manager has confirmed."""

from __future__ import annotations

from datetime import datetime

from kaishu.supply.alerts import take
from kaishu.supply.alerts.errors import ReplyNotWanted
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.models import Letter, ReplyAddress


def wanted(row: Letter) -> str:
    """Return the address at which a letter wants its answer, or an empty text."""
    said = take.sent_of(row).letter
    return getattr(said, "reply_to", "")


def confirmed(code: str, url: str) -> bool:
    """Say whether answers to a company may go to an address."""
    newest = ReplyAddress.objects.filter(code=code, url=url).order_by("-id").first()
    return newest is not None and newest.confirmed


def confirm(*, number: str, yes: bool, by: str, at: datetime) -> ReplyAddress:
    """Confirm the address that a letter names, for its company, or end that; twice is once.

    Only for a letter whose key is trusted: else whoever forged it would get the answers. Raises
    AlertUnknown, ReplyNotWanted.
    """
    row = take.letter(number)
    url = wanted(row)
    if not url or (yes and take.standing_of(row, Known()) is not Standing.VERIFIED):
        raise ReplyNotWanted
    newest = ReplyAddress.objects.filter(code=row.issuer_code, url=url).order_by("-id").first()
    if newest is not None and newest.confirmed == yes:
        return newest
    return ReplyAddress.objects.create(code=row.issuer_code, url=url, confirmed=yes, by=by, at=at)


def of(row: Letter) -> str:
    """Return where the answer to a letter goes by itself; empty where somebody sends the file."""
    url = wanted(row)
    trusted = take.standing_of(row, Known()) is Standing.VERIFIED
    return url if url and trusted and confirmed(row.issuer_code, url) else ""
