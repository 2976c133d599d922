"""The event log: every change of state with who made it, when it was seen, and why. The only writer of `registry.event`.

An event says what happened to a subject: a submission, a waiver, a request, a discrepancy, the regime itself. It is
added in the transaction that makes the change, so that neither stands without the other.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ingestion.contracts.rules.identity import holds_identity
from warehouse.errors import Kho138Error


@dataclass(frozen=True)
class Event:
    """What happened. `action` is a verb (receive, judge, supersede, withdraw, waive, request, answer …).

    `subject` names the kind of thing, `subject_key` which one; a submission goes by its id. `details` holds what the
    action states beyond that (an expiry, a deadline), never the value of a personal field.
    """

    happened_at: dt.datetime
    actor: str
    action: str
    submission_id: int | None = None
    subject: str = "submission"
    subject_key: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


_INSERT = (
    "insert into registry.event (submission_id, subject, subject_key, happened_at, actor, action, from_state, to_state,"
    " reason, details) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def add_events(cursor: psycopg.Cursor, events: Sequence[Event]) -> None:
    """Adds events in their order, in the transaction of `cursor`."""
    if not events:
        return
    cursor.executemany(
        _INSERT,
        [
            (
                e.submission_id,
                e.subject,
                e.subject_key if e.subject_key is not None else _key_of(e),
                e.happened_at,
                e.actor,
                e.action,
                e.from_state,
                e.to_state,
                e.reason,
                json.dumps(dict(e.details), ensure_ascii=False, sort_keys=True),
            )
            for e in events
        ],
    )


def _key_of(event: Event) -> str | None:
    return None if event.submission_id is None else str(event.submission_id)


def stated(what: str, text: str) -> str:
    """The text without blanks around it; raises `Kho138Error` where nothing is said."""
    kept = " ".join(text.split())
    names = {
        "reason": ("a reason", "lý do"),
        "for": ("the person it is for", "người được cấp quyền"),
        "by": ("the person who does it", "người thực hiện"),
        "text": ("the answer", "nội dung trả lời"),
    }
    if not kept:
        en, vi = names[what]
        raise Kho138Error(f"--{what} states {en}; nothing was changed.", vi=f"--{what}: phải nêu {vi}.")
    return kept


def checked_reason(reason: str) -> str:
    """A reason that says something and names nobody: it stays in the event log. Raises Kho138Error."""
    said = stated("reason", reason)
    if len(said) < 10:
        raise Kho138Error(
            "--reason states the reason in 10 characters or more; nothing was done.",
            vi="--reason: lý do phải có ít nhất 10 ký tự; chưa thực hiện gì.",
        )
    if holds_identity(said):
        raise Kho138Error(
            "--reason holds a person's name or number, and the event log keeps it for ever: say it without.",
            vi="--reason có họ tên hoặc số giấy tờ của người; nhật ký lưu mãi mãi, hãy viết lại không nêu danh tính.",
        )
    return said
