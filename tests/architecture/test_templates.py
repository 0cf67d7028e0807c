"""Every template can be read: a slip in one is a broken page that perhaps no other test opens."""

from __future__ import annotations

from pathlib import Path

from django.template import TemplateSyntaxError
from django.template.loader import get_template

import kaishu

HOME = Path(kaishu.__file__).parent


def test_every_template_can_be_read() -> None:
    broken = []
    found = [path for path in HOME.rglob("*.html") if "templates" in path.parts]
    for path in found:
        name = path.as_posix().rpartition("/templates/")[2]
        try:
            get_template(name)
        except TemplateSyntaxError as error:
            broken.append(f"{name}: {error}")
    assert len(found) > 150
    assert not broken
