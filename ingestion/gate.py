"""The gate: files in, submissions registered and landed, ready to be judged (`expectations.judge` decides).

A file is copied once to a private place, hashed, read by a pooled reader, kept by hash in the store whatever its
fate (one exception: a state secret, D1), registered and landed: a transaction a batch of 100, a savepoint a file
(D12). Nothing received is lost: a file that cannot be registered now (database gone, disk full) is left where it is,
and the error says so.
"""

from __future__ import annotations

import datetime as dt
import errno
import getpass
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from ingestion.contracts.loader import Contracts, load_contracts
from ingestion.contracts.models import FormContract
from ingestion.landing import land, land_many
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.csv_stream import stream_rows
from ingestion.parsing.envelope import Envelope, Said
from ingestion.parsing.guard import check_regular
from ingestion.parsing.pool import Readers
from ingestion.parsing.read import ReadFile
from ingestion.parsing.table import RowTyper, Table
from ingestion.private_copy import copy_and_hash, no_content, private_folder, shown_name
from ingestion.registry import requests, submissions
from ingestion.registry.anchor import anchor_head
from ingestion.registry.reference import sync_reference
from ingestion.registry.submissions import Finding, Received, as_finding
from ingestion.vault import Separation, completed, completed_lines
from ingestion.vault_keys import open_keys
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import DatabaseUnavailable, Kho138Error, StoreFull
from warehouse.keys import KeyRing
from warehouse.settings import Settings
from warehouse.store import FileStore

BATCH = 100
_TRIES = 3
# Files are written to the store side by side: each waits for the disk three times.
_STORING = 4


@dataclass(frozen=True)
class Incoming:
    """A file to take in, what is said of it, and when an archive says it was received."""

    path: Path
    said: Said = Said()
    stated_received_at: dt.datetime | None = None


@dataclass(frozen=True)
class _Place:
    """Where one call of the gate works, and the keys that it holds."""

    folder: Path
    ring: KeyRing


@dataclass(frozen=True)
class _Copied:
    place: _Place
    incoming: Incoming
    received: Received
    copy: Path | None
    refusal: ReadFinding | None = None


def forms_folder(settings: Settings) -> Path:
    """Where an installation keeps forms of its own."""
    return settings.home / "forms"


def installed_contracts(settings: Settings) -> Contracts:
    folder = forms_folder(settings)
    return load_contracts(folder if folder.is_dir() else None)


