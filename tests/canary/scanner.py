"""A search for persons in everything that a system leaves behind: files, what is packed in files, names of files, tables.

Knows nothing of the product. One pass over the bytes: every eight bytes are looked up in a table that holds one
window of each spelling (`spellings`), and only where one stands is the whole spelling compared. So the time does not
grow with the number of persons.
"""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tests.canary.spellings import Person, dates, parts_beside_a_birth_date, spellings

if TYPE_CHECKING:
    import psycopg

_WINDOW = 8
_BLOCK = 8 * 2**20
_NEAR = 120
_BITS = 23
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NESTED = 4


@dataclass(frozen=True)
class Hit:
    where: str
    field: str
    encoding: str
    person: int


class _Sought(NamedTuple):
    """A spelling, and where in it its window stands. `born_on`: counts only with one of these nearby."""

    text: bytes
    at: int
    field: str
    encoding: str
    person: int
    near: tuple[bytes, ...] = ()


class Scanner:
    """Searches bytes, folders and databases for persons; `hits` of all searches are kept."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self.hits: set[Hit] = set()
        self.bytes_seen = 0
        self._windows: dict[int, list[_Sought]] = defaultdict(list)
        self._longest = 0
        for n, person in enumerate(persons):
            for field, encoding, text in spellings(person):
                self._seek(text, field, encoding, n)
            near = tuple(sorted(d.encode() for d in dates(person.born_on)))
            for part in parts_beside_a_birth_date(person):
                self._seek(part, "birth_date", "raw", n, near)
        self._longest += _NEAR
        known = np.fromiter(self._windows, dtype=np.uint64)
        self._known = np.sort(known)
        self._table = np.zeros(1 << _BITS, dtype=bool)
        self._table[_hashes(known)] = True

    def _seek(
        self, text: bytes, field: str, encoding: str, person: int, near: tuple[bytes, ...] = ()
    ) -> None:
        if len(text) >= _WINDOW:
            at = (len(text) - _WINDOW) // 2
            word = int.from_bytes(text[at : at + _WINDOW], "little")
            self._windows[word].append(_Sought(text, at, field, encoding, person, near))
            self._longest = max(self._longest, len(text))

    # Bytes

    def bytes_in(self, data: bytes, where: str) -> None:
        """Searches one run of bytes."""
        self.bytes_seen += len(data)
        for begin in range(0, max(len(data), 1), _BLOCK):
            part = data[max(begin - self._longest, 0) : begin + _BLOCK]
            self._block(part, where)

    def _block(self, part: bytes, where: str) -> None:
        if len(part) < _WINDOW:
            return
        words = _words(part)
        may_be = np.flatnonzero(self._table[_hashes(words)])
        if not may_be.size:
            return
        found = words[may_be]
        at = np.searchsorted(self._known, found)
        is_known = self._known[np.minimum(at, self._known.size - 1)] == found
        for place, word in zip(may_be[is_known].tolist(), found[is_known].tolist(), strict=True):
            for sought in self._windows[word]:
                begin = place - sought.at
                if begin < 0 or not part.startswith(sought.text, begin):
                    continue
                if sought.near:
                    around = part[max(begin - _NEAR, 0) : begin + len(sought.text) + _NEAR]
                    if not any(n in around for n in sought.near):
                        continue
                self.hits.add(Hit(where, sought.field, sought.encoding, sought.person))

    # Files

    def folder(self, folder: Path, leave_out: Iterable[Path] = ()) -> None:
        """Every file under a folder, with its name and what is packed in it; links are looked at by name only."""
        left_out = [p.resolve() for p in leave_out]
        for path in _walk(folder, left_out):
            # Names as the disk has them; one file a name would be lost in the other's window.
            self.bytes_in(os.fsencode(path.name), f"name of {path}")
            if path.is_file() and not path.is_symlink():
                self.file(path)

    def file(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return  # gone meanwhile
        self._content(data, str(path), _NESTED)
        if data.startswith(b"SQLite format 3\0"):
            self._sqlite(path)

    def _content(self, data: bytes, where: str, depth: int) -> None:
        self.bytes_in(data, where)
        if depth:
            for name, packed in _unpacked(data):
                self.bytes_in(name.encode(errors="surrogateescape"), f"name in {where}")
                self._content(packed, f"{where}!{name}", depth - 1)

    def _sqlite(self, path: Path) -> None:
        """Tables of SQLite, cell by cell: a long value is cut by the pages of the file."""
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            names = [
                r[0].decode()
                for r in connection.execute("select name from sqlite_master where type = 'table'")
            ]
            for name in names:
                for row in connection.execute(f'select * from "{name}"'):
                    cells = [c if isinstance(c, bytes) else str(c).encode() for c in row if c is not None]
                    for cell in cells:
                        self._content(cell, f"{path}:{name}", 1)
                    self.bytes_in(b"\t".join(cells), f"{path}:{name}")

    # Databases

    def database(self, connection: psycopg.Connection, leave_out: Iterable[str] = ()) -> int:
        """Every row of every relation as text, row by row; the number of relations. `leave_out`: schemas."""
        relations = connection.execute(
            "select n.nspname, c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema')"
            " and n.nspname <> all(%s) and n.nspname !~ '^pg_' order by 1, 2",
            [list(leave_out)],
        ).fetchall()
        # What the catalogue itself repeats: samples of columns, comments, statements under way.
        relations += [
            ("pg_catalog", n)
            for n in ("pg_statistic", "pg_description", "pg_stat_activity", "pg_prepared_statements")
        ]
        for schema, name in relations:
            with (
                connection.cursor() as cursor,
                cursor.copy(f'copy (select * from "{schema}"."{name}") to stdout') as copy,
            ):
                self.bytes_in(b"".join(bytes(b) for b in copy), f"{schema}.{name}")
        return len(relations)


def _words(data: bytes) -> np.ndarray:
    """The eight bytes that begin at each place, as numbers."""
    count = len(data) - _WINDOW + 1
    words = np.empty(count, dtype=np.uint64)
    for offset in range(_WINDOW):
        some = (
            np.frombuffer(data, dtype="<u8", offset=offset, count=(len(data) - offset) // _WINDOW)
            if len(data) - offset >= _WINDOW
            else np.empty(0, dtype="<u8")
        )
        words[offset::_WINDOW] = some[: len(words[offset::_WINDOW])]
    return words


def _hashes(words: np.ndarray) -> np.ndarray:
    return ((words * _MIX) >> np.uint64(64 - _BITS)).astype(np.int64)


def _walk(folder: Path, left_out: list[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.resolve() in left_out:
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, left_out)


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Members of a zip (XLSX, XLSM, ODS, wheels), the content of gzip and zlib."""
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                for info in packed.infolist():
                    yield info.filename, packed.read(info)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
            return
    elif data.startswith(b"\x1f\x8b"):
        try:
            yield "gzip", gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return
    elif data[:1] == b"x" and data[1:2] in {b"\x01", b"\x5e", b"\x9c", b"\xda"}:
        try:
            yield "zlib", zlib.decompress(data)
        except zlib.error:
            return


def summary(hits: Iterable[Hit]) -> list[str]:
    """Where, of what field, in which encoding and of how many persons; for a test's message."""
    counted = Counter((h.where, h.field, h.encoding) for h in hits)
    return [
        f"{where}: {field} ({encoding}) of {n}" for (where, field, encoding), n in sorted(counted.items())
    ]
