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


class NothingToTrace(Refusal):
    """This network has no events and no link files."""

    code = "network_empty"


class GraphBusy(Refusal):
    """The graph of this network is being made right now."""

    code = "graph_busy"
