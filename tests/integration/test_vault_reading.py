"""The vault read: logged and committed before a row is given out, once, to who asked, and in no other way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from persons import FORM, REGISTER
from psycopg import errors
from told import Kho138

from ingestion.contracts.loader import load_contract
from ingestion.parsing.envelope import Envelope
from ingestion.parsing.table import Person
from ingestion.registry.event_chain import verify
from ingestion.registry.submissions import Received, register
from ingestion.vault import Separation
from ingestion.vault_keys import create_keys, open_keys
from ingestion.vault_reading import read_identities
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import KeysUnavailable, Kho138Error
from warehouse.keys import KeyRing, load_ring
from warehouse.settings import Settings

REASON = "đối chiếu hồ sơ hỗ trợ"
NAMES = ("Lò Xẻng Mẫu Giả", "Vàng Pủa Mẫu Thử", "Quạch Xíu Mẫu Thử")
NOBODY = "00000000." + "A" * 43
Store = Callable[..., list[str]]


@pytest.fixture
def put(settings: Settings, database: Database, tmp_path: Path) -> Store:
    """Puts persons of one file into the vault as the gate does; their pseudonyms, in order."""
    path = tmp_path / f"{FORM}.v1.yaml"
    path.write_text(REGISTER, encoding="utf-8")
    contract = load_contract(path)

    def store(sha: str = "a" * 64, names: tuple[str, ...] = NAMES) -> list[str]:
        now = Clock.for_home(settings.home).now()
        with database.connect("loader") as loader:
            ring = open_keys(loader, settings, now, "thử")
            with loader.transaction(), loader.cursor() as cursor:
                received = Received(sha, "so.csv", 1, now, "test", "thử")
                submission = register(cursor, received, Envelope(FORM, 1, "cah_215", "2024-01"), "received")
                separation = Separation(contract, ring, sha, submission, now, tmp_path)
                keys = []
                for n, name in enumerate(names):
                    person = Person(
                        json.dumps({"full_name": name}, ensure_ascii=False), f"cccd:02419900012{n}"
                    )
                    keys.append(separation.complete(b"", person).decode().strip().split(",")[-1])
                separation.store(cursor)
        return keys

    return store


def events(database: Database) -> list[tuple[Any, ...]]:
    with database.connect("auditor") as auditor:
        return auditor.execute(
            "select actor, reason, details from registry.event where subject = 'vault' and action = 'read'"
            " order by event_id"
        ).fetchall()


def ring_of(settings: Settings) -> KeyRing:
    return load_ring(settings.key_path)


def opened(connection: psycopg.Connection, keys: list[str] | None, reason: str = REASON) -> Any:
    (ticket,) = connection.execute("select vault.open_read(%s::text[], %s)", [keys, reason]).fetchone() or ()
    return ticket


def test_who_when_why_and_whom_are_in_the_log_before_anything_is_shown(
    settings: Settings, database: Database, put: Store
) -> None:
    first, second, _ = put()
    with database.connect("linker") as linker:
        asked = [first, second, NOBODY]
        found = read_identities(linker, ring_of(settings), asked, f"  {REASON} ")
    assert {i.person_key: i.values for i in found} == {
        first: {"full_name": NAMES[0]},
        second: {"full_name": NAMES[1]},
    }
    ((actor, reason, details),) = events(database)
    # Whom nobody knows is logged as well.
    assert (actor, reason, details["person_keys"]) == ("kho138_linker", REASON, asked)
    with database.connect("linker") as linker:
        assert len(read_identities(linker, ring_of(settings), None, REASON)) == 3
    assert events(database)[1][2] == {"all": True, "persons": 3, "client": "kho138"}
    with database.connect("auditor") as auditor:
        verdict = verify(auditor, None)
    assert verdict.is_intact and verdict.by_subject["vault"] == 2 and verdict.by_subject["keys"] == 1
    # A read that somebody removes from the log is found.
    with database.connect_admin() as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("delete from registry.event where subject = 'vault' and details ? 'person_keys'")
    with database.connect("auditor") as auditor:
        verdict = verify(auditor, None)
    assert verdict.broken is not None and "removed" in verdict.broken.message_en


def test_nothing_is_shown_in_the_transaction_that_asks_nor_after_it_is_rolled_back(
    database: Database, put: Store
) -> None:
    keys = put()
    with database.connect("linker", autocommit=True) as linker, database.connect("linker") as other:

        def refused(ticket: Any, connection: psycopg.Connection = linker) -> None:
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute("select * from vault.fetch(%s)", [ticket])

        with pytest.raises(ZeroDivisionError), linker.transaction():
            lost = opened(linker, keys)
            refused(lost)  # in a savepoint, too
            with linker.transaction():
                refused(opened(linker, keys))
            # Another session does not see what is not committed.
            refused(lost, other)
            raise ZeroDivisionError
        refused(lost)
        assert events(database) == []
        with pytest.raises(errors.InsufficientPrivilege):
            linker.execute(
                "select f.* from (select vault.open_read(%s, %s) as t offset 0) as o"
                " cross join lateral vault.fetch(o.t) as f",
                [keys, REASON],
            )
        # Once, and then no more.
        ticket = opened(linker, keys)
        assert linker.execute("select * from vault.fetch(%s)", [ticket]).rowcount == 3
        refused(ticket)
        assert len(events(database)) == 1
        # Within five minutes.
        ticket = opened(linker, keys)
        with database.connect("owner") as owner:
            owner.execute("update vault.ticket set opened_at = opened_at - interval '5 minutes'")
        refused(ticket)
        # By who opened it.
        ticket = opened(linker, keys)
        with database.connect("owner") as owner:
            count = owner.execute("select count(*) from vault.ticket").fetchone()
            owner.execute("update vault.ticket set reader = 'bg_1'")
        assert count == (1,)  # what was older is gone
        refused(ticket)


def test_no_other_way_leads_into_the_vault(database: Database, put: Store) -> None:
    put()
    with database.connect("linker", autocommit=True) as linker:
        for statement in (
            *(f"select count(*) from vault.{t}" for t in ("identity", "key", "rotation", "ticket")),
            "insert into vault.ticket values (gen_random_uuid(), 'kho138_linker', null, now(), '3')",
            "select from registry.submission",
            "create temporary table identity (n integer)",
            "create function pg_temp.starts_with(text, text) returns boolean language sql as 'select false'",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                linker.execute(statement)
        # A path of one's own changes nothing of what the functions call.
        linker.execute("set search_path = vault, registry, pg_temp")
        assert opened(linker, None) is not None
    for role in ("loader", "builder", "statistician", "case_analyst", "reporter", "auditor"):
        with database.connect(role, autocommit=True) as other:
            for call in ("vault.open_read(null, 'đủ mười ký tự')", "vault.fetch(gen_random_uuid())"):
                with pytest.raises(errors.InsufficientPrivilege):
                    other.execute(f"select {call}")


def test_what_states_no_reason_or_names_a_person_is_refused_by_the_database_too(
    settings: Settings, database: Database, put: Store
) -> None:
    keys = put()
    with database.connect("linker", autocommit=True) as linker:
        for asked, reason in (
            (keys, "ngắn quá"),
            (keys, "          x          "),
            (keys, None),
            (None, ""),
            ([], REASON),
            ([NAMES[0]], REASON),
            ([*keys, "024199000123"], REASON),
            ([None], REASON),
        ):
            with pytest.raises(errors.InvalidParameterValue) as caught:
                linker.execute("select vault.open_read(%s::text[], %s)", [asked, reason])
            assert NAMES[0] not in str(caught.value)
        for wrong_keys, wrong_reason in (
            (keys, "nạn nhân Nguyễn Thị Bê"),
            ([NAMES[0]], REASON),
            (keys, "  "),
        ):
            with pytest.raises(Kho138Error) as told:
                read_identities(linker, ring_of(settings), wrong_keys, wrong_reason)
            assert NAMES[0] not in told.value.message and "Bê" not in told.value.message
    assert events(database) == []


def test_the_command_reads_says_what_is_lost_and_anchors(
    settings: Settings,
    database: Database,
    put: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anchor = tmp_path / "anchor"
    kho138 = Kho138(settings.model_copy(update={"anchor": anchor}), monkeypatch, capsys)
    old, *_ = put(names=NAMES[:1])
    told = kho138("vault", "read", old, "--reason", REASON)
    assert told.code == 0 and f"full_name: {NAMES[0]}" in told.out
    assert len(anchor.read_text().splitlines()) == 1
    ((_, _, details),) = events(database)
    assert details["client"].startswith("kho138 ")
    # The ring is lost: what it encrypted stays shut, and one line says so; without a ring nothing is asked for.
    settings.key_path.rename(tmp_path / "lost")
    with pytest.raises(KeysUnavailable):
        ring_of(settings)
    assert kho138("vault", "read", old, "--reason", REASON).code == 2 and len(events(database)) == 1
    with database.connect("owner") as owner:
        create_keys(owner, settings, Clock.for_home(settings.home).now(), "thử", old_are_lost=True)
    new, *_ = put("b" * 64, NAMES[1:2])
    told = kho138("vault", "read", old, new, NOBODY, "--reason", REASON, "--lang", "vi")
    assert told.code == 1
    assert f"full_name: {NAMES[1]}" in told.out and NAMES[0] not in told.out
    assert "1 nhận dạng được mã hóa bằng khóa đã mất" in told.out and f"{NOBODY}  không có" in told.out
    # A row that is put under another file does not open.
    with database.connect("owner") as owner:
        owner.execute(
            "update vault.identity set submission_id = (select min(submission_id) from registry.submission)"
        )
    told = kho138("vault", "read", new, NOBODY, "--reason", REASON, "--json")
    (identity,) = told.json["identities"]
    assert (identity["problem"], identity["values"], told.json["not_found"]) == ("damaged", None, [NOBODY])
    assert kho138("vault", "read", new, "--reason", "ngắn").code == 2
    told = kho138("audit", "verify", "--lang", "vi")
    assert told.code == 0 and "đọc kho định danh 3" in told.out and "khóa mã hóa 2" in told.out
