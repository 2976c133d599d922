"""State secrets as they may come: each format, each place in which one may be told, full of canaries.

The form is an installation's own, a register with a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import openpyxl

from ingestion.parsing.csv_stream import STREAM_FROM
from tests.canary.spellings import Person
from tests.pipeline.broken_files import (
    SAMPLE_YAML,
    SECRET_CELL,
    SHEET,
    edited,
    line,
    ods,
    sample_csv,
    template,
    with_part,
    xls,
)

# A text that is withheld is no reason to return the report here: reports in force are to be searched as well.
FORM_YAML = SAMPLE_YAML.replace("severity: critical", "severity: warning")
SECRET = "refused_state_secret"


def text_of(person: Person) -> str:
    """A note as a clerk writes it, by which the person is known; without a comma, so that any CSV holds it."""
    return f"Nạn nhân {person.full_name} ở {person.texts[0]}"


def secret_files(key: Callable[[], dict[str, str]], p: Person) -> Iterator[tuple[str, bytes | str]]:
    """State secrets in each format, and where one is told only below the table. All but one row of a large file are
    clean."""
    row = line(place_note=text_of(p))
    clean = [line(line_number=f"S-{n}") for n in range(STREAM_FROM // len(line().encode()))]

    def said(*more: str) -> str:
        return f"#secret,x\n{sample_csv(row, *more, **key())}"

    def ticked(book: openpyxl.Workbook) -> None:
        book[SHEET][SECRET_CELL] = "x"
        book[SHEET]["D9"] = text_of(p)

    yield "mat.csv", said()
    yield f"{p.full_name}.csv", said().replace("#secret,x", "#document_number,12/BC-Mật")
    yield "mat-16.csv", said().encode("utf-16")
    yield "mat-cu.csv", said().encode("cp1258", "replace")
    yield "mat.xlsx", edited(template(**key()), ticked)
    # What Excel saves with macros differs in the type of its content alone.
    yield (
        "mat.xlsm",
        with_part(
            "[Content_Types].xml",
            lambda xml: xml.replace(
                b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"ms-excel.sheet.macroEnabled.main+xml",
            ),
            edited(template(**key()), ticked),
        ),
    )
    yield "mat.xls", xls(row, "Có nội dung bí mật nhà nước,x", **key())
    yield "mat.ods", ods(row, "Có nội dung bí mật nhà nước,x", **key())
    yield "mat-lon.csv", said(*clean)
    large = sample_csv(row, *clean, **key())
    # Told only in a second report, far below what is read of a large file at first.
    yield "mat-duoi.csv", large + said()
    yield (
        "mat-duoi-dau-cham-phay.csv",
        large + said().replace("#secret,x", '"# document_number";"7/Tuyệt mật"'),
    )
    yield "mat-lon-16.csv", (large + said()).encode("utf-16")
