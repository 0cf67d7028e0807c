"""The application that a WSGI server runs; it refuses to start with unsafe settings."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

from django.core.wsgi import get_wsgi_application

from kaishu.config.checks import refuse_unsafe

application = get_wsgi_application()
refuse_unsafe()
