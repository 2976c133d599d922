"""Who owes which report by when: from contracts, units with their validity, and calendars. Pure.

Here: obligations that follow from a form and a calendar, and under which unit a month counts in a longer period. What
was asked for ad hoc stands in the registry (`registry.requests`), and so does what became of an obligation.

A unit owes only periods that end while it is valid; what it still owes when it ends passes to its successor. A longer
period that ends under a successor is owed by it only where the succession is one to one: it is filled from the
predecessor's months. Otherwise nobody owes the longer sheet, and the figure is made from the months (D43).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.contracts.calendars import DATA
from ingestion.contracts.due_dates import due_of
from ingestion.contracts.loader import Contracts, read_yaml
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import REGULAR_KINDS, Kind, Period, periods_ending_between
from ingestion.contracts.units import (
    Succession,
    classes_of_unit,
    load_successions,
    successors_of,
    units_of_class,
)
from ingestion.contracts.working_days import end_of_day

LONGER: tuple[Kind, ...] = ("quarter", "half", "year")
SUCCESSION = "succession"
"""Cause of `not_owed_cause`: a longer period that ends under a successor that is not one to one."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One report owed. `due_from` is when it can be filed, `due_at` the last instant in time, `onward_due_at` when the
    standing agency sends on. `counts_as` says, for a month, under which unit it counts in its quarter, half and year.
    """

    form: str
    unit: str
    unit_class: str
    period: Period
    due_from: dt.datetime
    due_at: dt.datetime
    onward_due_at: dt.datetime | None
    is_requested: bool
    legal_basis: str
    mark: str
    not_owed_cause: str | None
    counts_as: Mapping[Kind, str | None]


@dataclass(frozen=True, slots=True)
class Onward:
    """The standing agency's own date: a day of the month in which a period ends."""

    day: int
    basis: str
    mark: str


@lru_cache(maxsize=1)
def load_regime() -> tuple[str, str, dict[str, Onward]]:
    """Legal basis of what is owed, of what is asked for, and the onward date by calendar."""
    data: dict[str, Any] = read_yaml(DATA / "regime.yaml")
    onward = {calendar: Onward(**row) for calendar, row in data["onward"].items()}
    return data["legal_basis"], data["requested_basis"], onward


def onward_due_at(period: Period) -> dt.datetime | None:
    """When the standing agency sends on what it received of a period (Decree 09/2019 art. 13.1); None: no date is set."""
    onward = load_regime()[2].get(period.calendar)
    if onward is None:
        return None
    return end_of_day(period.date_to.replace(day=onward.day))


def obligations(contracts: Contracts, first: dt.date, last: dt.date) -> Iterator[Obligation]:
    """Every obligation whose period ends in [first, last], a unit once a form and period.

    Raises `WorkingDayError` where a deadline lies beyond the table of working days.
    """
    for form in contracts.forms:
        if contracts.latest(form).family == "province":
            yield from _of_form(contracts, form, first, last)


def _of_form(contracts: Contracts, form: str, first: dt.date, last: dt.date) -> Iterator[Obligation]:
    latest = contracts.latest(form)
    kinds = [kind for kind in REGULAR_KINDS if kind in latest.rhythms]
    for period in periods_ending_between(latest.calendar, kinds, first, last):
        contract = contracts.in_use(form, period.date_to)
        if contract is None or period.kind not in contract.rhythms:
            continue
        seen: set[str] = set()
        due_day = due_of(contract, None, period).owed_on
        for unit_class in contract.filer_classes(due_day):
            for unit in units_of_class(unit_class, due_day):
                if unit.code not in seen:
                    seen.add(unit.code)
                    yield _obligation(
                        contract, unit_class, unit.code, unit.extra["is_requested"] == "true", period
                    )


def _obligation(
    contract: FormContract, unit_class: str, unit: str, is_requested: bool, period: Period
) -> Obligation:
    basis, requested_basis, _ = load_regime()
    due = due_of(contract, unit_class, period)
    is_month = period.kind == "month"
    return Obligation(
        form=contract.form,
        unit=unit,
        unit_class=unit_class,
        period=period,
        due_from=due.due_from,
        due_at=due.due_at,
        onward_due_at=onward_due_at(period),
        is_requested=is_requested or contract.is_requested,
        legal_basis=due.basis or (requested_basis if is_requested else basis),
        mark=due.mark,
        not_owed_cause=None if is_month else _not_owed(contract, unit, period),
        counts_as={kind: _counts_as(contract, unit, period, kind) for kind in LONGER} if is_month else {},
    )


def _not_owed(contract: FormContract, unit: str, period: Period) -> str | None:
    """Why a unit does not owe a longer period that ends while it is valid."""
    if "month" not in contract.rhythms:
        return None  # there are no months to make the figure from
    for row in load_successions():
        takes_over = row.to_unit == unit and row.kind != "one_to_one" and row.holds_for(contract.form)
        begins_inside = period.date_from < row.on_date <= period.date_to
        if takes_over and begins_inside and _filed(contract, row.from_unit, row.on_date):
            return SUCCESSION
    return None


def _filed(contract: FormContract, unit: str, until: dt.date) -> bool:
    """Whether a unit that ended had this form to file."""
    day = until - dt.timedelta(days=1)
    return bool(set(classes_of_unit(unit, day)) & set(contract.filer_classes(day)))


def _counts_as(contract: FormContract, unit: str, month: Period, kind: Kind) -> str | None:
    """The unit under which a month counts in the longer period that holds it.

    Its own, unless it ends inside that period and one successor takes its place.
    """
    if kind not in contract.rhythms:
        return None
    longer = month.containing(kind)
    counted, since = unit, month.date_to
    while True:
        row = next(
            (
                s
                for s in successors_of(counted, contract.form)
                if since < s.on_date <= longer.date_to and s.kind == "one_to_one" and s.to_unit != counted
            ),
            None,
        )
        if row is None:
            return counted
        counted, since = row.to_unit, row.on_date


def _ended_by(row: Succession) -> bool:
    """Whether the unit handed over for good: one that is split may go on under its own code."""
    return not classes_of_unit(row.from_unit, row.on_date)


@dataclass(frozen=True, slots=True)
class Inherited:
    """From a day on, what a unit that ended still owes is its successor's.

    `is_one_to_one`: every step on the way was, for all forms: the same body under another code.
    """

    unit: str
    successor: str
    valid_from: dt.date
    is_one_to_one: bool


def inheritances() -> tuple[Inherited, ...]:
    """Successors of every unit that ended, through further successions, in time order.

    A unit that is split passes what it owes to the first that the table names.
    """
    found: list[Inherited] = []
    rows = load_successions()
    for unit in dict.fromkeys(r.from_unit for r in rows):
        holder, since, same_body = unit, dt.date.min, True
        while True:
            row = next(
                (r for r in rows if r.from_unit == holder and since < r.on_date and _ended_by(r)), None
            )
            if row is None:
                break
            holder, since = row.to_unit, row.on_date
            same_body = same_body and row.kind == "one_to_one" and row.form is None
            found.append(Inherited(unit, holder, since, same_body))
    return tuple(found)
