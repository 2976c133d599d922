"""Obligations and waivers: their tables' only writer, and the one reader of the state of every obligation.

What is owed follows from contracts, units and calendars (`contracts.obligations`) and from requests. Its state is
never typed: the view `registry.obligation_history` derives it from filings, waivers and the clock, at every instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ingestion.contracts.loader import Contracts
from ingestion.contracts.obligations import LONGER, inheritances, obligations
from ingestion.contracts.periods import Period, PeriodError
from ingestion.registry.events import Event, add_events, stated
from warehouse.clock import HANOI
from warehouse.errors import Kho138Error

# Deadlines reach beyond the last cut-off, and the table of working days ends with its last year.
FIRST_DAY, LAST_DAY = dt.date(2020, 12, 31), dt.date(2031, 11, 30)

_COLUMNS = (
    "form, unit, unit_class, calendar, period, period_kind, own_year, window_from, window_to, begins_at,"
    " due_from, due_at, onward_due_at, is_requested, legal_basis, mark, not_owed_cause, counts_in_quarter_as, counts_in_half_as,"
    " counts_in_year_as"
)


def write_obligations(cursor: psycopg.Cursor, contracts: Contracts) -> None:
    """Writes what is owed anew from the files and the requests on file, in the transaction of `cursor`."""
    cursor.execute("delete from registry.obligation")
    cursor.execute("delete from registry.unit_heir")
    # PostgreSQL refuses COPY into a table whose rows have policies.
    cursor.execute("create temporary table derived_obligation (like registry.obligation)")
    with cursor.copy(f"copy pg_temp.derived_obligation ({_COLUMNS}) from stdin") as copy:
        for row in _rows(contracts):
            copy.write_row(row)
    cursor.execute(
        f"insert into registry.obligation ({_COLUMNS}) select {_COLUMNS} from pg_temp.derived_obligation"
    )
    cursor.execute("drop table pg_temp.derived_obligation")
    with cursor.copy(
        "copy registry.unit_heir (unit, successor, valid_from, is_one_to_one) from stdin"
    ) as copy:
        for heir in inheritances():
            copy.write_row((heir.unit, heir.successor, heir.valid_from, heir.is_one_to_one))
    add_requested(cursor)


def add_requested(cursor: psycopg.Cursor, number: str | None = None) -> None:
    """What was asked for ad hoc, or numbered at receipt, is owed from then on; with None, all requests on file."""
    cursor.execute(
        f"insert into registry.obligation ({_COLUMNS})"
        " select r.form, u.unit, coalesce(c.attributes ->> 'class', ''), r.calendar, r.request_number, 'ad_hoc',"
        " left(r.request_number, 4)::integer, r.window_from, r.window_to, r.created_at, r.created_at, r.due_at, null,"
        " coalesce((n.attributes ->> 'is_requested')::boolean, false), r.legal_basis, r.mark, null, null, null, null"
        " from registry.request as r inner join registry.request_unit as u on u.request_number = r.request_number"
        " left join registry.code as c on c.list = 'filers/' || r.form and c.code = u.unit"
        " and r.window_to between c.valid_from and c.valid_to"
        " left join registry.code as n on n.list = 'unit' and n.code = u.unit"
        " and r.window_to between n.valid_from and n.valid_to"
        " where %(number)s::text is null or r.request_number = %(number)s"
        " on conflict (form, unit, calendar, period) do update set window_from = excluded.window_from,"
        " window_to = excluded.window_to, due_at = excluded.due_at",
        {"number": number},
    )


def _rows(contracts: Contracts) -> Iterable[tuple[object, ...]]:
    for o in obligations(contracts, FIRST_DAY, LAST_DAY):
        period = o.period
        yield (
            o.form,
            o.unit,
            o.unit_class,
            period.calendar,
            period.key,
            period.kind,
            period.containing("year").year,
            period.date_from,
            period.date_to,
            dt.datetime.combine(period.date_from, dt.time(), HANOI),
            o.due_from,
            o.due_at,
            o.onward_due_at,
            o.is_requested,
            o.legal_basis,
            o.mark,
            o.not_owed_cause,
            *(o.counts_as.get(kind) for kind in LONGER),
        )


def waive(
    connection: psycopg.Connection,
    contracts: Contracts,
    *,
    unit: str,
    form: str,
    period: str,
    until: dt.date,
    reason: str,
    by: str,
    now: dt.datetime,
) -> dict[str, Any]:
    """Waives an obligation through the day `until`; it counts only while nothing is in force (D14).

    Raises `Kho138Error`, with nothing changed, where nobody or nothing is said, nothing is owed, or `until` is past.
    """
    said = stated("reason", reason), stated("by", by)
    calendar = parsed_period(contracts, form, period).calendar
    expires = dt.datetime.combine(until, dt.time(), HANOI) + dt.timedelta(days=1)
    if expires <= now:
        raise Kho138Error(
            f"--until {until} is past: a waiver ends today or later.",
            vi=f"--until {until:%d/%m/%Y} đã qua: thời hạn miễn phải từ hôm nay trở đi.",
        )
    with connection.transaction(), connection.cursor() as cursor:
        owed = cursor.execute(
            "select not_owed_cause from registry.obligation"
            " where form = %s and unit = %s and calendar = %s and period = %s",
            [form, unit, calendar, period],
        ).fetchone()
        if owed is None or owed[0] is not None:
            raise Kho138Error(
                f"{unit} does not owe {form} for {period}; there is nothing to waive.",
                vi=f"Đơn vị {unit} không phải nộp {form} kỳ {period}; không có gì để miễn.",
            )
        row = cursor.execute(
            "insert into registry.waiver (form, unit, calendar, period, granted_at, granted_by, reason, expires_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s) returning waiver_id",
            [form, unit, calendar, period, now, said[1], said[0], expires],
        ).fetchone()
        assert row is not None
        key = f"{form}|{unit}|{calendar}|{period}"
        add_events(
            cursor,
            [
                Event(
                    now,
                    said[1],
                    "waive",
                    subject="obligation",
                    subject_key=key,
                    to_state="waived",
                    reason=said[0],
                    details={"waiver_id": row[0], "until": until.isoformat()},
                )
            ],
        )
    return {"waiver_id": row[0], "form": form, "unit": unit, "period": period, "until": until}


def parsed_period(contracts: Contracts, form: str, period: str) -> Period:
    """The period of a form's calendar; raises `Kho138Error` for an unknown form and a key that is no period of it."""
    if form not in contracts.forms:
        raise Kho138Error(
            f"{form} is not a form; `kho138 forms` lists them.",
            vi=f"Không có biểu {form}; xem danh sách bằng lệnh kho138 forms.",
        )
    try:
        found = Period.parse(contracts.latest(form).calendar, period)
    except PeriodError as error:
        raise Kho138Error(error.message_en, vi=error.message_vi) from None
    if found.kind not in contracts.latest(form).rhythms:
        raise Kho138Error(
            f"{period} is not a period of {form}.", vi=f"Kỳ {period} không phải là kỳ báo cáo của {form}."
        )
    return found


