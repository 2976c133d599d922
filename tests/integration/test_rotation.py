"""Rotation of keys: one consistent state after it, wherever it was killed, and nothing left of the old keys."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from persons import FORM, ROWS, csv_file, install

from ingestion import rotation, vault_keys
from ingestion.contracts.rules import canonical_number
from ingestion.gate import Gate, Incoming
from ingestion.registry.event_chain import verify
from ingestion.rotation import Rotated, rotate_keys
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.keys import PURPOSES, Purpose, load_ring
from warehouse.sealed import key_id_of
from warehouse.settings import Settings
from warehouse.store import FileStore

PERSONS = 7


@pytest.fixture
def filled(settings: Settings, database: Database, tmp_path: Path) -> Settings:
    """A home that has taken a register of persons in."""
    install(settings)
    Gate(settings).receive([Incoming(csv_file(tmp_path / "so.csv"))])
    return settings


def rotated(settings: Settings, *purposes: Purpose) -> Rotated:
    now = Clock.for_home(settings.home).now()
    return rotate_keys(Database(settings), settings, now, "test", purposes or PURPOSES)


def whole(settings: Settings) -> dict[str, set[str]]:
    """Values of the identities by person key, after a proof that ring, vault, landing and store are of one state."""
    ring = load_ring(settings.key_path)
    assert {k.state for k in ring.keys} == {"active"} and len(ring.keys) == len(PURPOSES)
    database = Database(settings)
    with database.connect("owner") as connection:
        known = connection.execute("select key_id from vault.key where retired_at is null").fetchall()
        assert {key_id for (key_id,) in known} == {k.key_id for k in ring.keys}
        assert connection.execute(
            "select count(*) from vault.rotation where finished_at is null"
        ).fetchone() == (0,)
        kept = connection.execute(
            "select i.identity_id, i.person_key, i.national_id_key, i.key_id, i.nonce, i.ciphertext, s.file_sha256,"
            " s.submission_id from vault.identity as i inner join registry.submission as s using (submission_id)"
        ).fetchall()
        landed = connection.execute(
            f"select submission_id, person_key, national_id_key from landing.{FORM}__v1 where person_key is not null"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for identity, person, number_key, key_id, nonce, sealed, sha, _ in kept:
        assert key_id == ring.active("vault").key_id
        plain = AESGCM(ring.get(key_id).material).decrypt(nonce, sealed, f"{sha}|{key_id}".encode())
        found.setdefault(person, set()).add(plain.decode())
        number = canonical_number(json.loads(plain).get("national_id", ""))
        assert person == ring.active("person").pseudonym(number or f"identity:{identity}")
        assert number_key == (ring.active("national_id").pseudonym(number) if number else None)
    assert {(s, p, n) for _, p, n, *_, s in kept} == set(landed)
    store = FileStore(settings)
    for path in (settings.home / "store").rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                assert key_id_of(handle) == ring.active("store").key_id
            assert store.read(path.name)
    return found


def test_all_keys_are_new_and_nothing_is_left_of_the_old_ones(filled: Settings, database: Database) -> None:
    old, before = load_ring(filled.key_path), whole(filled)
    told = rotated(filled)
    assert (told.identities, told.shut, told.files, told.finished) == (PERSONS, 0, 1, False)
    after = whole(filled)
    assert sorted(map(sorted, after.values())) == sorted(map(sorted, before.values()))
    assert not before.keys() & after.keys()
    ring = load_ring(filled.key_path)
    assert not {k.material for k in ring.keys} & {k.material for k in old.keys}
    with database.connect_admin() as admin:
        for table in ("vault.identity", f"landing.{FORM}__v1", "registry.event", "vault.rotation"):
            (text,) = admin.execute(f"select array_agg(t::text)::text from {table} as t").fetchone() or ("",)
            assert [key for key in before if key in text] == []
        # Nor in the pages: what was written over is gone from them.
        admin.execute("checkpoint")
        (pages,) = admin.execute(
            f"select pg_read_binary_file(pg_relation_filepath('landing.{FORM}__v1'))"
        ).fetchone() or (b"",)
        assert [key for key in before if key.encode() in pages] == []
        assert all(key.encode() in pages for key in after)
    with database.connect("owner") as connection:
        assert verify(connection, None).is_intact
        ((subject, details),) = connection.execute(
            "select subject_key, details from registry.event where action = 'rotate'"
        ).fetchall()
    assert set(subject.split(",")) == {k.key_id for k in ring.keys} and details["identities"] == PERSONS


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_rotated_alone_leaves_the_others(filled: Settings, purpose: Purpose) -> None:
    old, before = load_ring(filled.key_path), whole(filled)
    rotated(filled, purpose)
    ring = load_ring(filled.key_path)
    assert {p for p in PURPOSES if ring.active(p) != old.active(p)} == {purpose}
    assert (whole(filled).keys() == before.keys()) is (purpose != "person")


def killed(settings: Settings, prepare: Callable[[], None]) -> None:
    """Runs a rotation in a child that kills itself where `prepare` says."""
    child = os.fork()
    if child == 0:
        try:
            prepare()
            rotated(settings)
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the rotation went past the point"


def at(owner: Any, name: str, when: str) -> Callable[[], None]:
    def prepare() -> None:
        real = getattr(owner, name)

        def dying(*args: Any, **kwargs: Any) -> Any:
            if when == "after":
                real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, dying)

    return prepare


POINTS = {
    "before anything": (rotation, "_announce", "before", False),
    "new keys announced": (rotation, "_announce", "after", False),
    "identities made anew": (rotation, "_rekey", "after", False),
    "before the commit": (rotation, "_record", "after", False),
    "after the commit": (rotation, "_end", "before", True),
    "ring in order": (FileStore, "reseal", "before", True),
    "files sealed": (FileStore, "reseal", "after", True),
    "old versions not gone": (rotation, "_forget", "before", None),
}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_and_run_again_there_is_one_state(
    filled: Settings, tmp_path: Path, point: str
) -> None:
    owner, name, when, committed = POINTS[point]
    old, before = load_ring(filled.key_path), whole(filled)
    killed(filled, at(owner, name, when))
    # Meanwhile a file comes: it is taken in under the keys that are in force.
    more = [["F-1", "Chẩu Nảy Mẫu Thử", "1990-02-03", "024190000777", "2024-07-01", "GE18", ""], *ROWS]
    Gate(filled).receive([Incoming(csv_file(tmp_path / "so2.csv", rows=more))])
    told = rotated(filled)
    assert told.finished is bool(committed)
    after = whole(filled)
    assert len(after) > len(before)
    ring = load_ring(filled.key_path)
    assert not {k.key_id for k in ring.keys} & {k.key_id for k in old.keys}


def test_identities_under_lost_keys_stay_shut_and_the_rest_is_rotated(
    filled: Settings, database: Database, tmp_path: Path
) -> None:
    filled.key_path.unlink()
    now = Clock.for_home(filled.home).now()
    with database.connect("owner") as connection:
        vault_keys.create_keys(connection, filled, now, "test", old_are_lost=True)
        (lost,) = connection.execute("select array_agg(i::text) from vault.identity as i").fetchone() or ([],)
    fresh = [[f"G-{row[0]}", *row[1:]] for row in ROWS]
    Gate(filled).receive([Incoming(csv_file(tmp_path / "so2.csv", rows=fresh))])
    # The originals of before are shut too, and are told, not lost count of.
    with pytest.raises(Kho138Error):
        FileStore(filled).read(next(p.name for p in (filled.home / "store").rglob("*") if p.is_file()))
    told = rotated(filled, "vault", "national_id", "person")
    assert (told.identities, told.shut) == (PERSONS, PERSONS)
    with database.connect("owner") as connection:
        (still,) = connection.execute("select array_agg(i::text) from vault.identity as i").fetchone() or (
            [],
        )
    assert set(lost) <= set(still)


def test_no_rotation_while_files_are_taken_in_and_none_without_keys(
    filled: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_keys, "_LONGEST_WAIT", {False: "100ms", True: "100ms"})
    ring = filled.key_path.read_bytes()
    now = Clock.for_home(filled.home).now()
    with database.connect("loader") as gate:
        vault_keys.open_keys(gate, filled, now, "test")
        with pytest.raises(Kho138Error, match="being taken in"):
            rotated(filled)
    with database.connect("owner") as other:
        assert vault_keys.hold_keys(other, alone=True)
        with database.connect("loader") as gate, pytest.raises(Kho138Error, match="being rotated"):
            vault_keys.open_keys(gate, filled, now, "test")
    assert filled.key_path.read_bytes() == ring


def test_keys_that_do_not_exist_are_not_rotated(settings: Settings, database: Database) -> None:
    with pytest.raises(Kho138Error, match="no keys yet"):
        rotated(settings)
    assert not settings.key_path.exists()


def test_the_command_says_what_was_done_and_refuses_a_purpose_that_is_none(
    filled: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.cli import app
    from orchestration.commands import keys

    monkeypatch.setattr(keys, "installation", lambda: filled)

    def call(*arguments: str) -> str:
        app(["keys", *arguments], standalone_mode=False)
        return capsys.readouterr().out

    assert json.loads(call("rotate", "--json"))["identities"] == PERSONS
    said = call("rotate", "--purpose", "vault", "--lang", "vi")
    assert f"Đã đổi 1 khóa: mã hóa lại {PERSONS} nhận dạng" in said and str(filled.key_path) in said
    with pytest.raises(Kho138Error, match="national_id"):
        call("rotate", "--purpose", "names")
    assert [k["state"] for k in json.loads(call("status", "--json"))["keys"]].count("active") == 4
