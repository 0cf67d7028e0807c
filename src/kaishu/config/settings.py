"""Django settings, read from the environment (docs/reference/settings.md names every one).

`kaishu.config.checks` refuses to serve in production with an unsafe value.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

from kaishu.base.logs import LOGGING as LOGGING

PACKAGE = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


DEV_SECRET = "dev-only-secret-never-in-production"  # noqa: S105 (refused by checks in production)

KAISHU_MODE = os.environ.get("KAISHU_MODE", "development")  # development | demo | production
DEBUG = False
SECRET_KEY = os.environ.get("KAISHU_SECRET_KEY", DEV_SECRET)
# 32 bytes in hexadecimal: seals names and addresses. Keep it outside the database.
KAISHU_FIELD_KEY = os.environ.get("KAISHU_FIELD_KEY", "00" * 32)
KAISHU_DATA_DIR = Path(os.environ.get("KAISHU_DATA_DIR", "var")).resolve()
if not os.access(Path(__file__).parents[1] / "core" / "genealogy", os.W_OK):
    # Where the program's own folder is read-only, compiled loops of a trace are kept here.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(KAISHU_DATA_DIR / "compiled"))
ALLOWED_HOSTS = os.environ.get("KAISHU_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("KAISHU_TRUSTED_ORIGINS", "").split()

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("KAISHU_DATABASE_URL", f"sqlite:///{KAISHU_DATA_DIR / 'kaishu.sqlite3'}")
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    SYNCHRONOUS = os.environ.get("KAISHU_SQLITE_SYNCHRONOUS", "FULL")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: INSERT OR REPLACE then fires the delete guards of the row it removes.
        "init_command": (
            f"PRAGMA journal_mode=WAL;PRAGMA synchronous={SYNCHRONOUS};"
            "PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a database that came back is found again
    # Compiling a statement takes PostgreSQL seconds, and saves our short ones nothing.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"{_options.get('options', '')} -c jit=off".strip()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "kaishu.base",
    "kaishu.people",
    "kaishu.editions",
    "kaishu.books",
    "kaishu.notices",
    "kaishu.supply",
    "kaishu.incidents",
    "kaishu.claims",
    "kaishu.returns",
    "kaishu.payouts",
    "kaishu.reports",
    "kaishu.connections",
    "kaishu.doors.public",
    "kaishu.doors.console",
    "kaishu.doors.console.hotline",
    "kaishu.doors.partner",
    "kaishu.doors.api",
    "kaishu.demo",
    "kaishu.config",
]

MIDDLEWARE = [
    "kaishu.doors.api.errors.ApiErrors",
    "kaishu.base.headers.SecurityHeaders",
    "kaishu.base.compress.CompressPublic",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kaishu.base.language.Language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kaishu.base.roles.PolicyGate",
    # Inside the compression: it writes into the page.
    *(["kaishu.demo.filling.Banner"] if KAISHU_MODE == "demo" else []),
]

ROOT_URLCONF = "kaishu.config.urls"
WSGI_APPLICATION = "kaishu.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "base" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
            ],
            "builtins": ["kaishu.base.templatetags.kaishu"],
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("ja", "日本語"), ("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "base" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = KAISHU_DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE / "base" / "static"]
# `kaishu serve` collects and compresses them when it starts; elsewhere they come as they are.
WHITENOISE_USE_FINDERS = os.environ.get("KAISHU_STATIC_COLLECTED") != "1"
WHITENOISE_MAX_AGE = 600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/staff/sign-in/"
LOGIN_REDIRECT_URL = "/staff/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),  # 20,000 passwords of known breaches, offline
        ("UserAttributeSimilarityValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# Roles that need a second step at sign-in (base/roles.py): "required", or "offered" in the demo,
# where it must not stand between a visitor and the pages.
KAISHU_SECOND_STEP = os.environ.get(
    "KAISHU_SECOND_STEP", "offered" if KAISHU_MODE == "demo" else "required"
)
SESSION_COOKIE_AGE = 12 * 3600  # base/access/sign_ins.py ends a sign-in earlier where it must

CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kaishu.doors.public.errors.form_too_old"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if KAISHU_MODE == "production":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-kaishu-session", "__Host-kaishu-csrf"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Where people reach this site: links in messages and on paper start with it, and no other host
# is ever named there. Without a last slash.
KAISHU_PUBLIC_URL = os.environ.get("KAISHU_PUBLIC_URL", "http://localhost:8000").rstrip("/")

# Mail: smtp://user:password@host:port (STARTTLS where it is offered; ?tls=required insists) or
# smtps://…; the second takes over while the first cannot be reached.
KAISHU_MAIL_URL = os.environ.get("KAISHU_MAIL_URL", "")
KAISHU_MAIL_URL_2 = os.environ.get("KAISHU_MAIL_URL_2", "")
KAISHU_MAIL_FROM = os.environ.get("KAISHU_MAIL_FROM", "recall@localhost")
KAISHU_MAIL_REPLY_TO = os.environ.get("KAISHU_MAIL_REPLY_TO", "")
# Where reports of failed mail go: bounces@host takes bounces+<mail>@host.
KAISHU_MAIL_BOUNCES = os.environ.get("KAISHU_MAIL_BOUNCES", "")
# Where to report a weakness of this site: mailto:… or https://…, shown in security.txt.
KAISHU_SECURITY_CONTACT = os.environ.get("KAISHU_SECURITY_CONTACT", "")

# Where forms with files go (base/uploads.py). A port counts only without a proxy in front.
KAISHU_UPLOAD_ORIGIN = os.environ.get("KAISHU_UPLOAD_ORIGIN", "").rstrip("/")
KAISHU_UPLOAD_PORT = int(os.environ.get("KAISHU_UPLOAD_PORT") or 0)
KAISHU_PAGE_PORT = int(os.environ.get("KAISHU_PAGE_PORT") or 0)

# Where evidence is kept: s3://access:secret@host/bucket/folder (base/s3.py); empty = data folder.
KAISHU_FILES_URL = os.environ.get("KAISHU_FILES_URL", "")
# What /metrics and the names in /readyz ask for, as "Authorization: Bearer …"; empty = nobody.
KAISHU_METRICS_TOKEN = os.environ.get("KAISHU_METRICS_TOKEN", "")

# How many proxies of your own stand in front: so many entries of X-Forwarded-For are yours. The
# gate before the check needs to know which network asks (docs/why/gate.md); 0 = none.
# The same word as the edges': a pass of any door then opens all others, on every machine.
KAISHU_GATE_SECRET = bytes.fromhex(os.environ.get("KAISHU_EDGE_GATE_SECRET", ""))
KAISHU_PROXY_HOPS = int(os.environ.get("KAISHU_PROXY_HOPS") or 1)

# How many of a hundred decided claims a second reviewer judges without seeing the decision.
KAISHU_SECOND_OPINIONS = int(os.environ.get("KAISHU_SECOND_OPINIONS", "2"))

# Webhooks go to public https addresses only. Hosts of your own network that may be called all the
# same, and by http: "host:port", separated by spaces.
KAISHU_WEBHOOK_HOSTS = os.environ.get("KAISHU_WEBHOOK_HOSTS", "").split()
# The proxy that the house lets out through, as http://user:password@host:port (webhooks/proxy.py).
KAISHU_WEBHOOK_PROXY = os.environ.get("KAISHU_WEBHOOK_PROXY", "")

# Money: in production nothing is paid that no fund covers, and goods come from our own stock;
# elsewhere funds count from their first receipt on, and a simulated warehouse has what it needs.
KAISHU_FUNDS_REQUIRED = _flag("KAISHU_FUNDS_REQUIRED") or KAISHU_MODE == "production"
KAISHU_WAREHOUSE = os.environ.get(
    "KAISHU_WAREHOUSE", "ours" if KAISHU_MODE == "production" else "simulated"
)
# So many units in a thousand are inspected before anything is paid for them.
KAISHU_SAMPLE_PERMILLE = int(
    os.environ.get("KAISHU_SAMPLE_PERMILLE") or (0 if KAISHU_MODE == "development" else 10)
)

# Uploads: a file of 15 MB is refused while it streams in, with the typed answers kept.
KAISHU_UPLOAD_LIMIT = 15 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A section of a recall draft is one form: 200 rows with about 20 fields each, texts in three
# languages. What is read stays bounded by the megabyte above.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["kaishu.base.uploads.LimitedUpload"]
