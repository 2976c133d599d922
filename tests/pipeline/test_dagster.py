"""Dagster over the same functions as the command line: inbox, landing partitions, checks, building, the daily question."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.gate import Gate
from orchestration.automation import BUILD_WAREHOUSE, FILE_REPORTS
from orchestration.checks import row_accounting
from orchestration.factories import warehouse_assets
from orchestration.inbox import file_inbox, inbox_folder
from orchestration.manifest import warehouse_manifest
from orchestration.resources import Installation
from warehouse.clock import HANOI, Clock
from warehouse.database import Database
from warehouse.settings import Settings

FORM = "police__crime_reports"
LANDING = dg.AssetKey(["landing", FORM])
FIGURES = dg.AssetKey(["marts", "fct_indicator_values"])
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from orchestration.definitions import defs as load

    loaded = load()
    assert isinstance(loaded, dg.Definitions)
    return loaded


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def home(settings: Settings) -> Settings:
    """The test's home, past the end of July 2024, with an inbox."""
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2024, month=9, day=1))
    inbox_folder(settings).mkdir()
    return settings


def installed(settings: Settings, **changes: Any) -> dict[str, Any]:
    """The resource that stands for a home."""
    told = settings.model_dump(mode="json", exclude_defaults=True) | changes
    return {"installation": Installation(overrides=told)}


def drop(settings: Settings, name: str, unit: str = "cah_215", period: str = "2024-07", **cells: Any) -> Path:
    """A CSV report of crime reports in the inbox, all zero but for `cells` on its first row, written a minute ago."""
    contract = load_contracts().latest(FORM)
    when = Period.parse(contract.calendar, period)
    filing = blank_filing(contract, (when.date_from, when.date_to), unit)
    filing.rows[0].update(cells)
    names = [f.name for f in contract.fields]
    lines = [f"#form,{FORM}", "#revision,1", f"#unit,{unit}", f"#period,{period}", "#nil,", ",".join(names)]
    lines += [",".join("" if row.get(n) is None else str(row[n]) for n in names) for row in filing.rows]
    path = inbox_folder(settings) / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def tick(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> dg.RunRequest | dg.SkipReason:
    sensor = defs.get_repository_def().get_sensor_def("inbox")
    with dg.build_sensor_context(
        instance, repository_def=defs.get_repository_def(), resources=installed(settings)
    ) as context:
        data = sensor.evaluate_tick(context)
    assert len(data.run_requests or []) <= 1
    return data.run_requests[0] if data.run_requests else dg.SkipReason(data.skip_message)


def run(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    resources: dict[str, Any],
    request: dg.RunRequest | None = None,
) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        resources=resources,
        raise_on_error=False,
        tags=dict(request.tags) if request else None,
    )


def warehouse_keys(defs: dg.Definitions) -> list[dg.AssetKey]:
    graph = defs.resolve_asset_graph()
    return [k for k in graph.materializable_asset_keys if k.path[0] in {"staging", "intermediate", "marts"}]


def requested(defs: dg.Definitions, instance: dg.DagsterInstance, cursor: Any = None) -> tuple[set[str], Any]:
    result = dg.evaluate_automation_conditions(defs, instance=instance, cursor=cursor)
    keys = {r.key for r in result.results if r.true_subset.size}
    return {"/".join(k.path) for k in keys if isinstance(k, dg.AssetKey)}, result.cursor


