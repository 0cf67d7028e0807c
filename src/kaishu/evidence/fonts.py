"""Let this process open files in the machine's font folders, and nowhere else (Linux, Landlock).

A PDF may name a font that it does not carry; many Japanese invoices do. Without the machine's fonts
such a page comes out without its words, and nobody would see that they are missing.
Reference: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/share/X11/fonts/Type1", "/usr/local/share/fonts")
# The system calls have these numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
EVERYTHING = (1 << 13) - 1  # each right of the first version: what is not allowed is refused


def only_fonts() -> bool:
    """Restrict this process; return False, with nothing changed, where the kernel cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    rights = struct.pack("=Q", EVERYTHING)
    ruleset = libc.syscall(CREATE_RULESET, rights, len(rights), 0)
    if ruleset < 0:
        return False
    for folder in FOLDERS:
        if Path(folder).is_dir():
            place = os.open(folder, os.O_PATH | os.O_DIRECTORY)
            rule = struct.pack("=Qi", READ_FILE | READ_FOLDER, place)
            libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
            os.close(place)
    done: bool = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return done
