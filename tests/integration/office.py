"""The standing agency's desk in a test: a home in which few things are owed, and filings made through the registry."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.contracts.loader import Contracts, load_contracts
from ingestion.contracts.periods import Period
from ingestion.parsing.envelope import Envelope
from ingestion.registry import submissions
from ingestion.registry.submissions import Finding, Received, Registration
from orchestration.regime import registry_of
from warehouse.clock import HANOI, Clock
from warehouse.database import Database
from warehouse.settings import Settings

CRIME, PROSECUTIONS, PLANS = "police__crime_reports", "procuracy__prosecutions", "all_bodies__plans"
Key = tuple[str, str, str]
_shas = itertools.count(1)
_SEVERITY = {"returned": "critical", "accepted_with_warnings": "warning", "accepted": "info"}


@dataclass
class Office:
    """`owe` first: only what it names is owed; then `file`, and `at` moves the clock."""

    settings: Settings
    contracts: Contracts = field(default_factory=load_contracts)

    def at(self, day: dt.date, hour: int = 8) -> dt.datetime:
        instant = dt.datetime.combine(day, dt.time(hour), HANOI)
        Clock.for_home(self.settings.home).advance_to(instant)
        return instant

    def owe(self, *keys: Key) -> None:
        """Of all that contracts and calendars give, only these (form, unit, period)."""
        with registry_of(self.settings) as (connection, _, _):
            connection.execute(
                "delete from registry.obligation where form || '|' || unit || '|' || period <> all(%s)",
                [["|".join(key) for key in keys]],
            )
            count = connection.execute("select count(*) from registry.obligation").fetchone()
            assert count == (len(keys),)

    def due(self, key: Key) -> dt.datetime:
        with Database(self.settings).connect("loader") as connection:
            row = connection.execute(
                "select due_at from registry.obligation where form = %s and unit = %s and period = %s",
                list(key),
            ).fetchone()
        assert row is not None
        return row[0]  # type: ignore[no-any-return]

    def first_owed(self, unit: str, year: int, count: int) -> list[Key]:
        """The first obligations of a unit's year, by deadline."""
        with registry_of(self.settings) as (connection, _, _):
            rows: Sequence[Key] = connection.execute(
                "select form, unit, period from registry.obligation"
                " where unit = %s and own_year = %s and not_owed_cause is null order by due_at, form limit %s",
                [unit, year, count],
            ).fetchall()
        assert len(rows) == count
        return list(rows)

    def file(self, key: Key, at: dt.datetime, verdict: str = "accepted", *, nil: bool = False) -> int:
        """A report that was received and judged at an instant; its number."""
        form, unit, period = key
        when = Period.parse(self.contracts.latest(form).calendar, period)
        received = Received(f"{next(_shas):064x}", "bieu.xlsx", 1, at, "test", "test")
        registration = Registration(
            received, Envelope(form, 1, unit, period, is_nil_return=nil), "received", when
        )
        with Database(self.settings).connect("loader") as connection, connection.cursor() as cursor:
            number = submissions.register_many(cursor, [registration])[0]
            cursor.execute("insert into registry.judging (submission_id) values (%s)", [number])
            finding = Finding("test", _SEVERITY[verdict], "thử", "test")
            submissions.add_findings(cursor, [(number, finding)], at)
            submissions.conclude(cursor, at, "test")
            cursor.execute("delete from registry.judging")
        return number

    def events(self, action: str) -> list[tuple[str, str, dict[str, object]]]:
        with Database(self.settings).connect("auditor") as connection:
            return connection.execute(
                "select subject_key, actor, details from registry.event where action = %s order by event_id",
                [action],
            ).fetchall()
