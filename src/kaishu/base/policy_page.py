"""Write the policy table as a page of the documents: who may open which route, and who may act.

`tools/roles_page.py` writes docs/reference/roles.md; a test keeps it equal to the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from kaishu.base.roles import ONLY_READ, SECOND_STEP, TOXIC, Role, Rule, policy

HEAD = """# Who may do what

Written by `tools/roles_page.py` from the routes; `tests/access/test_policy.py` keeps it true and
tries every route as every role and as a stranger.

**A** = opens the page and sends its forms · **r** = reads only · empty = refused ·
*fresh* = asks again who sits there when the last proof is older than 10 minutes.

Rules that hold everywhere: a page without a policy is closed to everybody; the auditor reads every
page and acts nowhere but on the own account; the regulator reads what is named here and never
sees a person's details; no role contains another; nobody changes the rights of their own account.
"""


def text() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_second_steps(), "", *_table(), ""])


def _second_steps() -> Iterator[str]:
    required = ", ".join(role.value for role in Role if role in SECOND_STEP)
    others = ", ".join(role.value for role in Role if role not in SECOND_STEP)
    yield f"A second step at sign-in is required for {required}; not for {others} (ADR 13)."
    pairs = (" + ".join(role.value for role in Role if role in pair) for pair in TOXIC)
    yield f"Two roles that should not be one person's, and are warned of: {'; '.join(pairs)}."
    yield f"Roles that never act: {', '.join(role.value for role in Role if role in ONLY_READ)}."


def _table() -> Iterator[str]:
    yield "| route | " + " | ".join(role.value for role in Role) + " | |"
    yield "|---|" + "---|" * (len(Role) + 1)
    for rule in sorted(policy(), key=lambda rule: rule.route):
        yield _line(rule)


def _line(rule: Rule) -> str:
    marks = ["A" if role in rule.acts else "r" if role in rule.reads else "" for role in Role]
    note = "open to all" if rule.open else "fresh" if rule.fresh else ""
    return f"| `{rule.route}` | " + " | ".join([*marks, note]) + " |"
