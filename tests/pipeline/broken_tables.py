"""Files whose table or cells are wrong, each with its finding and cell; and odd files that are taken in all the same.

`Case` and the files that are not read at all are in `broken_cases`; `broken_files` makes all.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from typing import Any

from broken_cases import Case, Found, one
from broken_files import (
    FIELD,
    NAME_CELL,
    SAMPLE_FIELDS,
    SAMPLE_LABELS,
    SAMPLE_LINE,
    SHEET,
    VALUE_CELL,
    edited,
    legacy,
    line,
    ods,
    parts_of,
    reencoded,
    report_csv,
    row_of,
    sample_csv,
    set_cell,
    template,
    without_names,
    xls,
    zipped,
)

HEAD = SAMPLE_FIELDS.split(",")
WIDE = SAMPLE_LINE + ",thừa"


def sample(rule: str, field: str, cause: str, value: str, observed: str | None = None) -> Case:
    """A sample line with one bad cell; it lands, the cell without its value."""
    place = one(rule, f"{chr(65 + HEAD.index(field))}6", field)
    return Case(cause, "r.csv", lambda: sample_csv(line(**{field: value})), place, 1, observed=observed)


def header_merged(book: Any) -> None:
    row = row_of(book, FIELD)
    book[SHEET].merge_cells(start_row=row, end_row=row + 1, start_column=3, end_column=3)


def row_added(book: Any) -> None:
    sheet, row = book[SHEET], row_of(book, "suspended_opening") - 1
    sheet.cell(row, 2).value, sheet.cell(row, 4).value = "Tin chuyển sang năm sau", 3


def no_header(book: Any) -> None:
    without_names(book)
    for (cell,) in book[SHEET]["B13:B60"]:
        cell.value = None


def error_cell(book: Any) -> None:
    cell = book[SHEET][VALUE_CELL]
    cell.value, cell.data_type = "#REF!", "e"


TABLE = [
    Case("no headings", "r.xlsx", lambda: edited(template(), no_header), one("table_is_found")),
    Case(
        "heading in a merged cell",
        "r.xlsx",
        lambda: edited(template(), header_merged),
        (
            ("header_is_not_merged", NAME_CELL, FIELD),
            # The name below was lost to the merge.
            ("header_is_present", None, "reports_classified"),
            ("header_is_known", "B17", None),
        ),
        3,
    ),
    Case(
        "a column is missing",
        "r.csv",
        lambda: sample_csv("D-1,150,1,1,1990,có,x", header=SAMPLE_FIELDS.replace("decided_on,", "")),
        one("header_is_present", "A5", "decided_on"),
        1,
    ),
    Case(
        "a column twice",
        "r.csv",
        lambda: sample_csv(SAMPLE_LINE + ",2", header=SAMPLE_FIELDS + ",persons"),
        one("header_is_unique", "I5", "persons"),
        1,
    ),
    Case(
        "a column too many",
        "r.csv",
        lambda: sample_csv(SAMPLE_LINE + ",2", header=SAMPLE_FIELDS + ",Họ tên"),
        one("header_is_known", "I5"),
        1,
    ),
    Case(
        "a row was added", "r.xlsx", lambda: edited(template(), row_added), one("header_is_known", "B31"), 3
    ),
    Case("a line too wide", "r.csv", lambda: sample_csv(WIDE), one("row_has_the_right_width", "A6"), 1),
    Case(
        "a line too narrow",
        "r.csv",
        lambda: sample_csv(line(), "D-2,150,2024-07-01"),
        (
            ("row_has_the_right_width", "A7", None),
            ("every_required_cell_is_filled", "D7", "persons"),
            ("every_required_cell_is_filled", "E7", "weight"),
            ("every_required_cell_is_filled", "F7", "birth_year"),
            ("every_required_cell_is_filled", "G7", "is_minor"),
        ),
        2,
    ),
]
CELLS = [
    sample("code_is_known", "offence", "unknown code", "999", "999"),
    sample("cell_is_a_whole_number", "persons", "a fraction", "3.5", "3.5"),
    sample("cell_is_a_whole_number", "persons", "a word", "hai", "hai"),
    sample("cell_is_a_whole_number", "persons", "a dash for zero", "-", "-"),
    sample("cell_is_a_whole_number", "persons", "more than any count", "9" * 16, "9" * 16),
    sample("cell_is_not_negative", "persons", "below zero", "-1", "-1"),
    sample("cell_is_a_date", "decided_on", "words", "đầu tháng", "đầu tháng"),
    sample("cell_is_a_date", "decided_on", "no such day", "31/02/2024", "31/02/2024"),
    sample("cell_is_a_date", "decided_on", "the year 1900", "01/01/1900", "01/01/1900"),
    sample("cell_is_a_number", "weight", "a unit with it", "2 kg", "2 kg"),
    sample("cell_is_a_year", "birth_year", "five digits", "20245", "20245"),
    sample("cell_is_yes_or_no", "is_minor", "perhaps", "có lẽ", "có lẽ"),
    sample("cell_is_not_too_long", "place_note", "a novel", "x" * 2_001),
    sample("cell_is_a_value_not_a_formula", "place_note", "a command", "=cmd|' /C calc'!A0"),
    sample("cell_is_a_value_not_a_formula", "persons", "a formula as text", "=1+1", "=1+1"),
    sample("text_has_no_identity", "place_note", "a name", "nạn nhân Trần Thị Mẫu"),
    sample("cell_is_not_an_error", "persons", "an error as text", "#DIV/0!", "#DIV/0!"),
    Case(
        "a formula",
        "r.xlsx",
        lambda: edited(template(), set_cell(VALUE_CELL, "=1-1")),
        one("cell_is_a_value_not_a_formula", VALUE_CELL, FIELD),
        3,
    ),
    Case(
        "a formula in ODS",
        "r.ods",
        lambda: ods(line(persons="of:=1+0")),
        one("cell_is_a_value_not_a_formula", "D2", "persons"),
        1,
    ),
    Case(
        "an error value",
        "r.xlsx",
        lambda: edited(template(), error_cell),
        one("cell_is_not_an_error", VALUE_CELL, FIELD),
        3,
        observed="#REF!",
    ),
    Case(
        "a NUL in a code",
        "r.xls",
        lambda: xls(line(offence="15\x000")),
        one("code_is_known", "B2", "offence"),
        1,
        observed="15 0",
    ),
]


def hidden_column(book: Any) -> None:
    book[SHEET].column_dimensions["E"].hidden = True


def hidden_row(book: Any) -> None:
    book[SHEET].row_dimensions[row_of(book, FIELD)].hidden = True


def renamed(book: Any) -> None:
    book[SHEET].title = "Trang tính1"


def extra_sheet(book: Any) -> None:
    book.create_sheet("Nháp")["A1"] = "nháp"


def printed(encoding: str) -> Callable[..., bytes]:
    """A form without hidden names whose every text is of a legacy font."""
    return lambda **key: edited(template(**key), without_names, reencoded(lambda t: legacy(t, encoding)))


def with_macros(**key: str) -> bytes:
    return zipped(parts_of(template(**key)) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def accepted(
    cause: str,
    file: str,
    content: Callable[..., bytes | str],
    *found: Found,
    landed: int = 3,
    warn: bool = False,
) -> Case:
    return Case(cause, file, content, found, landed, "accepted_with_warnings" if warn else "accepted")


ODD = [
    accepted("XLSX under another name", "r.pdf", template),
    accepted("CSV under another name", "r.xlsx", report_csv),
    accepted("XLS", "r.dat", lambda **key: xls(SAMPLE_LINE, **key), landed=1),
    accepted("ODS", "r.ods", lambda **key: ods(SAMPLE_LINE, **key), landed=1),
    accepted("macros", "r.xlsm", with_macros, ("macros_are_ignored", None, None)),
    accepted("the sheet has another name", "r.xlsx", lambda **key: edited(template(**key), renamed)),
    accepted("a sheet of notes", "r.xlsx", lambda **key: edited(template(**key), extra_sheet)),
    accepted(
        "a hidden column",
        "r.xlsx",
        lambda **key: edited(template(**key), hidden_column),
        ("row_is_visible", "E1", None),
        warn=True,
    ),
    accepted(
        "a hidden row",
        "r.xlsx",
        lambda **key: edited(template(**key), hidden_row),
        ("row_is_visible", NAME_CELL, FIELD),
        warn=True,
    ),
    accepted("TCVN3", "r.xlsx", printed("tcvn3"), ("text_is_unicode", None, None), warn=True),
    accepted("VNI", "r.xlsx", printed("vni"), ("text_is_unicode", None, None), warn=True),
    accepted(
        "decomposed letters",
        "r.xlsx",
        lambda **key: edited(
            template(**key), without_names, reencoded(lambda t: unicodedata.normalize("NFD", t))
        ),
    ),
    accepted("UTF-16", "r.csv", lambda **key: report_csv(**key).encode("utf-16")),
    accepted(
        "decimal commas and numbers as text",
        "r.csv",
        lambda **key: sample_csv(
            "D-1;150;1/7/2024;1.200;1.206,5;1990;x;", header=SAMPLE_LABELS.replace(",", ";"), sep=";", **key
        ),
        landed=1,
    ),
    accepted(
        "a line separator inside a cell",
        "r.csv",
        lambda **key: sample_csv(line(place_note="Xã\u2028Tân Mỹ"), **key),
        landed=1,
    ),
    accepted(
        "an identifier that begins with #",
        "r.csv",
        lambda **key: sample_csv(line(line_number="#7"), **key),
        landed=1,
    ),
    accepted("a name that is no text", os.fsdecode(b"b\xe1o\x1b[2J.csv"), report_csv),
]
