"""Which support regime is open to which beneficiary on a day (Law 53/2024/QH15, Art. 37).

Here: the table `support_eligibility.csv`. Regimes and statuses themselves are the code lists `support_regime`
and `beneficiary_status`; the rule that warns is the kind `eligible_by_matrix`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.contracts.code_lists import (
    FOLDER,
    CodeListError,
    load_code_list,
    read_mark,
    read_rows,
    read_validity,
)

_COLUMNS = ("status", "regime", "valid_from", "valid_to", "mark")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A beneficiary status has access to a regime from `valid_from` to `valid_to` (None: open)."""

    status: str
    regime: str
    valid_from: dt.date
    valid_to: dt.date | None
    mark: str

    def is_valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day <= (self.valid_to or dt.date.max)


def is_eligible(status: str, regime: str, day: dt.date, folder: Path = FOLDER) -> bool | None:
    """Whether a regime is open to a status on a day; None when no matrix is in force (before 01/07/2025)."""
    in_force = [row for row in load_support_eligibility(folder) if row.is_valid_on(day)]
    if not in_force:
        return None
    return any(row.status == status and row.regime == regime for row in in_force)


@lru_cache(maxsize=8)
def load_support_eligibility(folder: Path = FOLDER) -> tuple[Eligibility, ...]:
    """The matrix, one row a cell that is open.

    Raises CodeListError for codes that are unknown or not valid then.
    """
    statuses = load_code_list("beneficiary_status", folder)
    regimes = load_code_list("support_regime", folder)
    path = folder / "support_eligibility.csv"
    found: list[Eligibility] = []
    for number, row in read_rows(path, _COLUMNS):
        place = f"{path.name}, line {number}"
        first, last = read_validity(row, place)
        for codes, code in ((statuses, row["status"]), (regimes, row["regime"])):
            if codes.get(code, first) is None:
                raise CodeListError(f"{place}: “{code}” is not valid in list {codes.name} on {first}")
        found.append(Eligibility(row["status"], row["regime"], first, last, read_mark(row, place)))
    return tuple(found)
