"""Emergency access: a named person, a reason, some hours; it ends, whatever is open."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo, errors
from told import Kho138

from ingestion.registry import break_glass, unit_access
from ingestion.registry.break_glass import BreakGlass
from warehouse import logins
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

WHO, REASON = "Đồng chí Ất, Phòng PC02", "sự cố ngoài giờ, trực ban yêu cầu"


@pytest.fixture(autouse=True)
def _none_left(database: Database) -> Iterator[None]:
    """The server is shared by the tests: its log-ins must not outlive one."""
    yield
    for opened in break_glass.accesses(database):
        if opened.closed_at is None:
            break_glass.close_access(database, opened.break_glass_id, "thử")


def let_in(database: Database, role: str, hours: int = 1) -> tuple[BreakGlass, Path, str]:
    return break_glass.open_access(database, role, WHO, REASON, hours, "thử")


def run_out(database: Database, opened: BreakGlass) -> None:
    with database.connect("owner") as owner:
        owner.execute(
            "update registry.break_glass set opened_at = opened_at - interval '2 hours',"
            " expires_at = expires_at - interval '2 hours' where break_glass_id = %s",
            [opened.break_glass_id],
        )


def log_ins(database: Database) -> list[str]:
    with database.connect("auditor") as auditor:
        rows = auditor.execute(
            "select rolname from pg_roles where rolname like 'bg\\_%' order by 1"
        ).fetchall()
    return [name for (name,) in rows]


def events(database: Database) -> list[tuple[Any, ...]]:
    with database.connect("auditor") as auditor:
        return auditor.execute(
            "select subject_key, action, actor, reason, details from registry.event where subject = 'break_glass'"
            " order by event_id"
        ).fetchall()


def test_one_person_gets_in_as_that_role_and_is_named_in_the_log(database: Database) -> None:
    opened, file, told = let_in(database, "linker", 24)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text(encoding="utf-8").splitlines()[0].split(":")[-1]
    assert password not in told
    with psycopg.connect(told, autocommit=True) as person:
        ticket = person.execute("select vault.open_read(null, %s)", [REASON]).fetchone()
        assert person.execute("select * from vault.fetch(%s)", ticket).fetchall() == []
        with pytest.raises(errors.InsufficientPrivilege):
            person.execute("select from registry.submission")
        # Under the role's name it is still this person.
        person.execute("set role kho138_linker")
        person.execute("select vault.open_read(null, %s)", [REASON])
    with database.connect("auditor") as auditor:
        readers = auditor.execute("select actor from registry.event where subject = 'vault'").fetchall()
        (until,) = auditor.execute(
            "select rolvaliduntil from pg_roles where rolname = %s", [opened.login]
        ).fetchone() or (None,)
    assert readers == [(opened.login,)] * 2
    assert until == opened.expires_at and (opened.expires_at - opened.opened_at).total_seconds() == 24 * 3600
    assert break_glass.close_access(database, opened.break_glass_id, "thử") in (0, 1)
    assert not file.exists() and log_ins(database) == []
    (key, action, actor, reason, details), (_, closing, *_) = events(database)
    assert (key, action, actor, reason, closing) == (opened.login, "open", "thử", REASON, "close")
    assert (details["role"], details["granted_to"]) == ("linker", WHO)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(told)


def test_what_is_open_when_the_time_is_over_is_ended_with_its_membership(database: Database) -> None:
    analyst, _, of_analyst = let_in(database, "case_analyst")
    linker, _, of_linker = let_in(database, "linker")
    lasting, _, of_lasting = let_in(database, "auditor", 5)
    with (
        psycopg.connect(of_analyst) as reading,
        psycopg.connect(of_linker, autocommit=True) as asking,
        psycopg.connect(of_lasting, autocommit=True) as staying,
    ):
        reading.execute("select 1")  # idle, in a transaction
        ticket = asking.execute("select vault.open_read(null, %s)", [REASON]).fetchone()
        run_out(database, analyst)
        run_out(database, linker)
        # Before anybody sweeps: the vault is shut at once.
        for call, values in (("vault.open_read(null, %s)", [REASON]), ("vault.fetch(%s)", ticket)):
            with pytest.raises(errors.InsufficientPrivilege, match="is over"):
                asking.execute(f"select {call}", values)
        assert break_glass.end_what_is_over(database) == 2 and break_glass.end_what_is_over(database) == 0
        for session in (reading, asking):
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
        assert staying.execute("select count(*) from registry.break_glass").fetchone() == (3,)
    assert log_ins(database) == [lasting.login]
    told = {
        key: (action, actor, details["sessions_ended"])
        for key, action, actor, _, details in events(database)[3:]
    }
    assert told == {b.login: ("expire", "kho138", 1) for b in (analyst, linker)}
    assert {b.login: b.closed_as for b in break_glass.accesses(database)} == {
        analyst.login: "expired",
        linker.login: "expired",
        lasting.login: None,
    }


def test_dagster_ends_what_is_over_too(settings: Settings, database: Database) -> None:
    import dagster as dg

    from orchestration.defs.monitoring.definitions import emergency_access
    from orchestration.resources import Installation

    opened, _, told = let_in(database, "case_analyst")
    installation = Installation(overrides=settings.model_dump(mode="json", exclude_defaults=True))
    with psycopg.connect(told) as session:
        for over in (0, 1):
            if over:
                run_out(database, opened)
            with dg.build_sensor_context(resources={"installation": installation}) as context:
                tick = emergency_access.evaluate_tick(context)
            assert tick.skip_message == f"Emergency accesses that ended: {over}."
        with pytest.raises(psycopg.OperationalError):
            session.execute("select 1")
    assert log_ins(database) == []


def test_membership_is_taken_from_a_session_that_does_not_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order matters: first no new session, then no rights, then the end."""
    opened, _, told = let_in(database, "auditor")
    with psycopg.connect(told, autocommit=True) as person:
        person.execute("select from registry.submission")
        with database.connect_admin() as admin:
            with monkeypatch.context() as patch:
                patch.setattr(logins, "_GONE_SECONDS", 0)
                patch.setattr(logins, "_END_SESSIONS", "select 1 from pg_stat_activity where usename = %s")
                with pytest.raises(Kho138Error, match="does not end"):
                    logins.drop_login(admin, opened.login, "kho138_auditor", database.name)
            with pytest.raises(errors.InsufficientPrivilege):
                person.execute("select from registry.submission")
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(told)


