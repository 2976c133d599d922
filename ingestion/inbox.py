"""Files that wait in a folder: which are taken, and when they leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path


def inbox_files(folder: Path) -> Iterator[Path]:
    """Files waiting in an inbox, oldest first; hidden and half-uploaded ones are left alone."""
    if folder.is_dir():
        yield from sorted(
            (
                p
                for p in folder.iterdir()
                if not p.name.startswith((".", "~$")) and not p.name.endswith(".part")
            ),
            key=lambda p: (p.lstat().st_mtime_ns, p.name),
        )


def empty_inbox(paths: Sequence[Path]) -> None:
    """Files leave the inbox only when their submission is committed (D5)."""
    for path in paths:
        # Nothing in a folder was kept anywhere: it is never removed with what it holds.
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
