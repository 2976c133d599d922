"""A thousand filled workbooks in one `kho138 submit`, against reading and hashing them, one COPY and one SQL scan.

The floor opens every workbook with python-calamine, takes the cells of every sheet, hashes its bytes, lands the rows of
both forms by one COPY a form and counts the offences of every row check in one statement a form. It identifies,
registers, keeps and locates nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.books import FORMS, write_books
from benchmarks.gate import submit
from benchmarks.home import Bench
from benchmarks.measure import Line, best_of
from ingestion.contracts.loader import load_contracts
from ingestion.derive.landing_table import judge_views

BOOKS = 1_000
SUITE = "gate, workbooks"


def _read_and_hash(paths: list[Path]) -> None:
    import python_calamine as calamine

    for path in paths:
        hashlib.sha256(path.read_bytes()).hexdigest()
        with calamine.CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _copy_and_scan(bench: Bench) -> None:
    """COPY and scan of the very rows that the product landed and that are in force: a thousand workbooks' rows."""
    with bench.admin() as connection:
        for name in FORMS:
            form = load_contracts().latest(name)
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute("drop table if exists scratch.landed")
                cursor.execute(f"create table scratch.landed (like {form.landing_table})")
                with cursor.copy("copy scratch.landed from stdin") as copy:
                    copy.write(bench.landed_text[name])
                counters = [
                    f"count(*) filter (where {getattr(n.check, 'offends')})"  # noqa: B009
                    for view in judge_views(form, ledger=False)
                    if view.kind == "rows"
                    for n in view.checks
                ]
                cursor.execute(
                    f"select {', '.join(counters)} from scratch.landed as r"
                    " inner join registry.submission as s on s.submission_id = r.submission_id"
                )


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite, best of two as the floor is: the second time every workbook is a correction of the first.

    The fixed start is that of one workbook of each form.
    """
    paths = write_books(bench.folder / "books", BOOKS)
    # One of each form: makes the reference tables, which nobody waits for twice.
    submit(bench, *write_books(bench.folder / "before", BOOKS, "BC-1", only={0, BOOKS - 1}))
    corrections = write_books(bench.folder / "again", BOOKS, "BC-4")
    starts, wholes = [], []
    for name, books in (("BC-2", paths), ("BC-3", corrections)):
        two = write_books(bench.folder / name, BOOKS, name, only={0, BOOKS - 1})
        starts.append(submit(bench, *two))
        wholes.append(submit(bench, *books))
    start, whole = min(r.seconds for r in starts), min(r.seconds for r in wholes)
    for name in FORMS:
        form = load_contracts().latest(name)
        with (
            bench.admin() as connection,
            connection.cursor() as cursor,
            cursor.copy(
                f"copy (select r.* from {form.landing_table} as r inner join registry.submission as s"
                " on s.submission_id = r.submission_id and s.known_to is null) to stdout"
            ) as copy,
        ):
            bench.landed_text[name] = b"".join(bytes(block) for block in copy)
    floor = best_of(2, lambda: _read_and_hash(paths)) + best_of(2, lambda: _copy_and_scan(bench))
    yield Line(SUITE, f"{BOOKS:,} filled workbooks in one submit", whole - start, "s", floor, 10)
    yield Line(SUITE, "peak memory of the process tree", max(r.peak_mb for r in wholes), "MB")
    yield Line(SUITE, "fixed start (two workbooks)", start, "s")
