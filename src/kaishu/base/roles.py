"""Say who may open which page, and refuse what nobody was allowed to open.

A role is a Django group. A view under /staff or /depot carries its policy on itself:

    @staff(Role.REVIEWER, Role.MANAGER)
    def case(request, case_no): ...

`policy_table()` reads the whole table from the routes, so that it cannot disagree with the code.
No role contains another and no account is above the table: separation of duties ends where a
"superuser may do everything" begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from kaishu.base import clock
from kaishu.base.access import sign_ins
from kaishu.base.refusals import refusal_page
from kaishu.base.same_site import from_another_site, from_this_site, own_referrer
from kaishu.core.errors import Refusal

View = Callable[..., HttpResponseBase]
GUARDED_PREFIXES = ("/staff/", "/depot/")
POLICY = "kaishu_policy"
READS_ONLY = "kaishu_reads_only"
FRESH_MARK = "kaishu_fresh"
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Role(StrEnum):
    """What a member of staff or a partner does here (one group each)."""

    MANAGER = "manager"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    FINANCE = "finance"
    COLLECTOR = "collector"
    RECYCLER = "recycler"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    ADMIN = "admin"


# Who needs a second step at sign-in: everybody who sees people's details, moves money, publishes or
# gives rights. A site's account is shared by a shift at one bench and sees no person: ADR 13.
SECOND_STEP = frozenset(set(Role) - {Role.COLLECTOR, Role.RECYCLER})

ONLY_READ = frozenset({Role.AUDITOR, Role.REGULATOR})
# Two roles in one hand with which money could leave, or a trace be hidden, by one person alone.
TOXIC = (
    frozenset({Role.FINANCE, Role.APPROVER}),
    frozenset({Role.REVIEWER, Role.APPROVER}),
    frozenset({Role.REVIEWER, Role.FINANCE}),
    frozenset({Role.ADMIN, Role.APPROVER}),
    frozenset({Role.ADMIN, Role.AUDITOR}),
)


class WrongRole(Refusal):
    """This page is for another role."""

    code = "wrong_role"


class NoPolicy(Refusal):
    """Nobody was allowed to open this page yet."""

    code = "no_policy"


class OnlyByForm(Refusal):
    """This address takes what a form sends, and shows nothing by itself."""

    code = "only_by_form"


def staff(
    *roles: Role | str,
    acts: Iterable[Role | str] | None = None,
    own: bool = False,
    auditor: bool = True,
) -> Callable[[View], View]:
    """Let only these roles in: others are refused, and a visitor is asked to sign in.

    Beside the form's token, the browser's own word counts: a form of another website is refused.
    `acts` names those among them who may send the page's forms, where that is not everybody.

    Two rules hold whatever a view names: auditor and regulator read (GET) and never act, and the
    auditor reads every page. `own` marks a person's own account, where everybody acts;
    `auditor=False` the few pages that show a person's details in clear to whoever opens them.
    """
    named = frozenset(Role(role) for role in roles)
    if not named:
        raise ValueError("name at least one role")
    sending = named if acts is None else frozenset(Role(role) for role in acts)
    acting = sending if own else sending - ONLY_READ
    reading = (named | ({Role.AUDITOR} if auditor else frozenset())) - acting

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in READS and not from_this_site(request):
                return from_another_site(request)
            if not _signed_in(request):
                return _ask_to_sign_in(request)
            may = acting | reading if request.method in READS else acting
            if not roles_of(request.user) & may:
                return refusal_page(request, WrongRole(), status=403)
            return view(request, *args, **kwargs)

        setattr(guarded, POLICY, acting | reading)
        setattr(guarded, READS_ONLY, reading)
        return guarded

    return decorate


def _signed_in(request: HttpRequest) -> bool:
    """Say whether a person with a whole sign-in is there; one that is over, or that lacks the
    second step which a role needs by now, is ended."""
    if not request.user.is_authenticated:
        return False
    at = clock.now()
    row = sign_ins.current(request, at)
    if row is not None and (row.step or not asks_second_step(request.user)):
        return True
    sign_ins.end(request, why="over" if row is None else "second_step", at=at)
    return False


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in and back; a form comes back to the page that it stood on."""
    reads = request.method in READS
    back = request.get_full_path() if reads else own_referrer(request) or "/staff/"
    asked = redirect_to_login(back)
    if request.headers.get("HX-Request"):  # htmx would put the sign-in page into a part of this one
        return HttpResponse(status=204, headers={"HX-Redirect": asked.url})
    return asked


