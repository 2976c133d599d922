"""A prepared database: who may do what, and how each role connects."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from psycopg import errors

from warehouse import migrate, roles
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import ConfigurationError, DatabaseUnavailable, Kho138Error
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings, child_environment

SCHEMAS = {
    "registry": "owner",
    "vault": "owner",
    "landing": "owner",
    "marts": "owner",
    "marts_restricted": "owner",
    "extracts": "owner",
    "release": "owner",
    "staging": "builder",
    "intermediate": "builder",
    "quality": "builder",
    "wap": "builder",
}
ALL_RIGHTS = {"select", "insert", "update", "delete"}


@pytest.fixture
def tables(database: Database) -> Database:
    """A table `t` in each schema, made by the role that will make tables there."""
    makers = {"landing": "loader", "marts": "builder", "marts_restricted": "builder", "extracts": "reporter"}
    for schema, owner in SCHEMAS.items():
        with database.connect(makers.get(schema, owner)) as connection:
            connection.execute(f"create table {schema}.t (n integer)")
    with database.connect("owner") as connection:
        connection.execute("create table marts.by_migration (n integer)")
    return database


def rights(database: Database, role: str, schema: str, table: str = "t") -> set[str]:
    """What `role` really can do with the table: each statement is tried."""
    name = f"{schema}.{table}"
    tries = {
        "select": f"select count(*) from {name}",
        "insert": f"insert into {name} values (1)",
        "update": f"update {name} set n = 2",
        "delete": f"delete from {name}",
    }
    allowed = set()
    with database.connect(role) as connection:
        for right, statement in tries.items():
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(statement)
                allowed.add(right)
            except errors.InsufficientPrivilege:
                pass
    return allowed


def test_every_schema_has_its_owner(database: Database) -> None:
    with database.connect("auditor") as connection:
        rows = connection.execute(
            "select n.nspname, r.rolname from pg_catalog.pg_namespace as n"
            " join pg_catalog.pg_roles as r on r.oid = n.nspowner where r.rolname like 'kho138_%%'"
            " and r.rolname <> 'kho138_admin'"
        ).fetchall()
    assert dict(rows) == {schema: f"kho138_{owner}" for schema, owner in SCHEMAS.items()}


# Schemas not named for a role are closed to it.
EXPECTED: dict[str, dict[str, set[str]]] = {
    "loader": {"registry": {"select", "insert", "update"}, "landing": ALL_RIGHTS},
    "builder": {
        "registry": {"select"},
        "landing": {"select"},
        "staging": ALL_RIGHTS,
        "intermediate": ALL_RIGHTS,
        "quality": ALL_RIGHTS,
        "wap": ALL_RIGHTS,
        "marts": ALL_RIGHTS,
        "marts_restricted": ALL_RIGHTS,
    },
    # A new table of the vault is closed to all until its migration says otherwise.
    "linker": {},
    "statistician": {"marts": {"select"}},
    "case_analyst": {"marts": {"select"}, "marts_restricted": {"select"}},
    "reporter": {"marts": {"select"}, "extracts": ALL_RIGHTS, "release": {"select", "insert"}},
    "auditor": {"registry": {"select"}, "marts": {"select"}},
}


@pytest.mark.parametrize("role", sorted(EXPECTED))
def test_a_role_can_do_what_it_is_for_and_nothing_else(tables: Database, role: str) -> None:
    found = {schema: rights(tables, role, schema) for schema in SCHEMAS}
    assert {schema: allowed for schema, allowed in found.items() if allowed} == EXPECTED[role]


def test_marts_made_by_a_migration_are_readable_like_those_of_the_builder(tables: Database) -> None:
    for role in ("statistician", "case_analyst", "reporter", "auditor"):
        assert rights(tables, role, "marts", "by_migration") == {"select"}
    assert rights(tables, "builder", "marts", "by_migration") == ALL_RIGHTS


def test_nobody_but_the_owner_makes_tables_in_public_or_new_schemas(database: Database) -> None:
    for role in set(roles.LOGIN_ROLES) - {"owner"}:
        with database.connect(role, autocommit=True) as connection:
            for statement in ("create table public.x (n integer)", "create schema x"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement)


def test_no_role_is_more_than_a_plain_user(database: Database) -> None:
    with database.connect_admin() as connection:
        rows = connection.execute(
            "select rolname, rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls"
            " from pg_roles where rolname like 'kho138_%' and rolname <> 'kho138_admin'"
        ).fetchall()
    expected = {(f"kho138_{role}", True, False) for role in roles.LOGIN_ROLES}
    assert set(rows) == expected | {("kho138_unit", False, False)}


def test_passwords_are_scram_and_stand_in_a_private_passfile(database: Database) -> None:
    assert stat.S_IMODE(database.passfile.path.stat().st_mode) == 0o600
    passwords = database.passfile.passwords()
    assert len(set(passwords.values())) == len(roles.LOGIN_ROLES)
    with database.connect_admin() as connection:
        rows = connection.execute(
            "select rolname, rolpassword from pg_authid where rolname like 'kho138_%' and rolcanlogin"
        ).fetchall()
    assert all(verifier.startswith("SCRAM-SHA-256$") for _, verifier in rows)
    assert {name for name, _ in rows} == {*passwords, "kho138_admin"}
    hosts = {host for host, _ in database.passfile.places()}
    assert hosts == {database.libpq_env("owner")["PGHOST"], "127.0.0.1"}


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
@pytest.mark.parametrize("tcp", [False, True])
def test_a_url_opens_the_database_with_either_driver_and_holds_no_password(
    database: Database, driver: str, tcp: bool
) -> None:
    from sqlalchemy import create_engine, make_url, text

    url = database.url("statistician", driver=driver, tcp=tcp)  # type: ignore[arg-type]
    password = database.passfile.password("kho138_statistician")
    assert password is not None and password not in url
    parsed = make_url(url)
    assert parsed.drivername == f"postgresql+{driver}" and parsed.password is None
    assert parsed.query["passfile"] == str(database.passfile.path)
    assert (parsed.host == "127.0.0.1") is tcp and ("host" in parsed.query) is not tcp
    engine = create_engine(url)
    with engine.connect() as connection:
        row = connection.execute(text("select current_user, current_database()")).one()
    engine.dispose()
    assert tuple(row) == ("kho138_statistician", database.name)


def test_psql_connects_with_the_environment_given_to_it(database: Database) -> None:
    psql = EmbeddedPostgres(database.settings).bin_dir / "psql"
    environment = child_environment(**database.libpq_env("auditor"))
    done = subprocess.run(
        [psql, "-XAtwc", "select current_user"], check=True, capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == "kho138_auditor"


def test_connections_and_engines_have_an_empty_search_path_and_our_dates(database: Database) -> None:
    query = "select current_setting('search_path'), '31/12/2024'::date::text, current_setting('timezone')"
    expected = ("", "2024-12-31", "Asia/Ho_Chi_Minh")
    with database.connect() as connection:
        assert connection.info.user == "kho138_loader" and not connection.autocommit
        assert connection.execute(query).fetchone() == expected
        assert connection.execute("show application_name").fetchone() == ("kho138",)
    engine = database.engine("builder")
    with engine.connect() as other:
        assert tuple(other.exec_driver_sql(query).one()) == expected
    engine.dispose()


def test_a_password_in_the_environment_does_not_go_before_ours(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with database.connect("reporter") as connection:
        assert connection.info.user == "kho138_reporter"


@pytest.mark.parametrize("role", ["unit", "superuser", "kho138_owner"])
def test_an_unknown_role_is_told_with_those_there_are(database: Database, role: str) -> None:
    with pytest.raises(Kho138Error, match="statistician"):
        database.connect(role)


def test_a_refused_connection_is_one_line_without_the_password(
    database: Database, settings: Settings
) -> None:
    missing = Database(settings.model_copy(update={"database_name": "no_such_database"}))
    with pytest.raises(DatabaseUnavailable, match="no_such_database") as caught:
        missing.connect("loader")
    assert "\n" not in str(caught.value) and "\n" not in caught.value.message_vi
    assert str(database.passfile.password("kho138_loader")) not in str(caught.value)


def test_ensure_is_fast_and_loads_no_migration_tool_when_nothing_is_to_be_done(settings: Settings) -> None:
    program = (
        "import os, sys, time; from pathlib import Path\n"
        "from warehouse.settings import load_settings\n"
        "from warehouse.database import Database\n"
        "database = Database(load_settings())\n"
        "started = time.monotonic(); database.ensure()\n"
        "print(time.monotonic() - started, 'alembic' in sys.modules, 'sqlalchemy' in sys.modules)\n"
    )
    environment = child_environment(
        KHO138_HOME=str(settings.home),
        KHO138_POSTGRES_HOME=str(settings.postgres_home),
        KHO138_DATABASE_NAME=str(settings.database_name),
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment
    )
    seconds, *loaded = done.stdout.split()
    assert loaded == ["False", "False"] and float(seconds) < 0.3


def test_ensure_fills_a_database_that_has_nothing_yet(database: Database) -> None:
    with database.connect_admin() as connection:
        for schema in SCHEMAS:
            connection.execute(f"drop schema {schema} cascade")
    database.ensure()
    with database.connect("owner") as connection:
        row = connection.execute(f"select version_num from {migrate.VERSION_TABLE}").fetchone()
        assert row == (migrate.newest_revision(),)
        connection.execute("create table vault.t (n integer)")


def test_ensure_refuses_a_database_of_a_newer_version_and_leaves_it(database: Database) -> None:
    with database.connect("owner") as connection:
        connection.execute(f"update {migrate.VERSION_TABLE} set version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer"):
        database.ensure()
    with database.connect("owner") as connection:
        assert connection.execute(f"select version_num from {migrate.VERSION_TABLE}").fetchone() == ("9999",)


def test_a_failed_migration_takes_back_those_before_it(database: Database) -> None:
    with database.connect_admin() as connection:
        for schema in SCHEMAS:
            connection.execute(f"drop schema {schema} cascade")
    with database.connect("owner") as connection:
        connection.execute("create schema registry")
        connection.execute("create table registry.submission (n integer)")  # in the way of migration 0002
    with pytest.raises(Exception, match="already exists"):
        database.ensure()
    with database.connect_admin() as connection:
        assert connection.execute("select to_regnamespace('vault')").fetchone() == (None,)


def test_a_home_whose_passfile_was_lost_gets_new_passwords(
    new_settings: Callable[..., Settings],
) -> None:
    settings = new_settings()
    database = Database(settings)
    database.ensure()
    assert not Clock.for_home(settings.home).is_simulated
    before = database.passfile.passwords()
    database.passfile.path.unlink()
    started = time.monotonic()
    database.ensure()
    assert time.monotonic() - started < 5
    assert database.passfile.passwords().keys() == before.keys()
    assert database.passfile.passwords() != before
    with database.connect("owner") as connection:
        assert connection.info.dbname == "kho138"


def test_other_operating_system_users_cannot_read_the_secrets(database: Database) -> None:
    folder = database.settings.postgres_folder
    for name in ("passfile", "admin.passfile", "server.log", "server.json"):
        mode = stat.S_IMODE(os.stat(folder / name).st_mode)
        assert mode & 0o077 == 0, name
