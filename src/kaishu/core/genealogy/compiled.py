"""Compile the inner loops of a trace, where numba is there; else run them as they stand.

This is the only module that knows numba, and loads it at the first call of a kernel, so that a
process that never traces never pays for it. A kernel is a plain function over arrays, whose
annotations are its signature: one compilation at most, which a machine keeps for all its processes.
NUMBA_DISABLE_JIT=1 leaves kernels uncompiled; answers are the same, and tests hold them equal.
"""

from __future__ import annotations

import dis
import os
import sys
import types
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import update_wrapper
from pathlib import Path
from threading import RLock
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
# Kernels make no arrays, so nothing counts references to them: that cost more than the work.
_HOW = {"nogil": True, "forceinline": True, "_nrt": False}
_lock = RLock()
_every: list[Kernel[Any, Any]] = []

# Arrays of a file cannot be written to, which is another type to numba: a name of its own.
FileU1 = NDArray[np.uint8]
FileU4 = NDArray[np.uint32]
FileI4 = NDArray[np.int32]
FileF8 = NDArray[np.float64]
U1 = NDArray[np.uint8]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


whole = cast(Callable[[Any], int], np.int64)  # a number of an array, as wide as sums need it


def wanted() -> bool:
    """Return whether kernels are to be compiled."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


class Kernel(Generic[P, R]):
    """A function over arrays, compiled at its first call or read from what was compiled before."""

    def __init__(self, plain: Callable[P, R], *, inner: bool = False) -> None:
        """Take the function as it stands; an inner one is compiled into those that call it."""
        self.plain, self.inner = plain, inner
        self._run: Callable[P, R] | None = None
        self._made: Any = None
        update_wrapper(self, plain)
        _every.append(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it."""
        return (self._run or self._ready())(*args, **kwargs)

    def _ready(self) -> Callable[P, R]:
        with _lock:
            numba = _numba()
            self._run = self.plain if numba is None else self.compiled(numba)
            return self._run

    def _uses(self) -> dict[str, Kernel[Any, Any]]:
        known = ((name, self.plain.__globals__.get(name)) for name in self._names())
        return {name: used for name, used in known if isinstance(used, Kernel)}

    def _names(self) -> list[str]:
        """Return the names of a module that the function uses; those of fields are none."""
        steps = dis.get_instructions(self.plain.__code__)
        return sorted({step.argval for step in steps if step.opname == "LOAD_GLOBAL"})

    def mark(self) -> int:
        """Return a checksum of this function and of all that it uses: what a kept one must equal.

        numba looks at the age of one file only, and would keep what another file changed.
        """
        space = self.plain.__globals__
        code = self.plain.__code__
        parts = (code.co_code, code.co_consts, code.co_names, code.co_varnames)
        found = zlib.crc32(repr(parts).encode())
        for name in self._names():
            used = space.get(name)
            said = used.mark() if isinstance(used, Kernel) else used
            if isinstance(said, int | float | str):
                found = zlib.crc32(f"{name}={said!r}".encode(), found)
        for hint in sorted(f"{name}: {kind}" for name, kind in self.plain.__annotations__.items()):
            found = zlib.crc32(hint.encode(), found)
            for part in _hints(space.get(hint.partition(": ")[2])):
                found = zlib.crc32(part.encode(), found)
        return found

    def compiled(self, numba: Any) -> Any:
        """Return the function as numba made it."""
        if self._made is None:
            plain = self.plain
            inner = {name: used.compiled(numba) for name, used in self._uses().items()}
            space = {**plain.__globals__, **inner}
            again = types.FunctionType(plain.__code__, space, plain.__name__)
            again.__qualname__ = f"{plain.__qualname__}_{self.mark():08x}"
            again.__module__ = plain.__module__
            self._made = _inner(numba, again) if self.inner else _kept(numba, again, plain)
        return self._made


def kernel(plain: Callable[P, R]) -> Kernel[P, R]:
    """Mark a function as a kernel."""
    return Kernel(plain)


def inner(plain: Callable[P, R]) -> Kernel[P, R]:
    """Mark a function that only kernels call while they are compiled."""
    return Kernel(plain, inner=True)


def warm() -> bool:
    """Make all kernels ready, so that nobody waits for it later; says whether they are compiled."""
    from kaishu.core.genealogy import kernels

    kernels.load()
    numba = _numba()
    if numba is None:
        return False
    with _lock:
        for each in _every:
            if not each.inner:
                each.compiled(numba)
    return True


def _numba() -> Any:
    if not wanted():
        return None
    try:
        import numba
    except ImportError:  # a platform without it
        return None
    return numba


def _inner(numba: Any, again: Any) -> Any:
    return numba.njit(**_HOW, no_cpython_wrapper=True, no_cfunc_wrapper=True)(again)


def _kept(numba: Any, again: Any, plain: Any) -> Any:
    signature = _signature(numba, plain)
    try:
        return numba.njit(signature, cache=True, **_HOW)(again)
    except Exception:  # no place to keep it, a full one, or a kept file that is not whole
        made = numba.njit(signature, **_HOW)(again)
        _forget(numba, again)
        return made


def _forget(numba: Any, again: Any) -> None:
    """Take away what is kept of a function, so that the next process keeps it anew.

    numba reads what a loss of power left half-written as if it were whole, and fails for ever.
    """
    with suppress(Exception):  # there may be no folder at all, or one of another user
        folder = Path(numba.njit(cache=True)(again).stats.cache_path)
        for kept in folder.glob(f"*.{again.__qualname__}-*.nb[ic]"):
            kept.unlink()


def _hints(kind: object) -> Iterator[str]:
    """Yield what a tuple of arrays consists of."""
    for name, hint in getattr(kind, "__annotations__", {}).items():
        yield f"{name}: {_plain(hint)}"


def _plain(hint: Any) -> str:
    return str(getattr(hint, "__forward_arg__", hint))


def _signature(numba: Any, plain: Any) -> Any:
    hints = dict(plain.__annotations__)
    back = _typed(numba, hints.pop("return"), plain)
    return back(*(_typed(numba, hint, plain) for hint in hints.values()))


def _typed(numba: Any, hint: str, plain: Any) -> Any:
    known = numba.types
    simple = {
        "int": known.int64,
        "bool": known.boolean,
        "float": known.float64,
        "None": known.void,
        "tuple[int, int]": known.UniTuple(known.int64, 2),
        "tuple[int, int, int]": known.UniTuple(known.int64, 3),
    }
    if hint in simple:
        return simple[hint]
    numbers = {
        "U1": known.uint8,
        "U4": known.uint32,
        "U8": known.uint64,
        "I4": known.int32,
        "I8": known.int64,
        "F8": known.float64,
    }
    short = hint.removeprefix("File")
    if short in numbers:
        return known.Array(numbers[short], 1, "C", readonly=short != hint)
    together = plain.__globals__[hint]
    home = sys.modules[together.__module__].__dict__
    parts = [_typed(numba, _plain(part), _Home(home)) for part in together.__annotations__.values()]
    if len(set(parts)) == 1:
        return known.NamedUniTuple(parts[0], len(parts), together)
    return known.NamedTuple(parts, together)


class _Home:
    """The names that a tuple's own module knows."""

    def __init__(self, names: dict[str, Any]) -> None:
        """Take the module's names."""
        self.__globals__ = names
