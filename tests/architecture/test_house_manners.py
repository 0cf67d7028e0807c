"""The manners of the house: small parts, a pure core, no hidden effects."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60  # 40 is the aim; tables of cases may need more
LONG_FILES: dict[str, str] = {}  # path -> why it may be longer

# Libraries that only calculate: arrays, signatures, proofs of work, GS1 codes.
PURE = {"numpy", "numba", "cryptography", "altcha", "biip", "kaishu"}
ONLY_TEXT = "urllib.parse."  # cuts and joins addresses, opens none
IMPURE_STANDARD = {"socket", "urllib", "http", "ssl", "subprocess", "sqlite3", "smtplib", "asyncio"}
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"}


def test_files_are_short() -> None:
    long = {
        module.where: lines
        for folder in ("src/kaishu", "tests", "tools", "bench")
        for module in modules(folder)
        if (lines := len(module.text.splitlines())) > LONGEST_FILE
        and module.where not in LONG_FILES
    }
    assert long == {}, long


def test_functions_are_short() -> None:
    long = {
        f"{module.where}:{function.lineno} {function.name}": length
        for folder in ("src/kaishu", "tools")
        for module in modules(folder)
        for function in module.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}, long


def test_the_core_imports_nothing_that_reaches_outside() -> None:
    import sys

    foreign = [
        f"{module.where}: {name}"
        for module in modules("src/kaishu/core")
        for name in module.imports()
        if (first := name.split(".")[0]) not in PURE
        and (first not in sys.stdlib_module_names or first in IMPURE_STANDARD)
        and not name.startswith(ONLY_TEXT)
    ]
    assert foreign == [], "\n".join(map(str, foreign))


def test_the_core_has_no_clock() -> None:
    reads = [
        f"{module.where}:{node.lineno} {node.func.attr}()"
        for module in modules("src/kaishu/core")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ]
    assert reads == [], "\n".join(map(str, reads))


def test_nothing_happens_by_signal() -> None:
    signals = [
        f"{module.where}: {name}"
        for module in modules()
        for name in module.imports()
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert signals == [], "\n".join(map(str, signals))


def test_no_model_overrides_save_or_delete() -> None:
    overrides = [
        f"{module.where}:{function.lineno} {function.name}"
        for module in modules()
        if module.where.endswith("models.py")
        for function in module.functions()
        if function.name in {"save", "delete", "full_clean", "clean"}
    ]
    assert overrides == [], "\n".join(map(str, overrides))


def test_actions_take_keywords_only() -> None:
    positional = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in modules()
        if module.where.endswith("/actions.py")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and (node.args.args or node.args.posonlyargs)
        and not any("contextmanager" in ast.unparse(d) for d in node.decorator_list)
    ]
    assert positional == [], "\n".join(map(str, positional))


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        module.where
        for module in modules()
        if module.tree.body
        and not module.where.endswith("apps.py")
        and not ast.get_docstring(module.tree)
    ]
    assert silent == [], "\n".join(map(str, silent))


def test_every_exception_of_a_lint_rule_has_its_reason() -> None:
    mark = re.compile(r"#\s*(?:noqa|type: ignore)(?P<codes>[:\[][\w\s,\-\]]*)?(?P<rest>.*)$")
    bare = [
        f"{module.where}:{number} {line.strip()}"
        for folder in ("src/kaishu", "tools", "bench")
        for module in modules(folder)
        for number, line in enumerate(module.text.splitlines(), start=1)
        if (found := mark.search(line))
        and len(found["rest"].split()) < 2
        and "re.compile" not in line
    ]
    assert bare == [], "\n".join(map(str, bare))
