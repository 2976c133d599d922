"""Keys at the gate: made with the first file, held to what the database knows, and a loss that costs no statistics."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from paper import csv_report

from ingestion.gate import Gate, Incoming
from ingestion.vault_keys import create_keys, key_status, open_keys
from orchestration.regime import registry_of
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import KeysUnavailable, Kho138Error
from warehouse.keys import PURPOSES, create_ring, load_ring
from warehouse.settings import Settings
from warehouse.store import FileStore


@pytest.fixture
def sent(settings: Settings, clock: Clock, tmp_path: Path) -> Path:
    """A report that was taken in; the ring came with it."""
    clock.advance_to(clock.now().replace(month=9))
    path = csv_report(tmp_path / "b.csv")
    Gate(settings).receive([Incoming(path)])
    return path


def test_the_first_file_makes_the_ring_and_the_database_knows_its_ids_alone(
    settings: Settings, database: Database, store: FileStore, sent: Path
) -> None:
    ring = load_ring(settings.key_path)
    with database.connect("owner") as connection:
        rows = connection.execute("select key_id, purpose, check_value from vault.key").fetchall()
        dump = str(connection.execute("select array_agg(k::text) from vault.key as k").fetchone())
        events = connection.execute(
            "select subject_key from registry.event where action = 'create'"
        ).fetchall()
    assert sorted(rows) == sorted((k.key_id, k.purpose, k.check_value) for k in ring.keys)
    assert not any(k.material.hex() in dump for k in ring.keys)
    assert events == [(",".join(k.key_id for k in ring.keys),)]
    kept = [p for p in (settings.home / "store").rglob("*") if p.is_file()]
    assert len(kept) == 1 and b"#form" not in kept[0].read_bytes()
    assert store.read(kept[0].name) == sent.read_bytes()


@pytest.mark.parametrize("fate", ["missing", "another", "open"])
def test_without_its_ring_the_gate_does_not_start_and_nothing_changes(
    settings: Settings, database: Database, sent: Path, tmp_path: Path, fate: str
) -> None:
    if fate == "open":
        settings.key_path.chmod(0o644)
    else:
        settings.key_path.unlink()
    if fate == "another":
        create_ring(settings.key_path, Clock.for_home(settings.home).now())
    second = csv_report(tmp_path / "c.csv", number="13/BC-CAH")
    with pytest.raises(KeysUnavailable) as caught:
        Gate(settings).receive([Incoming(second)])
    assert str(settings.key_path) in caught.value.message and "\n" not in caught.value.message
    assert second.exists() and settings.key_path.exists() is (fate != "missing")
    with database.connect("owner") as connection:
        assert connection.execute("select count(*) from registry.submission").fetchone() == (1,)
        told = key_status(connection, settings, Clock.for_home(settings.home).now())
    assert told.problem is not None and told.as_mapping()["holds"] is False
    # What is owed, and by whom, is read without any key.
    with registry_of(settings) as (connection, _, _):
        assert connection.execute("select count(*) > 0 from registry.obligation").fetchone() == (True,)


def test_a_ring_is_never_overwritten_and_begun_anew_only_when_its_loss_is_said(
    settings: Settings, database: Database, sent: Path
) -> None:
    now = Clock.for_home(settings.home).now()
    with database.connect("owner") as connection:
        with pytest.raises(Kho138Error, match="never overwritten"):
            create_keys(connection, settings, now, "test", old_are_lost=True)
        lost = load_ring(settings.key_path)
        settings.key_path.unlink()
        with pytest.raises(KeysUnavailable, match="missing"):
            create_keys(connection, settings, now, "test", old_are_lost=False)
        assert not settings.key_path.exists()
        ring = create_keys(connection, settings, now, "test", old_are_lost=True)
        assert open_keys(connection, settings, now, "test") == ring
    with database.connect("owner") as connection:
        told = key_status(connection, settings, now)
    assert told.problem is None
    assert {k.key_id for k in told.keys if k.state == "active"} == {k.key_id for k in ring.keys}
    assert {k.key_id for k in told.keys if k.state == "retired"} == {k.key_id for k in lost.keys}
    assert len(ring.keys) == len(PURPOSES)


def test_what_a_killed_gate_left_is_swept_at_the_next_start_and_what_works_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.private_copy import private_folder

    script = (
        "import os, signal\nfrom ingestion.private_copy import private_folder\n"
        "with private_folder() as folder:\n    (folder / '0').write_text('Trần Thị Mẫu')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], env={"TMPDIR": str(tmp_path)}, check=False)
    assert killed.returncode == -9 and len(list(tmp_path.glob("*/0"))) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with private_folder() as first, private_folder() as second:
        assert set(tmp_path.iterdir()) == {first, second}
        assert first.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []
