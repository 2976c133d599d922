"""When a report is due: from which instant it can be filed, and the last instant in time.

Most forms are due a number of working days after the cut-off, by class of unit. A form may state fixed dates instead
(plans: 31/01), and what a body reports unasked is due a number of working days after its event. Working days are counted
by `working_days`; who owes a report is `obligations`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ingestion.contracts.models import DueDate, FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.working_days import VIETNAM, deadline_of, end_of_day


@dataclass(frozen=True, slots=True)
class Due:
    """`owed_on`: the day on which a unit must be valid to owe the report (D43). `basis`: where the date has one of its
    own."""

    owed_on: dt.date
    due_from: dt.datetime
    due_at: dt.datetime
    mark: str
    basis: str | None = None


def due_of(contract: FormContract, unit_class: str | None, period: Period) -> Due:
    """The date of a period for a class of units; with None, for a class that the contract does not name.

    Of an ad hoc period it is that of a report made unasked, counted from its event; a request states its own. Raises
    `WorkingDayError` beyond the table of working days.
    """
    own = contract.own_initiative
    if period.kind == "ad_hoc" and own is not None:
        return _after_cut_off(period, own.working_days, own.mark, own.legal_basis or None)
    dated = [(day, date) for date in contract.due_dates if (day := day_of(date, period)) is not None]
    if dated:
        day, date = min(dated, key=lambda pair: pair[0])
        return Due(
            owed_on=day,
            due_from=_begins(min(period.date_from, day)),
            due_at=end_of_day(day),
            mark=date.mark,
            basis=date.legal_basis or None,
        )
    days = contract.due.get(unit_class or "", min(contract.due.values(), default=1))
    return _after_cut_off(period, days, contract.due_mark, None)


def day_of(date: DueDate, period: Period) -> dt.date | None:
    """The day that a due date names for a period, if it names one."""
    if date.month is not None and date.day is not None:
        is_meant = period.year >= (date.first_year or period.year)
        return dt.date(period.year, date.month, date.day) if is_meant else None
    if date.after is None or date.days is None:
        return None
    day = date.after + dt.timedelta(days=date.days)
    return day if period.date_from <= day <= period.date_to else None


def _after_cut_off(period: Period, working_days: int, mark: str, basis: str | None) -> Due:
    return Due(
        owed_on=period.date_to,
        due_from=_begins(period.date_to + dt.timedelta(days=1)),
        due_at=deadline_of(period.date_to, working_days),
        mark=mark,
        basis=basis,
    )


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)
