"""Obligations' states against the independent model of `tests/properties`: random histories, differences and seconds.

`make bench` runs `HISTORIES`; the long suite ten thousand, in blocks of `BLOCK` that go on where they were stopped.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.home import Bench
from benchmarks.long import Block, LongSuite
from benchmarks.measure import Line
from ingestion.contracts.loader import load_contracts
from tests.properties.histories import Ground, ground, run_histories
from warehouse.clock import Clock

HISTORIES = 500
BLOCK = 100
SUITE = "states"


@contextmanager
def _place(bench: Bench) -> Iterator[Ground]:
    with ground(bench.database, load_contracts(), Clock.for_home(bench.settings.home).now()) as place:
        yield place


def _run(place: Ground, nth: int) -> Block:
    """The `nth` block: other histories for every number, the same for the same number.

    A block ends with its first difference, whose history is printed at its shortest.
    """
    before, began = dict(place.counts), time.perf_counter()
    differences = 0
    try:
        run_histories(place, BLOCK, chance=nth)
    except Exception as error:  # what the product raises where it should not is a difference as well
        differences = 1
        print(f"block {nth}: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
    done = {name: place.counts[name] - before[name] for name in place.counts}
    return {**done, "differences": differences, "seconds": time.perf_counter() - began}


def _lines(blocks: Sequence[Block]) -> list[Line]:
    total = {name: sum(block[name] for block in blocks) for name in blocks[0]}
    return [
        Line(SUITE, "random histories of obligations", int(total["histories"]), "histories"),
        Line(
            SUITE,
            "states compared with the model, now and at past instants",
            int(total["compared"]),
            "states",
        ),
        Line(SUITE, "differences", int(total["differences"]), "differences", limit=0),
        Line(SUITE, "time", total["seconds"], "s"),
    ]


def measure(bench: Bench) -> Iterator[Line]:
    with _place(bench) as place:
        yield from _lines([_run(place, nth) for nth in range(HISTORIES // BLOCK)])


LONG = LongSuite(
    blocks=10_000 // BLOCK,
    place=_place,
    run=_run,
    lines=_lines,
    sources=(
        "warehouse/sql/*.sql",
        "ingestion/registry/*.py",
        "ingestion/contracts/**/*",
        "tests/properties/model.py",
        "tests/properties/histories.py",
    ),
)
