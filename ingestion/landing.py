"""COPY of typed rows into the landing table of a form revision, with their defects, inside the caller's transaction.

Idempotent by construction: a submission's rows are written once, in the transaction that registers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

import psycopg

from ingestion.contracts.models import FormContract
from ingestion.parsing.table import Table, landing_columns


def land(
    cursor: psycopg.Cursor,
    form: FormContract,
    submission_id: int,
    lines: Iterable[bytes],
    table: Table,
    sheet: str | None,
) -> int:
    """Rows written. `lines` are CSV lines that begin with the submission's id and go on in the order of
    `landing_columns(form)`, one or many in a piece; they may be made while they are written, so `table` (rows read,
    defects) is looked at afterwards."""
    with _copy(cursor, form) as copy:
        for piece in lines:
            copy.write(piece)
    rows = cursor.rowcount
    _keep_defects(cursor, [(submission_id, table, sheet)])
    _count_rows(cursor, [(submission_id, table.rows_read, rows)])
    return rows


def land_many(
    cursor: psycopg.Cursor, form: FormContract, tables: Sequence[tuple[int, Table, str | None]]
) -> None:
    """Lands tables that were read whole, of one form, in one COPY: (submission, its table, its sheet)."""
    with _copy(cursor, form) as copy:
        for submission_id, table, _ in tables:
            prefix = f"{submission_id},".encode()
            copy.write(b"".join([prefix + line for line in table.lines]))
    _keep_defects(cursor, tables)
    _count_rows(cursor, [(i, table.rows_read, len(table.lines)) for i, table, _ in tables])


def _copy(cursor: psycopg.Cursor, form: FormContract) -> AbstractContextManager[psycopg.Copy]:
    columns = ", ".join(("submission_id", *landing_columns(form)))
    return cursor.copy(f"copy {form.landing_table} ({columns}) from stdin (format csv)")


def _keep_defects(cursor: psycopg.Cursor, tables: Sequence[tuple[int, Table, str | None]]) -> None:
    if not any(table.defects for _, table, _ in tables):
        return
    with cursor.copy(
        "copy landing.cell_defect (submission_id, row_no, field, sheet, cell, raw_text, rule_id, state) from stdin"
    ) as copy:
        for submission_id, table, sheet in tables:
            for d in table.defects:
                copy.write_row(
                    (submission_id, d.row_no, d.field, sheet, d.cell, d.raw_text, d.rule_id, d.state)
                )


def _count_rows(cursor: psycopg.Cursor, counts: Sequence[tuple[int, int, int]]) -> None:
    """Rows read and rows landed of each submission."""
    ids, read, landed = zip(*counts, strict=True)
    cursor.execute(
        "update registry.submission as s set rows_read = n.rows_read, rows_landed = n.rows_landed"
        " from unnest(%s::bigint[], %s::integer[], %s::integer[]) as n (submission_id, rows_read, rows_landed)"
        " where s.submission_id = n.submission_id",
        [list(ids), list(read), list(landed)],
    )