def test_what_may_not_be_opened_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role, who, reason, hours, said in (
        ("loader", WHO, REASON, 1, "--role"),
        ("owner", WHO, REASON, 1, "--role"),
        ("auditor", " ", REASON, 1, "--for"),
        ("auditor", WHO, "ngắn", 1, "--reason"),
        ("auditor", WHO, "nạn nhân Nguyễn Thị Bê", 1, "--reason"),
        ("auditor", WHO, REASON, 0, "--hours"),
        ("auditor", WHO, REASON, 25, "--hours"),
    ):
        with pytest.raises(Kho138Error, match=said):
            break_glass.open_access(database, role, who, reason, hours, "thử")
    assert events(database) == [] == break_glass.accesses(database)
    with database.connect("owner") as owner:
        for hours, role in ((25, "auditor"), (1, "loader")):
            with pytest.raises(errors.CheckViolation), owner.transaction():
                owner.execute(
                    "insert into registry.break_glass (break_glass_id, role, granted_to, reason, opened_by, opened_at,"
                    " expires_at) values (9, %s, 'x', 'x', 'x', now(), now() + make_interval(hours => %s))",
                    [role, hours],
                )

    def fails(*_: object) -> str:
        raise Kho138Error("no")

    monkeypatch.setattr(break_glass, "make_login", fails)
    with pytest.raises(Kho138Error, match="no"):
        let_in(database, "auditor")
    (tried,) = break_glass.accesses(database)
    assert tried.closed_as == "closed" and [action for _, action, *_ in events(database)] == ["open", "close"]


