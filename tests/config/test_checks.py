"""Production refuses every default that is only good enough for a demo."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.core import checks
from pytest_django import Settings

from kaishu.config.checks import UnsafeSettings, refuse_unsafe, unsafe_settings

SAFE_KEY = "0123456789abcdef" * 4


def use_database(monkeypatch: pytest.MonkeyPatch, *, engine: str, **options: str) -> None:
    values = {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": options}
    monkeypatch.setitem(django_settings.DATABASES, "default", values)


def ids() -> list[str]:
    return [str(found.id) for found in unsafe_settings()]


@pytest.fixture
def production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings.KAISHU_MODE = "production"
    settings.SECRET_KEY = "x1" * 30
    settings.KAISHU_FIELD_KEY = SAFE_KEY
    settings.ALLOWED_HOSTS = ["recall.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://recall.example"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.KAISHU_PUBLIC_URL = "https://recall.example"
    settings.KAISHU_MAIL_URL = "smtp://post:secret@mail.example:587"
    settings.KAISHU_MAIL_FROM = "Recall <recall@recall.example>"
    settings.KAISHU_SECOND_STEP = "required"
    settings.KAISHU_SECURITY_CONTACT = "mailto:security@recall.example"
    use_database(monkeypatch, engine="postgresql")
    return settings


@pytest.mark.parametrize("mode", ["development", "demo"])
def test_the_defaults_serve_a_demo(settings: Settings, mode: str) -> None:
    settings.KAISHU_MODE = mode
    assert ids() == []
    refuse_unsafe()


def test_safe_production_settings_are_served(production: Settings) -> None:
    assert ids() == []
    refuse_unsafe()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("KAISHU_MODE", "prod", "kaishu.E001"),
        ("KAISHU_FIELD_KEY", "secret", "kaishu.E002"),
        ("SECRET_KEY", "dev-only-secret-never-in-production" * 2, "kaishu.E003"),
        ("SECRET_KEY", "x" * 49, "kaishu.E003"),
        ("KAISHU_FIELD_KEY", "00" * 32, "kaishu.E004"),
        ("KAISHU_FIELD_KEY", f"2:{SAFE_KEY} 1:{'00' * 32}", "kaishu.E004"),
        ("DEBUG", True, "kaishu.E005"),
        ("ALLOWED_HOSTS", [], "kaishu.E006"),
        ("ALLOWED_HOSTS", ["localhost", "127.0.0.1"], "kaishu.E006"),
        ("ALLOWED_HOSTS", ["recall.example", "*"], "kaishu.E006"),
        ("CSRF_TRUSTED_ORIGINS", ["http://recall.example"], "kaishu.E007"),
        ("SESSION_COOKIE_SECURE", False, "kaishu.E008"),
        ("KAISHU_SECOND_STEP", "offered", "kaishu.E011"),
        ("KAISHU_PUBLIC_URL", "http://recall.example", "kaishu.E020"),
        ("KAISHU_MAIL_URL", "", "kaishu.E021"),
        ("KAISHU_MAIL_URL", "mail.example:25", "kaishu.E022"),
        ("KAISHU_MAIL_URL_2", "smtp://mail.example:many", "kaishu.E022"),
        ("KAISHU_MAIL_FROM", "recall@localhost", "kaishu.E023"),
        ("KAISHU_MAIL_BOUNCES", "bounces", "kaishu.E023"),
    ],
)
def test_each_unsafe_value_is_refused_by_name(
    production: Settings, name: str, value: object, expected: str
) -> None:
    setattr(production, name, value)
    assert ids() == [expected]
    with pytest.raises(UnsafeSettings):
        refuse_unsafe()


def test_a_missing_security_contact_is_a_warning(production: Settings) -> None:
    production.KAISHU_SECURITY_CONTACT = ""
    assert ids() == ["kaishu.W024"]
    refuse_unsafe()


def test_rotated_field_keys_are_served(production: Settings) -> None:
    production.KAISHU_FIELD_KEY = f"2:{SAFE_KEY[::-1]} 1:{SAFE_KEY}"
    assert ids() == []


def test_every_fault_is_named_at_once(production: Settings) -> None:
    production.SECRET_KEY, production.ALLOWED_HOSTS = "short", []
    with pytest.raises(UnsafeSettings) as refused:
        refuse_unsafe()
    assert "KAISHU_SECRET_KEY" in str(refused.value)
    assert "KAISHU_ALLOWED_HOSTS" in str(refused.value)


def test_sqlite_is_served_when_it_keeps_its_commits(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_database(monkeypatch, engine="sqlite3", init_command="PRAGMA synchronous=FULL;")
    assert ids() == []
    monkeypatch.setenv("KAISHU_WORKERS", "2")
    assert ids() == ["kaishu.W010"]
    refuse_unsafe()
    use_database(monkeypatch, engine="sqlite3", init_command="PRAGMA synchronous=OFF;")
    assert ids() == ["kaishu.E009", "kaishu.W010"]


def test_django_runs_these_checks_itself() -> None:
    assert unsafe_settings in checks.registry.registry.get_checks()
