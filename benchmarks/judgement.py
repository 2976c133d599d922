"""Judging a million landed rows by twelve column rules and twelve row rules, against one SQL scan with the same checks.

The product: Great Expectations over the judge views, as `expectations.judge` runs it, with states and findings
written. The floor: one statement over the landing table with a counter a check. Imports are not counted: they are a
fixed start, printed beside.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.gate import ROWS
from benchmarks.home import Bench
from benchmarks.measure import Line, best_of
from benchmarks.register import register_form, write_register
from ingestion.derive.landing_table import judge_views

SUITE = "judgement"
TIMES = 3


def scan_sql() -> str:
    """The floor's statement: every row check as a counter, the unique key by a hash of its values."""
    form = register_form()
    (rows,) = (v for v in judge_views(form, ledger=False) if v.kind == "rows")
    counters = [f"count(*) filter (where {getattr(n.check, 'offends')}) as {n.column}" for n in rows.checks]  # noqa: B009
    counters.append(
        "(select count(*) from (select u.line_number"
        f" from {form.landing_table} as u where u.submission_id = %(submission)s"
        " group by u.line_number having count(*) > 1) as t) as twice"
    )
    return (
        "select " + ",\n    ".join(counters) + f"\nfrom {form.landing_table} as r\n"
        "inner join registry.submission as s on s.submission_id = r.submission_id\nwhere s.submission_id = %(submission)s"
    )


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite: the register is landed once and judged several times."""
    from ingestion.gate import Gate, Incoming

    gate = Gate(bench.settings)
    filed, _ = write_register(bench.folder, ROWS)
    one, _ = write_register(bench.folder, 1)
    (small,) = gate.receive([Incoming(one)])
    began = time.perf_counter()
    from expectations.judge import judge_received

    def judged(submission_id: int) -> None:
        with bench.admin() as connection:
            # The others wait in a state of their own; this one is received anew.
            connection.execute(
                "update registry.submission set state = 'withdrawn', known_from = null, known_to = null,"
                " supersedes = null, superseded_by = null"
            )
            connection.execute(
                "update registry.submission set state = 'received' where submission_id = %s", [submission_id]
            )
        if judge_received(gate.database, gate.contracts, gate.clock, "bench") != [submission_id]:
            raise RuntimeError("the judge took other submissions than the one received")
        with bench.admin() as connection:
            row = connection.execute(
                "select state from registry.submission where submission_id = %s", [submission_id]
            ).fetchone()
        if row != ("accepted",):
            raise RuntimeError(f"the register was judged {row}")

    judged(small)
    start = time.perf_counter() - began
    # Before the large one lands: afterwards its rows would be passed over in both, and their time taken off.
    alone = best_of(TIMES, lambda: judged(small))
    (large,) = gate.receive([Incoming(filed)])
    measured = best_of(TIMES, lambda: judged(large)) - alone

    def scanned() -> None:
        with bench.admin() as connection:
            row = connection.execute(scan_sql(), {"submission": large}).fetchone()
        if row is None or any(row):
            raise RuntimeError(f"the scan counts offences in a register without any: {row}")

    floor = best_of(TIMES, scanned)
    yield Line(SUITE, f"{ROWS:,} landed rows, 12 column rules and 12 row rules", measured, "s", floor, 4)
    yield Line(SUITE, "fixed start (import, first judgement)", start, "s")
    bench.empty_landing()
