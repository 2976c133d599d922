"""What the command line and Dagster's jobs do to the reporting regime: withdraw, waive, ask, answer, set its first year.

Each opens a loader's connection on an installation that is up to date; the work is `ingestion.registry`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg

from ingestion.contracts.ad_hoc import RequestOnFile
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.gate import installed_contracts
from ingestion.registry import discrepancies, obligations
from ingestion.registry.anchor import anchor_head
from ingestion.registry.reference import sync_reference
from ingestion.registry.requests import LEGAL_BASIS, request_reports, requests_on_file
from ingestion.registry.withdrawal import withdraw
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings


@contextmanager
def registry_of(settings: Settings) -> Iterator[tuple[psycopg.Connection, Contracts, dt.datetime]]:
    """A loader's connection with reference data as the files say, the contracts, and this instant.

    What was done with it is anchored at the end, and so is what a process that was killed left without an anchor.
    """
    database = Database(settings)
    database.ensure()
    contracts, now = installed_contracts(settings), Clock.for_home(settings.home).now()
    with database.connect("loader") as connection:
        sync_reference(connection, contracts, now)
        yield connection, contracts, now
        connection.commit()
        anchor_head(settings, connection)


def withdraw_report(settings: Settings, submission: int, reason: str, by: str) -> dict[str, Any]:
    """Takes a report in force back; which one is in force in its place. Raises `Kho138Error` with nothing changed."""
    with registry_of(settings) as (connection, _, now):
        return asdict(withdraw(connection, submission, reason=reason, by=by, now=now))


def waive_report(
    settings: Settings, unit: str, form: str, period: str, until: dt.date, reason: str, by: str
) -> dict[str, Any]:
    """Waives an obligation through a day. Raises `Kho138Error` with nothing changed."""
    with registry_of(settings) as (connection, contracts, now):
        return obligations.waive(
            connection,
            contracts,
            unit=unit,
            form=form,
            period=period,
            until=until,
            reason=reason,
            by=by,
            now=now,
        )


def ask_reports(
    settings: Settings,
    form: str,
    units: Sequence[str],
    window: tuple[dt.date, dt.date],
    due: dt.date,
    reason: str,
    by: str,
    basis: str | None = None,
) -> RequestOnFile:
    """Asks units (codes, `class:…`) for an ad hoc report. Raises `Kho138Error` with nothing written."""
    with registry_of(settings) as (connection, contracts, now), connection.cursor() as cursor:
        return request_reports(
            cursor,
            contracts,
            now,
            form,
            units,
            *window,
            due,
            by=by,
            reason=reason,
            legal_basis=basis or LEGAL_BASIS,
        )


def answer_discrepancy(settings: Settings, key: str, text: str, by: str, state: str) -> dict[str, Any]:
    """Records a body's answer to a difference. Raises `Kho138Error` with nothing changed."""
    with registry_of(settings) as (connection, _, now):
        return discrepancies.answer(connection, key, text=text, by=by, state=state, now=now)


def set_first_year(settings: Settings, first_year: int, reason: str, by: str) -> None:
    """Reports are owed from a year on. Raises `Kho138Error` with nothing changed."""
    with registry_of(settings) as (connection, _, now):
        obligations.start_regime(connection, first_year, reason=reason, by=by, now=now)


def first_year_owed(settings: Settings) -> int | None:
    """The first year of reports owed here; None: since the forms are in effect."""
    with registry_of(settings) as (connection, _, _):
        row = connection.execute("select first_year from registry.regime").fetchone()
    return None if row is None else int(row[0])


def ad_hoc_window(settings: Settings, form: FormContract, period: Period, unit: str) -> Period:
    """An ad hoc period with the window of its request; one made unasked (`2024-A`) has its year, up to today.

    Raises `Kho138Error` where nothing of that number is asked of the unit.
    """
    with registry_of(settings) as (connection, _, now), connection.cursor() as cursor:
        on_file = requests_on_file(cursor)
    if not period.ordinal and form.own_initiative is not None:
        first, last = dt.date(period.year, 1, 1), dt.date(period.year, 12, 31)
        return period.with_window(first, max(first, min(last, now.date())))
    request = on_file.get(period.key)
    if request is None or request.form != form.form:
        raise Kho138Error(
            f"No request {period.key} of {form.form} is on file; `kho138 request` makes one.",
            vi=f"Không có yêu cầu báo cáo số {period.key} cho biểu {form.form}.",
        )
    if unit not in request.units:
        raise Kho138Error(
            f"Request {period.key} does not ask {unit}.",
            vi=f"Yêu cầu số {period.key} không gửi đến đơn vị {unit}.",
        )
    return request.period
