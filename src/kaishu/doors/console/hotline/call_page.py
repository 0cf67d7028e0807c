"""The page of one call: units with their live verdict, the person, and the script beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaishu.base import language, words
from kaishu.base.desk import Problem
from kaishu.claims.facts import CONDITIONS
from kaishu.core import asking
from kaishu.core.answer import colours_of
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES, say
from kaishu.core.sentences import sentence
from kaishu.core.spelling import spell
from kaishu.doors.console import frame
from kaishu.doors.console.case_page import TONES
from kaishu.doors.console.hotline import call_form, script
from kaishu.doors.console.hotline.call_form import Said, Thing
from kaishu.doors.console.hotline.drafts import OpenDraft
from kaishu.editions import queries as editions
from kaishu.people.addresses import Town, look_up

# The answer that most callers give comes first, under the key 1.
ASKED = ("intact", *(word for word in CONDITIONS if word != "intact"))


def packs() -> dict[str, Pack]:
    """Return every recall that answers now, by slug."""
    return {pack.recall.slug: pack for pack in editions.current_packs()}


def show(
    request: HttpRequest, draft: OpenDraft, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponse:
    """Render the whole page."""
    known = packs()
    context = context_of(draft, known)
    return frame.show(
        request, "console/hotline/call.html", context, problems=problems, status=status
    )


def parts(request: HttpRequest, draft: OpenDraft, before: Said) -> HttpResponse:
    """Render what follows from the newest word: the script, the verdicts, a filled-in place.

    A box that somebody may be typing into is sent only where its own question changed.
    """
    context = context_of(draft, packs())
    changed = [
        unit["thing"].number
        for unit in context["units"]
        if _changed(unit["thing"], before, draft.said)
    ]
    context |= {
        "changed": changed,
        "place_changed": before.get("filled", "") != draft.said.get("filled", ""),
    }
    return render(request, "console/hotline/parts.html", context)


def context_of(draft: OpenDraft, known: Mapping[str, Pack]) -> dict[str, Any]:
    """Return everything the page shows."""
    said = draft.said
    tongue = call_form.spoken(said)
    units = call_form.things(said, known)
    return {
        "draft": draft,
        "said": said,
        "tongue": tongue,
        "tongues": tongues(),
        "units": [_unit(thing, tongue) for thing in units],
        "recalls": [_models(pack) for pack in known.values()],
        "conditions": ASKED,
        "danger": script.danger([thing.get("condition") for thing in units], tongue),
        "script": script.before(said, known),
        "towns": _towns(said),
        "may_add": len(units) < call_form.MOST_UNITS,
        "kept": draft.touched_at,
    }


def tongues() -> list[tuple[str, str]]:
    """Return the languages to speak with a caller: tag and own name."""
    names = dict(zip(language.TAGS.values(), language.NAMES.values(), strict=True))
    return [(tag, names[tag]) for tag in LANGUAGES]


def _models(pack: Pack) -> dict[str, Any]:
    tag = language.tag()
    return {
        "title": say(pack.recall.title, tag),
        "models": [
            (f"{pack.recall.slug}|{product.model}", f"{product.model} {say(product.name, tag)}")
            for product in pack.recall.products
        ],
    }


def _unit(thing: Thing, tongue: str) -> dict[str, Any]:
    heard = script.hear(thing, language.tag())
    serial = heard.verdict.facts.get("serial", "") if heard else ""
    answer = str(heard.verdict.answer) if heard else ""
    tag = language.tag()
    product, pack = thing.product, thing.pack
    colours = colours_of(pack.recall, product) if pack and product else ()
    remedies = pack.recall.remedies_for(product.model) if pack and product else ()
    return {
        "thing": thing,
        "values": {name: thing.get(name) for name in call_form.UNIT},
        "answer": answer,
        "tone": TONES.get(answer, "info"),
        "told": heard.told if heard else None,
        "serial": serial,
        "spelled": spell(serial, tongue),
        "colours": [(colour, words.word(colour)) for colour in colours],
        "facts": list(_facts(thing)),
        "remedies": [(remedy.code, say(remedy.title, tag)) for remedy in remedies],
    }


def _facts(thing: Thing) -> Iterator[dict[str, Any]]:
    """Yield what the rules for this model may ask besides, with the choices of the check."""
    if thing.pack is None or thing.product is None:
        return
    tag = language.tag()
    asked = asking.questions(thing.pack, thing.product)
    for name in (name for name in call_form.ASKED if name in asked):
        question = asked[name]
        codes = [code for code in question.choices if code != asking.DO_NOT_KNOW]
        yield {
            "name": name,
            "title": sentence(f"{question.code}_label", tag).text,
            "value": thing.get(name),
            "choices": [
                (
                    code.removeprefix("label."),
                    say(question.names[code], tag) if code in question.names else words.word(code),
                )
                for code in codes
            ],
        }


def _towns(said: Said) -> list[tuple[str, str]]:
    towns = look_up(said.get("postcode", "")).towns
    if len(towns) < 2:
        return []
    return [(str(at), _spoken(town)) for at, town in enumerate(towns)]


def _spoken(town: Town) -> str:
    return " ".join(part for part in (town.region + town.city + town.town, town.office) if part)


def _changed(thing: Thing, before: Said, now: Said) -> bool:
    name = f"model-{thing.number}"
    return before.get(name, "") != now.get(name, "")
