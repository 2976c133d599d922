"""Reference data in the database: contracts, code lists, periods; landing tables and judge views beside them.

Derived from files; written again only when the files' fingerprint differs from the one recorded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

import psycopg

from ingestion.contracts.calendars import load_calendars
from ingestion.contracts.code_lists import all_code_lists
from ingestion.contracts.loader import Contracts, fingerprint
from ingestion.contracts.models import FormContract
from ingestion.contracts.obligations import load_regime
from ingestion.contracts.periods import Kind, Period, periods_ending_between
from ingestion.contracts.rules import filers_list
from ingestion.contracts.support_eligibility import load_support_eligibility
from ingestion.contracts.units import load_successions, units_of_class
from ingestion.contracts.working_days import load_special_days
from ingestion.derive.landing_table import create_table, judge_views
from ingestion.registry.obligations import write_obligations

OPEN = dt.date(9999, 12, 31)
FIRST_DAY, LAST_DAY = dt.date(2020, 12, 31), dt.date(2031, 12, 31)
# Two processes that start at once make tables one after the other.
_LOCK = 1380001


def _state(contracts: Contracts) -> str:
    """Fingerprint of all that is derived: contracts with their labels, code lists, calendars."""
    parts = [c.model_dump_json() + fingerprint(c) for c in contracts.values()]
    parts += [f"{name}:{list(codes)}" for name, codes in sorted(all_code_lists().items())]
    parts += [repr(c) for c in load_calendars().values()]
    parts += [repr(row) for row in _time_limits()]
    parts += [repr(load_regime()), repr(load_successions()), repr(load_special_days())]
    parts += [v.sql for c in contracts.values() for ledger in (False, True) for v in judge_views(c, ledger)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def sync_reference(connection: psycopg.Connection, contracts: Contracts, now: dt.datetime) -> bool:
    """Brings reference tables, landing tables and judge views to what the files say; True when anything was written.

    `connection` is a loader's, outside a transaction; all is written in one.
    """
    state = _state(contracts)
    recorded = connection.execute("select fingerprint from registry.reference_state").fetchone()
    connection.commit()
    if recorded is not None and recorded[0] == state:
        return False
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        for form in contracts.values():
            cursor.execute(create_table(form))
        for table in ("code", "code_pair", "time_limit", "period", "form", "form_field", "form_rule"):
            cursor.execute(f"delete from registry.{table}")
        _copy(cursor, "registry.code", _codes(contracts))
        _copy(cursor, "registry.code_pair", _pairs())
        _copy(cursor, "registry.time_limit", _time_limits())
        _copy(cursor, "registry.period", _periods())
        _copy(cursor, "registry.form", (_form(c) for c in contracts.values()))
        _copy(cursor, "registry.form_field", (row for c in contracts.values() for row in _fields(c)))
        _copy(cursor, "registry.form_rule", (row for c in contracts.values() for row in _rules(c)))
        write_obligations(cursor, contracts)
        for form in contracts.values():
            for ledger in (False, True):
                for view in judge_views(form, ledger):
                    cursor.execute(f"drop view if exists landing.{view.name}")
                    cursor.execute(f"create view landing.{view.name} as\n{view.sql}")
        cursor.execute(
            "insert into registry.reference_state (singleton, fingerprint, synced_at) values (true, %s, %s)"
            " on conflict (singleton) do update set fingerprint = excluded.fingerprint, synced_at = excluded.synced_at",
            [state, now],
        )
    return True


def _copy(cursor: psycopg.Cursor, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _codes(contracts: Contracts) -> Iterable[tuple[object, ...]]:
    for name, codes in all_code_lists().items():
        for c in codes:
            yield (
                name,
                c.code,
                c.label_vi,
                c.label_en,
                c.valid_from,
                c.valid_to or OPEN,
                c.parent,
                c.mark,
                json.dumps(dict(c.extra), ensure_ascii=False),
            )
    for form in contracts.forms:
        latest = contracts.latest(form)
        seen: dict[tuple[str, dt.date], tuple[object, ...]] = {}
        for filer in latest.filed_by:
            first, last = filer.valid_from or dt.date(2021, 1, 1), filer.valid_to or OPEN
            for day in _change_days(filer.unit_class, first, last):
                for unit in units_of_class(filer.unit_class, day):
                    begins = max(unit.valid_from, first)
                    seen[(unit.code, begins)] = (
                        filers_list(latest),
                        unit.code,
                        unit.label_vi,
                        unit.label_en,
                        begins,
                        min(unit.valid_to or OPEN, last),
                        None,
                        unit.mark,
                        json.dumps({"class": filer.unit_class}),
                    )
        yield from seen.values()


def _change_days(unit_class: str, first: dt.date, last: dt.date) -> list[dt.date]:
    """Days on which the members of a class may change: the first day, and every start of a unit's validity."""
    starts = {c.valid_from for c in all_code_lists()["unit"] if first <= c.valid_from <= last}
    return sorted({first, *starts})


