"""What Dagster's definitions are made of: manifest, checks of a model, automation, agenda, instance, and who imports it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ingestion.contracts.loader import load_contracts
from orchestration.agenda import Entry, falling_on
from orchestration.automation import after_reports_change
from orchestration.factories import answer_of_tests, dbt_tests_by_model, warehouse_assets
from orchestration.inbox import inbox_folder
from orchestration.instance import write_instance
from orchestration.manifest import warehouse_manifest
from warehouse.settings import Settings, load_settings

FORM = "police__crime_reports"
LANDING = dg.AssetKey(["landing", FORM])
FIGURES = dg.AssetKey(["marts", "fct_indicator_values"])
ROOT = Path(__file__).parents[2]


def test_a_second_revision_in_the_installation_feeds_the_same_asset(
    settings: Settings,
) -> None:
    own = settings.home / "forms" / "police"
    own.mkdir(parents=True)
    source = next((ROOT / "ingestion" / "forms").rglob(f"{FORM}.v1.yaml")).read_text(encoding="utf-8")
    (own / f"{FORM}.v2.yaml").write_text(
        source.replace("revision: 1", "revision: 2").replace("from: 2021-01", "from: 2030-01"),
        encoding="utf-8",
    )
    manifest = warehouse_manifest(settings)
    assert len(list((settings.home / "dagster").glob("manifest-*.json"))) == 1
    warehouse = warehouse_assets(manifest)
    # Two revisions are two tables and one asset.
    assert {f"source.kho138.landing.{FORM}__v{n}" for n in (1, 2)} <= set(manifest["sources"])
    (staged,) = [s for s in warehouse.specs if s.key.path[-1] == f"stg_{FORM}"]
    assert {d.asset_key for d in staged.deps} == {LANDING, dg.AssetKey("registry")}


def test_a_model_answers_for_all_its_tests_and_one_that_did_not_run_did_not_pass() -> None:
    by_model = dbt_tests_by_model(warehouse_manifest(load_settings()))
    tests = by_model[FIGURES] + by_model[dg.AssetKey(["intermediate", "int_indicators__history"])]
    assert {uid.split(".")[0] for uid in tests} == {"test", "unit_test"}
    good = dict.fromkeys(tests, "pass")
    assert answer_of_tests(FIGURES, tests, good).passed
    failed = answer_of_tests(FIGURES, tests, good | {tests[0]: "fail"})
    assert (failed.passed, failed.severity) == (False, dg.AssetCheckSeverity.ERROR)
    warned = answer_of_tests(FIGURES, tests, good | {tests[0]: "warn"})
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert not answer_of_tests(FIGURES, tests, {}).passed


def news(condition: dg.AutomationCondition, *, accounted: bool) -> bool:
    """Whether an unpartitioned asset is asked for when one of two periods before it came in."""
    periods = dg.StaticPartitionsDefinition(["2024-01", "2024-02"])

    @dg.asset(partitions_def=periods)
    def landing() -> None: ...

    @dg.asset_check(asset=landing, blocking=True)
    def accounting() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=accounted)

    @dg.asset(deps=[landing], automation_condition=condition)
    def figures() -> None: ...

    defs = dg.Definitions(assets=[landing, figures], asset_checks=[accounting])
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.evaluate_automation_conditions(defs, instance=instance)
        filing = dg.define_asset_job("filing", selection=dg.AssetSelection.assets(landing))
        job = dg.Definitions(assets=[landing], asset_checks=[accounting], jobs=[filing])
        job.resolve_job_def("filing").execute_in_process(
            instance=instance, partition_key="2024-01", raise_on_error=False
        )
        second = dg.evaluate_automation_conditions(defs, instance=instance, cursor=first.cursor)
        return second.get_num_requested(dg.AssetKey("figures")) > 0


def test_the_automation_condition_waits_neither_for_empty_periods_nor_builds_on_rows_unaccounted_for() -> (
    None
):
    assert news(after_reports_change(), accounted=True)
    assert not news(after_reports_change(), accounted=False)
    # The traps are there: without its two additions the condition falls into them.
    assert not news(dg.AutomationCondition.eager(), accounted=True)
    without = dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing())
    assert news(without, accounted=False)


def test_the_calendars_say_what_falls_on_a_day() -> None:
    contracts = load_contracts()
    # July 2024 under nd09 ends on Sunday the 14th; districts have two working days, the province three.
    assert Entry("cut_off", FORM, "2024-07", "district_police") in falling_on(contracts, dt.date(2024, 7, 14))
    assert [e.unit_class for e in falling_on(contracts, dt.date(2024, 7, 16)) if e.form == FORM] == [
        "district_police"
    ]
    assert Entry("deadline", FORM, "2024-07", "provincial_police") in falling_on(
        contracts, dt.date(2024, 7, 17)
    )
    assert falling_on(contracts, dt.date(2024, 7, 22)) == []
    # The month that ends in Tết 2024 is due after it; a quarter and its last month fall together.
    tet = falling_on(contracts, dt.date(2024, 2, 14))
    assert not [e for e in tet if e.what == "deadline"]
    both = [e.period for e in falling_on(contracts, dt.date(2024, 3, 14)) if e.form == FORM]
    assert set(both) == {"2024-03", "2024-Q1"}
    # Plans are due on days of their own, long before their period ends; the programme's once, in 2021.
    plans = [e for e in falling_on(contracts, dt.date(2024, 1, 31)) if e.form == "all_bodies__plans"]
    assert {(e.what, e.period) for e in plans} == {("deadline", "2024")} and len(plans) == 12
    for day, period in (
        (dt.date(2021, 1, 31), None),
        (dt.date(2021, 5, 30), "2021"),
        (dt.date(2024, 12, 14), None),
    ):
        said = {e.period for e in falling_on(contracts, day) if e.form == "all_bodies__plans"}
        assert said == ({period} if period else set())
    # District police were dissolved on 1 March 2025.
    assert not [e for e in falling_on(contracts, dt.date(2025, 3, 14)) if e.unit_class == "district_police"]


def test_the_instance_has_no_telemetry_and_keeps_its_runs_in_the_home(settings: Settings) -> None:
    folder = write_instance(settings)
    assert folder == settings.home / "dagster"
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert not instance.telemetry_enabled
        assert Path(instance.storage_directory()).is_relative_to(settings.home)
        instance.get_runs(limit=1)
    assert yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8"))["nux"] == {"enabled": False}
    assert inbox_folder(settings).is_dir()


@pytest.mark.parametrize("arguments", [["forms"], ["submit", "empty.csv"]])
def test_the_command_line_runs_without_dagster(
    settings: Settings, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "empty.csv").touch()
    program = (
        "import sys\n"
        "from orchestration.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code)\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('dagster', 'dagster_dbt', 'dbt')])\n"
    )
    told = {
        "KHO138_HOME": str(settings.home),
        "KHO138_DATABASE_NAME": str(settings.database_name),
        "KHO138_POSTGRES_HOME": str(settings.postgres_home),
        "KHO138_SYSTEM_FOLDER": str(settings.system_folder),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == [{"forms": "0", "submit": "1"}[arguments[0]], "[]"], done.stderr
