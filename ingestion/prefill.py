"""What a template is handed out with: figures that the body has already reported, so that it types them once.

A register comes with the lines that were open at the last cut-off, without the persons' names: these are in the vault.
A month's opening stocks are the closing stocks of the month before (D6). A quarter, half or year comes filled from
its months in force, by the time behaviour of each cell (D20): flows and cohorts summed, openings of the first month,
closings and states of the last, subtotals by their own identity; distinct persons (U) stay blank, since months do not
add up. The body confirms or corrects. Nothing is filled from months of which one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.rules.across import CarryOver
from ingestion.contracts.rules.arithmetic import EqualsSum, StockFlow
from ingestion.contracts.rules.base import total_of
from ingestion.contracts.rules.keys import LineReturns

Row = dict[str, Any]
_KEY = Mapping[tuple[Any, ...], Row]


def prefilled_rows(
    connection: psycopg.Connection, form: FormContract, period: Period, unit: str
) -> list[Row]:
    """Rows by field name (grain codes and the cells known), empty where nothing was reported yet."""
    if form.is_plan:
        # A filing replaces the one before it: what is in force comes along, and a new plan is a line more.
        kept = _in_force(connection, form, period, unit).values()
        return [{name: value for name, value in row.items() if value is not None} for row in kept]
    if form.kind == "register":
        before = period.previous()
        return _still_open(form, before, _in_force(connection, form, before, unit).values())
    if period.kind == "month":
        return _openings(form, _in_force(connection, form, period.previous(), unit))
    months = [_in_force(connection, form, month, unit) for month in period.months()]
    if not months or not all(months):
        return []
    return _from_months(form, months)


def _in_force(
    connection: psycopg.Connection, form: FormContract, period: Period, unit: str
) -> dict[tuple[Any, ...], Row]:
    """Rows in force of one period, by their grain; empty where no filing is in force."""
    names = [f.name for f in form.landed_fields]
    rows = connection.execute(
        f"select {', '.join(f'r.{n}' for n in names)} from {form.landing_table} as r"
        " inner join registry.submission as s on s.submission_id = r.submission_id"
        " where s.form = %s and s.unit = %s and s.calendar = %s and s.period = %s"
        " and s.known_from is not null and s.known_to is null order by r.row_no",
        [form.form, unit, period.calendar, period.key],
    ).fetchall()
    read = [dict(zip(names, row, strict=True)) for row in rows]
    return {tuple(row[g] for g in form.grain): row for row in read}


def _still_open(form: FormContract, before: Period, rows: Iterable[Row]) -> list[Row]:
    """Lines that must return, as they were said last; who they are about is not known here, and is written anew."""
    window = (before.date_from, before.date_to)
    found = []
    for rule in form.rules:
        if isinstance(rule, LineReturns):
            found += [row for row in rows if rule.is_open(row, window)]
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def _openings(form: FormContract, before: _KEY) -> list[Row]:
    pairs = [pair for rule in form.rules if isinstance(rule, CarryOver) for pair in rule.stocks(form)]
    return [
        dict(zip(form.grain, key, strict=True))
        | {opening: row[closing] for opening, closing in pairs if row[closing] is not None}
        for key, row in before.items()
        if pairs
    ]


def _from_months(form: FormContract, months: Sequence[_KEY]) -> list[Row]:
    keys = dict.fromkeys(key for month in months for key in month)
    rows = []
    for key in keys:
        parts = [month.get(key, {}) for month in months]
        row: Row = dict(zip(form.grain, key, strict=True))
        for field in form.measures:
            values = [part.get(field.name) for part in parts]
            known = [v for v in values if v is not None]
            if field.behaviour in {"S", "K"} and known:
                row[field.name] = sum(known)
            elif field.behaviour == "O" and values[0] is not None:
                row[field.name] = values[0]
            elif field.behaviour in {"C", "L"} and values[-1] is not None:
                row[field.name] = values[-1]
        rows.append(row)
    for row in rows:
        _subtotals(form, row)
    return rows


def _subtotals(form: FormContract, row: Row) -> None:
    """D cells by the identity that the form itself declares for them."""
    subtotals = {f.name for f in form.measures if f.behaviour == "D"}
    for rule in form.rules:
        if isinstance(rule, StockFlow) and rule.result.cell in subtotals:
            row[str(rule.result.cell)] = total_of(rule.right_side(), [row], row)
        elif (
            isinstance(rule, EqualsSum)
            and len(rule.total) == 1
            and rule.total[0].cell in subtotals
            and not rule.per
        ):
            row[str(rule.total[0].cell)] = total_of(rule.parts, [row], row)
