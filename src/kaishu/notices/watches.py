"""Tell me if this changes: an owner who was "not affected" leaves a mail, for safety only.

Nothing is followed before the owner pressed a button in our mail (a robot that opens the link
changes nothing). A new edition judges every followed unit again; whoever is no longer "not
affected" is told exactly once, because the cursor and the message are written together.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from kaishu.base.sealing import blind_index, seal, unseal
from kaishu.core.answer import Inspection, judge
from kaishu.core.dates import made_from
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
_ALWAYS = ("model", "serial", "colour", "bought", "market")
_DAYS = ("bought", "made_on")
_STRICTEST = ("affected", "ask", "no_such_model", "not_affected")
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
    register_all(wishes=[(recall_slug, inspection)], email=email, language=language, at=at)


def register_all(
    *, wishes: Sequence[tuple[str, Inspection]], email: str, language: str, at: datetime
) -> None:
    """Keep several wishes of one address, unconfirmed, and mail one link that confirms them all."""
    mail = email.strip()
    try:
        with transaction.atomic():
            kept = [_keep(slug, unit, mail, language, at) for slug, unit in wishes]
            open_ones = [watch for watch in kept if watch.confirmed_at is None]
            if len(open_ones) == 1:
                _send(open_ones[0], "watch_started", f"{at:%Y%m%d}", mail, {}, at)
            elif open_ones:
                which = f"{_mark(str(watch.id) for watch in open_ones)}:{at:%Y%m%d}"
                _send_all(open_ones, "watch_started_several", which, mail, {}, at)
    except IntegrityError:
        # The same form, pressed twice: the other press keeps the wish and sends the mail.
        if not all(Watch.objects.filter(sought=_sought(mail, *wish)).exists() for wish in wishes):
            raise


def find(token: str) -> WatchView:
    """Return the first wish that this secret opens. Raises WatchNotFound."""
    return find_all(token)[0]


def find_all(token: str) -> list[WatchView]:
    """Return every wish that this secret opens: one, or all of one address."""
    return [_view(watch) for watch in _by_token(token)]


def confirm(*, token: str, at: datetime) -> None:
    """Follow these units from now on. A repeat changes nothing. Raises WatchNotFound."""
    numbers = [watch.id for watch in _by_token(token)]
    Watch.objects.filter(id__in=numbers, confirmed_at=None).update(confirmed_at=at)


@transaction.atomic
def stop(*, token: str) -> None:
    """Delete the wishes with their address, and end their messages. Raises WatchNotFound."""
    for watch in _by_token(token):
        _delete(watch)


def follow(*, at: datetime, limit: int = 500) -> Mapping[str, int]:
    """Judge followed units by newer editions; return how many were judged and told.

    Whoever has several units that changed hears of them all in one mail.
    """
    done = {"judged": 0, "told": 0}
    packs = {pack.recall.slug: pack for pack in editions.current_packs()}
    groups: dict[str, list[int]] = {}
    for slug, pack in packs.items():
        waiting = Watch.objects.filter(
            recall_slug=slug, followed__lt=pack.ref.number, confirmed_at__isnull=False
        )
        for number, owner in waiting.order_by("id").values_list("id", "owner")[:limit]:
            groups.setdefault(owner or f"{number}", []).append(number)
    for numbers in groups.values():
        done["judged"] += len(numbers)
        done["told"] += _try_group(sorted(numbers), packs, at)
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
    return _address(watch, _token(watch.number))


def _address(watch: Watch, token: str) -> str:
    return f"/{_PATHS.get(watch.language, 'en')}/watch/{token}/"


def _keep(slug: str, inspection: Inspection, mail: str, language: str, at: datetime) -> Watch:
    """Return the wish as it is kept; a new one where there was none."""
    sought = _sought(mail, slug, inspection)
    watch = Watch.objects.select_for_update().filter(sought=sought).first()
    if watch is None:
        verdict = judge(editions.current_pack(slug), inspection)
        watch = _new(slug, inspection, mail, language, sought, verdict, at)
    if watch.confirmed_at is None:
        Watch.objects.filter(id=watch.id).update(asked_at=at)  # its link lives on
    return watch


def _sought(mail: str, slug: str, inspection: Inspection) -> str:
    wanted = {"to": mail.casefold(), "recall": slug, **_facts(inspection)}
    return blind_index(_json(wanted), purpose="watch:sought")


def _try_group(numbers: list[int], packs: Mapping[str, Pack], at: datetime) -> int:
    """Follow the wishes of one address; a fault in them must not keep others from being told."""
    try:
        return _follow_group(numbers, packs, at)
    except Exception:
        logger.exception("watches not followed", extra={"ids": numbers})
        return 0


def _follow_group(numbers: list[int], packs: Mapping[str, Pack], at: datetime) -> int:
    """Move the cursors of one address and queue at most one message, all or nothing."""
    with transaction.atomic():
        changed: list[Watch] = []
        email = ""
        for watch in Watch.objects.select_for_update().filter(id__in=numbers).order_by("id"):
            pack = packs[watch.recall_slug]
            if watch.followed >= pack.ref.number:
                continue
            email, inspection = _open(watch)
            if _moved(watch, pack, judge(pack, inspection)):
                changed.append(watch)
        if len(changed) == 1:
            facts = _changed_facts(changed[0], packs)
            _send(changed[0], "watch_changed", str(changed[0].followed), email, facts, at)
        elif changed:
            changed.sort(key=lambda watch: _STRICTEST.index(watch.answer))
            which = _mark(f"{watch.id}:{watch.followed}" for watch in changed)
            facts = _changed_facts(changed[0], packs)
            _send_all(changed, "watch_changed_several", which, email, facts, at)
        return len(changed)


def _moved(watch: Watch, pack: Pack, verdict: Verdict) -> bool:
    """Move a cursor; say whether its owner must hear of it."""
    changed = verdict.answer != watch.answer and verdict.answer is not Answer.NOT_AFFECTED
    watch.answer, watch.followed = str(verdict.answer), pack.ref.number
    watch.followed_digest = pack.ref.digest
    if changed:
        watch.told = pack.ref.number
    watch.save(update_fields=["answer", "followed", "followed_digest", "told"])
    return changed


def _changed_facts(watch: Watch, packs: Mapping[str, Pack]) -> dict[str, str | int]:
    recall = packs[watch.recall_slug].recall
    return {
        "edition": watch.followed,
        "answer": watch.answer,
        "stop_use": say(recall.stop_use, watch.language),
        "keep_safe": say(recall.keep_safe, watch.language),
    }


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
        owner=_owner(_owner_token(email)),
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
    _queue(watch, template, which, email, facts, {"link": link(watch)}, at)


def _send_all(
    about: Sequence[Watch],
    template: str,
    which: str,
    email: str,
    facts: Mapping[str, str | int],
    at: datetime,
) -> None:
    """Queue one mail on several wishes of one address; its link opens all of that address."""
    first = about[0]
    units = (_open(watch)[1] for watch in about)
    secret = {
        "link": _address(first, _owner_token(email)),
        "units": " / ".join(f"{unit.model} {unit.serial}".strip() for unit in units),
    }
    _queue(first, template, which, email, facts, secret, at)


def _queue(
    watch: Watch,
    template: str,
    which: str,
    email: str,
    facts: Mapping[str, str | int],
    secret: Mapping[str, str],
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
        secret=secret,
        to=email,
    )


def _open(watch: Watch) -> tuple[str, Inspection]:
    value = json.loads(unseal(bytes(watch.sealed), purpose=f"notices:watch:{watch.number}"))
    unit = value["unit"]
    days = {name: made_from(day) if (day := unit.pop(name, "")) else None for name in _DAYS}
    return value["to"], Inspection(**{**unit, **days})


def _facts(inspection: Inspection) -> dict[str, str]:
    """Return everything the answer rests on; what is not known of the newer facts stays away.

    So a wish that was kept before these facts came is still found under its old name.
    """
    pairs = {each.name: str(getattr(inspection, each.name) or "") for each in fields(Inspection)}
    return {name: value for name, value in pairs.items() if value or name in _ALWAYS}


def _view(watch: Watch) -> WatchView:
    return WatchView(
        number=watch.number,
        recall_slug=watch.recall_slug,
        inspection=_open(watch)[1],
        answer=watch.answer,
        edition=watch.followed,
        confirmed_at=watch.confirmed_at,
    )


def _by_token(token: str) -> list[Watch]:
    """Return the wish of a link, or those of the address that a link was mailed to."""
    found = list(Watch.objects.filter(token_hash=_hash(token)))
    found = found or list(Watch.objects.filter(owner=_owner(token)).order_by("id"))
    if not found:
        raise WatchNotFound()
    return found


def _delete(watch: Watch) -> None:
    Message.objects.filter(key__startswith=f"watch:{watch.number}:").delete()
    watch.delete()


def _token(number: str) -> str:
    return blind_index(number, purpose="watch:token")


def _owner_token(email: str) -> str:
    return blind_index(email.strip().casefold(), purpose="watch:owner-token")


def _owner(token: str) -> str:
    return blind_index(token, purpose="watch:owner")


def _mark(parts: Iterable[str]) -> str:
    """Return a short name for a set of wishes, so that the same news is queued once."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _hash(token: str) -> str:
    return blind_index(token, purpose="watch:hash")


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
