"""The event log as a hash chain: what the gate and the regime write verifies, and no byte of it changes unseen."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paper import csv_report
from psycopg import errors, sql

from expectations.judge import judge_received
from ingestion.gate import Gate, Incoming
from ingestion.registry.event_chain import EVENT_COLUMNS, Verdict, verify
from ingestion.registry.events import Event, add_events
from orchestration.regime import first_year_owed, set_first_year, waive_report, withdraw_report
from warehouse import migrate, roles
from warehouse.clock import HANOI, Clock
from warehouse.database import Database
from warehouse.errors import ConfigurationError, Kho138Error
from warehouse.settings import Settings, load_settings

FORM, UNIT, PERIOD = "police__crime_reports", "cah_215", "2024-07"
LINK_COLUMNS = ("position", "event_id", "previous_hash", "hash")


class Log:
    """An event log under attack: what was written, what its administrator may do to it, what the audit says."""

    def __init__(self, settings: Settings, anchor: Path) -> None:
        self.settings = settings
        self.anchor = anchor
        self.database = Database(settings)
        self.clock = Clock.for_home(settings.home)

    def write(self, *reasons: str | None) -> None:
        """Events of one transaction, one a reason."""
        with self.database.connect("loader") as connection, connection.cursor() as cursor:
            add_events(cursor, [self.event(reason) for reason in reasons])

    def event(self, reason: str | None) -> Event:
        now = self.clock.now() + dt.timedelta(microseconds=1)
        return Event(
            now,
            "Đồng chí Ất",
            "waive",
            subject="obligation",
            subject_key="a|b",
            to_state="waived",
            reason=reason,
            details={"until": "2024-07-31", "number": 1.50},
        )

    def audit(self, anchor: Path | None = None) -> Verdict:
        with self.database.connect("auditor") as connection:
            return verify(connection, anchor)

    def broken(self, anchor: Path | None = None) -> tuple[int, int | None]:
        found = self.audit(anchor).broken
        assert found is not None, "the log was tampered with, and the audit did not see it"
        return found.position, found.event_id

    def tamper(self, statement: str | sql.Composed, *parameters: object) -> None:
        """As the server's administrator, past every trigger and foreign key."""
        with self.database.connect_admin() as admin:
            admin.execute("set session_replication_role = replica")
            admin.execute(statement, parameters)

    def links(self) -> list[tuple[int, int | None]]:
        with self.database.connect("auditor") as connection:
            return connection.execute(
                "select position, event_id from registry.event_link order by position"
            ).fetchall()

    def make_anew(self) -> None:
        """All hashes as they would be had the events always been what they are now."""
        self.tamper(
            """
            do $$
            declare
                link record;
                head bytea := (select hash from registry.event_link where position = 0);
            begin
                for link in
                    select l.position, e as event from registry.event_link as l
                    inner join registry.event as e on e.event_id = l.event_id order by l.position
                loop
                    update registry.event_link
                    set previous_hash = head, hash = sha256(head || registry.event_bytes(link.event))
                    where position = link.position
                    returning hash into head;
                end loop;
            end
            $$
            """
        )


@pytest.fixture
def log(settings: Settings, tmp_path: Path) -> Log:
    anchor = tmp_path / "anchor"
    log = Log(settings.model_copy(update={"anchor": anchor}), anchor)
    log.clock.advance_to(dt.datetime(2024, 9, 1, 8, 0, tzinfo=HANOI))
    return log


@pytest.fixture
def filed(log: Log, tmp_path: Path) -> Log:
    """The log of a life at the gate: in force, returned, corrected, withdrawn, waived; each commit anchored."""
    gate = Gate(log.settings)
    for n, changes in enumerate(({}, {"reports_received": ""}, {}), start=1):
        gate.receive([Incoming(csv_report(tmp_path / f"{n}.csv", number=f"{n}/BC", **changes))])
        judge_received(gate.database, gate.contracts, gate.clock, "test")
    withdraw_report(log.settings, 3, "gửi nhầm", "Đồng chí Giáp")
    waive_report(log.settings, UNIT, FORM, "2024-08", dt.date(2024, 12, 31), "lũ lụt", "Đồng chí Ất")
    set_first_year(log.settings, 2024, "bắt đầu", "Ban chỉ đạo 138")
    return log


