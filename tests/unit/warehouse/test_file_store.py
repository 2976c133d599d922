"""The store keeps every file under its hash, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import store as store_module
from warehouse.errors import ConfigurationError, StoreDamaged, StoreError, StoreFull
from warehouse.settings import Settings
from warehouse.store import FileStore

DATA = "Biểu 01".encode()
HASH = hashlib.sha256(DATA).hexdigest()


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def local(tmp_path: Path) -> FileStore:
    return FileStore(Settings(home=tmp_path))


def test_a_file_is_kept_under_its_hash_and_closed_to_others(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    path = tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH
    assert path.read_bytes() == local.read(HASH) == DATA
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert files_under(tmp_path) == [path]


def test_a_path_is_stored_like_bytes(local: FileStore, tmp_path: Path) -> None:
    big = os.urandom(3_000_000)
    (tmp_path / "in.xlsx").write_bytes(big)
    digest = hashlib.sha256(big).hexdigest()
    local.put(digest, tmp_path / "in.xlsx")
    with local.open(digest) as handle:
        assert handle.read() == big


def test_storing_the_same_hash_twice_changes_nothing(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    before = (tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH).stat()
    local.put(HASH, DATA)
    after = (tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_content_of_another_hash_is_refused_and_leaves_nothing(local: FileStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        local.put(HASH, DATA + b"!")
    assert not local.exists(HASH) and files_under(tmp_path) == []


def test_a_removed_file_is_gone_and_removing_again_is_no_error(local: FileStore) -> None:
    local.put(HASH, DATA)
    assert local.exists(HASH)
    local.remove(HASH)
    local.remove(HASH)
    assert not local.exists(HASH)
    with pytest.raises(StoreDamaged):
        local.read(HASH)


def test_a_file_changed_in_the_store_is_not_handed_out(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    (tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH).write_bytes(b"forged")
    with pytest.raises(StoreDamaged, match=HASH):
        local.read(HASH)


@pytest.mark.parametrize("name", ["../../etc/passwd", "ab", HASH.upper(), HASH + "\n"])
def test_a_name_that_is_no_hash_is_refused(local: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        local.put(name, DATA)


def test_a_disk_that_fills_up_half_way_leaves_nothing(
    local: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_block_then_full(source: object) -> Iterator[bytes]:
        yield b"x" * 100_000
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "_blocks", one_block_then_full)
    with pytest.raises(StoreFull) as caught:
        local.put(HASH, DATA)
    assert "\n" not in str(caught.value)
    assert not local.exists(HASH) and files_under(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("not run: this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_really_full_disk_is_told_in_one_line_and_leaves_room_for_the_next(small_disk: Path) -> None:
    full = FileStore(Settings(home=small_disk / "home"))
    big = os.urandom(1_000_000)
    with pytest.raises(StoreFull):
        full.put(hashlib.sha256(big).hexdigest(), big)
    assert files_under(small_disk) == []
    full.put(HASH, DATA)
    assert full.read(HASH) == DATA


def test_leftovers_of_killed_processes_are_removed_when_old(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    old, new = tmp_path / "store" / "tmp" / "old", tmp_path / "store" / "tmp" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert local.remove_unfinished() == 1
    assert new.exists() and not old.exists() and local.exists(HASH)


def test_a_store_may_be_any_fsspec_url(tmp_path: Path) -> None:
    remote = FileStore(Settings(home=tmp_path, store_url=f"memory://kho/{tmp_path.name}"))
    remote.put(HASH, DATA)
    assert remote.read(HASH) == DATA and files_under(tmp_path) == []
    remote.remove(HASH)
    assert not remote.exists(HASH)


def test_an_unknown_store_protocol_is_told_without_the_url(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KHO138_STORE_URL") as caught:
        FileStore(Settings(home=tmp_path, store_url="nosuch://me:geheim@host/x")).exists(HASH)
    assert "geheim" not in str(caught.value)
