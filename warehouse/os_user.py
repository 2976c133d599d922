"""The operating-system user that the embedded server runs as.

PostgreSQL refuses to run as root. When we are root, its programs run as an unprivileged user; when we
are not, they run as ourselves. Here: choosing that user, what it can reach, running a program as it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import ConfigurationError

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Nothing of the caller's environment: PGDATA, PGPORT and the like would redirect the server's programs.
_ENVIRONMENT = {"PATH": _SYSTEM_PATH, "LC_ALL": "C"}


@dataclass(frozen=True)
class ServerUser:
    """Whom the server's programs run as. `drop` is True when we are root and must become that user."""

    uid: int
    gid: int
    drop: bool

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `command` as this user from `/`; text output. Raises ConfigurationError when forbidden."""
        if self.drop:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            return subprocess.run(
                command, check=False, cwd="/", env=_ENVIRONMENT, umask=0o077, text=True, **options
            )
        except PermissionError as error:
            raise ConfigurationError(
                f"{command[0]} cannot be run as user {self.uid}: "
                "run kho138 as a normal user, or set KHO138_DATABASE_URL."
            ) from error

    def reaches(self, path: Path) -> bool:
        """Whether this user may pass through every parent of `path` and enter or execute it.

        Asked of the system by trying, since permission bits alone do not tell of access lists.
        """
        return (
            self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)], capture_output=True).returncode == 0
        )

    def own(self, path: Path) -> None:
        """Give `path` to this user. Raises OSError where the file system has no owners."""
        if self.drop:
            os.chown(path, self.uid, self.gid)


def owner_of(data_dir: Path) -> ServerUser:
    """The user an existing data directory belongs to, whom alone PostgreSQL lets run it.

    Raises ConfigurationError when that is not the caller and the caller is not root.
    """
    try:
        found = data_dir.stat()
    except PermissionError:
        raise _belongs_to_another(data_dir) from None
    if os.geteuid() == 0:
        if found.st_uid == 0:
            raise ConfigurationError(
                f"{data_dir} belongs to root and PostgreSQL refuses that: "
                "give it back to the user it had (chown -R)."
            )
        return ServerUser(found.st_uid, found.st_gid, drop=True)
    if found.st_uid != os.geteuid():
        raise _belongs_to_another(data_dir)
    return ServerUser(found.st_uid, found.st_gid, drop=False)


def _belongs_to_another(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path} belongs to another user: run as the user who made this home, "
        "or set KHO138_HOME to a home of your own."
    )


def user_for_new_server(wanted: str) -> ServerUser:
    """Whom a new server runs as: ourselves, or under root `wanted` (made if missing), postgres or nobody."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), drop=False)
    for name in (wanted, "postgres", "nobody"):
        entry = _entry(name)
        if entry is None and name == wanted:
            _create_system_user(name)
            entry = _entry(name)  # also there when another process made it meanwhile
        if entry is not None and entry.pw_uid != 0:
            return ServerUser(entry.pw_uid, entry.pw_gid, drop=True)
    raise ConfigurationError(
        "PostgreSQL does not run as root and no unprivileged user was found: "
        "set KHO138_POSTGRES_OS_USER to one, run as a normal user, or set KHO138_DATABASE_URL."
    )


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create_system_user(name: str) -> None:
    useradd = shutil.which("useradd", path=_SYSTEM_PATH)
    if useradd is not None:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, check=False, capture_output=True, env=_ENVIRONMENT)