def start_regime(
    connection: psycopg.Connection, first_year: int, *, reason: str, by: str, now: dt.datetime
) -> None:
    """Reports are owed here from the first period of each body's own year `first_year` on; recorded as an event."""
    said = stated("reason", reason), stated("by", by)
    if not FIRST_DAY.year <= first_year <= LAST_DAY.year:
        raise Kho138Error(
            f"The first year lies between {FIRST_DAY.year + 1} and {LAST_DAY.year}, not {first_year}.",
            vi=f"Năm đầu tiên từ {FIRST_DAY.year + 1} đến {LAST_DAY.year}, không phải {first_year}.",
        )
    with connection.transaction(), connection.cursor() as cursor:
        before = cursor.execute("select first_year from registry.regime").fetchone()
        cursor.execute(
            "insert into registry.regime (first_year, set_at, set_by, reason) values (%s, %s, %s, %s)"
            " on conflict (singleton) do update set first_year = excluded.first_year, set_at = excluded.set_at,"
            " set_by = excluded.set_by, reason = excluded.reason",
            [first_year, now, said[1], said[0]],
        )
        add_events(
            cursor,
            [
                Event(
                    now,
                    said[1],
                    "start_regime",
                    subject="regime",
                    reason=said[0],
                    from_state=None if before is None else str(before[0]),
                    to_state=str(first_year),
                )
            ],
        )


def obligation_states(
    connection: psycopg.Connection, at: dt.datetime, chosen: Mapping[str, str | None] | None = None
) -> list[dict[str, Any]]:
    """Every obligation whose period had begun, in its state as known at an instant; `chosen` filters by column.

    `days_late` of what is not in force counts the days since the deadline.
    """
    filters = {column: value for column, value in (chosen or {}).items() if value is not None}
    where = "".join(f" and h.{column} = %({column})s" for column in filters)
    return (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select h.unit, h.form, h.period, h.calendar, h.window_from, h.window_to, h.due_at, h.onward_due_at,"
            " h.state, h.is_nil_return, h.submission_id, h.first_received_at, h.first_accepted_on_time,"
            " coalesce(h.days_late, case when h.state in ('missing', 'returned') then greatest("
            " (%(at)s::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date"
            " - (h.due_at at time zone 'Asia/Ho_Chi_Minh')::date, 0) end) as days_late,"
            " h.waived_until, h.successor_unit, h.not_owed_cause, h.is_requested, h.time_basis, h.legal_basis, h.mark"
            " from registry.obligation_history as h"
            " where h.known_from <= %(at)s and (h.known_to is null or h.known_to > %(at)s)"
            f"{where} order by h.window_to, h.period, h.form, h.unit",
            {"at": at, **filters},
        )
        .fetchall()
    )


def check_chosen(
    connection: psycopg.Connection,
    contracts: Contracts,
    form: str | None,
    unit: str | None,
    period: str | None,
) -> None:
    """Says in one line what is wrong with a choice that found nothing; silent where simply nothing is owed."""
    if form is not None:
        if period is not None:
            parsed_period(contracts, form, period)
        elif form not in contracts.forms:
            parsed_period(contracts, form, "")
    elif period is not None:
        try:
            Period.parse("nd09", period)
        except PeriodError as error:
            raise Kho138Error(error.message_en, vi=error.message_vi) from None
    known = connection.execute("select count(*) from registry.code where list = 'unit' and code = %s", [unit])
    if unit is not None and known.fetchone() == (0,):
        raise Kho138Error(
            f"{unit} is not a unit; `kho138 obligations --period …` shows their codes.",
            vi=f"Không có đơn vị {unit} trong danh mục.",
        )
