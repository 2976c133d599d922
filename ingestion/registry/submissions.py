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

from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.parsing.builtin import ReadFinding
from ingestion.parsing.envelope import Envelope
from ingestion.registry.events import Event, add_events

JUDGE_LOCK = 1380002
"""Advisory lock of whoever changes which filing is in force: a judgement, or a withdrawal."""


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
    window_from, window_to, state, verdict, received_at, stated_received_at, is_nil_return, has_state_secret,
    document_number, signed_on, signed_by_position, note, cell_map, rows_read, duplicate_of
) values (
    %(file_sha256)s, %(file_name)s, %(file_size)s, %(channel)s, %(sent_by)s, %(form)s, %(revision)s, %(unit)s,
    %(calendar)s, %(period)s, %(period_kind)s, %(window_from)s, %(window_to)s, %(state)s, %(verdict)s, %(received_at)s,
    %(stated_received_at)s, %(is_nil_return)s, %(has_state_secret)s, %(document_number)s, %(signed_on)s,
    %(signed_by_position)s, %(note)s, %(cell_map)s, %(rows_read)s, %(duplicate_of)s
) returning submission_id
"""


@dataclass(frozen=True)
class Registration:
    """A submission to be made: the file, what its envelope says, its state. `note` is the envelope's note where the
    gate let it through."""

    received: Received
    envelope: Envelope
    state: str
    period: Period | None = None
    cell_map: Mapping[str, Any] | None = None
    rows_read: int = 0
    duplicate_of: int | None = None
    note: str | None = None

    def _row(self) -> dict[str, Any]:
        received, envelope, period = self.received, self.envelope, self.period
        return {
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
            "state": self.state,
            # What cannot be read is returned at once; everything else waits for its judgement.
            "verdict": "returned" if self.state == "returned" else None,
            "is_nil_return": envelope.is_nil_return,
            "has_state_secret": envelope.is_secret,
            "document_number": envelope.document_number,
            "signed_on": envelope.signed_on,
            "signed_by_position": envelope.signed_by_position,
            "note": self.note,
            "cell_map": json.dumps(self.cell_map, ensure_ascii=False) if self.cell_map is not None else None,
            "rows_read": self.rows_read,
            "duplicate_of": self.duplicate_of,
        }


def register_many(cursor: psycopg.Cursor, registrations: Sequence[Registration]) -> list[int]:
    """New submissions, each with its event, in two round trips however many they are; their ids, in order."""
    cursor.executemany(_INSERT, [r._row() for r in registrations], returning=True)
    ids = [int(result.fetchone()[0]) for result in cursor.results()]  # type: ignore[index]
    add_events(
        cursor,
        [
            Event(r.received.received_at, r.received.sent_by, "receive", i, to_state=r.state)
            for i, r in zip(ids, registrations, strict=True)
        ],
    )
    return ids


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
    registration = Registration(received, envelope, state, period, cell_map, rows_read, duplicate_of, note)
    return register_many(cursor, [registration])[0]


def as_finding(found: ReadFinding, form: FormContract | None) -> Finding:
    """A reader's finding as a row; `rule:<id>` is a rule of the form that runs at the gate."""
    place = {"sheet": found.sheet, "cell": found.cell, "row_no": found.row_no, "field": found.field}
    if found.rule_id.startswith("rule:") and form is not None:
        rule = form.rule(found.rule_id.removeprefix("rule:"))
        says = rule.says()
        return Finding(rule.id, rule.severity, says.vi, says.en, **place)  # type: ignore[arg-type]
    severity, vi, en = found.messages()
    return Finding(
        found.rule_id,
        severity,
        vi,
        en,
        observed=found.observed,
        expected=found.expected,
        **place,  # type: ignore[arg-type]
    )


def add_findings(cursor: psycopg.Cursor, rows: Sequence[tuple[int, Finding]], found_at: dt.datetime) -> None:
    """Findings of many submissions at once. Not by COPY, which PostgreSQL refuses where rows have policies; whole columns
    in binary form take about as long."""
    if not rows:
        return
    columns = zip(
        *(
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
            )
            for submission_id, f in rows
        ),
        strict=True,
    )
    cursor.execute(
        "insert into registry.finding (submission_id, rule_id, severity, is_ledger, sheet, cell, row_no, field, observed,"
        " expected, message_vi, message_en, found_at)"
        " select n.*, %s from unnest(%b::bigint[], %b::text[], %b::text[], %b::boolean[], %b::text[], %b::text[],"
        " %b::integer[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[]) as n",
        [found_at, *map(list, columns)],
    )


