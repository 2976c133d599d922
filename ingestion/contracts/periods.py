"""Reporting periods: their keys, windows, names and neighbours.

Here: `Period`, and the two questions a schedule asks (`period_of`, `periods_ending_between`). The rules of
each calendar are data read by `calendars`; deadlines are counted by `working_days`; who owes a period is the
registry's.

A month key is the month of its last day: under nd09 `2024-03` is 15/02 to 14/03/2024. Quarters, halves and
years are of the body's own year, so a month belongs to a year by window: vks `2024` is the months 2023-12 to
2024-11.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache, total_ordering
from typing import Literal, TypeAlias, get_args

from ingestion.contracts.calendars import (
    Calendar,
    CalendarError,
    MonthNumber,
    load_calendars,
    load_series_window,
    month_key,
    month_number,
)

Kind: TypeAlias = Literal["month", "quarter", "half", "year", "ad_hoc", "series"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REGULAR_KINDS: tuple[Kind, ...] = ("month", "quarter", "half", "year")
"""The kinds that follow from a calendar, shortest first."""

_KEY = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])"
    r"|(?P<ad_hoc>A(?P<request>(?!000)[0-9]{3})?)))?"
)
_ROMAN = ("I", "II", "III", "IV")
_ORDINAL = ("First", "Second", "Third", "Fourth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_KIND_VI = {
    "month": "tháng", "quarter": "quý", "half": "6 tháng", "year": "năm",
    "ad_hoc": "đột xuất", "series": "chuỗi số liệu",
}  # fmt: skip


class PeriodError(ValueError):
    """A key, calendar or step that names no period: one sentence in each language, Vietnamese first."""

    def __init__(self, message_vi: str, message_en: str) -> None:
        super().__init__(f"{message_vi} / {message_en}")
        self.message_vi = message_vi
        self.message_en = message_en

    def __reduce__(self) -> tuple[type[PeriodError], tuple[str, str]]:
        return type(self), (self.message_vi, self.message_en)  # readers of files are child processes


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period. Made by `Period.parse`, `period_of` or a step from another period.

    Equal and hashed by calendar and key; ordered by window, then calendar and key. An ad hoc period has no
    window of its own: the request gives it (`with_window`), and until then it sorts by the year of its key.
    """

    calendar: str
    key: str
    kind: Kind = field(compare=False)
    window: tuple[dt.date, dt.date] | None = field(compare=False)
    year: int = field(compare=False, repr=False)
    """The year its key names; for a month the body's own year is `containing("year")`."""
    ordinal: int = field(compare=False, repr=False)
    """Month 1-12, quarter 1-4, half 1-2, year 1, ad hoc its number (0: not numbered yet), series 0."""

    @classmethod
    def parse(cls, calendar: str, key: str) -> Period:
        """The period of a key: `2024-07`, `2024-Q3`, `2024-H1`, `2024`, `2024-A003`, `2024-A`, `series`.

        Raises PeriodError for an unknown calendar, a wrong key, or a period the calendar does not reach.
        """
        return _parse(calendar, key)

    @property
    def date_from(self) -> dt.date:
        """First day. Raises PeriodError for an ad hoc period whose window was not given."""
        return self._window()[0]

    @property
    def date_to(self) -> dt.date:
        """Last day, inclusive: the cut-off. Raises PeriodError as `date_from` does."""
        return self._window()[1]

    @property
    def is_regular(self) -> bool:
        """Whether the window follows from the calendar (not ad hoc, not a series)."""
        return self.kind in REGULAR_KINDS

    def with_window(self, date_from: dt.date, date_to: dt.date) -> Period:
        """An ad hoc period with the window its request states, both days inclusive.

        Raises PeriodError otherwise.
        """
        if self.kind != "ad_hoc":
            raise PeriodError(
                f"Kỳ {self.key} có thời gian theo lịch {self.calendar}, không đặt riêng được.",
                f"Period {self.key} has the window of calendar {self.calendar}; it cannot be given another.",
            )
        if date_from > date_to:
            raise PeriodError(
                "Ngày đầu kỳ phải không sau ngày cuối kỳ.",
                "The first day of a window is not after its last day.",
            )
        return replace(self, window=(date_from, date_to))

    def numbered(self, number: int) -> Period:
        """The ad hoc period of the same year under a number (1 to 999). Raises PeriodError otherwise."""
        if self.kind != "ad_hoc" or not 1 <= number <= 999:
            raise PeriodError(
                "Chỉ báo cáo đột xuất được đánh số, từ 1 đến 999.",
                "Only ad hoc reports are numbered, from 1 to 999.",
            )
        return replace(_parse(self.calendar, f"{self.year:04d}-A{number:03d}"), window=self.window)

    def months(self) -> tuple[Period, ...]:
        """Months of the window in order; empty for ad hoc and series, which are never summed from months."""
        return tuple(_month(self.calendar, number) for number in self._numbers())

    def parts(self) -> tuple[Period, ...]:
        """Periods of the next shorter kind: halves of a year, quarters of a half, months of a quarter."""
        if not self.is_regular or self.kind == "month":
            return ()
        shorter = REGULAR_KINDS[REGULAR_KINDS.index(self.kind) - 1]
        return tuple(dict.fromkeys(month.containing(shorter) for month in self.months()))

    def containing(self, kind: Kind) -> Period:
        """The period of an equal or longer kind that holds this one.

        Raises PeriodError for any other kind.
        """
        if kind == self.kind:
            return self
        ranks = {name: rank for rank, name in enumerate(REGULAR_KINDS)}
        if ranks.get(kind, -1) < ranks.get(self.kind, len(ranks)):
            raise PeriodError(
                f"Kỳ {self.key} không nằm trong một kỳ {_KIND_VI.get(kind, kind)}.",
                f"Period {self.key} does not lie in a period of kind {kind}.",
            )
        return _containing(self.calendar, self._numbers()[0], kind)

    def previous(self) -> Period:
        """The period of the same kind just before.

        Raises PeriodError for ad hoc, series, and at the calendar's start.
        """
        self._check_steps()
        return period_of(self.calendar, self.kind, self.date_from - dt.timedelta(days=1))

    def next(self) -> Period:
        """The period of the same kind just after.

        Raises PeriodError for ad hoc, series, and at the calendar's end.
        """
        self._check_steps()
        return period_of(self.calendar, self.kind, self.date_to + dt.timedelta(days=1))

    def same_period_last_year(self) -> Period:
        """*Cùng kỳ năm trước*: the period of the same name one year before.

        Raises PeriodError as `previous` does.
        """
        self._check_steps()
        return _parse(self.calendar, f"{self.year - 1:04d}{self.key[4:]}")

    @property
    def window_vi(self) -> str:
        """`15/6/2024–14/7/2024`. Raises PeriodError for an ad hoc period whose window was not given."""
        return f"{_day_vi(self.date_from)}–{_day_vi(self.date_to)}"

    @property
    def window_en(self) -> str:
        """`15 June 2024 – 14 July 2024`. Raises PeriodError as `window_vi` does."""
        return f"{_day_en(self.date_from)} – {_day_en(self.date_to)}"

    @property
    def label_vi(self) -> str:
        """Vietnamese name; with the window where the name alone would be read as other days."""
        match self.kind:
            case "month":
                name = f"Tháng {self.ordinal} năm {self.year}"
            case "quarter":
                name = f"Quý {_ROMAN[self.ordinal - 1]} năm {self.year}"
            case "half":
                name = f"6 tháng {('đầu', 'cuối')[self.ordinal - 1]} năm {self.year}"
            case "year":
                name = f"Năm {self.year}"
            case "ad_hoc" if self.ordinal:
                name = f"Báo cáo đột xuất số {self.ordinal} năm {self.year}"
            case "ad_hoc":
                name = f"Báo cáo đột xuất năm {self.year} (chưa đánh số)"
            case "series":
                name = f"Chuỗi số liệu từ năm {self.year}"
        return f"{name} ({self.window_vi})" if self._prints_window() else name

    @property
    def label_en(self) -> str:
        """English name; with the window where the name alone would be read as other days."""
        match self.kind:
            case "month":
                name = f"{_MONTHS[self.ordinal - 1]} {self.year}"
            case "quarter" | "half":
                name = f"{_ORDINAL[self.ordinal - 1]} {self.kind} of {self.year}"
            case "year":
                name = f"Year {self.year}"
            case "ad_hoc" if self.ordinal:
                name = f"Ad hoc report no. {self.ordinal} of {self.year}"
            case "ad_hoc":
                name = f"Ad hoc report of {self.year} (not numbered yet)"
            case "series":
                name = f"Series from {self.year}"
        return f"{name} ({self.window_en})" if self._prints_window() else name

    def __str__(self) -> str:
        return self.key

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return self._sort_key() < other._sort_key()

    def _sort_key(self) -> tuple[dt.date, dt.date, str, str]:
        # An ad hoc window is no part of its identity, so it may not decide the order either.
        if self.window is None or self.kind == "ad_hoc":
            return dt.date(self.year, 1, 1), dt.date(self.year, 12, 31), self.calendar, self.key
        return (*self.window, self.calendar, self.key)

    def _window(self) -> tuple[dt.date, dt.date]:
        if self.window is None:
            raise PeriodError(
                f"Kỳ đột xuất {self.key} chưa có ngày đầu, ngày cuối; yêu cầu báo cáo phải nêu.",
                f"Ad hoc period {self.key} has no window yet; the request states it.",
            )
        return self.window

    def _numbers(self) -> range:
        if not self.is_regular:
            return range(0)
        return _numbers(_calendar(self.calendar), self.kind, self.year, self.ordinal)

    def _check_steps(self) -> None:
        if not self.is_regular:
            raise PeriodError(
                f"Kỳ {self.key} không có kỳ trước, kỳ sau hay cùng kỳ.",
                f"Period {self.key} has no period before it, after it or a year before.",
            )

    def _prints_window(self) -> bool:
        if not self.is_regular:
            return False
        if self.kind == "month":
            return self.date_from.day != 1
        return month_number(self.year, 1) != _calendar(self.calendar).year_months(self.year)[0]


