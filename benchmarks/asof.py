"""Indicators as known on a past day, over ten million versions of figures, against the same question about now.

The tables are those that a build publishes, with their keys and indexes, filled with generated figures: each was
corrected four times. The product's own query runs on both for random periods, areas and days. Only what it takes in
the database counts; connecting is left out.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator

import psycopg

from benchmarks.home import Bench
from benchmarks.measure import Line
from orchestration.building import build
from orchestration.figures import values_query
from warehouse.clock import HANOI

SUITE = "as of"
FIGURES, VERSIONS = 2_000_000, 5
AREAS, QUERIES = 14, 300
_FIRST = dt.datetime(2021, 1, 1, tzinfo=HANOI)
_COLUMNS = (
    "indicator, measure, plan_rows, calendar, period, period_kind, area, disaggregation, value, numerator, denominator,"
    " state, target_state, met_provisional, coverage_reported, coverage_expected, source, definition_version,"
    " series_break, not_aligned, provisional, known_at"
)


def fill(connection: psycopg.Connection) -> int:
    """Generated figures: every indicator, period and area, with as many parts as make up the number. Their versions."""
    connection.execute("truncate marts.indicator_history, marts.fct_indicator_values")
    places = connection.execute(
        "select count(*) from marts.dim_indicator as i cross join marts.dim_period as p where p.period <> 'series'"
    ).fetchone()
    assert places is not None
    parts = FIGURES // (places[0] * AREAS) + 1
    connection.execute(
        f"insert into marts.indicator_history ({_COLUMNS}, known_from, known_to)"
        " select i.indicator, 'value', i.plan_rows, p.calendar, p.period, p.period_kind, 'a' || a,"
        " case when d = 0 then '{}'::jsonb else jsonb_build_object('part', d::text) end, v, v, 10, 'value', 'no_target',"
        " false, 10, 10, 'aggregate', i.version, false, false, false, t.known_from, t.known_from,"
        " case when v < %(versions)s - 1 then t.known_from + interval '30 days' end"
        " from marts.dim_indicator as i"
        " cross join (select * from marts.dim_period where period <> 'series') as p"
        " cross join generate_series(1, %(areas)s) as a cross join generate_series(0, %(parts)s - 1) as d"
        " cross join generate_series(0, %(versions)s - 1) as v"
        " cross join lateral (select %(first)s::timestamptz + v * interval '30 days' as known_from) as t"
        # In no order that would help: versions of one figure lie far apart, as they do after years of corrections.
        " order by v, hashint4(a * 7919 + d)",
        {"versions": VERSIONS, "areas": AREAS, "parts": parts, "first": _FIRST},
    )
    connection.execute(
        f"insert into marts.fct_indicator_values ({_COLUMNS})"
        f" select {_COLUMNS} from marts.indicator_history where known_to is null"
    )
    connection.commit()
    connection.autocommit = True
    for table in ("indicator_history", "fct_indicator_values"):
        connection.execute(f"vacuum (analyze) marts.{table}")
    row = connection.execute("select count(*) from marts.indicator_history").fetchone()
    assert row is not None
    return int(row[0])


def p95(connection: psycopg.Connection, asked: list[tuple[str, str, bool, dt.datetime | None]]) -> float:
    """Milliseconds below which 95 of 100 questions are answered."""
    took = []
    for period, area, parts, at in asked:
        query = values_query(period, area, None, parts, at)
        began = time.perf_counter()
        connection.execute(*query).fetchall()
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took)[int(0.95 * len(took))]


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite: totals only, then with all parts."""
    built = build(bench.settings)
    if built["state"] != "published":
        raise RuntimeError(f"the bench's build failed: {built['message']}")
    with bench.admin() as connection:
        versions = fill(connection)
        periods = [
            r[0] for r in connection.execute("select distinct period from marts.dim_period").fetchall()
        ]
        rng = random.Random(138)
        places = [(rng.choice(periods), f"a{rng.randint(1, AREAS)}") for _ in range(QUERIES)]
        days = [_FIRST + dt.timedelta(days=rng.uniform(1, 30 * VERSIONS)) for _ in places]
        for what, parts in (("totals", False), ("all parts", True)):
            # Both are asked twice: the first time reads the disk.
            for _ in range(2):
                now = p95(connection, [(p, a, parts, None) for p, a in places])
                then = p95(connection, [(p, a, parts, at) for (p, a), at in zip(places, days, strict=True)])
            yield Line(SUITE, f"{versions:,} versions, {what}, p95", then, "ms", now, 2.0)
