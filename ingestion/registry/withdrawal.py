"""A report is taken back by its body or by the standing agency: a state, never a deletion.

The previous accepted filing of the same unit, form and period comes into force again; where there is none, the
obligation is due or missing (D14).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import psycopg

from ingestion.registry.events import Event, add_events, stated
from ingestion.registry.submissions import JUDGE_LOCK
from warehouse.errors import Kho138Error


@dataclass(frozen=True)
class Withdrawn:
    """What was withdrawn, and which filing is in force in its place (None: nothing is)."""

    submission_id: int
    form: str
    unit: str
    period: str
    in_force: int | None


def withdraw(
    connection: psycopg.Connection, submission_id: int, *, reason: str, by: str, now: dt.datetime
) -> Withdrawn:
    """Ends a filing's time in force at `now`, in one transaction of a loader's `connection`.

    Raises `Kho138Error`, with nothing changed, without a reason or a person, and for what is not in force.
    """
    said = stated("reason", reason), stated("by", by)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [JUDGE_LOCK])
        cursor.execute(
            "select form, unit, calendar, period, state, verdict, known_from is not null and known_to is null"
            " from registry.submission where submission_id = %s for update",
            [submission_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise Kho138Error(
                f"There is no submission {submission_id}.", vi=f"Không có lần nộp số {submission_id}."
            )
        form, unit, calendar, period, state, verdict, is_in_force = row
        if not is_in_force:
            raise Kho138Error(
                f"Submission {submission_id} is not in force (it is {state}): only a report in force can be withdrawn.",
                vi=f"Lần nộp số {submission_id} không có hiệu lực ({state}): chỉ rút được báo cáo đang có hiệu lực.",
            )
        cursor.execute(
            "update registry.submission set state = 'withdrawn', known_to = %s where submission_id = %s",
            [now, submission_id],
        )
        cursor.execute(
            "insert into registry.withdrawal (submission_id, withdrawn_at, withdrawn_by, reason) values (%s, %s, %s, %s)",
            [submission_id, now, said[1], said[0]],
        )
        events = [
            Event(
                now,
                said[1],
                "withdraw",
                submission_id,
                from_state=verdict,
                to_state="withdrawn",
                reason=said[0],
            )
        ]
        before = _bring_back(cursor, (form, unit, calendar, period), now)
        if before is not None:
            events.append(
                Event(
                    now,
                    said[1],
                    "reinstate",
                    before[0],
                    from_state="superseded",
                    to_state=before[1],
                    details={"withdrawn": submission_id},
                )
            )
        add_events(cursor, events)
    return Withdrawn(submission_id, form, unit, period, before[0] if before else None)


def _bring_back(cursor: psycopg.Cursor, key: tuple[Any, ...], now: dt.datetime) -> tuple[int, str] | None:
    """Id and verdict of the newest accepted filing of a key that was not withdrawn, in force again from `now` on."""
    cursor.execute(
        "select submission_id, verdict, known_from, known_to from registry.submission"
        " where form = %s and unit = %s and calendar = %s and period = %s and state = 'superseded'"
        " order by submission_id desc limit 1 for update",
        list(key),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    submission_id, verdict, known_from, known_to = row
    # What was replaced at the very instant at which it took force was never in force.
    if known_from < known_to:
        cursor.execute(
            "insert into registry.earlier_force (submission_id, known_from, known_to) values (%s, %s, %s)",
            [submission_id, known_from, known_to],
        )
    cursor.execute(
        "update registry.submission set state = verdict, known_from = %s, known_to = null, superseded_by = null"
        " where submission_id = %s",
        [now, submission_id],
    )
    return int(submission_id), str(verdict)
