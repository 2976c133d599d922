"""Who owes what by when, on the province's own units around the reform of 2025 (D41, D43)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.obligations import Obligation, inheritances, obligations, onward_due_at
from ingestion.contracts.periods import Period

REPORTS, SUPPORTS = "police__crime_reports", "social_services__victim_supports"
PLANS = "all_bodies__plans"
DISTRICTS = 10


@pytest.fixture(scope="module")
def owed() -> dict[tuple[str, str, str], Obligation]:
    """By form, unit, period: all that ends in 2020 to 2026."""
    found = obligations(load_contracts(), dt.date(2020, 12, 1), dt.date(2026, 12, 31))
    return {(o.form, o.unit, o.period.key): o for o in found}


def units(owed: Any, form: str, period: str) -> set[str]:
    return {unit for f, unit, p in owed if (f, p) == (form, period)}


def test_every_form_of_the_province_is_owed_once_and_reference_series_by_nobody() -> None:
    contracts = load_contracts()
    found = list(obligations(contracts, dt.date(2024, 1, 1), dt.date(2024, 12, 31)))
    assert max(Counter((o.form, o.unit, o.period.key) for o in found).values()) == 1
    regular = {f for f in contracts.forms if set(contracts.latest(f).rhythms) != {"ad_hoc"}}
    # The registers begin in 2026.
    assert {o.form for o in found} == {
        f
        for f in regular
        if contracts.latest(f).family == "province" and contracts.latest(f).kind == "aggregate"
    }


def test_deadlines_are_working_days_by_level_with_tet_and_a_worked_saturday(owed: Any) -> None:
    # Cut-off Wednesday 14/02/2024 is the last day of Tết (08 to 14/02): districts Friday, the province Monday.
    assert owed[REPORTS, "cah_215", "2024-02"].due_at.isoformat() == "2024-02-16T23:59:59+07:00"
    assert owed[REPORTS, "cat_24", "2024-02"].due_at.date() == dt.date(2024, 2, 19)
    # The courts' month of January 2025 ends within Tết of 25/01 to 02/02.
    assert owed["courts__trials", "tand_24", "2025-01"].due_at.date() == dt.date(2025, 2, 5)
    # Saturday 04/05/2024 was worked for Monday 29/04.
    assert owed["courts__trials", "tand_24", "2024-04"].due_at.date() == dt.date(2024, 5, 4)
    assert all(o.due_at.date() > o.period.date_to for o in owed.values() if o.form != PLANS), (
        "Decree 09 art. 8.5"
    )


def test_an_obligation_opens_after_its_cut_off_and_a_plan_with_its_year(owed: Any) -> None:
    july = owed[REPORTS, "cah_215", "2024-07"]
    assert (july.period.date_to, july.due_from.isoformat()) == (
        dt.date(2024, 7, 14),
        "2024-07-15T00:00:00+07:00",
    )
    plan = owed[PLANS, "cat_24", "2025"]
    assert (plan.due_from.date(), plan.due_at.date(), plan.mark) == (
        dt.date(2024, 12, 15),
        dt.date(2025, 1, 31),
        "P",
    )
    assert "IV.1" in plan.legal_basis


def test_the_standing_agency_sends_on_by_the_25th_of_the_last_month() -> None:
    for key, day in (
        ("2024-02", "2024-02-25"),
        ("2024-Q1", "2024-03-25"),
        ("2024-H1", "2024-06-25"),
        ("2024", "2024-12-25"),
    ):
        due = onward_due_at(Period.parse("nd09", key))
        assert due is not None and due.isoformat() == f"{day}T23:59:59+07:00"
    assert onward_due_at(Period.parse("tand", "2024-02")) is None


def test_requested_bodies_are_asked_and_every_basis_is_said(owed: Any) -> None:
    asked = {o.unit for o in owed.values() if o.is_requested}
    assert {"vks_24", "tand_24"} <= asked and not asked & {"cat_24", "cah_215", "syt_24"}
    assert "đề nghị" in owed["courts__trials", "tand_24", "2024-04"].legal_basis
    assert all(o.legal_basis and o.mark in "VDPR" for o in owed.values())


def test_a_report_is_owed_by_the_units_valid_on_the_last_day(owed: Any) -> None:
    def districts(period: str) -> set[str]:
        return {u for u in units(owed, REPORTS, period) if u.startswith("cah_")}

    assert len(districts("2024-12")) == len(districts("2025-01")) == DISTRICTS
    # 14/01/2025: Yên Dũng has ended, Chũ has begun.
    assert districts("2024-12") - districts("2025-01") == {"cah_221"}
    assert districts("2025-01") - districts("2024-12") == {"cah_224"}
    assert len(districts("2025-02")) == DISTRICTS and not districts("2025-03")
    assert units(owed, SUPPORTS, "2025-02") == {"ldtbxh_24"}
    assert units(owed, SUPPORTS, "2025-03") == {"syt_24", "snv_24", "sgddt_24"}
    # A plan is owed on its due day: districts that end in June still owed theirs in January.
    assert len([u for u in units(owed, PLANS, "2025") if u.startswith("ubh_")]) == DISTRICTS
    assert owed[PLANS, "cat_24", "2021"].due_at.date() == dt.date(2021, 5, 30)


def test_a_longer_period_that_ends_under_a_taking_over_unit_is_nobodys(owed: Any) -> None:
    causes = {
        p: owed[REPORTS, "cat_24", p].not_owed_cause
        for p in ("2024", "2025-Q1", "2025-Q2", "2025-H1", "2025-H2", "2025")
    }
    assert causes == {
        "2024": None, "2025-Q1": "succession", "2025-Q2": None, "2025-H1": "succession", "2025-H2": None,
        "2025": "succession",
    }  # fmt: skip
    assert owed[REPORTS, "cat_24", "2025-03"].not_owed_cause is None, "a month is always owed"
    # One to one: the successor owes the sheet, filled from its predecessor's months.
    assert owed[SUPPORTS, "syt_24", "2025-Q1"].not_owed_cause is None
    assert owed["courts__trials", "tand_24", "2025"].not_owed_cause is None, (
        "the same body under another name"
    )


def test_months_count_under_their_unit_or_its_one_successor(owed: Any) -> None:
    assert owed[REPORTS, "cah_215", "2025-01"].counts_as == dict.fromkeys(
        ("quarter", "half", "year"), "cah_215"
    )
    assert owed[SUPPORTS, "ldtbxh_24", "2025-01"].counts_as == dict.fromkeys(
        ("quarter", "half", "year"), "syt_24"
    )
    assert owed[SUPPORTS, "ldtbxh_24", "2024-11"].counts_as == dict.fromkeys(
        ("quarter", "half", "year"), "ldtbxh_24"
    )
    assert owed[REPORTS, "cah_215", "2024"].counts_as == {}


def test_what_an_ended_unit_owes_passes_on_through_every_succession() -> None:
    heirs = [(i.successor, i.valid_from.isoformat()) for i in inheritances() if i.unit == "cah_221"]
    assert heirs == [("cah_213", "2025-01-01"), ("cat_24", "2025-03-01")]
    # Lục Ngạn was split and went on under its code; it ended two months later.
    assert [(i.successor, i.valid_from.isoformat()) for i in inheritances() if i.unit == "cah_219"] == [
        ("cat_24", "2025-03-01")
    ]
    assert not [i for i in inheritances() if i.unit == "cat_24"]