def period_of(calendar: str, kind: Kind, day: dt.date) -> Period:
    """The period of a regular kind that holds a day.

    Raises PeriodError outside the calendar or for other kinds.
    """
    if kind not in REGULAR_KINDS:
        raise PeriodError(
            f"Kỳ {_KIND_VI.get(kind, kind)} không suy ra được từ một ngày.",
            f"A period of kind {kind} does not follow from a day.",
        )
    try:
        number = _calendar(calendar).month_on(day)
    except (CalendarError, ValueError, OverflowError):
        raise _unreached(calendar, day.isoformat()) from None
    return _month(calendar, number).containing(kind)


def periods_ending_between(
    calendar: str, kinds: Iterable[Kind], first: dt.date, last: dt.date
) -> tuple[Period, ...]:
    """Regular periods whose last day lies in [first, last], by last day, shorter before longer.

    Ad hoc and series end on no day of a calendar and are passed over; days outside the calendar hold no
    period. Raises PeriodError for an unknown calendar.
    """
    wanted = set(kinds)
    first = max(first, _calendar(calendar).rows[0].valid_from)
    last = min(last, dt.date(9998, 11, 30))  # the last year a date can close is 9999, and next() looks beyond
    found: list[Period] = []
    if first > last:
        return ()
    month = period_of(calendar, "month", first)
    while month.date_to <= last:
        for kind in REGULAR_KINDS:
            if kind in wanted and (period := month.containing(kind)).date_to == month.date_to:
                found.append(period)
        month = month.next()
    return tuple(found)


