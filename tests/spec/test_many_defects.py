"""A day of many bad filings: every defect is located, however many there are (D4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from bench import periods_of

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import Contracts, load_contracts
from ingestion.parsing.sheets import address

FILINGS = 1_000


def test_five_defects_in_each_of_a_thousand_filings_give_five_thousand_located_findings(
    make_bench: Callable[[Contracts], Any],
) -> None:
    contracts = load_contracts()
    form = contracts.latest("police__crime_reports")
    bench = make_bench(contracts)
    period = next(periods_of(form))
    columns = {f.name: n for n, f in enumerate(form.fields, start=1)}
    required = [f.name for f in form.required_fields if f.name not in form.grain]
    expected: dict[int, Counter[tuple[str, str | None]]] = {}
    for number in range(FILINGS):
        unit = bench.new_unit(form)
        filing = blank_filing(form, (period.date_from, period.date_to), unit)
        # Four blanks that move from filing to filing, in two rows, and an answer of the envelope.
        defects: Counter[tuple[str, str | None]] = Counter({("filing_has_no_state_secret", "C3"): 1})
        filing.envelope["has_state_secret"] = True
        for row_no in (1, 2):
            for step in (0, 1):
                name = required[(number + row_no + step) % len(required)]
                filing.rows[row_no - 1][name] = None
                cell = address(row_no + 9, columns[name])
                defects["every_required_cell_is_filled_zero_included", cell] += 1
        expected[bench.add(form, period, filing)] = defects
    judged = bench.judge()
    assert sorted(judged) == sorted(expected)
    found = {
        submission: Counter((f["rule_id"], f["cell"]) for f in findings)
        for submission, findings in bench.findings().items()
    }
    assert sum(c.total() for c in found.values()) == 5 * FILINGS
    assert found == expected
    states = bench.states()
    assert {states[i] for i in expected} == {"returned"}
