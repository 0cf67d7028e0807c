"""Put shops on the list, send each its link, remind those that are late."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from kaishu.base.sealing import keyed_digest, seal, unseal
from kaishu.claims.tokens import token_hash
from kaishu.core.canonical import canonical
from kaishu.core.recall import LANGUAGES, say
from kaishu.editions import queries as editions
from kaishu.notices import actions as notices
from kaishu.returns.trade.errors import (
    CloseReasonMissing,
    NoMail,
    SiteIncomplete,
    SiteKnown,
    SiteNotFound,
)
from kaishu.returns.trade.models import (
    CLOSE_REASONS,
    CLOSED,
    COMPLETED,
    GIVEN,
    KINDS,
    OPENED,
    REMINDED,
    RENEWED,
    SENT,
    TradeSite,
    TradeStep,
)
from kaishu.returns.trade.state import state

MAIL = "trade:mail"
PATHS = {"ja": "ja", "zh-Hans": "zh-hans", "en": "en"}
REMIND_AFTER = timedelta(days=2)
MOST_REMINDERS = 5


def add_site(
    *,
    slug: str,
    party: str,
    name: str,
    kind: str,
    language: str,
    mail: str,
    by: str,
    at: datetime,
) -> TradeSite:
    """Put a shop on the list of a recall. Raises SiteIncomplete, SiteKnown."""
    recall = editions.current_pack(slug).recall
    # The kind says in which pool of the books the shop's stock lies: it is its account's own role.
    known = {each.code: each.role for each in recall.parties if each.role in KINDS}
    wanted = (name.strip(), party in known, known.get(party) == kind, language in LANGUAGES)
    if not all(wanted) or ("@" not in mail if mail.strip() else False):
        raise SiteIncomplete(name=name.strip()[:60], party=party[:40])
    row = editions.recall_row(slug)
    try:
        with transaction.atomic():
            site = TradeSite(
                recall_id=row.id,
                recall_slug=slug,
                party=party,
                name=name.strip()[:100],
                kind=kind,
                language=language,
                mail=seal(mail.strip().encode(), purpose=MAIL) if mail.strip() else None,
                added_by=by,
                added_at=at,
            )
            site.token_hash = token_hash(link_token(site))
            site.save()
            return site
    except IntegrityError:
        raise SiteKnown(name=name.strip()[:60]) from None


def link_token(site: TradeSite) -> str:
    """Return the secret of a site's newest link: derived, so that nothing of it is stored."""
    parts = [site.recall_id, site.party, site.name, site.link_no]
    digest = keyed_digest(canonical(parts), purpose="trade-token")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def link(site: TradeSite) -> str:
    """Return the whole address of a site's own page."""
    return f"{settings.KAISHU_PUBLIC_URL}/{PATHS[site.language]}/t/{link_token(site)}/"


def send_link(*, site_id: int, by: str, at: datetime) -> TradeSite:
    """Mail a site its link, or the reminder where it had it; once in two days at most.

    Raises SiteNotFound, NoMail.
    """
    with transaction.atomic():
        site = _lock(site_id)
        if site.mail is None:
            raise NoMail(name=site.name)
        first = site.sent_at is None
        if not first and site.reminded_at and site.reminded_at > at - REMIND_AFTER:
            return site
        _queue(site, "trade_notice" if first else "trade_reminder", at)
        _note(site, SENT if first else REMINDED, by=by, at=at)
        if first:
            site.sent_at = at
        else:
            site.reminders += 1
        site.reminded_at = at
        site.save(update_fields=["sent_at", "reminded_at", "reminders"])
        return site


def mark_given(*, site_id: int, by: str, at: datetime) -> TradeSite:
    """Note that a site got its link by hand, letter or telephone: its time runs from now."""
    with transaction.atomic():
        site = _lock(site_id)
        if site.sent_at is None:
            site.sent_at = at
            site.save(update_fields=["sent_at"])
            _note(site, GIVEN, by=by, at=at)
        return site


def new_link(*, site_id: int, by: str, at: datetime) -> TradeSite:
    """Give a site another link, which may be mailed at once; the one before opens nothing."""
    with transaction.atomic():
        site = _lock(site_id)
        site.link_no += 1
        site.token_hash = token_hash(link_token(site))
        site.reminded_at = None
        site.save(update_fields=["link_no", "token_hash", "reminded_at"])
        _note(site, RENEWED, by=by, at=at)
        return site


def close_site(*, site_id: int, reason: str, by: str, at: datetime) -> TradeSite:
    """Wait for no more answer of a site; once. Raises SiteNotFound, CloseReasonMissing."""
    if reason not in CLOSE_REASONS:
        raise CloseReasonMissing
    with transaction.atomic():
        site = _lock(site_id)
        if site.closed_at is None:
            site.closed_at = at
            site.save(update_fields=["closed_at"])
            _note(site, CLOSED, by=by, at=at, reason=reason)
        return site


def open_again(*, site_id: int, by: str, at: datetime) -> TradeSite:
    """Wait for a closed site's answer after all. Raises SiteNotFound."""
    with transaction.atomic():
        site = _lock(site_id)
        if site.closed_at is not None:
            site.closed_at = None
            site.save(update_fields=["closed_at"])
            _note(site, OPENED, by=by, at=at)
        return site


def remind_late(*, at: datetime, limit: int = 200) -> dict[str, int]:
    """Remind the sites that owe an answer and are late; the worker calls it each round."""
    long_ago = Q(reminded_at=None) | Q(reminded_at__lte=at - REMIND_AFTER)
    asked = TradeSite.objects.filter(
        long_ago,
        closed_at=None,
        sent_at__lte=at - REMIND_AFTER,
        mail__isnull=False,
        reminders__lt=MOST_REMINDERS,
    ).exclude(answers__step=COMPLETED)
    rows = asked.order_by("sent_at", "id").prefetch_related("answers")
    late = [site.id for site in rows if state(site, site.answers.all()).overdue(at)][:limit]
    for site_id in late:
        send_link(site_id=site_id, by="worker", at=at)
    return {"reminded": len(late)}


def mail_of(site: TradeSite) -> str:
    """Return the mail address of a site in clear; whoever shows it logs the look."""
    return unseal(bytes(site.mail), purpose=MAIL).decode() if site.mail else ""


def _queue(site: TradeSite, template: str, at: datetime) -> None:
    recall = editions.current_pack(site.recall_slug).recall
    notices.queue(
        template=template,
        key=f"{template}:{site.id}:{site.link_no}:{site.reminders}",
        person_id="",
        language=site.language,
        at=at,
        recall_slug=site.recall_slug,
        facts={"title": say(recall.title, site.language), "shop": site.name},
        secret={"link": link(site)},
        to=mail_of(site),
    )


def _note(site: TradeSite, step: str, *, by: str, at: datetime, reason: str = "") -> None:
    TradeStep.objects.create(site=site, step=step, reason=reason, by=by, at=at)


def _lock(site_id: int) -> TradeSite:
    site = TradeSite.objects.select_for_update().filter(id=site_id).first()
    if site is None:
        raise SiteNotFound
    return site
