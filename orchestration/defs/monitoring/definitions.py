"""What falls today, asked of the calendars every day (D19: cut-offs differ by body); the watch over the event log; the
questions asked of the discrepancy ledger; the end of emergency access."""

from __future__ import annotations

import dagster as dg

from orchestration.automation import BUILD_WAREHOUSE

HANOI = "Asia/Ho_Chi_Minh"


@dg.definitions
def defs() -> dg.Definitions:
    from ingestion.gate import installed_contracts
    from orchestration.checks import event_log_check
    from orchestration.checks_across import reports_agree_check
    from warehouse.settings import load_settings

    checks = [event_log_check, reports_agree_check(installed_contracts(load_settings()))]
    return dg.Definitions(schedules=[daily], sensors=[emergency_access], asset_checks=checks)


@dg.sensor(
    # The vault refuses at once whom the clock has overtaken; the other roles' sessions wait for this.
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    required_resource_keys={"installation"},
    description="Quyền khẩn cấp nào đã hết hạn? / Ends every emergency access whose time is over, and its sessions.",
)
def emergency_access(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    from ingestion.registry.break_glass import end_what_is_over
    from orchestration.resources import told_in_one_line
    from warehouse.database import Database

    database = Database(context.resources.installation.settings())
    with told_in_one_line():
        database.ensure()
        ended = end_what_is_over(database)
    return dg.SkipReason(f"Emergency accesses that ended: {ended}.")


@dg.schedule(
    cron_schedule="0 6 * * *",
    execution_timezone=HANOI,
    job_name=BUILD_WAREHOUSE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    required_resource_keys={"installation"},
    description="Kỳ nào chốt số liệu hoặc đến hạn nộp hôm nay? / Builds on days on which a period is cut off or due.",
)
def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    from ingestion.gate import installed_contracts
    from orchestration.agenda import falling_on
    from warehouse.clock import HANOI as OFFSET

    day = context.scheduled_execution_time.astimezone(OFFSET).date()
    entries = falling_on(installed_contracts(context.resources.installation.settings()), day)
    if not entries:
        return dg.SkipReason(f"No cut-off and no deadline falls on {day}.")
    for entry in entries:
        context.log.info(str(entry))
    tags = {"kho138/day": day.isoformat()}
    for what in ("cut_off", "deadline"):
        forms = sum(entry.what == what for entry in entries)
        if forms:
            tags[f"kho138/{what}s"] = str(forms)
    return dg.RunRequest(run_key=day.isoformat(), tags=tags)
