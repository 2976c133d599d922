"""The embedded PostgreSQL: made, started, found again and stopped, with no help from the system.

A folder (`Settings.postgres_folder`) holds what we remember (`server.json`), the lock, the log and the
superuser's passfile; the cluster lies inside it too, or under `/var/lib/kho138` when root's home is closed
to the server's unprivileged user. The server listens on a socket and on 127.0.0.1, never elsewhere.
Elsewhere: roles, databases, connections (`database.py`).
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import shlex
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from psycopg import conninfo, pq

from warehouse import postmaster
from warehouse.binaries import find_binaries, reachable_binaries
from warehouse.cluster import check_version, choose_data_dir, claim_outside, init_cluster
from warehouse.errors import ConfigurationError, DatabaseUnavailable
from warehouse.files import locked, write_atomically
from warehouse.os_user import ServerUser, owner_of, user_for_new_server
from warehouse.passfile import Passfile
from warehouse.settings import Settings

SUPERUSER = "kho138_admin"

_START_SECONDS = 15.0
_RECOVERY_SECONDS = 600.0  # replaying a long write-ahead log after a crash is slow, and it is not a failure
_UNANSWERED_SECONDS = 5.0
_LOG_BYTES = 10_000_000
# Failures that pass by themselves: a dying server's memory or files, a port taken between look and start.
_PASSING = ("lock file", "shared memory", "already in use", "TCP/IP sockets", "Unix-domain sockets")

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "Asia/Ho_Chi_Minh",
    "datestyle": "ISO, DMY",  # day/month/year, as reports write dates; COPY reads them so
    "password_encryption": "scram-sha-256",
    "lc_messages": "C",  # the passing failures above are recognised by their English text
    # A log without data. Parameters and statements hold values, and so do the texts of errors that
    # statements cause ("invalid input syntax for type date: ..."), their DETAIL and COPY's CONTEXT. The
    # client gets these in full; the log keeps the server's own doings (LOG, FATAL, PANIC).
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_timezone": "Asia/Ho_Chi_Minh",
}


@dataclass(frozen=True)
class Server:
    """Where a running server is: TCP `host` and `port`, or the socket of the same port in `socket_dir`."""

    host: str
    socket_dir: Path
    port: int
    superuser: str


@dataclass(frozen=True)
class _State:
    """What the folder remembers. `data_dir` is relative to the folder when inside it: a home may be moved.

    Socket and port count only while `folder` is where the folder is: a copy of a home must never answer
    with, or tidy up after, the server of the original.
    """

    data_dir: str
    folder: str
    socket_dir: str | None = None
    port: int | None = None


class EmbeddedPostgres:
    """The server of one folder. Any number of processes may hold one; a lock lets one at a time act."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.postgres_folder
        self.admin_passfile = Passfile(self.folder / "admin.passfile")
        self.log_file = self.folder / "server.log"
        self._lock = self.folder / "lock"
        self._state_file = self.folder / "server.json"

    @property
    def bin_dir(self) -> Path:
        """Programs for the caller's own use: psql, pg_dump, pg_restore. Raises ConfigurationError."""
        return find_binaries(self._settings.postgres_bin)

    def ensure_running(self) -> Server:
        """The running server; made and started when need be.

        Raises ConfigurationError (folder, user, programs) or DatabaseUnavailable (it does not start).
        """
        state = self._remembered()
        if state is not None and self._ping(state) == pq.Ping.OK:
            return self._server(state)
        try:
            self.folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            with locked(self._lock):
                state = self._remembered() or self._new_state()
                if self._ping(state) != pq.Ping.OK:
                    state = self._start(self._initialised(state))
                return self._server(state)
        except OSError as error:
            raise ConfigurationError(
                f"The database folder {self.folder} cannot be used ({error.strerror or error}): "
                "set KHO138_HOME to a folder this user can write."
            ) from error

    def is_running(self) -> bool:
        state = self._remembered()
        return state is not None and self._ping(state) == pq.Ping.OK

    def stop(self) -> None:
        """Stop the server (open transactions are rolled back). Does nothing when it does not run."""
        if not self.folder.is_dir():
            return
        with locked(self._lock):
            state = self._remembered()
            if state is None or not self._data_dir(state).is_dir():
                return
            self._stop(state)
            if state.socket_dir and Path(state.socket_dir).is_dir():
                postmaster.clear_stale_files(self._data_dir(state), Path(state.socket_dir))
                Path(state.socket_dir).rmdir()

    # What is remembered

    def _remembered(self) -> _State | None:
        try:
            state = _State(**json.loads(self._state_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise ConfigurationError(
                f"{self._state_file} belongs to another user: run as the user who made this home."
            ) from None
        except (ValueError, TypeError):
            raise ConfigurationError(f"{self._state_file} is damaged: restore it from a backup.") from None
        return state if state.folder == str(self.folder) else _State(state.data_dir, str(self.folder))

    def _remember(self, state: _State) -> _State:
        write_atomically(self._state_file, json.dumps(asdict(state)))
        return state

    def _data_dir(self, state: _State) -> Path:
        return self.folder / state.data_dir  # an absolute data_dir stays what it is

    def _server(self, state: _State) -> Server:
        assert state.socket_dir is not None and state.port is not None
        return Server("127.0.0.1", Path(state.socket_dir), state.port, SUPERUSER)

    def _ping(self, state: _State) -> pq.Ping:
        """Ask at the socket, in a folder that the server's user alone can write; no password is sent."""
        if state.socket_dir is None or state.port is None:
            return pq.Ping.NO_RESPONSE
        try:
            if not postmaster.is_safe(Path(state.socket_dir), self._data_dir(state).stat().st_uid):
                return pq.Ping.NO_RESPONSE
        except OSError:
            return pq.Ping.NO_RESPONSE
        where = conninfo.make_conninfo(
            host=state.socket_dir, port=state.port, user=SUPERUSER, dbname="postgres", connect_timeout=3
        )
        return pq.Ping(pq.PGconn.ping(where.encode()))

    # Making the cluster

    def _new_state(self) -> _State:
        if (self.folder / "cluster" / "data").exists():
            return _State("cluster/data", str(self.folder))
        user = user_for_new_server(self._settings.postgres_os_user)
        data_dir = choose_data_dir(self.folder, user, self._settings.system_folder)
        return _State(data_dir, str(self.folder))

    def _initialised(self, state: _State) -> _State:
        data_dir = self._data_dir(state)
        password = self.admin_passfile.password(SUPERUSER)
        if (data_dir / "PG_VERSION").exists():
            claim_outside(data_dir, self.folder)
            check_version(data_dir, self._programs(owner_of(data_dir)))
            if password is None:
                raise ConfigurationError(f"{self.admin_passfile.path} is missing: restore it from a backup.")
            return state
        if self._state_file.exists():
            raise ConfigurationError(
                f"The database folder {data_dir} of this home is gone: restore a backup, or make a new home."
            )
        password = password or secrets.token_urlsafe(24)
        self.admin_passfile.write({SUPERUSER: password}, [("*", "*")])
        programs = self._programs(owner_of(data_dir.parent))
        sync = self._settings.postgres_options.get("fsync") != "off"
        init_cluster(data_dir, programs, SUPERUSER, password, sync=sync)
        return self._remember(state)

    def _programs(self, user: ServerUser) -> Path:
        return reachable_binaries(self.bin_dir, user, self._settings.system_folder)

    # Starting and stopping

    def _start(self, state: _State) -> _State:
        data_dir = self._data_dir(state)
        user = owner_of(data_dir)
        programs = self._programs(user)
        deadline = time.monotonic() + _START_SECONDS
        recovery_deadline = time.monotonic() + _RECOVERY_SECONDS
        reason, unanswered_since = "", None
        while True:
            answer = self._ping(state)
            if answer == pq.Ping.OK:
                return state
            if postmaster.live_postmaster(data_dir) is None:
                started, reason = self._start_once(state, user, programs)
                state = started
                if reason and not any(text in reason for text in _PASSING):
                    break
                unanswered_since = None
            elif answer == pq.Ping.REJECT:  # starting up, replaying its log, or shutting down
                if time.monotonic() < recovery_deadline:
                    deadline = max(deadline, time.monotonic() + 1)
            else:
                unanswered_since = unanswered_since or time.monotonic()
                if time.monotonic() - unanswered_since > _UNANSWERED_SECONDS:
                    self._stop(state)  # alive behind a socket that somebody removed
                reason = "it does not answer at its socket"
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        raise DatabaseUnavailable(
            f"PostgreSQL does not start ({reason or 'no answer in time'}): see {self.log_file}.",
            vi=f"Không khởi động được PostgreSQL ({reason or 'không trả lời'}): xem {self.log_file}.",
        )

    def _start_once(self, state: _State, user: ServerUser, programs: Path) -> tuple[_State, str]:
        """One try: (what is remembered now, why it failed or '')."""
        data_dir = self._data_dir(state)
        socket_dir = postmaster.make_socket_dir(
            self.folder, user, Path(state.socket_dir) if state.socket_dir else None
        )
        postmaster.clear_stale_files(data_dir, socket_dir)
        port = state.port if state.port and postmaster.port_is_free(state.port) else postmaster.choose_port()
        state = self._remember(replace(state, socket_dir=str(socket_dir), port=port))
        options = _OPTIONS | {"unix_socket_directories": str(socket_dir), "port": str(port)}
        options |= self._settings.postgres_options
        words = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        command = [
            str(programs / "pg_ctl"),
            "start",
            "-D",
            str(data_dir),
            "-s",
            "-w",
            "-t",
            "15",
            "-o",
            words,
        ]
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES:
            os.replace(self.log_file, self.log_file.with_suffix(".log.1"))
        # We open the log, not the server's user: it stays in the home even when the cluster cannot.
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # The server inherits the limit: rows in its memory are never written as an image of it.
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            before = os.fstat(descriptor).st_size
            done = user.run(command, stdout=descriptor, stderr=descriptor)
        finally:
            os.close(descriptor)
        return state, "" if done.returncode == 0 else self._reason_since(before)

    def _reason_since(self, offset: int) -> str:
        with self.log_file.open("rb") as handle:
            handle.seek(offset)
            lines = handle.read().decode(errors="replace").splitlines()
        fatal = [line.split("FATAL:")[1].strip() for line in lines if "FATAL:" in line]
        return fatal[-1] if fatal else "lock file" if not lines else lines[-1]

    def _stop(self, state: _State) -> None:
        data_dir = self._data_dir(state)
        if postmaster.live_postmaster(data_dir) is None:
            return  # pg_ctl would signal whatever process has the recorded id
        user = owner_of(data_dir)
        command = [str(self._programs(user) / "pg_ctl"), "stop", "-D", str(data_dir)]
        command += ["-s", "-w", "-m", "fast", "-t", "60"]
        if user.run(command, capture_output=True).returncode != 0 and postmaster.live_postmaster(data_dir):
            raise DatabaseUnavailable(f"PostgreSQL does not stop: see {self.log_file}.")
