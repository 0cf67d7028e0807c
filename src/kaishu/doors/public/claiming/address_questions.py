"""Where the return bag goes: by postcode in Japan, by province in China, freely elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from kaishu.core.recall import Recall
from kaishu.doors.public.claiming.answers import Answers, Said
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.person_questions import PersonQuestion
from kaishu.doors.public.claiming.questions import Visit
from kaishu.people.addresses import Town, look_up

FORMS = ("jp", "cn")
LONGEST_ADDRESS = 400


def kind_of(recall: Recall, person: Said) -> str:
    """Return which form of address is asked: the market's own unless the person said otherwise."""
    home = recall.market if recall.market in FORMS else "other"
    return person.get("where") or home


class Postcode(PersonQuestion):
    """One box; it fills in what it can and stops nobody."""

    name = "postcode"

    def asked(self, visit: Visit) -> bool:
        return kind_of(visit.recall, visit.answers.person) == "jp"

    def heading(self, visit: Visit) -> str:
        return _("What is your postcode?")

    def why(self, visit: Visit) -> str:
        return _("It saves you typing a part of your address.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        form.add_text(
            "postcode",
            self.heading(visit),
            hint=_("For example 100-0001. With or without the line is fine."),
            missing=_("Type the postcode, or press “I do not know”."),
            limit=20,
            autocomplete="postal-code",
            inputmode="numeric",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return _("I do not know")

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        if typed["postcode"] == answers.person.get("postcode"):
            return answers
        towns = look_up(typed["postcode"]).towns
        kept = answers.saying(town="", **typed)
        kept = replace(kept, done=kept.done - {"town", "address"})
        return fill_in(kept, towns[0]) if len(towns) == 1 else kept


class TownChoice(PersonQuestion):
    """Which of the towns of a shared postcode it is."""

    name = "town"

    def asked(self, visit: Visit) -> bool:
        return Postcode().asked(visit) and len(_towns(visit)) > 1

    def heading(self, visit: Visit) -> str:
        return _("Which of these places is yours?")

    def why(self, visit: Visit) -> str:
        return _("Several places share this postcode.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        choices = [(str(at), _spoken(town)) for at, town in enumerate(_towns(visit))]
        choices.append(("none", _("None of these")))
        form.add_choice("town", self.heading(visit), choices, missing=_("Choose your place."))
        return form

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        kept = answers.saying(**typed)
        kept = replace(kept, done=kept.done - {"address"})
        towns = _towns(visit)
        return kept if typed["town"] == "none" else fill_in(kept, towns[int(typed["town"])])


class Address(PersonQuestion):
    """The whole address; number and building are boxes of their own."""

    name = "address"
    template = "public/claiming/address.html"

    def heading(self, visit: Visit) -> str:
        return _("What is your address?")

    def why(self, visit: Visit) -> str:
        return _("We send the return bag there, and what you chose to receive.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        return _BUILD[kind_of(visit.recall, visit.answers.person)](form)

    def more(self, visit: Visit) -> Mapping[str, Any]:
        kind = kind_of(visit.recall, visit.answers.person)
        home = visit.recall.market if visit.recall.market in FORMS else "other"
        return {"kind": kind, "home_kind": home, "switch": _switch(kind, home)}


def elsewhere(answers: Answers, visit: Visit) -> Answers:
    """Change between the market's own form of address and the free one."""
    home = visit.recall.market if visit.recall.market in FORMS else "other"
    kind = kind_of(visit.recall, answers.person)
    moved = answers.saying(where="other" if kind == home else home)
    return replace(moved, done=moved.done - {"address"})


def fill_in(answers: Answers, town: Town) -> Answers:
    """Return the answers with the part of an address that a postcode stands for."""
    city = town.city + town.town
    street = town.street or answers.person.get("street", "")
    return answers.saying(region=town.region, city=city, street=street)


def _towns(visit: Visit) -> tuple[Town, ...]:
    return look_up(visit.answers.person.get("postcode", "")).towns


def _spoken(town: Town) -> str:
    return " ".join(part for part in (town.region + town.city + town.town, town.office) if part)


def _switch(kind: str, home: str) -> str:
    if home == "other":
        return ""
    if kind != "other":
        return _("My address is not in Japan") if home == "jp" else _("My address is not in China")
    return _("My address is in Japan") if home == "jp" else _("My address is in China")


def _japanese(form: Plain) -> Plain:
    form.add_text(
        "postcode", _("Postcode"), limit=20, autocomplete="postal-code", inputmode="numeric"
    )
    form.add_text(
        "region", _("Prefecture"), missing=_("Type the prefecture."), autocomplete="address-level1"
    )
    form.add_text(
        "city",
        _("City, ward and town"),
        missing=_("Type the city, ward and town."),
        autocomplete="address-level2",
    )
    form.add_text(
        "street",
        _("Block and house number"),
        hint=_("For example 1-2-3. If there is none, write “none”."),
        missing=_("Type the block and house number."),
        autocomplete="address-line1",
    )
    form.add_text(
        "building", _("Building and room"), hint=_("If there is one."), autocomplete="address-line2"
    )
    return form


def _chinese(form: Plain) -> Plain:
    form.add_text(
        "region", _("Province"), missing=_("Type the province."), autocomplete="address-level1"
    )
    form.add_text("city", _("City"), missing=_("Type the city."), autocomplete="address-level2")
    form.add_text(
        "district",
        _("District or county"),
        missing=_("Type the district or county."),
        autocomplete="address-level3",
    )
    form.add_text(
        "street",
        _("Street, number, building and room"),
        missing=_("Type the street, number, building and room."),
        autocomplete="street-address",
    )
    form.add_text(
        "postcode", _("Postcode"), limit=20, autocomplete="postal-code", inputmode="numeric"
    )
    return form


def _free(form: Plain) -> Plain:
    form.add_lines(
        "address",
        _("Address, with the country"),
        hint=_("As it is written on a letter to you, in as many lines as you need."),
        missing=_("Type your address."),
        limit=LONGEST_ADDRESS,
        autocomplete="street-address",
    )
    form.add_text("postcode", _("Postcode"), limit=20, autocomplete="postal-code")
    return form


_BUILD = {"jp": _japanese, "cn": _chinese, "other": _free}
