"""What belongs to a connection: its claims and shops, the promises and reports it may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from kaishu.books.models import Promise
from kaishu.claims import case_numbers
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.models import Claim
from kaishu.connections.models import Connection
from kaishu.connections.tokens import Caller
from kaishu.editions import queries as editions
from kaishu.reports.errors import FiledNotFound
from kaishu.reports.models import Filed, FiledFile
from kaishu.returns.trade.errors import SiteNotFound
from kaishu.returns.trade.models import TradeSite

DOOR = "api"


def claims(connection: Connection) -> QuerySet[Claim]:
    """Return the claims that a connection filed; another's are not there."""
    return Claim.objects.filter(door=DOOR, by=connection.actor)


def claim(connection: Connection, case_no: str) -> Claim:
    """Return one of them. Raises ClaimNotFound."""
    found = claims(connection).filter(case_no=case_numbers.check(case_no) or "").first()
    if found is None:
        raise ClaimNotFound
    return found


def shops(connection: Connection) -> QuerySet[TradeSite]:
    """Return the shops whose stock is the connection's party."""
    rows = TradeSite.objects.filter(party=connection.party).exclude(party="")
    return rows.filter(recall_slug=connection.recall_slug) if connection.recall_slug else rows


def shop(connection: Connection, site_id: int) -> TradeSite:
    """Return one of them. Raises SiteNotFound."""
    found = shops(connection).filter(id=site_id).first()
    if found is None:
        raise SiteNotFound
    return found


def promises(caller: Caller, slug: str) -> QuerySet[Promise]:
    """Return the promises of one recall, or of all that the caller works in.

    Raises OtherRecall, RecallUnknown.
    """
    slug = slug or caller.connection.recall_slug
    if not slug:
        return Promise.objects.all()
    caller.require_recall(slug)
    return Promise.objects.filter(recall_id=editions.recall_row(slug).id)


def reports(caller: Caller, slug: str) -> QuerySet[Filed]:
    """Return the filed reports of one recall, or of all that the caller works in.

    Raises OtherRecall.
    """
    slug = slug or caller.connection.recall_slug
    if not slug:
        return Filed.objects.all()
    caller.require_recall(slug)
    return Filed.objects.filter(recall_slug=slug)


def report(caller: Caller, number: int) -> Filed:
    """Return one of them. Raises FiledNotFound."""
    found = reports(caller, "").filter(id=number).first()
    if found is None:
        raise FiledNotFound
    return found


def files_of(rows: Iterable[Filed]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return kind and digest of each report's files, without reading their bytes."""
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    files = FiledFile.objects.filter(filed__in=list(rows)).order_by("id")
    for number, kind, digest in files.values_list("filed_id", "kind", "sha256"):
        found[number] = (*found.get(number, ()), (kind, digest))
    return found
