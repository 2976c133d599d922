"""When a report is due: working days after the cut-off, dates of its own, one working day after an event."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from test_loader import GOOD, line_of, write

from ingestion.contracts.due_dates import due_of
from ingestion.contracts.loader import load_contract, load_contracts
from ingestion.contracts.periods import Period
from ingestion.contracts.working_days import VIETNAM

PLANS = load_contracts().latest("all_bodies__plans")
INCIDENTS = load_contracts().latest("all_bodies__incidents")


def last_second(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59, 59), VIETNAM)


def test_working_days_are_counted_by_class_after_the_cut_off() -> None:
    form = load_contracts().latest("police__crime_reports")
    period = Period.parse(form.calendar, "2024-07")  # to Sunday 14/07/2024
    days = {c: due_of(form, c, period).due_at for c in ("district_police", "provincial_police")}
    assert days == {
        "district_police": last_second(dt.date(2024, 7, 16)),
        "provincial_police": last_second(dt.date(2024, 7, 17)),
    }


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("2021", dt.date(2021, 5, 30)),  # the programme plan: 30 days after the provincial plan of April 2021
        (
            "2022",
            dt.date(2022, 1, 31),
        ),  # in the Tết holidays, and due all the same: these are no working days
        ("2025", dt.date(2025, 1, 31)),
    ],
)
def test_a_plan_is_due_on_a_date_of_its_own_and_owed_by_who_is_there_that_day(key: str, day: dt.date) -> None:
    period = Period.parse(PLANS.calendar, key)
    due = due_of(PLANS, "district_level", period)
    assert (due.owed_on, due.due_at, due.mark) == (day, last_second(day), "P")
    assert due.due_from == dt.datetime.combine(period.date_from, dt.time(), VIETNAM)
    assert due.basis and "đề xuất" in due.basis


def test_what_is_reported_unasked_is_due_a_working_day_after_its_event() -> None:
    friday = dt.date(2024, 7, 12)
    period = Period.parse(INCIDENTS.calendar, "2024-A001").with_window(friday, friday)
    due = due_of(INCIDENTS, None, period)
    assert (due.due_at, due.mark) == (last_second(dt.date(2024, 7, 15)), "P")


def _dates(*dates: dict[str, Any]) -> dict[str, Any]:
    data = copy.deepcopy(GOOD)
    data.pop("due")
    return data | {"due_dates": [{"mark": "P"} | d for d in dates]}


YEARLY = {"month": 1, "day": 31}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_dates({"month": 1}), "month and day, or days after a date"),
        (_dates(YEARLY | {"after": "2021-04-30", "days": 30}), "month and day, or days after a date"),
        (_dates({"month": 2, "day": 30}), "day is out of range"),
        (
            _dates({"after": "2021-04-30", "days": 30, "first_year": 2022}),
            "first_year goes with month and day",
        ),
        (_dates(YEARLY | {"rows": {"cases": "1"}}), "cases, which is not a code field"),
        (_dates(YEARLY | {"rows": {"offence": "nothing"}}), "nothing is not in code list offence"),
        (_dates(YEARLY | {"weekday": 1}), "this key is not known"),
        (_dates(YEARLY) | {"due": {"provincial_police": 3}}, "not both"),
        (
            GOOD | {"own_initiative": {"event": "cases", "working_days": 1, "mark": "P"}},
            "which is not a date",
        ),
    ],
)
def test_a_due_date_that_is_none_is_refused_in_one_line(
    data: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert said in line_of(write(tmp_path, data))


def test_own_dates_of_a_good_contract_are_read(tmp_path: Path) -> None:
    contract = load_contract(write(tmp_path, _dates(YEARLY, {"after": "2021-04-30", "days": 30})))
    assert [d.month for d in contract.due_dates] == [1, None]
