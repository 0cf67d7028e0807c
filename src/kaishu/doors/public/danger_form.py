"""The questions about something that happened. Only one needs an answer: what happened.

A person who is frightened types badly, so nothing optional is refused for its form: a time that
cannot be read is kept as words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.base import language, words
from kaishu.core import canonical
from kaishu.core.recall import Recall, say
from kaishu.core.triage import Condition
from kaishu.doors.public import typed
from kaishu.incidents.actions import LONGEST
from kaishu.people.contact import Contact

# What happened, in the order a frightened person looks for it; a fire is a hot unit that burned.
FIRE = "fire"
HAPPENED = (FIRE, "hot", "swollen", "leaking", "wet", "unknown")
ANSWERS = {"yes": True, "no": False}
SHORT = 200
FEWEST_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was said, ready for the action."""

    kind: str
    fire: bool | None
    injured: bool | None
    fire_service: bool | None
    product: str
    happened_on: date | None
    words: str
    contact: Contact | None


class DangerForm(forms.Form):
    """What happened, and everything else only as far as the person likes."""

    use_required_attribute = False

    def __init__(self, *, recall: Recall, today: date, **given: Any) -> None:
        super().__init__(auto_id="id-%s", **given)
        self.today = today
        tag = language.tag()
        self.fields["what"] = _radios(
            _("What happened?"), _what_words(), missing=_("Choose what happened.")
        )
        self.fields["injured"] = _radios(_("Is anybody hurt?"), _yes_no())
        self.fields["fire_service"] = _radios(_("Did the fire brigade come?"), _yes_no())
        self.fields["model"] = _radios(
            _("Which model is it?"),
            [
                *(
                    (each.model, f"{each.model} - {say(each.name, tag)}")
                    for each in recall.products
                ),
                ("other", _("I do not know, or another one")),
            ],
        )
        self.fields["when"] = _line(
            _("When did it happen?"),
            hint=_("For example: today, yesterday evening, 2026-4-2"),
        )
        self.fields["words"] = forms.CharField(
            label=_("Tell us more, if you like"),
            help_text=_("What did you see, and where is the product now?"),
            required=False,
            strip=True,
            widget=forms.Textarea(attrs={"rows": "4"}),
        )
        self.fields["name"] = _line(_("Your name"), autocomplete="name")
        self.fields["phone"] = _line(
            _("Your telephone number"),
            hint=_("So that a person can call you."),
            autocomplete="tel",
            inputmode="tel",
        )
        self.fields["email"] = _line(
            _("Your e-mail address"), autocomplete="email", inputmode="email"
        )

    def clean_words(self) -> str:
        """Refuse only what cannot be kept, and say how much there is room for."""
        return _within(self.cleaned_data["words"], LONGEST - SHORT - 10)

    def clean_when(self) -> str:
        """Take any words for a time."""
        return _within(self.cleaned_data["when"], SHORT)

    def clean_name(self) -> str:
        """Take any name."""
        return _within(self.cleaned_data["name"], SHORT)

    def clean_phone(self) -> str:
        """Ask again for a number too short to be one: it would be called in vain."""
        number = _within(self.cleaned_data["phone"], SHORT)
        digits = sum(sign.isdigit() for sign in unicodedata.normalize("NFKC", number))
        if number and digits < FEWEST_DIGITS:
            raise forms.ValidationError(
                _("This number is too short. Type it with the area code, or leave it empty.")
            )
        return number

    def clean_email(self) -> str:
        """Ask again for an address that cannot arrive."""
        address = _within(self.cleaned_data["email"], SHORT)
        try:
            return typed.read_mail(address) if address else ""
        except typed.Unreadable:
            raise forms.ValidationError(
                _("An e-mail address looks like name@example.com. Check it, or leave it empty.")
            ) from None

    def report(self) -> Report:
        """Return what was said; only after `is_valid()`."""
        said = self.cleaned_data
        fire = said["what"] == FIRE
        happened_on = _day(said["when"], self.today)
        lines = [said["words"]]
        if said["when"] and happened_on is None:
            lines.insert(0, f"[{said['when']}]")
        reachable = said["phone"] or said["email"]
        return Report(
            kind=Condition.HOT.value if fire else said["what"],
            fire=True if fire else None,
            injured=ANSWERS.get(said["injured"]),
            fire_service=ANSWERS.get(said["fire_service"]),
            product="" if said["model"] == "other" else said["model"],
            happened_on=happened_on,
            words="\n".join(line for line in lines if line),
            contact=Contact(name=said["name"], phone=said["phone"], email=said["email"])
            if reachable
            else None,
        )

    def reference(self, key: str) -> str:
        """Name this report: the same form sent twice is one report, a changed one is another."""
        said = [[name, str(value)] for name, value in sorted(self.cleaned_data.items())]
        return blake2b(f"{key}{canonical.digest(said)}".encode(), digest_size=16).hexdigest()


def _what_words() -> list[tuple[str, str]]:
    said = [(code, words.word(f"condition.{code}")) for code in HAPPENED[1:-1]]
    return [
        (FIRE, _("It burned")),
        *said,
        (HAPPENED[-1], _("Something else, or I cannot tell")),
    ]


def _yes_no() -> list[tuple[str, str]]:
    return [
        ("yes", pgettext("danger", "Yes")),
        ("no", pgettext("danger", "No")),
        ("unknown", pgettext("danger", "I do not know")),
    ]


def _radios(label: str, choices: list[tuple[str, str]], *, missing: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=bool(missing),
        error_messages={
            "required": missing,
            "invalid_choice": missing or _("Choose one of the answers."),
        },
        widget=forms.RadioSelect,
    )


def _line(label: str, *, hint: str = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", **attrs}),
    )


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise forms.ValidationError(
            _("This is too long. Keep it under %(limit)d characters.") % {"limit": limit}
        )
    return text


def _day(text: str, today: date) -> date | None:
    """Read a day that is one and is not in the future; anything else stays words."""
    try:
        day = typed.read_date(text)
    except typed.Unreadable:
        return None
    return day if day <= today else None
