"""The embedded server starts, survives crashes, and keeps out of the way of others."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from warehouse import postgres, postmaster
from warehouse.database import Database
from warehouse.errors import ConfigurationError, DatabaseUnavailable
from warehouse.postgres import EmbeddedPostgres, Server
from warehouse.settings import Settings

NewSettings = Callable[..., Settings]
FAST = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "64MB"}
DATA = Path("postgres/cluster/data")


def admin(settings: Settings) -> psycopg.Connection:
    return Database(settings).connect_admin("postgres")


def copy_home(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)  # owners too, unlike shutil


def postmaster_pid(settings: Settings) -> int:
    return int((settings.home / DATA / "postmaster.pid").read_text().split()[0])


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while postmaster._command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(scope="module")
def fresh_home(test_folder: Path) -> Path:
    """A home whose server was just made and stopped: copying it is quicker than making one for each test."""
    settings = Settings(
        home=test_folder / "fresh", postgres_options=FAST, system_folder=test_folder / "system"
    )
    embedded = EmbeddedPostgres(settings)
    embedded.ensure_running()
    embedded.stop()
    return settings.home


@pytest.fixture
def running(new_settings: NewSettings, fresh_home: Path) -> tuple[Settings, EmbeddedPostgres, Server]:
    settings = new_settings()
    copy_home(fresh_home, settings.home)
    embedded = EmbeddedPostgres(settings)
    return settings, embedded, embedded.ensure_running()


@pytest.fixture
def bystander(running: tuple[Settings, EmbeddedPostgres, Server]) -> Iterator[subprocess.Popen[bytes]]:
    """A harmless process of the server's own user: PostgreSQL takes its id for a living postmaster."""
    owner = (running[0].home / DATA).stat()
    drop = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **drop)  # type: ignore[call-overload]
    yield process
    process.kill()
    process.wait()


def test_server_stops_and_starts_again_with_its_data_and_port(
    running: tuple[Settings, EmbeddedPostgres, Server],
) -> None:
    settings, embedded, server = running
    assert embedded.is_running()
    with admin(settings) as connection:
        connection.execute("create table kept as select 42 as answer")
    embedded.stop()
    assert not embedded.is_running() and not server.socket_dir.exists()
    embedded.stop()  # stopping what does not run is no error
    assert embedded.ensure_running() == server
    with admin(settings) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_data_survive_a_killed_postmaster_and_the_server_starts_at_once(new_settings: NewSettings) -> None:
    settings = new_settings(postgres_options={"shared_buffers": "64MB"})  # durable, as in a real home
    embedded = EmbeddedPostgres(settings)
    embedded.ensure_running()
    with admin(settings) as connection:
        connection.execute("create table kept as select generate_series(1, 10000) as n")
        os.kill(postmaster_pid(settings), signal.SIGKILL)
        embedded.ensure_running()  # the killed server's children may still be there
    with admin(settings) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (10000,)


def test_a_stale_pid_that_now_belongs_to_another_process_neither_blocks_nor_is_signalled(
    running: tuple[Settings, EmbeddedPostgres, Server], bystander: subprocess.Popen[bytes]
) -> None:
    settings, embedded, server = running
    pid = postmaster_pid(settings)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    lock_files = [
        settings.home / DATA / "postmaster.pid",
        server.socket_dir / f".s.PGSQL.{server.port}.lock",
    ]
    for path in lock_files:
        lines = path.read_text().splitlines()
        path.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
    assert not embedded.is_running()
    embedded.stop()
    started = time.monotonic()
    embedded.ensure_running()
    assert time.monotonic() - started < 10
    assert bystander.poll() is None


def test_an_empty_pid_file_does_not_block(running: tuple[Settings, EmbeddedPostgres, Server]) -> None:
    settings, embedded, _ = running
    embedded.stop()
    (settings.home / DATA / "postmaster.pid").write_text("")
    embedded.ensure_running()
    assert embedded.is_running()


