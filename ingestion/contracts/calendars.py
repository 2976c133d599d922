"""Reporting calendars: which days a month, quarter, half or year of a body covers.

Here: the typed reading of `data/calendars.yaml` and the arithmetic of windows in month numbers. What a period
is called, and how one moves from period to period, belongs to `periods`; working days to `working_days`.

Months tile by construction: a month opens on the day after the month before it ends. A year opens at the
month its rule names and ends where the next year opens, so a decision that moves the year start makes one
shorter year and leaves neither gap nor overlap. Quarters and halves are cut from the months of the body's own
year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DATA = Path(__file__).parent / "data"

Mark: TypeAlias = Literal["V", "D", "P", "R"]
CalendarName: TypeAlias = Literal["nd09", "vks", "tand", "tuphap", "calendar"]
MonthNumber: TypeAlias = int
"""Months since year 0: year * 12 + month - 1."""


class CalendarError(ValueError):
    """The calendar data does not hold together, or does not reach the period asked for."""


def month_number(year: int, month: int) -> MonthNumber:
    """Number of the month key `year-month` (month 1 to 12)."""
    return year * 12 + month - 1


def month_key(number: MonthNumber) -> str:
    """`2024-07` for the number of July 2024."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MonthStart(_Frozen):
    """Day on which month M opens, in M or in the month before. Days after the 28th are not in every month."""

    day: Annotated[int, Field(ge=1, le=28)]
    of: Literal["same", "previous"]

    @model_validator(mode="after")
    def _ends_in_its_own_month(self) -> MonthStart:
        # A month is named after the month of its last day, so only these two shapes exist.
        if (self.of == "same") != (self.day == 1):
            raise ValueError("a month starts on day 1 of itself, or on a later day of the month before")
        return self


class YearStart(_Frozen):
    """Month that opens year Y, of Y or of the year before."""

    month: Annotated[int, Field(ge=1, le=12)]
    of: Literal["same", "previous"]


