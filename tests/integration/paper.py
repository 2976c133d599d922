"""Reports as bodies send them, in CSV: every cell zero but those that a test names."""

from __future__ import annotations

from pathlib import Path

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period

CRIME_REPORTS = "police__crime_reports"


def csv_report(
    path: Path,
    *,
    form: str = CRIME_REPORTS,
    unit: str = "cah_215",
    period: str = "2024-07",
    nil: str = "",
    secret: str = "",
    number: str = "12/BC-CAH",
    **changes: object,
) -> Path:
    """A report of a form; `changes` are cells of its first row."""
    contract = load_contracts().latest(form)
    when = Period.parse(contract.calendar, period)
    filing = blank_filing(contract, (when.date_from, when.date_to), unit)
    filing.rows[0].update(changes)
    names = [f.name for f in contract.fields]
    lines = [f"#form,{form}", "#revision,1", f"#unit,{unit}", f"#period,{period}", f"#nil,{nil}"]
    lines += [f"#secret,{secret}", f"#document_number,{number}", ",".join(names)]
    lines += [",".join("" if row.get(n) is None else str(row[n]) for n in names) for row in filing.rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