def test_a_log_in_of_another_database_is_left_alone(database: Database) -> None:
    with database.connect_admin() as admin:
        admin.execute("create role bg_1 login")
        try:
            opened, _, _ = let_in(database, "auditor")
            assert opened.login == "bg_2"
            break_glass.close_access(database, opened.break_glass_id, "thử")
            # A record without its log-in (a backup restored) ends nobody else's.
            with database.connect("owner") as owner:
                owner.execute(
                    "insert into registry.break_glass (break_glass_id, role, granted_to, reason, opened_by, opened_at,"
                    " expires_at) values (1, 'auditor', 'x', 'x', 'x', now() - interval '2 hours', now() - interval '1 hour')"
                )
            with pytest.raises(Kho138Error, match="left alone"):
                break_glass.end_what_is_over(database)
            assert log_ins(database) == ["bg_1"]
        finally:
            admin.execute("drop role bg_1")
    assert break_glass.end_what_is_over(database) == 1


def test_what_a_case_analyst_asks_is_in_the_servers_log_without_its_values(database: Database) -> None:
    log = database.settings.postgres_folder / "server.log"
    _, _, told = let_in(database, "case_analyst")
    with database.connect("builder") as builder:
        builder.execute("create table marts_restricted.hiếm as select 'x' as a")
    for connection in (
        database.connect("case_analyst"),
        psycopg.connect(told),
        database.connect("statistician"),
    ):
        with connection:
            user = connection.info.user
            schema = "marts" if user == "kho138_statistician" else "marts_restricted"
            before = log.stat().st_size
            try:
                connection.execute(f"select /* hỏi */ a from {schema}.hiếm where a = %s", ["giá trị kín"])
            except errors.UndefinedTable:
                connection.rollback()
        said = log.read_bytes()[before:].decode()
        assert ("hỏi" in said) is (user != "kho138_statistician")
        assert "giá trị kín" not in said
        if user != "kho138_statistician":
            assert f"{user}@{database.name}" in said


def test_the_commands(
    settings: Settings,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kho138 = Kho138(settings, monkeypatch, capsys)
    assert "no emergency access" in kho138("break-glass", "list").out
    opening = ("break-glass", "open", "--role", "auditor", "--for", WHO, "--reason", REASON, "--hours", "2")
    told = kho138(*opening, "--json").json
    assert told["login"] == "bg_1" and told["state"] == "open"
    assert conninfo.conninfo_to_dict(told["conninfo"])["passfile"] == told["password_file"]
    said = kho138(*opening, "--lang", "vi")
    password = (settings.home / "break_glass" / "bg_2.passfile").read_text().splitlines()[0].split(":")[-1]
    assert said.code == 0 and "quyền khẩn cấp 2" in said.out and password not in said.out
    assert kho138("break-glass", "close", "1").out.startswith("Emergency access 1 is closed")
    assert kho138("break-glass", "close", "1", "--lang", "vi").code == 2
    # Any command ends what is over.
    run_out(database, break_glass.accesses(database)[0])
    assert [(b["number"], b["state"]) for b in kho138("break-glass", "list", "--json").json] == [
        (2, "expired"),
        (1, "closed"),
    ]
    assert log_ins(database) == []
    try:
        assert "u_cah_215" in kho138("access", "add-unit", "cah_215").out
        assert "không thay đổi" in kho138("access", "add-unit", "cah_215", "--lang", "vi").out
        (unit,) = kho138("access", "list", "--json").json
        assert (unit["unit"], unit["login"], unit["is_valid"]) == ("cah_215", "u_cah_215", True)
        assert "u_cah_215" in kho138("access", "list").out
        password = str(database.passfile.password("u_cah_215"))
        assert password not in kho138("access", "list").out
    finally:
        unit_access.remove_unit(database, "cah_215", "thử")
    assert kho138("access", "remove-unit", "cah_215").code == 2 and "No unit" in kho138("access", "list").out
    verified = kho138("audit", "verify").out
    assert "access 2" in verified and "break_glass 4" in verified