def latest_with_same_key(cursor: psycopg.Cursor, envelope: Envelope) -> tuple[int, str] | None:
    """Id and file hash of the newest filing of the same form, unit and period that was not withdrawn."""
    return latest_with_same_keys(cursor, [envelope])[0]


def latest_with_same_keys(
    cursor: psycopg.Cursor, envelopes: Sequence[Envelope]
) -> list[tuple[int, str] | None]:
    """`latest_with_same_key` of many, in their order and in one round trip."""
    cursor.execute(
        "select k.nth, q.submission_id, q.file_sha256"
        " from unnest(%s::text[], %s::text[], %s::text[]) with ordinality as k (form, unit, period, nth)"
        " cross join lateral ("
        " select s.submission_id, s.file_sha256 from registry.submission as s"
        " where s.form = k.form and s.unit = k.unit and s.period = k.period"
        " and s.state not in ('duplicate', 'withdrawn', 'refused_state_secret')"
        " order by s.submission_id desc limit 1) as q",
        [[e.form for e in envelopes], [e.unit for e in envelopes], [e.period for e in envelopes]],
    )
    found = {int(nth): (int(submission_id), str(sha256)) for nth, submission_id, sha256 in cursor.fetchall()}
    return [found.get(nth) for nth in range(1, len(envelopes) + 1)]


def same_file_returned(cursor: psycopg.Cursor, file_sha256: str) -> int | None:
    """Id of an earlier submission of the very same bytes that was never identified."""
    cursor.execute(
        "select submission_id from registry.submission where file_sha256 = %s and form is null"
        " and state = 'returned' order by submission_id limit 1",
        [file_sha256],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None


def lock_keys(cursor: psycopg.Cursor, envelopes: Sequence[Envelope]) -> None:
    """Filings of one form, unit and period end in one order. Locks are taken in an order of their own, so that two
    batches that come at once wait for each other and never for ever."""
    cursor.execute(
        "select pg_advisory_xact_lock(k.lock) from (select distinct hashtextextended(t.key, 138) as lock"
        " from unnest(%s::text[]) as t (key) order by lock) as k",
        [[f"{e.form}|{e.unit}|{e.period}" for e in envelopes]],
    )


@dataclass
class _Outcome:
    """What became of a submission under judgement: the verdict, and the state it is in when the judgement ends."""

    verdict: str
    state: str
    known_from: dt.datetime | None
    known_to: dt.datetime | None = None
    supersedes: int | None = None
    superseded_by: int | None = None


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
    cursor.execute(
        """
        select s.form, s.unit, s.calendar, s.period, s.submission_id
        from registry.judging as j
        inner join registry.submission as n on n.submission_id = j.submission_id
        inner join registry.submission as s
            on s.form = n.form and s.unit = n.unit and s.calendar = n.calendar and s.period = n.period
        where s.known_from is not null and s.known_to is null
        order by s.submission_id
        for update of s
        """
    )
    in_force = {tuple(key): int(submission_id) for *key, submission_id in cursor.fetchall()}
    outcomes: dict[int, _Outcome] = {}
    ended: list[tuple[dt.datetime, int, int]] = []
    events: list[Event] = []
    for submission_id, form, unit, calendar, period, critical, warning in judged:
        state = "returned" if critical else "accepted_with_warnings" if warning else "accepted"
        outcome = outcomes[submission_id] = _Outcome(state, state, None if critical else now)
        if not critical:
            key = (form, unit, calendar, period)
            before = outcome.supersedes = in_force.get(key)
            in_force[key] = submission_id
            if before is not None:
                events.append(
                    Event(
                        now, actor, "supersede", before, to_state="superseded", details={"by": submission_id}
                    )
                )
                if (earlier := outcomes.get(before)) is not None:
                    earlier.state, earlier.known_to, earlier.superseded_by = "superseded", now, submission_id
                else:
                    ended.append((now, submission_id, before))
        events.append(Event(now, actor, "judge", submission_id, from_state="received", to_state=state))
    # What was in force ends first: two of one key are never in force together, not even between two statements.
    if ended:
        cursor.executemany(
            "update registry.submission set state = 'superseded', known_to = %s, superseded_by = %s"
            " where submission_id = %s",
            ended,
        )
    if outcomes:
        cursor.executemany(
            "update registry.submission set state = %s, verdict = %s, judged_at = %s, known_from = %s, known_to = %s,"
            " supersedes = %s, superseded_by = %s where submission_id = %s",
            [
                (o.state, o.verdict, now, o.known_from, o.known_to, o.supersedes, o.superseded_by, i)
                for i, o in outcomes.items()
            ],
        )
    add_events(cursor, events)


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