@pytest.fixture
def anchored(log: Log) -> Log:
    """A log whose commits are of the regime alone: six events, a line of the anchor for each but the third."""
    set_first_year(log.settings, 2022, "một", "Ban chỉ đạo 138")
    set_first_year(log.settings, 2023, "hai", "Ban chỉ đạo 138")
    log.write("ba")
    set_first_year(log.settings, 2024, "bốn", "Ban chỉ đạo 138")
    waive_report(log.settings, UNIT, FORM, "2024-08", dt.date(2024, 12, 31), "lũ lụt", "Đồng chí Ất")
    set_first_year(log.settings, 2025, "sáu", "Ban chỉ đạo 138")
    return log


@pytest.fixture
def attacked(log: Log) -> Log:
    """A small log whose administrator has taken the constraints away."""
    log.write("một", None)
    log.write("ba", "", "năm")
    log.tamper("alter table registry.event alter column event_id set generated by default")
    with log.database.connect_admin() as admin:
        for (name,) in admin.execute(
            "select conname from pg_constraint where conrelid = 'registry.event_link'::regclass and contype = 'c'"
        ).fetchall():
            admin.execute(
                sql.SQL("alter table registry.event_link drop constraint {}").format(sql.Identifier(name))
            )
    return log


# What is written verifies


def test_every_change_of_the_regime_is_a_link_and_the_chain_holds(filed: Log) -> None:
    verdict = filed.audit(filed.anchor)
    assert verdict.broken is None
    with filed.database.connect("auditor") as connection:
        actions = connection.execute(
            "select e.action from registry.event_link as l inner join registry.event as e using (event_id)"
            " order by l.position"
        ).fetchall()
    assert [a for (a,) in actions] == [
        "create",  # the keys, with the first file
        *("receive", "judge", "receive", "judge", "receive", "supersede", "judge"),
        *("withdraw", "reinstate", "waive", "start_regime"),
    ]
    assert (verdict.events, verdict.head) == (12, 12)
    # Six commits at the gate (each filing, each judgement), three of the regime.
    assert [int(line.split()[0]) for line in filed.anchor.read_text().splitlines()] == [
        2,
        3,
        4,
        5,
        6,
        8,
        10,
        11,
        12,
    ]
    assert (verdict.anchor_position, verdict.not_anchored) == (12, 0)
    first_year_owed(filed.settings)  # reads only: no second line of the same head
    assert len(filed.anchor.read_text().splitlines()) == 9


def test_the_hash_covers_every_column_of_an_event(database: Database) -> None:
    with database.connect("auditor") as connection:
        columns = connection.execute(
            "select attname from pg_attribute where attrelid = 'registry.event'::regclass and attnum > 0"
            " and not attisdropped"
        ).fetchall()
    assert {name for (name,) in columns} == set(EVENT_COLUMNS)


def test_no_setting_of_a_session_changes_the_hashes(log: Log) -> None:
    settings = ("timezone = 'America/St_Johns'", "datestyle = 'SQL, MDY'", "extra_float_digits = -15")
    with log.database.connect("loader") as connection, connection.cursor() as cursor:
        for setting in (*settings, "intervalstyle = 'sql_standard'", "bytea_output = 'escape'"):
            cursor.execute(f"set {setting}")
        add_events(cursor, [log.event("một"), log.event(None)])
    log.write("ba")
    with log.database.connect("auditor") as connection:
        for setting in settings:
            connection.execute(f"set {setting}")
        connection.commit()
        verdict = verify(connection, None)
    assert (verdict.is_intact, verdict.head) == (True, 3)
    assert log.audit().is_intact


