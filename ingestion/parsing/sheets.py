"""Workbooks as sheets of cell values (python-calamine), with what calamine does not show read from the sheet's XML.

XLSX, XLSM, XLS and ODS. Formula cells and hidden rows and columns are looked for in the XML only where the file has
any (D12). For XLS neither is visible to us: its values are read as they were last computed.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from ingestion.contracts.rules import may_name_a_person
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.guard import FileKind

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@dataclass
class Sheet:
    """`rows[i][j]` is the cell of row i + 1, column j + 1. Marks hold 1-based (row, column) pairs or numbers."""

    name: str
    rows: list[list[Any]]
    visible: bool = True
    formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)

    def at(self, row: int, column: int) -> Any:
        """Cell at 1-based row and column; None outside."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    return f"{column_letter(column)}{row}"


def read_sheets(path: Path, kind: FileKind) -> list[Sheet]:
    """Every sheet of a workbook that `guard.kind_of` let through; raises `Unreadable`."""
    import python_calamine as calamine
    from defusedxml.common import DefusedXmlException

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            sheets = []
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                raw = book.get_sheet_by_name(meta.name)
                sheets.append(
                    Sheet(
                        meta.name,
                        raw.to_python(skip_empty_area=False),
                        visible=meta.visible == calamine.SheetVisibleEnum.Visible,
                        merged=[
                            ((a[0] + 1, a[1] + 1), (b[0] + 1, b[1] + 1))
                            for a, b in raw.merged_cell_ranges or ()
                        ]
                        if kind in {"xlsx", "xlsm", "xls"}
                        else [],
                    )
                )
    except calamine.PasswordError:
        raise Unreadable(ReadFinding("file_has_no_password")) from None
    except (calamine.CalamineError, OSError, ValueError):
        rule_id = "file_has_no_password" if kind == "xls" and _has_password(path) else "file_opens"
        raise Unreadable(ReadFinding(rule_id)) from None
    if not sheets:
        raise Unreadable(ReadFinding("file_opens"))
    try:
        if kind in {"xlsx", "xlsm"}:
            _read_ooxml_marks(path, {s.name: s for s in sheets})
        elif kind == "ods":
            _read_ods_formulas(path, {s.name: s for s in sheets})
    except DefusedXmlException:
        raise Unreadable(ReadFinding("file_has_no_external_entity")) from None
    except (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, OSError):
        raise Unreadable(ReadFinding("file_opens")) from None
    # Marks were found by the names in the file; from here on a sheet is called by the name that may be kept.
    for number, sheet in enumerate(sheets, start=1):
        sheet.name = shown_sheet_name(sheet.name, number)
    return sheets


def shown_sheet_name(name: str, number: int) -> str:
    """A sheet's name as findings and receipts call it; one that may be a person's is called by its number."""
    return f"#{number}" if may_name_a_person(name) else name


def _has_password(path: Path) -> bool:
    """Whether an XLS is encrypted: the library says so only of a file that has the extension."""
    import python_calamine as calamine

    with tempfile.TemporaryDirectory() as folder:
        named = shutil.copy(path, Path(folder, "book.xls"))
        try:
            calamine.CalamineWorkbook.from_path(named).close()
        except calamine.PasswordError:
            return True
        except (calamine.CalamineError, OSError, ValueError):
            pass
    return False


