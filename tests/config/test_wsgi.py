"""What the application does before the first request."""

from __future__ import annotations

import subprocess
import sys

ASKS = "import sys, kaishu.config.wsgi; sys.exit('kaishu.doors.public.urls' not in sys.modules)"


def test_every_page_is_imported_before_the_first_request() -> None:
    subprocess.run([sys.executable, "-c", ASKS], check=True, timeout=60)