def test_two_values_never_have_the_bytes_of_two_others(log: Log) -> None:
    """What stands at a border of two columns belongs to one of them."""
    log.write("một")
    log.tamper("update registry.event set actor = actor || action, action = ''")
    assert log.broken() == (1, 1)


def test_commits_at_once_end_in_one_order_without_gaps(log: Log) -> None:
    def work() -> None:
        with log.database.connect("loader") as connection, connection.cursor() as cursor:
            for n in range(20):
                with connection.transaction():
                    add_events(cursor, [log.event(f"{n}"), log.event(None)])

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [position for position, _ in log.links()] == list(range(121))
    assert log.audit().is_intact


def test_a_transaction_under_way_keeps_nobody_waiting_and_is_chained_when_it_commits(log: Log) -> None:
    with log.database.connect("loader") as slow, log.database.connect("loader") as quick:
        add_events(slow.cursor(), [log.event("chậm")])
        quick.execute("set statement_timeout = '2s'")
        add_events(quick.cursor(), [log.event("nhanh")])
        quick.commit()
        slow.commit()
    assert log.links()[1:] == [(1, 2), (2, 1)]
    assert log.audit().is_intact


def test_what_is_rolled_back_leaves_no_gap(log: Log) -> None:
    with log.database.connect("loader") as connection, connection.cursor() as cursor:
        add_events(cursor, [log.event("bỏ")])
        connection.rollback()
        add_events(cursor, [log.event("giữ")])
        with pytest.raises(errors.DivisionByZero), connection.transaction():
            add_events(cursor, [log.event("bỏ")])
            cursor.execute("select 1 / 0")
        add_events(cursor, [log.event("giữ")])
    assert log.links()[1:] == [(1, 2), (2, 4)]
    assert log.audit().is_intact


def test_events_of_an_older_home_are_chained_in_their_order(settings: Settings) -> None:
    name = f"{settings.database_name}_old"
    old = Database(settings.model_copy(update={"database_name": name}))
    with Database(settings).connect_admin("postgres") as admin:
        admin.execute(f"create database {name} owner kho138_owner template template0")
        try:
            with old.connect_admin() as inside:
                roles.grant_database(inside, name)
            _upgrade_to(old, "0003")
            log = Log(old.settings, settings.home / "none")
            log.write("một", "hai", None)
            migrate.upgrade(old.url("owner", driver="psycopg"))
            log.write("bốn")
            assert log.links()[1:] == [(1, 1), (2, 2), (3, 3), (4, 4)]
            assert log.audit().is_intact
        finally:
            admin.execute(f"drop database {name} with (force)")


def _upgrade_to(database: Database, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "newline")
    engine = database.engine("owner")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


# What is changed is found


def _mutations(log: Log) -> Iterator[tuple[str, str, int, Callable[[], None], Callable[[], None]]]:
    """Table, column, position, how to change one thing of that row, and how to put it back."""
    for table, columns in (("event", EVENT_COLUMNS), ("event_link", LINK_COLUMNS)):
        for position, event_id in log.links():
            for column in columns:
                key = ("event_id", event_id) if table == "event" else ("position", position)
                if key[1] is None:
                    continue
                with log.database.connect_admin() as admin:
                    row = admin.execute(
                        f"select {column}, {column}::text from registry.{table} where {key[0]} = %s", [key[1]]
                    ).fetchone()
                assert row is not None
                new = _changed(column, row[0])
                where = new if column == key[0] else key[1]
                statement = f"update registry.{table} set {column} = %s where {key[0]} = %s"
                yield (
                    table,
                    column,
                    position,
                    lambda s=statement, n=new, k=key[1]: log.tamper(s, n, k),
                    lambda s=statement, o=row[1], w=where: log.tamper(s, o, w),
                )


