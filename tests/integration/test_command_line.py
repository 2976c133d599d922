"""The command line as its users call it: exit codes, JSON on stdout, one line on stderr, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from paper import csv_report

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from warehouse.settings import Settings

FORM = "police__crime_reports"


@pytest.fixture
def run(settings: Settings) -> Any:
    """Runs `kho138` in the test's own home, past the end of July 2024."""
    from warehouse.clock import Clock

    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2024, month=9, day=1))
    told = {
        "KHO138_HOME": str(settings.home),
        "KHO138_DATABASE_NAME": str(settings.database_name),
        "KHO138_POSTGRES_HOME": str(settings.postgres_home),
        "KHO138_POSTGRES_OPTIONS": json.dumps(settings.postgres_options),
        "KHO138_SYSTEM_FOLDER": str(settings.system_folder),
    }

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            env={**os.environ, **told},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def test_a_good_report_is_accepted_and_a_bad_one_is_returned_with_its_cell(run: Any, tmp_path: Path) -> None:
    good = csv_report(tmp_path / "good.csv")
    bad = csv_report(tmp_path / "bad.csv", unit="cah_216", reports_received="hai")
    done = run("submit", str(good), str(bad), "--json")
    assert done.returncode == 1, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["state"], first["rows_landed"], first["findings"]) == ("accepted", 3, [])
    assert second["state"] == "returned"
    assert [(f["rule_id"], f["cell"], f["field"]) for f in second["findings"]] == [
        ("cell_is_a_whole_number", "C9", "reports_received")
    ]
    assert "số nguyên" in second["findings"][0]["message_vi"]


def test_forms_prints_every_form_with_its_fields_and_rules(run: Any) -> None:
    done = run("forms", "--json")
    assert done.returncode == 0
    forms = {f["form"]: f for f in json.loads(done.stdout)}
    assert len(forms) == len(load_contracts().forms)
    assert forms[FORM]["fields"][1] | {"label_vi": "", "reference": ""} == {
        "name": "reports_opening",
        "type": "count",
        "time": "O",
        "required": "yes",
        "code_list": None,
        "sensitivity": "restricted",
        "label_vi": "",
        "label_en": "reports opening",
        "reference": "",
    }
    assert {"id", "kind", "severity", "sentence_vi", "sentence_en", "legal_basis", "mark"} == set(
        forms[FORM]["rules"][0]
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["submit", "/no/such/file.xlsx"], "there is no such file"),
        (["forms", "no__form"], "is not a form"),
        (["template", FORM, "--period", "2024-13", "--unit", "cah_215", "-o", "x.xlsx"], "2024-13"),
        (["template", FORM, "--period", "2024-07", "--unit", "cah_999", "-o", "x.xlsx"], "cah_999"),
        (["nonsense"], "nonsense"),
        (["trace", FORM, "--key", "source_kind"], "COL=VALUE"),
    ],
)
def test_bad_usage_gets_one_line_and_exit_code_two(run: Any, arguments: list[str], line: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert line in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_figure_is_traced_to_its_cell(run: Any, tmp_path: Path) -> None:
    path = csv_report(tmp_path / "r.csv", reports_opening=4, reports_to_resolve=4, reports_closing=4)
    assert run("submit", str(path)).returncode == 0
    done = run(
        "trace",
        FORM,
        "--key",
        "source_kind=TO_GIAC",
        "--key",
        "unit=cah_215",
        "--field",
        "reports_closing",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    (cell,) = json.loads(done.stdout)["cells"]
    contract = load_contracts().latest(FORM)
    column = [f.name for f in contract.fields].index("reports_closing")
    assert (cell["value"], cell["cell"]) == (4, f"{chr(65 + column)}9")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[8].split(",")[column] == "4"


ASK = (
    "request", "all_bodies__incidents", "--units", "class:district_police,ubh_215", "--from", "2024-08-01",
    "--to", "2024-08-30", "--due", "2024-09-06", "--reason", "Rà soát tháng 8", "--by", "Phòng Tham mưu",
)  # fmt: skip


def test_a_request_is_numbered_and_its_template_has_its_window(run: Any, tmp_path: Path) -> None:
    import openpyxl

    told = json.loads(run(*ASK, "--json").stdout)
    assert (told["request_number"], len(told["units"])) == ("2024-A001", 11)
    assert (told["window_to"], told["due_at"]) == ("2024-08-30", "2024-09-06T23:59:59+07:00")
    second = run(*ASK, "--lang", "vi")
    assert second.stdout.startswith(
        "2024-A002: yêu cầu báo cáo all_bodies__incidents, hạn 06/09/2024; cah_213, "
    )
    book = tmp_path / "asked.xlsx"
    ask = ("template", "all_bodies__incidents", "-o", str(book), "--period")
    assert run(*ask, "2024-A001", "--unit", "cah_213").returncode == 0
    head = openpyxl.load_workbook(book)["Biểu 21"]["B3"].value
    assert head == "Kỳ báo cáo: Báo cáo đột xuất số 1 năm 2024, từ ngày 01/08/2024 đến hết ngày 30/08/2024"
    assert run(*ask, "2024-A", "--unit", "cah_213").returncode == 0
    workbook = openpyxl.load_workbook(book)
    assert workbook["Biểu 21"]["B3"].value == "Kỳ báo cáo: Báo cáo đột xuất năm 2024"
    guide = " ".join(str(row[0].value) for row in workbook["Hướng dẫn"].iter_rows())
    assert "mỗi tệp chỉ nêu một vụ việc" in guide and "1 ngày làm việc sau ngày xảy ra" in guide
    for period, unit in (("2024-A009", "cah_213"), ("2024-A001", "ubh_216")):
        refused = run(*ask, period, "--unit", unit)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--to", "2024-13-01"),
        ("--to", "2024-09-30"),
        ("--due", "2024-08-31"),
        ("--units", "cah_213,xyz"),
        ("--units", ""),
        ("--reason", " "),
        ("--by", ""),
    ],
)
def test_a_request_that_cannot_be_made_is_one_line(run: Any, option: str, value: str) -> None:
    asked = list(ASK)
    asked[asked.index(option) + 1] = value
    done = run(*asked)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith("kho138: ")


