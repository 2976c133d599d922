"""Ad hoc requests and their numbers: the only writer of `registry.request` and `registry.request_unit`.

A request has its own window, units and deadline (Decree 09/2019 art. 8.5). A report that a body makes unasked gets the
next number of the same series when it is received; sent again or corrected it keeps that number, known by the body's
own number of the incident. What is owed by it, and what became of that, is `registry.obligations`'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import psycopg

from ingestion.contracts.ad_hoc import RequestOnFile, Requests
from ingestion.contracts.due_dates import due_of
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period, PeriodError
from ingestion.contracts.units import units_of_class
from ingestion.contracts.working_days import WorkingDayError, add_working_days, end_of_day
from ingestion.registry.events import Event, add_events
from ingestion.registry.obligations import add_requested
from warehouse.errors import Kho138Error

LEGAL_BASIS = "Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5"
CLASS = "class:"
"""Before a class of units, where units are named: all of the class that are valid on the last day of the window."""
_LAST_NUMBER = 999
# Two that are numbered at once, in one year, get two numbers: one waits for the other.
_LOCK = "select pg_advisory_xact_lock(1380006, %s)"


def requests_on_file(cursor: psycopg.Cursor) -> Requests:
    """Every numbered ad hoc period."""
    cursor.execute(
        "select r.request_number, r.form, r.calendar, r.window_from, r.window_to, r.due_at, r.is_own_initiative,"
        " array_agg(u.unit)"
        " from registry.request as r"
        " inner join registry.request_unit as u on u.request_number = r.request_number"
        " group by r.request_number"
    )
    return {
        number: RequestOnFile(number, form, calendar, first, last, due_at, frozenset(units), own)
        for number, form, calendar, first, last, due_at, own, units in cursor.fetchall()
    }


def request_reports(
    cursor: psycopg.Cursor,
    contracts: Contracts,
    now: dt.datetime,
    form: str,
    units: Sequence[str],
    window_from: dt.date,
    window_to: dt.date,
    due: dt.date,
    *,
    by: str,
    reason: str,
    legal_basis: str = LEGAL_BASIS,
) -> RequestOnFile:
    """Asks units for a report, in the transaction of `cursor`; `units` are codes and classes (`class:district_police`).

    Raises Kho138Error in one line, nothing written, for what cannot be asked.
    """
    contract = _contract_asked(contracts, form, window_to)
    if window_from > window_to:
        raise Kho138Error(
            "The window begins after it ends.", vi="Ngày đầu của kỳ yêu cầu phải không sau ngày cuối."
        )
    if window_to > now.date():
        raise Kho138Error(
            f"The window ends on {window_to}, which is still to come: figures of the future cannot be asked for.",
            vi=f"Kỳ yêu cầu kết thúc ngày {window_to:%d/%m/%Y}, chưa đến; không yêu cầu được số liệu của tương lai.",
        )
    by, reason, legal_basis = by.strip(), reason.strip(), legal_basis.strip() or LEGAL_BASIS
    if not by or not reason:
        raise Kho138Error(
            "A request says who asks (--by) and why (--reason).",
            vi="Yêu cầu báo cáo phải nêu người yêu cầu và lý do.",
        )
    asked = _units_asked(contract, units, window_to)
    due_at = _deadline(window_to, due, now)
    number = _next_number(cursor, contract.calendar, now.year)
    request = RequestOnFile(
        number, form, contract.calendar, window_from, window_to, due_at, frozenset(asked), False
    )
    _write(cursor, request, by, legal_basis, reason, "V", now)
    return request


def number_own_report(
    cursor: psycopg.Cursor,
    contract: FormContract,
    period: Period,
    unit: str,
    own_key: str,
    sent_by: str,
    now: dt.datetime,
) -> Period:
    """The numbered period of a report made unasked, in the transaction of `cursor`.

    `period` has the day of the event as its window. It keeps a number that it states; `2024-A` gets the one that the
    same unit has for the same incident (`own_key`), else the next free one of the year.
    """
    if period.ordinal:
        return _given_again(cursor, contract, period, period.key, sent_by, now)
    cursor.execute(_LOCK, [period.year])
    cursor.execute(
        "select r.request_number"
        " from registry.request as r"
        " inner join registry.request_unit as u on u.request_number = r.request_number"
        " where r.is_own_initiative and r.form = %s and u.unit = %s and r.own_key = %s"
        " and left(r.request_number, 4) = %s order by r.request_number limit 1",
        [contract.form, unit, own_key, f"{period.year:04d}"],
    )
    row = cursor.fetchone()
    if row is not None:
        return _given_again(cursor, contract, period, str(row[0]), sent_by, now)
    number = _next_number(cursor, period.calendar, period.year)
    numbered = Period.parse(period.calendar, number).with_window(period.date_from, period.date_to)
    due = due_of(contract, None, numbered)
    request = RequestOnFile(
        number,
        contract.form,
        period.calendar,
        period.date_from,
        period.date_to,
        due.due_at,
        frozenset([unit]),
        True,
    )
    reason = "Báo cáo đột xuất do đơn vị tự gửi"
    _write(cursor, request, sent_by, due.basis or LEGAL_BASIS, reason, due.mark, now, own_key)
    return numbered


def _given_again(
    cursor: psycopg.Cursor,
    contract: FormContract,
    period: Period,
    number: str,
    sent_by: str,
    now: dt.datetime,
) -> Period:
    """The same report corrected: its number stays, the day of its event is the one now said."""
    numbered = Period.parse(period.calendar, number).with_window(period.date_from, period.date_to)
    due_at = due_of(contract, None, numbered).due_at
    cursor.execute(
        "update registry.request set window_from = %s, window_to = %s, due_at = %s"
        " where request_number = %s and window_to <> %s",
        [numbered.date_from, numbered.date_to, due_at, number, numbered.date_to],
    )
    if cursor.rowcount:
        add_requested(cursor, number)
        details = {"happened_on": numbered.date_to.isoformat(), "due_at": due_at.isoformat()}
        add_events(
            cursor, [Event(now, sent_by, "amend", subject="request", subject_key=number, details=details)]
        )
    return numbered


def _contract_asked(contracts: Contracts, form: str, day: dt.date) -> FormContract:
    contract = contracts.in_use(form, day)
    if contract is None:
        raise Kho138Error(
            f"{form} is not a form in use on {day}; `kho138 forms` lists them.",
            vi=f"Không có biểu {form} dùng vào ngày {day:%d/%m/%Y}.",
        )
    if "ad_hoc" not in contract.rhythms:
        raise Kho138Error(
            f"{form} is not asked for ad hoc: it is filed by {', '.join(contract.rhythms)}.",
            vi=f"Biểu {form} không dùng để báo cáo đột xuất.",
        )
    return contract


def _units_asked(contract: FormContract, named: Sequence[str], day: dt.date) -> list[str]:
    """Codes in order, each once. Raises Kho138Error for one that does not file the form on the day."""
    filers = {u.code for c in contract.filer_classes(day) for u in units_of_class(c, day)}
    asked: list[str] = []
    for name in (n.strip() for n in named):
        if name.startswith(CLASS):
            unit_class = name.removeprefix(CLASS)
            if unit_class not in contract.filer_classes(day):
                raise Kho138Error(
                    f"{unit_class} is not a class of units that files {contract.form} on {day}.",
                    vi=f"Loại đơn vị {unit_class} không thuộc diện báo cáo biểu này vào ngày {day:%d/%m/%Y}.",
                )
            asked += [u.code for u in units_of_class(unit_class, day)]
        elif name not in filers:
            raise Kho138Error(
                f"“{name}” is not a unit that files {contract.form} on {day}, the last day of the window.",
                vi=f"Đơn vị “{name}” không thuộc diện báo cáo biểu này vào ngày cuối kỳ ({day:%d/%m/%Y}).",
            )
        else:
            asked.append(name)
    if not asked:
        raise Kho138Error(
            "A request names at least one unit.", vi="Yêu cầu báo cáo phải nêu ít nhất một đơn vị."
        )
    return list(dict.fromkeys(asked))


def _deadline(cut_off: dt.date, due: dt.date, now: dt.datetime) -> dt.datetime:
    try:
        earliest = add_working_days(cut_off, 1)
    except WorkingDayError as error:
        raise Kho138Error(str(error)) from None
    if due < earliest:
        raise Kho138Error(
            f"The deadline is {earliest} at the earliest: one working day after the cut-off"
            " (Decree 09/2019 art. 8.5).",
            vi=f"Thời hạn sớm nhất là ngày {earliest:%d/%m/%Y}: sau ngày chốt số liệu ít nhất một ngày làm việc"
            " (Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5).",
        )
    if due < now.date():
        raise Kho138Error(
            f"The deadline {due} is past.", vi=f"Thời hạn {due:%d/%m/%Y} đã qua; hãy đặt ngày khác."
        )
    return end_of_day(due)


def _next_number(cursor: psycopg.Cursor, calendar: str, year: int) -> str:
    """The next number of a calendar year, which nobody else gets until this transaction ends."""
    cursor.execute(_LOCK, [year])
    cursor.execute(
        "select coalesce(max(right(request_number, 3)::integer), 0) from registry.request"
        " where left(request_number, 4) = %s",
        [f"{year:04d}"],
    )
    row = cursor.fetchone()
    number = int(row[0]) + 1 if row else 1
    if number > _LAST_NUMBER:
        raise Kho138Error(
            f"All {_LAST_NUMBER} ad hoc numbers of {year} are given.",
            vi=f"Đã dùng hết {_LAST_NUMBER} số báo cáo đột xuất của năm {year}.",
        )
    try:
        return Period.parse(calendar, f"{year:04d}-A").numbered(number).key
    except PeriodError as error:
        raise Kho138Error(error.message_en, vi=error.message_vi) from None


def _write(
    cursor: psycopg.Cursor,
    request: RequestOnFile,
    by: str,
    legal_basis: str,
    reason: str,
    mark: str,
    now: dt.datetime,
    own_key: str | None = None,
) -> None:
    cursor.execute(
        "insert into registry.request (request_number, form, calendar, window_from, window_to, due_at, requested_by,"
        " legal_basis, reason, mark, is_own_initiative, own_key, created_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            request.number,
            request.form,
            request.calendar,
            request.window_from,
            request.window_to,
            request.due_at,
            by,
            legal_basis,
            reason,
            mark,
            request.is_own_initiative,
            own_key,
            now,
        ],
    )
    units = sorted(request.units)
    cursor.execute(
        "insert into registry.request_unit (request_number, unit) select %s, u.unit from unnest(%s::text[]) as u (unit)",
        [request.number, units],
    )
    add_requested(cursor, request.number)
    details = {"form": request.form, "units": units, "due_at": request.due_at.isoformat()}
    action = "number" if request.is_own_initiative else "request"
    add_events(
        cursor,
        [
            Event(
                now, by, action, subject="request", subject_key=request.number, reason=reason, details=details
            )
        ],
    )
