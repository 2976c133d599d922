"""COPY of typed rows into the landing table of a form revision, with their defects, inside the caller's transaction.

Idempotent by construction: a submission's rows are written once, in the transaction that registers it.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    """Rows written. `lines` are CSV lines in the order of `landing_columns(form)`; they may be made while they are
    written, so `table` (rows read, defects) is looked at afterwards."""
    columns = ", ".join(("submission_id", *landing_columns(form)))
    prefix = f"{submission_id},".encode()
    rows = 0
    with cursor.copy(f"copy {form.landing_table} ({columns}) from stdin (format csv)") as copy:
        block: list[bytes] = []
        for line in lines:
            block.append(prefix + line)
            rows += 1
            if len(block) >= 2_000:
                copy.write(b"".join(block))
                block.clear()
        copy.write(b"".join(block))
    if table.defects:
        with cursor.copy(
            "copy landing.cell_defect (submission_id, row_no, field, sheet, cell, raw_text, rule_id, state) from stdin"
        ) as copy:
            for d in table.defects:
                copy.write_row(
                    (submission_id, d.row_no, d.field, sheet, d.cell, d.raw_text, d.rule_id, d.state)
                )
    cursor.execute(
        "update registry.submission set rows_read = %s, rows_landed = %s where submission_id = %s",
        [table.rows_read, rows, submission_id],
    )
    return rows
