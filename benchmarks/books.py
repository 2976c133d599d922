"""Filled workbooks: real templates of two police forms, one for each unit and month, with numbers that keep the rules.

Load-test data: numbers come from a seed; every unit opens and closes each month with nothing left over, so that months
agree with each other.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.units import units_of_class
from ingestion.derive.xlsx_template import render_template

FORMS = ("police__crime_reports", "police__investigations")
MONTHS = [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]


def _owed() -> Iterator[tuple[FormContract, Period, str]]:
    for name in FORMS:
        form = load_contracts().latest(name)
        for month in MONTHS:
            period = Period.parse(form.calendar, month)
            for unit_class in form.filer_classes(period.date_to):
                for unit in units_of_class(unit_class, period.date_to):
                    yield form, period, unit.code


def _filled(form: FormContract, period: Period, unit: str, rng: random.Random) -> list[dict[str, Any]]:
    rows = blank_filing(form, (period.date_from, period.date_to), unit).rows
    if form.form == "police__crime_reports":
        for row in rows:
            initiated, refused, other = (rng.choice((0, 0, 0, 1, 1, 2)) for _ in range(3))
            total = initiated + refused + other
            row |= {"reports_received": total, "reports_classified": total, "reports_to_resolve": total}
            row |= {"reports_initiated": initiated, "reports_not_initiated": refused}
            row |= {"reports_handled_otherwise": other, "reports_resolved": total}
    return rows


def write_books(folder: Path, count: int, name: str = "BC-CA", only: Collection[int] = ()) -> list[Path]:
    """The first `count` workbooks that are owed, in a new folder; or of these `only` those so numbered.

    `name` goes into the document number: workbooks of another name are other files.
    """
    rng = random.Random(138)
    folder.mkdir()
    paths: list[Path] = []
    for number, (form, period, unit) in enumerate(_owed()):
        if number == count:
            return paths
        if only and number not in only:
            continue
        head = {"document_number": f"{number + 1}/{name}", "note": "dữ liệu thử tải"}
        path = folder / f"{number:04d}.xlsx"
        path.write_bytes(
            render_template(form, period, unit, values=_filled(form, period, unit, rng), head=head)
        )
        paths.append(path)
    raise ValueError(f"only {len(paths)} reports are owed in these years, not {count}")