def test_a_port_taken_meanwhile_is_replaced(running: tuple[Settings, EmbeddedPostgres, Server]) -> None:
    settings, embedded, server = running
    embedded.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", server.port))
        squatter.listen()
        moved = embedded.ensure_running()
        assert moved.port != server.port
        with admin(settings) as connection:
            assert connection.execute("show port").fetchone() == (str(moved.port),)


def test_a_server_whose_socket_was_cleaned_away_is_restarted(
    running: tuple[Settings, EmbeddedPostgres, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, embedded, server = running
    monkeypatch.setattr(postgres, "_UNANSWERED_SECONDS", 0.3)
    shutil.rmtree(server.socket_dir)
    before = postmaster_pid(settings)
    embedded.ensure_running()
    assert embedded.is_running() and postmaster_pid(settings) != before


def test_two_installations_run_side_by_side(
    running: tuple[Settings, EmbeddedPostgres, Server], new_settings: NewSettings
) -> None:
    other = EmbeddedPostgres(new_settings()).ensure_running()
    _, first, server = running
    assert (other.port, other.socket_dir) != (server.port, server.socket_dir)
    assert other.port != server.port and first.is_running()
    first.stop()
    assert (
        other.socket_dir.exists()
        and psycopg.pq.PGconn.ping(f"host={other.socket_dir} port={other.port} user=x dbname=x".encode())
        == psycopg.pq.Ping.OK
    )


def test_two_processes_that_ask_at_once_get_the_same_server(new_settings: NewSettings) -> None:
    settings = new_settings()
    program = (
        "import sys; from pathlib import Path\n"
        "from warehouse.settings import Settings\n"
        "from warehouse.postgres import EmbeddedPostgres\n"
        "s = Settings(home=Path(sys.argv[1]), system_folder=Path(sys.argv[2]),"
        " postgres_options={'fsync': 'off', 'shared_buffers': '64MB'})\n"
        "print(EmbeddedPostgres(s).ensure_running())\n"
    )
    command = [sys.executable, "-c", program, str(settings.home), str(settings.system_folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1] and "socket_dir" in answers[0]
    starts = (settings.home / "postgres" / "server.log").read_text().count("starting PostgreSQL")
    assert starts == 1


def test_a_home_deeper_than_a_socket_path_may_be_long_works(
    new_settings: NewSettings, test_folder: Path
) -> None:
    deep = test_folder.joinpath(*["a_rather_long_folder_name"] * 6)
    settings = new_settings(home=deep)
    server = EmbeddedPostgres(settings).ensure_running()
    assert len(str(deep)) > 107 > len(str(server.socket_dir))
    with admin(settings) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_home_that_was_moved_keeps_its_data(
    running: tuple[Settings, EmbeddedPostgres, Server], new_settings: NewSettings
) -> None:
    settings, embedded, _ = running
    with admin(settings) as connection:
        connection.execute("create table kept as select 42 as answer")
    embedded.stop()
    moved = new_settings()
    settings.home.rename(moved.home)
    with admin(moved) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_copy_of_a_home_never_reaches_the_server_of_the_original(
    running: tuple[Settings, EmbeddedPostgres, Server], new_settings: NewSettings
) -> None:
    settings, embedded, server = running
    with admin(settings) as connection:
        connection.execute("create table kept as select 'original' as answer")
    embedded.stop()
    copied = new_settings()
    copy_home(settings.home, copied.home)
    assert embedded.ensure_running() == server
    other = EmbeddedPostgres(copied)
    assert not other.is_running()
    assert other.ensure_running().socket_dir != server.socket_dir
    with admin(copied) as connection:
        connection.execute("update kept set answer = 'copy'")
    with admin(settings) as connection:
        assert connection.execute("select answer from kept").fetchone() == ("original",)


def test_the_server_has_our_settings_and_is_durable_unless_told_otherwise(new_settings: NewSettings) -> None:
    settings = new_settings(postgres_options={"work_mem": "8MB"})
    EmbeddedPostgres(settings).ensure_running()
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "max_connections": "100",
        "jit": "off",
        "TimeZone": "Asia/Ho_Chi_Minh",
        "DateStyle": "ISO, DMY",
        "listen_addresses": "127.0.0.1",
        "server_encoding": "UTF8",
        "log_statement": "none",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "work_mem": "8MB",
    }
    with admin(settings) as connection:
        for name, value in expected.items():
            assert connection.execute(f"show {name}").fetchone() == (value,), name
        row = connection.execute("select datcollate, '31/12/2024'::date::text from pg_database").fetchone()
        assert row == ("C.UTF-8", "2024-12-31")


def test_no_value_reaches_the_servers_log(running: tuple[Settings, EmbeddedPostgres, Server]) -> None:
    settings, embedded, _ = running
    with admin(settings) as connection:
        connection.execute("create table person (name text unique, born_on date)")
        connection.execute("insert into person values ('Nguyễn Thị Zquỳnh', null)")
        for statement in (
            "insert into person values ('Nguyễn Thị Zquỳnh', null)",  # its DETAIL repeats the key
            "select 'Nguyễn Thị Zquỳnh'::date",  # its message repeats the text
        ):
            with pytest.raises(psycopg.Error, match="Zquỳnh"):
                connection.execute(statement)
        with pytest.raises(psycopg.Error):
            connection.execute("insert into person values (null, %s::text::date)", ["Zquỳnh"])
        with pytest.raises(psycopg.Error, match="Zquỳnh"), connection.cursor() as cursor:  # noqa: SIM117
            with cursor.copy("copy person from stdin") as copy:  # its CONTEXT repeats the line
                copy.write("x\tZquỳnh\n")
    log = embedded.log_file.read_text()
    assert "ready to accept connections" in log and "quỳnh" not in log


def test_only_the_right_password_opens_the_server(running: tuple[Settings, EmbeddedPostgres, Server]) -> None:
    _, _, server = running
    for host in (str(server.socket_dir), server.host):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(
                host=host, port=server.port, user=server.superuser, dbname="postgres", password="x"
            )


def test_a_wrong_server_option_is_told_at_once_with_its_reason(new_settings: NewSettings) -> None:
    settings = new_settings(postgres_options={"fsync": "off", "no_such_option": "1"})
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match="no_such_option") as caught:
        EmbeddedPostgres(settings).ensure_running()
    assert time.monotonic() - started < 10 and "\n" not in str(caught.value)


def test_a_lost_cluster_is_told_and_never_replaced_by_an_empty_one(
    running: tuple[Settings, EmbeddedPostgres, Server],
) -> None:
    settings, embedded, _ = running
    embedded.stop()
    shutil.rmtree(settings.home / DATA)
    with pytest.raises(ConfigurationError, match="is gone"):
        embedded.ensure_running()
    assert not (settings.home / DATA).exists()


def test_an_interrupted_initdb_leaves_nothing_in_the_way(new_settings: NewSettings) -> None:
    settings = new_settings()
    half_made = settings.home / "postgres" / "cluster" / "data.new-1234"
    half_made.mkdir(parents=True)
    settings.home.chmod(0o711)
    (settings.home / "postgres").chmod(0o711)
    (half_made / "PG_VERSION").write_text("18\n")
    EmbeddedPostgres(settings).ensure_running()
    assert not half_made.exists()


def test_missing_programs_are_told_in_one_line(new_settings: NewSettings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KHO138_POSTGRES_BIN"):
        EmbeddedPostgres(new_settings(postgres_bin=tmp_path)).ensure_running()


def test_a_cluster_of_another_version_is_told_and_left_alone(
    running: tuple[Settings, EmbeddedPostgres, Server],
) -> None:
    settings, embedded, _ = running
    embedded.stop()
    (settings.home / DATA / "PG_VERSION").write_text("14\n")
    with pytest.raises(ConfigurationError, match="PostgreSQL 14"):
        embedded.ensure_running()