def test_files_of_the_inbox_become_a_published_warehouse_and_a_row_without_a_file_stops_the_next(
    defs: dg.Definitions, instance: dg.DagsterInstance, home: Settings, database: Database
) -> None:
    _, cursor = requested(defs, instance)
    drop(home, "good.csv")
    drop(home, "bad.csv", unit="cah_216", reports_received="hai")
    half = inbox_folder(home) / "half.csv"
    half.write_text("#form", encoding="utf-8")  # just written: still on its way

    request = tick(defs, instance, home)
    assert isinstance(request, dg.RunRequest)
    done = run(defs, instance, FILE_REPORTS, installed(home), request)
    assert done.success
    assert [p.name for p in inbox_folder(home).iterdir()] == ["half.csv"]
    landed = [e.event_specific_data.materialization for e in done.get_asset_materialization_events()]
    (july,) = [m for m in landed if m.asset_key == LANDING]
    assert july.partition == "2024-07"
    assert july.metadata["states"].value == {"accepted": 1, "returned": 1}
    checks = {(e.asset_key, e.check_name): e for e in done.get_asset_check_evaluations()}
    assert checks[LANDING, "row_accounting"].passed
    assert checks[LANDING, "row_accounting"].metadata["files"].value == 2
    kept = checks[LANDING, "contract_is_kept"]
    assert (kept.passed, kept.metadata["filings"].value) == (False, {"accepted": 1, "returned": 1})
    assert "hai" not in repr(checks)
    assert len([name for _, name in checks if name == "row_accounting"]) == len(load_contracts().forms) + 1

    # The filing is news: the warehouse is asked for once, though hundreds of periods are still empty.
    asked, cursor = requested(defs, instance, cursor)
    assert "marts/fct_indicator_values" in asked
    built = run(defs, instance, BUILD_WAREHOUSE, installed(home))
    assert built.success
    assert FIGURES in {e.asset_key for e in built.get_asset_materialization_events()}
    tests = [e for e in built.get_asset_check_evaluations() if e.check_name == "dbt_tests"]
    assert tests
    assert all(e.passed for e in tests)
    assert requested(defs, instance, cursor)[0] == set()

    # Rows that no file brought: the build of a run stops before dbt, and no other run is asked for.
    _, cursor = requested(defs, instance, cursor)
    with database.connect_admin() as admin:
        admin.execute(
            f"insert into landing.{FORM}__v1 (submission_id, row_no, at_index) values (999999, 1, 1)"
        )
        before = admin.execute("select count(*) from registry.build").fetchone()
    stopped = run(defs, instance, BUILD_WAREHOUSE, installed(home))
    assert not stopped.get_asset_materialization_events()
    with database.connect_admin() as admin:
        assert admin.execute("select count(*) from registry.build").fetchone() == before
    # Told to build without that question, dbt's own test finds the row; nothing is published, nothing materialised.
    failed = dg.materialize(
        [warehouse_assets(warehouse_manifest(home))],
        instance=instance,
        resources=installed(home),
        raise_on_error=False,
    )
    assert not failed.get_asset_materialization_events()
    (step,) = failed.get_step_failure_events()
    assert "every_landed_row_has_a_submission" in str(step.step_failure_data.user_failure_data.description)
    drop(home, "late.csv", unit="cah_216")
    run(defs, instance, FILE_REPORTS, installed(home))
    asked, cursor = requested(defs, instance, cursor)
    assert asked == set()

    # Accounted for again, and the late file is built.
    with database.connect_admin() as admin:
        admin.execute(f"delete from landing.{FORM}__v1 where submission_id = 999999")
    run(defs, instance, FILE_REPORTS, installed(home))
    assert "marts/fct_indicator_values" in requested(defs, instance, cursor)[0]
    with database.connect_admin() as admin, database.connect("loader") as loader:
        assert row_accounting(loader, load_contracts(), FORM)["files_with_another_count"] == 0
        admin.execute(f"delete from landing.{FORM}__v1 where row_no = 1")
        assert row_accounting(loader, load_contracts(), FORM)["files_with_another_count"] == 3


def test_a_failed_run_leaves_the_files_and_is_asked_for_again_on_the_next_tick(
    defs: dg.Definitions, instance: dg.DagsterInstance, home: Settings
) -> None:
    assert isinstance(tick(defs, instance, home), dg.SkipReason)
    path = drop(home, "report.csv")
    first = tick(defs, instance, home)
    assert isinstance(first, dg.RunRequest)
    gone = installed(home, database_url="postgresql://nobody@127.0.0.1:1/none")
    failed = run(defs, instance, FILE_REPORTS, gone, first)
    assert not failed.success
    assert path.exists()
    again = tick(defs, instance, home)
    assert isinstance(again, dg.RunRequest)
    assert again.run_key != first.run_key
    # While a run is under way its files are not asked for a second time.
    instance.add_run(
        dg.DagsterRun(job_name=FILE_REPORTS, run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED)
    )
    assert isinstance(tick(defs, instance, home), dg.SkipReason)


