"""Take away from this process whatever a decoder does not need: resources, then system calls.

On Linux (x86-64, ARM64) a seccomp filter lets through what computing needs - memory, threads,
reading and writing files that are already open - and answers every other system call with an error:
no file can be opened, no socket made, no program started, no other process signalled. Elsewhere
the resource limits stand alone; `close()` says which it was.
Reference: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

from kaishu.evidence.fonts import only_fonts

# System calls by name: (x86-64, ARM64). Numbers are the kernel's and never change.
ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "rseq": (334, 293),
}
# To look fonts up, once `fonts.only_fonts` has fenced the files off.
LOOK_UP = {"newfstatat": (262, 79), "getdents64": (217, 61), "fcntl": (72, 25)}
LOOK_UP_OLD = {"stat": (4, 79), "access": (21, 48)}  # ARM64 has only their newer forms
OPENAT = (257, 56)
CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CLONE = (56, 220)  # only for threads
CLONE3 = (435, 435)  # its flags lie in memory, out of the filter's sight
CLONE_THREAD = 0x10000
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # classic BPF instructions
AT_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT, AT_THIRD_ARGUMENT = 0, 4, 16, 32  # seccomp_data
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
FONT_FILES = 64
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def limit_resources(*, cpu_seconds: int, memory: int, file_bytes: int) -> None:
    """Cap processor time, memory, what can be written, and open files; leave no core dump."""
    _cap(resource.RLIMIT_CPU, cpu_seconds, grace=1)  # first a signal that says why, then the end
    _cap(resource.RLIMIT_DATA, memory)  # what it allocates; the address space holds libraries too
    _cap(resource.RLIMIT_AS, 2 * memory)
    _cap(resource.RLIMIT_FSIZE, file_bytes)
    _cap(resource.RLIMIT_CORE, 0)


def close(*, with_fonts: bool = False) -> bool:
    """Put the filter up; return False where only the resource limits hold.

    `with_fonts` leaves the font folders readable, where the kernel can fence off all others.
    """
    found = ARCHITECTURES.get(os.uname().machine) if sys.platform == "linux" else None
    libc = ctypes.CDLL(None, use_errno=True)
    if found is None or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        _cap(resource.RLIMIT_NOFILE, 0)
        return False
    fonts = with_fonts and only_fonts()
    # What is open stays open; without fonts, nothing new can be.
    _cap(resource.RLIMIT_NOFILE, FONT_FILES if fonts else 0)
    program = _filter(*found, fonts=fonts)
    given = _Program(len(program) // 8, program)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(given), 0, 0) == 0)


def _filter(column: int, architecture: int, *, fonts: bool) -> bytes:
    """Return the filter program: each allowed number leads to ALLOW, the rest fails."""
    lines = [
        (LOAD, 0, 0, AT_ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, AT_NUMBER),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, FAIL | ENOSYS),  # the C library falls back to clone
    ]
    allowed = ALLOWED | (LOOK_UP | LOOK_UP_OLD if fonts else {})
    for numbers in allowed.values():
        lines += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, ALLOW)]
    if fonts:
        lines += [
            (EQUAL, 0, 4, OPENAT[column]),
            (LOAD, 0, 0, AT_THIRD_ARGUMENT),
            (ANY_BIT, 1, 0, CHANGING),
            (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, FAIL | EPERM),
        ]
    lines += [
        (EQUAL, 0, 3, CLONE[column]),
        (LOAD, 0, 0, AT_FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL | EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _cap(what: int, value: int, grace: int = 0) -> None:
    _soft, hard = resource.getrlimit(what)
    top = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(what, (min(value, top), top))