def test_plans_on_file_and_plans_owed(run: Any, tmp_path: Path) -> None:
    form = load_contracts().latest("all_bodies__plans")
    when = Period.parse(form.calendar, "2024")
    row = {
        "plan_number": "12/KH-UBND",
        "plan_kind": "NAM",
        "issued_on": "2024-01-15",
        "covers_from": "2024-01-01",
    }
    row |= {"covers_to": "2024-12-31", "sent_on": "2024-01-20", "tasks_listed": "9"}
    path = tmp_path / "plan.csv"
    head = [f"#form,{form.form}", "#revision,1", "#unit,ubh_215", f"#period,{when.key}"]
    names = [f.name for f in form.fields]
    path.write_text(
        "\n".join([*head, ",".join(names), ",".join(row.get(n, "") for n in names)]) + "\n", "utf-8"
    )
    assert run("submit", str(path)).returncode == 0
    told = json.loads(run("plan", "list", "--year", "2024", "--json").stdout)
    assert [(p["unit"], p["plan_number"], p["sent_on"]) for p in told["on_file"]] == [
        ("ubh_215", "12/KH-UBND", "2024-01-20")
    ]
    owed = {(o["unit"], o["plan_kind"], o["due_on"], o["is_late"]) for o in told["owed"]}
    assert ("ubh_216", "NAM", "2024-01-31", True) in owed and "ubh_215" not in {u for u, *_ in owed}
    # District police stand under their provincial police in part III of the plan, and the Steering Committee receives.
    assert not {u for u, *_ in owed if u.startswith(("cah_", "bcd_"))}
    programme = json.loads(run("plan", "list", "--year", "2021", "--unit", "ubh_215", "--json").stdout)
    assert [(o["plan_kind"], o["due_on"]) for o in programme["owed"]] == [("CT", "2021-05-30")]
    # The next template of the same year brings what is in force along: a filing replaces the one before it.
    book = tmp_path / "plan.xlsx"
    assert (
        run("template", form.form, "--period", "2024", "--unit", "ubh_215", "-o", str(book)).returncode == 0
    )
    import openpyxl

    assert openpyxl.load_workbook(book)["Biểu 20"]["B15"].value == "12/KH-UBND"
    refused = run("plan", "list", "--unit", "nobody")
    assert (refused.returncode, refused.stderr) == (2, "kho138: nobody is not a unit.\n")


def test_the_ledger_tells_its_rules_and_refuses_what_is_none_in_one_line(run: Any) -> None:
    declared = json.loads(run("discrepancies", "--rules", "--json").stdout)
    assert [r["rule"] for r in declared] == [f"X{n}" for n in range(1, 23)]
    waiting = {r["rule"]: r["waits_for"] for r in declared if not r["is_active"]}
    assert waiting["X13"] == ["health__victim_treatments"] and "X6" not in waiting
    assert json.loads(run("discrepancies", "--json").stdout) == []
    for wrong in (
        ("--state", "gone"),
        ("--rule", "X99"),
        ("answer", "X1-none", "--text", "đã rõ", "--by", "a"),
        ("answer", "X1-none", "--text", " ", "--by", "a"),
    ):
        done = run("discrepancies", *wrong)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), wrong
        assert done.stderr.startswith("kho138: ") and "Traceback" not in done.stderr
