"""The inbox `<home>/inbox`: what waits in it, and how it is filed and emptied (D5).

A file leaves the inbox only when its submission is committed, and only as the file that was filed: a newer one that
took its name meanwhile stays and is filed next.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.gate import Incoming
from ingestion.inbox import empty_inbox, inbox_files
from orchestration.filing import file_and_judge
from warehouse.settings import Settings

SETTLED_AFTER = 5.0
"""Seconds without a change after which a file is taken to be written to its end."""


@dataclass(frozen=True)
class Waiting:
    """Files to take, a fingerprint of their content, and how many this user may not read (they stay)."""

    paths: tuple[Path, ...]
    fingerprint: str
    unreadable: int


def inbox_folder(settings: Settings) -> Path:
    return settings.home / "inbox"


def waiting(settings: Settings) -> Waiting:
    """What waits now; files still being written are left for the next look."""
    paths: list[Path] = []
    hashes: list[str] = []
    unreadable = 0
    for path in inbox_files(inbox_folder(settings)):
        try:
            about = path.lstat()
            if abs(time.time() - about.st_mtime) < SETTLED_AFTER:
                continue
            if stat.S_ISREG(about.st_mode):
                digest = _sha256(path)
            else:
                digest = hashlib.sha256(f"unread:{path.name}".encode(errors="surrogateescape")).hexdigest()
        except FileNotFoundError:
            continue
        except OSError:
            unreadable += 1
            continue
        paths.append(path)
        hashes.append(digest)
    return Waiting(tuple(paths), hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest(), unreadable)


def file_inbox(settings: Settings) -> list[dict[str, Any]]:
    """Files all that waits, and judges it with what an earlier run left unjudged; one mapping a submission.

    Raises `Kho138Error`; files that were not committed by then are still in the inbox.
    """
    paths = waiting(settings).paths

    def take_away(reports: list[dict[str, Any]]) -> None:
        for path, report in zip(paths, reports, strict=True):
            _take_away(settings, path, report["submission_id"], report["file_sha256"])

    return file_and_judge(settings, [Incoming(path) for path in paths], "inbox", committed=take_away)


def _take_away(settings: Settings, path: Path, submission_id: int, filed_sha256: str) -> None:
    # Set aside under a hidden name first: what is looked at then is what is removed.
    aside = path.with_name(f".filed-{submission_id}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return  # a state secret, which the gate removed itself (D1)
    if aside.is_symlink() or not aside.exists():
        empty_inbox([aside])
    elif aside.is_dir():
        # Nobody looked into it, so nothing of it is kept anywhere else.
        refused = settings.home / "inbox-refused"
        refused.mkdir(mode=0o700, exist_ok=True)
        aside.rename(refused / str(submission_id))
    elif not aside.is_file() or _sha256(aside) == filed_sha256:
        empty_inbox([aside])
    else:
        _put_back(aside, path, submission_id)


def _put_back(aside: Path, path: Path, submission_id: int) -> None:
    try:
        os.link(aside, path)  # refuses a name that was taken again
    except FileExistsError:
        os.link(aside, path.with_name(f"{submission_id}{path.suffix}"))
    aside.unlink()


def _sha256(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
