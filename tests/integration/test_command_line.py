"""The command line as its users call it: exit codes, JSON on stdout, one line on stderr, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.instances import blank_filing
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


def report(path: Path, unit: str = "cah_215", period: str = "2024-07", **changes: object) -> Path:
    """A CSV report of crime reports, all zero but for `changes` on its first row."""
    contract = load_contracts().latest(FORM)
    when = Period.parse(contract.calendar, period)
    filing = blank_filing(contract, (when.date_from, when.date_to), unit)
    filing.rows[0].update(changes)
    names = [f.name for f in contract.fields]
    lines = [f"#form,{FORM}", "#revision,1", f"#unit,{unit}", f"#period,{period}", "#nil,", ",".join(names)]
    lines += [",".join("" if row.get(n) is None else str(row[n]) for n in names) for row in filing.rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_good_report_is_accepted_and_a_bad_one_is_returned_with_its_cell(run: Any, tmp_path: Path) -> None:
    good = report(tmp_path / "good.csv")
    bad = report(tmp_path / "bad.csv", unit="cah_216", reports_received="hai")
    done = run("submit", str(good), str(bad), "--json")
    assert done.returncode == 1, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["state"], first["rows_landed"], first["findings"]) == ("accepted", 3, [])
    assert second["state"] == "returned"
    assert [(f["rule_id"], f["cell"], f["field"]) for f in second["findings"]] == [
        ("cell_is_a_whole_number", "C7", "reports_received")
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
    path = report(tmp_path / "r.csv", reports_opening=4, reports_to_resolve=4, reports_closing=4)
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
    assert (cell["value"], cell["cell"]) == (4, f"{chr(65 + column)}7")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[6].split(",")[column] == "4"
