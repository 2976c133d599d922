"""The private copy of a received file: in a folder that only we enter, gone when the work ends, swept after a kill.

Here: the folder, copying while hashing, and the names under which files are shown. Elsewhere: what is done with the copy
(`ingestion.gate`, `ingestion.receipt`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ingestion.contracts.rules import withheld

_PREFIX = "kho138-in-"
_LOCK = ".lock"


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of mode 0700, emptied at the end; what a killed process left behind is removed first.

    Whoever works on a copy has its values in memory: from here on this process leaves no image of that on the disk.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        folder = Path(name)
        # The lock goes with the process however it ends: a folder that nobody locks is nobody's.
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(descriptor)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or gone meanwhile
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            # A folder without its lock is being made at this moment; its maker needs but an instant.
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def copy_and_hash(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    # The path was a regular file a moment ago, and must still be one: no link, no pipe that waits for a writer.
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as reader, target.open("wb") as writer:
        while block := reader.read(2**20):
            digest.update(block)
            writer.write(block)
    return digest.hexdigest()


def shown_name(path: Path) -> str:
    """A file's name as it can be kept and printed: text, without what a terminal would obey, and no person's name."""
    stem, suffix = (
        part.encode(errors="surrogateescape").decode(errors="replace") for part in (path.stem, path.suffix)
    )
    return "".join(c if c.isprintable() else "\ufffd" for c in withheld(stem) + withheld(suffix))[:200]


def no_content(name: str) -> str:
    """Stands for the hash of a file whose content was not read (a link, a device)."""
    return hashlib.sha256(f"unread:{name}".encode()).hexdigest()
