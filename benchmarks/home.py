"""A home of the bench's own: real clock, the load-test form beside the project's, an embedded server as installed.

The server keeps the product's settings (fsync on). Everything is in a temporary folder and gone at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.register import FORM, FORMS
from warehouse.clock import create_home
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings, child_environment


@dataclass(frozen=True)
class Bench:
    """`scratch` is a schema that only floors and peers write; `folder` holds the files made for the run."""

    folder: Path
    settings: Settings
    database: Database
    landed_text: dict[str, bytes] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Variables under which `kho138` works on this home."""
        kept = {n: v for n, v in child_environment().items() if not n.startswith("KHO138_")}
        return kept | {"KHO138_HOME": str(self.settings.home)}

    @property
    def peer_environment(self) -> dict[str, str]:
        """Variables under which a peer finds the database, as its owner."""
        return self.environment | self.database.libpq_env("owner") | {"DLT_TELEMETRY": "false"}

    def admin(self) -> psycopg.Connection:
        return self.database.connect_admin()

    def empty_landing(self) -> None:
        """Gives the room of the landed load-test lines back to the disk."""
        with self.admin() as admin:
            admin.execute(f"truncate landing.{FORM}__v1")


@contextmanager
def bench_home() -> Iterator[Bench]:
    """The home, its server running, and schema `scratch`; all removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="k138-bench-"))
    folder.chmod(0o711)  # under root, the server's unprivileged user must pass through
    settings = Settings(home=folder / "home", system_folder=folder / "system")
    try:
        create_home(settings.home)
        shutil.copytree(FORMS, settings.home / "forms")
        database = Database(settings)
        database.ensure()
        with database.connect_admin() as admin:
            admin.execute("create schema scratch authorization kho138_owner")
            admin.execute("create schema scratch_dlt authorization kho138_owner")
        os.sync()
        yield Bench(folder, settings, database)
    finally:
        EmbeddedPostgres(settings).stop()
        shutil.rmtree(folder, ignore_errors=True)
