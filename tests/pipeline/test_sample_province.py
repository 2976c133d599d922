"""The sample province: what is published equals the event log counted by hand, here, without the product's counting.

The arithmetic is `province_truth`'s. From the product it takes nothing but what was filed (the registry) and what was
published.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from province_truth import FORMS, Truth, windows

from demo.counting import Count
from demo.events import log_text
from demo.filing_plan import plan_filings, plan_steps
from demo.province import Ran, render_filing, run_province, tell
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.contracts.units import units_of_class
from orchestration.building import build
from orchestration.filing import file_reports
from orchestration.sample import parse_years
from warehouse.clock import Clock, create_home
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.files import write_atomically
from warehouse.settings import Settings

YEAR, SEED = 2024, 138
# A small province in which few rates are whole: reports unclassified, cases unsolved, trials overdue, a month missing.
SMALL_SEED = 140
DISTRICTS = ("cah_215", "cah_221")


def in_force(database: Database) -> dict[tuple[str, str], list[str]]:
    """Units whose filing of a form and period is in force."""
    with database.connect("loader") as connection:
        rows = connection.execute(
            "select form, period, array_agg(unit order by unit) from registry.submission"
            " where known_from is not null and known_to is null group by form, period"
        ).fetchall()
    return {(form, period): units for form, period, units in rows}


def published(database: Database) -> list[dict[str, Any]]:
    with database.connect("statistician") as connection:
        cursor = connection.execute("select * from marts.fct_indicator_values")
        names = [c.name for c in cursor.description or ()]
        values = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [v for v in values if not v["disaggregation"]]


def run(settings: Settings) -> Ran:
    # Waves of half a year in one pass: the province's figures do not depend on when its files came.
    return run_province(settings, file_reports, (YEAR, YEAR), SMALL_SEED, DISTRICTS, waves_a_batch=10)


def test_published_figures_equal_the_event_log_and_a_second_run_changes_nothing(
    settings: Settings, database: Database
) -> None:
    ran = run(settings)
    assert ran.states["returned"] and ran.states["superseded"], "the plan has wrong and corrected files"
    report = build(settings)
    assert report["state"] == "published", report
    truth, filed = Truth.read(ran.truth), in_force(database)
    by_place = {(v["indicator"], v["period"], v["area"]): v for v in published(database)}
    compared = without_all = 0
    not_whole: set[str] = set()
    for indicator, form in FORMS.items():
        calendar = {"p": "vks", "c": "tand"}.get(form[0], "nd09") if not form.startswith("police") else "nd09"
        for period, a, b in windows(calendar, YEAR):
            if (value := by_place.get((indicator, period, "24"))) is None:
                assert "-" in period and period[5] not in "H", "halves and years have every indicator"
                continue
            if indicator == "I22":
                assert (value["state"], value["value"]) == ("not_applicable", None)
                continue
            units = filed.get((form, period), [])
            areas = {"24": units} | {u[-3:]: [u] for u in units if u.startswith("cah_")}
            for area, reporting in areas.items():
                value = by_place[indicator, period, area]
                parts = [truth.figure(indicator, unit, a, b) for unit in reporting]
                numerator, denominator = sum(n for n, _ in parts), sum(d for _, d in parts)
                place = (indicator, period, area)
                assert (value["numerator"], value["denominator"] or 0) == (numerator, denominator), place
                assert value["coverage_reported"] == len(reporting), place
                if denominator:
                    percent = Fraction(100 * numerator, denominator)
                    assert abs(Fraction(value["value"]) - percent) <= Fraction(1, 20), place
                compared += bool(numerator or denominator)
                if numerator < denominator:
                    not_whole.add(indicator)
            without_all += form.startswith("police") and len(units) < 1 + len(DISTRICTS)
    assert compared > 150
    assert not_whole >= {"I01", "I02", "I06", "I10", "I15", "I16", "I21"}
    assert without_all, "some month of a district is missing, and the others' figures are published"

    before = (in_force(database), ran.truth.read_bytes(), Clock.for_home(settings.home).now())
    again = run(settings)
    assert (again.sent, again.planned) == (0, ran.sent)
    assert (in_force(database), ran.truth.read_bytes(), Clock.for_home(settings.home).now()) == before
    with database.connect("loader") as connection:
        rows = connection.execute("select file_name, file_sha256 from registry.submission").fetchall()
    assert len(rows) == ran.sent

    # The same seed fills the same workbooks, byte for byte; they are drawn anew here.
    contracts = load_contracts()
    count = Count(tell(YEAR, YEAR, SMALL_SEED, DISTRICTS))
    drawn = {
        filing.file_name: hashlib.sha256(render_filing(contracts, count, filing, SMALL_SEED)).hexdigest()
        for filing in plan_filings(
            contracts, (*count.forms(), "all_bodies__plans"), YEAR, YEAR, SMALL_SEED, DISTRICTS
        )
    }
    assert drawn == dict(rows)


def test_a_longer_province_begins_with_the_shorter_one_and_another_seed_is_another_province() -> None:
    short, long = tell(2024, 2024, SEED), tell(2024, 2025, SEED)
    assert [e for e in long if e.on <= short[-1].on] == short
    assert tell(2024, 2024, SEED + 1) != short
    contracts, forms = load_contracts(), tuple(sorted(set(FORMS.values())))
    plan = set(plan_steps(contracts, forms, 2024, 2024, SEED))
    assert plan < set(plan_steps(contracts, forms, 2024, 2025, SEED))
    received = [e.on.year for e in long if e.kind == "victim_received"]
    assert all(2 <= received.count(year) <= 10 for year in (2023, 2024))


def test_when_district_police_end_their_open_files_pass_to_the_province() -> None:
    contracts = load_contracts()
    count = Count(tell(2024, 2025, SEED))
    plan = plan_filings(contracts, count.forms(), 2024, 2025, SEED)
    months: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for filing in plan:
        if filing.form == "police__crime_reports" and filing.period.kind == "month":
            rows = count.rows(contracts.latest(filing.form), filing.unit, filing.period)
            cells = {name: sum(row[name] for row in rows) for name in rows[0] if name != "source_kind"}
            months.setdefault((filing.unit, filing.form), {})[filing.period.key] = cells
    districts = {unit for unit, _ in months if unit.startswith("cah_")}
    left = suspended = 0
    for unit in districts:
        mine = months[unit, "police__crime_reports"]
        assert max(mine) == ("2024-12" if unit == "cah_221" else "2025-02")
        if max(mine) == "2025-02":
            left += mine["2025-02"]["reports_closing"]
            suspended += mine["2025-02"]["suspended_closing"]
    province = months["cat_24", "police__crime_reports"]
    assert left > 0 and suspended > 0, "this seed leaves files with the districts"
    assert province["2025-03"]["transferred_in_within_province"] == left
    for key, earlier in zip(sorted(province)[1:], sorted(province), strict=False):
        assert province[key]["reports_opening"] == province[earlier]["reports_closing"]
        taken_over = suspended if key == "2025-03" else 0
        assert province[key]["suspended_opening"] == province[earlier]["suspended_closing"] + taken_over


@pytest.mark.parametrize("other", [{"seed": 139}, {"years": (2023, 2024)}])
def test_a_home_holds_one_sample_province(settings: Settings, other: dict[str, Any]) -> None:
    (settings.home / "demo").mkdir()
    made = {"seed": SEED, "first_year": YEAR, "districts": None, "last_year": YEAR}
    write_atomically(settings.home / "demo" / "plan.json", json.dumps(made))
    asked = {"years": (YEAR, YEAR), "seed": SEED} | other
    with pytest.raises(Kho138Error, match="This home holds the sample province of seed 138"):
        run_province(settings, file_reports, **asked)


RATES = {
    "I01": ("police__crime_reports", "reports_classified", "reports_received"),
    "I02": ("police__crime_reports", "reports_resolved", "reports_to_resolve"),
    "I06": ("police__investigations", "cases_cleared", "cases_initiated"),
    "I20": ("police__victims_identified", "victims_received", ""),
    "I23": ("police__victims_identified", "victims_identified", ""),
    "I30": ("social_services__victim_supports", "support_acts", ""),
}


@pytest.mark.parametrize("seed", [138, 7])
@pytest.mark.parametrize("period", ["2025-01", "2025-03", "2025-Q1", "2025-H1", "2025-H2", "2025"])
def test_sheets_of_all_units_together_hold_every_event_once_also_where_units_end(
    period: str, seed: int, tmp_path: Path
) -> None:
    events = tell(2024, 2025, seed)
    (tmp_path / "truth.jsonl").write_text(log_text(events), encoding="utf-8")
    truth, count, contracts = Truth.read(tmp_path / "truth.jsonl"), Count(events), load_contracts()
    everybody = {t.unit for t in truth.lines}
    a, b = next((a, b) for key, a, b in windows("nd09", 2025) if key == period)
    told = 0
    for indicator, (form, numerator, denominator) in RATES.items():
        contract = contracts.latest(form)
        units = [u.code for c in contract.filer_classes(b) for u in units_of_class(c, b)]
        rows = [r for u in units for r in count.rows(contract, u, Period.parse("nd09", period))]
        counted = [r for r in rows if r.get("regime") != "ALL"]
        cells = tuple(sum(r[c] for r in counted) if c else 0 for c in (numerator, denominator))
        parts = [truth.figure(indicator, unit, a, b) for unit in everybody]
        told += sum(map(sum, parts))
        assert cells == (sum(n for n, _ in parts), sum(d for _, d in parts)), indicator
    assert told, "something happened in the window"


@pytest.mark.parametrize("text", ["", "24-25", "2025-2024", "2019", "2024-2040", "2024-2025-2026"])
def test_years_that_are_none_are_refused_in_one_line(text: str) -> None:
    assert parse_years("2024") == (2024, 2024)
    assert parse_years("2024-2025") == (2024, 2025)
    with pytest.raises(Kho138Error, match="--years takes a year or two") as refused:
        parse_years(text)
    assert "\n" not in str(refused.value)


def test_a_home_with_a_real_clock_takes_no_sample_province(tmp_path: Path) -> None:
    create_home(tmp_path / "real")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Kho138Error, match="has a real clock"):
        run_province(Settings(home=tmp_path / "real"), file_reports)
    assert sorted(tmp_path.rglob("*")) == before
