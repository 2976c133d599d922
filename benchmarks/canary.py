"""Ten thousand invented persons through the whole pipeline: how often is one found where nobody belongs?

What is done, with a failure forced at each stage, stands in `tests.canary.run`; `make test` does it with a thousand.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from benchmarks.home import Bench
from benchmarks.measure import Line
from tests.canary.persons import canaries
from tests.canary.run import Run
from tests.canary.scanner import Scanner, summary
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

SUITE = "canary"
PERSONS, SHARE = 10_000, 680


def measure(bench: Bench) -> Iterator[Line]:
    # A home of its own: this one's server is searched to the last byte, the bench's has other data.
    folder = bench.folder / "canary"
    folder.mkdir(mode=0o711)
    settings = Settings(home=folder / "home", system_folder=folder / "system")
    began = time.perf_counter()
    try:
        run = Run(folder, canaries(PERSONS), settings)
        run.file_everything(SHARE)
        for stage in run.stages:
            stage()
        with Database(settings).connect_admin() as admin:
            (kept,) = admin.execute("select count(distinct person_key) from vault.identity").fetchone() or (
                0,
            )
        scanner = Scanner(run.persons)
        run.search(scanner)
    finally:
        EmbeddedPostgres(settings).stop()
    for where in summary(scanner.hits):
        print(where, file=sys.stderr)
    yield Line(SUITE, "persons invented", PERSONS, "persons")
    yield Line(SUITE, "pseudonyms in the vault", int(kept), "persons")
    yield Line(SUITE, "searched", scanner.bytes_seen / 2**20, "MiB")
    yield Line(SUITE, "places where a person is found", len(scanner.hits), "places", limit=0)
    yield Line(SUITE, "time", time.perf_counter() - began, "s")
