"""Migrations: which revision the code wants, and taking a database there.

Here: a thin runner of alembic, imported only when there is something to do. Migration files are named
`NNNN_<what>.py` with revision `NNNN`, so that the newest is known from the names alone.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.errors import ConfigurationError

_FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "registry.alembic_version"


def newest_revision() -> str:
    """The revision this code wants: the highest number among the migration files."""
    return max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def refuse_newer(recorded: str) -> None:
    """Raises ConfigurationError when the database is ahead of the code."""
    if recorded > newest_revision():
        raise ConfigurationError(
            f"The database is at revision {recorded}, newer than this kho138 ({newest_revision()}): "
            "install the newer version, or restore a backup."
        )


def upgrade(owner_url: str) -> None:
    """Take the database to the newest revision, all or nothing.

    `owner_url`: a SQLAlchemy URL of kho138_owner.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
