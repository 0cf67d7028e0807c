"""Kernels answer the same compiled and as they stand, and only a trace loads the compiler."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from kaishu.core.genealogy import compiled, ways
from kaishu.core.genealogy.acts import columns
from kaishu.core.genealogy.backward import backward
from kaishu.core.genealogy.errors import SuspectsNested
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from tests.core.genealogy.test_graph_model import LOTS, UNITS, WINDOWS, answer, told

ROOT = Path(__file__).parents[3]
WORLDS, ACTS = 12, 40


def asked(seed: int) -> list[str]:
    """Build one world of many acts and ask it everything; returns the answers as text."""
    draw = Random(seed)
    with TemporaryDirectory() as folder:
        build(columns([told(draw) for _ in range(ACTS)]), Path(folder) / "g")
        graph = Graph.open(Path(folder) / "g")
        known = [code for code in (*LOTS[:4], *UNITS) if graph.number(code) is not None]
        found = []
        for suspects in ([code] for code in known):
            since, until = draw.choice(WINDOWS)
            try:
                answered = forward(graph, suspects, since=since, until=until)
            except SuspectsNested:
                continue
            lines = answer(answered, graph).items()
            found += [f"{name} {sorted(map(str, _pairs(said)))}" for name, said in lines]
            paths = [answered.path(code) for code in graph.codes(answered.nodes)]
            found.append(str([[step.source for step in path] for path in paths]))
        for code in known:
            back = backward(graph, code)
            found.append(str([graph.codes(back.lots), graph.codes(back.units)]))
        return found


def _pairs(said: object) -> Iterable[object]:
    """Return what a dict or a set holds; sets have another order in another process."""
    if isinstance(said, dict):
        return said.items()
    assert isinstance(said, set)
    return said


def everything() -> list[str]:
    """Ask some worlds everything."""
    return [line for seed in range(WORLDS) for line in asked(seed)]


def ran(program: str, **more: str) -> str:
    """Run a program in a process of its own, with kernels compiled."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_kernels_answer_the_same_compiled_and_as_they_stand() -> None:
    if find_spec("numba") is None:
        pytest.skip("numba is not there: kernels always run as they stand")
    said = ran(
        "import json, sys\n"
        "from tests.core.genealogy.test_compiled import everything\n"
        "answers = everything()\n"
        "assert 'numba' in sys.modules\n"
        "print(json.dumps(answers))"
    )
    assert not compiled.wanted()  # this process compiles nothing
    assert json.loads(said) == everything()


def test_who_does_not_trace_does_not_load_the_compiler() -> None:
    ran(
        "import sys\n"
        "import django; django.setup()\n"
        "import kaishu.core.answer, kaishu.doors.edge.app, kaishu.doors.console.urls\n"
        "import kaishu.core.genealogy.forward, kaishu.core.genealogy.backward\n"
        "assert 'numba' not in sys.modules",
        DJANGO_SETTINGS_MODULE="kaishu.config.settings",
    )


def test_without_the_compiler_kernels_run_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_DISABLE_JIT")
    monkeypatch.setitem(sys.modules, "numba", None)  # as where it cannot be installed

    def twice(number: int) -> int:
        return 2 * number

    assert compiled.kernel(twice)(21) == 42
    assert compiled.warm() is False


def test_a_kept_kernel_that_is_not_whole_is_made_anew(tmp_path: Path) -> None:
    """A loss of power leaves empty files: numba alone would fail at every question from then on."""
    if find_spec("numba") is None:
        pytest.skip("numba is not there: nothing is kept")
    ran(
        "import os, pathlib\n"
        "from kaishu.core.genealogy import compiled\n"
        "from kaishu.core.genealogy.sorting import by_counting as plain\n"
        "import numpy as np\n"
        "def kept(): return sorted(pathlib.Path(os.environ['NUMBA_CACHE_DIR']).rglob('*.nb[ic]'))\n"
        "def run():\n"
        "    found = np.empty(2, np.uint32)\n"
        "    key, following = np.array([1, 0], np.int32), np.array([0, 1])\n"
        "    compiled.Kernel(plain.plain)(key, following, np.array([7, 8], np.uint32), found)\n"
        "    assert found.tolist() == [8, 7]\n"
        "run()\n"
        "for file in kept(): file.write_bytes(b'')\n"
        "run()\n"
        "assert kept() == []\n"
        "run()\n"
        "assert kept() and all(file.stat().st_size for file in kept())\n",
        NUMBA_CACHE_DIR=str(tmp_path),
    )


def test_a_kept_kernel_is_another_when_anything_it_uses_changes() -> None:
    def made(body: str) -> int:
        space: dict[str, object] = {"kernel": compiled.kernel, "inner": compiled.inner}
        exec(body, space)
        used = space["outer"]
        assert isinstance(used, compiled.Kernel)
        return used.mark()

    text = "K = 3\n@inner\ndef part(x): return x + 1\n@kernel\ndef outer(x): return part(x) * K\n"
    marks = {made(text), made(text.replace("+ 1", "+ 2")), made(text.replace("K = 3", "K = 4"))}
    assert len(marks) == 3
    assert made(text) in marks


@pytest.mark.parametrize("size", range(1024, 1036))
def test_what_waits_far_up_never_stands_beyond_its_room(size: int) -> None:
    """Compiled loops check no ends: what they write behind an array breaks the process."""
    climb = ways.Climb(
        first=np.zeros(1, np.int64),
        move=np.empty(0, np.int32),
        wait=np.empty(size, np.int64),
        seen=np.empty(size, np.int64),
        counts=np.zeros(2, np.int64),
    )
    boxes = 0
    while ways.wait(climb, boxes, 0, 1, ways.DEEP + 1):  # raises where it writes too far
        boxes += 1
    assert boxes == size // 4
    climb.counts[0] = 0
    while ways.wait(climb, boxes, 0, 1, ways.DEEP + 1):
        climb.counts[0] = 0
        boxes += 1
    assert boxes == size // 3
