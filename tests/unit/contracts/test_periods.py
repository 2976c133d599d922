"""Periods: windows that tile, keys that round-trip, the papers' worked examples, names and errors."""

from __future__ import annotations

import datetime as dt
import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contracts.periods import (
    REGULAR_KINDS,
    Kind,
    Period,
    PeriodError,
    period_of,
    periods_ending_between,
)

D = dt.date
DAY = dt.timedelta(days=1)
CALENDARS = ("nd09", "vks", "tand", "tuphap", "calendar")

calendars = st.sampled_from(CALENDARS)
kinds = st.sampled_from(REGULAR_KINDS)
days = st.dates(min_value=D(2021, 1, 1), max_value=D(2031, 12, 31))


@given(calendar=calendars, kind=kinds, day=days)
def test_windows_tile_without_gap_or_overlap(calendar: str, kind: Kind, day: dt.date) -> None:
    period = period_of(calendar, kind, day)
    assert period.date_from <= day <= period.date_to
    assert period.previous().date_to + DAY == period.date_from
    assert period.next().date_from == period.date_to + DAY
    assert period.previous().next() == period == period.next().previous()
    assert period.previous() < period < period.next()


@given(calendar=calendars, kind=kinds, day=days)
def test_a_key_parses_to_the_period_it_came_from(calendar: str, kind: Kind, day: dt.date) -> None:
    period = period_of(calendar, kind, day)
    again = Period.parse(calendar, period.key)
    assert again == period
    assert hash(again) == hash(period)
    assert (again.kind, again.window) == (kind, (period.date_from, period.date_to))


@given(calendar=calendars, kind=st.sampled_from(("quarter", "half", "year")), day=days)
def test_parts_and_months_cover_a_longer_period_exactly(calendar: str, kind: Kind, day: dt.date) -> None:
    period = period_of(calendar, kind, day)
    for pieces in (period.parts(), period.months()):
        assert pieces[0].date_from == period.date_from
        assert pieces[-1].date_to == period.date_to
        assert all(a.date_to + DAY == b.date_from for a, b in pairwise(pieces))
        assert all(piece.containing(kind) == period for piece in pieces)
    assert len(period.months()) == {"quarter": 3, "half": 6, "year": 12}[kind]
    assert len(period.parts()) == {"quarter": 3, "half": 2, "year": 2}[kind]


@settings(max_examples=25)
@given(calendar=calendars, first=days, length=st.integers(0, 800))
def test_periods_ending_between_are_those_whose_last_day_lies_there(
    calendar: str, first: dt.date, length: int
) -> None:
    last = first + dt.timedelta(days=length)
    expected = set()
    for offset in range(length + 1):
        day = first + dt.timedelta(days=offset)
        for kind in REGULAR_KINDS:
            if period_of(calendar, kind, day).date_to == day:
                expected.add(period_of(calendar, kind, day))
    found = periods_ending_between(calendar, REGULAR_KINDS, first, last)
    assert set(found) == expected
    assert len(found) == len(expected)
    assert [period.date_to for period in found] == sorted(period.date_to for period in found)


@pytest.mark.parametrize(
    ("calendar", "key", "first", "last"),
    [
        ("nd09", "2024-03", D(2024, 2, 15), D(2024, 3, 14)),
        ("nd09", "2024-01", D(2023, 12, 15), D(2024, 1, 14)),
        ("nd09", "2024-Q1", D(2023, 12, 15), D(2024, 3, 14)),
        ("nd09", "2024-H1", D(2023, 12, 15), D(2024, 6, 14)),
        ("nd09", "2024-H2", D(2024, 6, 15), D(2024, 12, 14)),
        ("nd09", "2024", D(2023, 12, 15), D(2024, 12, 14)),
        ("nd09", "2025-07", D(2025, 6, 15), D(2025, 7, 14)),
        ("vks", "2024", D(2023, 12, 1), D(2024, 11, 30)),
        ("vks", "2024-H1", D(2023, 12, 1), D(2024, 5, 31)),
        ("vks", "2024-Q1", D(2023, 12, 1), D(2024, 2, 29)),
        ("vks", "2023-Q1", D(2022, 12, 1), D(2023, 2, 28)),
        ("vks", "2024-02", D(2024, 2, 1), D(2024, 2, 29)),
        ("tand", "2024", D(2023, 10, 1), D(2024, 9, 30)),
        ("tand", "2024-H1", D(2023, 10, 1), D(2024, 3, 31)),
        ("tand", "2024-Q1", D(2023, 10, 1), D(2023, 12, 31)),
        ("tuphap", "2024-H1", D(2024, 1, 1), D(2024, 6, 30)),
        ("calendar", "2024-Q4", D(2024, 10, 1), D(2024, 12, 31)),
        ("calendar", "series", D(2003, 1, 1), D(9999, 12, 31)),
    ],
)
def test_a_period_has_the_window_of_the_papers(
    calendar: str, key: str, first: dt.date, last: dt.date
) -> None:
    period = Period.parse(calendar, key)
    assert (period.date_from, period.date_to) == (first, last)
    assert str(period) == key


