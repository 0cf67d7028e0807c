"""The questions about the person, asked once: name, ways to reach them, consent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import sentence
from kaishu.doors.public import typed as reading
from kaishu.doors.public.claiming.answers import MOST_UNITS, Answers, Said
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.product_questions import is_dangerous
from kaishu.doors.public.claiming.questions import Question, Visit
from kaishu.people import consent
from kaishu.people.names import bank_kana, check_name
from kaishu.people.phones import read_phone

LONGEST_MAIL = 254
COUNTRIES = {"jp": "JP", "cn": "CN", "us": "US"}


class PersonQuestion(Question):
    """A question about the person."""

    of_unit = False


class Products(PersonQuestion):
    """Whether there is another product; with several, the list of what is done and what is not."""

    name = "products"
    template = "public/claiming/products.html"

    def heading(self, visit: Visit) -> str:
        return _("Do you have another product from this recall?")

    def why(self, visit: Visit) -> str:
        return _("One claim is enough for all of them. We ask for your address only once.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, {})
        choices = [("no", _("No, that is all"))]
        if len(visit.answers.units) < MOST_UNITS:
            choices.insert(0, ("yes", _("Yes, add another product")))
        form.add_choice("another", self.heading(visit), choices, missing=_("Choose yes or no."))
        return form

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        return answers.with_another() if typed["another"] == "yes" else answers


class Name(PersonQuestion):
    """The person's name, in one line, exactly as typed."""

    name = "name"

    def heading(self, visit: Visit) -> str:
        return _("What is your name?")

    def why(self, visit: Visit) -> str:
        return _("It goes on the return bag and on what we send you.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = NameForm(data, said)
        form.add_text(
            "name", self.heading(visit), missing=_("Type your name."), autocomplete="name"
        )
        return form


class NameForm(Plain):
    """A name, whatever a person's papers say."""

    def clean_name(self) -> str:
        """Refuse only what no paper can print."""
        name = str(self.cleaned_data["name"])
        refuse(check_name(name))
        return name


class Kana(PersonQuestion):
    """The name as a Japanese bank writes it; asked only where money is paid in yen."""

    name = "kana"

    def asked(self, visit: Visit) -> bool:
        chosen = (visit.recall.remedy(unit.get("remedy")) for unit in visit.answers.units)
        return any(remedy is not None and remedy.commodity == "JPY" for remedy in chosen)

    def heading(self, visit: Visit) -> str:
        return _("How is your name written in katakana?")

    def why(self, visit: Visit) -> str:
        return _("You chose money. Japanese banks know an account by its name in katakana.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = KanaForm(data, said)
        form.add_text(
            "name_kana",
            self.heading(visit),
            hint=_("For example Yamada Hanako, in katakana"),
            missing=_("Type your name in katakana, or press “I do not know”."),
            autocomplete="off",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return _("I do not know")


class KanaForm(Plain):
    """The name in kana, as a bank's record can hold it."""

    def clean_name_kana(self) -> str:
        """Ask again for what a bank cannot write; what is typed stays as it is."""
        kana = str(self.cleaned_data["name_kana"])
        refuse(bank_kana(kana))
        return kana


class Reach(PersonQuestion):
    """How messages reach the person; "send me nothing" is an answer."""

    name = "reach"
    template = "public/claiming/reach.html"

    def heading(self, visit: Visit) -> str:
        return _("How can we reach you?")

    def why(self, visit: Visit) -> str:
        return _("We write when something happens with your claim, and for nothing else.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = ReachForm(data, said)
        form.market = visit.recall.market
        form.add_text(
            "email",
            _("E-mail address"),
            hint=_("One of the two is enough."),
            limit=LONGEST_MAIL,
            autocomplete="email",
            inputmode="email",
        )
        form.add_text("phone", _("Telephone number"), limit=40, autocomplete="tel", inputmode="tel")
        form.add_tick("nothing", _("Send me nothing. I print the receipt and look there."))
        return form

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"call": any(is_dangerous(unit) for unit in visit.answers.units)}


class ReachForm(Plain):
    """A mail address, a telephone number, or neither and said so."""

    market: str

    def clean_email(self) -> str:
        """Ask again for an address that cannot arrive."""
        email = str(self.cleaned_data["email"])
        if email:
            try:
                email = reading.read_mail(email)
            except reading.Unreadable:
                raise forms.ValidationError(
                    _("This e-mail address is not complete. Example: name@example.com")
                ) from None
        return email

    def clean_phone(self) -> str:
        """Ask again for a number that cannot be called; what is typed is never rewritten."""
        phone = str(self.cleaned_data["phone"])
        if phone:
            refuse(read_phone(phone, COUNTRIES.get(self.market, "")))
        return phone

    def clean(self) -> dict[str, Any]:
        """Ask for one way, or for the word that none is wanted."""
        said = super().clean() or {}
        given = said.get("email") or said.get("phone") or self.errors
        if said.get("nothing") and (said.get("email") or said.get("phone")):
            self.add_error(
                "nothing",
                _("You typed how to reach you and ticked “Send me nothing”. Keep one of the two."),
            )
        elif not given and not said.get("nothing"):
            self.add_error(
                "email",
                _("Type an e-mail address or a telephone number, or tick “Send me nothing”."),
            )
        return said


class Consent(PersonQuestion):
    """The person's word that their details may be used, with the version of the text."""

    name = "consent"
    template = "public/claiming/consent.html"

    def heading(self, visit: Visit) -> str:
        return _("May we use your details for this recall?")

    def why(self, visit: Visit) -> str:
        return _("Without them we cannot send you the return bag or what we owe you.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        form.add_tick(
            "consent",
            say(consent_text(visit.recall).text, language.tag()),
            missing=_("Tick the box so that we may work on your claim."),
        )
        return form

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        return answers.saying(consent=consent_text(visit.recall).version)


def consent_text(recall: Recall) -> consent.ConsentText:
    """Return the words that a claim in this recall asks for."""
    return consent.current("claim", recall.market)


class Checked(Protocol):
    """What the checks of `people` answer: no problem, or its code with the facts of it."""

    @property
    def problem(self) -> str | None: ...

    @property
    def facts(self) -> Mapping[str, str]: ...


def refuse(checked: Checked) -> None:
    """Say at the field what a check found, in the language of the page."""
    if checked.problem:
        said = sentence(checked.problem, language.tag(), checked.facts)
        raise forms.ValidationError(f"{said.text} {said.next}".strip())
