"""From one event as it was sent to an event that can be kept, or to what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.supply.capture import errors, naming, reading, schema, speaking
from kaishu.supply.capture.event_hash import Spaces, event_hash, spaces_of
from kaishu.supply.capture.naming import Facts, Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """An event that can be kept. `tells` is the same for two writings of one content."""

    event: Mapping[str, Any]
    said: str
    event_id: str
    tells: str
    facts: Facts

    @property
    def declares_error(self) -> bool:
        """Say whether this voids the event of its id."""
        return "errorDeclaration" in self.event


class Checker:
    """The checks of one document: its @context, and what its sender may speak for.

    `used` are all prefixes that its text could use, where somebody looked at the text as a whole.
    """

    def __init__(
        self,
        context: object,
        held: speaking.Held,
        is_known: Callable[[str], bool] = bool,
        used: frozenset[str] | None = None,
    ) -> None:
        self._known = reading.prefixes(context)
        if self._known is not None and used is not None and used <= self._known:
            self._known = None  # nothing to look for in each event
        self._context = context
        self._spaces = spaces_of(context)
        self._held = held
        self._is_known = is_known

    def check(self, event: Any) -> tuple[Checked | None, list[Problem]]:
        """Return an event that can be kept, or everything that is wrong with it."""
        try:
            said = reading.kept(event)
            if said.count("{") + said.count("[") > reading.DEEPEST:
                reading.depth(event)
            return self._checked(event, said)
        except Refusal as refusal:
            return None, [("", refusal)]
        except RecursionError:
            return None, [("", errors.TooDeep(most=reading.DEEPEST))]

    def _checked(self, event: Any, said: str) -> tuple[Checked | None, list[Problem]]:
        problems: list[Problem] = schema.event_problems(event)
        if problems:
            return None, problems
        known, spaces = self._known, self._spaces
        if "@context" in event:
            known, spaces = self._inner(event["@context"])
        if known is not None and (place := reading.undeclared(event, known, "")):
            problems.append((place, errors.PrefixUnknown()))
        facts, wrong = naming.facts(event)
        problems += wrong
        if facts is None or problems:
            return None, problems
        problems += speaking.problems(facts, self._held, self._is_known)
        if problems:
            return None, problems
        return _made(event, said, facts, spaces), []

    def _inner(self, context: object) -> tuple[frozenset[str] | None, Spaces]:
        more = reading.inner_prefixes(context)
        known = None if self._known is None else self._known | more
        return known, {**self._spaces, **spaces_of(context)}


def _made(event: Mapping[str, Any], said: str, facts: Facts, spaces: Spaces) -> Checked:
    name = event_hash(event, spaces)
    tells = hashlib.sha256(name.encode())
    if "errorDeclaration" in event:
        tells.update(reading.written(event["errorDeclaration"]).encode())
    return Checked(event, said, str(event.get("eventID") or name), tells.hexdigest(), facts)
