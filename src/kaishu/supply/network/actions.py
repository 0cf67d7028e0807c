"""Open a network, and make or continue its graph."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from datetime import UTC, datetime

from kaishu.core.genealogy import compiled
from kaishu.core.genealogy import graph as graph_file
from kaishu.supply.models import GraphFile, Network
from kaishu.supply.network import graphs, queries
from kaishu.supply.network.errors import GraphFileLost, NetworkNameWrong, NothingToTrace
from kaishu.supply.network.gathering import (
    Marks,
    Progress,
    gather,
    marks,
    marks_of,
    still_holds,
)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 60


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def open_network(*, slug: str, name: str, by: str, at: datetime) -> Network:
    """Open a network under a short name; one that is open already stays as it is.

    Raises NetworkNameWrong.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST:
        raise NetworkNameWrong(name=slug[:_LONGEST])
    network, _ = Network.objects.get_or_create(
        slug=slug, defaults={"name": name.strip() or slug, "created_by": by, "created_at": at}
    )
    return network


def rebuild(*, slug: str, by: str, at: datetime, progress: Progress = _silent) -> GraphFile:
    """Make a network's graph from all that is recorded; questions go to the old one until then.

    Raises NetworkUnknown, NothingToTrace.
    """
    network = queries.network(slug)
    with graphs.making(network.slug, wait=True):
        return _make(network, by, at, progress)


def catch_up(
    *, slug: str, by: str, at: datetime, wait: bool = True, progress: Progress = _silent
) -> GraphFile | None:
    """Add to a network's graph what was recorded since; None where nothing was.

    Where something that it holds was taken back, and where its file is lost or of an older Kaishu,
    it is made anew.
    Raises NetworkUnknown; GraphBusy where another process makes it and `wait` is false.
    """
    network = queries.network(slug)
    with graphs.making(network.slug, wait=wait):
        newest = queries.newest_graph(network)
        if newest is None:
            some = marks(network) != Marks()
            return _make(network, by, at, progress) if some else None
        there, now = marks_of(newest), marks(network)
        try:
            graphs.opened(network.slug, newest.digest)
        except GraphFileLost:
            return _make(network, by, at, progress)
        if there == now and graphs.place_of(network.slug, newest.digest).exists():
            return None
        if not still_holds(network, there):
            return _make(network, by, at, progress)
        return _extend(network, newest, now, by, at, progress)


def _make(network: Network, by: str, at: datetime, progress: Progress) -> GraphFile:
    there = marks(network)
    columns = gather(network, after=Marks(), up_to=there, progress=progress)
    if not len(columns.keys) and queries.newest_graph(network) is None:
        raise NothingToTrace(network=network.slug)
    target = graphs.folder(network.slug) / f".{os.getpid()}.making"
    try:
        graph_file.build(columns, target)
        digest = graphs.settle(network.slug, target)
    finally:
        target.unlink(missing_ok=True)
    return _note(network, digest, there, "", by, at)


def _extend(
    network: Network,
    newest: GraphFile,
    now: Marks,
    by: str,
    at: datetime,
    progress: Progress,
) -> GraphFile:
    columns = gather(network, after=marks_of(newest), up_to=now, progress=progress)
    if not len(columns.keys):
        return _note(network, newest.digest, now, newest.digest, by, at)
    target = graphs.folder(network.slug) / f".{os.getpid()}.making"
    before = graphs.place_of(network.slug, newest.digest)
    try:
        graph_file.extend(before, columns, target)
        digest = graphs.settle(network.slug, target)
    finally:
        target.unlink(missing_ok=True)
    return _note(network, digest, now, newest.digest, by, at)


def _note(
    network: Network, digest: str, there: Marks, before: str, by: str, at: datetime
) -> GraphFile:
    compiled.warm()  # so that nobody waits for the compiler at the first question
    facts = graphs.opened(network.slug, digest).facts
    row = GraphFile.objects.create(
        network=network,
        digest=digest,
        size=facts.bytes,
        nodes=facts.nodes,
        acts=facts.acts,
        edges=facts.edges,
        cycles=facts.cycles,
        first_at=datetime.fromtimestamp(facts.first_at, UTC),
        last_at=datetime.fromtimestamp(facts.last_at, UTC),
        before=before,
        made_by=by,
        made_at=at,
        **asdict(there),
    )
    newest = GraphFile.objects.filter(network=network).order_by("-pk")
    graphs.prune(network.slug, keep=list(newest.values_list("digest", flat=True)[: graphs.KEPT]))
    return row