def _changed(column: str, value: Any) -> Any:
    """The smallest change that the column's type can hold."""
    if value is None:
        return 1000 if column in {"submission_id", "event_id"} else ""
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(microseconds=1)
    if isinstance(value, dict):
        return json.dumps(value | {"number": 1.6})
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return value[:-1] + chr(ord(value[-1]) ^ 1) if value else " "


def test_a_change_of_any_column_of_any_row_is_found_where_it_is(attacked: Log) -> None:
    tried = set()
    with attacked.database.connect("auditor") as connection:
        for table, column, position, change, put_back in list(_mutations(attacked)):
            change()
            found = verify(connection, None).broken
            assert found is not None, f"{table}.{column} at {position} was changed unseen"
            assert found.position == position, f"{table}.{column}"
            assert f"{position}" in found.message_en and f"{position}" in found.message_vi
            put_back()
            tried.add((table, column))
        assert verify(connection, None).is_intact
    assert len(tried) == len(EVENT_COLUMNS) + len(LINK_COLUMNS)


def test_random_bytes_of_random_events_are_found(anchored: Log) -> None:
    """One bit of one byte of a stored text or hash, wherever it falls."""
    rng = random.Random(138)
    cells: list[tuple[str, str, str, int, int]] = [
        *(
            ("event", "event_id", c, e, p)
            for p, e in anchored.links()[1:]
            for c in ("subject", "actor", "action", "reason")
        ),
        *(
            ("event_link", "position", c, p, p)
            for p, _ in anchored.links()
            for c in ("previous_hash", "hash")
        ),
    ]
    with anchored.database.connect("auditor") as connection:
        for table, key, column, at, position in rng.choices(cells, k=60):
            with anchored.database.connect_admin() as admin:
                row = admin.execute(
                    f"select {column} from registry.{table} where {key} = %s", [at]
                ).fetchone()
            assert row is not None
            if row[0] is None:
                continue
            raw = bytearray(row[0] if isinstance(row[0], bytes) else row[0].encode())
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(4)
            new: object = bytes(raw)
            if isinstance(row[0], str):
                new = raw.decode(errors="replace").replace("\0", " ")
            statement = f"update registry.{table} set {column} = %s where {key} = %s"
            anchored.tamper(statement, new, at)
            found = verify(connection, anchored.anchor).broken
            assert found is not None and found.position == position, (table, column, at)
            anchored.tamper(statement, row[0], at)
        assert verify(connection, anchored.anchor).is_intact


def test_a_value_that_no_calendar_holds_is_found(attacked: Log) -> None:
    attacked.tamper("update registry.event set happened_at = 'infinity' where event_id = 2")
    assert attacked.broken() == (2, 2)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("delete from registry.event where event_id = 3", (3, 3)),
        ("delete from registry.event_link where position = 3", (3, None)),
        ("delete from registry.event_link where position = 5", (6 - 1, 5)),
        ("delete from registry.event_link where position = 0", (0, None)),
        ("truncate registry.event_link", (0, None)),
        # Two events change places, each keeping all it says but its number.
        ("update registry.event set event_id = case event_id when 2 then 104 else 102 end where event_id in (2, 4)", (2, 2)),
        # Two links change places.
        ("update registry.event_link set event_id = event_id + 100 where position in (2, 4)", (2, 102)),
        (
            "insert into registry.event (event_id, happened_at, actor, action) values (900, now(), 'x', 'judge')",
            (6, 900),
        ),
        (
            "insert into registry.event_link (position, event_id, previous_hash, hash)"
            " select 6, 900, hash, sha256(hash) from registry.event_link where position = 5",
            (6, 900),
        ),
    ],
)  # fmt: skip
def test_what_is_removed_swapped_or_put_in_is_found(
    attacked: Log, statement: str, place: tuple[int, int | None]
) -> None:
    attacked.tamper(statement)
    assert attacked.broken() == place


