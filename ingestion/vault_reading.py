"""The vault read: the read is written into the event log and committed before any row is given out.

The database keeps that order (`vault.open_read`, `vault.fetch` in warehouse/sql/0009_access.sql): nobody has a right to
the table itself. Here: asking for it, and opening what comes with the key ring. Elsewhere: putting in (`vault.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

import psycopg

from ingestion.registry.events import checked_reason
from ingestion.vault import IdentityCipher
from warehouse.errors import Kho138Error
from warehouse.keys import KeyRing

_ROWS = (
    "select identity_id, submission_id, file_sha256, person_key, national_id_key, key_id, nonce, ciphertext"
    " from vault.fetch(%s)"
)


@dataclass(frozen=True)
class Identity:
    """What one file says of one person. `values` is None where it does not open, and `problem` says why: its key is not
    in the ring, or the row is not what was stored."""

    identity_id: UUID
    submission_id: int
    person_key: str
    national_id_key: str | None
    values: dict[str, str] | None
    problem: Literal["key_lost", "damaged"] | None

    def as_mapping(self) -> dict[str, Any]:
        return asdict(self)


def read_identities(
    connection: psycopg.Connection, ring: KeyRing, person_keys: Sequence[str] | None, reason: str
) -> list[Identity]:
    """Identities of the persons named by pseudonym, or with None of all. `connection`: who reads, outside a transaction.

    Raises Kho138Error, with nothing read or logged, for a reason that says too little or names somebody, and for what is
    no pseudonym.
    """
    said = checked_reason(reason)
    asked = None if person_keys is None else list(person_keys)
    try:
        with connection.transaction():
            row = connection.execute("select vault.open_read(%b::text[], %s)", [asked, said]).fetchone()
        assert row is not None
        with connection.transaction(), connection.cursor(binary=True) as cursor:
            return list(_opened(cursor.execute(_ROWS, row), ring))
    except psycopg.errors.InvalidParameterValue:
        # The database holds each pseudonym to its form, so that no name is ever written into the log.
        raise Kho138Error(
            "A person is named by the pseudonym (column person_key, such as 1a2b3c4d.…), never by name or number.",
            vi="Chỉ nêu người bằng mã giả danh (cột person_key, dạng 1a2b3c4d.…), không nêu họ tên hay số giấy tờ.",
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise Kho138Error(
            "The vault did not let this log-in read: its time is over, or it has no right to.",
            vi="Kho định danh từ chối tài khoản này: đã hết thời hạn hoặc không có quyền đọc.",
        ) from None


def _opened(rows: psycopg.Cursor, ring: KeyRing) -> Iterator[Identity]:
    from cryptography.exceptions import InvalidTag

    ciphers = {k.key_id: IdentityCipher(k) for k in ring.keys if k.purpose == "vault"}
    for identity_id, submission_id, file_sha256, person, number, key_id, nonce, ciphertext in rows:
        values: dict[str, str] | None = None
        problem: Literal["key_lost", "damaged"] | None = None
        if (cipher := ciphers.get(key_id)) is None:
            problem = "key_lost"
        else:
            try:
                values = json.loads(cipher.open(file_sha256, nonce, ciphertext))
            except (InvalidTag, ValueError):
                problem = "damaged"
        yield Identity(identity_id, submission_id, person, number, values, problem)
