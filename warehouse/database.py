"""One database of one home: made ready, connected to, and described to other programs.

Here: `Database`. Elsewhere: the server (`postgres.py`), roles and grants (`roles.py`), the schema
(`migrate.py`, `migrations/`), what is written into it (`ingestion` and above).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo, sql

from warehouse import migrate, roles
from warehouse.clock import create_home, is_home
from warehouse.errors import ConfigurationError, DatabaseUnavailable
from warehouse.files import locked
from warehouse.passfile import Passfile
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

DEFAULT_NAME = "kho138"
OLDEST_SERVER = 15
_APPLICATION = "kho138"
_NO_PATH = "-c search_path="
# One number for all homes: setting up is serialised on a server, whoever does it.
_SETUP_LOCK = 138_001


@dataclass(frozen=True)
class _Place:
    """Where the server is, and how its administrator gets in (never shown: it may hold a password)."""

    host: str
    port: int
    admin: Mapping[str, Any] = field(repr=False)
    tcp_host: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Database:
    """A database by its settings. Call `ensure()` once a process; connections then cost milliseconds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_embedded = settings.database_url is None
        self.passfile = Passfile(settings.passfile)
        self._external = (
            {} if settings.database_url is None else _parsed(settings.database_url.get_secret_value())
        )
        self.name: str = settings.database_name or self._external.get("dbname") or DEFAULT_NAME
        self._known_place: _Place | None = None

    # Making ready

    def ensure(self) -> None:
        """Start the server if it is ours; make home, roles, database, schemas and grants what they should be.

        Fast when nothing is to be done. Raises ConfigurationError or DatabaseUnavailable.
        """
        if not is_home(self.settings.home):
            create_home(self.settings.home)
        self._known_place = None
        self._place()
        if not self._is_current():
            self._prepare()

    def _is_current(self) -> bool:
        """Whether the owner gets in and finds roles and schema as this code wants them."""
        if self.passfile.password(roles.role_name("owner")) is None or not self._passfile_fits():
            return False
        try:
            with self.connect("owner", autocommit=True) as connection:
                self._refuse_old(connection)
                row = connection.execute(
                    f"select version_num, {roles.RECORDED_VERSION} from {migrate.VERSION_TABLE}"
                ).fetchone()
        except (DatabaseUnavailable, psycopg.errors.UndefinedTable):
            return False
        if row is None:
            return False
        migrate.refuse_newer(row[0])
        return row[0] == migrate.newest_revision() and roles.is_current(row[1])

    def _prepare(self) -> None:
        maintenance = "postgres" if self.is_embedded else self.name
        with locked(self._passfile_lock), self._connect_maintenance(maintenance) as admin:
            self._refuse_old(admin)
            admin.execute("select pg_advisory_lock(%s)", [_SETUP_LOCK])
            passwords = roles.ensure_roles(
                admin,
                self.passfile.passwords(),
                owns_server=self.is_embedded,
                take_over=self.settings.take_over_roles,
            )
            # Passwords of units' own log-ins stand there too, and stay.
            self.passfile.write(self.passfile.passwords() | passwords, self._passfile_places())
            if admin.execute("select from pg_database where datname = %s", [self.name]).rowcount == 0:
                self._create(admin)
            with self.connect_admin(self.name) as inside:
                roles.grant_database(inside, self.name)
            migrate.upgrade(self.url("owner", driver="psycopg"))

    def _connect_maintenance(self, name: str) -> psycopg.Connection:
        """A connection as administrator to some database: `name`, or `postgres` while that does not exist."""
        try:
            return self.connect_admin(name)
        except DatabaseUnavailable as error:
            if "does not exist" not in error.message or name == "postgres":
                raise
            return self.connect_admin("postgres")

    def _create(self, admin: psycopg.Connection) -> None:
        try:
            admin.execute(
                sql.SQL("create database {} owner kho138_owner template template0 encoding 'UTF8'").format(
                    sql.Identifier(self.name)
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            raise ConfigurationError(
                f"The user {admin.info.user} of KHO138_DATABASE_URL may not create database {self.name}: "
                "give it CREATEDB, or name an existing database in the URL."
            ) from None

    def _refuse_old(self, connection: psycopg.Connection) -> None:
        version = connection.info.server_version // 10_000
        if version < OLDEST_SERVER:
            raise ConfigurationError(
                f"The database server is PostgreSQL {version}; kho138 needs {OLDEST_SERVER} or later: "
                "set KHO138_DATABASE_URL to a newer server, or leave it out to use the embedded one."
            )

    # Where it is

    def _place(self) -> _Place:
        if self._known_place is None:
            self._known_place = self._embedded_place() if self.is_embedded else self._external_place()
        return self._known_place

    def _embedded_place(self) -> _Place:
        embedded = EmbeddedPostgres(self.settings)
        server = embedded.ensure_running()
        # Given outright and not by the passfile: PGPASSWORD in the environment would go before that.
        admin = {"user": server.superuser, "password": embedded.admin_passfile.password(server.superuser)}
        return _Place(str(server.socket_dir), server.port, admin, tcp_host=server.host)

    def _external_place(self) -> _Place:
        given = dict(self._external)
        host, port = given.pop("host", "localhost"), int(given.pop("port", "5432"))
        given.pop("dbname", None)
        admin: dict[str, Any] = {}
        for name in ("user", "password", "passfile"):
            if name in given:
                admin[name] = given.pop(name)
        return _Place(host, port, admin, extra=given)

    def _passfile_places(self) -> list[tuple[str, str]]:
        place = self._place()
        if place.tcp_host is None:
            return [(place.host, str(place.port))]
        # Any port: that of the embedded server changes when another program took it.
        return [(place.host, "*"), (place.tcp_host, "*")]

    def _passfile_fits(self) -> bool:
        """Whether the passfile names the place the server is at now: its socket folder may have moved."""
        return self.passfile.places() >= set(self._passfile_places())

    @property
    def _passfile_lock(self) -> Path:
        return self.passfile.path.with_name(".passfile.lock")

    def keep_password(self, user: str, password: str | None) -> None:
        """Puts the password of a log-in into the passfile, or takes it out (None)."""
        with locked(self._passfile_lock):
            known = {name: kept for name, kept in self.passfile.passwords().items() if name != user}
            new = {} if password is None else {user: password}
            self.passfile.write(known | new, self._passfile_places())

    def hand_out(self, path: Path, user: str, password: str) -> str:
        """Writes a passfile of one log-in for somebody to take along; the conninfo string that goes with it."""
        Passfile(path).write({user: password}, self._passfile_places())
        place = self._place()
        shown: dict[str, Any] = {n: value for n, value in place.extra.items() if n.startswith("ssl")}
        shown |= {"host": place.host, "port": place.port, "dbname": self.name, "user": user}
        return conninfo.make_conninfo(**shown, passfile=str(path))

    # Connecting

    def connect(self, role: str = "loader", autocommit: bool = False) -> psycopg.Connection:
        """A connection as `role`, search_path empty: every name must be written with its schema.

        Raises Kho138Error for an unknown role, DatabaseUnavailable when it does not get in.
        """
        user = roles.role_name(role)
        place = self._place()
        parameters = {"user": user, "password": self.passfile.password(user), "dbname": self.name}
        return self._open(dict(place.extra) | parameters | {"options": _NO_PATH}, autocommit=autocommit)

    def connect_admin(self, name: str | None = None) -> psycopg.Connection:
        """A connection as the server's administrator, autocommit, to `name` (default: this database).

        For setting up, backing up and looking after the server; no command that handles reports uses it.
        """
        place = self._place()
        parameters = dict(place.extra) | dict(place.admin) | {"dbname": name or self.name}
        return self._open(parameters, autocommit=True)

    def _open(self, parameters: dict[str, Any], *, autocommit: bool) -> psycopg.Connection:
        place = self._place()
        try:
            defaults: dict[str, Any] = {"connect_timeout": 10, "application_name": _APPLICATION}
            given = {name: value for name, value in parameters.items() if value is not None}
            where = conninfo.make_conninfo(**(defaults | given | {"host": place.host, "port": place.port}))
            return psycopg.connect(where, autocommit=autocommit)
        except psycopg.OperationalError as error:
            self._known_place = None  # the server may come back elsewhere
            reason = str(error).strip().splitlines()[0]
            who = parameters.get("user", "the default user")
            raise DatabaseUnavailable(
                f"The database {parameters['dbname']} cannot be reached as {who}: {reason}",
                vi=f"Không kết nối được cơ sở dữ liệu {parameters['dbname']} với vai trò {who}: {reason}",
            ) from None

    def url(self, role: str, driver: Literal["psycopg2", "psycopg"] = "psycopg2", tcp: bool = False) -> str:
        """A SQLAlchemy URL as `role`, with its driver and passfile and without a password.

        The embedded server is reached by its socket, or with `tcp` by 127.0.0.1.
        """
        place = self._place()
        user, database = roles.role_name(role), quote(self.name)
        query = dict(place.extra) | {"passfile": str(self.passfile.path)}
        host = place.tcp_host if tcp and place.tcp_host else place.host
        if host.startswith("/"):
            where = ""
            query = {"host": host, "port": str(place.port)} | query
        else:
            where = f"[{host}]:{place.port}" if ":" in host else f"{host}:{place.port}"
        return f"postgresql+{driver}://{user}@{where}/{database}?{urlencode(query, safe='/')}"

    def engine(self, role: str) -> Engine:
        """A SQLAlchemy engine as `role`, search_path empty. The caller disposes of it."""
        from sqlalchemy import create_engine

        return create_engine(
            self.url(role, driver="psycopg"),
            connect_args={"options": _NO_PATH, "application_name": _APPLICATION},
        )

    def libpq_env(self, role: str) -> dict[str, str]:
        """Variables that send psql, pg_dump and the like to this database as `role`."""
        place = self._place()
        return {
            "PGHOST": place.host,
            "PGPORT": str(place.port),
            "PGDATABASE": self.name,
            "PGUSER": roles.role_name(role),
            "PGPASSFILE": str(self.passfile.path),
            "PGAPPNAME": _APPLICATION,
        } | {f"PG{name.upper()}": value for name, value in place.extra.items() if name.startswith("ssl")}


def _parsed(url: str) -> dict[str, str]:
    try:
        given = conninfo.conninfo_to_dict(url)
        parameters = {name: str(value) for name, value in given.items() if value is not None}
        int(
            parameters.get("port", "5432")
        )  # a list of hosts and ports is not for us: one passfile line a host
        return parameters
    except (psycopg.ProgrammingError, ValueError):  # its text repeats parts of the URL, maybe the password
        raise ConfigurationError(
            "KHO138_DATABASE_URL cannot be read: write postgresql://user:password@host:port/database and "
            "percent-encode special characters of the password."
        ) from None
