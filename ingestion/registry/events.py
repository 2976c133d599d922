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
        "by": ("the person who does it", "người thực hiện"),
        "text": ("the answer", "nội dung trả lời"),
    }
    if not kept:
        en, vi = names[what]
        raise Kho138Error(f"--{what} states {en}; nothing was changed.", vi=f"--{what}: phải nêu {vi}.")
    return kept
