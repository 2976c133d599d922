"""What falls on a day: cut-offs and deadlines of all forms, asked of the calendars (D19).

Pure: contracts and a day in, a list out. Who owes a report and whether it came is the registry's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ingestion.contracts.due_dates import due_of
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import REGULAR_KINDS, periods_ending_between

# The longest stretch without a working day (Tết with its weekends, and a swapped day) is shorter than this.
_LONGEST_BREAK = 21
_YEAR = 366


@dataclass(frozen=True, order=True)
class Entry:
    """A cut-off (the last day of a period's window) or a deadline (the last day to file it, for a class of units)."""

    what: Literal["cut_off", "deadline"]
    form: str
    period: str
    unit_class: str

    def __str__(self) -> str:
        return f"{self.what} {self.form} {self.period} {self.unit_class}"


def falling_on(contracts: Contracts, day: dt.date) -> list[Entry]:
    """Cut-offs and deadlines of a day, in order.

    Raises `WorkingDayError` for a day that the table of working days does not reach.
    """
    return sorted({entry for contract in contracts.values() for entry in _of_form(contracts, contract, day)})


def _of_form(contracts: Contracts, contract: FormContract, day: dt.date) -> list[Entry]:
    longest = max(contract.due.values(), default=0)
    first = day - dt.timedelta(days=longest * 3 + _LONGEST_BREAK if longest else 0)
    last = day
    if contract.due_dates:
        # A date of its own lies anywhere in a period, or before its window.
        first, last = day - dt.timedelta(days=_YEAR), day + dt.timedelta(days=_YEAR)
    kinds = [kind for kind in REGULAR_KINDS if kind in contract.rhythms]
    entries: list[Entry] = []
    for period in periods_ending_between(contract.calendar, kinds, first, last):
        if contracts.in_use(contract.form, period.date_to) != contract:
            continue
        if period.date_to == day and not contract.is_plan:
            entries += [
                Entry("cut_off", contract.form, period.key, c) for c in contract.filer_classes(period.date_to)
            ]
        owed_on = due_of(contract, None, period).owed_on
        for unit_class in contract.filer_classes(owed_on):
            has_date = unit_class in contract.due or contract.due_dates
            if has_date and due_of(contract, unit_class, period).due_at.date() == day:
                entries.append(Entry("deadline", contract.form, period.key, unit_class))
    return entries
