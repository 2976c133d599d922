"""The dbt project from filings to indicators: derived files follow the contracts, figures follow the golden examples.

One database is filled, built and published for the whole module; each test asks one thing of it. Arithmetic inside one
model has its unit test beside the model.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.derive.dbt_models import derived_files
from ingestion.parsing.builtin import BUILTINS
from ingestion.registry.reference import sync_reference
from warehouse import roles
from warehouse.clock import create_home
from warehouse.database import Database
from warehouse.publish import publish

PROJECT = Path(__file__).parents[2] / "dbt_project"
NOW = datetime(2024, 1, 15, tzinfo=UTC)
NAME = "Nguyễn Văn Ví Dụ"
REPORTS, CASES = "police__crime_reports", "police__investigations"
VICTIMS, SUPPORTS = "police__victims_identified", "social_services__victim_supports"


def file(
    connection: Any, form: str, unit: str, period: str, rows: list[dict[str, Any]], ended: str | None = None
) -> int:
    """Lands a filing, in force unless it `ended`; count cells that a row does not name are zero. Its number."""
    contract = load_contracts().latest(form)
    kind, first, last = connection.execute(
        "select period_kind, window_from, window_to from registry.period where calendar = %s and period = %s",
        [contract.calendar, period],
    ).fetchone()
    (number,) = connection.execute(
        "insert into registry.submission (file_sha256, file_name, file_size, channel, sent_by, form, revision, unit,"
        " calendar, period, period_kind, window_from, window_to, state, verdict, received_at, judged_at, known_from, known_to)"
        " values ('x', 'x', 1, 'test', 'x', %s, 1, %s, %s, %s, %s, %s, %s, %s, 'accepted', %s, %s, %s, %s)"
        " returning submission_id",
        [
            form, unit, contract.calendar, period, kind, first, last, ended or "accepted", NOW, NOW, NOW,
            NOW if ended else None,
        ],
    ).fetchone()  # fmt: skip
    for at, row in enumerate(rows):
        cells = {f.name: 0 for f in contract.measures} | row
        connection.execute(
            f"insert into {contract.landing_table} (submission_id, row_no, at_index, {', '.join(cells)})"
            f" values ({', '.join(['%s'] * (len(cells) + 3))})",
            [number, at + 1, at, *cells.values()],
        )
    return int(number)


def filers(connection: Any, form: str, day: str) -> list[str]:
    """Units that owe a form on a day."""
    rows = connection.execute(
        "select distinct code from registry.code where list = %s and %s::date between valid_from and valid_to"
        " order by code",
        [f"filers/{form}", day],
    )
    return [row[0] for row in rows]


def reports(**cells: int) -> list[dict[str, Any]]:
    return [{"source_kind": "TIN_BAO", **cells}]


def supports(persons: int, acts: int) -> list[dict[str, Any]]:
    return [
        {"regime": "ALL", "beneficiary_status": "NAN_NHAN", "persons_supported": persons},
        {"regime": "3", "beneficiary_status": "NAN_NHAN", "support_acts": acts},
    ]


def file_crime_reports(connection: Any, police: list[str], district: str) -> None:
    # G4 in one district, nil in all other units: the opening of the second month is not added again.
    first = reports(
        reports_opening=2, reports_received=1, reports_to_resolve=3, reports_initiated=2, reports_closing=1
    )
    second = reports(
        reports_opening=1, reports_received=2, reports_to_resolve=3, reports_initiated=2, reports_closing=1
    )
    # G1 and G2, and the month after with a report not yet classified.
    sources: list[dict[str, Any]] = [
        {
            "source_kind": "TO_GIAC", "reports_opening": 1, "reports_received": 2, "reports_classified": 2,
            "reports_initiated": 1, "reports_not_initiated": 1,
        },
        {
            "source_kind": "TIN_BAO", "reports_opening": 1, "reports_received": 3, "reports_classified": 3,
            "reports_resumed": 1, "reports_transferred_in": 1, "reports_transferred_out": 1,
            "reports_initiated": 2, "reports_not_initiated": 1, "reports_handled_otherwise": 1,
        },
        {"source_kind": "KIEN_NGHI", "reports_received": 1, "reports_classified": 1, "reports_initiated": 1},
    ]  # fmt: skip
    late = [sources[0], sources[1] | {"reports_classified": 2}, sources[2]]
    months = {"2024-01": first, "2024-02": second, "2024-03": reports(), "2024-04": sources, "2024-05": late}
    for unit in police:
        for period, rows in months.items():
            file(connection, REPORTS, unit, period, rows if unit == district else reports())
    file(connection, REPORTS, "cat_24", "2026-01", reports(reports_received=1, reports_initiated=1))


def file_cases(connection: Any, police: list[str], district: str) -> None:
    # G5: in January the others have not reported, in April they have.
    offences = {"150": (2, 2), "151": (3, 2), "152": (0, 0)}
    rows = [{"offence": c, "cases_initiated": n, "cases_cleared": k} for c, (n, k) in offences.items()]
    none = [{"offence": code} for code in offences]
    file(connection, CASES, district, "2024-01", rows)
    for unit in police:
        file(connection, CASES, unit, "2024-04", rows if unit == district else none)
    # G6, and a half-year that was withdrawn.
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
    withdrawn = [{"offence": "150", "cases_received": 5, "cases_to_decide": 5, "cases_indicted": 5}]
    file(connection, "procuracy__prosecutions", "vks_24", "2024-H1", withdrawn, ended="withdrawn")
    # G7 with an appeal row that first-instance indicators must not see.
    tried = {"cases_opening": 2, "cases_accepted": 3, "cases_to_try": 5, "cases_tried": 4, "cases_closing": 1}
    trials = [{"instance": i, "offence": "150", **tried} for i in ("ST", "PT")]
    trials[1] |= {"cases_tried": 5, "cases_closing": 0}
    file(connection, "courts__trials", "tand_24", "2024", trials)
    file(connection, "courts__trials", "tand_24", "2025", [trials[0] | {"cases_closing_overdue": 1}])


def file_victims(connection: Any) -> None:
    # G10 by months: persons a, b; b, c; none. Then months beside a quarter's own sheet, and a superseded filing.
    for period, persons, acts in (("2024-01", 2, 2), ("2024-02", 2, 3), ("2024-03", 0, 0)):
        file(connection, SUPPORTS, "ldtbxh_24", period, supports(persons, acts))
    for period in ("2024-04", "2024-05", "2024-06"):
        file(connection, SUPPORTS, "ldtbxh_24", period, supports(2, 1))
    file(connection, SUPPORTS, "ldtbxh_24", "2024-Q2", supports(3, 7))
    file(connection, SUPPORTS, "ldtbxh_24", "2024-07", supports(9, 50), ended="superseded")
    file(connection, SUPPORTS, "ldtbxh_24", "2024-07", supports(1, 2))
    # Three days to begin a verification are owed from 01/07/2025 on; the cell is blank before.
    begun = {"2025-06": (4, None), "2025-07": (5, 1), "2025-08": (3, 2), "2025-09": (1, 1)}
    for period, (received, in_time) in begun.items():
        cells = {"victims_received": received, "verification_begun_in_3_days": in_time}
        file(connection, VICTIMS, "cat_24", period, [cells])


def file_returned(connection: Any) -> None:
    """A returned file whose findings and envelope repeat what its cells held."""
    (number,) = connection.execute(
        "insert into registry.submission (file_sha256, file_name, file_size, channel, sent_by, form, revision, unit,"
        " period, state, received_at) values ('y', %s, 1, 'test', 'x', %s, 1, %s, %s, 'returned', %s)"
        " returning submission_id",
        [NAME, REPORTS, NAME, NAME, NOW],
    ).fetchone()
    for rule in ("cell_is_a_whole_number", "grain_is_unique"):
        connection.execute(
            "insert into registry.finding (submission_id, rule_id, severity, sheet, cell, field, observed, message_vi,"
            " message_en, found_at) values (%s, %s, 'critical', 'Biểu 01', 'D9', 'reports_received', %s, %s, %s, %s)",
            [number, rule, NAME, f"Ô này ghi «{NAME}».", f"the cell holds {NAME}", NOW],
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


class Published:
    """The database after the build, and its figures: (indicator, period, area, part) -> row."""

    def __init__(self, database: Database, police: list[str], area: str) -> None:
        self.database, self.police, self.area = database, police, area
        self.rows = {
            (r["indicator"], r["period"], r["area"], *r["disaggregation"].values()): r
            for r in self.read("select * from marts.fct_indicator_values")
        }

    def read(self, query: str, role: str = "statistician") -> list[dict[str, Any]]:
        with self.database.connect(role) as connection:  # type: ignore[arg-type]
            cursor = connection.execute(query)
            names = [c.name for c in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def figure(self, indicator: str, period: str, *part: str, area: str = "24") -> tuple[Any, ...]:
        """Value, state, met."""
        row = self.rows[indicator, period, area, *part]
        return row["value"] if row["value"] is None else float(row["value"]), row["state"], row["met"]

    def coverage(self, indicator: str, period: str) -> tuple[int, int]:
        row = self.rows[indicator, period, "24"]
        return row["coverage_reported"], row["coverage_expected"]


@pytest.fixture(scope="module")
def published(
    template_database: Database, test_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    shared, name = template_database.settings, "test_dbt_project"
    settings = shared.model_copy(
        update={"home": test_folder / name, "database_name": name, "postgres_home": shared.postgres_folder}
    )
    create_home(settings.home, simulated=NOW)
    database = Database(settings)
    with template_database.connect_admin("postgres") as admin:
        admin.execute(f"create database {name} template {template_database.name} owner kho138_owner")
        with database.connect_admin() as inside:
            roles.grant_database(inside, name)
        with database.connect("loader") as connection:
            sync_reference(connection, load_contracts(), NOW)
            police = filers(connection, REPORTS, "2024-01-14")
            district = next(unit for unit in police if unit != "cat_24")
            file_crime_reports(connection, police, district)
            file_cases(connection, police, district)
            file_victims(connection)
            file_returned(connection)
            area = connection.execute(
                "select attributes ->> 'area' from registry.code where list = 'unit' and code = %s",
                [district],
            ).fetchone()
        assert area is not None
        with pytest.MonkeyPatch.context() as patch:
            build(database, tmp_path_factory.mktemp("dbt"), patch)
        with database.connect("builder") as builder:
            publish(builder)
        yield Published(database, police, area[0])
        admin.execute(f"drop database {name} with (force)")
    shutil.rmtree(settings.home)


def test_committed_derived_files_are_what_the_contracts_say() -> None:
    for name, text in derived_files(load_contracts()).items():
        assert (PROJECT / name).read_text(encoding="utf-8") == text, name


def test_sentences_of_builtin_findings_are_the_readers_with_their_values_left_out() -> None:
    with (PROJECT / "seeds" / "builtin_rule.csv").open(encoding="utf-8", newline="") as lines:
        rows = {r["rule_id"]: (r["sentence_vi"], r["sentence_en"]) for r in csv.DictReader(lines)}
    blank = {"observed": "…", "expected": "…"}
    assert rows == {name: (b.vi.format(**blank), b.en.format(**blank)) for name, b in BUILTINS.items()}


def test_crime_reports_follow_g1_and_g2_by_source_beside_the_total(published: Published) -> None:
    assert published.figure("I01", "2024-04") == (100.0, "value", True)
    assert published.figure("I01", "2024-05") == (83.3, "value", False)
    assert published.figure("I01", "2024-05", "TIN_BAO") == (66.7, "value", None)
    assert published.figure("I02", "2024-04") == (77.8, "value", False)
    parts = [published.figure("I02", "2024-04", s)[0] for s in ("TO_GIAC", "TIN_BAO", "KIEN_NGHI")]
    assert parts == [66.7, 80.0, 100.0]
    assert published.rows["I02", "2024-04", "24", "TIN_BAO"]["disaggregation"] == {"source_kind": "TIN_BAO"}


def test_a_quarter_takes_the_opening_of_its_first_month_g4(published: Published) -> None:
    units = len(published.police)
    assert published.figure("I02", "2024-01") == (66.7, "value", False)
    assert published.figure("I02", "2024-Q1") == (80.0, "value", False)
    assert published.coverage("I02", "2024-Q1") == (units, units)
    assert published.figure("I02", "2024-03") == (None, "not_applicable", None)


def test_cases_follow_g5_by_offence_and_are_incomplete_until_all_report(published: Published) -> None:
    assert published.figure("I06", "2024-01") == (80.0, "incomplete", None)
    assert published.coverage("I06", "2024-01") == (1, len(published.police))
    assert published.figure("I06", "2024-01", area=published.area) == (80.0, "value", False)
    assert published.figure("I06", "2024-02") == (None, "no_report", None)
    assert published.figure("I06", "2024-04") == (80.0, "value", False)
    assert published.figure("I06", "2024-04", "150") == (100.0, "value", None)
    assert published.figure("I06", "2024-04", "151") == (66.7, "value", None)
    assert published.figure("I06", "2024-04", "152") == (None, "not_applicable", None)


def test_prosecution_and_trial_follow_g6_and_g7(published: Published) -> None:
    assert published.figure("I10", "2024") == (66.7, "value", False)
    assert published.figure("I11", "2024") == (100.0, "value", None)
    assert published.figure("I15", "2024") == (80.0, "value", False)
    assert published.figure("I15", "2024", "150") == (80.0, "value", None)
    assert published.figure("I16", "2024") == (100.0, "value", None)
    assert published.figure("I16", "2025") == (80.0, "value", None)


def test_acts_add_up_and_persons_do_not_g10(published: Published) -> None:
    assert published.figure("I30", "2024-Q1") == (5.0, "value", None)
    assert published.figure("I30", "2024-Q1", "3") == (5.0, "value", None)
    assert ("I30", "2024-Q1", "24", "ALL") not in published.rows
    assert published.figure("I29", "2024-01") == (2.0, "value", None)
    assert published.figure("I29", "2024-Q1") == (None, "incomplete", None)


def test_own_sheet_of_a_quarter_beats_its_months(published: Published) -> None:
    assert published.figure("I30", "2024-Q2") == (7.0, "value", None)
    assert published.figure("I29", "2024-Q2") == (3.0, "value", None)


def test_withdrawn_and_superseded_filings_do_not_count(published: Published) -> None:
    assert published.figure("I10", "2024-H1") == (None, "no_report", None)
    assert published.figure("I30", "2024-07") == (2.0, "value", None)


def test_districts_have_rows_until_the_end_of_february_2025_and_none_after(published: Published) -> None:
    areas: dict[str, set[str]] = {}
    for indicator, period, area, *_ in published.rows:
        if indicator == "I02":
            areas.setdefault(period, set()).add(area)
    districts = areas["2025-02"] - {"24"}
    assert len(districts) == len(published.police) - 1
    assert published.area in districts
    assert areas["2025-03"] == areas["2026-01"] == {"24"}


def test_verifications_in_three_days_count_from_july_2025_on_both_sides(published: Published) -> None:
    assert published.figure("I22", "2025-06") == (None, "not_applicable", None)
    # 15/06 to 14/07/2025 cannot be cut in an aggregate.
    assert published.figure("I22", "2025-07") == (None, "not_applicable", None)
    assert published.figure("I22", "2025-08") == (66.7, "value", False)
    assert published.figure("I22", "2025-Q3") == (75.0, "value", False)
    assert published.figure("I20", "2025-Q3") == (9.0, "value", None)


def test_targets_end_with_the_programme_g17(published: Published) -> None:
    assert published.rows["I02", "2025-12", "24"]["target_state"] == "target"
    january = published.rows["I02", "2026-01", "24"]
    assert (january["target_state"], january["met"], january["value"]) == ("no_target", None, 100)


def test_blank_optional_cell_is_absent_and_no_indicator_mixes_calendars(published: Published) -> None:
    states = published.read(
        "select distinct period, value_state from intermediate.int_reports__observed"
        " where field = 'verification_begun_in_3_days' order by period",
        role="builder",
    )
    assert [r["value_state"] for r in states] == ["absent", "value", "value", "value"]
    assert {r["not_aligned"] for r in published.rows.values()} == {False}


def test_readers_find_a_comment_on_every_column_and_a_key_on_every_table(published: Published) -> None:
    columns = published.read(
        "select c.relname, a.attname, col_description(c.oid, a.attnum) as said, obj_description(c.oid) as of_table"
        " from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid"
        " where c.relnamespace = 'marts'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
    )
    tables = {c["relname"] for c in columns}
    assert tables == {path.stem for path in (PROJECT / "models" / "marts").glob("*.sql")}
    assert [c for c in columns if " / " not in (c["said"] or "") or " / " not in (c["of_table"] or "")] == []
    keyed = published.read(
        "select c.relname from pg_constraint as k inner join pg_class as c on c.oid = k.conrelid"
        " where k.contype = 'p' and c.relnamespace = 'marts'::regnamespace"
    )
    assert {k["relname"] for k in keyed} == tables


def test_findings_and_filings_repeat_nothing_that_a_cell_held(published: Published) -> None:
    rows = published.read("select * from marts.fct_findings order by rule_id")
    rule = load_contracts().latest(REPORTS).rule("grain_is_unique").says()
    assert [r["sentence_vi"] for r in rows] == ["Ô này phải là số nguyên, đang ghi «…».", rule.vi]
    assert [r["sentence_en"] for r in rows] == ["the cell is not a whole number: …", rule.en]
    assert {(r["sheet"], r["cell"], r["field"]) for r in rows} == {("Biểu 01", "D9", "reports_received")}
    for table in ("fct_findings", "fct_submissions"):
        said = published.read(f"select * from marts.{table} as t where t::text like '%{NAME}%'")
        assert said == []
    (returned,) = published.read(
        "select form, unit, period from marts.fct_submissions where state = 'returned'"
    )
    assert returned == {"form": REPORTS, "unit": None, "period": None}
