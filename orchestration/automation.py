"""When things run: names of the two jobs, and the one condition under which the warehouse is built unasked."""

from __future__ import annotations

import dagster as dg

FILE_REPORTS = "file_reports"
BUILD_WAREHOUSE = "build_warehouse"


def after_reports_change() -> dg.AutomationCondition:
    """Eager, with two traps closed.

    Landing assets have a partition for every period there will be, and most are still empty: plain `eager` waits for
    all of them and never asks. And a blocking check holds back what is downstream in its own run only: another run
    must be told to look at it. (Both landing assets and the register carry such a check, and every filing asks all of
    them: a check that was never asked has not passed.)
    """
    eager = dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing())
    return (eager & dg.AutomationCondition.all_deps_blocking_checks_passed()).with_label(
        "after_reports_change"
    )
