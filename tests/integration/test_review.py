"""The review: punctuality by year and half, whom to inspect and why, whom to reward, which returned reports wait."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from ingestion.contracts.review import load_review
from ingestion.registry import review
from orchestration.regime import registry_of, waive_report
from orchestration.review import inspections, punctuality, rewards
from tests.integration.office import CRIME, PLANS, PROSECUTIONS, Key, Office
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

POLICE, OTHER, ASKED = "cah_215", "cah_216", "vks_24"
DAY = dt.timedelta(days=1)
COUNTED = ("owed", "accepted", "on_time", "late", "missing", "returned_at_first", "corrected")


@pytest.fixture
def office(settings: Settings, database: Database) -> Office:
    return Office(settings)


def months(form: str, unit: str, *numbers: int) -> list[Key]:
    return [(form, unit, f"2024-{n:02d}") for n in numbers]


def counts(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in COUNTED if row[name]}


def test_twenty_one_owed_reports_are_counted_as_the_golden_example_says(office: Office) -> None:
    """G12: 21 owed, one waived; 18 accepted of which 2 late; 2 missing. A correction changes neither share."""
    owed = office.first_owed(POLICE, 2024, 21)
    office.owe(*owed)
    filed, waived = owed[:18], owed[18]
    for nth, key in enumerate(filed):
        at = office.due(key) + (DAY * (nth - 15) if nth >= 16 else dt.timedelta())
        office.file(key, at, "accepted_with_warnings" if 5 <= nth < 8 else "accepted", nil=nth < 5)
    office.at(max(office.due(k) for k in owed).date() + 10 * DAY)
    form, unit, period = waived
    waive_report(office.settings, unit, form, period, dt.date(2025, 12, 31), "lũ lụt", "chị Tư")
    expected = {"owed": 20, "accepted": 18, "on_time": 16, "late": 2, "missing": 2}
    (year,) = [r for r in punctuality(office.settings) if r["period"] == "2024"]
    assert counts(year) == expected
    assert (year["days_late_mean"], year["days_late_longest"]) == (1.5, 2)
    office.file(filed[10], office.due(filed[10]) + 3 * DAY)
    (year,) = [r for r in punctuality(office.settings) if r["period"] == "2024"]
    assert counts(year) == expected | {"corrected": 1}
    # Halves make the year.
    halves = [r for r in punctuality(office.settings) if r["period"] in ("2024-H1", "2024-H2")]
    assert sum(r["owed"] for r in halves) == 20


def test_halves_are_those_of_the_bodys_own_calendar_and_requested_bodies_stand_apart(office: Office) -> None:
    # December 2023 is the first month of the procuracy's year 2024; a plan counts where it was due.
    office.owe(
        (PROSECUTIONS, ASKED, "2023-12"),
        (PLANS, "ubh_215", "2024"),
        *months(CRIME, POLICE, 6, 7),
    )
    office.file((CRIME, POLICE, "2024-07"), office.due((CRIME, POLICE, "2024-07")) - DAY, "returned")
    office.file((CRIME, POLICE, "2024-07"), office.due((CRIME, POLICE, "2024-07")))
    office.at(dt.date(2024, 9, 1))
    rows = punctuality(office.settings)
    assert [(r["unit"], r["period"], r["is_requested"]) for r in rows] == [
        (POLICE, "2024", False),
        (POLICE, "2024-H1", False),
        (POLICE, "2024-H2", False),
        ("ubh_215", "2024", False),
        ("ubh_215", "2024-H1", False),
        (ASKED, "2024", True),
        (ASKED, "2024-H1", True),
    ]
    assert counts(rows[2]) == {"owed": 1, "accepted": 1, "on_time": 1, "returned_at_first": 1}
    chosen = punctuality(office.settings, "2024-H1", "2024-H1", POLICE)
    assert [r["period"] for r in chosen] == ["2024-H1"]
    for wrong in (("2024-07", None, None), (None, "x", None), (None, None, "cah_999")):
        with pytest.raises(Kho138Error):
            punctuality(office.settings, *wrong)


def test_bodies_are_shortlisted_with_reasons_in_words(office: Office) -> None:
    keys = months(CRIME, POLICE, 2, 3, 4, 5, 6, 7, 8)
    other = months(CRIME, OTHER, 3, 4, 5, 6)
    asked = months(PROSECUTIONS, ASKED, 4, 5)
    office.owe(*keys, *other, *asked, (PLANS, "ubh_215", "2024"), *months(CRIME, "cah_217", 6))
    # The district: three missing (2, 3, 4), two returned in a row, then one late, one corrected three times.
    for key in keys[3:5]:
        office.file(key, office.due(key), "returned")
    office.file(keys[5], office.due(keys[5]) + DAY)
    for n in range(4):
        office.file(keys[6], office.due(keys[6]) + n * dt.timedelta(hours=1))
    # The other: three late.
    for key in other[:3]:
        office.file(key, office.due(key) + 2 * DAY)
    office.file(other[3], office.due(other[3]))
    # One missing report of cah_217 is below the threshold.
    office.at(dt.date(2024, 9, 1))
    year, rows = inspections(office.settings)
    assert year == 2024
    told = [(r["unit"], r["weight"], [x["vi"] for x in r["reasons"]]) for r in rows]
    assert told == [
        # The deadline of February lies more than six months back; what was returned is not there either.
        (
            POLICE,
            4 * 3 + 2 * 2 + 3,
            ["4 báo cáo chưa nộp trong 6 tháng", "trả lại 2 lần liên tiếp", "sửa số sau khi nộp 3 lần"],
        ),
        ("ubh_215", 5, ["không có kế hoạch năm"]),
        (OTHER, 3, ["nộp chậm 3 báo cáo"]),
        (ASKED, 6, ["chưa nhận được 2 báo cáo trong 6 tháng"]),
    ]
    assert [r["is_requested"] for r in rows] == [False, False, False, True]
    assert rows[0]["reasons"][0]["en"] == "4 reports not filed in 6 months"
    assert {x["mark"] for r in rows for x in r["reasons"]} == {"P"}
    assert inspections(office.settings, 2023) == (2023, [])


def test_what_is_open_in_the_ledger_is_a_reason_and_keeps_from_a_reward(office: Office) -> None:
    key = (CRIME, POLICE, "2024-07")
    office.owe(key)
    office.file(key, office.due(key))
    office.at(dt.date(2024, 9, 1))
    assert [(r["unit"], r["reports"], r["mark"]) for r in rewards(office.settings)[1]] == [(POLICE, 1, "P")]
    with Database(office.settings).connect("builder") as builder:
        builder.execute("create table marts.fct_discrepancies (owner text, state text, residual numeric)")
        builder.execute(
            "insert into marts.fct_discrepancies values"
            " ('cah_215', 'open', 1), ('cah_215', 'open', -2), ('cah_215', 'open', 3), ('cah_215', 'open', 0),"
            " ('cah_215', 'explained', 4), (null, 'open', 1)"
        )
    assert rewards(office.settings) == (2024, [])
    (row,) = inspections(office.settings)[1]
    assert [r["vi"] for r in row["reasons"]] == ["chênh lệch chưa giải trình 3 mục"]


def test_only_bodies_always_on_time_are_rewarded(office: Office) -> None:
    always, once_late = months(CRIME, POLICE, 6, 7), months(CRIME, OTHER, 6, 7)
    one_missing = months(CRIME, "cah_217", 6, 7)
    office.owe(*always, *once_late, *one_missing, (CRIME, POLICE, "2024-12"))
    for key in (*always, once_late[0], one_missing[0]):
        office.file(key, office.due(key))
    office.file(once_late[1], office.due(once_late[1]) + dt.timedelta(seconds=1))
    office.at(dt.date(2024, 9, 1))
    assert [(r["unit"], r["reports"]) for r in rewards(office.settings, 2024)[1]] == [(POLICE, 2)]
    assert rewards(office.settings, 2023)[1] == []


def test_a_returned_report_waits_three_working_days_for_its_replacement(office: Office) -> None:
    first, second = months(CRIME, POLICE, 6, 7)
    office.owe(first, second)
    friday = dt.datetime.fromisoformat("2024-07-12T10:00:00+07:00")
    for key in (first, second):
        office.file(key, friday, "returned")
    office.file(second, friday + DAY)

    def waiting(day: str) -> list[str]:
        at = office.at(dt.date.fromisoformat(day))
        with registry_of(office.settings) as (connection, _, _):
            return [r["period"] for r in review.returned_unreplaced(connection, load_review(), at)]

    assert waiting("2024-07-17") == []  # Monday, Tuesday, Wednesday
    assert waiting("2024-07-18") == ["2024-06"]


def test_thresholds_are_proposed_and_their_words_speak_of_no_breach_where_a_body_is_asked() -> None:
    rules = load_review()
    assert {
        r.mark for r in (*rules.inspected, rules.rewarded, rules.missing_within, rules.replaced_within)
    } == {"P"}
    for reason in rules.inspected:
        for words in (reason.asked_vi, reason.asked_en, reason.vi, reason.en):
            assert "{" not in words.format(count=3, months=6)
        said = f"{reason.asked_vi} {reason.asked_en}".lower()
        assert not [
            w for w in ("vi phạm", "chậm", "trả lại", "chưa nộp", "late", "not filed", "breach") if w in said
        ]


def test_the_command_line_prints_lists_apart(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from orchestration.cli import main

    office.owe(*months(CRIME, POLICE, 6, 7), *months(PROSECUTIONS, ASKED, 4, 5))
    office.at(dt.date(2024, 9, 1))
    for name in ("home", "database_name", "postgres_home", "system_folder"):
        monkeypatch.setenv(f"KHO138_{name.upper()}", str(getattr(office.settings, name)))
    monkeypatch.setenv("KHO138_POSTGRES_OPTIONS", json.dumps(office.settings.postgres_options))

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["kho138", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr().out

    told = json.loads(call("inspections", "--json")[1])
    assert ([r["unit"] for r in told["bodies"]], [r["unit"] for r in told["requested"]]) == (
        [POLICE],
        [ASKED],
    )
    told = json.loads(call("punctuality", "--json")[1])
    assert {r["unit"] for r in told["requested"]} == {ASKED} and told["bodies"][0]["missing"] == 2
    assert "do tỉnh quyết định" in call("inspections", "--lang", "vi")[1]
    assert "(requested)" in call("punctuality")[1]
    assert call("rewards", "--year", "2024")[1] == "2024: 0 bodies always on time (proposed criteria)\n"
    assert call("punctuality", "--from", "2024-13")[0] == 2
