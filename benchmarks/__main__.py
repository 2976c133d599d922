"""Runs the suites, prints a line as each is measured, writes `RESULTS.md`; ends with 1 where a limit does not hold.

`python -m benchmarks` runs all; `python -m benchmarks gate workbooks judgement` those named, without writing the table.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import time

from benchmarks import asof, canary, gate, judgement, reads, states, tamper, vault, workbooks
from benchmarks.home import bench_home
from benchmarks.long import RESULTS, long_results
from benchmarks.measure import Line

SUITES = {
    "gate": gate.measure,
    "workbooks": workbooks.measure,
    "judgement": judgement.measure,
    "states": states.measure,
    "asof": asof.measure,
    "tamper": tamper.measure,
    "vault": vault.measure,
    "reads": reads.measure,
    "canary": canary.measure,
}
HEADINGS = ("Suite", "What", "Measured", "Floor", "Ratio", "Limit", "")


def table(lines: list[Line], minutes: float) -> str:
    """The results as Markdown, with the day and the machine."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(line.cells() for line in lines)]
    body = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return (
        "# Results of `make bench`\n\n"
        f"{dt.date.today().isoformat()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" {minutes:.0f} minutes, load of the machine at the end {os.getloadavg()[1]:.1f}.\n\n"
        "Measured and floor come from one run; the ratio is what is limited. Times are marginal: less the fixed start,"
        " which stands beside them. A line without a limit is there for comparison. All data are load-test data,"
        " generated.\n\n" + body + "\n"
    )


def main(names: list[str]) -> int:
    """Exit code: 0 when every limit holds, 1 when one does not, 2 for a suite that is none."""
    if unknown := [n for n in names if n not in SUITES]:
        print(f"no suite {', '.join(unknown)}; there are {', '.join(SUITES)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    lines: list[Line] = []
    for name in names or SUITES:
        # A home a suite: none measures what another left behind.
        with bench_home() as bench:
            for line in SUITES[name](bench):
                lines.append(line)
                print("  ".join(cell for cell in line.cells() if cell), flush=True)
    if not names:
        parts = (table(lines, (time.monotonic() - began) / 60), long_results())
        RESULTS.write_text("\n".join(p for p in parts if p), encoding="utf-8")
    return int(any(line.holds is False for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
