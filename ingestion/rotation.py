"""New keys for old ones: the vault is encrypted anew, pseudonyms are made anew, and the old keys are destroyed.

Here: `rotate_keys`, one job that may be killed at any point and run again. Elsewhere: the ring (`warehouse.keys`), which
keys are in force (`vault.key`), what the gate does with them (`vault.py`).

What joins old pseudonyms to new ones lives in the memory of this process alone: it is handed to the database as values of
statements, which keep none. The row of `vault.rotation` is written in the transaction that re-keys. Before its commit
the old keys are in force and the new ones wait in the ring; after it the new ones are, and whoever comes next puts the
ring in order. Files of the store come last: each is sealed anew by itself, and the old key goes when all are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import psycopg
from psycopg import sql

from ingestion.contracts.rules import canonical_number
from ingestion.registry.events import Event, add_events
from ingestion.vault import IdentityCipher, person_pseudonym
from ingestion.vault_keys import hold_keys, keys_in_force, record_keys, ring_of
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.keys import Key, KeyRing, Purpose, new_key
from warehouse.settings import Settings
from warehouse.store import FileStore

_BATCH = 10_000


@dataclass(frozen=True)
class Rotated:
    """`finished`: an earlier rotation that was stopped half-way was brought to its end, and no new one begun.

    `shut`: identities under keys that were lost before; nobody opens them, and they stay as they are.
    """

    new_keys: tuple[str, ...]
    identities: int
    shut: int
    files: int
    finished: bool


@dataclass(frozen=True)
class _Identity:
    """A row of the vault as it is read, with what it is bound to."""

    identity_id: Any
    submission_id: int
    table: str
    file_sha256: str
    person_key: str
    national_id_key: str | None
    key_id: str
    nonce: bytes
    ciphertext: bytes


def rotate_keys(
    database: Database,
    settings: Settings,
    now: dt.datetime,
    actor: str,
    purposes: Collection[Purpose] = get_args(Purpose),
    progress: Callable[[int, int], None] | None = None,
) -> Rotated:
    """Rotates the keys of `purposes`. Raises KeysUnavailable without the ring, Kho138Error while files are taken in or
    where there are no keys yet; nothing is changed then."""
    with database.connect("owner") as connection:
        if not hold_keys(connection, alone=True):
            raise Kho138Error(
                "Files are being taken in: rotate the keys when that is done; nothing was changed.",
                vi="Đang nhận tệp: hãy đổi khóa sau khi nhận xong; chưa thay đổi gì.",
            )
        with connection.transaction(), connection.cursor() as cursor:
            in_force = keys_in_force(cursor)
            cursor.execute("select rotation_id from vault.rotation where finished_at is null")
            stopped = cursor.fetchone()
        if not in_force:
            raise Kho138Error(
                "There are no keys yet: the ring is made when the first file is taken in.",
                vi="Chưa có khóa: tệp khóa được tạo khi nhận tệp đầu tiên.",
            )
        ring = ring_of(settings.key_path, in_force)
        if stopped is not None:
            files = _end(connection, settings, ring, in_force, now)
            return Rotated(tuple(in_force), 0, 0, files, finished=True)
        new = {purpose: new_key(purpose, now, "pending") for purpose in purposes}
        _announce(ring, new)
        with connection.transaction(), connection.cursor() as cursor:
            old = _put_in_force(cursor, ring, new, now)
            done, shut = _rekey(cursor, ring, new, progress)
            _record(cursor, old, new, now, actor, done)
        now_in_force = [(new.get(p) or ring.active(p)).key_id for p in get_args(Purpose)]
        files = _end(connection, settings, ring.with_pending(new.values()), now_in_force, now)
    return Rotated(tuple(k.key_id for k in new.values()), done, shut, files, finished=False)


def _announce(ring: KeyRing, new: Mapping[Purpose, Key]) -> None:
    """The new keys are in the ring's file before anything is made with them."""
    ring.with_pending(new.values()).save()


def _rekey(
    cursor: psycopg.Cursor,
    ring: KeyRing,
    new: Mapping[Purpose, Key],
    progress: Callable[[int, int], None] | None,
) -> tuple[int, int]:
    """Every identity under the new keys, and the rows that are about it; how many, and how many stay shut."""
    ciphers = {k.key_id: IdentityCipher(k) for k in (*ring.keys, *new.values()) if k.purpose == "vault"}
    done = shut = 0
    (total,) = cursor.execute("select count(*) from vault.identity").fetchone() or (0,)
    relabelled: dict[str, dict[tuple[int, str], tuple[str, str | None]]] = defaultdict(dict)
    for batch in _identities(cursor):
        changed = []
        for row in batch:
            if row.key_id not in ciphers:
                shut += 1
                continue
            key, person, number = _renewed(row, ciphers, ring, new)
            changed.append((row.identity_id, person, number, *key))
            if (person, number) != (row.person_key, row.national_id_key):
                relabelled[row.table][row.submission_id, row.person_key] = person, number
        _write(cursor, changed)
        done += len(changed)
        if progress is not None:
            progress(done + shut, total)
    for table, labels in relabelled.items():
        _relabel(cursor, table, labels)
    return done, shut


def _identities(cursor: psycopg.Cursor) -> Iterator[list[_Identity]]:
    """All of the vault, in batches by id: rows that are written meanwhile are not met again."""
    last = None
    while True:
        rows = cursor.execute(
            "select i.identity_id, i.submission_id, s.form || '__v' || s.revision, s.file_sha256, i.person_key,"
            " i.national_id_key, i.key_id, i.nonce, i.ciphertext"
            " from vault.identity as i inner join registry.submission as s on s.submission_id = i.submission_id"
            " where %s::uuid is null or i.identity_id > %s::uuid order by i.identity_id limit %s",
            [last, last, _BATCH],
            binary=True,
        ).fetchall()
        if not rows:
            return
        yield [_Identity(*row) for row in rows]
        last = rows[-1][0]


