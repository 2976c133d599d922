"""Settings: the only place where the environment is read.

Here: `Settings` (prefix `KHO138_`), `load_settings`, `child_environment` for programs we start.
Elsewhere: what the settings mean (`postgres.py`, `database.py`, `store.py`, `clock.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from warehouse.errors import ConfigurationError

# What to do about a bad value, by field; a value itself is never repeated (a URL holds a password).
_ADVICE = {
    "home": "set it to a folder this user can write",
    "database_url": "set it to postgresql://user:password@host:port/database, or leave it out to use the "
    "embedded PostgreSQL",
    "database_name": "use lower-case letters, digits and _, at most 63, beginning with a letter",
    "store_url": "set it to an fsspec URL such as file:///srv/kho138/store, or leave it out",
    "anchor": "set it to a file outside the home, best on a disk of its own, or leave it out",
    "lang": "set it to vi or en",
    "postgres_bin": "set it to a folder that holds initdb, pg_ctl and postgres, or leave it out",
    "postgres_options": 'set it to a JSON object of server settings, such as {"shared_buffers": "1GB"}',
    "postgres_os_user": "set it to the name of an operating-system user",
    "take_over_roles": "set it to true or false",
    "smtp_port": "set it to the port of the mail server, 587 where nothing is said",
    "smtp_starttls": "set it to true or false",
    "smtp_from": "set it to an address such as thuongtruc138@example.vn",
}


class Settings(BaseSettings):
    """One installation. Frozen; every path is absolute. Read by `load_settings()`."""

    model_config = SettingsConfigDict(
        env_prefix="KHO138_", frozen=True, env_ignore_empty=True, extra="ignore"
    )

    home: Path = Field(default=Path(".kho138"), validate_default=True)
    """Folder of the installation: database, file store, passwords, clock."""
    database_url: SecretStr | None = None
    """An existing PostgreSQL 15+ instead of the embedded one; its user creates roles and the database."""
    database_name: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """Name of the database; by default the one `database_url` names, else `kho138`."""
    take_over_roles: bool = False
    """Give existing kho138 roles of an external server new passwords, known to this home only."""
    store_url: str | None = None
    key_file: Path | None = None
    """The key ring, best on another disk than the database; never in a backup of the database."""
    anchor: Path | None = None
    """Where the event log's anchor is written after each commit; must lie outside the home."""
    lang: Literal["vi", "en"] | None = None
    """None: each command's own default (vi for receipts and extracts, en for the command line)."""
    smtp_host: str | None = None
    """The mail server for reminders; with `smtp_from` it makes mail possible, without it letters alone are written."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    """A file that holds the password alone; a password in the environment is read by every program that runs."""
    smtp_from: str | None = Field(default=None, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
    smtp_starttls: bool = True
    postgres_bin: Path | None = None
    postgres_os_user: str = Field(default="kho138", pattern=r"^[a-z_][a-z0-9_-]{0,31}$")
    postgres_home: Path | None = None
    """Folder of the embedded server, by default under the home. Homes that name the same folder share
    one server and its roles, each with a `database_name` of its own."""
    postgres_options: dict[str, str] = {}
    """Server settings of the embedded PostgreSQL, over our own."""
    system_folder: Path = Path("/var/lib/kho138")
    """Used by root only: what the unprivileged server user must reach when the home or the virtual
    environment is closed to it."""

    @field_validator(
        "home", "postgres_home", "postgres_bin", "key_file", "anchor", "system_folder", "smtp_password_file"
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().resolve()

    @field_validator("anchor")
    @classmethod
    def _outside_the_home(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        # Whoever may change the log in the home could change its witness with it.
        if path is not None and "home" in info.data and path.is_relative_to(info.data["home"]):
            raise ValueError("inside the home")
        return path

    @field_validator("database_url")
    @classmethod
    def _a_postgresql_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        scheme, separator, rest = url.get_secret_value().partition("://")
        if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise ValueError("not a PostgreSQL URL")
        return SecretStr(f"postgresql://{rest}")  # libpq knows no driver names

    @property
    def postgres_folder(self) -> Path:
        return self.postgres_home or self.home / "postgres"

    @property
    def passfile(self) -> Path:
        """Passwords of the roles: they belong to the server, so homes that share one share the file."""
        return (self.home if self.database_url else self.postgres_folder) / "passfile"

    @property
    def contacts_file(self) -> Path:
        """Addresses of the bodies, by unit: columns unit, email."""
        return self.home / "contacts.csv"

    @property
    def store_location(self) -> str:
        return self.store_url or (self.home / "store").as_uri()

    @property
    def key_path(self) -> Path:
        return self.key_file or self.home / "keys" / "keyring.json"


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process: `overrides`, else the environment, else the defaults.

    Raises ConfigurationError, one line that names the variable and says what to do.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_context=False)[0]["loc"][0])
    except SettingsError as error:  # a value that should be JSON is not; the message names the field
        field = next((name for name in _ADVICE if f'"{name}"' in str(error)), "")
    except (OSError, RuntimeError):  # a path that cannot be resolved: a loop of links, no such user in ~user
        field = "home"
    variable = f"KHO138_{field.upper()}"
    advice = _ADVICE.get(field, "correct it or leave it out")
    raise ConfigurationError(f"{variable} is not valid: {advice}.", vi=f"{variable} không hợp lệ: {advice}.")


def child_environment(**extra: str) -> dict[str, str]:
    """The environment for a program we start: ours, less libpq's variables, which would redirect it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | extra
