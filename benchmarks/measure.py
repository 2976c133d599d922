"""How things are measured: seconds of a program, peak memory of its whole process tree, and the line of a result.

Resident memory is summed over the tree every 20 ms, shared pages counted once a process: an upper bound. The database
server is not of the tree; it serves raw COPY and gate alike.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EVERY = 0.02
MB = 2**20


@dataclass(frozen=True)
class Run:
    """A program that ended: seconds of wall time, peak MB of its tree, what it printed."""

    seconds: float
    peak_mb: float
    output: str


@dataclass(frozen=True)
class Line:
    """A line of the results. `limit` is on the ratio, or on the measured value where there is no floor; a line
    without a limit stands beside the others for comparison."""

    suite: str
    what: str
    measured: float
    unit: str
    floor: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.measured / self.floor

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        return (self.measured if self.ratio is None else self.ratio) <= self.limit

    def cells(self) -> tuple[str, ...]:
        """Suite, what, measured, floor, ratio, limit, ✓ or ✗, as printed."""
        mark = {True: "✓", False: "✗", None: ""}[self.holds]
        return (
            self.suite,
            self.what,
            f"{_short(self.measured)} {self.unit}",
            "" if self.floor is None else f"{_short(self.floor)} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.1f}",
            "" if self.limit is None else f"≤ {self.limit:g}" + ("" if self.floor else f" {self.unit}"),
            mark,
        )


def _short(number: float) -> str:
    if isinstance(number, int):
        return f"{number:,}"
    return f"{number:.0f}" if number >= 100 else f"{number:.2f}"


class _Tree:
    """Samples the memory of a process and all its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        import psutil

        try:
            root = psutil.Process(self._pid)
            while not self._stopped.wait(_EVERY):
                total = 0
                for process in (root, *root.children(recursive=True)):
                    try:
                        total += process.memory_info().rss
                    except psutil.Error:
                        continue
                self.peak = max(self.peak, total)
        except psutil.Error:
            return

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self.peak / MB


def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Run:
    """Runs a program to its end; raises RuntimeError with its last words when it fails."""
    out, err = folder / "out.txt", folder / "err.txt"
    with out.open("wb") as written, err.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(list(arguments), env=dict(environment), stdout=written, stderr=said)
        tree = _Tree(process.pid)
        code = process.wait()
        seconds = time.perf_counter() - began
    peak = tree.stop()
    if code != 0:
        tail = err.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        raise RuntimeError(f"{' '.join(arguments[:4])} … ended with {code}: {' | '.join(tail)}")
    return Run(seconds, peak, out.read_text(encoding="utf-8"))


def python(module: str, *arguments: str) -> list[str]:
    """This interpreter on a module, with its arguments."""
    return [sys.executable, "-m", module, *arguments]


def best_of(times: int, work: Callable[[], Any]) -> float:
    """Fewest seconds of several runs: what the machine can do when nothing else is in the way."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