def test_a_month_belongs_to_a_year_by_window_and_not_by_its_label() -> None:
    assert Period.parse("vks", "2023-12").containing("year").key == "2024"
    assert Period.parse("vks", "2024-12").containing("quarter").key == "2025-Q1"
    assert Period.parse("tand", "2023-10").containing("half").key == "2024-H1"
    assert Period.parse("nd09", "2023-12").containing("year").key == "2023"
    assert [month.key for month in Period.parse("vks", "2024").months()] == [
        *["2023-12"],
        *[f"2024-{month:02d}" for month in range(1, 12)],
    ]
    assert [part.key for part in Period.parse("tand", "2024-H2").parts()] == ["2024-Q3", "2024-Q4"]


def test_a_leap_day_lies_in_the_right_month_of_each_calendar() -> None:
    leap = D(2024, 2, 29)
    assert period_of("nd09", "month", leap).key == "2024-03"
    assert (Period.parse("nd09", "2024-03").date_to - Period.parse("nd09", "2024-03").date_from).days == 28
    assert (Period.parse("nd09", "2023-03").date_to - Period.parse("nd09", "2023-03").date_from).days == 27
    assert period_of("vks", "month", leap).date_to == leap
    assert period_of("calendar", "month", D(2023, 2, 28)).date_to == D(2023, 2, 28)


def test_same_period_last_year_keeps_the_name_and_the_calendar() -> None:
    for key, before in [
        ("2025-02", "2024-02"),
        ("2025-Q3", "2024-Q3"),
        ("2025-H1", "2024-H1"),
        ("2025", "2024"),
    ]:
        assert Period.parse("vks", key).same_period_last_year() == Period.parse("vks", before)
    assert Period.parse("vks", "2025-02").same_period_last_year().date_to == D(2024, 2, 29)


def test_periods_fall_due_per_calendar_on_their_own_days() -> None:
    def ending(calendar: str, first: dt.date, last: dt.date) -> list[str]:
        return [period.key for period in periods_ending_between(calendar, REGULAR_KINDS, first, last)]

    assert ending("nd09", D(2024, 6, 14), D(2024, 6, 14)) == ["2024-06", "2024-Q2", "2024-H1"]
    assert ending("nd09", D(2024, 6, 15), D(2024, 7, 13)) == []
    assert ending("vks", D(2024, 11, 30), D(2024, 11, 30)) == ["2024-11", "2024-Q4", "2024-H2", "2024"]
    assert ending("tand", D(2024, 9, 1), D(2024, 9, 30)) == ["2024-09", "2024-Q4", "2024-H2", "2024"]
    only_years = periods_ending_between("nd09", ["year", "ad_hoc"], D(2023, 1, 1), D(2024, 12, 14))
    assert [period.key for period in only_years] == ["2023", "2024"]
    assert ending("nd09", D(2000, 1, 1), D(2019, 2, 1)) == ["2019-01"]
    assert ending("nd09", D(2024, 7, 14), D(2024, 7, 13)) == []


def test_periods_sort_by_window_across_calendars() -> None:
    periods = [Period.parse(c, "2024") for c in ("calendar", "nd09", "vks", "tand")]
    assert [period.calendar for period in sorted(periods)] == ["tand", "vks", "nd09", "calendar"]
    assert Period.parse("nd09", "2024") != Period.parse("calendar", "2024")
    assert len({Period.parse("nd09", "2024"), Period.parse("nd09", "2024"), *periods}) == 4
    assert Period.parse("nd09", "2024-01") < Period.parse("nd09", "2024-Q1") < Period.parse("nd09", "2024")


def test_an_ad_hoc_period_has_the_window_its_request_gives() -> None:
    period = Period.parse("nd09", "2024-A003")
    assert (period.kind, period.year, period.ordinal, period.is_regular) == ("ad_hoc", 2024, 3, False)
    with pytest.raises(PeriodError, match="chưa có ngày đầu"):
        _ = period.date_to
    windowed = period.with_window(D(2024, 5, 1), D(2024, 5, 20))
    assert (windowed.date_from, windowed.date_to) == (D(2024, 5, 1), D(2024, 5, 20))
    assert windowed == period
    assert not windowed < period and not period < windowed
    assert period.months() == period.parts() == ()
    with pytest.raises(PeriodError, match="không sau ngày cuối"):
        period.with_window(D(2024, 5, 2), D(2024, 5, 1))
    for step in (period.next, period.previous, period.same_period_last_year):
        with pytest.raises(PeriodError, match="không có kỳ trước"):
            step()


def test_an_own_initiative_report_is_numbered_at_receipt() -> None:
    sent = Period.parse("nd09", "2024-A").with_window(D(2024, 5, 1), D(2024, 5, 2))
    assert (sent.kind, sent.ordinal) == ("ad_hoc", 0)
    numbered = sent.numbered(12)
    assert (numbered.key, numbered.window) == ("2024-A012", sent.window)
    with pytest.raises(PeriodError, match="từ 1 đến 999"):
        sent.numbered(1000)
    with pytest.raises(PeriodError, match="Chỉ báo cáo đột xuất"):
        Period.parse("nd09", "2024-07").numbered(1)


