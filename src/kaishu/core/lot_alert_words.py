"""The closed words of a letter about lots. What each means to a person: core/sentences/alerts.toml.

All are words of this house (verified: no standard names such a list); a new word needs a new
version of the format, so that no receiver meets one that it cannot read.
"""

from __future__ import annotations

from collections.abc import Mapping

ALERT, QUESTION, ANSWER, WITHDRAWAL = "alert", "question", "answer", "withdrawal"

# What is wrong with the lots. "not_said" stands in every question.
DEFECTS = (
    "foreign_particles",
    "material_changed",
    "separator_damaged",
    "electrodes_misaligned",
    "welding",
    "electrolyte",
    "sealing",
    "protection_circuit",
    "overheating",
    "mixed_up",
    "other",
    "not_said",
)
# What it can do to a person.
SEVERITIES = ("fire", "injury", "not_known", "no_danger", "not_said")
# What the receiver does now.
ACTS = ("stop_and_hold", "hold_and_inspect", "answer_only")
# Whom to call; a role and never a person.
CONTACTS = ("quality", "product_safety", "purchasing", "regulatory")
# Why a letter is taken back.
REASONS = ("mistake", "resolved", "replaced")
# The four answers, in the words in which shops answer (returns.trade): read; how many we found;
# what left us since the letter; nothing of it leaves us any more.
STEPS = ("acknowledged", "counted", "sold_since", "completed")
COUNTED = "counted"
# Which way a letter is passed on.
DIRECTIONS = ("suppliers", "customers")

# Why the numbers of an answer may be too low. An answer of nothing with one of these is no "none".
OPEN = (
    "loading",  # files are being read in at this moment
    "stale",  # something was recorded that the numbers do not have yet
    "not_asked",  # one of our networks was not asked, or has no graph
    "item_unknown",  # no record of ours names the item by this code
    "not_judged",  # products of which no record says from which lots they are
    "undated",  # counted as possible: no record says when it was made
    "other_days",  # counted as possible: named, but by our records made on other days
    "recorded_late",  # not counted: first on record after the window, perhaps made before
    "rows_refused",  # rows or events that came in could not be read
)
# What a match counts beside its finds, and the word of OPEN that says so.
NOTED = {"undated": "undated", "other_days": "other_days", "late": "recorded_late"}

CODES, HMAC = "codes", "hmac-sha256"
FORMS = (CODES, HMAC)

WORDS: Mapping[str, tuple[str, ...]] = {
    "defect": DEFECTS,
    "severity": SEVERITIES,
    "act": ACTS,
    "contact": CONTACTS,
    "reason": REASONS,
    "step": STEPS,
    "open": OPEN,
}
