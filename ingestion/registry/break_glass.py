"""Break-glass: a log-in of one named person, with a reason, for some hours; it always ends. The only writer of
`registry.break_glass`.

`valid until` only stops new sessions. What is open ends when somebody sweeps (`end_what_is_over`): every command does,
and Dagster every five minutes; until then the vault's functions refuse it. All of it goes by the server's clock, since the
server enforces it: the clock of a simulated home may stand still.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import psycopg
from psycopg.rows import class_row

from ingestion.registry.anchor import anchor_head
from ingestion.registry.events import Event, add_events, checked_reason, stated
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.logins import drop_login, make_login
from warehouse.roles import role_name

OpenRole = Literal["linker", "case_analyst", "auditor"]
LONGEST_HOURS = 24
_SERVICE = "kho138"


@dataclass(frozen=True)
class BreakGlass:
    """One emergency access, as recorded."""

    break_glass_id: int
    role: OpenRole
    granted_to: str
    reason: str
    opened_by: str
    opened_at: dt.datetime
    expires_at: dt.datetime
    closed_at: dt.datetime | None
    closed_by: str | None
    closed_as: str | None

    @property
    def login(self) -> str:
        return f"bg_{self.break_glass_id}"

    def as_mapping(self) -> dict[str, Any]:
        return {
            "number": self.break_glass_id,
            "login": self.login,
            "state": self.closed_as or "open",
            **{name: value for name, value in vars(self).items() if name != "break_glass_id"},
        }


_COLUMNS = "break_glass_id, role, granted_to, reason, opened_by, opened_at, expires_at, closed_at, closed_by, closed_as"


def open_access(
    database: Database, role: str, granted_to: str, reason: str, hours: int, by: str
) -> tuple[BreakGlass, Path, str]:
    """Lets a person in for some hours; the record, the file with the password, and the conninfo string for it.

    Raises Kho138Error, with nothing changed, for another role, no reason, no name, too many hours.
    """
    who, why = stated("for", granted_to), checked_reason(reason)
    if role not in get_args(OpenRole):
        raise Kho138Error(
            f"--role is one of {', '.join(get_args(OpenRole))}.",
            vi=f"--role là một trong: {', '.join(get_args(OpenRole))}.",
        )
    if not 1 <= hours <= LONGEST_HOURS:
        raise Kho138Error(
            f"--hours is from 1 to {LONGEST_HOURS}.", vi=f"--hours từ 1 đến {LONGEST_HOURS} giờ."
        )
    with database.connect("owner") as owner, database.connect_admin() as admin:
        # Recorded first: a log-in that nobody wrote down must not be.
        opened = _insert(owner, role, who, why, hours, by)
        anchor_head(database.settings, owner)
        try:
            password = make_login(
                admin, opened.login, role_name(opened.role), database.name, opened.expires_at
            )
            file = _password_file(database, opened)
            file.parent.mkdir(mode=0o700, exist_ok=True)
            told = database.hand_out(file, opened.login, password)
        except BaseException:
            _end(database, owner, admin, opened, by, "closed")
            raise
    return opened, file, told


def close_access(database: Database, number: int, by: str) -> int:
    """Ends an emergency access before its time; how many sessions were ended. Raises Kho138Error where it is not open."""
    with database.connect("owner") as owner, database.connect_admin() as admin:
        opened = next((b for b in _listed(owner, "closed_at is null") if b.break_glass_id == number), None)
        if opened is None:
            raise Kho138Error(
                f"There is no open emergency access {number}.",
                vi=f"Không có quyền truy cập khẩn cấp số {number} đang mở.",
            )
        return _end(database, owner, admin, opened, by, "closed")


def end_what_is_over(database: Database) -> int:
    """Ends every emergency access whose time is over; how many."""
    with database.connect("owner") as owner:
        over = _listed(owner, "closed_at is null and expires_at <= clock_timestamp()")
        if over:
            with database.connect_admin() as admin:
                for opened in over:
                    _end(database, owner, admin, opened, _SERVICE, "expired")
    return len(over)


def accesses(database: Database) -> list[BreakGlass]:
    """All there ever were, the newest first."""
    with database.connect("auditor") as connection:
        return _listed(connection, "true")


def _listed(connection: psycopg.Connection, where: str) -> list[BreakGlass]:
    with connection.transaction(), connection.cursor(row_factory=class_row(BreakGlass)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from registry.break_glass where {where} order by break_glass_id desc"
        ).fetchall()


def _insert(owner: psycopg.Connection, role: str, who: str, why: str, hours: int, by: str) -> BreakGlass:
    with owner.transaction(), owner.cursor() as cursor:
        cursor.execute("lock table registry.break_glass in exclusive mode")
        # A server's log-ins are common to its databases: a number whose log-in is another's is passed over.
        cursor.execute(
            f"insert into registry.break_glass ({_COLUMNS})"
            " select n.number, %s, %s, %s, %s, t.at, t.at + make_interval(hours => %s), null, null, null"
            " from (select clock_timestamp() as at) as t cross join lateral ("
            " select g.number from (select coalesce(max(b.break_glass_id), 0) as last from registry.break_glass as b) as m"
            " cross join lateral generate_series(m.last + 1, m.last + 10000) as g (number)"
            " where not exists (select from pg_catalog.pg_roles as r where r.rolname = 'bg_' || g.number)"
            f" order by g.number limit 1) as n returning {_COLUMNS}",
            [role, who, why, by, hours],
        )
        row = cursor.fetchone()
        assert row is not None
        opened = BreakGlass(*row)
        details = {"role": role, "granted_to": who, "expires_at": opened.expires_at.isoformat()}
        add_events(cursor, [_event(opened, opened.opened_at, by, "open", why, details)])
    return opened


def _end(
    database: Database,
    owner: psycopg.Connection,
    admin: psycopg.Connection,
    opened: BreakGlass,
    by: str,
    how: Literal["closed", "expired"],
) -> int:
    with owner.transaction(), owner.cursor() as cursor:
        row = cursor.execute(
            "select clock_timestamp() from registry.break_glass"
            " where break_glass_id = %s and closed_at is null for update",
            [opened.break_glass_id],
        ).fetchone()
        if row is None:  # another process ended it meanwhile
            return 0
        ended = drop_login(admin, opened.login, role_name(opened.role), database.name)
        cursor.execute(
            "update registry.break_glass set closed_at = %s, closed_by = %s, closed_as = %s where break_glass_id = %s",
            [row[0], by, how, opened.break_glass_id],
        )
        action = "expire" if how == "expired" else "close"
        details = {"role": opened.role, "sessions_ended": ended}
        add_events(cursor, [_event(opened, row[0], by, action, None, details)])
    _password_file(database, opened).unlink(missing_ok=True)
    anchor_head(database.settings, owner)
    return ended


def _event(
    opened: BreakGlass, at: dt.datetime, by: str, action: str, reason: str | None, details: dict[str, Any]
) -> Event:
    return Event(
        at, by, action, subject="break_glass", subject_key=opened.login, reason=reason, details=details
    )


def _password_file(database: Database, opened: BreakGlass) -> Path:
    return database.settings.home / "break_glass" / f"{opened.login}.passfile"
