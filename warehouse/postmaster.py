"""What is known about a server from outside: its process, its stale files, its ports and socket folder.

Here: looking and tidying only. Elsewhere: starting and stopping (`postgres.py`).
"""

from __future__ import annotations

import hashlib
import os
import random
import socket
import stat
import subprocess
import tempfile
from pathlib import Path

from warehouse.errors import ConfigurationError
from warehouse.os_user import ServerUser

# Below the range from which systems hand out ports for outgoing connections (Linux 32768, IANA 49152).
_PORTS = range(20_000, 30_000)
# No process has this id: Linux and macOS number lower.
_NOBODYS_PID = 4_194_305
_SOCKET_PATH_BYTES = 107


def _command_line(pid: int) -> list[str]:
    """The words of a process's command line; empty when it is gone or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return []
    command = ["ps", "-p", str(pid), "-o", "command="]
    listed = subprocess.run(command, check=False, capture_output=True, text=True)
    return listed.stdout.split()


def _recorded_pid(data_dir: Path) -> int | None:
    try:
        first, _, _ = (data_dir / "postmaster.pid").read_text(encoding="utf-8").partition("\n")
        return int(first)
    except (OSError, ValueError):
        return None


def live_postmaster(data_dir: Path) -> int | None:
    """The process id of the server of `data_dir`, or None.

    `postmaster.pid` alone proves nothing: after a crash the id may be gone, a zombie or another program's.
    """
    pid = _recorded_pid(data_dir)
    if pid is None or pid <= 0:
        return None
    words = _command_line(pid)
    is_ours = bool(words) and Path(words[0]).name == "postgres" and str(data_dir) in words
    return pid if is_ours else None


def clear_stale_files(data_dir: Path, socket_dir: Path) -> None:
    """After a crash: let the next start pass. To be called only when no postmaster of `data_dir` lives.

    PostgreSQL refuses to start while the recorded id belongs to any live process of its user. The id is
    overwritten rather than the file removed: the file's last line lets PostgreSQL find out whether
    orphaned backends still hold the old shared memory, and starting beside those would ruin the data.
    """
    lock_file = data_dir / "postmaster.pid"
    pid = _recorded_pid(data_dir)
    if pid is None:
        lock_file.unlink(missing_ok=True)  # empty or unreadable: it protects nothing
    elif pid != _NOBODYS_PID:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as handle:
            _, _, rest = handle.read().partition("\n")
            handle.seek(0)
            handle.write(f"{_NOBODYS_PID}\n{rest}")
            handle.truncate()
    for left_over in socket_dir.glob(".s.PGSQL.*"):
        left_over.unlink(missing_ok=True)


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port() -> int:
    """A free port of 127.0.0.1, chosen at random so that two installations starting together differ."""
    for port in random.sample(_PORTS, 200):
        if port_is_free(port):
            return port
    raise ConfigurationError(
        "No free TCP port was found on 127.0.0.1 between 20000 and 29999: end some programs."
    )


def make_socket_dir(folder: Path, user: ServerUser, remembered: Path | None) -> Path:
    """A short private directory for the server's socket: the `remembered` one if it still serves, else new.

    Short because a socket's path may have 107 bytes. Under root it belongs to the server's user and others
    may pass through (the password still guards the server); else it is closed to everyone but the caller.
    """
    name = f"kho138-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"
    roots = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    candidates = [root / f"{name}{suffix}" for root in roots for suffix in ("", "-1", "-2", "-3")]
    for path in [remembered, *candidates] if remembered else candidates:
        if len(os.fsencode(path / ".s.PGSQL.65535")) > _SOCKET_PATH_BYTES:
            continue
        try:
            path.mkdir(mode=0o700)
            user.own(path)
            path.chmod(0o711 if user.drop else 0o700)
        except FileExistsError:
            pass  # from an earlier run, or put there by somebody else: see below
        except OSError:
            continue
        if is_safe(path, user.uid) and user.reaches(path):
            return path
    raise ConfigurationError(
        "No private folder for the database's socket can be made in /tmp: free or repair it."
    )


def is_safe(path: Path, uid: int) -> bool:
    """A real directory of user `uid` that nobody else may write, not a trap. Raises OSError."""
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o022
