"""Check units: the answer of the public page, for one or for a list. Nothing is kept."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from kaishu.base import language
from kaishu.base.language import TAGS
from kaishu.connections.tokens import Caller
from kaishu.core.answer import Inspection, tell
from kaishu.core.everywhere import Hearing, hear, judge_everywhere
from kaishu.core.pack import Pack, PackMissing
from kaishu.core.sentences import sentence
from kaishu.core.verdict import Answer
from kaishu.doors.api.common import AN_HOUR, Bearer, Body, Key, Text, answer, caller, count
from kaishu.doors.api.fields import Batch, Channel, Day, Label, Made, Variant, day_of, made_of
from kaishu.editions import queries as editions
from kaishu.editions.errors import RecallUnknown

router = Router(tags=["Check"])
UNITS_AN_HOUR = 20_000
MOST_UNITS = 1000
ASKED_FOR = (
    "which fact is asked for: model, serial, colour, bought, market, channel, variant, batch, "
    "made_on"
)
PATHS = {tag: path for path, tag in TAGS.items()}


class UnitIn(Body):
    """What is known of one unit, as it stands on it. What is not known stays away."""

    model: Annotated[Text, Field(min_length=1, max_length=60, examples=["A1263"])]
    serial: Annotated[Text, Field(max_length=120, examples=["ARF4P60F20300001"])] = ""
    colour: Annotated[Text, Field(max_length=60)] = ""
    bought_on: Day | None = None
    market: Annotated[Text, Field(max_length=8, description="Where it was bought: jp, cn.")] = ""
    channel: Channel = ""
    variant: Variant = ""
    batch: Batch = ""
    made_on: Made | None = None
    label: Label = ""

    def inspection(self) -> Inspection:
        """Return the same as a value of the core."""
        return Inspection(
            model=self.model,
            serial=self.serial,
            colour=self.colour,
            bought=day_of(self.bought_on),
            market=self.market,
            channel=self.channel,
            variant=self.variant,
            batch=self.batch,
            made_on=made_of(self.made_on),
            label=self.label,
        )


class OtherOut(Schema):
    """What another recall says of the same unit."""

    recall: str
    edition: int
    answer: str
    reason: str


class CheckOut(Schema):
    """One answer. `answer` and `reason` are codes; the sentences are in the caller's language."""

    answer: Annotated[str, Field(description="affected, not_affected, ask or no_such_model")]
    reason: str
    recall: str | None = Field(description="null where no recall knows the model")
    edition: int | None
    digest: str | None = Field(description="names the edition's data for ever")
    model: str = Field(description="the model as the recall writes it; empty where unknown")
    serial: str = Field(description="the serial as it was read; empty where it could not be")
    asks: str = Field(description=ASKED_FOR)
    headline: str
    first: str = Field(description="what comes before all else: stop using it")
    sentence: str
    steps: list[str]
    flight: str
    claim_url: str = Field(description="where the owner can claim; empty unless affected")
    others: list[OtherOut]


class ManyIn(Body):
    """Up to 1,000 units."""

    recall: Annotated[Text, Field(max_length=80)] = ""
    units: Annotated[list[UnitIn], Field(min_length=1, max_length=MOST_UNITS)]


class ManyOut(Schema):
    """The answers, in the order of the units."""

    items: list[CheckOut]


@router.get("/check", auth=Bearer("check"), response=CheckOut, operation_id="checkUnit")
def check_unit(
    request: HttpRequest,
    model: Text = Query(..., min_length=1, max_length=60),
    serial: Text = Query("", max_length=120),
    colour: Text = Query("", max_length=60),
    bought_on: Day | None = Query(None),
    market: Text = Query("", max_length=8),
    channel: Text = Query("", max_length=60),
    variant: Text = Query("", max_length=60),
    batch: Text = Query("", max_length=60),
    made_on: Made | None = Query(None),
    label: Label = Query(""),
    recall: Text = Query("", max_length=80),
) -> HttpResponse:
    """Check one unit.

    With `recall` the answer is the one of that recall's page; without it every recall of this
    installation is asked and the strictest answer comes first.
    """
    count_units(caller(request), 1)
    unit = UnitIn(
        model=model,
        serial=serial,
        colour=colour,
        bought_on=bought_on,
        market=market,
        channel=channel,
        variant=variant,
        batch=batch,
        made_on=made_on,
        label=label,
    )
    return answer(check_one(editions.current_packs(), unit, recall))


@router.post("/check", auth=Bearer("check"), response=ManyOut, operation_id="checkUnits")
def check_units(request: HttpRequest, body: ManyIn, idempotency_key: Key) -> HttpResponse:
    """Check up to 1,000 units at once.

    Each unit counts towards the limit of 20,000 units an hour. Nothing is stored, not even the
    answer: the same request again is answered from the edition that is in force then.
    """
    units = len(body.units)
    count_units(caller(request), units)
    packs = editions.current_packs()
    return answer(ManyOut(items=[check_one(packs, unit, body.recall) for unit in body.units]))


def count_units(by: Caller, units: int) -> None:
    """Count units towards the hour's limit of a connection; raise TooOften."""
    count(by, name="api-check", limit=UNITS_AN_HOUR, seconds=AN_HOUR, cost=units)


def check_one(packs: list[Pack], unit: UnitIn, slug: str) -> CheckOut:
    """Return the answer of a recall's page, or the strictest of all recalls."""
    inspection = unit.inspection()
    if slug:
        pack = _pack(slug)
        others = [other for other in packs if other.recall.slug != slug]
        heard = hear(pack, others, inspection)
    else:
        heard = judge_everywhere(packs, inspection)
    if not heard:
        return _nothing(unit)
    return _told(heard)


def _pack(slug: str) -> Pack:
    try:
        return editions.current_pack(slug)
    except PackMissing:
        raise RecallUnknown(recall=slug[:80]) from None


def _told(heard: list[Hearing]) -> CheckOut:
    first, tag = heard[0], language.tag()
    verdict, said = first.verdict, tell(first.pack, first.verdict, tag)
    slug = first.pack.recall.slug
    affected = verdict.answer is Answer.AFFECTED
    claim = f"{settings.KAISHU_PUBLIC_URL}/{PATHS[tag]}/r/{slug}/claim/" if affected else ""
    return CheckOut(
        answer=verdict.answer.value,
        reason=verdict.reason,
        recall=slug,
        edition=verdict.edition.number,
        digest=verdict.edition.digest,
        model=said.model,
        serial=said.serial,
        asks=said.asks,
        headline=said.headline,
        first=said.first,
        sentence=said.sentence,
        steps=list(said.steps),
        flight=said.flight,
        claim_url=claim,
        others=[
            OtherOut(
                recall=each.pack.recall.slug,
                edition=each.verdict.edition.number,
                answer=each.verdict.answer.value,
                reason=each.verdict.reason,
            )
            for each in heard[1:]
        ],
    )


def _nothing(unit: UnitIn) -> CheckOut:
    said = sentence("api_no_such_model", language.tag(), {"model": unit.model[:40]})
    head = sentence("answer_no_such_model", language.tag(), {})
    return CheckOut(
        answer=Answer.NO_SUCH_MODEL.value,
        reason="no_such_model",
        recall=None,
        edition=None,
        digest=None,
        model="",
        serial="",
        asks="model",
        headline=head.text,
        first=sentence("until_you_know", language.tag(), {}).text,
        sentence=said.text,
        steps=[said.next] if said.next else [],
        flight="",
        claim_url="",
        others=[],
    )