def test_what_two_events_say_is_swapped(attacked: Log) -> None:
    attacked.tamper(
        "update registry.event as e set reason = o.reason from registry.event as o"
        " where (e.event_id, o.event_id) in ((3, 5), (5, 3))"
    )
    assert attacked.broken() == (3, 3)


def test_an_end_that_was_cut_off_is_found_by_the_anchor_alone(anchored: Log) -> None:
    anchored.tamper("delete from registry.event_link where position > 4")
    anchored.tamper("delete from registry.event where event_id > 4")
    without = anchored.audit()
    assert without.is_intact
    assert without.numbers_after_last == 2  # the hint
    assert anchored.broken(anchored.anchor) == (5, None)
    # Growing past the cut does not hide it: the anchor knows another hash of that position.
    anchored.write("năm", "sáu", "bảy")
    assert anchored.audit().is_intact
    assert anchored.broken(anchored.anchor) == (5, 7)


def test_a_chain_made_anew_is_found_by_the_anchor_alone(anchored: Log) -> None:
    anchored.tamper("update registry.event set actor = 'Đồng chí Bính' where event_id = 3")
    anchored.make_anew()
    assert anchored.audit().is_intact
    assert anchored.broken(anchored.anchor) == (4, 4)  # position 3 has no line of its own
    # What is anchored of the new chain stands against the lines of the old one.
    set_first_year(anchored.settings, 2026, "bảy", "Ban chỉ đạo 138")
    anchored.tamper("delete from registry.event_link where position = 7")
    anchored.tamper("delete from registry.event where event_id = 7")
    anchored.write("bảy")
    first_year_owed(anchored.settings)
    found = anchored.audit(anchored.anchor).broken
    assert found is not None and "two hashes of one position" in found.message_en


# Who may write


@pytest.mark.parametrize(
    "statement",
    [
        "update registry.event set reason = 'x'",
        "delete from registry.event",
        "truncate registry.event cascade",
        "alter table registry.event disable trigger event_is_chained",
        "set session_replication_role = replica",
        "insert into registry.event_link (position, event_id, previous_hash, hash) values (9, null, '', sha256(''))",
        "update registry.event_link set hash = sha256('')",
        "delete from registry.event_link",
    ],
)
def test_the_loader_adds_events_and_changes_none(log: Log, statement: str) -> None:
    log.write("một")
    with log.database.connect("loader") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


# The anchor


