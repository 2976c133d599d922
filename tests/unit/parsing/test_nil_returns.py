"""A nil return through the reader: blank flows become zero, but what the form keeps empty stays empty."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.parsing.envelope import Said
from ingestion.parsing.read import read_file
from ingestion.parsing.table import landing_columns

CONTRACTS = load_contracts()


def nil_rows(form: str, period: str, unit: str, folder: Path) -> list[dict[str, str]]:
    """Rows of a template whose clerk ticked the box and filled nothing else."""
    contract = CONTRACTS.latest(form)
    path = folder / "nil.xlsx"
    when = Period.parse(contract.calendar, period)
    path.write_bytes(
        render_template(
            contract,
            when,
            unit,
            values=[{"verifying_opening": 0}] if "victims" in form else None,
            head={"is_nil_return": True},
        )
    )
    read = read_file(path, CONTRACTS, Said(), dt.date(2026, 1, 31))
    assert read.table is not None and read.findings == []
    names = landing_columns(contract)
    return [dict(zip(names, line, strict=True)) for line in csv.reader(x.decode() for x in read.table.lines)]


@pytest.mark.parametrize(("period", "landed"), [("2024-07", ""), ("2025-08", "0")])
def test_cells_of_a_law_not_yet_in_force_stay_empty_on_a_nil_return(
    period: str, landed: str, tmp_path: Path
) -> None:
    (row,) = nil_rows("police__victims_identified", period, "cat_24", tmp_path)
    assert (row["victims_received"], row["verification_begun_in_3_days"]) == ("0", landed)


def test_appeal_results_become_zero_on_appeal_rows_only(tmp_path: Path) -> None:
    rows = nil_rows("courts__trials", "2024-07", "tand_24", tmp_path)
    assert {(r["instance"], r["cases_tried"], r["appeals_upheld"]) for r in rows} == {
        ("ST", "0", ""),
        ("PT", "0", "0"),
    }
