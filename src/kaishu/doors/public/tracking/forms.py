"""The questions of the owner's own pages. They read what was typed; they judge nothing.

No control carries an attribute by which a browser would refuse, cut or hide what a person types.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.base import language, words
from kaishu.claims import case_numbers
from kaishu.claims.facts import CONDITIONS, LONGEST, MOST_MONEY
from kaishu.core.recall import Remedy, say
from kaishu.core.sentences import sentence
from kaishu.doors.public import typed
from kaishu.doors.public.problems import Problem
from kaishu.people.phones import read_phone

LONGEST_WORDS = 2000


class Question(forms.Form):
    """A form whose controls carry no attribute that a browser would act on by itself."""

    use_required_attribute = False

    def __init__(self, **given: Any) -> None:
        super().__init__(auto_id="id-%s", **given)
        self.build()

    def build(self) -> None:
        """Add the fields; each form its own."""

    def text(
        self,
        name: str,
        label: str,
        *,
        hint: str = "",
        missing: str = "",
        limit: int = LONGEST,
        look: str = "",
        **attrs: str,
    ) -> None:
        """Add one line to type in; `missing` is said when it is empty, "" lets it be empty."""
        classes = {"class": look} if look else {}
        widget = forms.TextInput(attrs={"spellcheck": "false", **classes, **attrs})
        self.fields[name] = _typed(label, hint, missing, limit, widget)

    def words(self, *, label: str, hint: str = "", missing: str = "") -> None:
        """Add room for the owner's own words."""
        widget = forms.Textarea(attrs={"rows": "5"})
        self.fields["words"] = _typed(label, hint, missing, LONGEST_WORDS, widget)

    def choices(self, name: str, label: str, choices: list[tuple[str, str]], missing: str) -> None:
        """Add radio buttons, none of them chosen beforehand."""
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            widget=forms.RadioSelect,
            required=bool(missing),
            error_messages={"required": missing, "invalid_choice": missing},
        )

    def problems(self) -> Iterator[Problem]:
        """Yield the first problem of each field, in the order of the page."""
        self.full_clean()
        for field in self:
            if field.errors:
                first = f"{field.auto_id}_0" if field.use_fieldset else str(field.auto_id)
                yield Problem(first, str(field.errors[0]))

    def said(self, name: str) -> str:
        """Return what was typed in a field that may not be part of this form."""
        return str(self.cleaned_data.get(name) or "")


class Nothing(Question):
    """A page that asks for a yes and nothing else."""


class Words(Question):
    """What the owner has to say, and nothing else."""

    def build(self) -> None:
        """Add the words."""
        self.words(
            label=_("What should we know?"),
            hint=_("Write in your own words, in any of our languages."),
            missing=_("Write what we should know."),
        )


class Answer(Question):
    """The answer to one reviewer's question; `asks` names what it is about."""

    def __init__(self, *, asks: str, currency: str, remedies: tuple[Remedy, ...], **given: Any):
        self.asks, self.currency, self.remedies = asks, currency, remedies
        super().__init__(**given)

    def build(self) -> None:
        """Add the field that was asked for, and room for words where a photo may be impossible."""
        if self.asks == "serial":
            self.text(
                "serial",
                _("Serial number, if you can read it"),
                hint=_("Type it as it is printed. A photo is enough if you cannot read it."),
                autocomplete="off",
                autocapitalize="characters",
                look="code",
            )
        if self.asks == "amount":
            self.text(
                "order_amount",
                _("What you paid for this product"),
                missing=_("Type what you paid."),
                autocomplete="off",
                inputmode="decimal",
                look="narrow",
            )
        if self.asks == "remedy":
            add_remedies(self, self.remedies)
            return
        self.words(
            label=_("Anything else we should know?"),
            hint=_("You can leave this empty. If you do not have what we ask for, say so here."),
        )

    def clean_order_amount(self) -> int:
        """Read the amount into minor units of the recall's currency."""
        try:
            amount = typed.read_amount(self.cleaned_data["order_amount"], currency=self.currency)
        except typed.Unreadable:
            amount = MOST_MONEY + 1
        if amount > MOST_MONEY:
            raise forms.ValidationError(
                _("We cannot read this amount. Write only the number.")
            ) from None
        return amount


class ChooseRemedy(Question):
    """Another remedy for one unit."""

    def __init__(self, *, remedies: tuple[Remedy, ...], **given: Any) -> None:
        self.remedies = remedies
        super().__init__(**given)

    def build(self) -> None:
        """Add the cards."""
        add_remedies(self, self.remedies)


class Danger(Question):
    """What happened to the product: how it is now, and whether anybody was hurt."""

    def build(self) -> None:
        """Add the questions of an incident."""
        self.choices(
            "condition",
            _("How is the product now?"),
            [(code, words.word(f"condition.{code}")) for code in CONDITIONS if code != "intact"],
            _("Choose how the product is now."),
        )
        yes_no = [("yes", pgettext("danger", "Yes")), ("no", pgettext("danger", "No"))]
        self.choices("injured", _("Is anybody hurt?"), yes_no, "")
        self.choices("fire", _("Was there fire or smoke?"), yes_no, "")
        self.words(
            label=_("Tell us more, if you like"),
            hint=_("What did you see, and where is the product now?"),
        )

    def yes(self, name: str) -> bool | None:
        """Return what was answered; None where the question was left open."""
        return {"yes": True, "no": False}.get(self.said(name))


