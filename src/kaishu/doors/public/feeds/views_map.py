"""What search engines read: which pages there are, in which languages, and where not to look."""

from __future__ import annotations

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kaishu.base.language import TAGS
from kaishu.doors.public import site
from kaishu.doors.public.feeds import cpsc
from kaishu.doors.public.feeds.answering import open_data, whole

# Nobody's page: claims, drafts and desks open by a secret or a sign-in, and stay out of indexes.
CLOSED = ("/staff/", "/depot/", "/*/c/", "/*/d/", "/*/t/", "/*/find/", "/*/watch/", "/*/verify/")
HOUSE_PAGES = ("", "fly/", "check/", "genuine/", "privacy/", "accessibility/")
RECALL_PAGES = ("", "check/", "notice/", "progress/")
AN_HOUR = "public, max-age=3600"


@open_data
def robots(request: HttpRequest) -> HttpResponse:
    """Say which pages need not be read, and where the map is (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += [f"Sitemap: {settings.KAISHU_PUBLIC_URL}/sitemap.xml", ""]
    body = "\n".join(lines).encode()
    return whole(
        request, body, media_type="text/plain; charset=utf-8", language="en", caching=AN_HOUR
    )


@open_data
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page with its other languages (https://www.sitemaps.org/protocol.html)."""
    packs = site.running()
    newest = max((pack.published_at for pack in packs), default=None)
    pages = [(path, "") for path in HOUSE_PAGES]
    pages += [
        (f"r/{pack.recall.slug}/{path}", cpsc.published_on(pack).isoformat())
        for pack in packs
        for path in RECALL_PAGES
    ]
    urls = [_url(code, path, day) for path, day in pages for code in TAGS]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(urls) + "\n</urlset>\n"
    )
    return whole(
        request, body.encode(), media_type="application/xml", language="en", changed=newest
    )


def _url(code: str, path: str, day: str) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{_address(other, path)}"/>'
        for other, tag in TAGS.items()
    )
    changed = f"<lastmod>{day}</lastmod>" if day else ""
    return f"<url><loc>{_address(code, path)}</loc>{changed}{others}</url>"


def _address(code: str, path: str) -> str:
    return escape(f"{settings.KAISHU_PUBLIC_URL}/{code}/{path}", {'"': "&quot;"})
