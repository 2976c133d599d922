"""Personal values separated from their rows, before landing: one ciphertext a person and file, pseudonyms in the row.

Here: pseudonyms, encryption, COPY into the vault, in the gate's transaction. What is a personal field the contract says;
its values come from the reader beside their line (`parsing.table`). Elsewhere: the keys (`warehouse.keys`).

Two lines with one identity number and the same values are one person of the file. Lines without a number are persons of
their own: whether two of them are one person is decided in the vault by people, and never by hashing a name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes

import psycopg

from ingestion.contracts.models import FormContract
from ingestion.parsing.table import Person, Table
from warehouse.keys import Key, KeyRing

_COLUMNS = "submission_id, identity_id, person_key, national_id_key, key_id, nonce, ciphertext, stored_at"
# What waits for the vault is ciphertext already; beyond this much of it waits on the disk.
_IN_MEMORY = 16 * 2**20


class IdentityCipher:
    """Identities under one key of the vault, each bound to the hash of its file and to the key's id."""

    def __init__(self, key: Key) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.key_id = key.key_id
        self._cipher = AESGCM(key.material)

    def seal(self, file_sha256: str, values: bytes) -> tuple[bytes, bytes]:
        """(nonce, ciphertext)."""
        nonce = token_bytes(12)
        return nonce, self._cipher.encrypt(nonce, values, self._bound(file_sha256))

    def open(self, file_sha256: str, nonce: bytes, ciphertext: bytes) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag` for what is not as it was sealed."""
        return self._cipher.decrypt(nonce, ciphertext, self._bound(file_sha256))

    def _bound(self, file_sha256: str) -> bytes:
        return f"{file_sha256}|{self.key_id}".encode()


def person_pseudonym(key: Key, number: str | None, identity: uuid.UUID) -> str:
    """Of the identity number, under its kind; without one, of this identity alone."""
    return key.pseudonym(number or f"identity:{identity}")


class Separation:
    """The persons of one submission. `complete` its lines, then `store` once, in the same transaction."""

    def __init__(
        self,
        form: FormContract,
        ring: KeyRing,
        file_sha256: str,
        submission_id: int,
        now: dt.datetime,
        folder: Path,
    ) -> None:
        vault = ring.active("vault")
        self._numbers, self._persons = ring.active("national_id"), ring.active("person")
        self._cipher, self._file_sha256 = IdentityCipher(vault), file_sha256
        self._before, self._key_id, self._after = f"{submission_id},", vault.key_id, f",{now.isoformat()}\n"
        self._has_number = form.personal_number is not None
        self._seen: dict[bytes, str] = {}
        self._waiting = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by `store`

    def complete(self, line: bytes, person: Person | None) -> bytes:
        """A line for COPY, with the pseudonyms of its person, who is kept for the vault."""
        number, key = ("", "") if person is None else self._keys(person)
        return line + (f",{number},{key}\n" if self._has_number else f",{key}\n").encode()

    def _keys(self, person: Person) -> tuple[str, str]:
        identity = uuid.uuid4()
        key = person_pseudonym(self._persons, person.number, identity)
        if person.number is None:
            self._keep(identity, key, "", person.values)
            return "", key
        number = self._numbers.pseudonym(person.number)
        same = hashlib.blake2b(person.values.encode(), digest_size=16).digest()
        if self._seen.setdefault(same, key) is key:
            self._keep(identity, key, number, person.values)
        return number, key

    def _keep(self, identity: uuid.UUID, key: str, number: str, values: str) -> None:
        nonce, sealed = self._cipher.seal(self._file_sha256, values.encode())
        self._waiting.write(
            f"{self._before}{identity},{key},{number},{self._key_id},\\x{nonce.hex()},\\x{sealed.hex()}{self._after}".encode()
        )

    def store(self, cursor: psycopg.Cursor) -> None:
        with self._waiting as waiting:
            waiting.seek(0)
            with cursor.copy(f"copy vault.identity ({_COLUMNS}) from stdin (format csv)") as copy:
                while block := waiting.read(2**18):
                    copy.write(block)


def completed(table: Table, separation: Separation) -> Table:
    """A table that was read whole, its lines completed; the one given is left as it is, for another try."""
    return replace(table, lines=list(completed_lines(table, separation)), persons=[])


def completed_lines(table: Table, separation: Separation) -> Iterator[bytes]:
    return (separation.complete(line, p) for line, p in zip(table.lines, table.persons, strict=True))
