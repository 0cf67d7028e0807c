"""From a posted section to tables of the recall file. Nothing typed is refused or lost here.

What cannot be read as its kind (a number with letters, half a date) stays as it was typed; the
check then says what is wrong with it, beside its field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict

from kaishu.core.recall import LANGUAGES
from kaishu.doors.console.recalls.groups import SECTION_GROUPS, Group
from kaishu.editions.reading import Key

MOST_ROWS = 200
Tables = dict[str, Any]
_BETWEEN = re.compile(r"[\s,;、，；]+")
_COMMAS = re.compile(r"\s*[,;、，；\n]\s*")


def read_section(section: str, posted: QueryDict) -> Tables:
    """Return what a section's form says, as tables; then the row act that was asked, if any."""
    tables = {}
    for group in SECTION_GROUPS[section]:
        said = _group(group, posted, group.name)
        if said or (group.many and group.name in posted):
            tables[group.name] = said
    act = posted.get("do", "")
    if act.startswith("paste:"):
        return _pasted(section, tables, act, posted)
    return _acted(section, tables, act)


def _group(group: Group, posted: QueryDict, prefix: str) -> Any:
    if not group.many:
        return _table(group, posted, prefix)
    count = min(_number(posted.get(f"{prefix}.rows", "")) or 0, MOST_ROWS)
    if group.bare:
        texts = [_text(posted, f"{prefix}.{number}") for number in range(count)]
        return [text or {} for text in texts]
    rows = [_table(group, posted, f"{prefix}.{number}") for number in range(count)]
    return _by_code(rows) if group.named else rows


def _by_code(rows: list[Tables]) -> Tables:
    """Name tables by their code; of two with one name both stay, the second under a new name."""
    named: Tables = {}
    for row in rows:
        code = str(row.pop("code", "")) or "format"
        free, number = code, 2
        while free in named:
            free, number = f"{code}-{number}", number + 1
        named[free] = row
    return named


def _table(group: Group, posted: QueryDict, prefix: str) -> Tables:
    table: Tables = {}
    for name, key in group.keys.items():
        value = _value(key, posted, f"{prefix}.{name}")
        if value is not None:
            table[name] = value
    for inner in group.inner:
        said = _group(inner, posted, f"{prefix}.{inner.name}")
        if said:
            table[inner.name] = said
    return table


def _value(key: Key, posted: QueryDict, name: str) -> Any:
    if key.kind in ("text", "maybe text"):
        return _text(posted, name)
    if key.kind == "yes or no":
        # No tick is the same as no word where leaving it out means no.
        return True if name in posted else None if key.empty is False else False
    if key.kind == "list of words":
        words = [word for each in posted.getlist(name) for word in _COMMAS.split(each.strip())]
        return [word for word in words if word] or None
    typed = _clean(posted.get(name, ""), key.kind)
    return _READ.get(key.kind, lambda plain: plain)(typed) if typed else None


def _clean(typed: str, kind: str) -> str:
    """Forgive full-width digits where only digits count; words stay as typed but for the ends."""
    plain = typed.replace("\r\n", "\n").strip()
    return plain if kind == "words" else unicodedata.normalize("NFKC", plain)


def _text(posted: QueryDict, name: str) -> Tables | None:
    words = {tag: _clean(posted.get(f"{name}.{tag}", ""), "words") for tag in LANGUAGES}
    return {tag: said for tag, said in words.items() if said} or None


def _number(typed: str) -> int | None:
    plain = re.sub(r"[,_\s]", "", typed)
    return int(plain) if re.fullmatch(r"-?[0-9]{1,15}", plain) else None


def _whole(typed: str) -> int | str:
    found = _number(typed)
    return typed if found is None else found


def _date(typed: str) -> date | str:
    try:
        return date(*(int(each) for each in re.split(r"[-/.]", typed)))
    except (TypeError, ValueError):
        return typed


def _pairs(typed: str) -> Tables:
    pairs = (each.partition("=") for each in _BETWEEN.split(typed) if each)
    return {left: right for left, _sign, right in pairs}


