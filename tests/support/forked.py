"""Run work in a copy of this process, which may die wherever it likes.

A copy has everything loaded, where a fresh interpreter takes more than a second to get there. It
opens connections of its own, and when it dies the database sees what a power cut leaves.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

from django.db import connections


def forked(work: Callable[[], object]) -> int:
    """Run the work in a copy of this process to its end; return the exit code, -signal if killed.

    Only where commits are real (`fresh_db`): our own connections are closed first.
    """
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
