"""Template tags that every page may use without loading: numbers, dates, codes in words.

Registered as built-ins in settings. Each follows the language in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kaishu.base import language, words
from kaishu.base import phrases as phrase_breaks
from kaishu.core.recall import say as say_text
from kaishu.core.sentences import Sentence
from kaishu.core.sentences import sentence as find_sentence

register = template.Library()


def groups_of_four(code: str) -> list[str]:
    """Cut a code into groups of four from the left; a short rest stays a group."""
    return [code[start : start + 4] for start in range(0, len(code), 4)]


@register.filter
def serial_groups(serial: object) -> SafeString:
    """Show a serial in groups of four that still copies as one word."""
    parts = format_html_join(
        "", "<span>{}</span>", ((part,) for part in groups_of_four(str(serial)))
    )
    return format_html('<span class="code">{}</span>', parts)


@register.filter
def case_no(number: object) -> SafeString:
    """Show a case number as 4-4-4; copied, it keeps its spaces."""
    parts = format_html_join(
        " ", "<span>{}</span>", ((part,) for part in groups_of_four(str(number)))
    )
    return format_html('<span class="code spaced">{}</span>', parts)


@register.filter
def money(amount: int | None, commodity: str) -> str:
    """Say a quantity of a commodity: minor units of a currency, a coupon, pieces, a kit."""
    return "" if amount is None else words.quantity(amount, commodity)


@register.filter
def commodity(code: str) -> str:
    """Name a commodity for a heading or a choice: `{{ row.commodity|commodity }}`."""
    return words.commodity(code)


@register.filter
def tongue(tag: str) -> str:
    """Name a language in itself: `ja` is 日本語; what has no name is shown as it is."""
    return language.NAMES.get(tag.lower(), tag)


@register.filter
def count(number: int | None) -> str:
    """Show a whole number with the separators of the language."""
    return "" if number in (None, "") else format_decimal(number, locale=words.locale())


@register.filter
def when(value: date | datetime | None) -> str:
    """Say a date, or a time in the zone in force, in the words of the language.

    Where no one market gives the zone, the time says that it is nobody's local time.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        day = format_date(local.date(), format="long", locale=words.locale())
        zone = " UTC" if timezone.get_current_timezone_name() == "UTC" else ""
        return f"{day} {local:%H:%M}{zone}"
    return format_date(value, format="long", locale=words.locale())


@register.filter
def day(value: date | datetime | None) -> str:
    """Say the day of a date or time, without the hour."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return when(value)


@register.filter
def age(value: datetime | None) -> SafeString | str:
    """Show how long ago in one unit ("3 d"), the exact time on hover."""
    if value is None:
        return ""
    exact = format_datetime(timezone.localtime(value), format="medium", locale=words.locale())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        exact,
        words.age(timezone.now() - value),
    )


@register.filter
def say(text: Mapping[str, str]) -> str:
    """Pick the language in force from a recall's text."""
    return say_text(text, language.tag())


@register.filter
def phrases(heading: object) -> str:
    """Let a Japanese heading break between phrases only; other languages are left as they are.

    `{{ title|phrases }}`, or around more: `{% filter phrases %}{% translate "…" %}{% endfilter %}`.
    """
    text = heading if isinstance(heading, str) else str(heading)
    return phrase_breaks.marked(text) if language.tag() == "ja" else text


@register.filter
def word(code: object) -> str:
    """Say a closed code (account, stage, colour, answer) in the language in force."""
    return words.word(str(code))


@register.filter
def step_word(code: object) -> str:
    """Say one of the six steps of a claim."""
    return words.word(f"step.{code}")


@register.filter
def condition_word(code: object) -> str:
    """Say the condition that an owner chose for a unit."""
    return words.word(f"condition.{code}")


@register.simple_tag
def sentence(code: str, facts: Mapping[str, str] | None = None, **more: object) -> Sentence:
    """Find the sentence of a reason code: `{% sentence code facts as s %}{{ s.text }}`."""
    return find_sentence(
        code, language.tag(), {**(facts or {}), **{k: str(v) for k, v in more.items()}}
    )


@register.simple_tag
def language_tag() -> str:
    """Name the language in force for the lang attribute."""
    return language.tag()


@register.simple_tag(takes_context=True)
def language_links(context: Mapping[str, Any]) -> list[dict[str, object]]:
    """List the three languages with the address of this same page in each."""
    current = translation.get_language()
    request = context.get("request")
    path = request.path if request else "/"
    rest = path.split("/", 2)[-1] if language.of_path(path) else ""
    query = _query(request) if request else ""
    return [
        {
            "code": code,
            "tag": language.TAGS[code],
            "name": name,
            "href": f"/{code}/{rest}{query}",
            "path": f"/{code}/{rest}",
            "current": code == current,
        }
        for code, name in language.NAMES.items()
    ]


@register.simple_tag(takes_context=True)
def export_query(context: Mapping[str, Any], kind: str) -> str:
    """Return the query by which this very list, filters and all, comes as a file."""
    wanted = context["request"].GET.copy()
    wanted["as"] = kind
    wanted.pop("page", None)
    return f"?{wanted.urlencode()}"


def _query(request: HttpRequest) -> str:
    """Return what the links keep; nothing of a query that is too much to read."""
    try:
        return f"?{request.GET.urlencode()}" if request.GET else ""
    except SuspiciousOperation:  # the page that says so has these links too
        return ""


@register.simple_tag
def branded(recall: Any, name: Mapping[str, str]) -> str:
    """Say a product with its brand in front, once: many names begin with it already."""
    said = say_text(name, language.tag())
    return said if recall.brand.casefold() in said.casefold() else f"{recall.brand} {said}"
