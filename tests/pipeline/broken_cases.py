"""Files that cannot be opened, or whose report is not known: each with the finding and the state it must get.

Files whose table or cells are wrong, and odd ones that are taken in, are in `broken_tables`; `broken_files` makes all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broken_files import (
    NUMBER_CELL,
    SAMPLE,
    SAMPLE_LINE,
    SECRET_CELL,
    SHEET,
    SHEET_PART,
    UNIT_CELL,
    damaged_part,
    declaring,
    edited,
    first_report,
    flagged_as_encrypted,
    legacy,
    ole,
    reencoded,
    report_csv,
    sample_csv,
    set_cell,
    template,
    with_part,
    without_names,
    xls,
    zipped,
)

from ingestion.parsing.envelope import Said

# rule, cell, field
Found = tuple[str, str | None, str | None]
DTD = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
SECRET = "refused_state_secret"


@dataclass(frozen=True)
class Case:
    """`content` makes the file's bytes or text; `place` makes what is no file. `landed` = rows of its own."""

    cause: str
    file: str
    content: Callable[..., bytes | str] | None = None
    found: tuple[Found, ...] = ()
    landed: int = 0
    state: str = "returned"
    place: Callable[[Path], object] | None = None
    said: Said = Said()
    observed: str | None = None

    def write(self, folder: Path, **key: str) -> Path:
        folder.mkdir()
        path = folder / self.file
        if self.place is not None:
            self.place(path)
        elif self.content is not None:
            data = self.content(**key)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path


def one(rule: str, cell: str | None = None, field: str | None = None) -> tuple[Found, ...]:
    return ((rule, cell, field),)


def prolog(start: bytes) -> Callable[[], bytes]:
    """A template whose sheet begins with `start` in place of its XML declaration."""
    return lambda: with_part(SHEET_PART, lambda xml: start + xml[xml.index(b"?>") + 2 :])


def in_utf16(xml: bytes) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-16"?>' + DTD.decode() + "<x/>").encode("utf-16")


def vast(book: Any) -> None:
    book[SHEET]["XFD1048576"] = 1


def hide_envelope(book: Any) -> None:
    del book["_kho138"]


def other_form(book: Any) -> None:
    sheet = book.create_sheet("Biểu khác")
    from ingestion.contracts.loader import load_contracts

    for n, field in enumerate(load_contracts().latest("courts__trials").fields, start=1):
        sheet.cell(n, 3).value = field.name


def secret_sheet(book: Any) -> None:
    book.copy_worksheet(book[SHEET]).title = "Bản hai"
    book["Bản hai"][SECRET_CELL] = "x"


def legacy_secret(book: Any) -> None:
    without_names(book)
    book[SHEET][NUMBER_CELL] = "07/BC-Mật"
    reencoded(lambda text: legacy(text, "tcvn3"))(book)


