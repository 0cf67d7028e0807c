"""Gather the acts of a network: captured events and link files, as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kaishu.core.genealogy.acts import Act, Columns, columns
from kaishu.core.genealogy.merge import together
from kaishu.supply.capture import acts
from kaishu.supply.links import columns as links
from kaishu.supply.links.models import LinkFile, LinkVoid
from kaishu.supply.models import CapturedEvent, GraphFile, Network

Progress = Callable[[str, int, int], None]
EVERY = 2000


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a network's records go. `events` counts those up to `events_to`: one that was
    written late, behind a higher number, shows there. `voided` counts link files taken back.
    """

    events_to: int = 0
    events: int = 0
    links_to: int = 0
    voided: int = 0


def marks(network: Network, *, events_to: int | None = None) -> Marks:
    """Return how far the records go now, events up to a number where one is given."""
    newest = acts.newest(network) if events_to is None else events_to
    last = LinkFile.objects.filter(network=network).order_by("-pk").values_list("pk").first()
    return Marks(
        events_to=newest,
        events=CapturedEvent.objects.filter(network=network, pk__lte=newest).count(),
        links_to=last[0] if last else 0,
        voided=LinkVoid.objects.filter(file__network=network).count(),
    )


def marks_of(row: GraphFile) -> Marks:
    """Return how far a graph file goes."""
    return Marks(row.events_to, row.events, row.links_to, row.voided)


def still_holds(network: Network, there: Marks) -> bool:
    """Say whether what was read up to these marks is still so, and only more was added."""
    now = marks(network, events_to=there.events_to)
    same = (now.events, now.voided) == (there.events, there.voided)
    return same and not acts.changes_before(network, there.events_to)


def gather(network: Network, *, after: Marks, up_to: Marks, progress: Progress) -> Columns:
    """Return the acts between two marks."""
    count = up_to.events - after.events
    found = acts.read(network, after=after.events_to, up_to=up_to.events_to)
    events = columns(_counted(found, progress, count))
    linked = links.read(network, after=after.links_to, up_to=up_to.links_to)
    progress("rows", len(linked.act), len(linked.act))
    return together(linked, events)


def _counted(found: Iterable[Act], progress: Progress, total: int) -> Iterator[Act]:
    for number, act in enumerate(found, 1):
        if number % EVERY == 0:
            progress("events", min(number, total), total)
        yield act
