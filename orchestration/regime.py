"""What the command line and Dagster's jobs do to the reporting regime: withdraw, waive, set its first year.

Each opens a loader's connection on an installation that is up to date; the work is `ingestion.registry`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg

from ingestion.contracts.loader import Contracts
from ingestion.gate import installed_contracts
from ingestion.registry import obligations
from ingestion.registry.anchor import anchor_head
from ingestion.registry.reference import sync_reference
from ingestion.registry.withdrawal import withdraw
from warehouse.clock import Clock
from warehouse.database import Database
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


def set_first_year(settings: Settings, first_year: int, reason: str, by: str) -> None:
    """Reports are owed from a year on. Raises `Kho138Error` with nothing changed."""
    with registry_of(settings) as (connection, _, now):
        obligations.start_regime(connection, first_year, reason=reason, by=by, now=now)


def first_year_owed(settings: Settings) -> int | None:
    """The first year of reports owed here; None: since the forms are in effect."""
    with registry_of(settings) as (connection, _, _):
        row = connection.execute("select first_year from registry.regime").fetchone()
    return None if row is None else int(row[0])