def sparse(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04")
    os.truncate(path, 64 * 2**20 + 1)


# Sent before any other file of its unit and period: the newest of them is what a file is compared with.
TWICE = Case("sent twice", "again.csv", first_report, state="duplicate")
UNREAD = [
    Case(
        "a link", "r.xlsx", place=lambda p: p.symlink_to("/etc/hostname"), found=one("file_is_a_regular_file")
    ),
    Case("a folder", "r.xlsx", place=Path.mkdir, found=one("file_is_a_regular_file")),
    Case("a pipe", "r.xlsx", place=os.mkfifo, found=one("file_is_a_regular_file")),
]
FILES = [
    Case("nothing in it", "r.xlsx", lambda: b"", one("file_is_not_empty")),
    Case("cut short", "r.xlsx", lambda: template()[:-3000], one("file_opens")),
    Case("a packed part is damaged", "r.xlsx", damaged_part, one("file_opens")),
    Case("a quoted cell never ends", "r.csv", lambda: sample_csv('"D-1,150'), one("file_opens")),
    Case("a PDF", "r.xlsx", lambda: b"%PDF-1.7\n" + b"\n" * 99, one("file_is_a_workbook")),
    Case("a picture", "r.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, one("file_is_a_workbook")),
    Case(
        "a text document", "r.xlsx", lambda: zipped({"word/document.xml": "<x/>"}), one("file_is_a_workbook")
    ),
    Case("an old text document", "r.xls", lambda: ole("WordDocument"), one("file_is_a_workbook")),
    Case("a web page", "r.xls", lambda: "\ufeff\n<html><table><tr><td>1</table>", one("file_is_a_workbook")),
    Case(
        "NUL bytes", "r.csv", lambda: sample_csv(*[SAMPLE_LINE] * 200, "D-2,\x00"), one("file_is_a_workbook")
    ),
    Case("encrypted by Excel", "r.xlsx", lambda: ole("EncryptedPackage"), one("file_has_no_password")),
    Case("encrypted XLS", "r.xls", lambda: xls(SAMPLE_LINE, password=True), one("file_has_no_password")),
    Case("encrypted zip", "r.xlsx", flagged_as_encrypted, one("file_has_no_password")),
    Case(
        "unpacks many times",
        "r.xlsx",
        lambda: with_part("xl/media/a.bin", lambda _: bytes(32 * 2**20)),
        one("file_unpacks_to_a_sane_size"),
    ),
    Case(
        "thousands of parts",
        "r.xlsx",
        lambda: zipped({f"xl/p{n}.xml": "" for n in range(4_001)}),
        one("file_unpacks_to_a_sane_size"),
        observed="4001 XML",
    ),
    Case(
        "2 GB declared",
        "r.xlsx",
        lambda: declaring(2**31),
        one("file_unpacks_to_a_sane_size"),
        observed="2.048 MB",
    ),
    Case("external entity", "r.xlsx", prolog(DTD), one("file_has_no_external_entity")),
    Case(
        "DTD behind a comment",
        "r.xlsx",
        prolog(b"<!--" + b" " * 5_000 + b"-->" + DTD),
        one("file_has_no_external_entity"),
    ),
    Case(
        "DTD in UTF-16",
        "r.xlsx",
        lambda: with_part("docProps/app.xml", in_utf16),
        one("file_has_no_external_entity"),
    ),
    Case("a cell at XFD1048576", "r.xlsx", lambda: edited(template(), vast), one("file_reads_within_limits")),
    Case("64 MB", "r.xlsx", place=sparse, found=one("file_is_not_too_large"), observed="64 MB"),
    Case(
        "mixed encodings",
        "r.csv",
        lambda: (
            sample_csv(SAMPLE_LINE).encode() + "D-2,150,2024-07-01,1,1,1990,có,Xã".encode("latin-1") + b"\n"
        ),
        one("text_is_utf8"),
        observed="7",
    ),
]
WHOSE = [
    Case("no envelope", "r.xlsx", lambda: edited(template(), hide_envelope), one("form_is_identified")),
    Case("unknown form", "r.csv", lambda: report_csv({"form": "police__x"}), one("form_is_known", "B1")),
    Case("later revision", "r.csv", lambda: report_csv({"revision": "2"}), one("revision_is_known", "B2")),
    Case(
        "revision in words",
        "r.csv",
        lambda: report_csv({"revision": "mới"}),
        one("revision_is_known", "B2"),
        3,
    ),
    Case("unknown unit", "r.csv", lambda: report_csv({"unit": "cah_999"}), one("unit_is_known", "B3")),
    Case("no unit", "r.csv", lambda: report_csv({"unit": ""}), one("unit_is_known", "B3")),
    Case(
        "unit of another agency",
        "r.csv",
        lambda: report_csv({"unit": "tand_24"}),
        one("unit_owes_the_form", "B3"),
    ),
    Case(
        "unit that ended",
        "r.csv",
        lambda: report_csv(period="2025-05"),
        one("unit_owes_this_form_on_the_last_day", "B3", "envelope.unit"),
        3,
    ),
    Case("no period", "r.csv", lambda: report_csv({"period": ""}), one("period_is_of_the_form", "B4")),
    Case(
        "period in words",
        "r.csv",
        lambda: report_csv({"period": "tháng 7"}),
        one("period_is_of_the_form", "B4"),
    ),
    Case(
        "quarter of a monthly form",
        "r.csv",
        lambda: sample_csv(SAMPLE_LINE, period="2024-Q3"),
        one("period_is_of_the_form", "B4"),
    ),
    Case("period to come", "r.csv", lambda: report_csv({"period": "2026-01"}), one("period_has_ended", "B4")),
    Case(
        "visible unit is another",
        "r.xlsx",
        lambda: edited(template(), set_cell(UNIT_CELL, "cah_216")),
        one("envelope_agrees_with_the_visible_head", UNIT_CELL),
        3,
    ),
    Case(
        "the command names another period",
        "r.csv",
        report_csv,
        one("envelope_agrees_with_the_command"),
        3,
        said=Said(period="2024-06"),
    ),
    Case(
        "another form's sheet", "r.xlsx", lambda: edited(template(), other_form), one("file_holds_one_form")
    ),
    Case(
        "the sheet twice",
        "r.xlsx",
        lambda: edited(template(), lambda book: book.copy_worksheet(book[SHEET])),
        one("file_holds_one_form"),
    ),
    Case(
        "two forms in the head",
        "r.csv",
        lambda: f"#form,{SAMPLE}\n" + report_csv(),
        one("file_holds_one_form", "B2"),
    ),
    Case(
        "two reports one below the other",
        "r.csv",
        lambda: report_csv() + report_csv(unit="cah_216"),
        one("file_holds_one_form", "B11"),
    ),
    Case("ticked", "r.xlsx", lambda: edited(template(), set_cell(SECRET_CELL, "x")), state=SECRET),
    Case("marked", "r.csv", lambda: report_csv({"document_number": "07/BC-CAH-Tối mật"}), state=SECRET),
    Case("ticked on a second sheet", "r.xlsx", lambda: edited(template(), secret_sheet), state=SECRET),
    Case("marked in TCVN3", "r.xlsx", lambda: edited(template(), legacy_secret), state=SECRET),
    Case("an answer nobody can read", "r.csv", lambda: report_csv({"secret": "?"}), state=SECRET),
    Case(
        "ticked, not in UTF-8",
        "r.csv",
        lambda: report_csv({"secret": "x", "note": "Ghi chú"}).encode("cp1258", "replace"),
        state=SECRET,
    ),
    Case(
        "ticked below another report",
        "r.csv",
        lambda: report_csv() + report_csv({"secret": "x"}),
        state=SECRET,
    ),
]
