"""Units by class and day, the districts they follow, who succeeds whom, and the outlets they answer for."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.contracts.code_lists import SERIES_START, CodeListError, load_code_list
from ingestion.contracts.units import (
    classes_of_unit,
    load_successions,
    predecessors_of,
    successors_of,
    units_of_class,
)

D = dt.date
LAST_OLD, FIRST_NEW = D(2025, 6, 30), D(2025, 7, 1)


@pytest.mark.parametrize("day", [SERIES_START, D(2024, 1, 31), D(2024, 12, 31), D(2025, 1, 1), LAST_OLD])
def test_there_are_always_ten_districts(day: dt.date) -> None:
    districts = [
        area.code for area in load_code_list("area").valid_on(day) if area.extra["level"] == "district"
    ]
    committees = units_of_class("district_level", day)
    assert len(districts) == 10
    assert [unit.code for unit in committees] == [f"ubh_{area}" for area in districts]
    assert [unit.extra["area"] for unit in committees] == districts


def test_district_police_follow_the_districts_and_end_in_february_2025() -> None:
    units = load_code_list("unit")
    assert units.get("cah_221", D(2024, 12, 31)) is not None
    assert units.get("cah_221", D(2025, 1, 1)) is None
    assert units.get("cah_224", D(2024, 12, 31)) is None
    assert units.get("cah_224", D(2025, 1, 1)) is not None
    for day in (D(2024, 12, 31), D(2025, 1, 14), D(2025, 2, 28)):
        assert len(units_of_class("district_police", day)) == 10
    assert units_of_class("district_police", D(2025, 3, 1)) == ()


def test_a_department_may_have_two_classes_from_a_day_on() -> None:
    assert classes_of_unit("syt_24", D(2025, 2, 28)) == ("health",)
    assert classes_of_unit("syt_24", D(2025, 3, 1)) == ("health", "social_services")
    assert [unit.code for unit in units_of_class("social_services", D(2025, 2, 28))] == ["ldtbxh_24"]
    assert [unit.code for unit in units_of_class("social_services", D(2025, 3, 1))] == [
        "syt_24",
        "snv_24",
        "sgddt_24",
    ]
    assert [unit.mark for unit in units_of_class("social_services", D(2025, 3, 1))] == ["R", "R", "R"]
    assert classes_of_unit("cah_221", D(2025, 1, 1)) == ()


def test_every_class_and_agency_has_somebody_who_reports() -> None:
    for unit_class in load_code_list("unit_class").valid_on(D(2024, 7, 14)):
        assert units_of_class(unit_class.code, D(2024, 7, 14)), unit_class.code
    agencies = {
        agency for unit in load_code_list("unit").valid_on(D(2024, 7, 14)) for agency in unit.names("agency")
    }
    assert agencies == {f"B{number}" for number in range(1, 14)}
    with pytest.raises(CodeListError, match="Không có loại đơn vị “police”"):
        units_of_class("police", D(2024, 7, 14))


def test_bodies_outside_the_committees_chain_are_requested_and_not_obliged() -> None:
    requested = {unit.code for unit in load_code_list("unit") if unit.extra["is_requested"] == "true"}
    assert requested == {"vks_24", "tand_24", "mttq_24", "hlhpn_24"}
    assert {unit.extra["is_requested"] for unit in load_code_list("unit")} == {"true", "false"}


def test_every_unit_that_ends_before_the_communes_has_a_successor() -> None:
    units = load_code_list("unit")
    for code in {unit.code for unit in units}:
        end = units.lines(code)[-1].valid_to
        if end is not None and end < LAST_OLD:
            after = [row for row in successors_of(code) if row.on_date == end + dt.timedelta(days=1)]
            assert after, code


def test_successions_are_those_decided() -> None:
    assert [(row.to_unit, row.on_date, row.kind) for row in successors_of("cah_221")] == [
        ("cah_213", D(2025, 1, 1), "merge")
    ]
    assert {(row.to_unit, row.kind) for row in successors_of("ubh_219")} == {
        ("ubh_219", "split"),
        ("ubh_224", "split"),
    }
    into_province = [row for row in predecessors_of("cat_24") if row.on_date == D(2025, 3, 1)]
    assert {row.from_unit for row in into_province} == {
        u.code for u in units_of_class("district_police", D(2025, 2, 28))
    }
    assert {row.kind for row in into_province} == {"merge"}
    assert [row.to_unit for row in successors_of("ldtbxh_24", "social_services__victim_supports")] == [
        "syt_24"
    ]
    merged = {row.from_unit for row in load_successions() if row.on_date == FIRST_NEW}
    assert {"cat_24", "vks_24", "tand_24", "stp_24", "bcd_24"} <= merged
    assert all(row.from_unit == row.to_unit for row in load_successions() if row.on_date == FIRST_NEW)


def test_outlets_are_valid_only_while_their_unit_is() -> None:
    units = load_code_list("unit")
    for outlet in load_code_list("outlet"):
        unit = outlet.extra["unit"]
        assert units.get(unit, outlet.valid_from), (outlet.code, unit)
        assert units.get(unit, outlet.valid_to or D(2031, 12, 31)), (outlet.code, unit)
