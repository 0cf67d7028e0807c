"""Render the public door's own templates without Django, so that there is one truth of each page.

The part of Django's template language that the pages of the check use, and no more: variables with
filters, `if`, `for`, `include`, `extends` and `block`, `translate`, `blocktranslate`, `filter`. A
tag that is not here is an error when the server starts, never in front of a person. That both
engines make the same bytes is a test (tests/edge/test_same_pages.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from kaishu.doors.edge import expressions
from kaishu.doors.edge.expressions import Context, Safe, Tools, compile_value, shown

Node = Callable[[Context], str]
_TOKEN = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)
_WITH = re.compile(r"(\w+)=(\S+)")
_QUOTED = re.compile(r'"([^"]*)"(?:\s+as\s+(\w+))?')


class TemplateUnknown(Exception):
    """A template uses something that the edge does not know."""

    code = "template_unknown"


class Templates:
    """Compiled templates by name, from several folders; the first that has it wins."""

    def __init__(self, folders: Sequence[Path], tools: Tools) -> None:
        self._folders = folders
        self._tools = tools
        self._kept: dict[str, Node] = {}

    def render(self, name: str, context: Context) -> str:
        """Return the page; the context is copied, because templates set names in it."""
        return self.get(name)(dict(context))

    def get(self, name: str) -> Node:
        """Return a compiled template; raise TemplateUnknown for what cannot be compiled."""
        if (node := self._kept.get(name)) is None:
            node = self._kept[name] = _Parser(self, self._tools, self.source(name), name).whole({})
        return node

    def source(self, name: str) -> str:
        """Return the text of a template."""
        for folder in self._folders:
            if (file := folder / name).is_file():
                return file.read_text("utf-8")
        raise TemplateUnknown(name)


class _Parser:
    """Turns one template into a node. `blocks` are what a template that extends this one fills."""

    def __init__(self, templates: Templates, tools: Tools, source: str, name: str) -> None:
        self.templates, self.tools, self.name = templates, tools, name
        self.tokens: Iterator[str] = iter(_TOKEN.split(source))
        self.blocks: dict[str, Node] = {}

    def whole(self, blocks: Mapping[str, Node]) -> Node:
        self.blocks = dict(blocks)
        node, end, _rest = self.until()
        if end:
            raise TemplateUnknown(f"{self.name}: {end} without a beginning")
        return node

    def until(self, *ends: str) -> tuple[Node, str, str]:
        """Read nodes up to one of these tags; return them as one, the tag and what it said."""
        nodes: list[Node] = []
        for token in self.tokens:
            if token.startswith("{%"):
                tag, _space, rest = token[2:-2].strip().partition(" ")
                if tag in ends or tag.startswith("end"):
                    return _joined(nodes), tag, rest
                nodes.append(self.tag(tag, rest.strip()))
            elif token.startswith("{{"):
                nodes.append(_variable(compile_value(token[2:-2].strip(), self.tools)))
            elif token and not token.startswith("{#"):
                nodes.append(_text(token))
        return _joined(nodes), "", ""

    def tag(self, tag: str, rest: str) -> Node:
        if tag in self.tools.tags:
            return _set(self.tools.tags[tag], rest)
        maker = getattr(self, f"tag_{tag}", None)
        if maker is None:
            raise TemplateUnknown(f"{self.name}: {{% {tag} {rest} %}}")
        node: Node = maker(rest)
        return node

    def tag_load(self, rest: str) -> Node:
        return _text("")

    def tag_comment(self, rest: str) -> Node:
        for token in self.tokens:
            if token.startswith("{%") and token[2:-2].strip() == "endcomment":
                return _text("")
        raise TemplateUnknown(f"{self.name}: comment without an end")

    def tag_static(self, rest: str) -> Node:
        return _text(f"/static/{rest[1:-1]}")

    def tag_extends(self, rest: str) -> Node:
        """Collect the blocks of this template, then compile the one below it with them."""
        self.until()
        below = rest[1:-1]
        parser = _Parser(self.templates, self.tools, self.templates.source(below), below)
        return parser.whole(self.blocks)

    def tag_block(self, name: str) -> Node:
        body, _end, _rest = self.until()
        return self.blocks.setdefault(name, body)

    def tag_include(self, rest: str) -> Node:
        name, _space, more = rest.partition(" ")
        values = {k: compile_value(v, self.tools) for k, v in _WITH.findall(more)}
        node = self.templates.get(name[1:-1])

        def included(context: Context) -> str:
            return node({**context, **{k: value(context) for k, value in values.items()}})

        return included

    def tag_if(self, rest: str) -> Node:
        branches: list[tuple[Callable[[Context], bool], Node]] = []
        condition, end = expressions.compile_condition(rest, self.tools), ""
        while end != "endif":
            body, end, rest = self.until("elif", "else")
            branches.append((condition, body))
            if end == "elif":
                condition = expressions.compile_condition(rest, self.tools)
            elif end == "else":
                condition = _always
        return _first_true(branches)

    def tag_for(self, rest: str) -> Node:
        names, _in, source = rest.partition(" in ")
        targets = [name.strip() for name in names.split(",")]
        values = compile_value(source.strip(), self.tools)
        body, _end, _rest = self.until()

        def repeated(context: Context) -> str:
            said = []
            for number, value in enumerate(values(context) or ()):
                parts = [value] if len(targets) == 1 else value
                more = dict(zip(targets, parts, strict=True))
                said.append(body({**context, **more, "forloop": {"counter0": number}}))
            return "".join(said)

        return repeated

    def tag_filter(self, rest: str) -> Node:
        body, _end, _rest = self.until()
        value = compile_value(f"filtered|{rest}", self.tools)
        return lambda context: shown(value({**context, "filtered": Safe(body(context))}))

    def tag_translate(self, rest: str) -> Node:
        found = _QUOTED.fullmatch(rest)
        if found is None:
            raise TemplateUnknown(f"{self.name}: translate {rest}")
        msgid, name = found[1].replace("%", "%%"), found[2]
        self.tools.seen.add(msgid)

        def said(context: Context) -> str:
            words = self.tools.translate(msgid, context).replace("%%", "%")
            if not name:
                return words
            context[name] = Safe(words)
            return ""

        return said

    def tag_blocktranslate(self, rest: str) -> Node:
        values = {k: compile_value(v, self.tools) for k, v in _WITH.findall(rest)}
        parts: list[str] = []
        for token in self.tokens:
            if token.startswith("{%"):
                break
            named = token.startswith("{{")
            parts.append(f"%({token[2:-2].strip()})s" if named else token.replace("%", "%%"))
        text = "".join(parts)
        if "trimmed" in rest.split():
            text = " ".join(line.strip() for line in text.strip().splitlines())
        names = re.findall(r"%\((\w+)\)s", text)
        values = {name: values.get(name) or compile_value(name, self.tools) for name in names}
        self.tools.seen.add(text)

        def said(context: Context) -> str:
            filled = {name: shown(value(context)) for name, value in values.items()}
            return self.tools.translate(text, context) % filled

        return said


def _text(text: str) -> Node:
    return lambda context: text


def _variable(value: Callable[[Context], Any]) -> Node:
    return lambda context: shown(value(context))


def _joined(nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    return lambda context: "".join([node(context) for node in nodes])


def _set(tag: Callable[[Context], Any], rest: str) -> Node:
    """Run a tag of our own; `as name` keeps what it returns, else it is shown."""
    name = rest.removeprefix("as ").strip() if rest.startswith("as ") else ""

    def run(context: Context) -> str:
        if not name:
            return escape(str(tag(context)))
        context[name] = tag(context)
        return ""

    return run


def _always(context: Context) -> bool:
    return True


def _first_true(branches: Sequence[tuple[Callable[[Context], bool], Node]]) -> Node:
    def chosen(context: Context) -> str:
        return next((body(context) for holds, body in branches if holds(context)), "")

    return chosen
