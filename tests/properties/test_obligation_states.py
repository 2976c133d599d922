"""What is owed and in which state it is: the product equals an independent model, now and at every past instant.

Random histories stand in `histories`, the second reading of the papers in `model`; `make bench` runs 500 histories and
`make bench-long SUITE=states` 10,000.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.registry.obligations import obligation_states, waive
from ingestion.registry.withdrawal import withdraw
from tests.properties.histories import OBLIGATIONS, Ground, Key, ground, run_histories
from tests.properties.model import HANOI, Record, expected
from warehouse.clock import Clock
from warehouse.database import Database

VIEW = "registry.obligation_history"
# What a clerk would suffer from if the view had it wrong, as the database prints the view.
MISTAKES = {
    "a waiver that expired still counts": ("AND i.known_from < w.expires_at", ""),
    "a report at the last second is late": (
        "first_accepted_at < (due_at + '00:00:01'::interval)",
        "first_accepted_at < due_at",
    ),
    "a deadline passes unnoticed": ("o.due_at + '00:00:01'::interval", "o.due_at"),
    "a withdrawn report still was the first": ("f.withdrawn_at > i.known_from", "true"),
    "a returned report ends a waiver": (
        "WHEN w.expires_at IS NOT NULL THEN 'waived'::text",
        "WHEN h.is_returned THEN 'returned'::text WHEN w.expires_at IS NOT NULL THEN 'waived'::text",
    ),
}


@pytest.fixture
def place(database: Database, clock: Clock) -> Iterator[Ground]:
    with ground(database, load_contracts(), clock.now()) as made:
        yield made


def grant(place: Ground, key: Key, *, until: dt.date, now: dt.datetime) -> None:
    form, unit, period = key
    said = {"unit": unit, "form": form, "period": period, "reason": "lũ lụt", "by": "chị Tư"}
    waive(place.connection, place.contracts, until=until, now=now, **said)


def test_forty_histories_show_no_difference(place: Ground) -> None:
    run_histories(place, 40)
    assert place.counts["histories"] >= 40
    assert place.counts["refused"] > 0


def test_the_same_is_owed_by_the_same_units_until_the_same_second(place: Ground) -> None:
    rows = place.connection.execute(
        "select form, unit, period, calendar, window_from, window_to, due_from, due_at, not_owed_cause is null"
        " from registry.obligation"
    ).fetchall()
    ours = [
        (o.form, o.unit, o.period, o.calendar, o.first, o.last, o.cut_off, o.due_at, o.is_owed)
        for o in OBLIGATIONS.values()
    ]
    assert sorted(rows) == sorted(ours)


@pytest.mark.parametrize("day", [dt.date(2024, 12, 31), dt.date(2025, 3, 1), dt.date(2025, 12, 31)])
def test_without_a_filing_the_calendar_alone_decides(place: Ground, day: dt.date) -> None:
    at = dt.datetime.combine(day, dt.time(12), HANOI)
    ours = {key: expected(o, Record(), at) for key, o in OBLIGATIONS.items()}
    assert place.said(at) == {key: row for key, row in ours.items() if row is not None}


def test_a_waiver_granted_before_the_period_waits_for_its_first_day(place: Ground) -> None:
    key = ("police__crime_reports", "cat_24", "2025-Q3")
    begins = OBLIGATIONS[key].begins
    grant(place, key, until=dt.date(2025, 12, 31), now=begins - dt.timedelta(days=30))
    assert key not in place.said(begins - dt.timedelta(seconds=1))
    assert place.said(begins)[key].state == "waived"


def test_withdrawals_at_one_instant_bring_the_first_report_back(place: Ground) -> None:
    """A driven clock may stand still: two corrections, each withdrawn as it came."""
    key = ("police__crime_reports", "cat_24", "2025-01")
    now = OBLIGATIONS[key].cut_off
    first = place.file(key, now)
    place.judge({first: "accepted"}, now)
    for _ in range(2):
        correction = place.file(key, now)
        place.judge({correction: "accepted"}, now)
        withdrawn = withdraw(place.connection, correction, reason="nhầm số", by="anh Ba", now=now)
        assert withdrawn.in_force == first
    assert place.said(now)[key].submission_id == first


def test_the_model_notices_a_mistake_in_the_view(place: Ground) -> None:
    for mistake, (right, wrong) in MISTAKES.items():
        with _mistaken(place, right, wrong):
            noticed = False
            try:
                run_histories(place, 150, shortest=False)
            except AssertionError as difference:
                noticed = "as known at" in str(difference)
            assert noticed, mistake


@contextlib.contextmanager
def _mistaken(place: Ground, right: str, wrong: str) -> Iterator[None]:
    place.connection.rollback()
    sound = place.admin.execute(f"select pg_get_viewdef('{VIEW}'::regclass, true)").fetchone()[0]  # type: ignore[index]
    assert right in sound, f"the view has no {right!r}"
    place.admin.execute(f"create or replace view {VIEW} as {sound.replace(right, wrong)}")
    yield
    place.connection.rollback()
    place.admin.execute(f"create or replace view {VIEW} as {sound}")


def test_reports_in_and_on_time_of_twenty_one_owed(place: Ground) -> None:
    """Golden example G12 on the rows themselves: I36 is 18 of 20, I37 is 16 of 20, also after a late correction."""
    known = dt.datetime(2025, 9, 30, 12, 0, tzinfo=HANOI)
    owed = [k for k, o in OBLIGATIONS.items() if o.is_owed and o.due_at < known][:21]
    place.connection.execute(
        "delete from registry.obligation where form || unit || period <> all(%s)",
        [["".join(k) for k in owed]],
    )
    filed, waived = owed[:18], owed[18]
    numbers = []
    for nth, key in enumerate(filed):
        late_by = dt.timedelta(seconds=1) if nth >= 16 else dt.timedelta()
        at = OBLIGATIONS[key].due_at + late_by
        numbers.append(place.file(key, at, is_nil_return=nth < 5))
        place.judge({numbers[-1]: "accepted_with_warnings" if 5 <= nth < 8 else "accepted"}, at)
    grant(place, waived, until=dt.date(2025, 12, 31), now=OBLIGATIONS[waived].due_at)
    rows = obligation_states(place.connection, known)
    assert Counter(r["state"] for r in rows) == {
        "accepted": 15,
        "accepted_with_warnings": 3,
        "waived": 1,
        "missing": 2,
    }
    assert sum(bool(r["is_nil_return"]) for r in rows) == 5
    assert _reports_in_and_on_time(rows) == (18, 16, 20)
    late = [r["days_late"] for r in rows if r["first_accepted_on_time"] is False]
    assert late == [1, 1]

    correction = place.file(filed[10], known)
    place.judge({correction: "accepted"}, known)
    rows = obligation_states(place.connection, known)
    assert next(r for r in rows if r["submission_id"] == correction)["first_accepted_on_time"] is True
    assert numbers[10] not in [r["submission_id"] for r in rows]
    assert _reports_in_and_on_time(rows) == (18, 16, 20)


def _reports_in_and_on_time(rows: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Accepted, accepted in time, and owed less waived."""
    reported = [r for r in rows if r["state"] in ("accepted", "accepted_with_warnings")]
    on_time = [r for r in reported if r["first_accepted_on_time"]]
    return len(reported), len(on_time), len([r for r in rows if r["state"] not in ("waived", "not_owed")])
