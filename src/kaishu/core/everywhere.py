"""One unit held against every recall of an installation, the strictest answer first.

Two recalls can touch one serial (two markets, a recall and its successor). A person who asked in
one of them must hear of the other, and first of the one that says "stop using it".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kaishu.core.answer import Inspection, judge, product_of, tell
from kaishu.core.asking import TONES, Said
from kaishu.core.pack import Pack
from kaishu.core.verdict import Answer, Verdict

# From the answer that a life may depend on to the one that asks for nothing.
DANGER = (Answer.AFFECTED, Answer.ASK, Answer.NO_SUCH_MODEL, Answer.NOT_AFFECTED)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one recall says of a unit."""

    pack: Pack
    verdict: Verdict


def judge_everywhere(packs: Iterable[Pack], inspection: Inspection) -> list[Hearing]:
    """Return what each recall that has this model says, the strictest first, then in given order.

    A recall without the model says nothing. No database: every pack is in memory.
    """
    heard = [
        Hearing(pack, judge(pack, inspection))
        for pack in packs
        if product_of(pack.recall, inspection) is not None
    ]
    return sorted(heard, key=lambda hearing: danger(hearing.verdict))


def hear(pack: Pack, others: Iterable[Pack], inspection: Inspection) -> list[Hearing]:
    """Return what every recall says to somebody who asked in `pack`, the strictest first.

    Of equals this recall speaks first. Where it does not know the model its answer stays first:
    the others are named, so that their own questions (which number, which colour) can be asked.
    """
    here = Hearing(pack, judge(pack, inspection))
    heard = judge_everywhere(others, inspection)
    if here.verdict.answer is Answer.NO_SUCH_MODEL:
        return [here, *heard]
    return sorted([here, *heard], key=lambda hearing: danger(hearing.verdict))


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of another recall: its name, its answer, the address of its check."""

    slug: str
    query: str
    title: str
    company: str
    headline: str
    first: str
    tone: str


def told_others(heard: Iterable[Hearing], said: Said, language: str) -> list[Told]:
    """Name the other recalls of a unit; without a serial they have nothing to answer yet."""
    return [_told(each, said, language) for each in heard]


def _told(hearing: Hearing, said: Said, language: str) -> Told:
    answer = tell(hearing.pack, hearing.verdict, language)
    return Told(
        slug=hearing.pack.recall.slug,
        query=said.query(),
        title=answer.title,
        company=answer.company,
        headline=answer.headline if said.serial else "",
        first=answer.first if hearing.verdict.answer is Answer.AFFECTED else "",
        tone=TONES[hearing.verdict.answer],
    )


def flights_of(heard: Iterable[Hearing], language: str) -> list[str]:
    """Return the flight advice of every recall that was heard, each wording once."""
    told = (tell(each.pack, each.verdict, language).flight for each in heard if each.verdict.facts)
    return list(dict.fromkeys(told))


def danger(verdict: Verdict) -> int:
    """Return the place of a verdict in the order of danger: 0 is the strictest."""
    return DANGER.index(verdict.answer)
