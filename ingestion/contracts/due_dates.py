"""When a report is due: from which instant it can be filed, and the last instant in time.

Most forms are due a number of working days after the cut-off, by class of unit. A form may state fixed dates instead
(plans: 31/01). Working days are counted by `working_days`; who owes a report is `obligations`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.working_days import VIETNAM, deadline_of


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
    """The date of a regular period for a class of units; with None, for a class that the contract does not name.

    Raises `WorkingDayError` beyond the table of working days.
    """
    days = contract.due.get(unit_class or "", min(contract.due.values(), default=1))
    return Due(
        owed_on=period.date_to,
        due_from=dt.datetime.combine(period.date_to + dt.timedelta(days=1), dt.time(), VIETNAM),
        due_at=deadline_of(period.date_to, days),
        mark=contract.due_mark,
    )
