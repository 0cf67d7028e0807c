"""Questions to the events under a name: the standard's named queries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kaishu.supply.capture import errors, parameters
from kaishu.supply.capture.event_hash import STANDARD, Spaces, spaces_of
from kaishu.supply.capture.models import NamedQuery
from kaishu.supply.capture.parameters import Query
from kaishu.supply.models import Network

MOST = 200
_NAME = re.compile(r"[A-Za-z0-9._~\-]{1,100}")


def make_query(
    *, network: Network, party: str, name: str, query: Mapping[str, Any], by: str, at: datetime
) -> NamedQuery:
    """Keep a question under a name; the same one a second time is there already.

    Raises QueryNameWrong, QueryWrong, QueryThere, TooManyQueries.
    """
    if not _NAME.fullmatch(name):
        raise errors.QueryNameWrong(name=name[:100])
    parsed(query)
    there = queries(network, party).filter(name=name).first()
    if there is None:
        if queries(network, party).count() >= MOST:
            raise errors.TooManyQueries(most=MOST)
        said = {"party": party, "name": name, "query": query, "by": by, "at": at}
        try:
            with transaction.atomic():
                return NamedQuery.objects.create(network=network, **said)
        except IntegrityError:
            there = queries(network, party).get(name=name)
    if there.query != query:
        raise errors.QueryThere(name=name)
    return there


def drop_query(*, network: Network, party: str, name: str) -> None:
    """Take a name back. Raises QueryUnknown."""
    query(network, party, name).delete()


def queries(network: Network, party: str) -> QuerySet[NamedQuery]:
    """Return the queries of a site, or of the maker where `party` is empty."""
    return NamedQuery.objects.filter(network=network, party=party).order_by("id")


def query(network: Network, party: str, name: str) -> NamedQuery:
    """Return one of them. Raises QueryUnknown."""
    found = queries(network, party).filter(name=name).first()
    if found is None:
        raise errors.QueryUnknown(name=name[:100])
    return found


def parsed(query: Mapping[str, Any]) -> Query:
    """Return the question of a named query. Raises QueryWrong.

    `@context` in it says what the prefixes of field names stand for.
    """
    context = query.get("@context")
    said = json.dumps(context, ensure_ascii=False)
    if "\\u0000" in said or not parameters.is_text(said):
        raise errors.QueryWrong(parameter="@context", reason="the prefixes of the field names")
    spaces: Spaces = {**STANDARD, **spaces_of(context)}
    given = {name: _texts(name, value) for name, value in query.items() if name != "@context"}
    return parameters.read(given, spaces=spaces, parted=True)


def _texts(name: str, value: Any) -> Sequence[str]:
    """Return the values of a parameter, which JSON may give as a list, a number or nothing."""
    found = [_text(each) for each in (value if isinstance(value, list) else [value])]
    texts = [each for each in found if each is not None]
    if len(texts) != len(found) or not texts:
        raise errors.QueryWrong(parameter=name[:80], reason="a text, a number or a list of them")
    return texts


def _text(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
