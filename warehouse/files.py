"""Two habits for small files shared by processes: replace atomically, and lock.

Here: `write_atomically`, `create_once`, `locked`. Elsewhere: the content-addressed store (`store.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def _write_beside(path: Path, text: str, mode: int) -> Path:
    """Write `text` durably to a new file beside `path` and return that file."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            os.fchmod(handle.fileno(), mode)  # the umask must not narrow or widen what was asked
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace the file at `path`; readers see the old text or the new, never half. Raises OSError."""
    os.replace(_write_beside(path, text, mode), path)


def create_once(path: Path, text: str, mode: int = 0o600) -> bool:
    """Create the file at `path` with its whole text unless it exists. True if this call made it."""
    temporary = _write_beside(path, text, mode)
    try:
        os.link(temporary, path)  # unlike rename, link refuses an existing target
        return True
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file at `path` (made when missing), among processes and threads.

    flock and not lockf: it belongs to the open file, so two threads of one process exclude each other
    too, and it goes with the process however that ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
