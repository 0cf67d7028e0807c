"""A report that reached staff by telephone, mail, a shop or a depot: the same questions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, idempotency, words
from kaishu.base.desk import Problem, problem_of
from kaishu.base.language import NAMES, TAGS
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.triage import Condition
from kaishu.doors.console import frame
from kaishu.doors.console.incidents.acts import parse_moment
from kaishu.editions import queries as editions
from kaishu.incidents import actions
from kaishu.incidents.models import Incident
from kaishu.markets import zone_of
from kaishu.people.contact import Contact

TOLD = (
    ("yes", pgettext_lazy("word", "yes")),
    ("no", pgettext_lazy("word", "no")),
    ("", pgettext_lazy("word", "not known")),
)
ANSWERS = {"yes": True, "no": False}


class IntakeForm(forms.Form):
    """What is asked about an incident. Only the recall and the condition must be known."""

    use_required_attribute = False

    product = forms.ChoiceField(label=_("Recall and model"), required=False)
    kind = forms.ChoiceField(label=_("What state is it in?"), required=False)
    injured = forms.ChoiceField(label=_("Was anybody hurt?"), choices=TOLD, required=False)
    fire = forms.ChoiceField(label=_("Was there a fire?"), choices=TOLD, required=False)
    fire_service = forms.ChoiceField(
        label=_("Did the fire brigade come?"), choices=TOLD, required=False
    )
    happened_on = forms.DateField(label=_("When did it happen?"), required=False)
    known_at = forms.CharField(label=_("When did the company learn of it?"), required=False)
    words = forms.CharField(
        label=_("What happened, in their words"), required=False, widget=forms.Textarea
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    phone = forms.CharField(label=_("Phone number"), required=False, max_length=40)
    email = forms.EmailField(label=_("Mail address"), required=False)
    language = forms.ChoiceField(label=_("Their language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(word.value, words.word(f"condition.{word.value}")) for word in Condition]
        self._choose("product", [("", _("Choose")), *_products()])
        self._choose("kind", [("", _("Choose")), *kinds])
        self._choose("language", [(TAGS[code], name) for code, name in NAMES.items()])
        self.fields["happened_on"].widget.input_type = "date"
        self.fields["known_at"].widget.input_type = "datetime-local"
        self.fields["words"].widget.attrs["rows"] = 5

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_product(self) -> str:
        return self._asked("product", _("Which recall is it about?"))

    def clean_kind(self) -> str:
        return self._asked(
            "kind", _("Choose the state that fits best. “Unknown” is an answer too.")
        )

    def clean_known_at(self) -> datetime | None:
        typed = self.cleaned_data["known_at"]
        found = parse_moment(typed)
        if typed and found is None:
            raise forms.ValidationError(_("Give the day and the time, or leave it empty for now."))
        return found

    def clean_happened_on(self) -> date | None:
        day: date | None = self.cleaned_data["happened_on"]
        zone = _zone(str(self.cleaned_data.get("product", "")))
        if day is not None and not date(2000, 1, 1) <= day <= clock.now().astimezone(zone).date():
            raise forms.ValidationError(
                _("This day cannot be right. It lies between 2000 and today.")
            )
        return day

    def _asked(self, name: str, question: Any) -> str:
        value = str(self.cleaned_data[name])
        if not value:
            raise forms.ValidationError(question)
        return value


@staff(*frame.CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def new(request: HttpRequest) -> HttpResponse:
    """Take a report down and open what follows from it."""
    if request.method != "POST":
        chosen = {name: request.GET.get(name, "") for name in ("product", "kind")}
        return _ask(request, IntakeForm(initial=chosen, auto_id="id-%s"), [])
    form = IntakeForm(request.POST, auto_id="id-%s")
    if not form.is_valid():
        problems = [Problem(str(e[0]), "", f"id-{name}") for name, e in form.errors.items()]
        return _ask(request, form, problems)
    try:
        made = _keep(request, form.cleaned_data)
    except Refusal as refusal:
        return _ask(request, form, [problem_of(refusal, "id-known_at")])
    desk.say_next(request, str(_("Written down. Now decide the duties below.")))
    return HttpResponseRedirect(f"/staff/incidents/{made.number}/")


def _zone(product: str) -> ZoneInfo:
    """Return the clock of the market that a choice of recall and model belongs to."""
    slug = product.partition("|")[0]
    return (zone_of([editions.recall_row(slug).market]) if slug else None) or ZoneInfo("UTC")


def _keep(request: HttpRequest, said: dict[str, Any]) -> Incident:
    slug, _bar, model = said["product"].partition("|")
    market = editions.recall_row(slug).market
    known: datetime | None = said["known_at"]
    zone = zone_of([market])
    return actions.report(
        key=f"console:{desk.key_of(request)}",
        recall_slug=slug,
        market=market,
        product=model,
        kind=said["kind"],
        door="console",
        by=request.user.get_username(),
        at=clock.now(),
        words=said["words"],
        injured=ANSWERS.get(said["injured"]),
        fire=ANSWERS.get(said["fire"]),
        fire_service=ANSWERS.get(said["fire_service"]),
        happened_at=said["happened_on"],
        language=said["language"],
        contact=Contact(name=said["name"], phone=said["phone"], email=said["email"]),
        known_at=known.replace(tzinfo=zone) if known and zone else None,
    )


def _ask(request: HttpRequest, form: IntakeForm, problems: list[Problem]) -> HttpResponse:
    context = {"form": form, "key": desk.key_of(request) if problems else idempotency.new_key()}
    status = 422 if problems else 200
    return frame.show(
        request, "console/incidents/new.html", context, problems=problems, status=status
    )


def _products() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            frame.recall_name(pack.recall.slug),
            [(f"{pack.recall.slug}|{each.model}", each.model) for each in pack.recall.products],
        )
        for pack in editions.current_packs()
    ]
