"""The recalls as news: RSS 2.0 and Atom 1.0, one each a language.

An entry is a recall and keeps its id for ever; a new edition is the same entry with a new date.
Standards: RSS 2.0 (https://www.rssboard.org/rss-specification), RFC 4287, RFC 4151 for the ids.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.doors.public import site
from kaishu.doors.public.feeds import cpsc
from kaishu.doors.public.feeds.answering import open_data, whole
from kaishu.markets import zone_of

EMPTY = datetime(2026, 1, 1, tzinfo=UTC)  # a feed without an entry needs a date, too


@open_data
def rss(request: HttpRequest, tongue: str) -> HttpResponse:
    """List the running recalls as RSS 2.0, newest announcement first."""
    return _feed(request, tongue, Rss201rev2Feed, "recalls.rss")


@open_data
def atom(request: HttpRequest, tongue: str) -> HttpResponse:
    """List the running recalls as Atom 1.0, newest announcement first."""
    return _feed(request, tongue, Atom1Feed, "recalls.atom")


def entry_id(pack: Pack) -> str:
    """Return the tag URI of a recall: the same in every language, edition and format."""
    host = urlsplit(settings.KAISHU_PUBLIC_URL).hostname or "localhost"
    return f"tag:{host},{pack.recall.announced.isoformat()}:recall/{pack.recall.slug}"


def _feed(
    request: HttpRequest, tongue: str, kind: type[Rss201rev2Feed | Atom1Feed], name: str
) -> HttpResponse:
    tag, packs = language.tag(), site.running()
    home = f"{settings.KAISHU_PUBLIC_URL}/{tongue}/"
    newest = max((pack.published_at for pack in packs), default=None)
    feed = kind(
        title=_("Product recalls"),
        link=home,
        description=_("Which products are recalled, why, and what to do now."),
        language=tag,
        author_name=_("Product recalls"),
        feed_url=f"{home}feeds/{name}",
        feed_guid=f"{home}feeds/{name}",
    )
    for pack in packs:
        _add(feed, pack, tag)
    feed.latest_post_date = lambda: newest or EMPTY  # type: ignore[method-assign]  # a feed of none
    body = feed.writeString("utf-8").encode()
    return whole(request, body, media_type=str(feed.content_type), language=tag, changed=newest)


def _add(feed: SyndicationFeed, pack: Pack, tag: str) -> None:
    recall = pack.recall
    zone = zone_of([recall.market]) or UTC
    announced = datetime.combine(recall.announced, time(), tzinfo=zone)
    published = cpsc.published_at(pack)
    feed.add_item(
        title=say(recall.title, tag),
        link=cpsc.page_address(recall.slug, tag),
        description=f"{say(recall.stop_use, tag)} {say(recall.hazard, tag)}",
        author_name=say(recall.company, tag),
        unique_id=entry_id(pack),
        unique_id_is_permalink=False,
        # RSS knows one date only: that of the edition, so that a widening comes up again.
        pubdate=published if isinstance(feed, Rss201rev2Feed) else min(announced, published),
        updateddate=published,
    )
