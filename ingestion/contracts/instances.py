"""Filings made from a contract alone: its printed rows in a window, and a blank filing that keeps every rule.

Templates, tests and counter-examples begin with them. What is on a sheet is drawn elsewhere; a plausible *world* of
filings that agree with each other is the demo's.

Pure: no file but the code lists, no clock, no chance; the same contract and window give the same filing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.rules.base import Filing, FixedRows, Row, Rule, Term, bend
from ingestion.contracts.rules.dates import DateOrder, TimeLimit
from ingestion.contracts.rules.presence import ForbiddenIf, RequiredIf

Window = tuple[dt.date, dt.date]
TOTAL = "ALL"
"""The code of a row over all codes; `valid_in_window` leaves it out, since it is no code of its own."""


def fixed_rows_of(form: FormContract, window: Window) -> list[dict[str, str | None]]:
    """Printed rows of a form in a window (first and last day, both inclusive), in the order of the contract.

    Each row has every field of the grain, `None` where the contract gives it no code. `valid_in_window` = the codes
    valid on any day of the window. A form without fixed rows has none: a list of its own length is filled in.
    """
    rows: list[dict[str, str | None]] = []
    for declared in form.fixed_rows:
        choices: list[tuple[str | None, ...]] = []
        for name in form.grain:
            codes = declared.get(name)
            if codes is None:
                choices.append((None,))
            elif isinstance(codes, str):
                choices.append(_codes_within(form.by_name[name], window))
            else:
                choices.append(codes)
        rows.extend(dict(zip(form.grain, chosen, strict=True)) for chosen in product(*choices))
    return rows


def blank_filing(form: FormContract, window: Window, unit: str, value: int = 0) -> Filing:
    """A filing of a unit for a window: every printed row, every required measure = `value`.

    Conditional fields are filled where a `required_if` of the form holds and empty where a `forbidden_if` does, or
    where none says anything; optional fields are empty. With `value` 0 it keeps every rule of a form whose rules are
    arithmetic. A form without printed rows gets its one line, or lines made from types and code lists: one for each
    set of rows that its rules name.
    """
    filing = Filing(
        rows=[],
        window=window,
        envelope={"unit": unit, "is_nil_return": False, "has_state_secret": False, "note": None},
    )
    for row in _starting_rows(form, window):
        for field in form.fields:
            row.setdefault(field.name, _plausible(field, window, value) if field.required == "yes" else None)
        _settle_conditional_fields(form, filing, row, value)
        _settle_dates(form, row)
        filing.rows.append({field.name: row[field.name] for field in form.fields})
    return filing


def _starting_rows(form: FormContract, window: Window) -> list[Row]:
    if form.fixed_rows:
        return [dict(row) for row in fixed_rows_of(form, window)]
    return [bend({}, rows) for rows in _rows_named(form)] or [{}]


def _rows_named(form: FormContract) -> Iterator[FixedRows]:
    """The different sets of rows that the terms of a form's rules name."""
    seen: list[FixedRows] = []
    for rule in form.rules:
        for term in _terms(rule):
            if term.rows and term.rows not in seen:
                seen.append(term.rows)
                yield term.rows


def _terms(rule: Rule) -> Iterator[Term]:
    for _, operand in rule:
        for term in operand if isinstance(operand, tuple) else (operand,):
            if isinstance(term, Term):
                yield term


def _settle_conditional_fields(form: FormContract, filing: Filing, row: Row, value: int) -> None:
    """Fills what a rule requires on the row and empties what one forbids; codes printed on the row stay."""
    for rule in form.rules:
        if not isinstance(rule, RequiredIf | ForbiddenIf):
            continue
        if not all(c.holds(row, filing.window, filing.envelope) for c in rule.when):
            continue
        for name in rule.fields:
            field = form.by_name.get(name)
            if field is None:
                continue  # an answer of the envelope
            if isinstance(rule, ForbiddenIf):
                row[name] = None
            elif row[name] is None:
                row[name] = _plausible(field, filing.window, value)


def _settle_dates(form: FormContract, row: Row) -> None:
    """Puts a day between two dates that a rule wants apart; a stage that has a limit ends on the day it begins."""
    for rule in form.rules:
        if isinstance(rule, TimeLimit) and rule.end is not None and row.get(rule.end) is None:
            row[rule.end] = row.get(rule.start)
        if isinstance(rule, DateOrder) and not rule.allow_equal:
            day = row.get(rule.earlier)
            if day is not None and row.get(rule.later) == day:
                row[rule.later] = day + dt.timedelta(days=1)


def _codes_within(field: FormField, window: Window) -> tuple[str, ...]:
    codes = load_code_list(str(field.code_list)).valid_within(*window)
    return tuple(code.code for code in codes if code.code != TOTAL)


def _plausible(field: FormField, window: Window, value: int) -> object:
    """A value of the field's type; codes are valid in the window, dates lie on its first day."""
    match field.type:
        case "count" | "amount_vnd" | "number" | "suppressible_count":
            return value
        case "year":
            return window[0].year
        case "date":
            return window[0]
        case "code":
            return next(iter(_codes_within(field, window)), None)
        case "boolean":
            return False
        case "identifier":
            return f"{field.name.upper()[:40]}-001"
        case "text":
            return f"({field.label.vi.lower()})"
