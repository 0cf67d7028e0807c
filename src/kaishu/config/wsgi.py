"""The application that a WSGI server runs; it refuses to start with unsafe settings.

Every page is imported now, not with the first request: an upgrade that replaces files under a
process that nobody has asked yet would otherwise break the first photo, hours later.
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from kaishu.config.checks import refuse_unsafe

application = get_wsgi_application()
refuse_unsafe()
get_resolver().url_patterns  # noqa: B018 (imports them)
