"""Who files which period when: on time, late, wrong first and then corrected, and a few never.

Drawn for each obligation by its own key and the seed, so that a longer plan begins with the shorter one. Files arrive
in two waves a month: two working days after the cut-off of Decree 09's month, and three after the calendar month's;
what is late or corrected comes with the next wave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period, periods_ending_between
from ingestion.contracts.units import units_of_class
from ingestion.contracts.working_days import VIETNAM, add_working_days

Draft = Literal["right", "broken", "miscounted"]
LATE, BROKEN, MISCOUNTED, MISSING = 0.06, 0.025, 0.02, 0.015
_HOUR = dt.time(15, 0, tzinfo=VIETNAM)
# The cell a clerk sums wrongly: an identity of the form breaks, and the gate returns the sheet.
_TOTALS = {
    "police__crime_reports": "reports_to_resolve",
    "police__investigations": "cases_to_investigate",
    "police__victims_identified": "victims_to_verify",
    "procuracy__prosecutions": "cases_to_decide",
    "courts__trials": "cases_to_try",
    "social_services__victim_supports": "support_acts",
}
# Cells that move together when one report too many is counted: plausible, accepted, and corrected later.
_ONE_TOO_MANY = ("reports_received", "reports_classified", "reports_to_resolve", "reports_closing")
_COUNTED_TWICE = "police__crime_reports"


@dataclass(frozen=True)
class Filing:
    """A workbook that is sent: `draft` says what is wrong with it, `arrives` when it is received."""

    form: str
    unit: str
    period: Period
    attempt: int
    draft: Draft
    arrives: dt.datetime

    @property
    def file_name(self) -> str:
        return f"{self.form}__{self.unit}__{self.period.key}__{self.attempt}.xlsx"


def horizon(year: int) -> dt.date:
    """The last cut-off that a plan up to a year reaches: the end of Decree 09's year."""
    return Period.parse("nd09", str(year)).date_to


def plan_filings(
    contracts: Contracts,
    forms: Sequence[str],
    first_year: int,
    last_year: int,
    seed: int,
    districts: Sequence[str] | None = None,
) -> list[Filing]:
    """Every filing of a form's own years `first_year` to the horizon of `last_year`, in order of arrival.

    `districts`: the district police that file (None: all).
    """
    filings: list[Filing] = []
    for name in forms:
        form = contracts.latest(name)
        first = Period.parse(form.calendar, str(first_year)).date_from
        for period in periods_ending_between(form.calendar, form.rhythms, first, horizon(last_year)):
            if period.date_from < first:
                continue
            for unit in _who_owes(form, period.date_to, districts):
                filings += _sent(form, unit, period, seed)
    return sorted(
        filings, key=lambda f: (f.arrives, f.form, f.unit, f.period.date_to, f.period.key, f.attempt)
    )


def _who_owes(form: FormContract, day: dt.date, districts: Sequence[str] | None) -> Iterator[str]:
    for unit_class in form.filer_classes(day):
        for unit in units_of_class(unit_class, day):
            if unit_class != "district_police" or districts is None or unit.code in districts:
                yield unit.code


def _sent(form: FormContract, unit: str, period: Period, seed: int) -> list[Filing]:
    rng = Random(f"{seed}|{form.form}|{unit}|{period.key}")
    wave = _wave(period.date_to, late=False)
    late = _wave(period.date_to, late=True)
    fate = rng.random()
    is_district = unit.startswith("cah_")
    if fate < LATE:
        return [Filing(form.form, unit, period, 1, "right", late)]
    fate -= LATE
    if fate < BROKEN:
        return _corrected(form, unit, period, "broken", wave, late)
    fate -= BROKEN
    if fate < MISCOUNTED and form.form == _COUNTED_TWICE:
        return _corrected(form, unit, period, "miscounted", wave, late)
    fate -= MISCOUNTED
    if 0 <= fate < MISSING and is_district and period.kind == "month":
        return []
    return [Filing(form.form, unit, period, 1, "right", wave)]


def _corrected(
    form: FormContract, unit: str, period: Period, draft: Draft, wave: dt.datetime, late: dt.datetime
) -> list[Filing]:
    return [
        Filing(form.form, unit, period, 1, draft, wave),
        Filing(form.form, unit, period, 2, "right", late),
    ]


def _wave(cut_off: dt.date, late: bool) -> dt.datetime:
    """When files of a period come in: soon after its cut-off, or with the next wave."""
    ends_month = (cut_off + dt.timedelta(days=1)).day == 1
    if ends_month != late:
        day = add_working_days(_month_end(cut_off), 3)
    else:
        middle = cut_off if not late else (cut_off + dt.timedelta(days=1)).replace(day=14)
        day = add_working_days(middle, 2)
    return dt.datetime.combine(day, _HOUR)


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def spoil(form: str, draft: Draft, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as a hurried clerk sends them; a right draft is as counted."""
    spoiled = [dict(row) for row in rows]
    if draft == "broken":
        # The last row is the one over all regimes where a form has such a row.
        row = next((r for r in spoiled if r.get("regime") == "ALL"), spoiled[0])
        row[_TOTALS[form]] += 1
    elif draft == "miscounted":
        for cell in _ONE_TOO_MANY:
            spoiled[0][cell] += 1
    return spoiled