def asks_second_step(user: User | AnonymousUser) -> bool:
    """Say whether one of the account's roles needs a second step in this mode."""
    return settings.KAISHU_SECOND_STEP == "required" and bool(roles_of(user) & SECOND_STEP)


def open_to_all(view: View) -> View:
    """Mark the few pages under /staff and /depot that need no sign-in (the sign-in itself)."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    setattr(opened, POLICY, frozenset())
    return opened


def roles_of(user: User | AnonymousUser) -> frozenset[Role]:
    """Return the user's roles; asked once a request, because the user object lives that long."""
    known: frozenset[Role] | None = getattr(user, "_kaishu_roles", None)
    if known is None:
        names = set(user.groups.values_list("name", flat=True))
        known = frozenset(role for role in Role if role.value in names)
        setattr(user, "_kaishu_roles", known)  # noqa: B010 (Django's User has no such field)
    return known


def give(user: User, *roles: Role | str) -> None:
    """Set a user's roles to exactly these."""
    groups = [Group.objects.get_or_create(name=Role(role).value)[0] for role in roles]
    user.groups.set(groups)


class PolicyGate:
    """Refuse a page under /staff or /depot whose view names no policy: forgetting fails closed.

    Where only a form may go, whoever reloads or changes the language gets words and a way on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        guarded = request.path_info.startswith(GUARDED_PREFIXES)
        if response.status_code == 405 and request.method in READS and guarded:
            page = refusal_page(request, OnlyByForm(), status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(
        self, request: HttpRequest, view: View, *_args: object
    ) -> HttpResponseBase | None:
        if request.path_info.startswith(GUARDED_PREFIXES) and not hasattr(view, POLICY):
            return refusal_page(request, NoPolicy(), status=403)
        return None


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may open one route: `acts` may also send its forms. None of both = nobody asked."""

    route: str
    name: str
    acts: frozenset[Role]
    reads: frozenset[Role]
    known: bool
    fresh: bool

    @property
    def open(self) -> bool:
        """Say whether the page needs no sign-in."""
        return self.known and not self.acts | self.reads


def policy(urlconf: str | None = None) -> list[Rule]:
    """Return every guarded route with its rule, in the order in which routes are tried."""
    rules = []
    for path, pattern in _routes(get_resolver(urlconf).url_patterns, ""):
        if not f"/{path}".startswith(GUARDED_PREFIXES):
            continue
        view = pattern.callback
        allowed: frozenset[Role] | None = getattr(view, POLICY, None)
        reads: frozenset[Role] = getattr(view, READS_ONLY, frozenset())
        acts = (allowed or frozenset()) - reads
        fresh, name = getattr(view, FRESH_MARK, False), pattern.name or ""
        rules.append(Rule(f"/{path}", name, acts, reads, allowed is not None, fresh))
    return rules


def policy_table(urlconf: str | None = None) -> Mapping[str, frozenset[Role] | None]:
    """Return every guarded route with its roles (empty = open to all, None = forgotten)."""
    return {rule.route: rule.acts | rule.reads if rule.known else None for rule in policy(urlconf)}


def routes_without_policy(urlconf: str | None = None) -> list[str]:
    """Return the guarded routes that nobody gave a policy; a test wants this to be empty."""
    return [path for path, policy in policy_table(urlconf).items() if policy is None]


def _routes(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, path)
        else:
            yield path, entry