def test_a_judgement_that_fails_is_made_up_for_on_the_next_tick_without_filing_twice(
    defs: dg.Definitions, instance: dg.DagsterInstance, home: Settings, database: Database
) -> None:
    path = drop(home, "report.csv")
    Gate(home).receive([])  # makes the landing tables and what judges them
    view = f"landing.judge_{FORM}__v1__rows"
    with database.connect_admin() as admin:
        admin.execute(f"alter view {view} rename to hidden")
    assert not run(defs, instance, FILE_REPORTS, installed(home), tick(defs, instance, home)).success
    assert not path.exists()
    with database.connect_admin() as admin:
        states = admin.execute("select state from registry.submission").fetchall()
        admin.execute(f"alter view landing.hidden rename to judge_{FORM}__v1__rows")
    assert states == [("received",)]
    again = tick(defs, instance, home)
    assert isinstance(again, dg.RunRequest)
    done = run(defs, instance, FILE_REPORTS, installed(home), again)
    assert done.success
    assert LANDING in {e.asset_key for e in done.get_asset_materialization_events()}
    with database.connect_admin() as admin:
        assert admin.execute("select state from registry.submission").fetchall() == [("accepted",)]
    assert isinstance(tick(defs, instance, home), dg.SkipReason)


def test_a_file_leaves_the_inbox_only_as_what_was_filed(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = inbox_folder(home)
    kept = drop(home, "changed.csv")
    newer = drop(home, "newer.csv", unit="cah_216").read_bytes()
    (inbox / "newer.csv").unlink()
    outside = tmp_path / "outside.csv"
    outside.write_text("theirs", encoding="utf-8")
    (inbox / "link.csv").symlink_to(outside)
    os.utime(inbox / "link.csv", (1, 1), follow_symlinks=False)
    (inbox / "folder").mkdir()
    (inbox / "folder" / "report.csv").write_text("not looked into", encoding="utf-8")
    os.utime(inbox / "folder", (1, 1))
    receive = Gate.receive

    def while_somebody_writes(gate: Gate, *arguments: Any) -> list[int]:
        ids = receive(gate, *arguments)
        kept.write_bytes(newer)
        return ids

    monkeypatch.setattr(Gate, "receive", while_somebody_writes)
    reports = {r["file_name"]: r for r in file_inbox(home)}
    assert reports["changed.csv"]["state"] == "accepted"
    assert {reports[name]["state"] for name in ("link.csv", "folder")} == {"returned"}
    assert [(p.name, p.read_bytes()) for p in inbox.iterdir()] == [("changed.csv", newer)]
    assert outside.read_text(encoding="utf-8") == "theirs"
    (moved,) = (home.home / "inbox-refused").iterdir()
    assert (moved.name, len(list(moved.iterdir()))) == (str(reports["folder"]["submission_id"]), 1)


def test_a_landing_asset_a_form_has_the_periods_of_its_rhythms_and_feeds_its_staging_model(
    defs: dg.Definitions,
) -> None:
    graph = defs.resolve_asset_graph()
    contracts = load_contracts()
    landing = {k.path[1] for k in graph.get_all_asset_keys() if k.path[0] == "landing"}
    assert landing == set(contracts.forms)
    for form in contracts.forms:
        assert (
            dg.AssetKey(["landing", form]) in graph.get(dg.AssetKey(["staging", f"stg_{form}"])).parent_keys
        )
    partitions = graph.get(LANDING).partitions_def
    assert partitions is not None
    keys = partitions.get_partition_keys()
    assert len(keys) == len(set(keys))
    assert keys.index("2024-03") < keys.index("2024-Q1") < keys.index("2024-04") < keys.index("2024-H1")
    series = graph.get(dg.AssetKey(["landing", "unodc__trafficking_counts"])).partitions_def
    assert series is not None
    assert series.get_partition_keys() == ["series"]
    assert {graph.get(k).group_name for k in warehouse_keys(defs)} == {"staging", "intermediate", "marts"}


@pytest.mark.parametrize(
    ("morning", "builds"), [(dt.datetime(2024, 7, 16, 6), True), (dt.datetime(2024, 7, 22, 6), False)]
)
def test_the_daily_schedule_builds_on_a_deadline_and_on_no_other_day(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    home: Settings,
    morning: dt.datetime,
    builds: bool,
) -> None:
    repository = defs.get_repository_def()
    assert {s.name for s in repository.schedule_defs} == {"daily", "after_deadlines"}
    schedule = repository.get_schedule_def("daily")
    # The tick is given in UTC, in which it is still the day before.
    at = morning.replace(tzinfo=HANOI).astimezone(dt.UTC)
    with dg.build_schedule_context(
        instance, scheduled_execution_time=at, resources=installed(home)
    ) as context:
        data = schedule.evaluate_tick(context)
    days = [r.run_key for r in data.run_requests or []]
    assert days == ([morning.date().isoformat()] if builds else [])
    assert schedule.job_name == BUILD_WAREHOUSE
