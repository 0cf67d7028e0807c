"""Find one real address for every page of staff, depots and shops, by following links.

The routes and who may open them are read from docs/reference/roles.md, so that a new page is on
the next sheet without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml import html
from playwright.sync_api import APIRequestContext, APIResponse

ROLES = Path(__file__).resolve().parents[1] / "docs" / "reference" / "roles.md"
SHOP = "/<tongue>/t/<token>/"
PARTS = {"int": r"\d+", "str": r"[^/]+", "slug": r"[-\w]+", "uuid": r"[-0-9a-f]{36}", "path": r".+"}
# One address of each is enough, whatever the rest of the query says.
DULL = {"page", "after", "before", "sort", "sheet", "search", "next"}
# Only by a form; or a draft that cannot be shown yet, which says what is missing.
EXPLAINED = {405, 409}
NO_PAGE = {"export", "download", "format"}
# Addresses without a page of their own: they answer a form, part of a page, or a link that ends.
PAGELESS = {
    "/depot/frame/": "reads a picture of the camera: sent by the page's script",
    "/depot/certificates/paper/<int:file_id>/": "a file; the demo has no scanned paper",
    "/staff/evidence/<int:evidence_id>/": "a file: its link is a picture of the case",
    "/staff/imports/<int:import_id>/": "the demo takes no claims over; walked by its own test",
    "/staff/imports/<int:import_id>/columns/": "a step of the same import",
    "/staff/imports/<int:import_id>/start/": "a step of the same import",
    "/staff/imports/lists/read/<int:job_id>/": "a list being read, gone when it is",
    "/staff/imports/lists/read/<int:job_id>/without/": "a form of that page",
    "/staff/jobs/<int:job_id>/": "the demo runs no job; walked by the test of bulk acts",
    "/staff/jobs/<int:job_id>/progress/": "part of that page",
    "/staff/jobs/<int:job_id>/stop/": "a form of that page",
    "/staff/opinions/<int:opinion_id>/": "a small demo may draw none; walked by its own test",
    "/staff/opinions/<int:opinion_id>/settle/": "a form of that list, where two people differ",
    "/staff/payouts/recoveries/<int:recovery_id>/": "a form; no paid money came back in the demo",
    "/staff/payouts/results/<int:event_id>/": "a form; each result of the demo fits an order",
    "/staff/payouts/results/acts/<int:act_id>/": "a form; each result of the demo fits an order",
    "/staff/payouts/rules/<int:rule_id>/": "a form; the demo keeps the house's own rule",
    "/staff/payouts/pauses/<int:pause_id>/": "a form; nothing stands still in the demo",
    "/staff/payouts/funds/<int:fund_id>/": "a form; both receipts of the demo are agreed",
    "/depot/find/": "answers the search box of a depot, in the open page",
    "/depot/session/": "starts and ends a session: a form",
    "/depot/sign/": "takes the hand-over's signature: a form on the two people's screen",
    "/depot/undo/": "takes back the last scan: a form",
    "/staff/sign-out/": "ends the sign-in: a form",
    "/staff/start/<str:token>/": "an invitation: its link is in a mail, once",
    "/staff/sign-in/second-step/": "stands between a password and the first page",
    "/staff/sign-in/set-up/": "stands between a password and the first page",
    "/depot/counts/<int:stocktake_id>/": "the demo has no open count; walked by its own test",
    "/staff/access/<str:name>/act/": "a form of the access page, for other accounts only",
    "/staff/account/codes/": "a form, once a second step is set up",
    "/staff/account/remove/": "a form, once a second step is set up",
    "/staff/account/sign-ins/": "a form, where a person is signed in twice",
    "/staff/again/": "stands before money, once a sign-in is old",
    "/staff/bulk/<int:bulk_id>/undo/": "a form of an act that was done",
    "/staff/bulk/confirm/": "a form of an act that was tried out",
    "/staff/connections/<slug:code>/": "the demo has no connection; walked by its own test",
    "/staff/connections/<slug:code>/revoke/": "a form of that page",
    "/staff/connections/<slug:code>/sent/": "a page of a connection",
    "/staff/connections/<slug:code>/sent/again/": "a form of that page",
    "/staff/connections/<slug:code>/token/": "a form of a connection",
    "/staff/connections/<slug:code>/webhook/": "a form of a connection",
    "/staff/connections/<slug:code>/webhook/act/": "a form of a connection",
    "/staff/hotline/<uuid:draft_id>/sent/": "after a call; walked by its own test",
    "/staff/hotline/claims/<str:case_no>/": (
        "opens after the caller's check; walked by its own test"
    ),
    "/staff/hotline/claims/<str:case_no>/<slug:act>/": "a form of that page",
    "/staff/imports/lists/<int:draft_id>/files": "takes an upload: a form",
    "/staff/payouts/<int:batch_id>/file/<str:provider>/": (
        "a file of an approved batch: a form of finance"
    ),
    "/staff/payouts/stock/dispatch/": "a form of the goods, where any waits to leave",
    "/staff/recalls/<slug:slug>/corrective/<int:action_id>/": "a form; the demo has no action",
    "/staff/recalls/<slug:slug>/reports/filed/<int:filed_id>/": (
        "the demo filed no report; its own test"
    ),
    "/staff/recalls/<slug:slug>/reports/filed/<int:filed_id>/<str:kind>/": (
        "a file of a filed report"
    ),
    "/staff/recalls/<slug:slug>/reports/filed/<int:filed_id>/note/": "a form of a filed report",
    "/staff/recalls/drafts/<int:draft_id>/preview/<path:path>": "shown in a frame of the preview",
    "/staff/recalls/drafts/<int:draft_id>/submit/": "a form, once nothing is missing in a draft",
    "/staff/recalls/proposals/<int:proposal_id>/": (
        "the demo has no open proposal; walked by its own test"
    ),
    "/staff/review/filters/": "keeps a filter: a form of the queue, with a filter set",
    "/staff/review/filters/<int:number>/forget/": "forgets a filter: a form beside it",
}
# The links of one list that look different enough for a picture each.
TELLING = {"queue", "state", "account", "commodity", "show"}
MOST_EACH = 4


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the policy table, and the roles that may open it."""

    text: str
    pattern: re.Pattern[str]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One address worth a picture: its route, who opened it."""

    route: str
    address: str
    account: str


@dataclass
class Finds:
    """Everything found so far, and what answered wrongly."""

    pages: list[Found] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    per_route: dict[str, int] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    # Routes that a form of some page is sent to: there may be nothing else to see.
    forms: set[str] = field(default_factory=set)


def routes() -> list[Route]:
    """Return the rows of the policy table, and the shop's own page."""
    rows = [line for line in ROLES.read_text("utf-8").splitlines() if line.startswith("| ")]
    names = [cell.strip() for cell in rows[0].split("|")[2:-2]]
    found = []
    for row in rows[1:]:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        text = cells[0].strip("`")
        who = tuple(name for name, cell in zip(names, cells[1:], strict=False) if cell)
        found.append(Route(text, re.compile(f"{_pattern(text)}$"), who))
    found.sort(key=lambda route: route.text.count("<"))
    return [*found, Route(SHOP, re.compile(r"/(ja|zh-hans|en)/t/[^/]+/$"), ())]


