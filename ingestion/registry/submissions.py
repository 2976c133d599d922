"""Submissions and their findings: registered, judged, in force, superseded. The only writer of these tables.

One submission = one file from one unit for one period. An earlier accepted filing stays in force until the new one
is accepted (D14); two filings of one key are taken in one order by an advisory lock on the key.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ingestion.contracts.periods import Period
from ingestion.parsing.envelope import Envelope


@dataclass(frozen=True)
class Received:
    """A file as it came: hash, name without folders, size, when it was seen, when it says it was received."""

    file_sha256: str
    file_name: str
    file_size: int
    received_at: dt.datetime
    channel: str
    sent_by: str
    stated_received_at: dt.datetime | None = None


@dataclass(frozen=True)
class Finding:
    rule_id: str
    severity: str
    message_vi: str
    message_en: str
    sheet: str | None = None
    cell: str | None = None
    row_no: int | None = None
    field: str | None = None
    observed: str | None = None
    expected: str | None = None
    is_ledger: bool = False


_INSERT = """
insert into registry.submission (
    file_sha256, file_name, file_size, channel, sent_by, form, revision, unit, calendar, period, period_kind,
    window_from, window_to, state, received_at, stated_received_at, is_nil_return, has_state_secret,
    document_number, signed_on, signed_by_position, note, cell_map, rows_read, duplicate_of
) values (
    %(file_sha256)s, %(file_name)s, %(file_size)s, %(channel)s, %(sent_by)s, %(form)s, %(revision)s, %(unit)s,
    %(calendar)s, %(period)s, %(period_kind)s, %(window_from)s, %(window_to)s, %(state)s, %(received_at)s,
    %(stated_received_at)s, %(is_nil_return)s, %(has_state_secret)s, %(document_number)s, %(signed_on)s,
    %(signed_by_position)s, %(note)s, %(cell_map)s, %(rows_read)s, %(duplicate_of)s
) returning submission_id
"""


def register(
    cursor: psycopg.Cursor,
    received: Received,
    envelope: Envelope,
    state: str,
    *,
    period: Period | None = None,
    cell_map: Mapping[str, Any] | None = None,
    rows_read: int = 0,
    duplicate_of: int | None = None,
    note: str | None = None,
) -> int:
    """A new submission in `state`; returns its id. `note` is the envelope's note where the gate let it through."""
    cursor.execute(
        _INSERT,
        {
            "file_sha256": received.file_sha256,
            "file_name": received.file_name,
            "file_size": received.file_size,
            "channel": received.channel,
            "sent_by": received.sent_by,
            "received_at": received.received_at,
            "stated_received_at": received.stated_received_at,
            "form": envelope.form,
            "revision": envelope.revision,
            "unit": envelope.unit,
            "calendar": period.calendar if period else None,
            "period": envelope.period,
            "period_kind": period.kind if period else None,
            "window_from": period.date_from if period else None,
            "window_to": period.date_to if period else None,
            "state": state,
            "is_nil_return": envelope.is_nil_return,
            "has_state_secret": envelope.is_secret,
            "document_number": envelope.document_number,
            "signed_on": envelope.signed_on,
            "signed_by_position": envelope.signed_by_position,
            "note": note,
            "cell_map": json.dumps(cell_map, ensure_ascii=False) if cell_map is not None else None,
            "rows_read": rows_read,
            "duplicate_of": duplicate_of,
        },
    )
    row = cursor.fetchone()
    assert row is not None
    submission_id = int(row[0])
    add_event(cursor, submission_id, received.received_at, received.sent_by, "receive", None, state)
    return submission_id


def add_event(
    cursor: psycopg.Cursor,
    submission_id: int,
    at: dt.datetime,
    actor: str,
    action: str,
    before: str | None,
    after: str,
) -> None:
    cursor.execute(
        "insert into registry.event (submission_id, happened_at, actor, action, from_state, to_state)"
        " values (%s, %s, %s, %s, %s, %s)",
        [submission_id, at, actor, action, before, after],
    )


def add_findings(cursor: psycopg.Cursor, rows: Sequence[tuple[int, Finding]], found_at: dt.datetime) -> None:
    """Findings of many submissions at once."""
    if not rows:
        return
    with cursor.copy(
        "copy registry.finding (submission_id, rule_id, severity, is_ledger, sheet, cell, row_no, field, observed,"
        " expected, message_vi, message_en, found_at) from stdin"
    ) as copy:
        for submission_id, f in rows:
            copy.write_row(
                (
                    submission_id,
                    f.rule_id,
                    f.severity,
                    f.is_ledger,
                    f.sheet,
                    f.cell,
                    f.row_no,
                    f.field,
                    f.observed,
                    f.expected,
                    f.message_vi,
                    f.message_en,
                    found_at,
                )
            )


