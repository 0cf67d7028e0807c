"""The test bed: engines, fresh databases, a running site, a browser, hypothesis profiles.

Ask for `db` (pytest-django's rollback) in most tests, `fresh_db` where commits must be real
(threads, crashes), `site` where a browser or another process comes in over HTTP.
"""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.environment import ENGINE  # isort: skip  (sets Django's environment first)

import hypothesis
import pytest
from django.db import connections
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker, Settings

from tests.support import browser as chromium
from tests.support import databases, migrated, seeds, static_files
from tests.support.server import running_site

DATABASE_FIXTURES = {"db", "fresh_db", "site", "client", "admin_client", "transactional_db"}
SEED = "--hypothesis-seed"
LANGUAGES = ("ja", "zh-hans", "en")
WIDTHS = ("1366", "390")
BROWSER_FIXTURES = {"browser", "browser_page", "open_page"}

# On PostgreSQL the same properties run a second time: the rules are the same, the locks are not.
SLICE = 100 if ENGINE == "sqlite" else 40
hypothesis.settings.register_profile("slice", max_examples=SLICE, deadline=None, print_blob=True)
hypothesis.settings.register_profile("torture", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("torture" if seeds.TORTURE else "slice")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose a hypothesis seed, so that the run can name it."""
    static_files.look_up_once()
    if config.getoption(SEED) is None:
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(2**32))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what a failing run needs to be run again."""
    hypothesis_seed = f"{SEED}={config.getoption(SEED)}"
    terminalreporter.write_line(f"engine {ENGINE}, KAISHU_SEED={seeds.FIRST} {hypothesis_seed}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they use; on PostgreSQL keep those that use the database."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("walk")
        if fixtures & {"fresh_db", "site"}:
            item.add_marker("real_commits")
    variants: dict[str, set[str]] = {}
    for item in items:
        variants.setdefault(_walk_of(item), set()).update(_variant_of(item))
    kept = [
        item
        for item in items
        if _is_drawn(item, variants) and (ENGINE != "postgres" or _runs_on_postgres(item))
    ]
    left_out = set(items) - set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    # The long ones first, so that no process is left with one of them when the others are done.
    items[:] = sorted(kept, key=lambda item: not _is_long(item))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays for the whole run: modules and tests.

    It went through all of it again and again; what a test leaves behind it still finds.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _is_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("walk") is not None or item.path.stem in LONG


LONG = {"test_simulator", "test_past", "test_state_machine", "test_random_lives", "test_payouts"}
# What only calls the actions below it, and hardly asks the database anything of its own.
ABOVE_THE_ACTIONS = {"access", "api", "cli", "demo", "doors", "editions", "incidents", "notices"}


def _runs_on_postgres(item: pytest.Item) -> bool:
    """Say whether a test runs on PostgreSQL too: whatever acts on the database, and of what lies
    above the actions a quarter that the seed draws (`make torture` runs it all), beside what is
    marked `every_run`."""
    if not _uses_database(item):
        return False
    if item.get_closest_marker("every_run"):
        return True
    above = item.path.parent.name in ABOVE_THE_ACTIONS and not seeds.TORTURE
    return not above or seeds.drawn(item.nodeid, ("now", "1", "2", "3")) == "now"


def _is_drawn(item: pytest.Item, variants: dict[str, set[str]]) -> bool:
    """Say whether a browser walk is among those that the seed drew, in this language and width.

    Pages in every language are tested without a browser in every run. Of the walks beside the
    stories every fourth is drawn, but for those marked `every_run`; `make torture` and
    `make shots` walk all, in all three languages, at every width.
    """
    every = seeds.TORTURE or os.environ.get("KAISHU_SHOTS") == "1"
    if every or not item.get_closest_marker("walk"):
        return True
    walk = _walk_of(item)
    always = item.path.parent.name == "stories" or item.get_closest_marker("every_run")
    if not always and seeds.drawn(f"{walk} now", ("now", "1", "2", "3")) != "now":
        return False
    there, mine = variants[walk], _variant_of(item)
    return all(
        mine.isdisjoint(choices) or seeds.drawn(walk, sorted(there.intersection(choices))) in mine
        for choices in (LANGUAGES, WIDTHS)
    )


def _walk_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _variant_of(item: pytest.Item) -> set[str]:
    """Return the language and the width that a test is asked to run in."""
    said = getattr(getattr(item, "callspec", None), "params", {})
    return {str(value) for value in said.values()} & {*LANGUAGES, *WIDTHS}


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("walk"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """Give every test a data folder of its own (`settings.KAISHU_DATA_DIR`)."""
    folder = tmp_path / "data"
    (folder / "static").mkdir(parents=True)
    settings.KAISHU_DATA_DIR = folder
    settings.STATIC_ROOT = folder / "static"
    # The real hasher is slow on purpose; hundreds of sign-ins need not be.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Name the test database, and lay a migrated one there if an earlier run kept it."""
    name = databases.test_database_name()
    connections["default"].settings_dict["TEST"]["NAME"] = name
    if ENGINE == "sqlite":
        migrated.lay_ready(Path(name))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Go on from the database that lies there; on SQLite its folder is this process's own."""
    return ENGINE == "sqlite"


@pytest.fixture(scope="session")
def template_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Set aside the migrated, empty database that `fresh_db` copies.

    pytest-django makes the test database only for its own fixtures; where none of them is
    asked for, it is made here.
    """
    connection = connections["default"]
    before = str(connection.settings_dict["NAME"])
    mine = before != databases.test_database_name()
    with django_db_blocker.unblock():
        if mine:
            kept = ENGINE == "sqlite"
            connection.creation.create_test_db(
                verbosity=0, autoclobber=True, serialize=False, keepdb=kept
            )
        template = databases.make_template()
    yield template
    databases.drop(template)
    if mine:
        with django_db_blocker.unblock():
            connection.creation.destroy_test_db(before, verbosity=0, keepdb=kept)


@pytest.fixture
def fresh_db(template_db: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Make a fresh database the default one: commits are real, threads may connect."""
    with django_db_blocker.unblock(), databases.fresh_copy(template_db) as name:
        yield name


@pytest.fixture
def site(fresh_db: str) -> Iterator[str]:
    """Serve the application over a fresh database; gives the base URL."""
    with running_site() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the session's one Chromium; skips where there is none, fails on CI."""
    with chromium.running_browser() as found:
        if found is None:
            refuse = pytest.fail if os.environ.get("CI") else pytest.skip
            refuse("no Chromium on this machine: install one, or set KAISHU_CHROMIUM to its path")
        yield found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page: `open_page(javascript=False, language="ja")`.

    It has a phone's width unless `width=` and `height=` say otherwise.
    """
    contexts = []

    def open_one(
        *,
        javascript: bool = True,
        language: str = "en",
        width: int = chromium.PHONE["width"],
        height: int = chromium.PHONE["height"],
    ) -> Page:
        context = browser.new_context(
            java_script_enabled=javascript,
            locale=language,
            viewport={"width": width, "height": height},
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(open_page: Callable[..., Page]) -> Page:
    """Give one page with a phone's width and scripts on."""
    return open_page()
