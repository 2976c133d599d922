"""Who files which period when: on time, late, wrong first and then corrected, taken back, and a few never.

Drawn for each obligation by its own key and the seed, so that a longer plan begins with the shorter one. Files arrive
in two waves a month: two working days after the cut-off of Decree 09's month, and three after the calendar month's;
what is late or corrected comes with the next wave. Reports are taken back, and missing ones waived, just before the
files of a wave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from ingestion.contracts.loader import Contracts
from ingestion.contracts.obligations import Obligation, obligations
from ingestion.contracts.periods import Period
from ingestion.contracts.working_days import VIETNAM, add_working_days

Draft = Literal["right", "broken", "miscounted"]
LATE, BROKEN, MISCOUNTED, MISSING = 0.06, 0.025, 0.02, 0.015
WITHDRAWN, TAKEN_BACK, WAIVED = 0.008, 0.01, 0.01
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


@dataclass(frozen=True)
class Withdrawal:
    """A report in force is taken back: by its body, or because its correction was a mistake."""

    filing: Filing
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class Waiver:
    """A report that did not come is waived until a day."""

    form: str
    unit: str
    period: Period
    at: dt.datetime
    until: dt.date
    reason: str


Step = Filing | Withdrawal | Waiver


def instant(step: Step) -> dt.datetime:
    return step.arrives if isinstance(step, Filing) else step.at


def horizon(year: int) -> dt.date:
    """The last cut-off that a plan up to a year reaches: the end of Decree 09's year."""
    return Period.parse("nd09", str(year)).date_to


def plan_steps(
    contracts: Contracts,
    forms: Sequence[str],
    first_year: int,
    last_year: int,
    seed: int,
    districts: Sequence[str] | None = None,
) -> list[Step]:
    """All that happens to the reports of a form's own years `first_year` to the horizon of `last_year`, in order.

    `districts`: the district police that file (None: all).
    """
    steps: list[Step] = []
    first = min(Period.parse(contracts.latest(f).calendar, str(first_year)).date_from for f in forms)
    for owed in obligations(contracts, first, horizon(last_year)):
        period = owed.period
        is_in = owed.form in forms and period.containing("year").year >= first_year
        if is_in and owed.not_owed_cause is None and _files(owed.unit, districts):
            steps += _plan_of(contracts, owed, seed)
    return sorted(steps, key=_order)


def plan_filings(
    contracts: Contracts,
    forms: Sequence[str],
    first_year: int,
    last_year: int,
    seed: int,
    districts: Sequence[str] | None = None,
) -> list[Filing]:
    """The workbooks of a plan, in order of arrival."""
    steps = plan_steps(contracts, forms, first_year, last_year, seed, districts)
    return [step for step in steps if isinstance(step, Filing)]


def _order(step: Step) -> tuple[object, ...]:
    filing = step.filing if isinstance(step, Withdrawal) else step
    attempt = filing.attempt if isinstance(filing, Filing) else 0
    period = filing.period
    return (
        instant(step),
        isinstance(step, Filing),
        filing.form,
        filing.unit,
        period.date_to,
        period.key,
        attempt,
    )


def _files(unit: str, districts: Sequence[str] | None) -> bool:
    """Whether a unit takes part: all but the district bodies that a small province leaves out."""
    kind, _, area = unit.partition("_")
    return kind not in {"cah", "ubh"} or districts is None or f"cah_{area}" in districts


def _plan_of(contracts: Contracts, owed: Obligation, seed: int) -> list[Step]:
    if contracts.latest(owed.form).is_plan:
        return _plan_sent(owed, seed)
    return _sent(owed.form, owed.unit, owed.period, seed)


def _plan_sent(owed: Obligation, seed: int) -> list[Step]:
    """A body's own plan comes with the wave before its due day, or with the one after."""
    is_late = Random(f"{seed}|{owed.form}|{owed.unit}|{owed.period.key}").random() < 2 * LATE
    return [
        Filing(
            owed.form, owed.unit, owed.period, 1, "right", _wave(owed.due_at.date().replace(day=14), is_late)
        )
    ]


def _sent(form: str, unit: str, period: Period, seed: int) -> list[Step]:
    rng = Random(f"{seed}|{form}|{unit}|{period.key}")
    wave = _wave(period.date_to, late=False)
    late = _wave(period.date_to, late=True)
    first = Filing(form, unit, period, 1, "right", wave)
    is_district_month = unit.startswith("cah_") and period.kind == "month"
    fates: tuple[tuple[float, list[Step]], ...] = (
        (LATE, [replace(first, arrives=late)]),
        (BROKEN, _corrected(first, "broken", late)),
        (MISCOUNTED if form == _COUNTED_TWICE else 0, _corrected(first, "miscounted", late)),
        (MISSING if is_district_month else 0, []),
        (WITHDRAWN, _withdrawn(first, late)),
        (TAKEN_BACK if form == _COUNTED_TWICE else 0, _taken_back(first, late)),
        (WAIVED if is_district_month else 0, [_waived(first, late)]),
    )
    for share, steps in fates:
        fate = rng.random()
        if fate < share:
            return steps
    return [first]


def _corrected(first: Filing, draft: Draft, late: dt.datetime) -> list[Step]:
    return [replace(first, draft=draft), replace(first, attempt=2, arrives=late)]


def _withdrawn(first: Filing, late: dt.datetime) -> list[Step]:
    """Sent by mistake and taken back; the right one is the same sheet, signed anew."""
    return [
        first,
        Withdrawal(first, late, "đơn vị đề nghị rút để ký lại (giả định)"),
        replace(first, attempt=2, arrives=_next_wave(late)),
    ]


def _taken_back(first: Filing, late: dt.datetime) -> list[Step]:
    """A correction that was a mistake is taken back, and the first report counts again."""
    wrong = replace(first, draft="miscounted", attempt=2, arrives=late)
    return [first, wrong, Withdrawal(wrong, _next_wave(late), "bản sửa nhầm, lấy lại bản trước (giả định)")]


def _waived(first: Filing, late: dt.datetime) -> Waiver:
    until = late.date() + dt.timedelta(days=45)
    return Waiver(first.form, first.unit, first.period, late, until, "đơn vị bị thiên tai (giả định)")


def _wave(cut_off: dt.date, late: bool) -> dt.datetime:
    """When files of a period come in: soon after its cut-off, or with the next wave."""
    ends_month = (cut_off + dt.timedelta(days=1)).day == 1
    if ends_month != late:
        day = add_working_days(_month_end(cut_off), 3)
    else:
        middle = cut_off if not late else (cut_off + dt.timedelta(days=1)).replace(day=14)
        day = add_working_days(middle, 2)
    return dt.datetime.combine(day, _HOUR)


def _next_wave(wave: dt.datetime) -> dt.datetime:
    """The first wave after one."""
    day = wave.date()
    this, next_ = day.replace(day=14), _month_end(day)
    found = [
        _wave(cut_off, late=False)
        for cut_off in (this, _month_end(this.replace(day=1) - dt.timedelta(days=1)), next_)
    ]
    found.append(_wave((next_ + dt.timedelta(days=1)).replace(day=14), late=False))
    return min(one for one in found if one > wave)


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
