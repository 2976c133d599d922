"""Real data not made by us: UNODC's GLOTIP table through the same gate as a district's report.

The whole file where it is at hand; else a small extract of its figures, in the file's own shape.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.judge import judge_received
from ingestion.gate import Gate, Incoming
from ingestion.registry.submissions import report_of
from warehouse.database import Database
from warehouse.settings import Settings

WHOLE = Path(__file__).parents[3] / "shared" / "data" / "glotip_2023-05.xlsx"
HEADER = "Iso3_code,Country,Region,Subregion,Indicator,Dimension,Category,Sex,Age,Year,Unit of measurement,txtVALUE,Source"
PLACE = ("VNM", "Viet Nam", "Asia", "South-eastern Asia")
EXTRACT = [
    ("Detected trafficking victims", "Total", "Total", "Total", "Total", 2007.0, "938"),
    ("Detected trafficking victims", "Total", "Total", "Total", "Total", 2008.0, "981"),
    ("Detected trafficking victims", "Total", "Total", "Total", "Total", 2012.0, "1,206"),
    ("Detected trafficking victims", "Total", "Total", "Male", "Total", 2017.0, "<5"),
    ("Persons convicted", "Total", "Total", "Total", "Total", 2012.0, "307"),
    ("Persons convicted", "by form of exploitation", "Forced labour", "Total", "Total", 2012.0, "301"),
    ("Persons convicted", "by form of exploitation", "Sexual exploitation", "Total", "Total", 2012.0, "307"),
    ("Detected trafficking victims", "Total", "Total", "Male", "Total", 2017.0, "<5"),
]


def workbook(path: Path, rows: list[tuple[object, ...]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("data_glotip_1")
        sheet.write(0, 0, "UNODC")
        sheet.write(1, 0, "Extract of figures of the table of 30/05/2023")
        sheet.write_row(2, 0, HEADER.split(","))
        for number, (indicator, dimension, category, sex, age, year, value) in enumerate(rows, start=3):
            cells = [*PLACE, indicator, dimension, category, sex, age, year, "Counts", value, "GLOTIP"]
            sheet.write_row(number, 0, cells)
    return path


def take(settings: Settings, *paths: Path) -> list[dict[str, object]]:
    gate = Gate(settings)
    ids = gate.receive([Incoming(p) for p in paths])
    judge_received(gate.database, gate.contracts, gate.clock, "test")
    with gate.database.connect("loader") as connection:
        return report_of(connection, ids)


def counts(database: Database, sql: str) -> list[tuple[object, ...]]:
    with database.connect("loader") as connection:
        return connection.execute(sql).fetchall()


def test_the_extract_keeps_suppressed_apart_and_reports_repeats_and_contradictions(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    (report,) = take(settings, workbook(tmp_path / "glotip.xlsx", EXTRACT))
    assert (report["form"], report["unit"], report["period"]) == (
        "unodc__trafficking_counts",
        "unodc",
        "series",
    )
    assert (report["state"], report["rows_landed"]) == ("accepted_with_warnings", len(EXTRACT))
    rules = [(f["rule_id"], f["cell"]) for f in report["findings"]]  # type: ignore[attr-defined]
    assert [cell[1:] for rule, cell in rules if rule == "grain_is_unique"] == ["11"]
    assert [cell for rule, cell in rules if rule == "forms_of_exploitation_stay_within_the_total"] == ["L9"]
    landed = counts(
        database,
        "select year, observed_count, observed_count_state from landing.unodc__trafficking_counts__v1"
        " where indicator like 'Detected%' order by row_no",
    )
    suppressed = (2017, None, "suppressed")
    counted = [(2007, 938, "value"), (2008, 981, "value"), (2012, 1206, "value")]
    assert landed == [*counted, suppressed, suppressed]


def test_a_later_vintage_supersedes_and_nothing_is_lost(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    first, second = take(
        settings,
        workbook(tmp_path / "a.xlsx", EXTRACT),
        workbook(tmp_path / "b.xlsx", [(*EXTRACT[0][:6], "940"), *EXTRACT[1:]]),
    )
    assert second["supersedes"] == first["submission_id"]
    in_force = counts(
        database,
        "select r.observed_count, s.known_to is null from landing.unodc__trafficking_counts__v1 as r"
        " inner join registry.submission as s on s.submission_id = r.submission_id where r.year = 2007 order by 1",
    )
    assert in_force == [(938, False), (940, True)]


@pytest.mark.timeout(120)
def test_all_rows_of_the_real_table_go_through_the_gate(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    if WHOLE.exists():
        source, rows = WHOLE, 46_556
    else:
        source, rows = workbook(tmp_path / "glotip.xlsx", EXTRACT), len(EXTRACT)
    (report,) = take(settings, source)
    assert report["rows_landed"] == rows
    assert report["state"] == "accepted_with_warnings"
    viet_nam = counts(
        database,
        "select year, observed_count from landing.unodc__trafficking_counts__v1 where country_code = 'VNM'"
        " and indicator = 'Detected trafficking victims' and dimension = 'Total' and sex = 'Total' and age = 'Total'"
        " and year in (2007, 2008) order by year",
    )
    assert viet_nam == [(2007, 938), (2008, 981)]