class Gate:
    """Takes files in. `receive` returns submission ids in the order of the files."""

    def __init__(self, settings: Settings, channel: str = "command") -> None:
        self.settings = settings
        self.channel = channel
        self.database = Database(settings)
        self.store = FileStore(settings)
        self.clock = Clock.for_home(settings.home)
        self.contracts = installed_contracts(settings)

    def receive(self, files: Sequence[Incoming], progress: Callable[[int], None] | None = None) -> list[int]:
        """Registers and lands files; raises `DatabaseUnavailable` or `StoreFull` with nothing of the batch kept, and
        `KeysUnavailable` before any file is looked at."""
        ids: list[int] = []
        with self.database.connect("loader") as connection:
            ring = open_keys(connection, self.settings, self.clock.now(), sender())
            sync_reference(connection, self.contracts, self.clock.now())
            folder = forms_folder(self.settings)
            with (
                private_folder() as private,
                Readers(folder if folder.is_dir() else None) as readers,
            ):
                for start in range(0, len(files), BATCH):
                    batch = files[start : start + BATCH]
                    ids += self._take(connection, batch, readers, _Place(private, ring))
                    anchor_head(self.settings, connection)
                    if progress is not None:
                        progress(len(ids))
        return ids

    def _take(
        self, connection: psycopg.Connection, batch: Sequence[Incoming], readers: Readers, place: _Place
    ) -> list[int]:
        copied = [self._copy(incoming, place, f"{n}") for n, incoming in enumerate(batch)]
        readable = [c for c in copied if c.copy is not None]
        with connection.transaction(), connection.cursor() as cursor:
            on_file = requests.requests_on_file(cursor)
        sent = [(c.copy, c.incoming.said) for c in readable if c.copy]
        reads = readers.read(sent, self.clock.today(), on_file)
        ids: list[int] = []
        secrets: list[_Copied] = []
        kept: list[Future[None]] = []
        whole: dict[tuple[object, ...], tuple[_Copied, ReadFile]] = {}
        try:
            with (
                ThreadPoolExecutor(_STORING) as storing,
                connection.transaction(),
                connection.cursor() as cursor,
            ):
                for c in copied:
                    read = (
                        next(reads)
                        if c.copy is not None
                        else ReadFile(_as_said(c.incoming.said), refusal=c.refusal)
                    )
                    if read.is_own_report and read.refusal is None:
                        self._number(c.received, read)
                    if read.is_secret:
                        secrets.append(c)
                    elif c.copy is not None:
                        kept.append(storing.submit(self.store.put, c.received.file_sha256, c.copy))
                    key = (read.envelope.form, read.envelope.unit, read.envelope.period)
                    is_whole = read.refusal is None and read.table is not None and read.plan is None
                    if not is_whole or key in whole:
                        # Ids follow the order of the files, and a twin is looked for among those before it.
                        ids += self._land_together(connection, cursor, list(whole.values()))
                        whole.clear()
                    if is_whole:
                        whole[key] = (c, read)
                    else:
                        ids.append(self._register(connection, cursor, c, read))
                ids += self._land_together(connection, cursor, list(whole.values()))
                # No submission is committed whose file is not kept.
                for stored in kept:
                    stored.result()
        except psycopg.errors.DiskFull:
            raise StoreFull(
                "The database's disk is full; nothing was taken in. Make room and send the files again.",
                vi="Ổ đĩa của cơ sở dữ liệu đã đầy; chưa nhận tệp nào. Hãy giải phóng chỗ trống rồi gửi lại.",
            ) from None
        except psycopg.OperationalError:
            raise DatabaseUnavailable(
                "The database went away while files were taken in; nothing of this batch was kept. Send them again.",
                vi="Mất kết nối cơ sở dữ liệu khi đang nhận tệp; chưa nhận tệp nào của đợt này. Hãy gửi lại.",
            ) from None
        finally:
            for c in copied:
                if c.copy is not None:
                    c.copy.unlink(missing_ok=True)
        for c in secrets:
            # The one thing that is not kept (D1): the sender's copy goes too, once the refusal is a row.
            c.incoming.path.unlink(missing_ok=True)
        return ids

    def _number(self, received: Received, read: ReadFile) -> None:
        """A report made unasked gets its number, or the one that the same report has.

        In a transaction of its own: others wait for a number no longer than it takes to write one.
        """
        assert read.period is not None and read.envelope.unit is not None
        form = self.contracts[str(read.contract_key)]
        with self.database.connect("loader") as connection, connection.cursor() as cursor:
            read.period = requests.number_own_report(
                cursor,
                form,
                read.period,
                read.envelope.unit,
                read.own_key or received.file_sha256,
                received.sent_by,
                received.received_at,
            )
        read.envelope = replace(read.envelope, period=read.period.key)

    def _copy(self, incoming: Incoming, place: _Place, name_of_copy: str) -> _Copied:
        """A private copy that nobody changes while it is read; the hash is of what was copied."""
        now = self.clock.now()
        private = place.folder / name_of_copy
        name = shown_name(incoming.path)

        def received(sha256: str, size: int) -> Received:
            return Received(sha256, name, size, now, self.channel, sender(), incoming.stated_received_at)

        try:
            check_regular(incoming.path)
            for _ in range(_TRIES):
                before = incoming.path.stat()
                digest = copy_and_hash(incoming.path, private)
                after = incoming.path.stat()
                if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                    return _Copied(place, incoming, received(digest, after.st_size), private)
            raise Unreadable(ReadFinding("file_is_stable"))
        except Unreadable as refused:
            private.unlink(missing_ok=True)
            return _Copied(place, incoming, received(no_content(name), 0), None, refused.finding)
        except OSError as error:
            private.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StoreFull(
                    "The disk for temporary files is full; nothing was taken in. Make room and send the files again.",
                    vi="Ổ đĩa chứa tệp tạm đã đầy; chưa nhận tệp nào. Hãy giải phóng chỗ trống rồi gửi lại.",
                ) from None
            raise Kho138Error(f"{name}: cannot be read ({os.strerror(error.errno or 0)}).") from None

    def _register(
        self, connection: psycopg.Connection, cursor: psycopg.Cursor, copied: _Copied, read: ReadFile
    ) -> int:
        received = copied.received
        try:
            with connection.transaction():
                if read.is_secret:
                    # Hash, size, unit, time and sender are all that is kept of it: its name may tell, too.
                    unnamed = replace(received, file_name="")
                    return submissions.register(cursor, unnamed, read.envelope, "refused_state_secret")
                if read.refusal is None and read.table is not None:
                    return self._land(cursor, copied, read, read.table)
        except Unreadable as refused:
            # Found out only while its rows were streamed; what had landed went with the savepoint.
            read.refusal = refused.finding
        except psycopg.DataError as error:
            # A value that typing let through and the database does not keep: this file is returned, not the batch.
            read.refusal = ReadFinding("file_opens", observed=type(error).__name__)
        with connection.transaction():
            return self._return_unread(cursor, copied, read)

    def _land_together(
        self,
        connection: psycopg.Connection,
        cursor: psycopg.Cursor,
        group: Sequence[tuple[_Copied, ReadFile]],
    ) -> list[int]:
        """Files that were read whole, of different keys, in a handful of round trips; their ids in order."""
        if not group:
            return []
        try:
            with connection.transaction():
                return self._land_all(cursor, group)
        except psycopg.DataError:
            # One of them holds what the database does not keep: one by one, only that one is returned.
            return [self._register(connection, cursor, c, read) for c, read in group]

    def _land_all(self, cursor: psycopg.Cursor, group: Sequence[tuple[_Copied, ReadFile]]) -> list[int]:
        envelopes = [read.envelope for _, read in group]
        submissions.lock_keys(cursor, envelopes)
        twins = submissions.latest_with_same_keys(cursor, envelopes)
        made = [_registration(c, read, twin) for (c, read), twin in zip(group, twins, strict=True)]
        ids = submissions.register_many(cursor, made)
        tables: dict[str, list[tuple[int, Table, str | None]]] = {}
        found: list[tuple[int, Finding]] = []
        for submission_id, registration, (copied, read) in zip(ids, made, group, strict=True):
            if registration.state == "received" and read.table is not None:
                form = self.contracts[str(read.contract_key)]
                table = read.table
                if form.personal_fields:
                    separation = _separation(form, copied, submission_id)
                    table = completed(table, separation)
                    separation.store(cursor)
                tables.setdefault(str(read.contract_key), []).append((submission_id, table, read.sheet))
                found += [(submission_id, as_finding(f, form)) for f in (*read.findings, *table.findings)]
        for key, landing in tables.items():
            land_many(cursor, self.contracts[key], landing)
        submissions.add_findings(cursor, found, group[0][0].received.received_at)
        return ids

    def _land(self, cursor: psycopg.Cursor, copied: _Copied, read: ReadFile, table: Table) -> int:
        received = copied.received
        submissions.lock_keys(cursor, [read.envelope])
        twin = submissions.latest_with_same_key(cursor, read.envelope)
        registration = _registration(copied, read, twin)
        submission_id = submissions.register_many(cursor, [registration])[0]
        if registration.state == "duplicate":
            return submission_id
        form = self.contracts[str(read.contract_key)]
        prefix = f"{submission_id},"
        separation = _separation(form, copied, submission_id) if form.personal_fields else None
        whole = table.lines if separation is None else completed_lines(table, separation)
        lines: Iterable[bytes] = (prefix.encode() + line for line in whole)
        if read.plan is not None and copied.copy is not None:
            typer = RowTyper(
                form,
                read.sheet,
                read.plan.located,
                read.envelope.is_nil_return,
                names=read.plan.names,
                complete=None if separation is None else separation.complete,
            )
            table = typer.table
            lines = stream_rows(copied.copy, read.plan, form, typer, prefix)
        land(cursor, form, submission_id, lines, table, read.sheet)
        if separation is not None:
            separation.store(cursor)
        found = [(submission_id, as_finding(f, form)) for f in (*read.findings, *table.findings)]
        submissions.add_findings(cursor, found, received.received_at)
        return submission_id

    def _return_unread(self, cursor: psycopg.Cursor, copied: _Copied, read: ReadFile) -> int:
        received = copied.received
        # What was not read has no content to be the same as another's: a link and a folder may share a name.
        twin = (
            submissions.same_file_returned(cursor, received.file_sha256)
            if read.envelope.form is None and copied.copy is not None
            else None
        )
        if twin is not None:
            return submissions.register(cursor, received, read.envelope, "duplicate", duplicate_of=twin)
        submission_id = submissions.register(cursor, received, read.envelope, "returned")
        findings = [*read.findings, *([read.refusal] if read.refusal else [])]
        form = (
            self.contracts.latest(read.envelope.form) if read.envelope.form in self.contracts.forms else None
        )
        submissions.add_findings(
            cursor, [(submission_id, as_finding(f, form)) for f in findings], received.received_at
        )
        return submission_id


def _separation(form: FormContract, copied: _Copied, submission_id: int) -> Separation:
    received, place = copied.received, copied.place
    return Separation(
        form, place.ring, received.file_sha256, submission_id, received.received_at, place.folder
    )


def _registration(copied: _Copied, read: ReadFile, twin: tuple[int, str] | None) -> submissions.Registration:
    """A file that was read, as received; as a duplicate where the newest filing of its key is the very same file."""
    if twin is not None and twin[1] == copied.received.file_sha256:
        return submissions.Registration(
            copied.received, read.envelope, "duplicate", read.period, duplicate_of=twin[0]
        )
    return submissions.Registration(
        copied.received,
        read.envelope,
        "received",
        read.period,
        cell_map=read.cell_map,
        note=read.envelope.note,
    )


def _as_said(said: Said) -> Envelope:
    return Envelope(said.form, None, said.unit, said.period)


def sender() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
