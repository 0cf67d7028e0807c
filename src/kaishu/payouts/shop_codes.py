"""The pool of shop credit codes: filled by staff from a file, shown to whom they were issued."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from kaishu.books.models import Promise
from kaishu.core.accounts import OWED
from kaishu.payouts.errors import CodeFileWrong, CodeNotFound, CodeNotIssued, ReasonMissing
from kaishu.payouts.models import SENT, SETTLED, Instruction, ShopCode
from kaishu.payouts.reasons import CODE_ENDS

LONGEST = 60
MOST = 200_000
LOW = 50  # fewer free codes than this, or than are owed, is a warning


@dataclass(frozen=True, slots=True)
class ShownCode:
    """One code as its owner sees it; the amount in minor units."""

    code: str
    commodity: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """What a file of codes would bring: the new ones, and every one that would not load."""

    new: tuple[str, ...]
    twice: tuple[str, ...]
    known: tuple[str, ...]
    wrong: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The codes of one commodity, counted. `owed` promises still need one each."""

    commodity: str
    free: int
    issued: int
    delivered: int
    void: int
    owed: int

    @property
    def low(self) -> bool:
        """Say whether more codes must be loaded soon."""
        return self.free < max(self.owed, LOW)


def read_codes(data: bytes) -> CodeFile:
    """Read a CSV file with one code a line (a heading `code` may stand above); loads nothing.

    Raises CodeFileWrong where there is no code in it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise CodeFileWrong(line=0) from wrong
    new: list[str] = []
    twice: list[str] = []
    wrong_lines: list[tuple[int, str]] = []
    seen: set[str] = set()
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        code = row[0].strip() if row else ""
        if not code or (number == 1 and code.casefold() == "code"):
            continue
        if len(code) > LONGEST or not code.isprintable() or " " in code:
            wrong_lines.append((number, code[:LONGEST]))
        elif code in seen:
            twice.append(code)
        else:
            seen.add(code)
            new.append(code)
    if not new or len(new) > MOST:
        raise CodeFileWrong(line=len(new))
    known = _known(new)
    return CodeFile(
        new=tuple(code for code in new if code not in known),
        twice=tuple(dict.fromkeys(twice)),
        known=tuple(code for code in new if code in known),
        wrong=tuple(wrong_lines),
    )


def load_codes(*, commodity: str, codes: Iterable[str], at: datetime) -> int:
    """Add codes to the pool; codes that are there already stay as they are. Returns the new."""
    wanted = list(dict.fromkeys(codes))
    known = _known(wanted)
    new = [code for code in wanted if code not in known]
    ShopCode.objects.bulk_create(
        [ShopCode(commodity=commodity, code=code, loaded_at=at) for code in new],
        ignore_conflicts=True,
        batch_size=2_000,
    )
    return len(new)


def free_codes(*, commodity: str) -> int:
    """Return how many codes of a commodity nobody has."""
    return ShopCode.objects.filter(commodity=commodity, issued_key=None, void_at=None).count()


def pools() -> list[Pool]:
    """Return every pool with what is in it, and how many promises wait for a code."""
    owed = Counter(
        dict(
            Promise.objects.filter(account=OWED, role="remedy", commodity__startswith="coupon:")
            .order_by()
            .values_list("commodity")
            .annotate(count=Count("id"))
        )
    )
    rows = ShopCode.objects.order_by().values("commodity")
    counted = {
        row["commodity"]: row
        for row in rows.annotate(
            free=Count("id", filter=Q(issued_key=None, void_at=None)),
            issued=Count("id", filter=Q(issued_key__isnull=False, void_at=None)),
            delivered=Count("id", filter=Q(delivered_at__isnull=False, void_at=None)),
            void=Count("id", filter=Q(void_at__isnull=False)),
        )
    }
    nothing = {"free": 0, "issued": 0, "delivered": 0, "void": 0}
    return [
        Pool(**{**nothing, **counted.get(name, {}), "commodity": name}, owed=owed[name])
        for name in sorted({*owed, *counted})
    ]


def codes_in(state: str, commodity: str = "") -> QuerySet[ShopCode]:
    """Return the codes that are free, issued, delivered or void, newest first."""
    states = {
        "free": Q(issued_key=None, void_at=None),
        "issued": Q(issued_key__isnull=False, void_at=None),
        "delivered": Q(delivered_at__isnull=False, void_at=None),
        "void": Q(void_at__isnull=False),
    }
    rows = ShopCode.objects.filter(states[state]).order_by("-id")
    return rows.filter(commodity=commodity) if commodity else rows


def void_code(*, code_id: int, reason: str, by: str, at: datetime) -> None:
    """Make an issued code void, so that its promise is owed again and another one is issued.

    The next code comes with the next batch, so a second person agrees to it. Raises
    ReasonMissing, CodeNotIssued.
    """
    if reason not in CODE_ENDS:
        raise ReasonMissing(number=code_id)
    with transaction.atomic():
        # issued -> void, once; the worker reads it as the code's next result
        issued = ShopCode.objects.filter(id=code_id, issued_key__isnull=False, void_at=None)
        if not issued.update(void_at=at, void_by=by, void_reason=reason):
            raise CodeNotIssued(number=code_id)


def has_code(*, case_no: str, unit_no: int) -> bool:
    """Say whether a code was issued to a claim unit."""
    return _code_of(case_no, unit_no) is not None


def show_code(*, case_no: str, unit_no: int, at: datetime) -> ShownCode:
    """Return the code of a claim unit and note that it was delivered. Raises CodeNotFound."""
    code = _code_of(case_no, unit_no)
    if code is None or code.amount is None:
        raise CodeNotFound(case_no=case_no)
    # issued -> delivered, the first time only
    ShopCode.objects.filter(id=code.id, delivered_at=None, void_at=None).update(delivered_at=at)
    return ShownCode(code.code, code.commodity, code.amount)


def _code_of(case_no: str, unit_no: int) -> ShopCode | None:
    keys = Instruction.objects.filter(
        case_no=case_no, unit_no=unit_no, provider="shop_credit", state__in=(SENT, SETTLED)
    ).values("key")
    issued = ShopCode.objects.filter(issued_key__in=keys, void_at=None)
    return issued.order_by("-issued_at").first()


def _known(codes: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(codes), 5_000):
        part = codes[start : start + 5_000]
        known.update(ShopCode.objects.filter(code__in=part).values_list("code", flat=True))
    return known