@pytest.mark.parametrize(
    ("calendar", "key", "vi", "en"),
    [
        (
            "nd09",
            "2024-07",
            "Tháng 7 năm 2024 (15/6/2024–14/7/2024)",
            "July 2024 (15 June 2024 – 14 July 2024)",
        ),
        ("vks", "2024-07", "Tháng 7 năm 2024", "July 2024"),
        ("nd09", "2024-Q3", "Quý III năm 2024", "Third quarter of 2024"),
        ("nd09", "2024-H1", "6 tháng đầu năm 2024", "First half of 2024"),
        ("nd09", "2024-H2", "6 tháng cuối năm 2024", "Second half of 2024"),
        ("nd09", "2024", "Năm 2024", "Year 2024"),
        (
            "tand",
            "2024-Q1",
            "Quý I năm 2024 (01/10/2023–31/12/2023)",
            "First quarter of 2024 (1 October 2023 – 31 December 2023)",
        ),
        ("vks", "2024", "Năm 2024 (01/12/2023–30/11/2024)", "Year 2024 (1 December 2023 – 30 November 2024)"),
        ("nd09", "2024-A003", "Báo cáo đột xuất số 3 năm 2024", "Ad hoc report no. 3 of 2024"),
        (
            "nd09",
            "2024-A",
            "Báo cáo đột xuất năm 2024 (chưa đánh số)",
            "Ad hoc report of 2024 (not numbered yet)",
        ),
        ("calendar", "series", "Chuỗi số liệu từ năm 2003", "Series from 2003"),
    ],
)
def test_a_period_is_named_as_its_body_writes_it(calendar: str, key: str, vi: str, en: str) -> None:
    period = Period.parse(calendar, key)
    assert (period.label_vi, period.label_en) == (vi, en)


def test_dates_carry_a_leading_zero_only_where_the_administrative_style_has_one() -> None:
    assert Period.parse("nd09", "2024-02").window_vi == "15/01/2024–14/02/2024"
    assert Period.parse("vks", "2024-03").window_vi == "01/3/2024–31/3/2024"


@pytest.mark.parametrize(
    "key",
    [
        "", "2024-13", "2024-00", "2024-7", "24-07", "2024-Q5", "2024-Q0", "2024-H3", "2024-A000", "2024-A12",
        "2024-q3", " 2024", "2024-07-01", "tháng 7", "0000", "٢٠٢٤", "series", "2024-A0001", "2024\n",
    ],
)  # fmt: skip
def test_a_wrong_key_gives_one_sentence_in_each_language(key: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse("nd09", key)
    assert "không phải là kỳ báo cáo" in caught.value.message_vi
    assert "is not a reporting period" in caught.value.message_en


def test_a_long_wrong_key_is_not_repeated_in_full() -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse("nd09", "x" * 500)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("calendar", "key"), [("nd09", "2018"), ("nd09", "2018-12"), ("nd09", "9999"), ("vks", "9999-12")]
)
def test_a_period_the_calendar_does_not_reach_is_refused(calendar: str, key: str) -> None:
    with pytest.raises(PeriodError, match=f"Lịch {calendar} không có kỳ cho {key}"):
        Period.parse(calendar, key)


def test_an_unknown_calendar_is_refused_by_name() -> None:
    with pytest.raises(PeriodError, match="Không có lịch báo cáo “nd10”"):
        Period.parse("nd10", "2024")
    with pytest.raises(PeriodError, match="Không có lịch báo cáo “nd10”"):
        periods_ending_between("nd10", ["month"], D(2024, 1, 1), D(2024, 2, 1))


def test_a_shorter_kind_does_not_contain_a_longer_period() -> None:
    for period, kind in [
        (Period.parse("nd09", "2024"), "month"),
        (Period.parse("nd09", "2024-H1"), "quarter"),
        (Period.parse("nd09", "2024-A001"), "year"),
        (Period.parse("nd09", "2024-07"), "series"),
    ]:
        with pytest.raises(PeriodError, match="không nằm trong một kỳ"):
            period.containing(kind)  # type: ignore[arg-type]


def test_the_first_period_of_a_calendar_has_none_before_it() -> None:
    with pytest.raises(PeriodError, match="bắt đầu từ 15/12/2018"):
        Period.parse("nd09", "2019-01").previous()


def test_periods_and_their_errors_cross_a_process_border() -> None:
    period = Period.parse("nd09", "2024-Q3")
    assert pickle.loads(pickle.dumps(period)) == period
    error = PeriodError("sai", "wrong")
    again = pickle.loads(pickle.dumps(error))
    assert (again.message_vi, again.message_en, str(again)) == ("sai", "wrong", "sai / wrong")
