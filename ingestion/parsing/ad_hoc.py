"""Ad hoc reports while they are read: whether the period is on file, which window it has, which event it tells of.

What is on file comes from the registry; a report made unasked (`2024-A`) gets its number there, after it was read.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingestion.contracts.ad_hoc import Requests
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.envelope import Envelope
from ingestion.parsing.table import Table, landing_columns

if TYPE_CHECKING:
    from ingestion.parsing.read import ReadFile


def ad_hoc_period(
    envelope: Envelope, form: FormContract, period: Period, today: dt.date, requests: Requests
) -> Period:
    """The period with its window: that of the request, or today until the event of an unasked report is read.

    Raises `Unreadable` where it is not on file for the form and unit.
    """
    if not period.ordinal and form.own_initiative is not None:
        return period.with_window(today, today)
    request = requests.get(period.key)
    if request is None or request.form != form.form:
        sheet, cell = _place(envelope, "period")
        expected = f"{today.year}-A"
        raise Unreadable(
            ReadFinding("request_is_on_file", sheet, cell, observed=period.key, expected=expected)
        )
    if envelope.unit not in request.units:
        sheet, cell = _place(envelope, "unit")
        unit = (envelope.unit or "–")[:60]
        raise Unreadable(ReadFinding("unit_is_asked", sheet, cell, observed=unit, expected=period.key))
    return request.period


def is_own_report(period: Period, requests: Requests) -> bool:
    """Whether a body reports unasked: not numbered yet, or sent again under the number it got."""
    if period.kind != "ad_hoc":
        return False
    return not period.ordinal or requests[period.key].is_own_initiative


def check_events(read: ReadFile, form: FormContract, today: dt.date) -> None:
    """The event of an ad hoc report is not after its receipt; an unasked one is of one event, whose day is its window.

    Raises `Unreadable` for an unasked report of none or several, or of another year than it says.
    """
    own, period, table = form.own_initiative, read.period, read.table
    if own is None or period is None or table is None or period.kind != "ad_hoc":
        return
    records = list(_records(form, table))
    days: list[dt.date] = []
    for record in records:
        if not record[own.event]:
            continue
        day = dt.date.fromisoformat(record[own.event])
        if day <= today:
            days.append(day)
            continue
        read.findings.append(
            ReadFinding(
                "incident_precedes_its_report",
                read.sheet,
                table.located.cell(own.event, int(record["at_index"])),
                own.event,
                int(record["row_no"]),
                observed=f"{day:%d/%m/%Y}",
            )
        )
    if not read.is_own_report:
        return
    if len(records) != 1:
        raise Unreadable(ReadFinding("own_report_is_of_one_event", read.sheet, observed=str(len(records))))
    # Without a day that can be read the report is returned by its rules; until then it is of the day of receipt.
    day = days[0] if days else today
    if period.year not in {day.year, today.year}:
        sheet, cell = _place(read.envelope, "period")
        raise Unreadable(ReadFinding("period_is_of_the_form", sheet, cell, observed=period.key))
    read.period = period.with_window(day, day)
    read.own_key = " / ".join(records[0][name].casefold() for name in form.grain)


def _place(envelope: Envelope, key: str) -> tuple[str | None, str | None]:
    return envelope.cells.get(key, (None, None))


def _records(form: FormContract, table: Table) -> Iterator[dict[str, str]]:
    names = landing_columns(form)
    for values in csv.reader(line.decode() for line in table.lines):
        yield dict(zip(names, values, strict=True))
