"""The questions about the purchase: same order, shop, order number, date, amount."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from django import forms
from django.utils.translation import gettext as _

from kaishu.base import words
from kaishu.core.recall import Recall
from kaishu.doors.public import typed as reading
from kaishu.doors.public.claiming import shops
from kaishu.doors.public.claiming.answers import Said
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.questions import Question, Visit
from kaishu.markets import zone_of

# A product is sold before its maker's own first day: samples, other shops, records that lag.
MARGIN = timedelta(days=180)


def shares_order(visit: Visit) -> bool:
    """Say whether this product came with the first one's order."""
    return visit.one.get("same_order") == "yes"


class SameOrder(Question):
    """Whether a second product came with the first one's order."""

    name = "same-order"

    def asked(self, visit: Visit) -> bool:
        return visit.answers.units[0].id != visit.one.id

    def heading(self, visit: Visit) -> str:
        return _("Did you buy it together with product 1?")

    def why(self, visit: Visit) -> str:
        return _("If so, we do not ask for the shop, the order number and the date again.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        choices = [("yes", _("Yes, in the same order")), ("no", _("No, or I do not know"))]
        form.add_choice("same_order", self.heading(visit), choices, missing=_("Choose yes or no."))
        return form


class Shop(Question):
    """Where it was bought."""

    name = "shop"

    def asked(self, visit: Visit) -> bool:
        return not shares_order(visit)

    def heading(self, visit: Visit) -> str:
        return _("Where did you buy it?")

    def why(self, visit: Visit) -> str:
        return _("So that we can show you where this shop writes the order number.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        choices = shops.choices(visit.recall.market)
        form.add_choice("shop", _("Bought where"), choices, missing=_("Choose where you got it."))
        form.add_text(
            "shop_name",
            _("Name of the shop"),
            hint=_("Only if you bought it in a shop that is not in the list."),
            autocomplete="off",
        )
        return form


class OrderNo(Question):
    """The order number, with where that shop shows it."""

    name = "order"
    template = "public/claiming/order.html"

    def asked(self, visit: Visit) -> bool:
        rule = visit.recall.evidence.order_no
        given = visit.one.get("shop") in shops.WITHOUT_ORDER and rule != "required"
        return rule != "not_asked" and not shares_order(visit) and not given

    def heading(self, visit: Visit) -> str:
        return _("What is the order number?")

    def why(self, visit: Visit) -> str:
        return _("It helps us to see that the product is yours.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        form.add_text(
            "order_no",
            self.heading(visit),
            missing=_("Type the order number, or press “I do not know”.")
            if self.unknown(visit)
            else _("Type the order number."),
            autocomplete="off",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return "" if visit.recall.evidence.order_no == "required" else _("I do not know")

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"help": shops.order_help(visit.recall, visit.one.get("shop"))}


class BoughtOn(Question):
    """The day it was bought."""

    name = "bought"

    def asked(self, visit: Visit) -> bool:
        return visit.recall.evidence.bought_on != "not_asked" and not shares_order(visit)

    def heading(self, visit: Visit) -> str:
        return _("When was it bought?")

    def why(self, visit: Visit) -> str:
        return _("The recall covers products that were sold in a certain time.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = BoughtForm(data, said)
        form.first, form.today = first_sale(visit), today(visit.recall, visit.at)
        form.add_text(
            "bought_on",
            self.heading(visit),
            hint=_("For example 2024-5-14"),
            missing=_("Type the date, or press “I do not know”.")
            if self.unknown(visit)
            else _("Type the date."),
            autocomplete="off",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return "" if visit.recall.evidence.bought_on == "required" else _("I do not know")


class BoughtForm(Plain):
    """The day, read in any of the forms people write, and possible."""

    first: date | None
    today: date

    def clean_bought_on(self) -> str:
        """Ask again for a day that cannot be read, has not come, or was before the first sale."""
        text = str(self.cleaned_data["bought_on"])
        try:
            day = reading.read_date(text)
        except reading.Unreadable:
            raise forms.ValidationError(
                _("We cannot read this date. Write year, month, day, for example 2024-5-14.")
            ) from None
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet. Check the year."))
        if self.first and day < self.first - MARGIN:
            raise forms.ValidationError(
                _("This product was not sold before %(month)s. Check the year.")
                % {"month": format_skeleton("yMMMM", self.first, locale=words.locale())}
            )
        return text


class Amount(Question):
    """What was paid, where a remedy or the recall needs it."""

    name = "amount"

    def asked(self, visit: Visit) -> bool:
        return visit.recall.evidence.order_amount != "not_asked"

    def heading(self, visit: Visit) -> str:
        return _("How much did you pay for it?")

    def why(self, visit: Visit) -> str:
        return _("We work out a refund from what you paid.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        currency = visit.recall.currency
        form = AmountForm(data, said)
        form.currency = currency
        example = words.quantity(300_00 if currency == "CNY" else 3990, currency)
        form.add_text(
            "order_amount",
            self.heading(visit),
            hint=_("The amount for this one product, for example %(example)s")
            % {"example": example},
            missing=_("Type the amount, or press “I do not know”.")
            if self.unknown(visit)
            else _("Type what you paid."),
            inputmode="decimal",
            autocomplete="off",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return "" if visit.recall.evidence.order_amount == "required" else _("I do not know")


class AmountForm(Plain):
    """An amount of money in the recall's currency."""

    currency: str

    def clean_order_amount(self) -> str:
        """Ask again for what is no amount."""
        text = str(self.cleaned_data["order_amount"])
        try:
            reading.read_amount(text, currency=self.currency)
        except reading.Unreadable:
            raise forms.ValidationError(
                _("We cannot read this amount. Write only the number.")
            ) from None
        return text


def first_sale(visit: Visit) -> date | None:
    """Return the first day on which the product was sold, where the recall says so."""
    return visit.product.sold_from if visit.product else None


def today(recall: Recall, at: datetime) -> date:
    """Return the day on the wall of the recall's market."""
    return at.astimezone(zone_of([recall.market])).date()
