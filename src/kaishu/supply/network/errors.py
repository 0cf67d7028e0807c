"""What a network refuses, one class each."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NetworkUnknown(Refusal):
    """There is no network of this name."""

    code = "network_unknown"


class NetworkNameWrong(Refusal):
    """A network's short name is letters, digits and hyphens."""

    code = "network_name_wrong"


class GraphMissing(Refusal):
    """No graph was made for this network yet."""

    code = "graph_missing"


class GraphFileLost(Refusal):
    """The file of the graph is not where its row says, or is another one."""

    code = "graph_file_lost"


class GraphFileOld(GraphFileLost):
    """The file of the graph was written by an older Kaishu; the records make it anew."""

    code = "graph_file_old"


class NothingToTrace(Refusal):
    """This network has no events and no link files."""

    code = "network_empty"


class GraphBusy(Refusal):
    """The graph of this network is being made right now."""

    code = "graph_busy"


class ThingNotFound(Refusal):
    """No record of this network names such a thing."""

    code = "trace_thing_not_found"


class ThingUnclear(Refusal):
    """Several things of this network may be meant."""

    code = "trace_thing_unclear"


class MomentWrong(Refusal):
    """This is no day and no moment."""

    code = "trace_moment_wrong"