class Mail(Question):
    """A new mail address."""

    def build(self) -> None:
        """Add the address."""
        self.fields["email"] = forms.CharField(
            label=_("New e-mail address"),
            error_messages={"required": _("Type the new e-mail address.")},
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        )

    def clean_email(self) -> str:
        """Ask again for an address that cannot arrive."""
        try:
            return typed.read_mail(str(self.cleaned_data["email"]))
        except typed.Unreadable:
            raise forms.ValidationError(
                _("This e-mail address is not complete. Example: name@example.com")
            ) from None


class Phone(Question):
    """A new telephone number, read as one of `country` where it names none itself."""

    def __init__(self, *, country: str, **given: Any) -> None:
        self.country = country
        super().__init__(**given)

    def build(self) -> None:
        """Add the number."""
        self.text(
            "phone",
            _("New telephone number"),
            missing=_("Type the new telephone number."),
            limit=40,
            inputmode="tel",
            autocomplete="tel",
        )

    def clean_phone(self) -> str:
        """Ask again for a number that nobody could call."""
        number = str(self.cleaned_data["phone"])
        if sum(sign.isdigit() for sign in number) < 8:
            raise forms.ValidationError(
                _("This telephone number is too short. Type it with its area code.")
            )
        read = read_phone(number, self.country)
        if read.problem:
            said = sentence(read.problem, language.tag(), read.facts)
            raise forms.ValidationError(f"{said.text} {said.next}".strip())
        return number


class Address(Question):
    """A new address in the parts that a label of this market is made of."""

    def __init__(self, *, parts: bool, **given: Any) -> None:
        self.parts = parts
        super().__init__(**given)

    def build(self) -> None:
        """Add the parts of a Japanese or Chinese address, or room for any other."""
        self.text(
            "postcode",
            _("Postcode"),
            missing=_("Type the postcode."),
            limit=20,
            inputmode="numeric",
            autocomplete="postal-code",
            look="narrow",
        )
        if not self.parts:
            widget = forms.Textarea(attrs={"rows": "4", "autocomplete": "street-address"})
            self.fields["address"] = _typed(_("Address"), "", _("Type your address."), 400, widget)
            return
        must = _("Type this part of the address.")
        self.text(
            "region", _("Prefecture or province"), missing=must, autocomplete="address-level1"
        )
        self.text("city", _("City, ward or town"), missing=must, autocomplete="address-level2")
        self.text("street", _("Street and number"), missing=must, autocomplete="address-line1")
        self.text("building", _("Building and room, if any"), autocomplete="address-line2")


class Code(Question):
    """Six digits from a mail."""

    def build(self) -> None:
        """Add the digits."""
        self.text(
            "code",
            _("The six digits from the mail"),
            hint=_("There is no hurry: once this page is open you may type slowly."),
            missing=_("Type the six digits from the mail."),
            limit=40,
            inputmode="numeric",
            autocomplete="one-time-code",
            look="code narrow",
        )

    def clean_code(self) -> str:
        """Refuse what cannot be a code before it counts as a try."""
        plain = unicodedata.normalize("NFKC", str(self.cleaned_data["code"]))
        digits = "".join(sign for sign in plain if not sign.isspace() and sign != "-")
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(_("The code has six digits. Type all six."))
        return digits


class Find(Question):
    """A reference number and one way we know to reach its owner."""

    def build(self) -> None:
        """Add both."""
        self.text(
            "case_no",
            _("Reference number"),
            hint=_("The 12 digits from your confirmation. Spaces do not matter."),
            missing=_("Type the reference number."),
            inputmode="numeric",
            autocomplete="off",
            look="code",
        )
        self.text(
            "reach",
            _("E-mail address or telephone number"),
            hint=_("The one that you gave in your claim."),
            missing=_("Type the e-mail address or telephone number of your claim."),
            autocomplete="email",
        )

    def clean_case_no(self) -> str:
        """Tell a typing mistake by the check digits alone; no table is asked."""
        number = case_numbers.check(str(self.cleaned_data["case_no"]))
        if number is None:
            raise forms.ValidationError(
                _(
                    "This number has a typing mistake. Compare its 12 digits with your "
                    "confirmation, four at a time."
                )
            )
        return number


def add_remedies(form: Question, remedies: tuple[Remedy, ...]) -> None:
    """Add the remedies as radio cards, none chosen beforehand."""
    form.choices(
        "remedy",
        _("What would you like to receive?"),
        [(remedy.code, say(remedy.title, language.tag())) for remedy in remedies],
        _("Choose what you would like to receive."),
    )


def _typed(
    label: str, hint: str, missing: str, limit: int, widget: forms.Widget
) -> forms.CharField:
    field = forms.CharField(
        label=label,
        help_text=hint,
        required=bool(missing),
        max_length=limit,
        error_messages={
            "required": missing,
            "max_length": _("This is too long. Keep it under %(limit_value)d characters."),
        },
        widget=widget,
    )
    field.widget.attrs.pop("maxlength", None)
    return field
