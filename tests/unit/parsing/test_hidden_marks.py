"""Hidden rows and columns are found in a sheet as programs write it, and however somebody else writes it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ingestion.parsing import sheets
from ingestion.parsing.sheets import Sheet, read_sheets

PART = "xl/worksheets/sheet1.xml"


def book(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """A workbook with row 3 and columns B and C hidden, its sheet's XML changed by replacements."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        sheet = made.add_worksheet("Biểu")
        for row in range(4):
            sheet.write_row(row, 0, ["a", "b", "c", row])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("B:C", 8, None, {"hidden": True})
        sheet.data_validation("A1:A4", {"validate": "list", "source": ["a", "b"]})
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == PART:
                for before, after in changes:
                    assert before.encode() in text
                    text = text.replace(before.encode(), after.encode())
            target.writestr(name, text)
    return path


def test_a_sheet_as_programs_write_it_needs_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_tree(*_: object) -> None:
        raise AssertionError("a tree was built")

    monkeypatch.setattr("defusedxml.ElementTree.iterparse", no_tree)
    (sheet,) = read_sheets(book(tmp_path), "xlsx")
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({3}, {2, 3})


@pytest.mark.parametrize(
    "changes",
    [
        [('hidden="1"', "hidden='1'")],
        [('hidden="1"', 'hidden = "true"')],
        [('hidden="1"', 'hidden="&#49;"')],
        [('<row r="3"', '<row title="1>2" r="3"')],
        [("<sheetData>", '<!-- <row r="1" hidden="1"> --><sheetData>')],
    ],
    ids=["apostrophes", "spaces", "character reference", "sign in a value", "comment"],
)
def test_hidden_lines_are_found_however_they_are_written(
    tmp_path: Path, changes: list[tuple[str, str]]
) -> None:
    (sheet,) = read_sheets(book(tmp_path, *changes), "xlsx")
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({3}, {2, 3})


def test_formulas_and_errors_are_left_to_the_tree() -> None:
    for cell in (
        b'<c r="A1"><f>1+1</f><v>2</v></c>',
        b'<x:f t="shared">1</x:f>',
        b"<f/>",
        b'<c r="A1" t="e"><v>#REF!</v></c>',
    ):
        assert not sheets._read_plain_marks(
            b'<sheetData><row r="1">' + cell + b"</row></sheetData>", Sheet("", [])
        )
