"""Long suites: the counts that the issues name, in blocks that go on where they were stopped. What each of them runs
stands in its own module; here is the order of the blocks, the file of those that are done, and the table.

`python -m benchmarks.long states` runs what is left of a suite and puts its result, with the day, into `RESULTS.md`.
A block that ran on other sources than today's does not count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.home import Bench, bench_home
from benchmarks.measure import Line

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
PROGRESS = ROOT / ".tools" / "bench-long"
TITLE = "# Results of `make bench-long`"
HEADINGS = ("Suite", "What", "Measured", "Limit", "", "On")
# Each is a module of this package with a `LONG`.
SUITES = ("states", "tamper")

Block = dict[str, float]


@dataclass(frozen=True)
class LongSuite:
    """`place` is made once a run, `run` measures a block in it, `lines` says what all blocks together come to.

    `sources` are patterns of the files, from the repository's root, that decide a result.
    """

    blocks: int
    place: Callable[[Bench], AbstractContextManager[Any]]
    run: Callable[[Any, int], Block]
    lines: Callable[[Sequence[Block]], list[Line]]
    sources: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        files = sorted({p for pattern in self.sources for p in ROOT.glob(pattern) if p.is_file()})
        kept = [p for p in files if "__pycache__" not in p.parts]
        return hashlib.sha256(b"".join(p.name.encode() + p.read_bytes() for p in kept)).hexdigest()


def run(name: str, suite: LongSuite) -> list[Line] | None:
    """Runs the blocks that are not done yet; the lines of all, None where it was told to stop before."""
    file = PROGRESS / f"{name}.json"
    # What runs is what was loaded: changed while it runs, the sources are those of the start.
    fingerprint = suite.fingerprint
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    done: dict[str, Block] = kept["done"] if kept.get("fingerprint") == fingerprint else {}
    left = [nth for nth in range(suite.blocks) if str(nth) not in done]
    print(f"{name}: {len(left)} of {suite.blocks} blocks to run", flush=True)
    PROGRESS.mkdir(parents=True, exist_ok=True)
    if left:
        with bench_home() as bench, suite.place(bench) as place, _stopping() as stopped:
            for nth in left:
                if stopped.is_set():
                    return None
                done[str(nth)] = suite.run(place, nth)
                _write(file, json.dumps({"fingerprint": fingerprint, "done": done}))
                print(f"{name}: block {nth} {json.dumps(done[str(nth)])}", flush=True)
    return suite.lines([done[str(nth)] for nth in range(suite.blocks)])


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Told to stop, it finishes the block: half a block measures nothing. Told twice, it stops at once."""
    stopped = threading.Event()

    def stop(number: int, _frame: object) -> None:
        stopped.set()
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    yield stopped
    for number, handler in before.items():
        signal.signal(number, handler)


def _write(file: Path, text: str) -> None:
    beside = file.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, file)


def long_results() -> str:
    """The part of `RESULTS.md` that stands when `make bench` writes its own anew; empty where there is none."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    return text[text.index(TITLE) :] if TITLE in text else ""


def with_results(text: str, name: str, lines: Sequence[Line], day: dt.date) -> str:
    """`RESULTS.md` with these lines in place of the suite's earlier ones."""
    short, _, long = text.partition(TITLE)
    rows = [row for row in long.splitlines() if row.startswith("| ")][2:]
    others = [row for row in rows if row.split("|")[1].strip() != name]
    ours = []
    for line in lines:
        suite, what, measured, _, _, limit, mark = line.cells()
        ours.append("| " + " | ".join((suite, what, measured, limit, mark, day.isoformat())) + " |")
    table = ["| " + " | ".join(row) + " |" for row in (HEADINGS, ("---",) * len(HEADINGS))]
    said = "The last run of each suite, on the day it ended. All data are load-test data, generated."
    return "\n".join([short.rstrip("\n"), "", TITLE, "", said, "", *table, *others, *ours, ""])


def main(names: list[str]) -> int:
    """Exit code: 0 when every limit holds, 1 when one does not, 2 for a suite that is none, 130 when it was stopped."""
    if len(names) != 1 or names[0] not in SUITES:
        print(f"SUITE names one of {', '.join(SUITES)}", file=sys.stderr)
        return 2
    name = names[0]
    lines = run(name, importlib.import_module(f"benchmarks.{name}").LONG)
    if lines is None:
        print(f"{name}: stopped; run again, it goes on from here", file=sys.stderr)
        return 128 + signal.SIGINT
    _write(RESULTS, with_results(RESULTS.read_text(encoding="utf-8"), name, lines, dt.date.today()))
    for line in lines:
        print("  ".join(cell for cell in line.cells() if cell), flush=True)
    return int(any(line.holds is False for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
