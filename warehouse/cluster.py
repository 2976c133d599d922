"""The cluster (PostgreSQL's data directory): where it lies, and making it.

Elsewhere: starting and stopping its server (`postgres.py`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from warehouse.errors import ConfigurationError, DatabaseUnavailable
from warehouse.os_user import ServerUser, owner_of


def choose_data_dir(folder: Path, user: ServerUser, system_folder: Path) -> str:
    """Decide where a new cluster lies: inside `folder`, or under root where `user` can reach it.

    Returns a path relative to `folder` when inside, else absolute. Raises ConfigurationError, OSError.
    """
    inside = folder / "cluster"
    inside.mkdir(mode=0o700, exist_ok=True)
    try:
        user.own(inside)
        if user.reaches(inside):
            return "cluster/data"
    except OSError:
        pass  # a file system without owners (a share of another system): not a place for a cluster
    inside.rmdir()
    # The nonce keeps a home made anew at the same path from meeting the old one's cluster.
    name = hashlib.sha256(f"{folder}:{secrets.token_hex(8)}".encode()).hexdigest()[:12]
    outside = system_folder / name
    system_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    outside.mkdir(mode=0o700)
    (outside / "home").write_text(f"{folder}\n", encoding="utf-8")
    user.own(outside)
    if not user.reaches(outside):
        raise ConfigurationError(
            f"{system_folder} is closed to the server's user: open its parent folders (chmod o+x)."
        )
    return str(outside / "data")


def claim_outside(data_dir: Path, folder: Path) -> None:
    """For a cluster outside its home: make sure it is the cluster of `folder`, and not of one it was copied from.

    A home that was moved takes its cluster along. Raises ConfigurationError when the first home is still there.
    """
    note = data_dir.parent / "home"
    if data_dir.is_relative_to(folder) or not note.exists():
        return
    first = Path(note.read_text(encoding="utf-8").rstrip("\n"))
    if first == folder:
        return
    if (first / "server.json").exists():
        raise ConfigurationError(
            f"{folder} is a copy, and its database still belongs to {first}: "
            "make a new home and restore a backup into it."
        )
    note.write_text(f"{folder}\n", encoding="utf-8")


def init_cluster(data_dir: Path, programs: Path, superuser: str, password: str, *, sync: bool) -> None:
    """Make the cluster: UTF-8, C.UTF-8, SCRAM only.

    initdb works beside and the result is renamed, so that being killed half-way leaves nothing that looks
    finished. Raises DatabaseUnavailable with initdb's reason.
    """
    user = owner_of(data_dir.parent)
    for half_made in data_dir.parent.glob("data.new-*"):
        shutil.rmtree(half_made) if half_made.is_dir() else half_made.unlink()
    new = data_dir.with_name(f"data.new-{secrets.token_hex(4)}")
    password_file = new.with_suffix(".password")
    command = [str(programs / "initdb"), "-D", str(new), "-U", superuser, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    try:
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(password)
        user.own(password_file)
        made = user.run(command if sync else [*command, "--no-sync"], capture_output=True)
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        lines = [line for line in made.stderr.splitlines() if "error:" in line] or made.stderr.splitlines()
        raise DatabaseUnavailable(
            f"The database cannot be created: {lines[0] if lines else 'no reason given'}"
        )
    os.rename(new, data_dir)


def check_version(data_dir: Path, programs: Path) -> None:
    """Raises ConfigurationError when the programs are of another major version than the cluster."""
    made_by = (data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
    answer = owner_of(data_dir).run([str(programs / "postgres"), "--version"], capture_output=True).stdout
    if f") {made_by}." not in answer:
        raise ConfigurationError(
            f"The database was made by PostgreSQL {made_by}, the programs are {answer.strip() or 'unknown'}: "
            "set KHO138_POSTGRES_BIN to the older version, or restore a backup into a new home."
        )