def test_an_anchor_that_cannot_be_written_warns_once_and_undoes_nothing(
    log: Log, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    away = log.settings.model_copy(update={"anchor": tmp_path / "not mounted" / "anchor"})
    set_first_year(away, 2024, "bắt đầu", "Ban chỉ đạo 138")
    set_first_year(away, 2025, "lùi lại", "Ban chỉ đạo 138")
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1 and "No such file or directory" in said[0]
    verdict = log.audit(away.anchor)
    assert (verdict.is_intact, verdict.anchor_position, verdict.not_anchored) == (True, None, 2)
    # The next line that can be written covers the gap.
    first_year_owed(log.settings)
    assert log.audit(log.anchor).not_anchored == 0


def test_events_after_the_last_line_are_no_tampering(log: Log) -> None:
    set_first_year(log.settings, 2024, "bắt đầu", "Ban chỉ đạo 138")
    log.write("một", "hai")
    verdict = log.audit(log.anchor)
    assert (verdict.is_intact, verdict.anchor_position, verdict.not_anchored) == (True, 1, 2)


def test_processes_that_commit_at_once_write_whole_lines(log: Log) -> None:
    threads = [
        threading.Thread(target=set_first_year, args=(log.settings, year, "bắt đầu", "Ban chỉ đạo 138"))
        for year in (2022, 2023, 2024, 2025)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = log.audit(log.anchor)
    assert (verdict.is_intact, verdict.head, verdict.not_anchored) == (True, 4, 0)


def test_a_line_that_is_none_is_named_and_the_next_stands_on_its_own(log: Log) -> None:
    set_first_year(log.settings, 2024, "bắt đầu", "Ban chỉ đạo 138")
    with log.anchor.open("a") as file:
        file.write("2 abc")  # cut off
    set_first_year(log.settings, 2025, "lùi lại", "Ban chỉ đạo 138")
    assert [len(line.split()) for line in log.anchor.read_text().splitlines()] == [4, 2, 4]
    found = log.audit(log.anchor).broken
    assert found is not None and "line 2" in found.message_en and "dòng 2" in found.message_vi


def test_an_anchor_of_another_installation_is_told_and_left_alone(
    log: Log, capfd: pytest.CaptureFixture[str]
) -> None:
    others = f"4 {'ab' * 32} 2024-09-01T08:00:00+07:00 {'cd' * 8}\n"
    log.anchor.write_text(others)
    set_first_year(log.settings, 2024, "bắt đầu", "Ban chỉ đạo 138")
    assert "another installation" in capfd.readouterr().err
    assert log.anchor.read_text() == others
    found = log.audit(log.anchor).broken
    assert found is not None and "another installation" in found.message_en


def test_an_anchor_that_cannot_be_read_is_one_line(log: Log, tmp_path: Path) -> None:
    with pytest.raises(Kho138Error, match="cannot be read"):
        log.audit(tmp_path)


def test_an_anchor_inside_the_home_is_refused(tmp_path: Path) -> None:
    load_settings(home=tmp_path / "home", anchor=tmp_path / "anchor")
    with pytest.raises(ConfigurationError, match="KHO138_ANCHOR"):
        load_settings(home=tmp_path / "home", anchor=tmp_path / "home" / "anchor")


# The command


def test_audit_verify_answers_in_both_languages_and_by_its_exit_code(
    anchored: Log, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.cli import app
    from orchestration.commands import audit

    monkeypatch.setattr(audit, "installation", lambda: anchored.settings)

    def call(*arguments: str) -> tuple[int, str]:
        code = app(["audit", "verify", *arguments], standalone_mode=False)
        return code or 0, capsys.readouterr().out

    code, said = call()
    assert code == 0 and "intact" in said and "6 events" in said and "0 events after it" in said
    code, said = call("--json")
    assert code == 0
    assert json.loads(said)["head"] == 6 and json.loads(said)["is_intact"] is True
    assert json.loads(said)["by_subject"] == {"obligation": 2, "regime": 4}
    assert "nghĩa vụ báo cáo 2, chế độ báo cáo 4" in call("--lang", "vi")[1]
    anchored.tamper("update registry.event set reason = reason || ' ' where action = 'waive'")
    code, said = call("--lang", "vi")
    assert code == 1 and "vị trí 3 (sự kiện 3)" in said
    code, said = call("--json")
    assert code == 1 and json.loads(said)["broken"]["position"] == 3


def test_dagster_asks_the_same_and_only_warns(anchored: Log) -> None:
    import dagster as dg

    from orchestration.checks import REGISTRY, event_log_check
    from orchestration.resources import Installation

    given = anchored.settings.model_dump(
        include={"home", "database_name", "postgres_home", "postgres_options", "system_folder", "anchor"},
        mode="json",
    )

    def ask() -> dg.AssetCheckEvaluation:
        done = dg.materialize(
            [dg.AssetSpec(REGISTRY), event_log_check],  # type: ignore[list-item]
            resources={"installation": Installation(overrides=given)},
            selection=dg.AssetSelection.checks(event_log_check),
        )
        assert done.success
        return done.get_asset_check_evaluations()[0]

    assert ask().passed
    anchored.tamper("delete from registry.event where event_id = 5")
    asked = ask()
    assert not asked.passed and asked.severity == dg.AssetCheckSeverity.WARN
    assert asked.metadata["broken"].value == "position 5 (event 5): the event was removed"
