"""Tell me if this changes: only who asked, only after a button, exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from kaishu.core.answer import Inspection
from kaishu.core.recall import Recall, Rule, RuleKind
from kaishu.editions import actions as editions
from kaishu.editions.recall_file import Loaded
from kaishu.notices import rendering, watches
from kaishu.notices.models import Message, Watch
from kaishu.notices.sending import send_due
from tests.claims.world import SLUG, START, recall
from tests.notices.outbox import MailServer, parts

AT = datetime(2025, 11, 1, 9, 0, tzinfo=UTC)
OUTSIDE = Inspection(model="M100", serial="SN5000", market="jp")
FAR_OUTSIDE = Inspection(model="M100", serial="SN7777", market="jp")


def publish(folder: Path, value: Recall, *, at: datetime = START) -> None:
    """Publish an edition of the invented recall."""
    loaded = Loaded(folder=folder, recall=value, lists={}, pictures={}, problems=())
    editions.publish(loaded=loaded, by="mika", at=at)


def wider() -> Recall:
    """Return the recall with SN5000 to SN5999 in it, too."""
    more = Rule(no=3, product="M100", kind=RuleKind.RANGE, first="SN5000", last="SN5999")
    return replace(recall(), rules=(*recall().rules, more))


def asked(inspection: Inspection, email: str = "owner@example.test") -> str:
    """Register a wish and return the secret of its link."""
    watches.register(recall_slug=SLUG, inspection=inspection, email=email, language="ja", at=AT)
    mail = Message.objects.filter(template="watch_started").order_by("-id").first()
    assert mail is not None
    return rendering.secrets_of(mail)["link"].strip("/").rsplit("/", 1)[-1]


@pytest.fixture
def first_edition(db: None, tmp_path: Path) -> Path:
    """Publish the first edition; gives the folder of the recall."""
    publish(tmp_path, recall())
    return tmp_path


def told() -> list[Message]:
    """Return the messages that say that an answer changed."""
    return list(Message.objects.filter(template="watch_changed"))


def test_a_wider_edition_tells_whom_it_reaches_and_nobody_else(first_edition: Path) -> None:
    for inspection, email in ((OUTSIDE, "in@example.test"), (FAR_OUTSIDE, "out@example.test")):
        watches.confirm(token=asked(inspection, email), at=AT)
    publish(first_edition, wider(), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 2, "told": 1}
    assert [message.facts["edition"] for message in told()] == [2]
    reached = Watch.objects.get(told=2)
    assert reached.answer == "affected"
    assert Watch.objects.get(told=None).followed == 2


def test_nobody_is_told_twice(first_edition: Path) -> None:
    watches.confirm(token=asked(OUTSIDE), at=AT)
    publish(first_edition, wider(), at=AT)
    watches.follow(at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 0, "told": 0}
    publish(first_edition, replace(wider(), brand="Mado Denki"), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 1, "told": 0}
    assert len(told()) == 1


def test_an_edition_that_changes_nothing_only_moves_the_cursor(first_edition: Path) -> None:
    watches.confirm(token=asked(OUTSIDE), at=AT)
    publish(first_edition, replace(recall(), brand="Mado Denki"), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 1, "told": 0}
    row = Watch.objects.get()
    assert (row.followed, row.answer, row.told) == (2, "not_affected", None)


def test_who_did_not_press_the_button_is_not_followed(first_edition: Path) -> None:
    token = asked(OUTSIDE)
    assert watches.find(token).confirmed_at is None
    publish(first_edition, wider(), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 0, "told": 0}
    watches.confirm(token=token, at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 1, "told": 1}


def test_the_same_wish_twice_is_one_and_one_mail_a_day(first_edition: Path) -> None:
    token = asked(OUTSIDE)
    assert asked(OUTSIDE, "Owner@Example.test") == token
    assert Message.objects.count() == 1
    watches.register(
        recall_slug=SLUG,
        inspection=OUTSIDE,
        email="owner@example.test",
        language="ja",
        at=AT + timedelta(days=1),
    )
    assert (Watch.objects.count(), Message.objects.count()) == (1, 2)


def test_stopping_deletes_the_address_and_its_messages(first_edition: Path) -> None:
    token = asked(OUTSIDE)
    watches.confirm(token=token, at=AT)
    watches.stop(token=token)
    assert (Watch.objects.count(), Message.objects.count()) == (0, 0)
    with pytest.raises(watches.WatchNotFound):
        watches.find(token)


def test_neither_the_address_nor_the_link_stands_in_the_database(first_edition: Path) -> None:
    token = asked(OUTSIDE)
    row = Watch.objects.get()
    kept = repr([getattr(row, field.name) for field in Watch._meta.fields]).encode()
    for secret in (b"owner@example.test", b"SN5000", token.encode()):
        assert secret not in kept


def test_a_worker_that_dies_before_the_commit_tells_nobody_and_the_next_tells_once(
    first_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watches.confirm(token=asked(OUTSIDE), at=AT)
    publish(first_edition, wider(), at=AT)
    queue = watches.actions.queue

    def dies(**message: object) -> None:
        queue(**message)  # type: ignore[arg-type]  (passed on as it came)
        raise SystemExit

    monkeypatch.setattr(watches.actions, "queue", dies)
    with pytest.raises(SystemExit):
        watches.follow(at=AT)
    assert (told(), Watch.objects.get().followed) == ([], 1)
    monkeypatch.undo()
    watches.follow(at=AT)
    watches.follow(at=AT)
    assert len(told()) == 1


def test_two_workers_at_once_tell_once(fresh_db: str, tmp_path: Path) -> None:
    from tests.support.databases import together

    publish(tmp_path, recall())
    watches.confirm(token=asked(OUTSIDE), at=AT)
    publish(tmp_path, wider(), at=AT)
    done = together([lambda: watches.follow(at=AT)] * 3)
    assert sum(one["told"] for one in done if not isinstance(one, Exception)) == 1
    assert [one for one in done if isinstance(one, Exception)] == []
    connections.close_all()
    assert len(told()) == 1


def test_the_same_wish_pressed_twice_at_once_is_one(fresh_db: str, tmp_path: Path) -> None:
    from tests.support.databases import together

    publish(tmp_path, recall())

    def press() -> None:
        watches.register(
            recall_slug=SLUG, inspection=OUTSIDE, email="o@example.test", language="en", at=AT
        )

    done = together([press] * 4)
    assert [one for one in done if isinstance(one, Exception)] == []
    connections.close_all()
    assert (Watch.objects.count(), Message.objects.count()) == (1, 1)


def test_a_wish_that_cannot_be_read_does_not_keep_the_others_waiting(first_edition: Path) -> None:
    for number in range(2):
        watches.confirm(token=asked(OUTSIDE, f"owner{number}@example.test"), at=AT)
    Watch.objects.filter(id=Watch.objects.order_by("id")[0].id).update(sealed=b"of another key")
    publish(first_edition, wider(), at=AT)
    assert watches.follow(at=AT) == {"judged": 2, "told": 1}
    assert len(told()) == 1


SEVERAL = [(SLUG, OUTSIDE), (SLUG, replace(OUTSIDE, serial="SN5001")), (SLUG, FAR_OUTSIDE)]


def asked_all(email: str = "owner@example.test") -> str:
    """Register several wishes at once and return the secret of their one link."""
    watches.register_all(wishes=SEVERAL, email=email, language="en", at=AT)
    mail = Message.objects.get(template="watch_started_several")
    assert rendering.secrets_of(mail)["units"] == "M100 SN5000 / M100 SN5001 / M100 SN7777"
    return rendering.secrets_of(mail)["link"].strip("/").rsplit("/", 1)[-1]


def test_several_wishes_are_one_mail_one_button_and_one_news(first_edition: Path) -> None:
    token = asked_all()
    assert Message.objects.count() == 1
    assert len(watches.find_all(token)) == 3
    watches.confirm(token=token, at=AT)
    assert Watch.objects.filter(confirmed_at=AT).count() == 3
    publish(first_edition, wider(), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 3, "told": 2}
    assert dict(watches.follow(at=AT)) == {"judged": 0, "told": 0}
    news = Message.objects.get(template="watch_changed_several")
    assert rendering.secrets_of(news)["units"] == "M100 SN5000 / M100 SN5001"
    assert rendering.secrets_of(news)["link"].endswith(f"/{token}/")
    assert "SN5001" in rendering.render(news, name="").text
    assert told() == []


def test_wishes_made_apart_by_one_address_are_told_in_one_mail(first_edition: Path) -> None:
    watches.confirm(token=asked(OUTSIDE), at=AT)
    watches.confirm(token=asked(replace(OUTSIDE, serial="SN5001"), "Owner@example.test"), at=AT)
    watches.confirm(token=asked(OUTSIDE, "other@example.test"), at=AT)
    publish(first_edition, wider(), at=AT)
    assert dict(watches.follow(at=AT)) == {"judged": 3, "told": 3}
    assert Message.objects.filter(template="watch_changed_several").count() == 1
    assert len(told()) == 1


def test_the_news_about_several_units_reaches_a_mailbox_once(
    first_edition: Path, mail_server: MailServer
) -> None:
    watches.confirm(token=asked_all(), at=AT)
    publish(first_edition, wider(), at=AT)
    watches.follow(at=AT)
    send_due(at=AT)
    (_from, to, _started), (_sender, _to, mail) = mail_server.mails
    assert to == "owner@example.test"
    assert mail["Subject"] == "Important: please check your products again"
    for said in parts(mail):
        assert "M100 SN5000 / M100 SN5001" in said
        assert "SN7777" not in said
        assert "https://recall.example/en/watch/" in said
    assert dict(send_due(at=AT + timedelta(days=1))) == {}


def test_stopping_by_the_link_of_several_deletes_them_all(first_edition: Path) -> None:
    token = asked_all()
    watches.stop(token=token)
    assert (Watch.objects.count(), Message.objects.count()) == (0, 0)
