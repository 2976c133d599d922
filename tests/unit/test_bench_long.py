"""Long suites of the bench: blocks go on where they were stopped, and each suite's last result stands in the table."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import long
from benchmarks.long import Block, LongSuite, long_results, with_results
from benchmarks.measure import Line


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], LongSuite]:
    """A suite of four blocks that need no server, and a folder of its own for what is done."""
    monkeypatch.setattr(long, "ROOT", tmp_path)
    monkeypatch.setattr(long, "PROGRESS", tmp_path / "progress")
    monkeypatch.setattr(long, "bench_home", contextlib.nullcontext)
    (tmp_path / "source.sql").write_text("select 1", encoding="utf-8")

    def make(before: Callable[[int], None]) -> LongSuite:
        def run(_place: object, nth: int) -> Block:
            before(nth)
            return {"nth": nth}

        return LongSuite(
            blocks=4,
            place=contextlib.nullcontext,
            run=run,
            lines=lambda blocks: [Line("made_up", "blocks", sum(b["nth"] for b in blocks), "")],
            sources=("*.sql",),
        )

    return make


def test_stopped_it_finishes_the_block_and_goes_on_from_there(
    suite: Callable[[Callable[[int], None]], LongSuite],
) -> None:
    ran: list[int] = []

    def stopped_in_the_second(nth: int) -> None:
        ran.append(nth)
        if nth == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    assert long.run("made_up", suite(stopped_in_the_second)) is None
    assert ran == [0, 1]
    lines = long.run("made_up", suite(ran.append))
    assert ran == [0, 1, 2, 3]
    assert lines is not None and lines[0].measured == 6


def test_blocks_that_ran_on_other_sources_run_again(
    suite: Callable[[Callable[[int], None]], LongSuite], tmp_path: Path
) -> None:
    ran: list[int] = []
    long.run("made_up", suite(ran.append))
    (tmp_path / "source.sql").write_text("select 2", encoding="utf-8")
    long.run("made_up", suite(ran.append))
    assert ran == [0, 1, 2, 3] * 2


def test_the_last_result_of_each_suite_stands_beside_the_short_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "# Results of `make bench`\n\n| gate | 1 s |\n"
    text = with_results(text, "a", [Line("a", "first", 1, "runs")], dt.date(2026, 1, 1))
    text = with_results(text, "b", [Line("b", "other", 2, "runs", limit=0)], dt.date(2026, 1, 2))
    text = with_results(text, "a", [Line("a", "again", 3, "runs", limit=5)], dt.date(2026, 1, 3))
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows == [
        "| gate | 1 s |",
        "| Suite | What | Measured | Limit |  | On |",
        "| --- | --- | --- | --- | --- | --- |",
        "| b | other | 2 runs | ≤ 0 runs | ✗ | 2026-01-02 |",
        "| a | again | 3 runs | ≤ 5 runs | ✓ | 2026-01-03 |",
    ]
    results = tmp_path / "RESULTS.md"
    results.write_text(text, encoding="utf-8")
    monkeypatch.setattr(long, "RESULTS", results)
    assert long_results() == text[text.index("# Results of `make bench-long`") :]
