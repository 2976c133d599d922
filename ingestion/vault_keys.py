"""Which keys are in force: the ring's file held to what the database knows of it, before any file is taken in.

Here: the first ring of an installation, the check at each start, a new ring after a loss. Elsewhere: the file itself
(`warehouse.keys`), what is encrypted under the keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from ingestion.registry.events import Event, add_events
from warehouse.errors import KeysUnavailable, Kho138Error
from warehouse.keys import Key, KeyRing, another_ring, create_ring, load_ring
from warehouse.settings import Settings

# Two processes that start at once on a fresh database record one ring.
_LOCK = 1380005
# Held by each gate at work, shared, and by a rotation alone.
_IN_USE = 1380006
_LONGEST_WAIT = {False: "10min", True: "30s"}


def open_keys(connection: psycopg.Connection, settings: Settings, now: dt.datetime, actor: str) -> KeyRing:
    """The ring of this database; made, and recorded there, where the database knows none yet.

    `connection` is a loader's, outside a transaction. Raises KeysUnavailable where the ring is missing, open to others,
    damaged or another one.
    """
    if not hold_keys(connection, alone=False):
        raise KeysUnavailable(
            "The keys are being rotated: no file was taken in. Send the files again when that is done.",
            vi="Đang đổi khóa: chưa nhận tệp nào. Hãy gửi lại khi đổi khóa xong.",
        )
    with connection.transaction(), connection.cursor() as cursor:
        if not keys_in_force(cursor):
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            if not keys_in_force(cursor):
                _record(cursor, create_ring(settings.key_path, now), now, actor)
        return ring_of(settings.key_path, keys_in_force(cursor))


def hold_keys(connection: psycopg.Connection, alone: bool) -> bool:
    """Keeps the keys as they are until the connection is closed, or all others away from them; whether it could."""
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = '{_LONGEST_WAIT[alone]}'")
            connection.execute(f"select pg_advisory_lock{'' if alone else '_shared'}(%s)", [_IN_USE])
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def ring_of(path: Path, in_force: Mapping[str, bytes]) -> KeyRing:
    """The ring of a file with its keys in the states that the database says; all of them still read.

    After a rotation that was killed between its commit and its end, the file still calls the old keys active.
    """
    ring = _held_to(load_ring(path), in_force)
    return ring.settled(in_force.keys(), kept=[k.key_id for k in ring.keys])


def create_keys(
    connection: psycopg.Connection, settings: Settings, now: dt.datetime, actor: str, old_are_lost: bool
) -> KeyRing:
    """Makes a ring where there is none; raises Kho138Error where there is one, or one is only missing.

    `old_are_lost`: the ring that the database knows is gone for good; its keys are retired, what they encrypt stays shut.
    `connection` is the owner's: nobody else retires a key.
    """
    if settings.key_path.exists():
        raise Kho138Error(
            f"There is a key ring {settings.key_path}: it is never overwritten.",
            vi=f"Đã có tệp khóa {settings.key_path}: không ghi đè.",
        )
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        if keys_in_force(cursor) and not old_are_lost:
            load_ring(settings.key_path)  # says that it is missing, and what that costs
        cursor.execute("update vault.key set retired_at = %s where retired_at is null", [now])
        ring = create_ring(settings.key_path, now)
        _record(cursor, ring, now, actor)
    return ring


def keys_in_force(cursor: psycopg.Cursor) -> dict[str, bytes]:
    """Check values of the keys in force, by id."""
    cursor.execute("select key_id, check_value from vault.key where retired_at is null")
    return dict(cursor.fetchall())


def _record(cursor: psycopg.Cursor, ring: KeyRing, now: dt.datetime, actor: str) -> None:
    active = [k for k in ring.keys if k.state == "active"]
    record_keys(cursor, active)
    ids = ",".join(k.key_id for k in active)
    add_events(cursor, [Event(now, actor, "create", subject="keys", subject_key=ids)])


def record_keys(cursor: psycopg.Cursor, keys: Iterable[Key]) -> None:
    """The database knows these keys from now on, each in force for its purpose."""
    cursor.executemany(
        "insert into vault.key (key_id, purpose, check_value, created_at) values (%s, %s, %s, %s)",
        [(k.key_id, k.purpose, k.check_value, k.created_at) for k in keys],
    )


def _held_to(ring: KeyRing, known: Mapping[str, bytes]) -> KeyRing:
    if any(ring.get(key_id).check_value != value for key_id, value in known.items()):
        raise another_ring(ring.path)
    return ring


@dataclass(frozen=True)
class KeyUse:
    """A key the database knows; `identities`: how many rows of the vault it encrypts (keys of other purposes: none)."""

    key_id: str
    purpose: str
    state: str
    created_at: dt.datetime
    age_days: int
    identities: int


@dataclass(frozen=True)
class KeyStatus:
    keys: tuple[KeyUse, ...]
    path: Path
    problem: KeysUnavailable | None

    def as_mapping(self) -> dict[str, object]:
        """JSON-ready, never a key."""
        return {
            "key_file": str(self.path),
            "holds": self.problem is None,
            "problem": None if self.problem is None else self.problem.message,
            "keys": [asdict(k) for k in self.keys],
        }


def key_status(connection: psycopg.Connection, settings: Settings, now: dt.datetime) -> KeyStatus:
    """What the database knows of its keys, and whether the ring's file holds them. `connection` is the owner's."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "select k.key_id, k.purpose, k.created_at, k.retired_at, count(i.identity_id)"
            " from vault.key as k left join vault.identity as i on i.key_id = k.key_id"
            " group by k.key_id order by k.created_at, k.key_id"
        )
        keys = tuple(
            KeyUse(key_id, purpose, "retired" if retired else "active", made, (now - made).days, count)
            for key_id, purpose, made, retired, count in cursor.fetchall()
        )
        problem = None
        if keys:
            try:
                _held_to(load_ring(settings.key_path), keys_in_force(cursor))
            except KeysUnavailable as error:
                problem = error
    return KeyStatus(keys, settings.key_path, problem)
