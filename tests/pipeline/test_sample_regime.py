"""The sample province's obligations, as known on chosen days, against the generator's own log; the figures of 2025.

The arithmetic below reads `filings.jsonl` and `truth.jsonl`, and writes windows, holidays, deadlines and states out
again: it takes nothing of the product but what it answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from province_truth import FORMS, Truth, windows

from demo.province import run_province
from orchestration.building import build
from orchestration.filing import file_reports
from orchestration.regime import registry_of
from warehouse.database import Database
from warehouse.settings import Settings

HANOI = timezone(timedelta(hours=7))
# A small province whose districts end with open files, one month of theirs waived, none of the compared forms missing.
SEED, YEAR = 580, 2025
DISTRICTS = ("cah_215", "cah_224")
DAYS = ("2025-01-15", "2025-03-18", "2025-06-20")
# Days off on which bodies would work, and the Saturday worked for one of them.
FREE = {
    *(date(2025, 1, day) for day in (1, 27, 28, 29, 30, 31)),
    date(2025, 4, 7), date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2), date(2025, 9, 1), date(2025, 9, 2),
    date(2026, 1, 1), date(2026, 1, 2),
}  # fmt: skip
WORKED = {date(2025, 4, 26), date(2026, 1, 10)}
POLICE = ("police__crime_reports", "police__investigations", "police__victims_identified")
SUPPORTS = "social_services__victim_supports"


@dataclass(frozen=True)
class Owed:
    due: date
    begins: date
    ends: date
    is_owed: bool = True


def due(cut_off: date, working_days: int) -> date:
    day = cut_off
    while working_days:
        day += timedelta(days=1)
        working_days -= day in WORKED or (day.weekday() < 5 and day not in FREE)
    return day


def owed() -> dict[tuple[str, str, str], Owed]:
    """(unit, form, period) of the units of the small province, by the papers: who is valid on the last day."""
    found: dict[tuple[str, str, str], Owed] = {}
    for period, a, b in windows("nd09", YEAR):
        is_month = len(period) == 7 and period[5].isdigit()
        for form in POLICE:
            if is_month:
                for unit in DISTRICTS if b <= date(2025, 2, 28) else ():
                    found[unit, form, period] = Owed(due(b, 2), a, b)
            # The province takes the districts over on 01/03/2025: longer periods around it are nobody's.
            takes_over = not is_month and a < date(2025, 3, 1) <= b
            found["cat_24", form, period] = Owed(due(b, 3), a, b, not takes_over)
        for unit in ("ldtbxh_24",) if b <= date(2025, 2, 28) else ("syt_24", "snv_24", "sgddt_24"):
            found[unit, SUPPORTS, period] = Owed(due(b, 3), a, b)
    for calendar, unit, form in (
        ("vks", "vks_24", "procuracy__prosecutions"),
        ("tand", "tand_24", "courts__trials"),
    ):
        for period, a, b in (*windows(calendar, YEAR), *windows(calendar, YEAR + 1)):
            if b <= date(2025, 12, 14):  # the plan's horizon
                found[unit, form, period] = Owed(due(b, 3), a, b)
    bodies = ["cat", "ldtbxh", "stttt", "stp", "svhttdl", "sgddt", "syt", "vks", "tand", "mttq", "hlhpn"]
    for unit in (*(f"{body}_24" for body in bodies), "ubh_215", "ubh_224"):
        found[unit, "all_bodies__plans", "2025"] = Owed(
            date(2025, 1, 31), date(2024, 12, 15), date(2025, 12, 14)
        )
    return found


def expected(log: list[dict[str, Any]], o: Owed, at: datetime) -> dict[str, Any]:
    """State of one obligation as known at an instant, from the lines of the log about it."""
    told = [line for line in log if datetime.fromisoformat(line["at"]) <= at]
    withdrawn = {line["file"] for line in told if line["what"] == "withdrawn"}
    filed = [line for line in told if line["what"] == "filed"]
    good = [line for line in filed if line["draft"] != "broken" and line["file"] not in withdrawn]
    waived = any(
        line["what"] == "waived"
        and at <= datetime.combine(date.fromisoformat(line["until"]), time.max, HANOI)
        for line in told
    )
    deadline = datetime.combine(o.due, time(23, 59, 59), HANOI)
    if not o.is_owed:
        state = "not_owed"
    elif good:
        state = "accepted"
    elif waived:
        state = "waived"
    elif filed and filed[-1]["draft"] == "broken":
        state = "returned"
    elif at > deadline:
        state = "missing"
    else:
        is_plan = o.due < o.ends
        state = "due" if is_plan or at.date() > o.ends else "not_due"
    first = datetime.fromisoformat(good[0]["at"]) if good else None
    late = (
        (first.date() - o.due).days
        if first
        else (at.date() - o.due).days
        if state in {"missing", "returned"}
        else None
    )
    return {
        "state": state,
        "due_at": deadline,
        "file": good[-1]["file"] if good else None,
        "first_accepted_on_time": first <= deadline if first else None,
        "days_late": None if late is None else max(late, 0),
    }


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_obligations_as_known_on_a_day_equal_the_log_and_longer_periods_of_2025_are_whole(
    settings: Settings, database: Database
) -> None:
    ran = run_province(settings, file_reports, (YEAR, YEAR), SEED, DISTRICTS)
    log = read(ran.log)
    assert {line["what"] for line in log} == {"filed", "withdrawn", "waived"}, (
        "the log has all that can happen"
    )
    assert {line["draft"] for line in log if "draft" in line} >= {"right", "broken", "miscounted"}
    by_key: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in log:
        by_key.setdefault((line["unit"], line["form"], line["period"]), []).append(line)
    all_owed = owed()
    assert set(by_key) <= set(all_owed)
    states: set[str] = set()
    for day in DAYS:
        at = datetime.combine(date.fromisoformat(day), time(23, 59, 59), HANOI)
        answered = as_known(settings, at)
        for key, o in all_owed.items():
            if o.begins > at.date():
                assert key not in answered
                continue
            wanted = expected(by_key.get(key, []), o, at)
            assert {name: answered[key][name] for name in wanted} == wanted, (day, key)
            states.add(wanted["state"])
            if key[0] in DISTRICTS and at.date() > date(2025, 2, 28):
                assert answered[key]["successor_unit"] == "cat_24"
    assert states >= {"accepted", "not_due", "due", "missing", "returned", "waived", "not_owed"}

    built = build(settings)
    assert built["state"] == "published", built
    compare_published(database, settings)
    compare_figures(database, Truth.read(ran.truth))


def as_known(settings: Settings, at: datetime) -> dict[tuple[str, str, str], dict[str, Any]]:
    from ingestion.registry.obligations import obligation_states

    with registry_of(settings) as (connection, _, _):
        rows = obligation_states(connection, at)
        names = dict(
            connection.execute("select submission_id, file_name from registry.submission").fetchall()
        )
    for row in rows:
        row["file"] = names.get(row["submission_id"])
        # Warnings are the rules' business; the log knows only whether a sheet is broken.
        row["state"] = row["state"].removesuffix("_with_warnings")
    return {(r["unit"], r["form"], r["period"]): r for r in rows}


def compare_published(database: Database, settings: Settings) -> None:
    """The mart answers every past instant as the registry does."""
    at = datetime.combine(date.fromisoformat(DAYS[1]), time(23, 59, 59), HANOI)
    live = as_known(settings, at)
    with database.connect("statistician") as connection:
        rows = connection.execute(
            "select unit, form, period, state, submission_id, due_at from marts.fct_reporting_obligations"
            " where known_from <= %s and (known_to is null or known_to > %s)",
            [at, at],
        ).fetchall()
    published = {(u, f, p): (s.removesuffix("_with_warnings"), i, d) for u, f, p, s, i, d in rows}
    assert published == {key: (r["state"], r["submission_id"], r["due_at"]) for key, r in live.items()}


def compare_figures(database: Database, truth: Truth) -> None:
    """Longer periods in which districts ended: months of all units, and what they handed over is not counted twice."""
    with database.connect("statistician") as connection:
        rows = connection.execute(
            "select indicator, period, state, numerator, denominator from marts.fct_indicator_values"
            " where area = '24' and calendar = 'nd09' and disaggregation = '{}'"
        ).fetchall()
    found = {(i, p): (s, n, d) for i, p, s, n, d in rows}
    units = {t.unit for t in truth.lines}
    closes = {"initiated", "not_initiated", "handled_otherwise", "sent_out", "suspended"}
    handed_over = [
        truth.open_at("report", unit, date(2025, 2, 14), {"received", "resumed"}, closes)
        for unit in DISTRICTS
    ]
    assert any(handed_over), "open files pass to the province in March"
    compared = 0
    for indicator, form in FORMS.items():
        if not form.startswith("police") or indicator == "I22":
            continue
        for period, a, b in windows("nd09", YEAR):
            if period not in {"2025-Q1", "2025-H1", "2025", "2025-H2"} or (indicator, period) not in found:
                continue
            state, numerator, denominator = found[indicator, period]
            if state == "incomplete":
                continue
            parts = [truth.figure(indicator, unit, a, b) for unit in units]
            assert (numerator, denominator or 0) == (sum(n for n, _ in parts), sum(d for _, d in parts)), (
                indicator,
                period,
            )
            compared += 1
            if (indicator, period) == ("I02", "2025-Q1"):
                assert state == "value", "made from the months of units that ended"
    assert compared >= 8, found


@pytest.mark.parametrize(
    "cut_off, days, on", [("2025-01-24", 2, "2025-02-04"), ("2025-04-25", 2, "2025-04-28")]
)
def test_the_arithmetic_of_this_test_knows_tet_and_the_worked_saturday(
    cut_off: str, days: int, on: str
) -> None:
    assert due(date.fromisoformat(cut_off), days) == date.fromisoformat(on)
