"""Publishing: pack, row, pointer; once for one content; never half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.books.models import Entry
from kaishu.books.queries import trial_balance
from kaishu.claims.population import open_population
from kaishu.core import pack
from kaishu.core.answer import Inspection, judge
from kaishu.core.verdict import Answer
from kaishu.editions import actions, compare, errors, queries
from kaishu.editions.models import Edition, Recall, RecallEvent
from kaishu.editions.place import packs_folder
from tests.editions.harness import Folder

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(days=30)


def publish(folder: Folder, *, at: datetime = AT) -> Edition:
    return actions.publish(loaded=folder.load(), by="mori", at=at)


def answer(serial: str) -> Answer:
    unit = Inspection(model="L1", serial=serial, colour="white")
    return judge(queries.current_pack("lamp-jp-2026"), unit).answer


def test_the_first_edition_answers_at_once(folder: Folder) -> None:
    edition = publish(folder)
    assert (edition.number, edition.published_by, edition.published_at) == (1, "mori", AT)
    assert edition.counts["products"] == {"L1": 1000}
    assert edition.counts["population"] == {"at_large": 980, "unsold": 20}
    assert edition.counts["rules"] == [{"no": 1, "product": "L1", "kind": "list", "serials": 2}]
    assert queries.pack_for(edition).ref.digest == edition.digest
    assert (answer("A0000001"), answer("A0000003")) == (Answer.AFFECTED, Answer.NOT_AFFECTED)
    row = queries.recall_row("lamp-jp-2026")
    assert (row.market, row.state) == ("jp", "published")
    assert [(e.state, e.reason, e.by) for e in row.events.all()] == [
        ("published", "first_edition", "mori")
    ]


def test_the_same_content_twice_is_one_edition(folder: Folder) -> None:
    first = publish(folder)
    again = publish(folder, at=LATER)
    assert again == first
    assert again.published_at == AT
    assert Edition.objects.count() == RecallEvent.objects.count() == 1


def test_a_widened_list_is_edition_two_and_the_old_one_still_answers(folder: Folder) -> None:
    first = publish(folder)
    second = publish(folder.serials("A0000001", "A0000002", "A0000003"), at=LATER)
    assert (second.number, second.recall_id) == (2, first.recall_id)
    assert answer("A0000003") is Answer.AFFECTED
    old = judge(queries.pack_for(first), Inspection(model="L1", serial="A0000003", colour="white"))
    assert (old.answer, old.edition.number) == (Answer.NOT_AFFECTED, 1)
    assert queries.current_edition("lamp-jp-2026") == second
    assert [e.number for e in queries.editions_of("lamp-jp-2026")] == [1, 2]


def test_a_file_with_errors_is_refused_and_leaves_nothing(folder: Folder) -> None:
    folder.change('party = "shop"', 'party = "ship"')
    with pytest.raises(errors.RecallFileHasErrors) as refusal:
        publish(folder)
    assert refusal.value.facts == {"count": "1"}
    assert not Recall.objects.exists()
    assert not packs_folder().exists()


def test_a_crash_between_pack_and_row_changes_nothing_and_a_repeat_finishes(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder)
    folder.serials("A0000001", "A0000002", "A0000003")
    with monkeypatch.context() as crash:
        crash.setattr(Edition.objects, "create", _die)
        with pytest.raises(_PowerCut):
            publish(folder, at=LATER)
    assert Edition.objects.count() == 1
    assert answer("A0000003") is Answer.NOT_AFFECTED
    assert publish(folder, at=LATER).number == 2
    assert answer("A0000003") is Answer.AFFECTED


def test_a_crash_between_row_and_pointer_keeps_the_old_answer_and_a_repeat_finishes(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder)
    folder.serials("A0000001", "A0000002", "A0000003")
    with monkeypatch.context() as crash:
        crash.setattr(pack, "swap", _die)
        with pytest.raises(_PowerCut):
            publish(folder, at=LATER)
    assert answer("A0000003") is Answer.NOT_AFFECTED
    assert publish(folder, at=LATER).number == 2
    assert answer("A0000003") is Answer.AFFECTED
    assert Edition.objects.count() == 2


def test_the_slower_of_two_publishers_is_told_and_nothing_is_lost(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder)
    seen = queries.current_edition("lamp-jp-2026")
    winner = publish(folder.serials("A0000001", "A0000002", "A0000003"))
    folder.serials("A0000001")
    monkeypatch.setattr(actions, "current_edition", lambda slug: seen)
    with pytest.raises(errors.PublishedMeanwhile) as refusal:
        publish(folder, at=LATER)
    assert refusal.value.facts == {"recall": "lamp-jp-2026", "number": "2"}
    assert queries.current_edition("lamp-jp-2026") == winner
    assert answer("A0000003") is Answer.AFFECTED


def test_a_closed_recall_takes_no_edition_until_it_is_reopened(folder: Folder) -> None:
    publish(folder)
    slug = "lamp-jp-2026"
    actions.close(slug=slug, reason="all_collected", by="mori", at=LATER)
    folder.serials("A0000001", "A0000003")
    with pytest.raises(errors.RecallIsClosed):
        publish(folder, at=LATER)
    assert answer("A0000001") is Answer.AFFECTED
    with pytest.raises(errors.RecallStateClosedToThis):
        actions.close(slug=slug, reason="again", by="mori", at=LATER)
    actions.reopen(slug=slug, reason="new_accident", by="mori", at=LATER)
    assert publish(folder, at=LATER).number == 2
    states = [event.state for event in queries.recall_row(slug).events.all()]
    assert states == ["published", "closed", "reopened"]


def test_a_recall_keeps_its_market(folder: Folder) -> None:
    publish(folder)
    folder.change('market = "jp"', 'market = "cn"')
    with pytest.raises(errors.MarketMoved):
        publish(folder)
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("table", ["editions_edition", "editions_recallevent"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_keeps_what_was_published(folder: Folder, table: str, act: str) -> None:
    publish(folder)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))
    assert Edition.objects.count() == RecallEvent.objects.count() == 1


def open_books(folder: Folder, *, by: str = "mori", at: datetime = AT) -> list[Entry]:
    loaded = folder.load()
    assert loaded.recall is not None
    row = queries.recall_row(loaded.recall.slug)
    return open_population(recall_row=row, recall=loaded.recall, by=by, at=at)


def standing(folder: Folder) -> dict[tuple[str, str], int]:
    recall_id = queries.recall_row("lamp-jp-2026").id
    return {
        (line.account, line.party): line.quantity
        for line in trial_balance(recall_id=recall_id).units
        if line.account != "declared" and line.quantity
    }


def test_the_population_opens_once_whoever_repeats_it(folder: Folder) -> None:
    publish(folder)
    assert [entry.kind for entry in open_books(folder)] == ["population.opened"] * 2
    assert open_books(folder, by="li") == []
    assert standing(folder) == {("at_large", ""): 980, ("unsold", "shop"): 20}


def test_a_later_edition_posts_only_the_difference(folder: Folder) -> None:
    publish(folder)
    open_books(folder)
    for was, now in (("quantity = 980", "quantity = 1_080"), ("quantity = 20", "quantity = 15")):
        folder.change(was, now)
    folder.change("units = 1_000", "units = 1_095").change("units = 1_000", "units = 1_095")
    publish(folder, at=LATER)
    entries = open_books(folder, at=LATER)
    moves = [(m.source, m.target, m.quantity) for e in entries for m in e.unit_moves.all()]
    assert [entry.kind for entry in entries] == ["population.corrected"] * 2
    assert moves == [("declared", "at_large", 100), ("unsold", "declared", 5)]
    assert standing(folder) == {("at_large", ""): 1080, ("unsold", "shop"): 15}


def test_a_difference_that_comes_back_is_posted_again(folder: Folder) -> None:
    publish(folder)
    open_books(folder)
    good = folder.text
    folder.change("quantity = 980", "quantity = 970").change("quantity = 20", "quantity = 30")
    publish(folder, at=LATER)
    assert len(open_books(folder, at=LATER)) == 2
    (folder.path / "recall.toml").write_text(good, encoding="utf-8")
    publish(folder, at=LATER)
    assert len(open_books(folder, at=LATER)) == 2
    assert standing(folder) == {("at_large", ""): 980, ("unsold", "shop"): 20}


def test_a_comparison_names_fields_pictures_and_units(folder: Folder) -> None:
    edition = publish(folder)
    folder.change('en = "It can catch fire while charging."', 'en = "It can burn."')
    folder.serials("A0000002", "A0000003", "A0000004")
    picture = folder.path / "pictures" / "lamp.svg"
    picture.write_text(picture.read_text().replace("M110", "M111"))
    loaded, current = folder.load(), queries.pack_for(edition)
    assert compare.field_changes(loaded, current) == [
        compare.Change("hazard.en", "It can catch fire while charging.", "It can burn.")
    ]
    assert compare.picture_changes(loaded, current) == ["lamp.svg"]
    assert compare.rule_changes(loaded, current) == [
        compare.RuleChange(rule=1, product="L1", was=2, now=3, added=2, removed=1)
    ]


class _PowerCut(Exception):
    pass


def _die(*args: object, **kwargs: object) -> None:
    raise _PowerCut
