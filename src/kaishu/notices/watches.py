"""Tell me if this changes: an owner who was "not affected" leaves a mail, for safety only.

Nothing is followed before the owner pressed a button in our mail (a robot that opens the link
changes nothing). A new edition judges every followed unit again; whoever is no longer "not
affected" is told exactly once, because the cursor and the message are written together.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from kaishu.base.sealing import blind_index, seal, unseal
from kaishu.core.answer import Inspection, judge
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.core.verdict import Answer, Verdict
from kaishu.editions import queries as editions
from kaishu.notices import actions
from kaishu.notices.models import Message, Watch
from kaishu.people import consent

logger = logging.getLogger("kaishu.notices")

# One mail a day to one address for one wish: nobody can be flooded through our form.
AGAIN_AFTER = timedelta(days=1)
_PATHS = {"ja": "ja", "zh-Hans": "zh-hans", "en": "en"}


class WatchNotFound(Refusal):
    """No notice is registered under this address."""

    code = "watch_not_found"


@dataclass(frozen=True, slots=True)
class WatchView:
    """One wish as its owner sees it: without the mail address."""

    number: str
    recall_slug: str
    inspection: Inspection
    answer: str
    edition: int
    confirmed_at: datetime | None


def register(
    *, recall_slug: str, inspection: Inspection, email: str, language: str, at: datetime
) -> None:
    """Keep the wish, unconfirmed, and mail the link that confirms it.

    The same wish again sends the mail again, at most once a day; the caller learns nothing of it.
    """
    pack = editions.current_pack(recall_slug)
    verdict = judge(pack, inspection)
    mail = email.strip()
    sought = blind_index(
        _json({"to": mail.casefold(), "recall": recall_slug, **_facts(inspection)}),
        purpose="watch:sought",
    )
    try:
        with transaction.atomic():
            watch = Watch.objects.select_for_update().filter(sought=sought).first()
            if watch is None:
                watch = _new(recall_slug, inspection, mail, language, sought, verdict, at)
            if watch.confirmed_at is None:
                Watch.objects.filter(id=watch.id).update(asked_at=at)  # its link lives on
                _send(watch, "watch_started", f"{at:%Y%m%d}", mail, {}, at)
    except IntegrityError:
        # The same form, pressed twice: the other press keeps the wish and sends the mail.
        if not Watch.objects.filter(sought=sought).exists():
            raise


def find(token: str) -> WatchView:
    """Return the wish that this secret opens. Raises WatchNotFound."""
    watch = _by_token(token)
    _, inspection = _open(watch)
    return WatchView(
        number=watch.number,
        recall_slug=watch.recall_slug,
        inspection=inspection,
        answer=watch.answer,
        edition=watch.followed,
        confirmed_at=watch.confirmed_at,
    )


def confirm(*, token: str, at: datetime) -> None:
    """Follow this unit from now on. A repeat changes nothing. Raises WatchNotFound."""
    watch = _by_token(token)
    Watch.objects.filter(id=watch.id, confirmed_at=None).update(confirmed_at=at)


@transaction.atomic
def stop(*, token: str) -> None:
    """Delete the wish with its address, and end its messages. Raises WatchNotFound."""
    _delete(_by_token(token))


def follow(*, at: datetime, limit: int = 500) -> Mapping[str, int]:
    """Judge followed units by newer editions; return how many were judged and told."""
    done = {"judged": 0, "told": 0}
    for pack in editions.current_packs():
        waiting = Watch.objects.filter(
            recall_slug=pack.recall.slug, followed__lt=pack.ref.number, confirmed_at__isnull=False
        )
        for number in list(waiting.order_by("id").values_list("id", flat=True)[:limit]):
            done["judged"] += 1
            done["told"] += _try_one(number, pack, at)
    return done


def sweep(*, unconfirmed_before: datetime, closed: Collection[str], dry_run: bool = False) -> int:
    """Delete wishes that were never confirmed, and those of recalls whose time is up."""
    over = Q(confirmed_at=None, asked_at__lte=unconfirmed_before) | Q(recall_slug__in=closed)
    found = list(Watch.objects.filter(over))
    for watch in found if not dry_run else ():
        with transaction.atomic():
            _delete(watch)
    return len(found)


def link(watch: Watch) -> str:
    """Return the address within this site at which a wish is confirmed and stopped."""
    return f"/{_PATHS.get(watch.language, 'en')}/watch/{_token(watch.number)}/"


def _try_one(watch_id: int, pack: Pack, at: datetime) -> int:
    """Follow one wish; a fault in it must not keep the others from being told."""
    try:
        return _follow_one(watch_id, pack, at)
    except Exception:
        logger.exception("watch not followed", extra={"id": watch_id})
        return 0


def _follow_one(watch_id: int, pack: Pack, at: datetime) -> int:
    """Move one cursor and queue at most one message, both or neither."""
    with transaction.atomic():
        watch = Watch.objects.select_for_update().filter(id=watch_id).first()
        if watch is None or watch.followed >= pack.ref.number:
            return 0
        email, inspection = _open(watch)
        verdict = judge(pack, inspection)
        changed = verdict.answer != watch.answer and verdict.answer is not Answer.NOT_AFFECTED
        watch.answer, watch.followed = str(verdict.answer), pack.ref.number
        watch.followed_digest = pack.ref.digest
        if changed:
            watch.told = pack.ref.number
            facts: dict[str, str | int] = {
                "edition": pack.ref.number,
                "answer": str(verdict.answer),
                "stop_use": say(pack.recall.stop_use, watch.language),
                "keep_safe": say(pack.recall.keep_safe, watch.language),
            }
            _send(watch, "watch_changed", str(pack.ref.number), email, facts, at)
        watch.save(update_fields=["answer", "followed", "followed_digest", "told"])
        return int(changed)


def _new(
    slug: str,
    inspection: Inspection,
    email: str,
    language: str,
    sought: str,
    verdict: Verdict,
    at: datetime,
) -> Watch:
    number = str(uuid.uuid4())
    value = _json({"to": email, "unit": _facts(inspection)})
    return Watch.objects.create(
        number=number,
        recall_slug=slug,
        language=language,
        sealed=seal(value.encode(), purpose=f"notices:watch:{number}"),
        token_hash=_hash(_token(number)),
        sought=sought,
        consent=consent.current("safety_watch").version,
        answer=str(verdict.answer),
        followed=verdict.edition.number,
        followed_digest=verdict.edition.digest,
        asked_at=at,
    )


def _send(
    watch: Watch,
    template: str,
    which: str,
    email: str,
    facts: Mapping[str, str | int],
    at: datetime,
) -> None:
    actions.queue(
        template=template,
        key=f"watch:{watch.number}:{template}:{which}",
        person_id="",
        language=watch.language,
        at=at,
        recall_slug=watch.recall_slug,
        facts=facts,
        secret={"link": link(watch)},
        to=email,
    )


def _open(watch: Watch) -> tuple[str, Inspection]:
    value = json.loads(unseal(bytes(watch.sealed), purpose=f"notices:watch:{watch.number}"))
    unit = value["unit"]
    bought = unit.pop("bought")
    return value["to"], Inspection(**unit, bought=date.fromisoformat(bought) if bought else None)


def _facts(inspection: Inspection) -> dict[str, str]:
    return {
        "model": inspection.model,
        "serial": inspection.serial,
        "colour": inspection.colour,
        "bought": inspection.bought.isoformat() if inspection.bought else "",
        "market": inspection.market,
    }


def _by_token(token: str) -> Watch:
    found = Watch.objects.filter(token_hash=_hash(token)).first()
    if found is None:
        raise WatchNotFound()
    return found


def _delete(watch: Watch) -> None:
    Message.objects.filter(key__startswith=f"watch:{watch.number}:").delete()
    watch.delete()


def _token(number: str) -> str:
    return blind_index(number, purpose="watch:token")


def _hash(token: str) -> str:
    return blind_index(token, purpose="watch:hash")


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
