"""The estimate of units thrown away, as the newest report filed with an authority has it.

The public sees no estimate that was not filed: a number typed into a draft is nobody's word yet.
A later report without one takes it back.
"""

from __future__ import annotations

import json
from datetime import datetime

from kaishu.core.progress import Discarded
from kaishu.markets.forms import Form, forms_of, load_form
from kaishu.reports import typed
from kaishu.reports.models import Filed

_FIELD, _SOURCE = "discarded", "discarded_source"


def estimates(*, slug: str, market: str, as_of: datetime) -> tuple[Discarded, ...]:
    """Return the estimate that stood at a moment, with its source; nothing where there was none."""
    asking = [form.id for form in forms_of(market) if _asks(form)]
    filed = Filed.objects.filter(recall_slug=slug, form__in=asking, as_of__lte=as_of)
    row = filed.order_by("-as_of", "-id").first()
    if row is None:
        return ()
    values = typed.read(load_form(row.form), json.loads(row.content)["typed"])
    units, source = values.get(_FIELD), values.get(_SOURCE)
    return (Discarded(quantity=int(units), source=str(source)),) if units and source else ()


def _asks(form: Form) -> bool:
    return any(field.id == _FIELD for field in form.fields)
