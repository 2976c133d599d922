"""Fixtures of the database for every test: one server a worker, one prepared template, a clone a test.

Use `database` (and `settings`, `clock`, `store`, which belong to it). A test of the server itself asks for
`new_settings`, which makes homes with servers of their own and stops these afterwards.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse import roles
from warehouse.clock import HANOI, Clock, create_home
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings
from warehouse.store import FileStore

# Tests may lose their data in a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
SIMULATED_START = datetime(2024, 1, 15, 8, 0, tzinfo=HANOI)

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """A developer's own KHO138_ variables must not send the tests to a real database."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("KHO138_", "PG"))]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def test_folder() -> Iterator[Path]:
    """A folder outside the repository with a short path, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="k138-"))
    folder.chmod(0o711)  # under root, the server's unprivileged user must pass through
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(test_folder: Path) -> Iterator[Database]:
    """The worker's server, with a database that has roles, schemas and migrations. Never write into it."""
    settings = Settings(
        home=test_folder / "template",
        database_name="kho138_template",
        postgres_options=FAST,
        system_folder=test_folder / "system",
    )
    database = Database(settings)
    database.ensure()
    yield database
    EmbeddedPostgres(settings).stop()


@pytest.fixture
def settings(template_database: Database, test_folder: Path) -> Iterator[Settings]:
    """Settings of a home of this test's own: simulated clock, empty store, a fresh clone of the template."""
    number = next(_numbers)
    shared = template_database.settings
    settings = shared.model_copy(
        update={
            "home": test_folder / f"home{number}",
            "database_name": f"test_{number}",
            "postgres_home": shared.postgres_folder,
        }
    )
    create_home(settings.home, simulated=SIMULATED_START)
    with template_database.connect_admin("postgres") as admin:
        admin.execute(f"create database test_{number} template {template_database.name} owner kho138_owner")
        with Database(settings).connect_admin() as inside:
            roles.grant_database(inside, f"test_{number}")
        yield settings
        admin.execute(f"drop database test_{number} with (force)")
    shutil.rmtree(settings.home)


@pytest.fixture
def database(settings: Settings) -> Database:
    return Database(settings)


@pytest.fixture
def clock(settings: Settings) -> Clock:
    """Simulated; stands at SIMULATED_START until `advance_to`."""
    return Clock.for_home(settings.home)


@pytest.fixture
def store(settings: Settings) -> FileStore:
    return FileStore(settings)


@pytest.fixture
def new_settings(test_folder: Path) -> Iterator[Callable[..., Settings]]:
    """Makes settings of new homes with servers of their own; these are stopped and removed at the end.

    Call with settings to override; `home` by default is a new short path.
    """
    made: list[Settings] = []

    def make(**overrides: Any) -> Settings:
        defaults = {"home": test_folder / f"own{next(_numbers)}", "system_folder": test_folder / "system"}
        settings = Settings(**(defaults | {"postgres_options": FAST} | overrides))
        made.append(settings)
        return settings

    yield make
    for settings in made:
        if settings.database_url is None:
            EmbeddedPostgres(settings).stop()
        shutil.rmtree(settings.home, ignore_errors=True)
