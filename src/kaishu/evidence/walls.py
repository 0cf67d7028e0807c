"""Take away from this process whatever a decoder does not need: resources, then system calls.

On Linux (x86-64, ARM64) a seccomp filter lets through what computing needs - memory, threads,
reading and writing files that are already open - and answers every other system call with an error:
no file can be opened, no socket made, no program started, no other process signalled. Elsewhere
the resource limits stand alone; `close()` says which it was.
Reference: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct

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
CLONE = (56, 220)  # only for threads
CLONE3 = (435, 435)  # its flags lie in memory, out of the filter's sight
CLONE_THREAD = 0x10000
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # classic BPF instructions
AT_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16  # struct seccomp_data
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
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


def close() -> bool:
    """Put the filter up; return False where only the resource limits hold."""
    _cap(resource.RLIMIT_NOFILE, 0)  # what is open stays open; nothing new can be
    found = ARCHITECTURES.get(platform.machine()) if platform.system() == "Linux" else None
    if found is None:
        return False
    program = _filter(*found)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    given = _Program(len(program) // 8, program)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(given), 0, 0) == 0)


def _filter(column: int, architecture: int) -> bytes:
    """Return the filter program: each allowed number leads to ALLOW, the rest fails."""
    lines = [
        (LOAD, 0, 0, AT_ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, AT_NUMBER),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, FAIL | ENOSYS),  # the C library falls back to clone
    ]
    for numbers in ALLOWED.values():
        lines += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, ALLOW)]
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
