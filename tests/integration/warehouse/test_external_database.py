"""An existing PostgreSQL 15+ serves instead of the embedded one, with as little as its user may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from ingestion.registry import break_glass, unit_access
from warehouse import roles
from warehouse.database import Database
from warehouse.errors import ConfigurationError, DatabaseUnavailable
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

NewSettings = Callable[..., Settings]
OLDEST = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "p:w/ü%"  # needs percent-encoding in a URL and escapes in a passfile


class Outside:
    """A server that knows nothing of kho138, as an administrator would hand it over."""

    def __init__(self, settings: Settings) -> None:
        self.server = EmbeddedPostgres(settings).ensure_running()
        self._database = Database(settings)

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        return self._database.connect_admin(database)

    def url(self, user: str, database: str = "kho138") -> str:
        return f"postgresql://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.server.port}/{database}"

    def make_user(self, name: str, rights: str) -> None:
        with self.admin() as connection:
            connection.execute(
                sql.SQL("create role {} login {} password {}").format(
                    sql.Identifier(name),
                    sql.SQL(rights),
                    sql.Literal(PASSWORD),
                )
            )

    def clean(self) -> None:
        with self.admin() as connection:
            for (name,) in connection.execute(
                "select datname from pg_database where not datistemplate and datname <> 'postgres'"
            ).fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            for (name,) in connection.execute(
                "select rolname from pg_roles where rolname <> 'kho138_admin' and rolname !~ '^pg_'"
            ).fetchall():
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
            for (name,) in connection.execute(
                "select rolname from pg_roles where rolname <> 'kho138_admin' and rolname !~ '^pg_'"
            ).fetchall():
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


@pytest.fixture(scope="module", params=["embedded version", "oldest version"])
def server(request: pytest.FixtureRequest, test_folder: Path) -> Iterator[Outside]:
    oldest = request.param == "oldest version"
    if oldest and not (OLDEST / "postgres").exists():
        pytest.skip("not run: PostgreSQL 15 is not installed")
    settings = Settings(
        home=test_folder / f"outside{oldest:d}",
        postgres_bin=OLDEST if oldest else None,
        postgres_options={"fsync": "off", "shared_buffers": "64MB"},
        system_folder=test_folder / "system",
    )
    yield Outside(settings)
    EmbeddedPostgres(settings).stop()


@pytest.fixture
def outside(server: Outside) -> Iterator[Outside]:
    yield server
    server.clean()


def works(database: Database) -> None:
    with database.connect("builder") as connection:
        connection.execute("create table marts.t as select 42 as answer")
    with database.connect("statistician") as connection:
        assert connection.execute("select answer from marts.t").fetchone() == (42,)
        assert connection.execute("select '31/12/2024'::date::text").fetchone() == ("2024-12-31",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select count(*) from registry.alembic_version")


@pytest.mark.parametrize("rights", ["superuser", "createrole createdb"])
def test_a_url_whose_user_may_is_enough(outside: Outside, new_settings: NewSettings, rights: str) -> None:
    outside.make_user("boss", rights)
    settings = new_settings(database_url=outside.url("boss"))
    database = Database(settings)
    database.ensure()
    assert database.name == "kho138" and settings.passfile == settings.home / "passfile"
    works(database)
    database.ensure()
    Database(settings).ensure()
    for driver in ("psycopg2", "psycopg"):
        url = database.url("auditor", driver=driver)
        assert url.startswith(f"postgresql+{driver}://kho138_auditor@127.0.0.1:{outside.server.port}/kho138?")
        assert quote(PASSWORD, safe="") not in url
    assert not (settings.home / "postgres").exists()


def test_log_ins_of_units_and_emergency_access_take_no_superuser(
    outside: Outside, new_settings: NewSettings
) -> None:
    outside.make_user("boss", "createrole createdb")
    database = Database(new_settings(database_url=outside.url("boss")))
    database.ensure()
    assert unit_access.add_unit(database, "cat_24", "thử")
    opened, _, told = break_glass.open_access(
        database, "case_analyst", "Đồng chí Ất", "trực ban yêu cầu gấp", 1, "thử"
    )
    unit = psycopg.connect(
        host="127.0.0.1",
        port=outside.server.port,
        dbname=database.name,
        user="u_cat_24",
        passfile=str(database.passfile.path),
    )
    with unit, psycopg.connect(told) as person:
        assert unit.execute("select count(*) from registry.submission").fetchone() == (0,)
        person.execute("select 1")
        assert unit_access.remove_unit(database, "cat_24", "thử") == 1
        assert break_glass.close_access(database, opened.break_glass_id, "thử") == 1
        for session in (unit, person):
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
    with database.connect("auditor") as auditor:
        assert auditor.execute("select from pg_roles where rolname ~ '^(u|bg)_'").fetchall() == []


def test_a_second_home_must_know_the_passwords_or_take_the_roles_over(
    outside: Outside, new_settings: NewSettings
) -> None:
    outside.make_user("boss", "superuser")
    first = Database(new_settings(database_url=outside.url("boss")))
    first.ensure()
    second_settings = new_settings(database_url=outside.url("boss"))
    with pytest.raises(ConfigurationError, match="KHO138_TAKE_OVER_ROLES"):
        Database(second_settings).ensure()
    with first.connect("loader"):
        pass  # the refusal changed nothing for the first home
    second = Database(second_settings.model_copy(update={"take_over_roles": True}))
    second.ensure()
    works(second)
    with pytest.raises(DatabaseUnavailable):
        first.connect("loader")


def test_a_given_database_of_another_owner_serves_when_rights_are_granted(
    outside: Outside, new_settings: NewSettings
) -> None:
    outside.make_user("boss", "createrole")
    with outside.admin() as connection:
        connection.execute("create database given owner boss")
    with outside.admin("given") as connection:
        connection.execute("grant create on schema public to public")  # as databases of old versions have it
    database = Database(new_settings(database_url=outside.url("boss", "given")))
    database.ensure()
    assert database.name == "given"
    works(database)
    with database.connect("builder") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table public.t (n integer)")


@pytest.mark.parametrize(
    ("rights", "missing"), [("nocreaterole", "CREATEROLE"), ("createrole nocreatedb", "CREATEDB")]
)
def test_a_url_whose_user_may_not_gives_one_line_that_says_what_is_missing(
    outside: Outside, new_settings: NewSettings, rights: str, missing: str
) -> None:
    outside.make_user("clerk", rights)
    with pytest.raises(ConfigurationError, match=missing) as caught:
        Database(new_settings(database_url=outside.url("clerk"))).ensure()
    message = str(caught.value)
    assert "\n" not in message and PASSWORD not in message and "clerk" in message


def test_roles_prepared_by_hand_serve_a_user_who_may_nothing(
    outside: Outside, new_settings: NewSettings
) -> None:
    """An administrator ran the roles file, made the database and wrote the passfile."""
    outside.make_user("clerk", "nocreaterole")
    settings = new_settings(database_url=outside.url("clerk"))
    database = Database(settings)
    passwords = roles.new_passwords()
    with outside.admin() as connection:
        roles.ensure_roles(connection, passwords, owns_server=True, take_over=False)
        connection.execute("create database kho138 owner kho138_owner")
    settings.home.mkdir()
    database.passfile.write(passwords, [("127.0.0.1", str(outside.server.port))])
    database.ensure()
    works(database)


def test_a_server_that_does_not_answer_or_refuses_is_one_line_without_the_password(
    outside: Outside, new_settings: NewSettings
) -> None:
    outside.make_user("boss", "superuser")
    wrong = outside.url("boss").replace("boss:", "boss:x")
    silent = "postgresql://boss:geheim@127.0.0.1:1/kho138"
    for url in (wrong, silent):
        with pytest.raises(DatabaseUnavailable) as caught:
            Database(new_settings(database_url=url)).ensure()
        message = str(caught.value)
        assert "\n" not in message and "geheim" not in message and PASSWORD not in message


def test_an_unreadable_url_is_one_line_without_the_password(new_settings: NewSettings) -> None:
    for url in ("postgresql://me:geheim@h:1,2/db", "postgresql://me:geheim@h/db?geheim"):
        with pytest.raises(ConfigurationError, match="KHO138_DATABASE_URL") as caught:
            Database(new_settings(database_url=url))
        assert "geheim" not in str(caught.value)


def test_an_old_server_is_refused_and_left_alone(
    outside: Outside, new_settings: NewSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.make_user("boss", "superuser")
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.ConnectionInfo, "server_version", property(lambda _: 140_011))
        with pytest.raises(ConfigurationError, match="PostgreSQL 14"):
            Database(new_settings(database_url=outside.url("boss"))).ensure()
    with outside.admin() as connection:
        rows = connection.execute("select from pg_roles where rolname = 'kho138_owner'").fetchall()
        assert rows == []