_READ: Mapping[str, Any] = {
    "number": _whole,
    "days": _whole,
    "date": _date,
    "list of numbers": lambda typed: [_whole(each) for each in _BETWEEN.split(typed) if each],
    "table": _pairs,
}


def _acted(section: str, tables: Tables, act: str) -> Tables:
    """Carry out a row button: `add:rules:list`, `remove:rules:2`, `up:…`, `down:…`."""
    verb, _sign, rest = act.partition(":")
    path, _sign, last = rest.rpartition(":")
    if verb == "add":
        _add(section, tables, path, last)
    elif verb in ("remove", "up", "down") and last.isdecimal():
        rows = _rows(tables, path)
        if isinstance(rows, dict):
            kept = _moved([*rows.items()], verb, int(last))
            rows.clear()
            rows.update(kept)
        elif rows is not None:
            rows[:] = _moved(rows, verb, int(last))
    return tables


def _pasted(section: str, tables: Tables, act: str, posted: QueryDict) -> Tables:
    """Add a row for each pasted line: `paste:rules:prefix`. Cells as in a spreadsheet, or commas.

    A line without a product belongs to that of the row before, so that codes alone are enough.
    """
    _verb, name, kind = [*act.split(":"), "", ""][:3]
    group = group_at(section, name)
    columns = dict(group.pastes).get(kind) if group is not None and "." not in name else None
    if group is None or columns is None:
        return tables
    rows = tables.setdefault(name, [])
    for line in posted.get(f"paste.{name}", "").splitlines():
        cells = [cell.strip() for cell in line.split("\t" if "\t" in line else ",")]
        if not any(cells) or len(rows) >= MOST_ROWS:
            continue
        row = {"kind": kind} if kind else {}
        for column, cell in zip(columns, cells, strict=False):
            said = _cell(group.keys[column], cell)
            row |= {} if said is None else {column: said}
        if "product" in columns and "product" not in row and rows and rows[-1].get("product"):
            row["product"] = rows[-1]["product"]
        rows.append(row)
    return tables


def _cell(key: Key, typed: str) -> Any:
    plain = _clean(typed, key.kind)
    return _READ.get(key.kind, lambda said: said)(plain) if plain else None


def _moved(rows: list[Any], verb: str, at: int) -> list[Any]:
    if at >= len(rows):
        return rows
    if verb == "remove":
        return rows[:at] + rows[at + 1 :]
    to = max(0, min(len(rows) - 1, at + (-1 if verb == "up" else 1)))
    rows = [*rows]
    rows.insert(to, rows.pop(at))
    return rows


def _rows(tables: Tables, path: str) -> Any:
    """Return the rows at a path such as `products.0.variants`, or None."""
    found: Any = tables
    for name in path.split("."):
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            return None
    return found if isinstance(found, list | dict) else None


def _add(section: str, tables: Tables, path: str, kind: str) -> None:
    group = group_at(section, path)
    if group is None or not group.many:
        return
    *above, name = path.split(".")
    holder = _holder(tables, above)
    if holder is None:
        return
    if group.named:
        named = holder.setdefault(name, {})
        named[next(code for n in range(1, 999) if (code := f"format-{n}") not in named)] = {}
    else:
        holder.setdefault(name, []).append({"kind": kind} if kind else {})


def _holder(tables: Tables, above: list[str]) -> Tables | None:
    """Return the table that a new row goes into; one that said nothing until now is made."""
    found: Any = tables
    for name in above:
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict):
            found = found.setdefault(name, {})
        else:
            return None
    return found if isinstance(found, dict) else None


def group_at(section: str, path: str) -> Group | None:
    """Return the group that a path of a form names; row numbers in it do not matter."""
    groups: tuple[Group, ...] = SECTION_GROUPS[section]
    found: Group | None = None
    for name in (each for each in path.split(".") if not each.isdecimal()):
        found = next((group for group in groups if group.name == name), None)
        groups = found.inner if found else ()
    return found
