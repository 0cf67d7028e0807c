"""A small world with one of everything that a route can name, and the ids to name it by.

A route that names something new needs a sample here; without one its test fails and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from kaishu.base import clock
from kaishu.base.access import accounts
from kaishu.base.roles import Role, Rule, give
from kaishu.claims.models import Evidence
from kaishu.connections.tokens import make_connection
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack
from kaishu.returns import actions as returns
from kaishu.returns.models import Container
from tests.doors import kumo
from tests.doors.desk_world import lively, open_world

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NUMBERED = (
    "act_id",
    "action_id",
    "bulk_id",
    "certificate_id",
    "code_id",
    "event_id",
    "file_id",
    "filed_id",
    "fund_id",
    "import_id",
    "kit_id",
    "line_id",
    "opinion_id",
    "pause_id",
    "recovery_id",
    "rule_id",
    "site_id",
    "stocktake_id",
)

RECORDS = (
    "trace_loaded", "trace_void", "trace_brought", "trace_mean", "trace_try", "trace_load",
    "trace_away",
)  # fmt: skip


@dataclass
class Samples:
    """What stands for each name in a route: by "route name.parameter", else by the parameter."""

    by_name: dict[str, Any] = field(default_factory=dict)

    def address(self, rule: Rule) -> str:
        """Return the route with its names filled in."""
        parts = []
        for part in rule.route.split("<"):
            inside, closed, rest = part.partition(">")
            if not closed:
                parts.append(part)
                continue
            kind, _colon, name = inside.rpartition(":")
            value = UNKNOWN if kind == "uuid" else self._value(rule, name)
            parts.append(f"{value}{rest}")
        return "".join(parts)

    def _value(self, rule: Rule, name: str) -> Any:
        for key in (f"{rule.name}.{name}", name):
            if key in self.by_name:
                return self.by_name[key]
        raise LookupError(
            f"{rule.route}: add a sample for {name!r} to tests/access/policy_world.py"
        )


def build(data_dir: Path) -> Samples:
    """Fill the database and return the samples."""
    world = lively(open_world(data_dir))
    case_no = world.cases["unread"]
    returns.open_container(
        recall_id=world.recall_id,
        number="C-1",
        site="depot-east",
        recycler="mori",
        by="sora",
        at=world.now(),
    )
    somebody = User.objects.create_user("somebody")
    give(somebody, Role.OPERATOR)
    token = accounts.new_link(name="somebody", by="aki", at=clock.now())
    connection = make_connection(
        name="A shop", party="", recall_slug="", key="k", by="ada", at=clock.now()
    )
    incident = Incident.objects.order_by("id").first()
    call = CallBack.objects.order_by("id").first()
    return Samples(
        {
            "case_no": case_no,
            "unit_no": 1,
            "slug": kumo.SLUG,
            "code": connection.code,
            "evidence_id": Evidence.objects.order_by("id").values_list("id", flat=True)[0],
            "call_id": call.id if call else 1,
            "container.number": Container.objects.get().number,
            "number": incident.number if incident else "I-1",
            "batch_id": 1,
            "job_id": 1,
            "draft_id": 1,
            "proposal_id": 1,
            # Things that this world has none of: a role is refused before anything is looked for.
            **dict.fromkeys(NUMBERED, 1),
            "act": "withdraw",
            "form": "jp_progress",
            "kind": "json",
            "provider": "bank",
            "section": "identity",
            "path": "en/",
            "name": "somebody",
            "job": "0123456789abcdef",
            **dict.fromkeys((f"{name}.number" for name in RECORDS), 1),
            "token": token,
        }
    )
