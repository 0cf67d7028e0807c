"""The questions of a claim as Django forms. They read what was typed; they judge nothing.

No field carries `required`, `placeholder`, `disabled` or `maxlength`: a browser's own bubble is in
the phone's language, not in the page's, and a cut-off paste is a wrong serial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims.facts import CONDITIONS, LONGEST, ClaimFacts, UnitFacts
from kaishu.core.answer import colours_of
from kaishu.core.recall import EvidenceRule, Recall, Remedy, say
from kaishu.doors.public import typed
from kaishu.doors.public.drafts import Draft
from kaishu.people.contact import Contact

# What two products of one order have in common; the amount is each product's own.
ORDER_FIELDS = ("order_no", "shop", "bought_on")
CONSENT = "2026-11"


class Plain(forms.Form):
    """A form whose controls carry no attribute that a browser would act on by itself."""

    use_required_attribute = False

    def text(
        self,
        label: str,
        *,
        hint: str = "",
        missing: str = "",
        limit: int = LONGEST,
        look: str = "",
        **attrs: str,
    ) -> forms.CharField:
        """Build one text question; `missing` is said when it is empty, and "" lets it be empty."""
        field = forms.CharField(
            label=label,
            help_text=hint,
            required=bool(missing),
            max_length=limit,
            error_messages={
                "required": missing,
                "max_length": _("This is too long. Keep it under %(limit_value)d characters."),
            },
            widget=forms.TextInput(attrs={"spellcheck": "false", **_class(look), **attrs}),
        )
        field.widget.attrs.pop("maxlength", None)
        return field


class UnitForm(Plain):
    """The questions about one product of the claim."""

    def __init__(self, *, recall: Recall, no: int, model: str, **given: Any) -> None:
        super().__init__(prefix=f"u{no}", auto_id="id-%s", **given)
        self.recall, self.no, self.model = recall, no, model
        self.remedies: tuple[Remedy, ...] = (
            recall.remedies_for(model) if recall.product(model) else recall.remedies
        )
        self._add_product_fields()
        self._add_choices()
        self._add_order_fields(recall.evidence)

    def _add_product_fields(self) -> None:
        tag = language.tag()
        self.fields["model"] = _radios(
            _("Which model is it?"),
            [(p.model, f"{p.model} - {say(p.name, tag)}") for p in self.recall.products],
            missing=_("Choose the model."),
        )
        self.fields["serial"] = self.text(
            _("Serial number"),
            hint=_(
                "Type it as it is printed. If you cannot read it, leave this empty and add a photo."
            ),
            autocomplete="off",
            autocapitalize="characters",
            look="code",
        )
        recall, product = self.recall, self.recall.product(self.model)
        products = [product] if product else list(recall.products)
        colours = list(dict.fromkeys(c for p in products for c in colours_of(recall, p)))
        if len(colours) > 1:
            choices = [("", _("I do not know")), *((c, words.word(c)) for c in colours)]
            self.fields["colour"] = forms.ChoiceField(
                label=_("Colour"),
                required=False,
                choices=choices,
                error_messages={"invalid_choice": _("Choose the colour again.")},
            )

    def _add_choices(self) -> None:
        self.fields["condition"] = _radios(
            _("How is the product now?"),
            [(code, words.word(f"condition.{code}")) for code in CONDITIONS],
            missing=_("Choose how the product is now."),
        )
        self.fields["remedy"] = _radios(
            _("What would you like to receive?"),
            [(remedy.code, say(remedy.title, language.tag())) for remedy in self.remedies],
            missing=_("Choose what you would like to receive."),
        )

    def _add_order_fields(self, rule: EvidenceRule) -> None:
        if rule.order_no != "not_asked":
            self.fields["order_no"] = self.text(
                _("Order number"),
                hint=say(rule.order_where, language.tag()),
                missing=_("Type the order number.") if self._must(rule.order_no) else "",
                autocomplete="off",
            )
        self.fields["shop"] = self.text(_("Shop where you bought it"), autocomplete="off")
        if rule.bought_on != "not_asked":
            self.fields["bought_on"] = self.text(
                _("Date you bought it"),
                hint=_("For example 2024-5-14"),
                missing=_("Type the date you bought it.") if self._must(rule.bought_on) else "",
                autocomplete="off",
            )
        if rule.order_amount != "not_asked":
            self.fields["order_amount"] = self.text(
                _("What you paid for it"),
                hint=_("The amount for this one product, for example %(example)s")
                % {
                    "example": words.quantity(
                        300_00 if self.recall.currency == "CNY" else 3990, self.recall.currency
                    )
                },
                missing=_("Type what you paid.") if self._must(rule.order_amount) else "",
                inputmode="decimal",
                autocomplete="off",
            )

    @property
    def one_product(self) -> bool:
        """Whether the model is known, so that only its own choices are shown."""
        return self.recall.product(self.model) is not None

    @property
    def optional(self) -> dict[str, bool]:
        """Say for each order question whether it may stay empty."""
        return {name: not field.required for name, field in self.fields.items()}

    def _must(self, rule: str) -> bool:
        return rule == "required"

    def clean_bought_on(self) -> date | None:
        """Read the date in any of the forms people write."""
        text = self.cleaned_data["bought_on"]
        if not text:
            return None
        try:
            return typed.read_date(text)
        except typed.Unreadable:
            raise forms.ValidationError(
                _("We cannot read this date. Write year, month, day, for example 2024-5-14.")
            ) from None

    def clean_order_amount(self) -> int | None:
        """Read the amount into minor units of the recall's currency."""
        text = self.cleaned_data["order_amount"]
        if not text:
            return None
        try:
            return typed.read_amount(text, currency=self.recall.currency)
        except typed.Unreadable:
            raise forms.ValidationError(
                _("We cannot read this amount. Write only the number.")
            ) from None

    def remedy_cards(self) -> Iterator[dict[str, Any]]:
        """Yield each remedy with its radio button."""
        for remedy, radio in zip(self.remedies, self["remedy"].subwidgets, strict=True):
            yield {"remedy": remedy, "radio": radio}

    def facts(self, *, files: tuple[Draft, ...]) -> UnitFacts:
        """Return what was said about this unit; only after `is_valid()`."""
        said = self.cleaned_data
        return UnitFacts(
            model=said["model"],
            serial=said["serial"],
            colour=said.get("colour", ""),
            condition=said["condition"],
            remedy=said["remedy"],
            order_no=said.get("order_no", ""),
            shop=said["shop"],
            bought_on=said.get("bought_on"),
            order_amount=said.get("order_amount"),
            evidence=tuple(draft.reference() for draft in files),
        )


