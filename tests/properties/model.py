"""Who owes what, and in which state it is at any instant: a second reading of the papers, to check the product by.

Nothing of the product is imported: calendars, working days, units and successions are written down here once more, for
the units, forms and months that the histories use. Where this file and the product differ, one of them misreads the
regime. Driving the product through a history stands in `histories`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

HANOI = dt.timezone(dt.timedelta(hours=7))
Day = dt.date

# Every period that ends in these days is under test: the turn of the year, Tết 2025, the reform of 01/03 and 01/07/2025.
FIRST_END, LAST_END = Day(2024, 11, 14), Day(2025, 12, 14)

HOLIDAYS = {
    Day(2025, 1, 1),
    *(Day(2025, 1, n) for n in range(25, 32)),
    *(Day(2025, 2, n) for n in (1, 2)),
    Day(2025, 4, 7),
    Day(2025, 4, 30),
    Day(2025, 5, 1),
    Day(2025, 5, 2),
    Day(2025, 9, 1),
    Day(2025, 9, 2),
}
MAKE_UP_SATURDAYS = {Day(2025, 4, 26)}

# How many months before January the body's own year begins, and the day on which a month begins (15: of the month before).
CALENDARS = {"nd09": (0, 15), "vks": (1, 1), "tand": (3, 1)}
# Form: its calendar, and the working days after the cut-off by class of unit.
FORMS = {
    "police__crime_reports": ("nd09", {"provincial_police": 3, "district_police": 2}),
    "procuracy__prosecutions": ("vks", {"procuracy": 3}),
    "courts__trials": ("tand", {"courts": 3}),
    "social_services__victim_supports": ("nd09", {"social_services": 3}),
}
# Unit: its class, its first day in it and its last.
UNITS = {
    "cat_24": ("provincial_police", Day.min, Day.max),
    "cah_215": ("district_police", Day.min, Day(2025, 2, 28)),
    "cah_219": ("district_police", Day.min, Day(2025, 2, 28)),
    "cah_221": ("district_police", Day.min, Day(2024, 12, 31)),
    "cah_224": ("district_police", Day(2025, 1, 1), Day(2025, 2, 28)),
    "vks_24": ("procuracy", Day.min, Day.max),
    "tand_24": ("courts", Day.min, Day.max),
    "ldtbxh_24": ("social_services", Day.min, Day(2025, 2, 28)),
    "syt_24": ("social_services", Day(2025, 3, 1), Day.max),
    "snv_24": ("social_services", Day(2025, 3, 1), Day.max),
}
# A unit that has ended, the day from which another stands in its place, and that other.
HEIRS = {
    "cah_221": [(Day(2025, 1, 1), "cah_213"), (Day(2025, 3, 1), "cat_24")],
    "cah_215": [(Day(2025, 3, 1), "cat_24")],
    "cah_219": [(Day(2025, 3, 1), "cat_24")],
    "cah_224": [(Day(2025, 3, 1), "cat_24")],
    "ldtbxh_24": [(Day(2025, 3, 1), "syt_24")],
}
# Days on which a unit took in others, other than one to one.
TOOK_IN = {"cat_24": [Day(2025, 3, 1)]}


@dataclass(frozen=True)
class Obligation:
    form: str
    unit: str
    period: str
    calendar: str
    first: Day
    last: Day
    due_at: dt.datetime
    is_owed: bool

    @property
    def begins(self) -> dt.datetime:
        return midnight(self.first)

    @property
    def cut_off(self) -> dt.datetime:
        """The first instant after the period."""
        return midnight(self.last + dt.timedelta(days=1))


@dataclass
class Filing:
    """`verdict` and `judged` are None while it waits; `turn` says which of two judged at one instant came later."""

    number: int
    received: dt.datetime
    stated: dt.datetime | None = None
    is_duplicate: bool = False
    verdict: str | None = None
    judged: dt.datetime | None = None
    turn: int = 0
    withdrawn: dt.datetime | None = None

    @property
    def counted_from(self) -> dt.datetime:
        """The time by which it is early or late: what an archive states, else what was seen."""
        return self.stated or self.received

    def accepted_at(self, t: dt.datetime) -> bool:
        """It had been accepted by `t` and was not withdrawn by then."""
        return (
            self.judged is not None
            and self.judged <= t
            and self.verdict in ("accepted", "accepted_with_warnings")
            and not self.withdrawn_at(t)
        )

    def withdrawn_at(self, t: dt.datetime) -> bool:
        return self.withdrawn is not None and self.withdrawn <= t


@dataclass(frozen=True)
class Waiver:
    """Counts from the instant it was granted through the whole day `until`."""

    granted: dt.datetime
    until: Day

    @property
    def expires(self) -> dt.datetime:
        return midnight(self.until + dt.timedelta(days=1))


@dataclass
class Record:
    """All that happened to one obligation, in the order in which it was seen."""

    filings: list[Filing] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)


@dataclass(frozen=True)
class Expected:
    state: str
    due_at: dt.datetime
    submission_id: int | None
    first_accepted_on_time: bool | None
    days_late: int | None
    waived_until: dt.datetime | None
    successor_unit: str | None


def midnight(day: Day) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), HANOI)


def is_working(day: Day) -> bool:
    return day in MAKE_UP_SATURDAYS or (day.weekday() < 5 and day not in HOLIDAYS)


def deadline(cut_off_day: Day, working_days: int) -> dt.datetime:
    day = cut_off_day
    while working_days:
        day += dt.timedelta(days=1)
        working_days -= is_working(day)
    return midnight(day).replace(hour=23, minute=59, second=59)


def _month(year: int, month: int) -> tuple[int, int]:
    """Year and month of a month counted from January of `year`; 0 and below lie in the year before."""
    return year + (month - 1) // 12, (month - 1) % 12 + 1


def periods(calendar: str) -> Iterator[tuple[str, int, Day, Day]]:
    """Key, length in months, first and last day of every period of 2024 to 2026, years being the body's own."""
    shift, first_day = CALENDARS[calendar]
    for year in (2024, 2025, 2026):
        for length, sign in ((1, ""), (3, "Q"), (6, "H"), (12, "")):
            for nth in range(12 // length):
                opens = nth * length + 1 - shift
                end_year, end_month = _month(year, opens + length - 1)
                if first_day == 1:
                    first = Day(*_month(year, opens), 1)
                    last = Day(*_month(year, opens + length), 1) - dt.timedelta(days=1)
                else:
                    first = Day(*_month(year, opens - 1), first_day)
                    last = Day(end_year, end_month, first_day - 1)
                key = {1: f"{end_year}-{end_month:02}", 12: str(year)}.get(length, f"{year}-{sign}{nth + 1}")
                yield key, length, first, last


def obligations() -> list[Obligation]:
    """Everything under test: a unit owes the periods that end while it is valid."""
    found = []
    for form, (calendar, due) in FORMS.items():
        for key, length, first, last in periods(calendar):
            if not FIRST_END <= last <= LAST_END:
                continue
            for unit, (unit_class, valid_from, valid_to) in UNITS.items():
                if unit_class in due and valid_from <= last <= valid_to:
                    mixed = length > 1 and any(first < day <= last for day in TOOK_IN.get(unit, []))
                    found.append(
                        Obligation(
                            form, unit, key, calendar, first, last, deadline(last, due[unit_class]), not mixed
                        )
                    )
    return found


def successor(unit: str, t: dt.datetime) -> str | None:
    return next((heir for day, heir in reversed(HEIRS.get(unit, [])) if midnight(day) <= t), None)


def expected(obligation: Obligation, record: Record, t: dt.datetime) -> Expected | None:
    """What is known of an obligation at `t`, from what had been seen by then; None before its period begins."""
    if t < obligation.begins:
        return None
    seen = [f for f in record.filings if f.received <= t and not f.is_duplicate]
    in_force = max((f for f in seen if f.accepted_at(t)), key=lambda f: (f.judged, f.turn), default=None)
    waived_until = max((w.expires for w in record.waivers if w.granted <= t < w.expires), default=None)

    state = _state(obligation, seen, in_force, waived_until, t)
    on_time, days_late = None, None
    if in_force is not None:
        first = min(f.counted_from for f in seen if f.accepted_at(t))
        on_time = first <= obligation.due_at
        days_late = max(_days(obligation.due_at, first), 0)
    elif state in ("missing", "returned"):
        days_late = max(_days(obligation.due_at, t), 0)
    return Expected(
        state,
        obligation.due_at,
        in_force.number if in_force else None,
        on_time,
        days_late,
        waived_until,
        successor(obligation.unit, t),
    )


def _state(
    obligation: Obligation,
    seen: list[Filing],
    in_force: Filing | None,
    waived_until: dt.datetime | None,
    t: dt.datetime,
) -> str:
    if not obligation.is_owed:
        return "not_owed"
    if in_force is not None:
        return in_force.verdict or ""
    if waived_until is not None:
        return "waived"
    if any(f.judged is None or f.judged > t for f in seen):
        return "received"
    if seen and seen[-1].verdict == "returned":
        return "returned"
    if t < obligation.cut_off:
        return "not_due"
    return "due" if t <= obligation.due_at else "missing"


def _days(earlier: dt.datetime, later: dt.datetime) -> int:
    return (later.astimezone(HANOI).date() - earlier.astimezone(HANOI).date()).days
