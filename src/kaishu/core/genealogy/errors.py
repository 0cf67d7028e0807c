"""What a graph of things and acts refuses, each with its own code."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class GraphCorrupt(Refusal):
    """The graph file is damaged and may not answer."""

    code = "graph_corrupt"


class ThingUnknown(Refusal):
    """No record names this thing."""

    code = "thing_unknown"


class ThingWrong(Refusal):
    """This is not the code of a lot, a unit, a box, a party or a place."""

    code = "thing_wrong"


class SuspectWrong(Refusal):
    """Only lots and units can be suspect: name those that are in the box or were at the place."""

    code = "suspect_wrong"


class WindowWrong(Refusal):
    """The window ends before it begins."""

    code = "window_wrong"


class SuspectsNested(Refusal):
    """With a window that ends, a suspect and what is made of it cannot be asked together."""

    code = "suspects_nested"


class NotReached(Refusal):
    """No record leads from what was asked to this thing, so there is no path to show."""

    code = "not_reached"


class GraphTooLarge(Refusal):
    """There are more things or acts than one graph file holds."""

    code = "graph_too_large"