@lru_cache(maxsize=8192)
def _parse(calendar: str, key: str) -> Period:
    known = _calendar(calendar)
    series = load_series_window()
    if key == "series" and calendar == series.calendar:
        return Period(calendar, key, "series", (series.date_from, series.date_to), series.date_from.year, 0)
    match = _KEY.fullmatch(key)
    if match is None or match["year"] == "0000":
        shown = key if len(key) <= 20 else key[:20] + "…"
        raise PeriodError(
            f"“{shown}” không phải là kỳ báo cáo; viết tháng 2024-07, quý 2024-Q3, 6 tháng 2024-H1, năm 2024 "
            "hoặc đột xuất 2024-A003.",
            f"“{shown}” is not a reporting period; write a month 2024-07, quarter 2024-Q3, half 2024-H1, "
            "year 2024 or ad hoc 2024-A003.",
        )
    year = int(match["year"])
    if match["ad_hoc"]:
        return Period(calendar, key, "ad_hoc", None, year, int(match["request"] or 0))
    kind: Kind = next((name for name in ("month", "quarter", "half") if match[name]), "year")
    ordinal = int(match[kind]) if kind != "year" else 1
    try:
        numbers = _numbers(known, kind, year, ordinal)
        window = known.month_window(numbers[0])[0], known.month_window(numbers[-1])[1]
    except (CalendarError, ValueError, OverflowError, IndexError):
        raise _unreached(calendar, key) from None
    return Period(calendar, key, kind, window, year, ordinal)


def _numbers(calendar: Calendar, kind: Kind, year: int, ordinal: int) -> range:
    """Month numbers of a regular period.

    A year cut short by a decision has fewer; the last part takes the rest.
    """
    if kind == "month":
        number = month_number(year, ordinal)
        return range(number, number + 1)
    months = calendar.year_months(year)
    length, last = {"quarter": (3, 4), "half": (6, 2), "year": (12, 1)}[kind]
    return months[length * (ordinal - 1) : len(months) if ordinal == last else length * ordinal]


@lru_cache(maxsize=8192)
def _containing(calendar: str, number: MonthNumber, kind: Kind) -> Period:
    known = _calendar(calendar)
    try:
        year = known.year_of_month(number)
        at = number - known.year_months(year)[0]
    except CalendarError:
        raise _unreached(calendar, month_key(number)) from None
    suffix = {"quarter": f"-Q{min(at // 3, 3) + 1}", "half": f"-H{min(at // 6, 1) + 1}", "year": ""}[kind]
    return _parse(calendar, f"{year:04d}{suffix}")


def _month(calendar: str, number: MonthNumber) -> Period:
    return _parse(calendar, month_key(number))


def _calendar(name: str) -> Calendar:
    calendars = load_calendars()
    if name not in calendars:
        known = ", ".join(calendars)
        raise PeriodError(
            f"Không có lịch báo cáo “{name[:20]}”; các lịch: {known}.",
            f"There is no calendar “{name[:20]}”; calendars: {known}.",
        )
    return calendars[name]


def _unreached(calendar: str, what: str) -> PeriodError:
    first = load_calendars()[calendar].rows[0].valid_from
    return PeriodError(
        f"Lịch {calendar} không có kỳ cho {what}; lịch này bắt đầu từ {_day_vi(first)}.",
        f"Calendar {calendar} has no period for {what}; it begins on {_day_en(first)}.",
    )


def _day_vi(day: dt.date) -> str:
    # Administrative style: a leading zero for days below 10 and for months 1 and 2 only.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


def _day_en(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
