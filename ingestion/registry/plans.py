"""Plans on file and plans owed: what the bodies intend, of the forms that their contract calls a plan.

A plan is owed by the units that are valid on its due day (D43), and is there when a line in force has the codes that
the due date names. States of the obligation, with waivers and successors, are `registry.obligations`'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg

from ingestion.contracts.due_dates import day_of
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import DueDate, FormContract
from ingestion.contracts.periods import Period, period_of
from ingestion.contracts.rules.base import IN_FORCE
from ingestion.contracts.units import units_of_class

_IN_FORCE = IN_FORCE.format("s")


def plans_on_file(
    connection: psycopg.Connection, contracts: Contracts, year: int | None = None, unit: str | None = None
) -> list[dict[str, Any]]:
    """Lines in force of the plan forms, by unit and period: form, unit, period, submission_id and the form's fields."""
    found: list[dict[str, Any]] = []
    for contract in _plan_forms(contracts):
        names = [f.name for f in contract.fields]
        keys = ("form", "unit", "period", "submission_id", *names)
        rows = connection.execute(
            f"select s.form, s.unit, s.period, s.submission_id, {', '.join(f'r.{n}' for n in names)}"
            f" from {contract.landing_table} as r"
            " inner join registry.submission as s on s.submission_id = r.submission_id"
            f" where {_IN_FORCE} and (%(period)s::text is null or s.period = %(period)s)"
            " and (%(unit)s::text is null or s.unit = %(unit)s)"
            " order by s.unit, s.period, r.row_no",
            {"period": None if year is None else f"{year:04d}", "unit": unit},
        ).fetchall()
        found += [dict(zip(keys, row, strict=True)) for row in rows]
    return found


def plans_owed(
    connection: psycopg.Connection,
    contracts: Contracts,
    now: dt.datetime,
    year: int | None = None,
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """Units that owe a plan of a year (this one, where none is said) and have none on file, by due day and unit."""
    found: list[dict[str, Any]] = []
    for contract in _plan_forms(contracts):
        this_year = period_of(contract.calendar, "year", now.date()).key
        period = Period.parse(contract.calendar, this_year if year is None else f"{year:04d}")
        for date in contract.due_dates:
            day = day_of(date, period)
            if day is None or contracts.in_use(contract.form, period.date_to) != contract:
                continue
            there = _filed(connection, contract, period, date)
            found += [
                {
                    "form": contract.form,
                    "unit": code,
                    "period": period.key,
                    **date.rows,
                    "due_on": day,
                    "is_late": now.date() > day,
                    "mark": date.mark,
                }
                for code in _owing(contract, day)
                if code not in there and unit in (None, code)
            ]
    return sorted(found, key=lambda row: (row["due_on"], row["unit"]))


def _plan_forms(contracts: Contracts) -> Iterator[FormContract]:
    return (c for c in contracts.values() if c.is_plan)


def _owing(contract: FormContract, day: dt.date) -> list[str]:
    units = (u.code for c in contract.filer_classes(day) for u in units_of_class(c, day))
    return list(dict.fromkeys(units))


def _filed(connection: psycopg.Connection, contract: FormContract, period: Period, date: DueDate) -> set[str]:
    """Units with a line in force that the due date means."""
    named = "".join(f" and r.{name} = %({name})s" for name in date.rows)
    rows = connection.execute(
        f"select distinct s.unit from {contract.landing_table} as r"
        " inner join registry.submission as s on s.submission_id = r.submission_id"
        f" where {_IN_FORCE} and s.period = %(kept_period)s{named}",
        {**date.rows, "kept_period": period.key},
    ).fetchall()
    return {str(row[0]) for row in rows}
