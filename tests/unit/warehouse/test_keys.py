"""The key ring: one file, closed to others, whose loss says what it costs; pseudonyms that only their key joins."""

from __future__ import annotations

import json
import stat
from datetime import datetime
from pathlib import Path

import pytest

from warehouse.clock import HANOI
from warehouse.errors import KeysUnavailable
from warehouse.keys import PURPOSES, create_ring, load_ring, new_key

NOW = datetime(2024, 1, 15, 8, 0, tzinfo=HANOI)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return create_ring(tmp_path / "keys" / "keyring.json", NOW).path


def test_a_ring_has_a_key_a_purpose_and_is_closed_to_others(path: Path) -> None:
    ring = load_ring(path)
    assert tuple(k.purpose for k in ring.keys) == PURPOSES
    assert len({k.material for k in ring.keys}) == len(PURPOSES) and all(
        len(k.material) == 32 for k in ring.keys
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_ring_that_is_there_is_never_made_anew(path: Path) -> None:
    before = path.read_bytes()
    create_ring(path, NOW)
    assert path.read_bytes() == before


def test_material_is_never_shown(path: Path) -> None:
    ring = load_ring(path)
    shown = repr(ring) + str(ring.keys[0])
    for row in json.loads(path.read_text(encoding="utf-8"))["keys"]:
        assert row["material"] not in shown
    assert not any(repr(k.material) in shown for k in ring.keys)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.unlink(), "is missing"),
        (lambda p: p.chmod(0o640), "can be read by others"),
        (lambda p: p.write_text("{", encoding="utf-8"), "cannot be read"),
        (lambda p: p.write_text('{"keys": []}', encoding="utf-8"), "cannot be read"),
        (lambda p: p.write_bytes(p.read_bytes().replace(b"retired", b"x").replace(b"active", b"gone", 1)), "cannot be read"),
    ],
)  # fmt: skip
def test_a_ring_that_does_not_hold_is_told_in_one_line_with_its_file(
    path: Path, spoil: object, said: str
) -> None:
    spoil(path)  # type: ignore[operator]
    with pytest.raises(KeysUnavailable) as caught:
        load_ring(path)
    error = caught.value
    assert said in error.message and str(path) in error.message and str(path) in error.message_vi
    assert "\n" not in error.message and error.message != error.message_vi and error.exit_code == 2
    if said != "can be read by others":
        assert "statistics are not" in error.message and "thống kê không mất" in error.message_vi


def test_two_purposes_give_pseudonyms_that_nothing_joins(path: Path) -> None:
    ring = load_ring(path)
    one, other = ring.active("national_id"), ring.active("person")
    assert one.pseudonym("cccd:024199000123") == one.pseudonym("cccd:024199000123")
    assert (
        one.pseudonym("cccd:024199000123").split(".")[1] != other.pseudonym("cccd:024199000123").split(".")[1]
    )
    assert one.pseudonym("x").startswith(one.key_id.removeprefix("national_id-") + ".")
    assert "024199000123" not in one.pseudonym("cccd:024199000123")
    assert one.check_value != other.check_value


def test_pending_keys_wait_for_their_commit_and_old_ones_are_destroyed_after_it(path: Path) -> None:
    ring = load_ring(path)
    lost, new = new_key("person", NOW, "pending"), new_key("person", NOW, "pending")
    waiting = ring.with_pending([lost]).with_pending([new])
    waiting.save()
    assert load_ring(path).pending == (new,)
    assert load_ring(path).active("person") == ring.active("person")
    old = ring.active("person")
    in_force = {k.key_id for k in ring.keys if k != old} | {new.key_id}
    waiting.settled(in_force).save()
    settled = load_ring(path)
    assert settled.active("person").material == new.material and len(settled.keys) == len(PURPOSES)
    assert old.key_id not in path.read_text(encoding="utf-8")
