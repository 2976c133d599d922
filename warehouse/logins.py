"""Log-ins beside those of the roles: a reporting unit's own, and one of a person for some hours.

Here: what an administrator of the server does to make and to end one. Elsewhere: the roles they are members of
(`roles.py`), what these may see (migrations), and the record of who was let in (`ingestion.registry`).

A server's log-ins are common to its databases: the comment of each says whose it is, and no other's is touched.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime

import psycopg
from psycopg import sql

from warehouse.errors import ConfigurationError, DatabaseUnavailable, Kho138Error

UNIT_GROUP = "kho138_unit"
_GONE_SECONDS = 5.0
_END_SESSIONS = "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s"


def unit_login(unit: str) -> str:
    """The name by which row-level security knows a unit (`registry.units_of`)."""
    return f"u_{unit}"


def _mark(database: str) -> str:
    return f"kho138 log-in of database {database}"


def make_login(
    admin: psycopg.Connection, name: str, group: str, database: str, until: datetime | None = None
) -> str:
    """Makes a log-in, member of `group`, or gives the one there is a new password; returns the password.

    `until`: no new session begins after it. Raises Kho138Error where the name is another database's, ConfigurationError
    where the administrator may not.
    """
    _refuse_anothers(admin, name, database)
    password = secrets.token_urlsafe(24)
    # The verifier is sent, not the password: no server log and no listener can learn it.
    verifier = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    who = sql.Identifier(name)
    expiry = sql.Literal("infinity" if until is None else until.isoformat())
    verb = sql.SQL("alter" if _is_there(admin, name) else "create")
    try:
        with admin.transaction():
            admin.execute(
                sql.SQL("{} role {} login password {} valid until {} connection limit 10").format(
                    verb, who, sql.Literal(verifier), expiry
                )
            )
            admin.execute(sql.SQL("comment on role {} is {}").format(who, sql.Literal(_mark(database))))
            admin.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), who))
            admin.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), who))
            _take_settings(admin, who, group)
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(
            f"The user {admin.info.user} of KHO138_DATABASE_URL may not make log-ins: give it CREATEROLE.",
            vi=f"Người dùng {admin.info.user} của KHO138_DATABASE_URL không được tạo tài khoản: cần quyền CREATEROLE.",
        ) from None
    return password


def _take_settings(admin: psycopg.Connection, who: sql.Identifier, group: str) -> None:
    """Settings of a group's role do not pass to its members, so they are set on each; what takes a superuser is left out
    where the administrator is none."""
    settings = {
        "datestyle": "ISO, DMY",
        "timezone": "Asia/Ho_Chi_Minh",
        "log_parameter_max_length_on_error": "0",
    }
    (is_superuser,) = admin.execute(
        "select rolsuper from pg_roles where rolname = current_user"
    ).fetchone() or (False,)
    if group == "kho138_case_analyst" and is_superuser:
        settings |= {"log_statement": "all", "log_parameter_max_length": "0"}
    for setting, value in settings.items():
        admin.execute(
            sql.SQL("alter role {} set {} = {}").format(who, sql.Identifier(setting), sql.Literal(value))
        )


def drop_login(admin: psycopg.Connection, name: str, group: str, database: str) -> int:
    """Ends the sessions of a log-in, then the log-in; how many sessions there were. Does nothing where it is not there.

    Raises Kho138Error where it is another database's, DatabaseUnavailable where a session does not end.
    """
    if not _is_there(admin, name):
        return 0
    _refuse_anothers(admin, name, database)
    who = sql.Identifier(name)
    # No new session first; and an open one loses its rights with the membership, even before it is ended.
    admin.execute(sql.SQL("alter role {} nologin").format(who))
    admin.execute(sql.SQL("revoke {} from {}").format(sql.Identifier(group), who))
    (is_superuser,) = admin.execute(
        "select rolsuper from pg_roles where rolname = current_user"
    ).fetchone() or (False,)
    if not is_superuser:  # who is none ends the sessions of roles it is a member of
        admin.execute(sql.SQL("grant {} to current_user").format(who))
    ended = admin.execute(_END_SESSIONS, [name]).rowcount
    deadline = time.monotonic() + _GONE_SECONDS
    while admin.execute("select from pg_stat_activity where usename = %s", [name]).rowcount:
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"A session of {name} does not end; it has no rights left. Run the command again.",
                vi=f"Một phiên của {name} chưa kết thúc (đã hết quyền). Hãy chạy lại lệnh.",
            )
        time.sleep(0.02)
    admin.execute(sql.SQL("revoke all on database {} from {}").format(sql.Identifier(database), who))
    admin.execute(sql.SQL("drop role {}").format(who))
    return ended


def units_with_login(connection: psycopg.Connection, database: str) -> list[str]:
    """Units that have a log-in for this database, by code."""
    rows = connection.execute(
        "select substr(r.rolname, 3) from pg_catalog.pg_roles as r where r.rolname like 'u\\_%%'"
        " and pg_catalog.shobj_description(r.oid, 'pg_authid') = %s order by 1",
        [_mark(database)],
    )
    return [unit for (unit,) in rows.fetchall()]


def _is_there(admin: psycopg.Connection, name: str) -> bool:
    return admin.execute("select from pg_catalog.pg_roles where rolname = %s", [name]).rowcount > 0


def _refuse_anothers(admin: psycopg.Connection, name: str, database: str) -> None:
    row = admin.execute(
        "select pg_catalog.shobj_description(oid, 'pg_authid') from pg_catalog.pg_roles where rolname = %s",
        [name],
    ).fetchone()
    if row is not None and row[0] != _mark(database):
        raise Kho138Error(
            f"The server has a log-in {name} that is not of this database: it was left alone.",
            vi=f"Máy chủ đã có tài khoản {name} không thuộc cơ sở dữ liệu này: giữ nguyên.",
        )
