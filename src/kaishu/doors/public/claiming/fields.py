"""Form fields that carry nothing a browser would act on by itself.

No `required`, `placeholder`, `disabled` or `maxlength`: a browser's own bubble is in the phone's
language, not in the page's, and a cut-off paste is a wrong serial. What is typed is judged when the
form is sent, and never reformatted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.utils.translation import gettext as _

from kaishu.claims.facts import LONGEST
from kaishu.doors.public.problems import Problem


class Plain(forms.Form):
    """A form of one page. Its controls have the ids `id-<name>`."""

    use_required_attribute = False

    def __init__(self, data: Mapping[str, str] | None, said: Mapping[str, str]) -> None:
        super().__init__(data, auto_id="id-%s", initial=dict(said))

    def add_text(
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
        """Add one text question; `missing` is said when it is empty, and "" lets it be empty."""
        field = forms.CharField(
            label=label,
            help_text=hint,
            required=bool(missing),
            max_length=limit,
            error_messages={"required": missing, "max_length": _too_long()},
            widget=forms.TextInput(attrs={"spellcheck": "false", **_class(look), **attrs}),
        )
        field.widget.attrs.pop("maxlength", None)
        self.fields[name] = field

    def add_lines(
        self, name: str, label: str, *, hint: str = "", missing: str = "", limit: int, **attrs: str
    ) -> None:
        """Add a question that is answered in several lines."""
        self.add_text(name, label, hint=hint, missing=missing, limit=limit)
        self.fields[name].widget = forms.Textarea(
            attrs={"rows": "4", "spellcheck": "false", **attrs}
        )

    def add_choice(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[str, str]],
        *,
        missing: str,
        hint: str = "",
    ) -> None:
        """Add radio buttons; none is chosen before the person chose."""
        self.fields[name] = forms.ChoiceField(
            label=label,
            help_text=hint,
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": missing, "invalid_choice": missing},
        )

    def add_tick(self, name: str, label: str, *, missing: str = "") -> None:
        """Add one box to tick; with `missing` it must be ticked."""
        self.fields[name] = forms.BooleanField(
            label=label, required=bool(missing), error_messages={"required": missing}
        )

    def typed(self) -> dict[str, str]:
        """Return what stands in the controls, as typed but for spaces around it."""
        return {name: self.data.get(name, "").strip() for name in self.fields}

    def problems(self) -> Iterator[Problem]:
        """Yield the first problem of each field, in the order of the page."""
        for field in self:
            if field.errors:
                first = f"{field.auto_id}_0" if field.use_fieldset else str(field.auto_id)
                yield Problem(first, str(field.errors[0]))


def _class(look: str) -> dict[str, str]:
    return {"class": look} if look else {}


def _too_long() -> str:
    return _("This is too long. Keep it under %(limit_value)d characters.")
