"""The frozen table of working days against the library; deadlines over Tết and make-up Saturdays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts.periods import Period
from ingestion.contracts.working_days import (
    LIBRARY,
    WorkingDayError,
    add_working_days,
    deadline_of,
    derive_from_holidays,
    is_working_day,
    load_special_days,
)

D = dt.date


def due(cut_off: dt.date, working_days: int) -> str:
    return deadline_of(cut_off, working_days).isoformat()


@pytest.mark.parametrize("years", [range(2020, 2027), range(2027, 2032)], ids=["announced", "estimated"])
def test_the_frozen_table_is_what_the_library_says(years: range) -> None:
    frozen = tuple(day for day in load_special_days() if day.source == LIBRARY and day.date.year in years)
    assert frozen == derive_from_holidays(years)


def test_days_the_library_lacks_name_their_source() -> None:
    others = {day.date: day for day in load_special_days() if day.source != LIBRARY}
    assert sorted(others) == [D(2026, 1, 2), D(2026, 1, 10)]
    assert all("25/12/2025" in day.source and day.mark == "V" for day in others.values())


def test_years_not_announced_yet_are_marked_as_estimates() -> None:
    marks: dict[int, set[str]] = {}
    for day in load_special_days():
        marks.setdefault(day.date.year, set()).add(day.mark)
    assert set(marks) == set(range(2020, 2032))
    assert all(marks[year] == {"R"} for year in range(2027, 2032))
    assert all("R" not in marks[year] for year in range(2020, 2027))


@pytest.mark.parametrize(
    ("cut_off", "working_days", "deadline"),
    [
        # the usual case: 14 + 3 working days is the 17th
        (D(2024, 5, 14), 3, "2024-05-17T23:59:59+07:00"),
        (D(2024, 5, 14), 2, "2024-05-16T23:59:59+07:00"),
        (D(2024, 6, 14), 3, "2024-06-19T23:59:59+07:00"),  # a Friday: the weekend does not count
        # Tết 2024: 08/02 to 14/02 free, the cut-off is the last free day
        (D(2024, 2, 14), 2, "2024-02-16T23:59:59+07:00"),
        (D(2024, 2, 7), 1, "2024-02-15T23:59:59+07:00"),
        # Tết 2025: 25/01 to 02/02 free
        (D(2025, 1, 24), 3, "2025-02-05T23:59:59+07:00"),
        # Tết 2026: 14/02 to 22/02 free, and nd09's month 2026-02 ends on the first of these days
        (D(2026, 2, 14), 3, "2026-02-25T23:59:59+07:00"),
        (D(2026, 2, 13), 2, "2026-02-24T23:59:59+07:00"),
        # make-up Saturdays count: 04/5/2024, 26/4/2025, 10/01/2026, 22/8/2026
        (D(2024, 5, 3), 1, "2024-05-04T23:59:59+07:00"),
        (D(2024, 4, 26), 3, "2024-05-04T23:59:59+07:00"),
        (D(2025, 4, 25), 2, "2025-04-28T23:59:59+07:00"),
        (D(2025, 12, 31), 3, "2026-01-07T23:59:59+07:00"),
        (D(2026, 1, 9), 1, "2026-01-10T23:59:59+07:00"),
        (D(2026, 8, 21), 1, "2026-08-22T23:59:59+07:00"),
    ],
)
def test_a_deadline_is_the_end_of_the_nth_working_day(
    cut_off: dt.date, working_days: int, deadline: str
) -> None:
    assert due(cut_off, working_days) == deadline


def test_the_month_of_a_period_gives_its_deadline() -> None:
    assert due(Period.parse("nd09", "2024-07").date_to, 3) == "2024-07-17T23:59:59+07:00"
    assert due(Period.parse("vks", "2024-11").date_to, 3) == "2024-12-04T23:59:59+07:00"


def test_plain_weekends_never_count_and_plain_weekdays_do() -> None:
    assert not is_working_day(D(2024, 7, 13))
    assert not is_working_day(D(2024, 7, 14))
    assert is_working_day(D(2024, 7, 15))
    assert not is_working_day(D(2024, 9, 2))


@given(day=st.dates(D(2020, 1, 1), D(2031, 11, 1)), count=st.integers(1, 25))
def test_adding_working_days_passes_exactly_that_many(day: dt.date, count: int) -> None:
    reached = add_working_days(day, count)
    between = [day + dt.timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert sum(is_working_day(each) for each in between) == count
    assert is_working_day(reached)


def test_days_outside_the_table_are_refused_and_not_guessed() -> None:
    with pytest.raises(WorkingDayError, match="từ năm 2020 đến năm 2031, không có ngày 01/01/2032"):
        add_working_days(D(2031, 12, 31), 1)
    with pytest.raises(WorkingDayError, match="31/12/2019"):
        is_working_day(D(2019, 12, 31))
    with pytest.raises(WorkingDayError, match="từ 0 trở lên"):
        add_working_days(D(2024, 1, 1), -1)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["day,is_working"], "line 1: the columns must be date"),
        (["2024-02-08,false,Tết,holidays"], "line 2: the line must have 5 cells"),
        (["08/02/2024,false,Tết,holidays,D"], "line 2: “08/02/2024” is not a date"),
        (["2024-02-08,no,Tết,holidays,D"], "line 2: is_working is true or false"),
        (["2024-02-08,false,Tết,holidays,X"], "line 2: the mark is V, D, P or R"),
        (["2024-02-10,false,Tết,holidays,D"], "line 2: 2024-02-10 is a free weekend day anyway"),
        (["2024-02-08,true,Tết,holidays,D"], "line 2: 2024-02-08 is a working weekday anyway"),
        (
            ["2024-02-09,false,Tết,holidays,D", "2024-02-08,false,Tết,holidays,D"],
            "line 3: 2024-02-08 must come",
        ),
        ([], "the table is empty"),
    ],
)
def test_a_broken_table_names_file_and_line(tmp_path: Path, lines: list[str], complaint: str) -> None:
    header = [] if lines and lines[0].startswith("day") else ["date,is_working,name_vi,source,mark"]
    path = tmp_path / "working_days.csv"
    path.write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(WorkingDayError, match=complaint) as caught:
        load_special_days(path)
    assert str(caught.value).startswith("working_days.csv")
