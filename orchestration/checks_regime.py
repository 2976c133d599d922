"""Asset checks of the reporting regime, one a question: who has not reported, who reports late, is what was returned replaced?

They ask the register as it stands and warn; a body that is late stops no figure. Bodies that are only asked to report are
told of apart, and never make a check fail. Checks of rows, contracts and the event log stand in `checks`.
"""

# No postponed annotations here: Dagster reads the type of `context` when a definition is made.
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from ingestion.contracts.review import load_review
from ingestion.registry.late import late_bodies
from ingestion.registry.review import punctuality, returned_unreplaced
from orchestration.agenda import falling_on
from orchestration.checks import REGISTRY
from orchestration.regime import registry_of
from orchestration.resources import Installation, told_in_one_line
from warehouse.clock import HANOI

WHO_HAS_NOT_REPORTED = "who_has_not_reported"
WHO_REPORTS_LATE = "who_reports_late"
RETURNED_ARE_REPLACED = "returned_reports_are_replaced_in_time"
DAY_TAG = "kho138/deadlines_of"
"""Tag of a run that looks back at a day: what fell due on it is attached to the answer."""

_QUESTIONS = {
    WHO_HAS_NOT_REPORTED: "Đơn vị nào chưa báo cáo? / Who has not reported: deadline past, nothing filed, or returned and not filed again?",
    WHO_REPORTS_LATE: "Đơn vị nào báo cáo chậm trong năm nay? / Whose reports of this year came after the deadline?",
    RETURNED_ARE_REPLACED: "Báo cáo bị trả lại đã được nộp lại kịp thời chưa? / Were returned reports replaced within the working days for it?",
}


@dg.multi_asset_check(
    name="the_regime_is_kept",
    specs=[dg.AssetCheckSpec(name, asset=REGISTRY, description=text) for name, text in _QUESTIONS.items()],
    can_subset=True,
)
def regime_checks(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> Iterator[dg.AssetCheckResult]:
    """The three questions over one connection; units and counts in the metadata, never a value of a report."""
    wanted = {key.name for key in context.selected_asset_check_keys}
    day = context.run.tags.get(DAY_TAG)
    with told_in_one_line(), registry_of(installation.settings()) as (connection, contracts, now):
        if WHO_HAS_NOT_REPORTED in wanted:
            late = late_bodies(connection, contracts, now)
            counts = [(b.unit, b.is_requested, len(b.reports)) for b in late]
            fell_due: dict[str, Any] = {}
            if day is not None:
                due = [
                    str(e) for e in falling_on(contracts, dt.date.fromisoformat(day)) if e.what == "deadline"
                ]
                absent = [
                    (b.unit, b.is_requested, 1)
                    for b in late
                    for r in b.reports
                    if r.due_at.date().isoformat() == day
                ]
                fell_due = {"day": day, "fell_due": due, "of_these_not_reported": _by_unit(absent, False)}
            yield _answer(WHO_HAS_NOT_REPORTED, counts, **fell_due)
        if WHO_REPORTS_LATE in wanted:
            year = str(now.astimezone(HANOI).year)
            rows = [r for r in punctuality(connection, now, year, year) if r["period"] == year and r["late"]]
            longest = max((r["days_late_longest"] for r in rows), default=0)
            yield _answer(
                WHO_REPORTS_LATE,
                [(r["unit"], r["is_requested"], r["late"]) for r in rows],
                year=year,
                days_late_longest=longest,
            )
        if RETURNED_ARE_REPLACED in wanted:
            review = load_review()
            waiting = returned_unreplaced(connection, review, now)
            yield _answer(
                RETURNED_ARE_REPLACED,
                [(r["holder"], r["is_requested"], 1) for r in waiting],
                working_days=review.replaced_within.working_days,
                mark=review.replaced_within.mark,
            )


def _answer(name: str, counts: list[tuple[str, bool, int]], **more: Any) -> dg.AssetCheckResult:
    owed, asked = _by_unit(counts, False), _by_unit(counts, True)
    return dg.AssetCheckResult(
        passed=not owed,
        asset_key=REGISTRY,
        check_name=name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reports": sum(owed.values()), "by_unit": owed, "requested_by_unit": asked, **more},
    )


def _by_unit(counts: Iterable[tuple[str, bool, int]], is_requested: bool) -> dict[str, int]:
    """Reports by unit of one kind of bodies."""
    total: Counter[str] = Counter()
    for unit, asked, number in counts:
        if asked == is_requested:
            total[unit] += number
    return dict(sorted(total.items()))
