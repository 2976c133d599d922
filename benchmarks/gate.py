"""The gate on one large register: `kho138 submit` against a raw COPY of the same lines into a typed table.

The product registers, keeps, types, lands and judges by twenty-four rules; floor and peers only load. All are
marginal: seconds of the whole program less those for a file of one line, best of two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.home import Bench
from benchmarks.measure import Line, Run, best_of, python, run
from benchmarks.register import register_form, write_register
from ingestion.derive.landing_table import SQL_TYPES

ROWS = 1_000_000
SUITE = "gate, CSV"
TIMES = 2


def typed_columns() -> str:
    return ", ".join(f"{f.name} {SQL_TYPES[f.type]}" for f in register_form().fields)


def raw_copy(bench: Bench, path: Path) -> None:
    """The floor: bytes of the file into a fresh typed table, by COPY."""
    with bench.admin() as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute("drop table if exists scratch.raw")
        cursor.execute(f"create table scratch.raw ({typed_columns()})")
        with (
            path.open("rb") as source,
            cursor.copy("copy scratch.raw from stdin (format csv)") as copy,
        ):
            while block := source.read(2**18):
                copy.write(block)


def submit(bench: Bench, *paths: Path) -> Run:
    """`kho138 submit`; raises RuntimeError unless every file was accepted."""
    done = run(
        python("orchestration.cli", "submit", "--json", *map(str, paths)), bench.environment, bench.folder
    )
    for line in done.output.splitlines():
        report = json.loads(line)
        if not report["state"].startswith("accepted"):
            raise RuntimeError(f"{report['file_name']} was {report['state']}: {report['findings'][:3]}")
    return done


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite, as they are measured."""
    filed, bare = write_register(bench.folder, ROWS)
    one_filed, one_bare = write_register(bench.folder, 1)
    submit(bench, one_filed)  # makes the reference tables; nobody waits for that twice
    starts, wholes = [], []
    for n in range(TIMES):
        starts.append(submit(bench, _told_apart(one_filed, n)))
        wholes.append(submit(bench, _told_apart(filed, n)))
    start, whole = min(r.seconds for r in starts), min(r.seconds for r in wholes)
    floor = best_of(TIMES, lambda: raw_copy(bench, bare)) - best_of(TIMES, lambda: raw_copy(bench, one_bare))
    yield Line(SUITE, f"submit and judge {ROWS:,} lines of 15 columns", whole - start, "s", floor, 6)
    yield Line(SUITE, "peak memory of the process tree", max(r.peak_mb for r in wholes), "MB", None, 400)
    yield Line(SUITE, "fixed start (a file of one line)", start, "s")
    bench.empty_landing()
    for peer in ("pandas", "dlt"):
        first = run(python("benchmarks.peers", peer, str(one_bare)), bench.peer_environment, bench.folder)
        done = run(python("benchmarks.peers", peer, str(bare)), bench.peer_environment, bench.folder)
        yield Line(SUITE, f"peer {peer}, loads only", done.seconds - first.seconds, "s", floor)
        yield Line(SUITE, f"peer {peer}, peak memory", done.peak_mb, "MB")


def _told_apart(path: Path, n: int) -> Path:
    """The file with another line in its head, so that it is a correction and no duplicate."""
    target = path.with_name(f"{n}_{path.name}")
    with path.open("rb") as source, target.open("wb") as copy:
        copy.write(f"#document_number,{n}/BC\n".encode())
        while block := source.read(2**22):
            copy.write(block)
    return target
