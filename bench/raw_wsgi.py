"""The floor of the edge server: the same granian, and an application that does nothing.

It sends one page that was made before, under the headers of the edge, whatever is asked.
`BENCH_PAGES` names the folder of the pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kaishu.doors.edge.quick import PAGE, answer_headers

BODY = (Path(os.environ["BENCH_PAGES"]) / "True.html").read_bytes()
HEADERS = answer_headers(PAGE, "en", https=False)


def application(environ: Mapping[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Answer with the page."""
    start_response("200 OK", HEADERS)
    return [BODY]
