"""The roles of the server: making them, their passwords, and who may connect to a database.

Here: what an administrator of the server does. Elsewhere: what a role may do inside a database
(migrations), connecting as one (`database.py`). The roles are declared in `warehouse/sql/roles_<NNNN>.sql`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from warehouse.errors import ConfigurationError, Kho138Error

_FOLDER = Path(__file__).parent / "sql"

LOGIN_ROLES = ("owner", "loader", "builder", "linker", "statistician", "case_analyst", "reporter", "auditor")
GROUP_ROLES = ("unit",)

# The version that ran last stands in the owner's comment, where any role can read it.
RECORDED_VERSION = (
    "(select pg_catalog.shobj_description(r.oid, 'pg_authid') from pg_catalog.pg_roles as r"
    " where r.rolname = 'kho138_owner')"
)


def role_name(role: str) -> str:
    """`loader` → `kho138_loader`. Raises Kho138Error for a role nobody can log in as."""
    if role not in LOGIN_ROLES:
        raise Kho138Error(f"There is no login role {role!r}: choose one of {', '.join(LOGIN_ROLES)}.")
    return f"kho138_{role}"


def newest_version() -> str:
    """The version of the roles that this code wants, `0001` and so on."""
    return _newest_file().stem.removeprefix("roles_")


def _newest_file() -> Path:
    return max(_FOLDER.glob("roles_[0-9][0-9][0-9][0-9].sql"))


def is_current(comment: str | None) -> bool:
    """Whether a comment of `RECORDED_VERSION` tells of the version this code wants, or a later one."""
    found = re.match(r"kho138 roles (\d{4})", comment or "")
    return found is not None and found[1] >= newest_version()


def new_passwords() -> dict[str, str]:
    return {role_name(role): secrets.token_urlsafe(24) for role in LOGIN_ROLES}


def ensure_roles(
    admin: psycopg.Connection, known: Mapping[str, str], *, owns_server: bool, take_over: bool
) -> dict[str, str]:
    """Make what is missing; return the passwords of all login roles by role name.

    `known`: passwords this home has. On a server of our own (`owns_server`) the roles get these anew; on an
    external one an existing role keeps its password, which must be known unless `take_over`.
    Raises ConfigurationError when the administrator may not, or a password is not known.
    """
    existing = {
        row[0] for row in admin.execute("select rolname from pg_roles where rolname like 'kho138\\_%'")
    }
    wanted = {role_name(role) for role in LOGIN_ROLES}
    unknown = sorted(name for name in wanted & existing if name not in known)
    if unknown and not owns_server and not take_over:
        raise ConfigurationError(
            f"The server has roles of another kho138 home ({', '.join(unknown)}): "
            "copy that home's passfile here, or set KHO138_TAKE_OVER_ROLES=true to give them new passwords."
        )
    recorded = admin.execute(f"select {RECORDED_VERSION}").fetchone()
    is_new = recorded is None or not is_current(recorded[0])
    passwords = {name: known.get(name, fresh) for name, fresh in new_passwords().items()}
    changed = wanted if owns_server or take_over else wanted - existing
    if not is_new and not changed:
        return passwords
    try:
        with admin.transaction():
            if is_new:
                admin.execute(_newest_file().read_text(encoding="utf-8"))
            for name in sorted(changed):
                _set_password(admin, name, passwords[name])
            if not owns_server:
                # Needed to make a database for that owner where the administrator is no superuser.
                admin.execute("grant kho138_owner to current_user")
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(
            f"The user {admin.info.user} of KHO138_DATABASE_URL may not make roles: "
            "give it CREATEROLE and CREATEDB, "
            f"or have an administrator run warehouse/sql/{_newest_file().name}."
        ) from None
    return passwords


def _set_password(admin: psycopg.Connection, name: str, password: str) -> None:
    """Send the SCRAM verifier, not the password: no server log and no listener can learn it."""
    verifier = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL("alter role {} login password {}").format(
            sql.Identifier(name), sql.Literal(verifier.decode())
        )
    )


def grant_database(admin: psycopg.Connection, database: str) -> None:
    """Let our roles, and nobody else by default, into `database`, to which `admin` is connected.

    Grants on a database are not copied from a template, so a clone needs this too.
    Raises ConfigurationError when the administrator may not.
    """
    name = sql.Identifier(database)
    everyone = sql.SQL(", ").join(sql.Identifier(role_name(role)) for role in LOGIN_ROLES)
    try:
        with admin.transaction():
            admin.execute(sql.SQL("revoke all on database {} from public").format(name))
            # Temporary tables are for those who write: a reader has no use for them, and could fill the disk.
            admin.execute(sql.SQL("revoke temporary on database {} from {}").format(name, everyone))
            admin.execute(sql.SQL("grant connect on database {} to {}").format(name, everyone))
            admin.execute(
                sql.SQL(
                    "grant temporary on database {} to kho138_owner, kho138_loader, kho138_builder"
                ).format(name)
            )
            admin.execute(sql.SQL("grant create on database {} to kho138_owner").format(name))
            admin.execute("revoke create on schema public from public")
    except psycopg.errors.InsufficientPrivilege:
        row = admin.execute(
            "select has_database_privilege('kho138_owner', current_database(), 'create, connect')"
        ).fetchone()
        if row is None or not row[0]:
            raise ConfigurationError(
                f"The user {admin.info.user} of KHO138_DATABASE_URL may not grant rights on {database}: "
                "make it the owner, or name a database that does not exist yet."
            ) from None