def _pairs() -> Iterable[tuple[object, ...]]:
    for row in load_support_eligibility():
        yield ("support_eligibility", row.status, row.regime, row.valid_from, row.valid_to or OPEN, row.mark)


def _time_limits() -> Iterable[tuple[object, ...]]:
    """Legal limits by stage and class of offence; a supplementary investigation differs by who sent the file back."""
    for c in all_code_lists()["time_limit"]:
        limit = c.extra
        normal = _interval(limit["limit_months"], limit["limit_days"])
        longest = _interval(limit["max_months"], limit["max_days"])
        yield (
            limit["stage"],
            limit["offence_class"] or limit["returned_by"] or "ALL",
            normal,
            # Extensions without an upper bound in law are recorded with the normal limit alone.
            normal if longest is None else longest,
            c.valid_from,
            c.valid_to or OPEN,
            limit["basis"],
            c.mark,
        )


def _interval(months: str, days: str) -> str | None:
    """Months and days as a PostgreSQL interval; none where the list states neither."""
    return f"{months or 0} months {days or 0} days" if months or days else None


def _periods() -> Iterable[tuple[object, ...]]:
    kinds: tuple[Kind, ...] = ("month", "quarter", "half", "year")
    for calendar in load_calendars():
        for period in periods_ending_between(calendar, kinds, FIRST_DAY, LAST_DAY):
            yield (
                calendar,
                period.key,
                period.kind,
                period.date_from,
                period.date_to,
                period.label_vi,
                period.label_en,
                _containing(period, "quarter"),
                _containing(period, "half"),
                _containing(period, "year"),
                period.previous().key,
                period.same_period_last_year().key,
            )
    series = Period.parse("calendar", "series")
    yield (
        "calendar",
        series.key,
        series.kind,
        series.date_from,
        series.date_to,
        series.label_vi,
        series.label_en,
        None,
        None,
        None,
        None,
        None,
    )


def _containing(period: Period, kind: Kind) -> str | None:
    order = ("month", "quarter", "half", "year")
    return period.containing(kind).key if order.index(period.kind) <= order.index(kind) else None


def _form(c: FormContract) -> tuple[object, ...]:
    return (
        c.form,
        c.revision,
        c.agency,
        c.family,
        c.kind,
        c.calendar,
        c.title.vi,
        c.title.en,
        list(c.rhythms),
        list(c.grain),
        c.effective.first,
        c.effective.last,
        c.is_requested,
        c.sensitivity,
        fingerprint(c),
    )


def _fields(c: FormContract) -> Iterable[tuple[object, ...]]:
    for position, f in enumerate(c.fields, start=1):
        heading = c.heading(f)
        yield (
            c.form,
            c.revision,
            f.name,
            position,
            f.type,
            f.behaviour,
            f.is_measure,
            f.required,
            f.code_list,
            f.sensitivity or c.sensitivity,
            heading.vi,
            heading.en,
            f.reference,
        )


def _rules(c: FormContract) -> Iterable[tuple[object, ...]]:
    for r in c.rules:
        says = r.says()
        yield (
            c.form,
            c.revision,
            r.id,
            r.kind,
            r.severity,
            r.ledger,
            r.runs_in,
            says.vi,
            says.en,
            r.legal_basis,
            r.mark,
        )
