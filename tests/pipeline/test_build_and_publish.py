"""From a body's file to a published figure, and what readers keep when a build fails."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Incoming
from orchestration.building import build
from orchestration.figures import indicator_values
from orchestration.filing import file_reports
from orchestration.tracing import trace_indicator
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

FORM = "procuracy__prosecutions"


def filed(settings: Settings, folder: Path, indicted: int) -> str:
    """A filled template of the procuracy's half-year: `indicted` of 6 cases to decide; the submission's state."""
    contract = load_contracts().latest(FORM)
    period = Period.parse(contract.calendar, "2024-H1")
    filing = blank_filing(contract, (period.date_from, period.date_to), "vks_24")
    filing.rows[0].update(
        cases_opening=1,
        cases_received=5,
        cases_to_decide=6,
        cases_indicted=indicted,
        cases_closing=6 - indicted,
        accused_received=indicted,
        accused_to_decide=indicted,
        accused_indicted=indicted,
        indicted_18_over=indicted,
    )
    path = folder / f"report-{indicted}.xlsx"
    path.write_bytes(render_template(contract, period, "vks_24", values=filing.rows))
    (report,) = file_reports(settings, [Incoming(path)])
    return str(report["state"])


def i10(settings: Settings) -> list[tuple[float, float, str]]:
    rows = indicator_values(settings, period="2024-H1", indicator="I10")
    return [(float(r["numerator"]), float(r["denominator"]), r["state"]) for r in rows]


def test_a_filled_template_becomes_a_published_figure_and_a_failed_build_changes_nothing(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    assert filed(settings, tmp_path, indicted=4).startswith("accepted")
    report = build(settings)
    assert report["state"] == "published", report
    assert i10(settings) == [(4, 6, "value")]

    # A corrected report comes in, and one blocking check of the next build fails.
    assert filed(settings, tmp_path, indicted=5).startswith("accepted")
    with database.connect_admin() as admin:
        # Rows without a registered file: the row accounting must stop the build.
        admin.execute(
            "insert into landing.procuracy__prosecutions__v1 (submission_id, row_no, at_index) values (999999, 1, 1)"
        )
    report = build(settings)
    assert report["state"] == "failed"
    assert any("every_landed_row_has_a_submission" in name for name in report["checks_failed"])
    assert i10(settings) == [(4, 6, "value")]

    with database.connect_admin() as admin:
        admin.execute("delete from landing.procuracy__prosecutions__v1 where submission_id = 999999")
    assert build(settings)["state"] == "published"
    assert i10(settings) == [(5, 6, "value")]

    traced = trace_indicator(database, "I10", "2024-H1", Clock.for_home(settings.home).now())
    assert (float(traced["numerator"]), float(traced["denominator"])) == (5, 6)
    filled = {
        (c["field"], c["side"]): (c["value"], c["sheet"], c["cell"]) for c in traced["cells"] if c["value"]
    }
    assert filled.keys() == {
        ("cases_indicted", "numerator"),
        ("cases_opening", "denominator"),
        ("cases_received", "denominator"),
    }
    value, sheet, cell = filled["cases_indicted", "numerator"]
    workbook = openpyxl.load_workbook(tmp_path / "report-5.xlsx")
    assert workbook[sheet][cell].value == value == 5


def test_some_months_of_a_half_year_are_incomplete_not_silent(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    contract = load_contracts().latest(FORM)
    period = Period.parse(contract.calendar, "2024-01")
    filing = blank_filing(contract, (period.date_from, period.date_to), "vks_24")
    path = tmp_path / "january.xlsx"
    path.write_bytes(render_template(contract, period, "vks_24", values=filing.rows))
    file_reports(settings, [Incoming(path)])
    assert build(settings)["state"] == "published"
    (half,) = indicator_values(settings, period="2024-H1", indicator="I10")
    assert (half["state"], half["value"], half["met"]) == ("incomplete", None, None)
    assert (half["coverage_reported"], half["coverage_expected"]) == (0, 1)
    assert half["area"] == {"code": "24", "at": "2024-05-31"}
    assert half["plan_rows"] == ["A4"]
