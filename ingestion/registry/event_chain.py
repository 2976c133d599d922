"""Does the event log still say what was written? The hash chain reckoned again from the rows, and held to its anchor.

The database makes the chain (warehouse/sql/0004_event_chain.sql); here it is only read, with bytes and hashes made in
Python, so that neither can hide a mistake of the other. Elsewhere: writing the anchor (`anchor.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from ingestion.registry.anchor import Anchor, installation_name, read_anchor

EVENT_COLUMNS = (
    "event_id",
    "submission_id",
    "subject",
    "subject_key",
    "happened_at",
    "actor",
    "action",
    "from_state",
    "to_state",
    "reason",
    "details",
)
"""Every column of `registry.event`, in the order in which they are hashed."""

_TICK = 1000

# As text, whatever the column: a value that was tampered with may be one that no Python type holds.
_LINKS = (
    "select l.position, l.event_id, l.previous_hash, l.hash, "
    + ", ".join(
        "extract(epoch from e.happened_at)::text" if c == "happened_at" else f"e.{c}::text"
        for c in EVENT_COLUMNS
    )
    + " from registry.event_link as l left join registry.event as e on e.event_id = l.event_id order by l.position"
)
_SUBJECTS = "select subject, count(*) from registry.event group by subject order by subject"
_UNLINKED = (
    "select min(e.event_id) from registry.event as e"
    " where not exists (select from registry.event_link as l where l.event_id = e.event_id)"
)
# Numbers drawn and not kept: a hint only, since a transaction that is rolled back burns its numbers, too.
_NUMBERS = (
    "select case when s.is_called then s.last_value else 0 end - coalesce((select max(event_id) from registry.event), 0)"
    " from registry.event_event_id_seq as s"
)


@dataclass(frozen=True)
class Break:
    """The first place that does not hold, and in one line what is wrong there."""

    position: int
    event_id: int | None
    message_en: str
    message_vi: str


@dataclass(frozen=True)
class Verdict:
    """What the log is, as far as it holds. `head` is the last position that does, `hash` its hash.

    `anchor_position` is the highest position that the anchor knows; None without an anchor, or one without lines.
    `by_subject` counts the events by what they are about (submissions, waivers, keys …), as they stand.
    """

    events: int
    head: int | None
    hash: str | None
    installation: str | None
    numbers_after_last: int
    anchor: Path | None
    anchor_position: int | None
    broken: Break | None
    by_subject: Mapping[str, int]

    @property
    def is_intact(self) -> bool:
        return self.broken is None

    @property
    def not_anchored(self) -> int | None:
        """Events after the newest that the anchor knows; no sign of tampering. None without an anchor."""
        if self.anchor is None or self.head is None:
            return None
        return max(0, self.head - (self.anchor_position or 0))


class _Broken(Exception):
    def __init__(self, position: int, event_id: int | None, en: str, vi: str) -> None:
        of_en = "" if event_id is None else f" (event {event_id})"
        of_vi = "" if event_id is None else f" (sự kiện {event_id})"
        self.place = Break(
            position, event_id, f"position {position}{of_en}: {en}", f"vị trí {position}{of_vi}: {vi}"
        )
        super().__init__(self.place.message_en)


def verify(
    connection: psycopg.Connection, anchor: Path | None, progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Reckons the whole chain again, in one snapshot and with little memory; `connection` is outside a transaction.

    Finds an event or a link that was changed, removed, swapped or put in past the chain; with an anchor also an end
    that was cut off, and a chain that was made anew. Raises `Kho138Error` where the anchor cannot be read.
    """
    known = None if anchor is None else read_anchor(anchor)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        events = _number(connection, "select count(*) from registry.event") or 0
        walk = _Walk(known, anchor)
        broken: Break | None = None
        try:
            with connection.cursor(name="event_chain") as links:
                links.itersize = _TICK
                links.execute(_LINKS)
                for row in links:
                    walk.step(row)
                    if progress is not None and walk.position % _TICK == 0:
                        progress(walk.position, events)
            walk.end(_number(connection, _UNLINKED))
        except _Broken as found:
            broken = found.place
        numbers = _number(connection, _NUMBERS) or 0
        by_subject: dict[str, int] = dict(connection.execute(_SUBJECTS).fetchall())
    return Verdict(
        events,
        walk.position if walk.position >= 0 else None,
        walk.hash.hex() if walk.position >= 0 else None,
        walk.installation,
        numbers,
        anchor,
        None if known is None else known.position,
        broken,
        by_subject,
    )


def _number(connection: psycopg.Connection, sql: str) -> int | None:
    row = connection.execute(sql).fetchone()
    return None if row is None or row[0] is None else int(row[0])


