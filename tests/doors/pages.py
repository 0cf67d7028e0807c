"""Get a page and look into it: `find(root, ".summary a")` knows the few selectors tests need."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client
from lxml import html

_PART = re.compile(r"([.#]?)([\w-]+)|\[([\w-]+)(?:(\*?=)'?([^'\]]*)'?)?\]")


def parsed(response: HttpResponse) -> html.HtmlElement:
    """Return the page of a response."""
    return html.fromstring(response.content.decode())


def page(path: str, **query: str) -> html.HtmlElement:
    """Get a page that must be there."""
    response = Client().get(path, query)
    assert response.status_code == 200, path
    return parsed(response)


def text(node: html.HtmlElement) -> str:
    """Return an element's text with single spaces."""
    return " ".join(node.text_content().split())


def find(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """Return the elements a selector names: tag, .class, #id, [attr], [attr=v], [attr*=v]."""
    path = "".join(f"//*{_conditions(step)}" for step in selector.split())
    return list(root.xpath(f".{path}"))


def _conditions(step: str) -> str:
    found = []
    for sign, name, attribute, compare, value in _PART.findall(step):
        if sign == ".":
            found.append(f"contains(concat(' ', @class, ' '), ' {name} ')")
        elif sign == "#":
            found.append(f"@id='{name}'")
        elif name:
            found.append(f"self::{name}")
        elif not compare:
            found.append(f"@{attribute}")
        elif compare == "=":
            found.append(f"@{attribute}='{value}'")
        else:
            found.append(f"contains(@{attribute}, '{value}')")
    return "".join(f"[{condition}]" for condition in found)
