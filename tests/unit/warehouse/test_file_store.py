"""The store keeps every file under its hash, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from warehouse import store as store_module
from warehouse.clock import HANOI
from warehouse.errors import ConfigurationError, KeysUnavailable, StoreDamaged, StoreError, StoreFull
from warehouse.keys import create_ring, load_ring, new_key
from warehouse.sealed import FRAME
from warehouse.settings import Settings
from warehouse.store import FileStore

DATA = "Biểu 01".encode()
HASH = hashlib.sha256(DATA).hexdigest()


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


NOW = datetime(2024, 1, 15, 8, 0, tzinfo=HANOI)


@pytest.fixture
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key ring outside the home."""
    return create_ring(tmp_path_factory.mktemp("keys") / "keyring.json", NOW).path


@pytest.fixture
def local(tmp_path: Path, key_file: Path) -> FileStore:
    return FileStore(Settings(home=tmp_path, key_file=key_file))


def test_a_file_is_kept_under_its_hash_and_closed_to_others(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    path = tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH
    assert local.read(HASH) == DATA and DATA not in path.read_bytes()
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


def test_a_really_full_disk_is_told_in_one_line_and_leaves_room_for_the_next(
    small_disk: Path, key_file: Path
) -> None:
    full = FileStore(Settings(home=small_disk / "home", key_file=key_file))
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


def test_a_store_may_be_any_fsspec_url(tmp_path: Path, key_file: Path) -> None:
    remote = FileStore(Settings(home=tmp_path, store_url=f"memory://kho/{tmp_path.name}", key_file=key_file))
    remote.put(HASH, DATA)
    assert remote.read(HASH) == DATA and files_under(tmp_path) == []
    remote.remove(HASH)
    assert not remote.exists(HASH)


def test_an_unknown_store_protocol_is_told_without_the_url(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KHO138_STORE_URL") as caught:
        FileStore(Settings(home=tmp_path, store_url="nosuch://me:geheim@host/x")).exists(HASH)
    assert "geheim" not in str(caught.value)


def test_a_file_of_before_the_keys_still_opens_and_is_sealed_at_the_next_turn(
    local: FileStore, tmp_path: Path
) -> None:
    path = tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH
    path.parent.mkdir(parents=True)
    path.write_bytes(DATA)
    assert local.read(HASH) == DATA
    assert (local.reseal(), local.reseal()) == (1, 0)
    assert local.read(HASH) == DATA and DATA not in path.read_bytes()


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_sizes_around_a_frame_come_back_whole(local: FileStore, size: int) -> None:
    data = os.urandom(size)
    digest = hashlib.sha256(data).hexdigest()
    local.put(digest, data)
    with local.open(digest) as handle:
        assert b"".join(iter(lambda: handle.read(1000), b"")) == data


def test_every_flipped_byte_is_refused(local: FileStore, tmp_path: Path) -> None:
    local.put(HASH, DATA)
    path = tmp_path / "store" / HASH[:2] / HASH[2:4] / HASH
    sealed = path.read_bytes()
    for at in range(len(sealed)):
        path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        # In the key's name the flip asks for a key that nobody has.
        with pytest.raises((StoreDamaged, KeysUnavailable)):
            local.read(HASH)


def test_a_file_cut_short_or_put_in_the_place_of_another_is_refused(local: FileStore, tmp_path: Path) -> None:
    def path_of(digest: str) -> Path:
        return tmp_path / "store" / digest[:2] / digest[2:4] / digest

    data = os.urandom(2 * FRAME + 10)
    digest = hashlib.sha256(data).hexdigest()
    local.put(digest, data)
    local.put(HASH, DATA)
    sealed = path_of(digest).read_bytes()
    head = len(sealed) - len(data) - 3 * 16
    for length in (3, head - 1, head, head + FRAME + 16, head + 2 * (FRAME + 16), len(sealed) - 1):
        path_of(digest).write_bytes(sealed[:length])
        with pytest.raises(StoreDamaged):
            local.read(digest)
    swapped = (
        sealed[:head] + sealed[head + FRAME + 16 : head + 2 * (FRAME + 16)] + sealed[head : head + FRAME + 16]
    )
    path_of(digest).write_bytes(swapped + sealed[head + 2 * (FRAME + 16) :])
    with pytest.raises(StoreDamaged), local.open(digest) as handle:
        handle.read(1)
    path_of(digest).write_bytes(path_of(HASH).read_bytes())
    with pytest.raises(StoreDamaged):
        local.open(digest).read()


def test_without_its_key_a_stored_file_does_not_open(
    local: FileStore, tmp_path: Path, key_file: Path
) -> None:
    local.put(HASH, DATA)
    other = create_ring(tmp_path / "other.json", NOW)
    with pytest.raises(KeysUnavailable, match="not the one"):
        FileStore(Settings(home=tmp_path, key_file=other.path)).read(HASH)
    key_file.unlink()
    with pytest.raises(KeysUnavailable, match="missing"):
        FileStore(Settings(home=tmp_path, key_file=key_file)).read(HASH)


def test_files_go_over_to_a_new_key_and_the_old_one_may_be_destroyed(
    local: FileStore, tmp_path: Path, key_file: Path
) -> None:
    local.put(HASH, DATA)
    ring = load_ring(key_file)
    old, new = ring.active("store"), new_key("store", NOW, "pending")
    in_force = {k.key_id for k in ring.keys if k != old} | {new.key_id}
    ring.with_pending([new]).settled(in_force, kept={old.key_id}).save()
    assert local.read(HASH) == DATA
    assert local.reseal() == 1
    load_ring(key_file).settled(in_force).save()
    assert FileStore(Settings(home=tmp_path, key_file=key_file)).read(HASH) == DATA
