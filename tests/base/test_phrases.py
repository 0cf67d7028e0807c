"""A Japanese heading breaks between phrases; nothing else about it changes."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe


def shown(template: str, language: str = "ja", **context: object) -> str:
    with translation.override(language):
        return Template(template).render(Context(context))


def test_a_japanese_heading_may_break_between_its_phrases() -> None:
    assert shown("<h1>{{ h|phrases }}</h1>", h="お使いの製品は、回収の対象です") == (
        '<h1><span class="phrased">お使いの<wbr>製品は、<wbr>回収の<wbr>対象です</span></h1>'
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_other_languages_are_left_as_they_are(language: str) -> None:
    assert shown("{{ h|phrases }}", language, h="您的 <A&B> 产品") == "您的 &lt;A&amp;B&gt; 产品"


def test_what_was_typed_stays_text() -> None:
    page = shown("{{ h|phrases }}", h="<script>alert('回収の対象です')</script>&amp;")
    assert page.replace("<wbr>", "") == (
        '<span class="phrased">&lt;script&gt;alert(&#x27;回収の対象です&#x27;)&lt;/script&gt;&amp;amp;</span>'
    )


def test_markup_that_is_safe_already_is_kept_whole() -> None:
    heading = mark_safe('回収の対象です <b class="a b">A&amp;B の製品です</b>')
    page = shown("{{ h|phrases }}", h=heading)
    assert page.replace("<wbr>", "") == f'<span class="phrased">{heading}</span>'
    assert "<wbr>対象です" in page
    assert '<b class="a b">' in page
    assert "&amp;" in page


def test_a_block_of_a_template_is_marked_the_same_way() -> None:
    around = "{% filter phrases %}{% if h %}{{ h }}{% endif %}{% endfilter %}"
    assert shown(around, h="A & B の対象です") == shown("{{ h|phrases }}", h="A & B の対象です")


def test_nothing_and_numbers_are_no_reason_to_fail() -> None:
    assert shown("{{ h|phrases }}", h="") == '<span class="phrased"></span>'
    assert shown("{{ h|phrases }}", h=12) == '<span class="phrased">12</span>'
