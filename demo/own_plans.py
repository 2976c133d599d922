"""The plan that a body files once a year: an invented number, dates in order, some tasks."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from demo.filing_plan import Filing
from ingestion.contracts.models import FormContract


def plan_rows(form: FormContract, filing: Filing, seed: int) -> list[dict[str, Any]]:
    """The one row of a body's plan of the filing's year; it was sent on the day before it arrived."""
    rng = Random(f"{seed}|{form.form}|{filing.unit}|{filing.period.key}|rows")
    sent = filing.arrives.date() - dt.timedelta(days=1)
    year = filing.period.year
    kind = next(
        (date.rows["plan_kind"] for date in form.due_dates if date.after and date.after.year == year), "NAM"
    )
    return [
        {
            "plan_number": f"{rng.randint(5, 90)}/KH-{filing.unit.upper()}",
            "plan_kind": kind,
            "issued_on": sent - dt.timedelta(days=rng.randint(1, 6)),
            "covers_from": dt.date(year, 1, 1),
            "covers_to": dt.date(year if kind == "NAM" else 2025, 12, 31),
            "sent_on": sent,
            "tasks_listed": rng.randint(4, 15),
        }
    ]