def _read_ooxml_marks(path: Path, sheets: dict[str, Sheet]) -> None:
    from defusedxml.ElementTree import fromstring, iterparse

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        rels = {
            r.get("Id"): str(r.get("Target")) for r in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for element in fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            sheet = sheets.get(str(element.get("name")))
            target = rels.get(element.get(f"{_REL}id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            # A table never stands on a sheet of the template's own (`_kho138`, `_danh_muc`).
            if sheet is None or part not in names or sheet.name.startswith("_"):
                continue
            if _read_plain_marks(archive.read(part), sheet):
                continue
            with archive.open(part) as handle:
                for _, node in iterparse(handle, events=("end",)):
                    if node.tag == f"{_MAIN}c":
                        if node.find(f"{_MAIN}f") is not None and (
                            at := re.match(r"([A-Z]+)(\d+)$", node.get("r") or "")
                        ):
                            sheet.formulas.add((int(at[2]), column_number(at[1])))
                        elif node.get("t") == "e":
                            _put_error(sheet, node)
                    elif node.tag == f"{_MAIN}row":
                        if node.get("hidden") in {"1", "true"} and node.get("r"):
                            sheet.hidden_rows.add(int(node.get("r")))
                        node.clear()
                    elif node.tag == f"{_MAIN}col" and node.get("hidden") in {"1", "true"}:
                        _hide_columns(sheet, node.get("min", "1"), node.get("max", "1"))


_FORMULA = re.compile(rb"<f[\s/>]")
_LINE = re.compile(rb"<(?:[\w.\-]+:)?(row|col)((?:\s+[\w:.\-]+\s*=\s*(?:\"[^\"<&]*\"|'[^'<&]*'))*+)\s*/?>")
_ATTRIBUTE = re.compile(rb"([\w:.\-]+)\s*=\s*[\"']([^\"']*)")


def _read_plain_marks(xml: bytes, sheet: Sheet) -> bool:
    """Hidden rows and columns of a sheet that has no formula and no error, without building its tree.

    Every template has a hidden line, and a tree costs more than all other reading. False where anything is not as
    plain as spreadsheet programs write it; the tree is then built. The name of an attribute cannot be disguised, so
    each `hidden` is looked at where it stands.
    """
    if b"\x00" in xml or b"<!" in xml or b't="e"' in xml or b"t='e'" in xml:
        return False
    if b":f" in xml or _FORMULA.search(xml):
        return False
    rows: set[int] = set()
    columns: list[tuple[str, str]] = []
    for hidden in re.finditer(b"hidden", xml):
        line = _LINE.match(xml, xml.rfind(b"<", 0, hidden.start()))
        if line is None or line.end() < hidden.end():
            return False
        said = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(line[2])}
        if said.get("hidden") in {"1", "true"}:
            if line[1] == b"col":
                columns.append((said.get("min", "1"), said.get("max", "1")))
            elif said.get("r"):
                rows.add(int(said["r"]))
    sheet.hidden_rows |= rows
    for first, last in columns:
        _hide_columns(sheet, first, last)
    return True


def _hide_columns(sheet: Sheet, first: str, last: str) -> None:
    sheet.hidden_columns.update(range(int(first), min(int(last), 1_000) + 1))


def _put_error(sheet: Sheet, node: Any) -> None:
    """A spreadsheet error (#REF!) where the library shows an empty cell."""
    at = re.match(r"([A-Z]+)(\d+)$", node.get("r") or "")
    row, column = (int(at[2]), column_number(at[1])) if at else (0, 0)
    if 1 <= row <= len(sheet.rows) and column <= len(sheet.rows[row - 1]):
        sheet.rows[row - 1][column - 1] = node.findtext(f"{_MAIN}v") or "#N/A"


def _read_ods_formulas(path: Path, sheets: dict[str, Sheet]) -> None:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        xml = archive.read("content.xml")
    if b"table:formula" not in xml and b"table:visibility" not in xml:
        return
    for table in fromstring(xml).iter(f"{_TABLE}table"):
        sheet = sheets.get(str(table.get(f"{_TABLE}name")))
        if sheet is None:
            continue
        row_no = 0
        for row in table.iter(f"{_TABLE}table-row"):
            times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            if row.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
                sheet.hidden_rows.update(range(row_no + 1, row_no + min(times, 10_000) + 1))
            column = 0
            for cell in row:
                wide = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                if cell.get(f"{_TABLE}formula") is not None:
                    sheet.formulas.update((row_no + 1, column + 1 + i) for i in range(min(wide, 100)))
                column += wide
            row_no += times
