"""The record of a mock recall as a paper for auditors, in the words of one language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from fractions import Fraction

from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from kaishu.base.templatetags.kaishu import count, when
from kaishu.core.genealogy.blast_found import TWO_BOXES, TWO_CODES, TWO_HOLDERS
from kaishu.core.genealogy.things import name_of
from kaishu.core.progress import percent
from kaishu.paper.mock_recall import Listing, MockPaper, mock_recall_pdf
from kaishu.supply.mock.models import MockRecall

CATALOGUES = {"ja": "ja", "zh-Hans": "zh-hans", "en": "en"}
LISTED = 200  # lines of one table on paper


def pdf(row: MockRecall, *, language: str) -> bytes:
    """Return the record as a PDF; the same row gives the same bytes in the same language."""
    with translation.override(CATALOGUES[language]), timezone.override(UTC):
        return mock_recall_pdf(_paper(row, language), at=row.at)


def located_share(row: MockRecall) -> str:
    """Return the share of units that were located, in per cent; "" where there are no units."""
    return percent(Fraction(row.located, row.units)) if row.units else ""


def seconds(row: MockRecall) -> str:
    """Return how long the trace took, in seconds."""
    digits = 2 if row.milliseconds < 10_000 else 0
    return number_format(round(row.milliseconds / 1000, digits), digits)


def why_twice(why: str) -> str:
    """Say why a unit counts as recorded twice."""
    return {
        TWO_CODES: _("the same serial under two codes"),
        TWO_BOXES: _("packed again while still in another box"),
        TWO_HOLDERS: _("sent to two holders in the same second"),
    }[why]


def chosen(row: MockRecall) -> str:
    """Say how the lot was chosen."""
    if row.seed is None:
        return _("Chosen by the person who ran it")
    return _("Drawn by the number %(seed)s") % {"seed": row.seed}


def goal(row: MockRecall) -> str:
    """Say the goal and whether it was reached; "" without one."""
    if row.goal is None:
        return ""
    said = _("%(goal)s %%: reached") if row.reached_goal else _("%(goal)s %%: not reached")
    return said % {"goal": number_format(row.goal / 10, 1)}


def warning(row: MockRecall) -> str:
    """Say why the share that was located is not the whole truth; "" where it is."""
    if row.unseen is None:
        return _("This record is older than the count of what no record lets judge.")
    said = []
    if row.unseen["unjudged"]:
        said.append(
            _(
                "The share counts only what was reached. Of %(units)s units and %(lots)s lots more,"
                " nobody can say whether they are affected: records of what went into them are"
                " missing, or their times are too early."
            )
            % {"units": count(row.unjudged or 0), "lots": count(row.unjudged_lots or 0)}
        )
    if row.unseen["holding"]:
        said.append(_("Affected things are packed in units that were not counted."))
    if row.waiting:
        said.append(_("Records had come in that this graph did not hold yet."))
    return (" " if get_language() == "en" else "").join(said)


def _paper(row: MockRecall, language: str) -> MockPaper:
    share = located_share(row)
    return MockPaper(
        language=language,
        title=_("Record of a mock recall"),
        about=_(
            "A trace of one lot, to see how much a real recall would find. Nothing was recalled."
        ),
        warning=warning(row),
        figures=(
            (_("Located, of the units reached"), f"{share} %" if share else "–"),
            (_("Units reached"), count(row.units)),
            (_("Not located"), count(row.lost)),
            (_("Not judged"), "–" if row.unjudged is None else count(row.unjudged)),
            (_("Time of the trace"), _("%(seconds)s s") % {"seconds": seconds(row)}),
        ),
        facts=_facts(row),
        listings=(*_unseen(row), _lost(row), _twice(row), _holders(row)),
        signs=(_("Run by"), _("Checked by")),
        footer=_("Mock recall no. %(number)s of %(network)s. Graph %(graph)s")
        % {"number": row.pk, "network": row.network.slug, "graph": row.graph[:16]},
    )


def _facts(row: MockRecall) -> tuple[tuple[str, str], ...]:
    facts = [
        (_("Network"), row.network.name),
        (_("Lot"), f"{name_of(row.lot)} · {row.item}"),
        (_("Code"), row.lot),
        (_("How the lot was chosen"), chosen(row)),
        (_("Run at"), when(row.at)),
        (_("Run by"), row.by),
        (_("Units certainly reached"), count(row.certain)),
        (_("Units possibly reached"), count(row.possible)),
        (_("With a known holder"), count(row.located - row.ended)),
        (_("On record as ended"), count(row.ended)),
    ]
    if row.pieces:
        pair = {"known": count(row.pieces_located), "all": count(row.pieces)}
        facts.append((_("Pieces without serials"), _("%(known)s of %(all)s located") % pair))
    if row.unjudged is not None:
        facts.append((_("Units not judged"), count(row.unjudged)))
        facts.append((_("Lots not judged"), count(row.unjudged_lots or 0)))
        waiting = _("yes") if row.waiting else _("no")
        facts.append((_("Records waiting for the graph"), waiting))
    if row.goal is not None:
        facts.append((_("Goal: located, of all units reached and not judged"), goal(row)))
    facts.append((_("On record twice"), count(row.duplicates)))
    facts.append((_("Acts in the graph"), count(row.acts)))
    if row.last_at:
        facts.append((_("Its newest act"), when(row.last_at)))
    return tuple(facts)


def _unseen(row: MockRecall) -> tuple[Listing, ...]:
    """Return the tables of what the trace did not see; none where the record is too old to say."""
    if row.unseen is None:
        return ()
    kinds = {"unit": pgettext("word", "Unit"), "lot": pgettext("word", "Lot")}
    open_, around = row.unseen["unjudged"], row.unseen["holding"]
    found = [
        Listing(
            title=_("Not judged, by item"),
            heads=(_("Item"), _("Kind"), _("Things")),
            rows=tuple(
                (each["name"], kinds[each["kind"]], count(each["things"])) for each in open_
            ),
            note="" if open_ else _("None: a record clears or reaches each of them."),
        )
    ]
    if around:
        found.append(
            Listing(
                title=_("Units in which affected things are packed"),
                heads=(_("Item"), _("Units")),
                rows=tuple((each["name"], count(each["units"])) for each in around),
            )
        )
    return tuple(found)


def _lost(row: MockRecall) -> Listing:
    shown: Sequence[str] = row.lost_units[:LISTED]
    return Listing(
        title=_("Units not located"),
        heads=(_("Number or serial"), _("Code")),
        rows=tuple((name_of(code), code) for code in shown),
        note=_left(row.lost, len(shown), none=_("None: every unit has a holder or has ended.")),
    )


def _twice(row: MockRecall) -> Listing:
    shown = row.duplicate_units[:LISTED]
    return Listing(
        title=_("Units on record twice"),
        heads=(_("Number or serial"), _("Why"), _("Other code")),
        rows=tuple(
            (name_of(each["code"]), why_twice(each["why"]), each["other"]) for each in shown
        ),
        note=_left(row.duplicates, len(shown), none=_("None.")),
    )


def _holders(row: MockRecall) -> Listing:
    shown = row.holders[:LISTED]
    return Listing(
        title=_("Who has it now"),
        heads=(_("Holder"), pgettext("word", "certain"), pgettext("word", "possible")),
        rows=tuple(
            (each["name"] or _("Not known where"), count(each["certain"]), count(each["possible"]))
            for each in shown
        ),
        note=_left(row.holder_count, len(shown), none=_("Nobody on record.")),
    )


def _left(number: int, shown: int, *, none: str) -> str:
    if not number:
        return none
    if number == shown:
        return ""
    left = number - shown
    said = ngettext("%(number)s more is not listed.", "%(number)s more are not listed.", left)
    return said % {"number": count(left)}