def _renewed(
    row: _Identity, ciphers: Mapping[str, IdentityCipher], ring: KeyRing, new: Mapping[Purpose, Key]
) -> tuple[tuple[str, bytes, bytes], str, str | None]:
    """(key id, nonce, ciphertext), person key and number key of an identity under the new keys."""
    plain = ciphers[row.key_id].open(row.file_sha256, row.nonce, row.ciphertext)
    old_numbers, old_persons = ring.active("national_id"), ring.active("person")
    number = None
    if row.national_id_key is not None:
        found = (canonical_number(str(value)) for value in json.loads(plain).values())
        number = next((n for n in found if n and old_numbers.pseudonym(n) == row.national_id_key), None)
    # A number that is not found is under a key lost before: its pseudonyms stay, since nothing can make them anew.
    is_told = number is not None or row.national_id_key is None
    number_key, person_key = row.national_id_key, row.person_key
    if number is not None:
        number_key = new.get("national_id", old_numbers).pseudonym(number)
    if is_told:
        person_key = person_pseudonym(new.get("person", old_persons), number, row.identity_id)
    vault = new.get("vault")
    if vault is None:
        return (row.key_id, row.nonce, row.ciphertext), person_key, number_key
    nonce, sealed = ciphers[vault.key_id].seal(row.file_sha256, plain)
    return (vault.key_id, nonce, sealed), person_key, number_key


def _write(cursor: psycopg.Cursor, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        ids, persons, numbers, keys, nonces, sealed = zip(*rows, strict=True)
        cursor.execute(
            "update vault.identity as i set person_key = n.person_key, national_id_key = n.national_id_key,"
            " key_id = n.key_id, nonce = n.nonce, ciphertext = n.ciphertext"
            " from unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::bytea[])"
            " as n (identity_id, person_key, national_id_key, key_id, nonce, ciphertext)"
            " where i.identity_id = n.identity_id",
            [list(ids), list(persons), list(numbers), list(keys), list(nonces), list(sealed)],
        )


def _relabel(
    cursor: psycopg.Cursor, table: str, labels: Mapping[tuple[int, str], tuple[str, str | None]]
) -> None:
    """New pseudonyms in the rows that landed: the one thing that ever changes there (D28)."""
    cursor.execute(
        "select count(*) from information_schema.columns"
        " where table_schema = 'landing' and table_name = %s and column_name = 'national_id_key'",
        [table],
    )
    has_number = cursor.fetchone() == (1,)
    # The whole map in the memory of the server's process as well: none of it in a temporary file.
    cursor.execute("set local work_mem = '512MB'")
    cursor.execute(
        sql.SQL(
            "update {} as r set person_key = n.person_key{}"
            " from unnest(%b::bigint[], %b::text[], %b::text[], %b::text[])"
            " as n (submission_id, old_key, person_key, national_id_key)"
            " where r.submission_id = n.submission_id and r.person_key = n.old_key"
        ).format(
            sql.Identifier("landing", table),
            sql.SQL(", national_id_key = n.national_id_key" if has_number else ""),
        ),
        [
            [submission for submission, _ in labels],
            [old for _, old in labels],
            [person for person, _ in labels.values()],
            [number for _, number in labels.values()],
        ],
    )


def _put_in_force(
    cursor: psycopg.Cursor, ring: KeyRing, new: Mapping[Purpose, Key], now: dt.datetime
) -> list[str]:
    """The database knows the new keys, and retires those of their purposes; the ids of these."""
    old = [ring.active(purpose).key_id for purpose in new]
    cursor.execute("update vault.key set retired_at = %s where key_id = any(%s)", [now, old])
    record_keys(cursor, new.values())
    return old


def _record(
    cursor: psycopg.Cursor,
    old: list[str],
    new: Mapping[Purpose, Key],
    now: dt.datetime,
    actor: str,
    identities: int,
) -> None:
    ids = [k.key_id for k in new.values()]
    cursor.execute(
        "insert into vault.rotation (old_keys, new_keys, rotated_at, rotated_by) values (%s, %s, %s, %s)",
        [old, ids, now, actor],
    )
    details = {"retired": old, "identities": identities}
    add_events(
        cursor, [Event(now, actor, "rotate", subject="keys", subject_key=",".join(ids), details=details)]
    )


def _end(
    connection: psycopg.Connection,
    settings: Settings,
    ring: KeyRing,
    in_force: Collection[str],
    now: dt.datetime,
) -> int:
    """After the commit: the ring in order, files sealed anew, old keys destroyed; how many files."""
    sealing = [k.key_id for k in ring.keys if k.purpose == "store"]
    settled = ring.settled(in_force, kept=sealing)
    settled.save()
    files = FileStore(settings).reseal() if len(sealing) > 1 else 0
    settled.settled(in_force).save()
    with connection.transaction():
        connection.execute("update vault.rotation set finished_at = %s where finished_at is null", [now])
    _forget(connection)
    return files


def _forget(connection: psycopg.Connection) -> None:
    """Old versions of rows go at once: beside the new ones they would tell which pseudonym became which.

    Written anew, since what is only freed on a page is still readable on the disk.
    """
    tables = connection.execute(
        "select distinct s.form || '__v' || s.revision from vault.identity as i"
        " inner join registry.submission as s on s.submission_id = i.submission_id"
    ).fetchall()
    connection.commit()
    connection.autocommit = True
    for schema, table in (("vault", "identity"), *(("landing", name) for (name,) in tables)):
        connection.execute(sql.SQL("vacuum full {}").format(sql.Identifier(schema, table)))
