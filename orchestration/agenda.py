"""What falls on a day: cut-offs and deadlines of all forms, asked of the calendars (D19).

Pure: contracts and a day in, a list out. Who owes a report and whether it came is the registry's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import REGULAR_KINDS, periods_ending_between
from ingestion.contracts.working_days import add_working_days

# The longest stretch without a working day (Tết with its weekends, and a swapped day) is shorter than this.
_LONGEST_BREAK = 21


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
    kinds = [kind for kind in REGULAR_KINDS if kind in contract.rhythms]
    entries: list[Entry] = []
    for period in periods_ending_between(contract.calendar, kinds, first, day):
        if contracts.in_use(contract.form, period.date_to) != contract:
            continue
        for unit_class in contract.filer_classes(period.date_to):
            if period.date_to == day:
                entries.append(Entry("cut_off", contract.form, period.key, unit_class))
            due = contract.due.get(unit_class)
            if due is not None and add_working_days(period.date_to, due) == day:
                entries.append(Entry("deadline", contract.form, period.key, unit_class))
    return entries
