"""The anchor of the event log: a file outside the home that gets the head of the hash chain after each commit (D31).

A chain proves that nothing inside it was changed, not that its end is still there, nor that it was not made anew from
some event on: the anchor does. A line a commit: position, hash, instant, installation. Whoever keeps the file where
the database's administrator cannot write has a witness. Elsewhere: comparing it with the log (`event_chain.py`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psycopg

from warehouse.clock import Clock
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

_LINE = re.compile(rb"(\d{1,18}) ([0-9a-f]{64}) (\S{10,40}) ([0-9a-f]{16})")
_LONGEST_LINE = 256

_HEAD = (
    "select head.position, head.hash, genesis.hash from registry.event_link as head"
    " cross join registry.event_link as genesis where genesis.position = 0 order by head.position desc limit 1"
)


@dataclass(frozen=True)
class AnchorLine:
    number: int
    hash: bytes


@dataclass(frozen=True)
class Anchor:
    """What an anchor file says: lines by position, which installations wrote it, and the first line that is none, or
    that says another hash than an earlier line of the same position."""

    lines: Mapping[int, AnchorLine]
    installations: frozenset[str]
    unreadable: int | None = None
    contradicts: tuple[int, int] | None = None

    @property
    def position(self) -> int | None:
        return max(self.lines, default=None)


def installation_name(genesis: bytes) -> str:
    """Names an installation in its anchor: the beginning of its chain's first hash."""
    return genesis[:8].hex()


def anchor_head(settings: Settings, connection: psycopg.Connection) -> None:
    """Appends the head of the event log to the anchor, if there is one and it does not end with it already.

    Called after a commit that made events, with `connection` outside a transaction. What was committed stands whatever
    becomes of this: a failure is one line on stderr, and the next commit's line covers the gap.
    """
    if settings.anchor is None:
        return
    try:
        with connection.transaction():
            row = connection.execute(_HEAD).fetchone()
        if row is None:
            return  # a chain without its beginning: `audit verify` says so
        position, digest, genesis = row
        instant = Clock.for_home(settings.home).now().isoformat(timespec="seconds")
        line = f"{position} {digest.hex()} {instant} {installation_name(genesis)}\n"
        is_ours = _append(settings.anchor, line.encode())
    except (OSError, psycopg.Error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        _warn(
            f"kho138: không ghi được tệp neo {settings.anchor} ({why}); dữ liệu đã lưu không bị ảnh hưởng."
            if settings.lang == "vi"
            else f"kho138: the anchor {settings.anchor} cannot be written ({why}); what was stored stands."
        )
        return
    if not is_ours:
        _warn(
            f"kho138: tệp neo {settings.anchor} là của một hệ thống khác; không ghi gì vào đó."
            if settings.lang == "vi"
            else f"kho138: the anchor {settings.anchor} is of another installation; nothing was written to it."
        )


def _append(path: Path, line: bytes) -> bool:
    """Appends a line durably unless the file ends with the same head; False where another installation wrote it.

    One write on a descriptor in append mode: lines of processes that commit at once do not mix. Their order may differ
    from that of their positions, which the reader does not mind.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
        last, new = _LINE.fullmatch(_last_line(tail)), _LINE.fullmatch(line.rstrip())
        assert new is not None
        if last is not None and last[4] != new[4]:
            return False
        if last is not None and tail.endswith(b"\n") and (last[1], last[2]) == (new[1], new[2]):
            return True
        # A line that a power cut left unfinished must not swallow this one.
        whole = line if not tail or tail.endswith(b"\n") else b"\n" + line
        if os.write(descriptor, whole) != len(whole):
            raise OSError(0, "disk full")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not size:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True


def _last_line(tail: bytes) -> bytes:
    return tail.removesuffix(b"\n").rpartition(b"\n")[2]


@lru_cache
def _warn(text: str) -> None:
    """Once a process: a filing of many batches would say it as many times."""
    print(text, file=sys.stderr)


def read_anchor(path: Path) -> Anchor | None:
    """The anchor, or None where there is no file. Raises `Kho138Error` where it cannot be read."""
    lines: dict[int, AnchorLine] = {}
    installations: set[str] = set()
    unreadable: int | None = None
    contradicts: tuple[int, int] | None = None
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                found = _LINE.fullmatch(text.removesuffix(b"\n"))
                if found is None:
                    unreadable = unreadable or number
                    continue
                installations.add(found[4].decode())
                line = AnchorLine(number, bytes.fromhex(found[2].decode()))
                earlier = lines.setdefault(int(found[1]), line)
                if earlier.hash != line.hash and contradicts is None:
                    contradicts = (earlier.number, number)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Kho138Error(
            f"The anchor {path} cannot be read ({error.strerror}).",
            vi=f"Không đọc được tệp neo {path} ({error.strerror}).",
        ) from None
    return Anchor(lines, frozenset(installations), unreadable, contradicts)
