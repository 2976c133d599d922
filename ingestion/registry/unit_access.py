"""Log-ins of reporting units: who has one, recorded in the event log. What they see: `warehouse/sql/0009_access.sql`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ingestion.contracts.code_lists import load_code_list
from ingestion.registry.anchor import anchor_head
from ingestion.registry.events import Event, add_events
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.logins import UNIT_GROUP, drop_login, make_login, unit_login, units_with_login


@dataclass(frozen=True)
class UnitAccess:
    """`is_valid`: the unit exists today. `has_password`: this home's passfile holds the password."""

    unit: str
    login: str
    label_vi: str
    label_en: str
    is_valid: bool
    has_password: bool


def add_unit(database: Database, unit: str, by: str) -> bool:
    """Makes a unit's log-in, its password in the home's passfile; False where there is one whose password is known.

    A log-in whose password this home lost gets a new one. Raises Kho138Error for what is no unit today.
    """
    now = Clock.for_home(database.settings.home).now()
    if load_code_list("unit").get(unit, now.date()) is None:
        raise Kho138Error(
            f"{unit[:40]} is not a unit today; the code list `unit` has their codes.",
            vi=f"Hiện không có đơn vị {unit[:40]} trong danh mục.",
        )
    login = unit_login(unit)
    with database.connect("owner") as owner, database.connect_admin() as admin:
        had = unit in units_with_login(owner, database.name)
        if had and database.passfile.password(login) is not None:
            return False
        # Recorded first: a log-in that nobody wrote down must not be.
        _record(database, now, by, "renew" if had else "grant", unit)
        try:
            database.keep_password(login, make_login(admin, login, UNIT_GROUP, database.name))
        except BaseException:
            _record(database, now, by, "revoke", unit)
            raise
    return True


def remove_unit(database: Database, unit: str, by: str) -> int:
    """Ends a unit's log-in and its sessions; how many these were. Raises Kho138Error where it has none."""
    now = Clock.for_home(database.settings.home).now()
    with database.connect("owner") as owner, database.connect_admin() as admin:
        if unit not in units_with_login(owner, database.name):
            raise Kho138Error(
                f"{unit[:40]} has no log-in here.", vi=f"Đơn vị {unit[:40]} chưa có tài khoản ở đây."
            )
        ended = drop_login(admin, unit_login(unit), UNIT_GROUP, database.name)
        database.keep_password(unit_login(unit), None)
    _record(database, now, by, "revoke", unit, ended)
    return ended


def unit_accesses(database: Database) -> list[UnitAccess]:
    """All units that have a log-in here."""
    today = Clock.for_home(database.settings.home).today()
    with database.connect("owner") as owner:
        units = units_with_login(owner, database.name)
    codes, known = load_code_list("unit"), database.passfile.passwords()
    found = []
    for unit in units:
        line = codes.get(unit, today) or next((c for c in codes if c.code == unit), None)
        found.append(
            UnitAccess(
                unit,
                unit_login(unit),
                "" if line is None else line.label_vi,
                "" if line is None else line.label_en,
                codes.get(unit, today) is not None,
                unit_login(unit) in known,
            )
        )
    return found


def _record(
    database: Database, now: dt.datetime, by: str, action: str, unit: str, sessions: int | None = None
) -> None:
    details = {"login": unit_login(unit)} | ({} if sessions is None else {"sessions_ended": sessions})
    event = Event(now, by, action, subject="access", subject_key=unit, details=details)
    with database.connect("owner") as owner:
        with owner.transaction(), owner.cursor() as cursor:
            add_events(cursor, [event])
        anchor_head(database.settings, owner)
