"""The calendar file and the windows that follow from it, also where a decision moves a year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from ingestion.contracts.calendars import (
    DATA,
    Calendar,
    CalendarError,
    load_calendars,
    load_series_window,
    month_key,
    month_number,
)

D = dt.date
FILE = DATA / "calendars.yaml"


def calendar_of(*rows: dict[str, object]) -> Calendar:
    shared = {"source": "thử", "mark": "P"}
    return Calendar.model_validate(
        {"name": "thu", "label": {"vi": "thử", "en": "trial"}, "rows": [shared | row for row in rows]}
    )


def row(
    valid_from: str, valid_to: str | None = None, day: int = 1, month: int = 1, of: str = "same"
) -> dict[str, object]:
    return {
        "valid_from": valid_from,
        "valid_to": valid_to,
        "month_starts": {"day": day, "of": "same" if day == 1 else "previous"},
        "year_starts": {"month": month, "of": of},
    }


def test_the_five_calendars_are_there_with_source_and_mark() -> None:
    calendars = load_calendars()
    assert list(calendars) == ["nd09", "vks", "tand", "tuphap", "calendar"]
    marks = {name: [line.mark for line in calendar.rows] for name, calendar in calendars.items()}
    assert marks == {"nd09": ["V"], "vks": ["V", "R"], "tand": ["R"], "tuphap": ["V"], "calendar": ["D"]}
    assert all(line.source for calendar in calendars.values() for line in calendar.rows)


@pytest.mark.parametrize(
    ("name", "first_month", "first_day", "last_day"),
    [
        ("nd09", "2024-01", D(2023, 12, 15), D(2024, 12, 14)),
        ("vks", "2023-12", D(2023, 12, 1), D(2024, 11, 30)),
        ("tand", "2023-10", D(2023, 10, 1), D(2024, 9, 30)),
        ("tuphap", "2024-01", D(2024, 1, 1), D(2024, 12, 31)),
        ("calendar", "2024-01", D(2024, 1, 1), D(2024, 12, 31)),
    ],
)
def test_year_2024_has_its_own_window_in_each_calendar(
    name: str, first_month: str, first_day: dt.date, last_day: dt.date
) -> None:
    calendar = load_calendars()[name]
    months = calendar.year_months(2024)
    assert len(months) == 12
    assert month_key(months[0]) == first_month
    assert (calendar.month_window(months[0])[0], calendar.month_window(months[-1])[1]) == (
        first_day,
        last_day,
    )


def test_a_decision_that_moves_the_year_forward_makes_one_short_year_without_gap() -> None:
    calendar = calendar_of(
        row("2012-12-01", "2025-09-30", month=12, of="previous"), row("2025-10-01", month=10, of="previous")
    )
    assert [month_key(number) for number in calendar.year_months(2025)] == [
        *["2024-12"],
        *[f"2025-{month:02d}" for month in range(1, 10)],
    ]
    assert calendar.year_months(2025).stop == calendar.year_months(2026).start
    assert len(calendar.year_months(2026)) == 12
    assert calendar.year_of_month(month_number(2025, 9)) == 2025
    assert calendar.year_of_month(month_number(2025, 10)) == 2026


def test_a_decision_that_moves_the_month_start_stretches_one_month_without_gap() -> None:
    calendar = calendar_of(row("2018-12-15", "2026-12-31", day=15), row("2027-01-01"))
    assert calendar.month_window(month_number(2026, 12)) == (D(2026, 11, 15), D(2026, 12, 14))
    assert calendar.month_window(month_number(2027, 1)) == (D(2026, 12, 15), D(2027, 1, 31))
    assert calendar.month_on(D(2026, 12, 20)) == month_number(2027, 1)
    assert calendar.month_on(D(2027, 1, 31)) == month_number(2027, 1)
    assert calendar.month_on(D(2027, 2, 1)) == month_number(2027, 2)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row("2024-01-01", "2024-12-31"), row("2026-01-01")], "day after the row before ends"),
        ([row("2024-01-01", "2025-02-28"), row("2025-03-01")], "must begin with a month that opens a year"),
        ([row("2024-03-01")], "must begin with a month that opens a year"),
        ([row("2024-01-01", "2024-12-31")], "the last row stays open"),
        (
            [row("2023-10-01", "2026-12-31", month=10, of="previous"), row("2027-01-01")],
            "year 2027 opens twice, at 2026-10 and at 2027-01",
        ),
        ([row("2024-01-01", day=30)], "less than or equal to 28"),
    ],
)
def test_rows_that_leave_a_gap_or_cut_a_year_are_refused(
    rows: list[dict[str, object]], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        calendar_of(*rows)


def test_a_broken_calendar_file_gives_one_line_that_names_file_and_place(tmp_path: Path) -> None:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    content["calendars"]["tand"]["rows"][0]["year_starts"]["month"] = 13
    broken = tmp_path / "calendars.yaml"
    broken.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(
        CalendarError, match=r"^calendars\.yaml: calendars\.tand\.rows\.0\.year_starts"
    ) as caught:
        load_calendars(broken)
    assert "\n" not in str(caught.value)

    content["calendars"]["tand"]["rows"][0]["year_starts"]["month"] = 9
    moved = tmp_path / "moved.yaml"
    moved.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CalendarError, match=r"^moved\.yaml: calendar tand: the row from 2012-10-01"):
        load_calendars(moved)


def test_a_day_before_the_calendar_has_no_month() -> None:
    with pytest.raises(CalendarError, match="has no rule on 2018-12-14"):
        load_calendars()["nd09"].month_on(D(2018, 12, 14))
    assert load_calendars()["nd09"].month_on(D(2018, 12, 15)) == month_number(2019, 1)


def test_the_series_of_reference_forms_has_an_open_window() -> None:
    series = load_series_window()
    assert (series.calendar, series.date_from, series.date_to) == ("calendar", D(2003, 1, 1), D(9999, 12, 31))
