"""Reports coming in: the register of filings, a landing asset a form, their two questions, the inbox's sensor."""

from __future__ import annotations

import datetime as dt

import dagster as dg

from orchestration.automation import FILE_REPORTS

INBOX_TAG = "kho138/inbox"
# A run that stands still longer than this no longer keeps the inbox waiting.
_STALE_AFTER = dt.timedelta(hours=1)


@dg.definitions
def defs() -> dg.Definitions:
    from ingestion.gate import installed_contracts
    from orchestration.checks import REGISTRY, contract_check, row_accounting_check
    from orchestration.factories import landing_asset, registry
    from warehouse.settings import load_settings

    contracts = installed_contracts(load_settings())
    landing = [landing_asset(contracts, form) for form in contracts.forms]
    checks = [row_accounting_check(contracts), contract_check(contracts)]
    file_reports = dg.define_asset_job(
        FILE_REPORTS,
        selection=dg.AssetSelection.assets(REGISTRY) | dg.AssetSelection.checks(*checks),
        description="Nhận mọi tệp trong hộp thư đến. / Files everything that waits in the inbox, and asks every form's questions.",
    )
    return dg.Definitions(
        assets=[registry, *landing], asset_checks=checks, jobs=[file_reports], sensors=[inbox]
    )


@dg.sensor(
    job_name=FILE_REPORTS,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    required_resource_keys={"installation"},
    description="Hộp thư đến. / One run a tick for all files that wait; a failed run is asked for again on the next tick (D5).",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    from orchestration.inbox import waiting

    instance = context.instance
    running = instance.get_run_records(
        dg.RunsFilter(
            job_name=FILE_REPORTS,
            statuses=[
                dg.DagsterRunStatus.QUEUED,
                dg.DagsterRunStatus.NOT_STARTED,
                dg.DagsterRunStatus.STARTING,
                dg.DagsterRunStatus.STARTED,
                dg.DagsterRunStatus.CANCELING,
            ],
            updated_after=dt.datetime.now(dt.UTC) - _STALE_AFTER,
        ),
        limit=1,
    )
    if running:
        return dg.SkipReason("The inbox is being filed.")
    found = waiting(context.resources.installation.settings())
    if found.unreadable:
        context.log.warning(f"{found.unreadable} files of the inbox may not be read by this user; they stay.")
    if not found.paths:
        # Files may be safe and their judgement not: a failed run is asked for again all the same.
        last = next(iter(instance.get_runs(dg.RunsFilter(job_name=FILE_REPORTS), limit=1)), None)
        if last is not None and last.status == dg.DagsterRunStatus.FAILURE:
            return dg.RunRequest(run_key=f"after-{last.run_id}")
        return dg.SkipReason("Nothing waits in the inbox.")
    attempt = 1 + instance.get_runs_count(dg.RunsFilter(tags={INBOX_TAG: found.fingerprint[:63]}))
    return dg.RunRequest(run_key=f"{found.fingerprint}-{attempt}", tags={INBOX_TAG: found.fingerprint[:63]})
