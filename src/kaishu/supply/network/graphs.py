"""The graph files of this installation: where they lie, and the open ones of this process."""

from __future__ import annotations

import fcntl
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

from django.conf import settings

from kaishu.core.genealogy.errors import GraphCorrupt
from kaishu.core.genealogy.file import VERSION
from kaishu.core.genealogy.graph import Graph
from kaishu.supply.models import Network
from kaishu.supply.network.errors import GraphBusy, GraphFileLost, GraphFileOld

P = ParamSpec("P")
T = TypeVar("T")
OPEN_AT_MOST = 8
KEPT = 2  # the newest, and the one that a page may still be reading
_open: OrderedDict[Path, Graph] = OrderedDict()
_lock = Lock()


def folder(slug: str) -> Path:
    """Return the folder of a network's graph files, made where it is missing."""
    place = Path(settings.KAISHU_DATA_DIR) / "graphs" / slug
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def place_of(slug: str, digest: str) -> Path:
    """Return where the graph file of a digest lies."""
    return Path(settings.KAISHU_DATA_DIR) / "graphs" / slug / f"{digest}.graph"


def opened(slug: str, digest: str) -> Graph:
    """Return a graph of this process by its digest; its file never changes. Raises GraphFileLost.

    A graph that is pushed out is not closed: whoever asks it holds it, and it ends with them.
    """
    path = place_of(slug, digest)
    with _lock:
        if path in _open:
            _open.move_to_end(path)
            return _open[path]
        try:
            graph = Graph.open(path)
        except (OSError, GraphCorrupt) as lost:
            old = isinstance(lost, GraphCorrupt) and _is_old(str(lost.facts.get("what", "")))
            raise (GraphFileOld if old else GraphFileLost)(network=slug) from lost
        _open[path] = graph
        while len(_open) > OPEN_AT_MOST:
            _open.popitem(last=False)
        return graph


def _is_old(what: str) -> bool:
    word, _, number = what.partition(" ")
    return word == "version" and number.isdecimal() and int(number) < VERSION


@contextmanager
def making(slug: str, *, wait: bool) -> Iterator[None]:
    """Hold the right to make this network's graph; one process has it. Raises GraphBusy."""
    with (folder(slug) / ".lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise GraphBusy(network=slug) from None
        yield


@contextmanager
def loading(slug: str) -> Iterator[None]:
    """Say for the length of a block that files of this network are being loaded.

    A lock of the file system, because the rows of a load show in the database only at its end; a
    process that is killed lets go of it.
    """
    with (folder(slug) / ".loading").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield


def while_loading(act: Callable[P, T]) -> Callable[P, T]:
    """Let an act say that it loads files of its `network`, for as long as it runs."""

    @wraps(act)
    def held(*args: P.args, **kwargs: P.kwargs) -> T:
        network = kwargs["network"]
        assert isinstance(network, Network)
        with loading(network.slug):
            return act(*args, **kwargs)

    return held


def is_loading(slug: str) -> bool:
    """Say whether some process loads files of this network now."""
    path = Path(settings.KAISHU_DATA_DIR) / "graphs" / slug / ".loading"
    try:
        with path.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def settle(slug: str, made: Path) -> str:
    """Give a finished graph file its name, which is its digest, and return it."""
    with made.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made.replace(place_of(slug, digest))
    return digest


def prune(slug: str, *, keep: list[str]) -> None:
    """Delete the graph files of a network that nobody will ask any more."""
    kept = {f"{digest}.graph" for digest in keep}
    for path in folder(slug).glob("*.graph"):
        if path.name not in kept:
            path.unlink(missing_ok=True)