class CalendarRow(_Frozen):
    """One rule with its validity (both days inclusive; `valid_to` None: open), source and mark."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    month_starts: MonthStart
    year_starts: YearStart
    source: str
    mark: Mark

    def month_end(self, number: MonthNumber) -> dt.date:
        """Last day of the month under this rule, whatever the rule's validity."""
        year, month = divmod(number, 12)
        if self.month_starts.of == "previous":
            return dt.date(year, month + 1, self.month_starts.day - 1)
        following = number + 1
        return dt.date(following // 12, following % 12 + 1, 1) - dt.timedelta(days=1)

    def rules(self, number: MonthNumber) -> bool:
        """Whether this rule holds on the month's last day."""
        return self.valid_from <= self.month_end(number) <= (self.valid_to or dt.date.max)

    def year_opens_at(self, year: int) -> MonthNumber:
        """Number of the month that opens `year` under this rule."""
        return month_number(year - (self.year_starts.of == "previous"), self.year_starts.month)


class Label(_Frozen):
    """A name in two languages."""

    vi: str
    en: str


class Calendar(_Frozen):
    """A calendar: its rows in time order. Raises (ValueError) where rows overlap or cut a year apart."""

    name: str
    label: Label
    rows: Annotated[tuple[CalendarRow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rows_follow_each_other(self) -> Calendar:
        if self.rows[-1].valid_to is not None:
            raise ValueError("the last row stays open; forms retire, calendars are only amended")
        pairs = list(zip(self.rows, self.rows[1:], strict=False))
        for earlier, later in pairs:
            if earlier.valid_to is None or later.valid_from != earlier.valid_to + dt.timedelta(days=1):
                raise ValueError(
                    f"the row from {later.valid_from} must begin on the day after the row before ends"
                )
        for row in self.rows:
            opens, year = self._first_month(row), self._first_year(row)
            if row.year_opens_at(year) != opens:
                raise ValueError(f"the row from {row.valid_from} must begin with a month that opens a year")
        for earlier, later in pairs:
            number, year = self._first_month(later), self._first_year(later)
            if not earlier.rules(number - 1) or earlier.rules(number) or later.rules(number - 1):
                raise ValueError(f"no month, or two, end where the row from {later.valid_from} begins")
            opening = earlier.year_opens_at(year)
            if earlier.rules(opening):
                raise ValueError(
                    f"year {year} opens twice, at {month_key(opening)} and at {month_key(number)}"
                )
        return self

    def row_of_month(self, number: MonthNumber) -> CalendarRow:
        """The rule of a month. Raises CalendarError where no row reaches it."""
        for row in self.rows:
            if row.rules(number):
                return row
        raise CalendarError(f"calendar {self.name} has no rule for {month_key(number)}")

    def month_window(self, number: MonthNumber) -> tuple[dt.date, dt.date]:
        """First and last day of a month, both inclusive.

        Raises CalendarError outside the calendar's validity.
        """
        row = self.row_of_month(number)
        if number == self._first_month(self.rows[0]):
            opens = self.rows[0].valid_from
        else:
            opens = self.row_of_month(number - 1).month_end(number - 1) + dt.timedelta(days=1)
        return opens, row.month_end(number)

    def month_on(self, day: dt.date) -> MonthNumber:
        """Number of the month that holds `day`. Raises CalendarError outside the calendar's validity."""
        number = month_number(day.year, day.month)
        first, last = self.month_window(number + (day > self.row_near(day).month_end(number)))
        if not first <= day <= last:  # only before the first row, or in a month a new row has stretched
            raise CalendarError(f"calendar {self.name} has no month on {day}")
        return month_number(last.year, last.month)

    def row_near(self, day: dt.date) -> CalendarRow:
        """The row that holds on a day. Raises CalendarError outside the calendar's validity."""
        for row in self.rows:
            if row.valid_from <= day <= (row.valid_to or dt.date.max):
                return row
        raise CalendarError(f"calendar {self.name} has no rule on {day}")

    def year_months(self, year: int) -> range:
        """Numbers of the months of a year of this body.

        Raises CalendarError where the calendar has no such year.
        """
        return range(self._opening(year), self._opening(year + 1))

    def year_of_month(self, number: MonthNumber) -> int:
        """Label of the year that holds a month, by window and never by the month's own label."""
        self.row_of_month(number)
        label = number // 12
        for year in (label, label + 1, label - 1):
            if number in self.year_months(year):
                return year
        raise CalendarError(f"calendar {self.name} has no year for {month_key(number)}")

    def _opening(self, year: int) -> MonthNumber:
        for row in self.rows:
            number = row.year_opens_at(year)
            if row.rules(number):
                return number
        raise CalendarError(f"calendar {self.name} has no year {year}")

    @staticmethod
    def _first_month(row: CalendarRow) -> MonthNumber:
        number = month_number(row.valid_from.year, row.valid_from.month)
        return number if row.rules(number) else number + 1

    @classmethod
    def _first_year(cls, row: CalendarRow) -> int:
        number = cls._first_month(row)
        return number // 12 + (row.year_starts.of == "previous")


class SeriesWindow(_Frozen):
    """Window of the one period of reference forms."""

    calendar: CalendarName
    date_from: dt.date
    date_to: dt.date
    source: str
    mark: Mark


class _CalendarFile(_Frozen):
    class Entry(_Frozen):
        label: Label
        rows: tuple[CalendarRow, ...]

    calendars: dict[CalendarName, Entry]
    series: SeriesWindow


@lru_cache(maxsize=8)
def _read(path: Path) -> tuple[Mapping[str, Calendar], SeriesWindow]:
    try:
        file = _CalendarFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CalendarError(f"{path.name}: {_first_fault(error)}") from None
    except yaml.YAMLError as error:
        raise CalendarError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from None
    found: dict[str, Calendar] = {}
    for name, entry in file.calendars.items():
        try:
            found[name] = Calendar(name=name, label=entry.label, rows=entry.rows)
        except ValidationError as error:
            raise CalendarError(f"{path.name}: calendar {name}: {_first_fault(error)}") from None
    return MappingProxyType(found), file.series


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def load_calendars(path: Path = DATA / "calendars.yaml") -> Mapping[str, Calendar]:
    """All calendars by name. Raises CalendarError with the file and the place of the first fault."""
    return _read(path)[0]


def load_series_window(path: Path = DATA / "calendars.yaml") -> SeriesWindow:
    """Window of the fixed period `series`. Raises CalendarError as `load_calendars` does."""
    return _read(path)[1]
