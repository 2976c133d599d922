"""Passwords in libpq's own format and place, so that psql, SQLAlchemy, dbt and Dagster need none in a URL.

Elsewhere: which roles have passwords (`roles.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import ConfigurationError
from warehouse.files import write_atomically


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _fields(line: str) -> list[str]:
    parts = re.findall(r"((?:\\.|[^:\\])*)(?::|$)", line.rstrip("\n"))
    return [re.sub(r"\\(.)", r"\1", part) for part in parts[:5]]


@dataclass(frozen=True)
class Passfile:
    """Lines host:port:database:user:password in a file of mode 0600 (libpq ignores one others can read)."""

    path: Path

    def _rows(self) -> list[list[str]]:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except PermissionError:
            raise ConfigurationError(
                f"{self.path} belongs to another user: run as the user who made this home."
            ) from None
        rows = [_fields(line) for line in lines if line and not line.startswith("#")]
        return [row for row in rows if len(row) == 5]

    def passwords(self) -> dict[str, str]:
        """Password by user. Raises ConfigurationError when the file belongs to another user."""
        return {row[3]: row[4] for row in self._rows()}

    def places(self) -> set[tuple[str, str]]:
        """The (host or socket folder, port) pairs for which there are lines."""
        return {(row[0], row[1]) for row in self._rows()}

    def password(self, user: str) -> str | None:
        return self.passwords().get(user)

    def write(self, passwords: dict[str, str], places: list[tuple[str, str]]) -> None:
        """Replace the file: one line for each user and place (host or socket folder, port), any database."""
        lines = [
            ":".join((_escaped(host), port, "*", _escaped(user), _escaped(password)))
            for user, password in passwords.items()
            for host, port in places
        ]
        write_atomically(self.path, "".join(f"{line}\n" for line in lines))
