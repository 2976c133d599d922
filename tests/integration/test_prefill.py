"""A template comes with what the body has already reported: openings of a month, and the months of a longer period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Incoming
from ingestion.prefill import prefilled_rows
from orchestration.filing import file_reports
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

FORM = "police__crime_reports"
UNIT = "cah_215"


@pytest.fixture
def contract(settings: Settings) -> FormContract:
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    return load_contracts().latest(FORM)


def file_month(settings: Settings, folder: Path, contract: FormContract, key: str, **cells: int) -> None:
    period = Period.parse(contract.calendar, key)
    filing = blank_filing(contract, (period.date_from, period.date_to), UNIT)
    filing.rows[0].update(cells)
    path = folder / f"{key}.xlsx"
    path.write_bytes(render_template(contract, period, UNIT, values=filing.rows))
    (report,) = file_reports(settings, [Incoming(path)])
    assert report["state"].startswith("accepted"), report["findings"]


def prefilled(database: Database, contract: FormContract, key: str) -> dict[str, Any]:
    with database.connect("loader") as connection:
        rows = prefilled_rows(connection, contract, Period.parse(contract.calendar, key), UNIT)
    return next((row for row in rows if row["source_kind"] == "TO_GIAC"), {})


def test_openings_come_from_the_month_before_and_a_quarter_from_its_months(
    settings: Settings, database: Database, contract: FormContract, tmp_path: Path
) -> None:
    new = {"reports_received": 3, "reports_classified": 3, "reports_to_resolve": 3}
    file_month(
        settings,
        tmp_path,
        contract,
        "2024-01",
        **new,
        reports_initiated=1,
        reports_resolved=1,
        reports_closing=2,
    )
    assert prefilled(database, contract, "2024-02") == {
        "source_kind": "TO_GIAC",
        "reports_opening": 2,
        "suspended_opening": 0,
    }
    assert prefilled(database, contract, "2024-Q1") == {}, "two months are not reported yet"
    opened = {"reports_opening": 2, "reports_to_resolve": 2}
    file_month(
        settings,
        tmp_path,
        contract,
        "2024-02",
        **opened,
        reports_initiated=1,
        reports_resolved=1,
        reports_closing=1,
    )
    file_month(
        settings, tmp_path, contract, "2024-03", reports_opening=1, reports_to_resolve=1, reports_closing=1
    )
    quarter = prefilled(database, contract, "2024-Q1")
    assert {k: v for k, v in quarter.items() if v} == {
        "source_kind": "TO_GIAC",
        "reports_received": 3,
        "reports_classified": 3,
        "reports_to_resolve": 3,
        "reports_initiated": 2,
        "reports_resolved": 2,
        "reports_closing": 1,
    }
    assert quarter["reports_opening"] == 0

    # Sent back as it was handed out, the quarter agrees with its months.
    period = Period.parse(contract.calendar, "2024-Q1")
    with database.connect("loader") as connection:
        rows = prefilled_rows(connection, contract, period, UNIT)
    path = tmp_path / "quarter.xlsx"
    path.write_bytes(render_template(contract, period, UNIT, values=rows))
    (report,) = file_reports(settings, [Incoming(path)])
    assert (report["state"], report["findings"]) == ("accepted", [])


def test_a_register_comes_with_its_open_lines_and_without_the_persons(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2026, month=4))
    victims = load_contracts().latest("police__registered_victims")
    period = Period.parse(victims.calendar, "2026-02")
    first = blank_filing(victims, (period.date_from, period.date_to), "cat_24").rows[0]
    rows = [
        first | {"victim_number": f"NN-{n}", "full_name": f"Lò Thị Mẫu {n}", "status": status, **more}
        for n, (status, more) in enumerate(
            [
                ("DANG_XD", {"status_decided_on": None}),
                ("KHONG_PHAI", {}),
                ("DANG_XD", {"status_decided_on": None}),
            ]
        )
    ]
    path = tmp_path / "so25.xlsx"
    path.write_bytes(render_template(victims, period, "cat_24", values=rows))
    (report,) = file_reports(settings, [Incoming(path)])
    assert report["state"].startswith("accepted"), report["findings"]
    with database.connect("loader") as connection:
        after = prefilled_rows(connection, victims, Period.parse(victims.calendar, "2026-03"), "cat_24")
    assert [row["victim_number"] for row in after] == ["NN-0", "NN-2"]
    assert after[0]["received_on"] == first["received_on"] and "full_name" not in after[0]
    # Sent back as it came, it says that the name is to be written; with it, it is accepted.
    again = tmp_path / "so25_03.xlsx"
    march = Period.parse(victims.calendar, "2026-03")
    again.write_bytes(render_template(victims, march, "cat_24", values=after))
    (report,) = file_reports(settings, [Incoming(again)])
    assert {(f["rule_id"], f["field"]) for f in report["findings"] if f["severity"] == "critical"} == {
        ("identity_is_filled", "full_name")
    }
    named = [row | {"full_name": "Lò Thị Mẫu"} for row in after]
    again.write_bytes(render_template(victims, march, "cat_24", values=named))
    (report,) = file_reports(settings, [Incoming(again)])
    assert report["state"].startswith("accepted"), report["findings"]
