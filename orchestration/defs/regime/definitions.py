"""The reporting regime: the questions about who reports, asked on the day after each deadline; its jobs."""

from __future__ import annotations

import datetime as dt

import dagster as dg

HANOI = "Asia/Ho_Chi_Minh"
REVIEW_DEADLINES = "review_deadlines"


@dg.definitions
def defs() -> dg.Definitions:
    from orchestration.checks_regime import regime_checks
    from orchestration.jobs import REGIME_JOBS

    review = dg.define_asset_job(
        REVIEW_DEADLINES,
        selection=dg.AssetSelection.checks(regime_checks),
        description="Ai chưa báo cáo, ai báo cáo chậm? / Asks who has not reported, who reports late, what waits to be replaced.",
    )
    return dg.Definitions(
        asset_checks=[regime_checks], jobs=[review, *REGIME_JOBS], schedules=[after_deadlines]
    )


@dg.schedule(
    cron_schedule="15 6 * * *",
    execution_timezone=HANOI,
    job_name=REVIEW_DEADLINES,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    required_resource_keys={"installation"},
    description="Hôm qua báo cáo nào đến hạn? / On the day after a deadline, asks who kept it.",
)
def after_deadlines(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    from ingestion.gate import installed_contracts
    from orchestration.agenda import falling_on
    from orchestration.checks_regime import DAY_TAG
    from warehouse.clock import HANOI as OFFSET

    yesterday = context.scheduled_execution_time.astimezone(OFFSET).date() - dt.timedelta(days=1)
    contracts = installed_contracts(context.resources.installation.settings())
    due = [entry for entry in falling_on(contracts, yesterday) if entry.what == "deadline"]
    if not due:
        return dg.SkipReason(f"No deadline fell on {yesterday}.")
    for entry in due:
        context.log.info(str(entry))
    tags = {DAY_TAG: yesterday.isoformat(), "kho138/deadlines": str(len(due))}
    return dg.RunRequest(run_key=yesterday.isoformat(), tags=tags)
