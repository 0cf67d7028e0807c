"""Read what was brought to a network and what was loaded, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from kaishu.supply.links.errors import LinkFileUnknown
from kaishu.supply.links.mapping import LinkMapping, from_text
from kaishu.supply.links.models import Brought, BroughtKind, LinkFile
from kaishu.supply.models import CaptureJob, Network

MOST_WAITING = 100


def waiting(network: Network) -> Sequence[Brought]:
    """Return files that were brought and neither loaded nor put away, the newest first."""
    return list(Brought.objects.filter(network=network, over_at=None)[:MOST_WAITING])


def documents(network: Network, most: int) -> Sequence[Brought]:
    """Return the newest EPCIS 1.x documents that were read."""
    rows = Brought.objects.filter(network=network, kind=BroughtKind.XML, load_job__gt=0)
    return list(rows.exclude(over_at=None)[:most])


def captures(network: Network, most: int) -> Sequence[CaptureJob]:
    """Return the newest capture jobs."""
    rows = CaptureJob.objects.filter(network=network).order_by("-id")
    return list(rows.defer("errors", "context")[:most])


def count(network: Network) -> int:
    """Return how many link files were ever loaded."""
    return LinkFile.objects.filter(network=network).count()


def files(network: Network, *, start: int, most: int) -> Sequence[LinkFile]:
    """Return loaded link files, the newest first, each with its void."""
    rows = LinkFile.objects.filter(network=network).select_related("void").order_by("-id")
    return list(rows.defer("mapping")[start : start + most])


def file(network: Network, number: int) -> LinkFile:
    """Return one loaded link file. Raises LinkFileUnknown."""
    rows = LinkFile.objects.filter(network=network, pk=number).select_related("void")
    row = rows.first()
    if row is None:
        raise LinkFileUnknown(number=number)
    return row


def mapping(file: LinkFile) -> LinkMapping:
    """Return how a file was read."""
    return from_text(file.mapping)