class _Walk:
    """Along the chain, a link a step: the last position that holds, and its hash. Raises `_Broken` at the first that
    does not."""

    def __init__(self, anchor: Anchor | None, path: Path | None) -> None:
        self._anchor = anchor
        self._path = path
        self.position = -1
        self.hash = b""
        self.installation: str | None = None

    def step(self, row: Sequence[Any]) -> None:
        position, event_id, previous, digest = row[:4]
        at = self.position + 1
        if position != at:
            raise _Broken(at, None, "the link was removed or moved", "mắt xích đã bị xóa hoặc bị chuyển chỗ")
        if at == 0:
            self._begin(event_id, previous, digest)
        else:
            if row[4] is None:
                raise _Broken(at, event_id, "the event was removed", "sự kiện đã bị xóa")
            if previous != self.hash:
                raise _Broken(at, event_id, "the link was changed", "mắt xích đã bị sửa")
            if digest != hashlib.sha256(self.hash + event_bytes(row[4:])).digest():
                raise _Broken(
                    at,
                    event_id,
                    "the event or its link was changed after it was written",
                    "sự kiện hoặc mắt xích của nó đã bị sửa sau khi ghi",
                )
        line = None if self._anchor is None else self._anchor.lines.get(at)
        if line is not None and line.hash != digest:
            raise _Broken(
                at,
                event_id,
                f"the chain was made anew: line {line.number} of the anchor {self._path} says another hash",
                f"chuỗi đã bị tạo lại: dòng {line.number} của tệp neo {self._path} ghi mã băm khác",
            )
        self.position, self.hash = at, bytes(digest)

    def _begin(self, event_id: int | None, previous: bytes, digest: bytes) -> None:
        if (
            event_id is not None
            or digest != hashlib.sha256(b"kho138 event chain " + (previous or b"")).digest()
        ):
            raise _Broken(
                0, event_id, "the beginning of the chain was changed", "điểm đầu của chuỗi đã bị sửa"
            )
        self.installation = installation_name(digest)
        anchor = self._anchor
        if anchor is None:
            return
        if anchor.unreadable is not None:
            raise _Broken(
                0,
                None,
                f"line {anchor.unreadable} of the anchor {self._path} is not a line of an anchor: "
                "it was edited, or cut off when the machine stopped",
                f"dòng {anchor.unreadable} của tệp neo {self._path} không đúng dạng: "
                "đã bị sửa, hoặc bị cắt khi máy ngừng đột ngột",
            )
        if anchor.installations - {self.installation}:
            raise _Broken(
                0,
                None,
                f"the anchor {self._path} is of another installation, or the whole chain was made anew",
                f"tệp neo {self._path} là của một hệ thống khác, hoặc toàn bộ chuỗi đã bị tạo lại",
            )
        if anchor.contradicts is not None:
            first, second = anchor.contradicts
            raise _Broken(
                0,
                None,
                f"lines {first} and {second} of the anchor {self._path} say two hashes of one position: "
                "the chain was made anew between them",
                f"dòng {first} và dòng {second} của tệp neo {self._path} ghi hai mã băm cho một vị trí: "
                "chuỗi đã bị tạo lại trong khoảng đó",
            )

    def end(self, unlinked: int | None) -> None:
        """After the last link: every event has a link, and the anchor knows nothing beyond."""
        at = self.position + 1
        if at == 0:
            raise _Broken(0, None, "the chain was removed", "chuỗi đã bị xóa")
        if unlinked is not None:
            raise _Broken(
                at,
                unlinked,
                "the event has no link: it was put in past the chain, or its link was removed",
                "sự kiện không có mắt xích: được đưa vào ngoài chuỗi, hoặc mắt xích đã bị xóa",
            )
        anchored = None if self._anchor is None else self._anchor.position
        if anchored is not None and anchored > self.position:
            raise _Broken(
                at,
                None,
                f"the end was cut off: the anchor {self._path} knows position {anchored}"
                " (or an older backup was restored)",
                f"phần cuối đã bị cắt: tệp neo {self._path} đã ghi đến vị trí {anchored}"
                " (hoặc đã khôi phục bản sao lưu cũ hơn)",
            )


def event_bytes(values: Iterable[str | None]) -> bytes:
    """The bytes of an event that are hashed, from its columns as text, the instant as seconds since 1970."""
    parts = [b"event1 "]
    for column, value in zip(EVENT_COLUMNS, values, strict=True):
        if value is None:
            parts.append(b"-")
            continue
        text = (_microseconds(value) if column == "happened_at" else value).encode()
        parts.append(b"%d:%s" % (len(text), text))
    return b"".join(parts)


def _microseconds(seconds: str) -> str:
    """Of an instant that has none (infinity) the text itself, which no chain holds."""
    exact = Decimal(seconds)
    return str(int(exact * 1_000_000)) if exact.is_finite() else seconds
