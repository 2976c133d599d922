"""Working days of Vietnamese state bodies, and the deadlines counted in them.

Here: the frozen table `data/working_days.csv` of every day that is neither a plain working weekday nor a
plain free weekend, and the counting. Periods and their cut-offs belong to `periods`; how many working days a
unit has is in the form's contract.

The table is frozen so that a deadline once set does not move when a library is updated: public holidays, Tết,
substitute days and make-up Saturdays from the package `holidays`, and swaps announced by the Government that
the package does not have (their `source` says so). Years after 2026 are estimates (mark R): each autumn's
announcement corrects them in the file.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ingestion.contracts.calendars import DATA

VIETNAM = dt.timezone(dt.timedelta(hours=7), "+07:00")
"""Viet Nam has kept +07:00 without daylight saving for the whole series."""

COLUMNS = ("date", "is_working", "name_vi", "source", "mark")
LIBRARY = "holidays"
"""Value of `source` for rows that `derive_from_holidays` gives again."""
_LAST_ANNOUNCED_YEAR = 2026


class WorkingDayError(ValueError):
    """The table is faulty, or does not reach the day asked for: one line, Vietnamese first."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that departs from Monday-to-Friday.

    `is_working`: a make-up Saturday; otherwise a free weekday.
    """

    date: dt.date
    is_working: bool
    name_vi: str
    source: str
    mark: str


def is_working_day(day: dt.date) -> bool:
    """Whether state bodies work on a day. Raises WorkingDayError outside the years of the table."""
    table, first, last = _table()
    if not first <= day.year <= last:
        raise WorkingDayError(
            f"Bảng ngày làm việc chỉ có từ năm {first} đến năm {last}, không có ngày {day:%d/%m/%Y}. / "
            f"The table of working days covers {first} to {last} only, not {day}."
        )
    special = table.get(day)
    return special.is_working if special else day.weekday() < 5


def add_working_days(day: dt.date, working_days: int) -> dt.date:
    """The n-th working day after `day`, itself not counted (n ≥ 1); n = 0 gives `day`.

    Raises WorkingDayError for a negative n and outside the years of the table.
    """
    if working_days < 0:
        raise WorkingDayError("Số ngày làm việc phải từ 0 trở lên. / A number of working days is 0 or more.")
    left = working_days
    while left:
        day += dt.timedelta(days=1)
        left -= is_working_day(day)
    return day


def deadline_of(cut_off: dt.date, working_days: int) -> dt.datetime:
    """23:59:59 +07:00 of the n-th working day after the cut-off.

    Raises WorkingDayError as `add_working_days`.
    """
    return end_of_day(add_working_days(cut_off, working_days))


def end_of_day(day: dt.date) -> dt.datetime:
    """23:59:59 +07:00: until when what is due on a day can come."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), VIETNAM)


def load_special_days(path: Path = DATA / "working_days.csv") -> tuple[SpecialDay, ...]:
    """The frozen table in date order. Raises WorkingDayError with file and line of the first fault."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise WorkingDayError(f"{path.name}, line 1: the columns must be {','.join(COLUMNS)}")
        days: list[SpecialDay] = []
        for row in reader:
            place = f"{path.name}, line {reader.line_num}"
            if None in row or None in row.values():
                raise WorkingDayError(f"{place}: the line must have {len(COLUMNS)} cells")
            days.append(_special_day(row, place))
            if len(days) > 1 and days[-2].date >= days[-1].date:
                raise WorkingDayError(f"{place}: {days[-1].date} must come after {days[-2].date}")
    if not days:
        raise WorkingDayError(f"{path.name}: the table is empty")
    return tuple(days)


def derive_from_holidays(years: Iterable[int]) -> tuple[SpecialDay, ...]:
    """What the package `holidays` says of these years, in the shape of the table."""
    import holidays

    wanted = sorted(set(years))
    known = holidays.country_holidays("VN", years=wanted, language="vi")
    free = [
        SpecialDay(day, False, name, LIBRARY, _mark(day.year))
        for day, name in known.items()
        if day.year in wanted and day.weekday() < 5
    ]
    made_up = [
        SpecialDay(day, True, "Làm bù", LIBRARY, _mark(day.year))
        for day in known.weekend_workdays
        if day.year in wanted
    ]
    return tuple(sorted(free + made_up, key=lambda special: special.date))


def _mark(year: int) -> str:
    return "D" if year <= _LAST_ANNOUNCED_YEAR else "R"


def _special_day(row: Mapping[str, str], place: str) -> SpecialDay:
    try:
        day = dt.date.fromisoformat(row["date"])
    except ValueError:
        raise WorkingDayError(f"{place}: “{row['date']}” is not a date of the form 2024-02-08") from None
    if row["is_working"] not in ("true", "false"):
        raise WorkingDayError(f"{place}: is_working is true or false, not “{row['is_working']}”")
    is_working = row["is_working"] == "true"
    if is_working == (day.weekday() < 5):
        plain = "a working weekday" if is_working else "a free weekend day"
        raise WorkingDayError(f"{place}: {day} is {plain} anyway; only departures stand in the table")
    if row["mark"] not in ("V", "D", "P", "R"):
        raise WorkingDayError(f"{place}: the mark is V, D, P or R, not “{row['mark']}”")
    return SpecialDay(day, is_working, row["name_vi"], row["source"], row["mark"])


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[dt.date, SpecialDay], int, int]:
    days = load_special_days()
    return MappingProxyType({day.date: day for day in days}), days[0].date.year, days[-1].date.year