def _pattern(text: str) -> str:
    parts = re.split(r"<(\w+):\w+>", text)
    return "".join(
        PARTS[part] if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


def kind_of(address: str, known: list[Route]) -> tuple[str, str] | None:
    """Return the route of an address and what of its query changes the picture; None: no page."""
    parts = urlsplit(address)
    route = next((each.text for each in known if each.pattern.match(parts.path)), None)
    query = dict(parse_qsl(parts.query))
    if route is None or NO_PAGE & set(query):
        return None
    telling = sorted(
        f"{name}={value}" if name in TELLING else name
        for name, value in query.items()
        if name not in DULL
    )
    return route, "&".join(telling)


def follow(
    request: APIRequestContext, *, site: str, account: str, starts: list[str], finds: Finds
) -> None:
    """Follow links from `starts` as one account; new kinds of pages are added to `finds`."""
    known = routes()
    waiting = list(starts)
    asked: set[str] = set()
    own: set[str] = set()  # routes gone through as this account: it may see other links there
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address, known)
        if kind is None or address in asked:
            continue
        asked.add(address)
        if address not in starts and kind[0] in own and not _new(kind, finds):
            continue
        own.add(kind[0])
        answer = request.get(site + address, max_redirects=5, timeout=180_000)
        waiting += _taken(answer, site=site, kind=kind, account=account, finds=finds, known=known)


def _new(kind: tuple[str, str], finds: Finds) -> bool:
    return kind not in finds.seen and finds.per_route.get(kind[0], 0) < MOST_EACH


def _taken(
    answer: APIResponse,
    *,
    site: str,
    kind: tuple[str, str],
    account: str,
    finds: Finds,
    known: list[Route],
) -> list[str]:
    """Note what one address answered; returns the links on its page."""
    here = answer.url.removeprefix(site)
    fresh = _new(kind, finds)
    finds.seen.add(kind)
    finds.answered.setdefault(kind[0], f"{answer.status}")
    if answer.status >= 400 and answer.status not in EXPLAINED:
        finds.broken.append(f"{account}: {here} answers {answer.status}")
        return []
    if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
        return []
    landed = kind_of(here, known) or kind
    if fresh if landed == kind else _new(landed, finds):
        finds.seen.add(landed)
        finds.answered[landed[0]] = "200"
        finds.per_route[landed[0]] = finds.per_route.get(landed[0], 0) + 1
        finds.pages.append(Found(landed[0], here, account))
    root = html.document_fromstring(answer.body(), parser=html.HTMLParser(encoding="utf-8"))
    finds.forms |= {kind[0] for sent in _forms(root, here) if (kind := kind_of(sent, known))}
    return list(_links(root, here))


def _forms(root: html.HtmlElement, here: str) -> Iterator[str]:
    for sent in root.xpath("//form/@action | //@formaction | //@hx-post | //@hx-get"):
        yield urlsplit(urljoin(here, str(sent))).path


def _links(root: html.HtmlElement, here: str) -> Iterator[str]:
    for link in root.iter("a"):
        href = str(link.get("href") or "")
        if not href.startswith(("#", "http", "mailto:", "tel:")) or "/t/" in href:
            parts = urlsplit(urljoin(here, href))
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def left_out(finds: Finds, known: list[Route]) -> list[str]:
    """Return the routes that no link led to and that are no form: pages that nobody reaches."""
    missed = [route.text for route in known if route.text not in finds.answered]
    return [text for text in missed if text not in PAGELESS and text not in finds.forms]