class PersonForm(Plain):
    """Who claims, and how we reach them. Asked once, however many products."""

    def __init__(self, **given: Any) -> None:
        super().__init__(auto_id="id-%s", **given)
        self.fields["name"] = self.text(
            _("Your name"), missing=_("Type your name."), autocomplete="name"
        )
        self.fields["email"] = forms.EmailField(
            label=_("E-mail address"),
            help_text=_("We need an e-mail address or a telephone number. One is enough."),
            required=False,
            max_length=None,
            error_messages={
                "invalid": _("This e-mail address is not complete. Example: name@example.com")
            },
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        )
        self.fields["email"].widget.attrs.pop("maxlength", None)
        self.fields["phone"] = self.text(
            _("Telephone number"), limit=40, inputmode="tel", autocomplete="tel"
        )
        self.fields["postcode"] = self.text(
            _("Postcode"), limit=20, inputmode="numeric", autocomplete="postal-code"
        )
        self.fields["address"] = self.text(
            _("Address"),
            hint=_("With street number, building and room. We send the return bag there."),
            missing=_("Type your address."),
            limit=400,
            autocomplete="street-address",
        )
        self.fields["address"].widget = forms.Textarea(
            attrs={"rows": "3", "autocomplete": "street-address", "spellcheck": "false"}
        )
        self.fields["consent"] = forms.BooleanField(
            label=_(
                "You may use what I wrote here to carry out this recall, and for nothing else."
            ),
            error_messages={"required": _("Tick the box so that we may work on your claim.")},
        )

    def clean(self) -> dict[str, Any]:
        """Ask for one way to reach the person."""
        said = super().clean() or {}
        if not said.get("email") and not said.get("phone") and "email" not in self.errors:
            self.add_error("email", _("Type an e-mail address or a telephone number."))
        return said

    def contact(self) -> Contact:
        """Return how to reach the person; only after `is_valid()`."""
        said = self.cleaned_data
        return Contact(**{name: said[name] for name in Contact.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary: the same words as at the field, and where the field is."""

    id: str
    text: str
    next: str = ""


def problems_of(form: forms.Form) -> Iterator[Problem]:
    """Yield the first problem of each field, in the order of the page."""
    for field in form:
        if field.errors:
            first = f"{field.auto_id}_0" if field.use_fieldset else str(field.auto_id)
            yield Problem(first, str(field.errors[0]))


def claim_facts(*, recall: Recall, contact: Contact, units: tuple[UnitFacts, ...]) -> ClaimFacts:
    """Put the parts together as the one value that `submit_claim` takes."""
    return ClaimFacts(
        recall=recall.slug,
        language=language.tag(),
        contact=contact,
        units=units,
        consent=CONSENT,
    )


def typed_values(form: forms.Form, data: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in a form's controls, so that a page can be shown again unjudged."""
    return {name: data.get(form.add_prefix(name), "") for name in form.fields}


def _radios(label: str, choices: list[tuple[str, str]], *, missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": missing},
    )


def _class(look: str) -> dict[str, str]:
    return {"class": look} if look else {}
