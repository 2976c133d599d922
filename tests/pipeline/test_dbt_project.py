"""The dbt project from filings to indicators: derived files follow the contracts, figures follow the golden examples."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.derive.dbt_models import derived_files
from ingestion.registry.reference import sync_reference
from warehouse.database import Database

PROJECT = Path(__file__).parents[2] / "dbt_project"
NOW = datetime(2024, 1, 15, tzinfo=UTC)


def test_committed_derived_files_are_what_the_contracts_say() -> None:
    for name, text in derived_files(load_contracts()).items():
        assert (PROJECT / name).read_text(encoding="utf-8") == text, name


def file(connection: Any, form: str, unit: str, period: str, rows: list[dict[str, Any]]) -> None:
    """Lands a filing in force; count cells that a row does not name are zero."""
    contract = load_contracts().latest(form)
    kind, first, last = connection.execute(
        "select period_kind, window_from, window_to from registry.period where calendar = %s and period = %s",
        [contract.calendar, period],
    ).fetchone()
    (number,) = connection.execute(
        "insert into registry.submission (file_sha256, file_name, file_size, channel, sent_by, form, revision, unit,"
        " calendar, period, period_kind, window_from, window_to, state, received_at, known_from) values"
        " ('x', 'x', 1, 'test', 'x', %s, 1, %s, %s, %s, %s, %s, %s, 'accepted', %s, %s) returning submission_id",
        [form, unit, contract.calendar, period, kind, first, last, NOW, NOW],
    ).fetchone()
    for at, row in enumerate(rows):
        cells = {f.name: 0 for f in contract.measures} | row
        connection.execute(
            f"insert into {contract.landing_table} (submission_id, row_no, at_index, {', '.join(cells)})"
            f" values ({', '.join(['%s'] * (len(cells) + 3))})",
            [number, at + 1, at, *cells.values()],
        )


def build(database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs `dbt build` in this process on a copy of the project."""
    from dbt.cli.main import dbtRunner

    project = folder / "dbt_project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    with database.connect("builder") as connection:
        info = connection.info
        places = {"HOST": info.host, "PORT": str(info.port), "USER": info.user, "DBNAME": info.dbname}
    for name, value in places.items():
        monkeypatch.setenv(f"KHO138_DBT_{name}", value)
    monkeypatch.setenv("PGPASSFILE", str(database.passfile.path))
    monkeypatch.chdir(os.path.realpath(project))
    result: Any = dbtRunner().invoke(
        ["build", "--project-dir", str(project), "--profiles-dir", str(project), "--quiet"]
    )
    failed = [(r.node.name, r.message) for r in result.result or [] if r.status in ("error", "fail")]
    assert result.success, failed or result.exception


def values(database: Database, columns: str) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    with database.connect("builder") as connection:
        rows = connection.execute(
            f"select indicator, period, area, {columns} from wap.fct_indicator_values"
        ).fetchall()
    return {row[:3]: tuple(float(v) if hasattr(v, "as_tuple") else v for v in row[3:]) for row in rows}


def test_indicators_of_filed_forms_are_the_golden_examples(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect("loader") as connection:
        sync_reference(connection, load_contracts(), NOW)
        police = [
            row[0]
            for row in connection.execute(
                "select distinct code from registry.code where list = 'filers/police__crime_reports'"
                " and date '2024-01-14' between valid_from and valid_to order by code"
            )
        ]
        connection.commit()
        district = next(unit for unit in police if unit != "cat_24")

        def reports(**cells: int) -> list[dict[str, Any]]:
            return [{"source_kind": "TIN_BAO", **cells}]

        # G4 in one district, nil in all other units: the opening of the second month is not added again.
        first = reports(
            reports_opening=2,
            reports_received=1,
            reports_to_resolve=3,
            reports_initiated=2,
            reports_closing=1,
        )
        second = reports(
            reports_opening=1,
            reports_received=2,
            reports_to_resolve=3,
            reports_initiated=2,
            reports_closing=1,
        )
        third = reports()
        for unit in police:
            for period, rows in (("2024-01", first), ("2024-02", second), ("2024-03", third)):
                file(
                    connection, "police__crime_reports", unit, period, rows if unit == district else reports()
                )
        # G5 in one unit only: the others have not reported.
        offences = {"150": (2, 2), "151": (3, 2)}
        rows = [
            {"offence": code, "cases_initiated": new, "cases_cleared": cleared}
            for code, (new, cleared) in offences.items()
        ]
        file(connection, "police__investigations", district, "2024-01", rows)
        # G6.
        file(
            connection,
            "procuracy__prosecutions",
            "vks_24",
            "2024",
            [
                {
                    "offence": "150", "cases_opening": 1, "cases_received": 5, "cases_returned_in": 1,
                    "cases_other_out": 1, "cases_to_decide": 6, "cases_indicted": 3, "cases_discontinued": 1,
                    "cases_returned_to_police": 1, "cases_closing": 1,
                }
            ],
        )  # fmt: skip
        # G7 with an appeal row that first-instance indicators must not see.
        tried = {
            "cases_opening": 2,
            "cases_accepted": 3,
            "cases_to_try": 5,
            "cases_tried": 4,
            "cases_closing": 1,
        }
        trials = [{"instance": i, "offence": "150", **tried} for i in ("ST", "PT")]
        trials[1] |= {"cases_tried": 5, "cases_closing": 0}
        file(connection, "courts__trials", "tand_24", "2024", trials)
        # G10 by months: persons a, b; b, c; none.
        for period, persons, acts in (("2024-01", 2, 2), ("2024-02", 2, 3), ("2024-03", 0, 0)):
            supports = [
                {"regime": "ALL", "beneficiary_status": "NAN_NHAN", "persons_supported": persons},
                {"regime": "TAM_LY", "beneficiary_status": "NAN_NHAN", "support_acts": acts},
            ]
            file(connection, "social_services__victim_supports", "ldtbxh_24", period, supports)
    build(database, tmp_path, monkeypatch)
    found = values(database, "value, state, met, coverage_reported, coverage_expected")
    units = len(police)
    assert found["I02", "2024-01", "24"] == (66.7, "value", False, units, units)
    assert found["I02", "2024-Q1", "24"] == (80.0, "value", False, units, units)
    assert found["I02", "2024-03", "24"] == (None, "not_applicable", None, units, units)
    assert found["I06", "2024-01", "24"] == (80.0, "incomplete", None, 1, units)
    assert found["I06", "2024-02", "24"] == (None, "no_report", None, 0, units)
    with database.connect("builder") as connection:
        area = connection.execute(
            "select attributes ->> 'area' from registry.code where list = 'unit' and code = %s", [district]
        ).fetchone()
    assert area is not None
    assert found["I06", "2024-01", area[0]] == (80.0, "value", False, 1, 1)
    assert found["I10", "2024", "24"] == (66.7, "value", False, 1, 1)
    assert found["I11", "2024", "24"] == (100.0, "value", None, 1, 1)
    assert found["I15", "2024", "24"] == (80.0, "value", False, 1, 1)
    assert found["I16", "2024", "24"] == (100.0, "value", None, 1, 1)
    assert found["I30", "2024-Q1", "24"] == (5.0, "value", None, 1, 1)
    # Persons of three months are not the persons of the quarter.
    assert found["I29", "2024-01", "24"] == (2.0, "value", None, 1, 1)
    assert found["I29", "2024-Q1", "24"] == (None, "incomplete", None, 0, 1)
