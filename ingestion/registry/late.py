"""Who is late, and who must file now: the register's answer to the standing agency's first question.

Only reads. Letters about it are `extracts.letters`'; punctuality over time and whom to inspect is `review`'s. Bodies that
the plan only asks to report (`is_requested`) stand apart: what they have not sent is asked for, and no breach.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from ingestion.contracts.code_lists import Code, load_code_list
from ingestion.contracts.loader import Contracts
from ingestion.contracts.periods import Period
from ingestion.registry.obligations import check_chosen, obligation_states
from warehouse.clock import HANOI
from warehouse.errors import Kho138Error

LATE_STATES = ("missing", "returned")
# A deadline holds to the end of its last second.
_LAST_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LateReport:
    """A report that should have been there: never filed, or returned and not filed again. `unit` owed it first."""

    form: str
    title_vi: str
    title_en: str
    unit: str
    unit_vi: str
    calendar: str
    period: str
    period_vi: str
    period_en: str
    due_at: dt.datetime
    days_late: int
    state: str
    legal_basis: str

    @property
    def key(self) -> str:
        """The obligation, as the event log names it."""
        return f"{self.form}|{self.unit}|{self.calendar}|{self.period}"


@dataclass(frozen=True, slots=True)
class LateBody:
    """Who must file now, and what; a unit that ended has passed what it owed to its successor.

    `has_ended`: it is gone and the list of successions names no heir, so there is nobody to write to.
    """

    unit: str
    label_vi: str
    label_en: str
    is_requested: bool
    has_ended: bool
    reports: tuple[LateReport, ...]

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def late_bodies(
    connection: psycopg.Connection,
    contracts: Contracts,
    at: dt.datetime,
    unit: str | None = None,
    body: str | None = None,
) -> list[LateBody]:
    """Who is late at an instant, owed before requested, by unit; reports by deadline.

    `unit` must file now or owed it first; `body` is one of the plan's (`B1`). Raises `Kho138Error` for an unknown one.
    """
    check_chosen(connection, contracts, None, unit, None)
    if body is not None and not load_code_list("agency").known(body):
        known = ", ".join(line.code for line in load_code_list("agency"))
        raise Kho138Error(
            f"{body} is not a body of the plan: {known}.",
            vi=f"Không có cơ quan {body} trong kế hoạch: {known}.",
        )
    found: dict[tuple[bool, str], list[LateReport]] = defaultdict(list)
    for row in (r for r in obligation_states(connection, at) if r["state"] in LATE_STATES):
        holder = row["successor_unit"] or row["unit"]
        meant = unit in (None, holder, row["unit"])
        if (
            row["due_at"] + _LAST_SECOND <= at
            and meant
            and (body is None or body in unit_line(holder, at).names("agency"))
        ):
            found[row["is_requested"], holder].append(_late_report(contracts, row, at))
    return [
        LateBody(
            holder,
            unit_line(holder, at).label_vi,
            unit_line(holder, at).label_en,
            is_requested,
            load_code_list("unit").get(holder, at.astimezone(HANOI).date()) is None,
            tuple(sorted(reports, key=lambda r: (r.due_at, r.form, r.period, r.unit))),
        )
        for (is_requested, holder), reports in sorted(found.items())
    ]


def _late_report(contracts: Contracts, row: Mapping[str, Any], at: dt.datetime) -> LateReport:
    period = Period.parse(row["calendar"], row["period"])
    if period.kind == "ad_hoc":
        period = period.with_window(row["window_from"], row["window_to"])
    contract = contracts.in_use(row["form"], row["window_to"]) or contracts.latest(row["form"])
    return LateReport(
        form=row["form"],
        title_vi=contract.title.vi,
        title_en=contract.title.en,
        unit=row["unit"],
        unit_vi=unit_line(row["unit"], at).label_vi,
        calendar=row["calendar"],
        period=row["period"],
        period_vi=period.label_vi,
        period_en=period.label_en,
        due_at=row["due_at"].astimezone(HANOI),
        days_late=row["days_late"],
        state=row["state"],
        legal_basis=row["legal_basis"],
    )


def unit_line(unit: str, at: dt.datetime) -> Code:
    """The line of a unit on the day of an instant; of one that ended, the last."""
    units = load_code_list("unit")
    return units.get(unit, at.astimezone(HANOI).date()) or units.lines(unit)[-1]