def latest_with_same_key(cursor: psycopg.Cursor, envelope: Envelope) -> tuple[int, str] | None:
    """Id and file hash of the newest filing of the same form, unit and period that was not withdrawn."""
    cursor.execute(
        "select submission_id, file_sha256 from registry.submission"
        " where form = %s and unit = %s and period = %s and state not in ('duplicate', 'withdrawn', 'refused_state_secret')"
        " order by submission_id desc limit 1",
        [envelope.form, envelope.unit, envelope.period],
    )
    row = cursor.fetchone()
    return (int(row[0]), str(row[1])) if row else None


def same_file_returned(cursor: psycopg.Cursor, file_sha256: str) -> int | None:
    """Id of an earlier submission of the very same bytes that was never identified."""
    cursor.execute(
        "select submission_id from registry.submission where file_sha256 = %s and form is null"
        " and state = 'returned' order by submission_id limit 1",
        [file_sha256],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None


def lock_key(cursor: psycopg.Cursor, envelope: Envelope) -> None:
    """Filings of one form, unit and period end in one order."""
    cursor.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 138))",
        [f"{envelope.form}|{envelope.unit}|{envelope.period}"],
    )


def conclude(cursor: psycopg.Cursor, now: dt.datetime, actor: str) -> None:
    """States of the submissions under judgement, from their findings; what is accepted takes force.

    Of two filings of one key judged together the later one ends in force. `known_from` is the observed instant.
    """
    cursor.execute(
        """
        select s.submission_id, s.form, s.unit, s.calendar, s.period,
            coalesce(bool_or(f.severity = 'critical'), false), coalesce(bool_or(f.severity = 'warning'), false)
        from registry.judging as j
        inner join registry.submission as s on s.submission_id = j.submission_id
        left join registry.finding as f on f.submission_id = s.submission_id and not f.is_ledger
        where s.state = 'received'
        group by s.submission_id
        order by s.submission_id
        """
    )
    judged = cursor.fetchall()
    for submission_id, form, unit, calendar, period, critical, warning in judged:
        state = "returned" if critical else "accepted_with_warnings" if warning else "accepted"
        supersedes = None
        if not critical:
            cursor.execute(
                "update registry.submission set state = 'superseded', known_to = %s, superseded_by = %s"
                " where form = %s and unit = %s and calendar = %s and period = %s and known_from is not null"
                " and known_to is null returning submission_id",
                [now, submission_id, form, unit, calendar, period],
            )
            row = cursor.fetchone()
            supersedes = row[0] if row else None
            if supersedes is not None:
                add_event(cursor, supersedes, now, actor, "supersede", None, "superseded")
        cursor.execute(
            "update registry.submission set state = %s, judged_at = %s, known_from = %s, supersedes = %s"
            " where submission_id = %s",
            [state, now, None if critical else now, supersedes, submission_id],
        )
        add_event(cursor, submission_id, now, actor, "judge", "received", state)


def report_of(connection: psycopg.Connection, submission_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What `kho138 submit --json` prints, one mapping a submission, in the order asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select submission_id, file_sha256, form, revision, unit, period, state, supersedes, duplicate_of, file_name,"
            " rows_landed from registry.submission where submission_id = any(%s)",
            [list(submission_ids)],
        )
        found = {row[0]: row for row in cursor.fetchall()}
        cursor.execute(
            "select submission_id, rule_id, severity, sheet, cell, field, message_vi, message_en from registry.finding"
            " where submission_id = any(%s) order by finding_id",
            [list(submission_ids)],
        )
        findings: dict[int, list[dict[str, Any]]] = {}
        for row in cursor.fetchall():
            keys = ("rule_id", "severity", "sheet", "cell", "field", "message_vi", "message_en")
            findings.setdefault(row[0], []).append(dict(zip(keys, row[1:], strict=True)))
    connection.commit()
    columns = (
        "submission_id",
        "file_sha256",
        "form",
        "revision",
        "unit",
        "period",
        "state",
        "supersedes",
        "duplicate_of",
        "file_name",
        "rows_landed",
    )
    return [
        dict(zip(columns, found[i], strict=True)) | {"findings": findings.get(i, [])}
        for i in submission_ids
        if i in found
    ]
