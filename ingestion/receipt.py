"""The receipt of a submission: the sent workbook back, bad cells coloured and commented, with the list of findings.

Here: reading what the registry says of a submission and choosing what goes back. Drawing marks and the list is
`ingestion.receipt_sheets`'; printing a receipt on a terminal is the command line's. The stored original is never
changed: a receipt is made anew from it each time it is asked for.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.periods import Period
from ingestion.parsing.builtin import Unreadable
from ingestion.parsing.csv_rows import csv_rows, encoding_of
from ingestion.parsing.guard import FileKind, kind_of
from ingestion.parsing.sheets import Sheet, read_sheets, shown_sheet_name
from ingestion.private_copy import private_folder
from ingestion.receipt_sheets import (
    Head,
    Place,
    Shown,
    add_list,
    clear_old_receipt,
    mark_cells,
    put,
    say_one_line,
    sheet_title,
)
from warehouse.clock import HANOI
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings
from warehouse.store import FileStore

if TYPE_CHECKING:
    import psycopg
    from openpyxl import Workbook

LANGUAGES = ("vi", "en")
# openpyxl holds a cell in some fifty times its XML; what is larger gets its list without the marked copy.
LARGEST_MARKED_XML = 64 * 2**20
LARGEST_MARKED_CSV = 16 * 2**20
MOST_MARKED_CELLS = 1_000_000

_TITLES = {"vi": "Dữ liệu đã gửi", "en": "Sent data"}
_NOT_KEPT = {
    "vi": "Tệp được khai là có nội dung bí mật nhà nước nên không được nhận và không được lưu lại.",
    "en": "The file was declared to hold a state secret: it was not taken in and was not kept.",
}
_NOTES = {
    "unread": {
        "vi": "Không đọc được số liệu của tệp nên không có bản đánh dấu; xem các điểm dưới đây.",
        "en": "The data of the file could not be read, so there is no marked copy; see the findings below.",
    },
    "large": {
        "vi": "Tệp quá lớn để đánh dấu từng ô; xem danh sách dưới đây.",
        "en": "The file is too large to mark its cells; see the list below.",
    },
    "rebuilt": {
        "vi": "Bản đánh dấu được dựng lại từ số liệu đã đọc; hãy sửa trên tệp gốc rồi gửi lại.",
        "en": "The marked copy was rebuilt from the values read; mend the original file and send it again.",
    },
}


def render_receipt(settings: Settings, submission_id: int, lang: str = "vi") -> bytes:
    """An XLSX file for the clerk who sent submission `submission_id`; `lang` is vi or en.

    XLSX and XLSM come back as sent, other kinds rebuilt from their cells; a file that was not read comes back as its
    list alone, a state secret as one line (D1). A duplicate shows the findings of the filing it repeats.
    Raises Kho138Error for an unknown submission or language, StoreDamaged when the stored file is gone.
    """
    from openpyxl import Workbook

    if lang not in LANGUAGES:
        raise Kho138Error(
            f"A receipt is written in vi or en, not in {lang[:20]}.",
            vi=f"Phiếu kết quả chỉ có tiếng Việt (vi) hoặc tiếng Anh (en), không có «{lang[:20]}».",
        )
    with Database(settings).connect("loader") as connection:
        record = _record(connection, submission_id)
        source = _record(connection, record["duplicate_of"]) if record["duplicate_of"] else record
        findings = _findings(connection, source["submission_id"])
        head = _head(connection, record, lang)
    if record["state"] == "refused_state_secret":
        book = Workbook()
        say_one_line(book, _NOT_KEPT[lang])
        return _bytes(book)
    marked: Workbook | None = None
    notes = ["unread"]
    places: dict[str, Place] = {}
    # Only what reading took in has a map of its cells; the rest was refused before its table was read.
    if source["cell_map"] is not None:
        data = FileStore(settings).read(record["file_sha256"])
        marked, places, notes = _copy(data, lang)
    book = marked if marked is not None else _empty_book()
    if marked is not None:
        mark_cells(places, findings, lang)
    add_list(book, head, [_NOTES[n][lang] for n in notes], findings, places, lang)
    return _bytes(book)


def _record(connection: psycopg.Connection, submission_id: int) -> dict[str, Any]:
    columns = (
        "submission_id", "file_sha256", "file_name", "form", "unit", "calendar", "period", "window_to", "state",
        "received_at", "stated_received_at", "cell_map", "duplicate_of",
    )  # fmt: skip
    row = None
    if 0 < submission_id < 2**63:
        row = connection.execute(
            f"select {', '.join(columns)} from registry.submission where submission_id = %s", [submission_id]
        ).fetchone()
    if row is None:
        raise Kho138Error(
            f"There is no submission {submission_id}.", vi=f"Không có lần gửi số {submission_id}."
        )
    return dict(zip(columns, row, strict=True))


def _findings(connection: psycopg.Connection, submission_id: int) -> list[Shown]:
    """Every finding, the most severe first, each severity in the order of judgement."""
    rows = connection.execute(
        "select severity, sheet, cell, message_vi, message_en from registry.finding where submission_id = %s"
        " order by array_position(array['critical', 'warning', 'info'], severity), finding_id",
        [submission_id],
    ).fetchall()
    return [Shown(*row) for row in rows]


def _head(connection: psycopg.Connection, record: dict[str, Any], lang: str) -> Head:
    form = connection.execute(
        "select title_vi, title_en from registry.form where form = %s order by revision desc limit 1",
        [record["form"]],
    ).fetchone()
    column = LANGUAGES.index(lang)
    return Head(
        submission_id=record["submission_id"],
        state=record["state"],
        duplicate_of=record["duplicate_of"],
        file_name=record["file_name"],
        received_at=_local(record["received_at"]),
        stated_received_at=_local(record["stated_received_at"]) if record["stated_received_at"] else None,
        form=_labelled(record["form"], form[column] if form else None),
        unit=_labelled(record["unit"], _unit_label(record, lang)),
        period=_labelled(record["period"], _period_label(record, lang)),
    )


def _period_label(record: dict[str, Any], lang: str) -> str | None:
    if record["calendar"] is None:
        return None
    period = Period.parse(record["calendar"], record["period"])
    return period.label_vi if lang == "vi" else period.label_en


def _unit_label(record: dict[str, Any], lang: str) -> str | None:
    units = load_code_list("unit")
    if record["unit"] is None:
        return None
    lines = units.lines(record["unit"])
    line = (units.get(record["unit"], record["window_to"]) if record["window_to"] else None) or (
        lines[-1] if lines else None
    )
    return None if line is None else line.label_vi if lang == "vi" else line.label_en


def _labelled(code: str | None, label: str | None) -> str:
    return "–" if code is None else f"{label} ({code})" if label and label != code else code


def _local(instant: dt.datetime) -> str:
    return instant.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")


def _copy(data: bytes, lang: str) -> tuple[Workbook | None, dict[str, Place], list[str]]:
    """The copy to be marked with its sheets by the name that findings use, and notes on it.

    No copy where the file is too large or, against what the gate saw, does not open.
    """
    with private_folder() as private:
        path = private / "sent"
        path.write_bytes(data)
        try:
            kind, _ = kind_of(path)
            if _is_too_large(path, kind):
                return None, {}, ["large"]
            if kind in {"xlsx", "xlsm"} and (book := _opened(path)) is not None:
                named = {shown_sheet_name(w.title, n): w for n, w in enumerate(book.worksheets, start=1)}
                clear_old_receipt(book)
                return book, {name: Place(w) for name, w in named.items() if w in book.worksheets}, []
            sheets = _csv_sheets(path) if kind == "csv" else read_sheets(path, kind)
        except Unreadable:
            return None, {}, ["unread"]
    if sum(len(row) for sheet in sheets for row in sheet.rows) > MOST_MARKED_CELLS:
        return None, {}, ["large"]
    book = _empty_book()
    return book, _rebuild(book, sheets, lang), ["rebuilt"]


def _is_too_large(path: Path, kind: FileKind) -> bool:
    if kind in {"csv", "xls"}:
        return path.stat().st_size > LARGEST_MARKED_CSV
    with zipfile.ZipFile(path) as archive:
        return (
            sum(p.file_size for p in archive.infolist() if p.filename.endswith(".xml")) > LARGEST_MARKED_XML
        )


def _opened(path: Path) -> Workbook | None:
    """The sent workbook, macros left out; None where openpyxl cannot read what the reader could."""
    from openpyxl import load_workbook

    data = path.read_bytes()  # given a path, openpyxl believes its extension
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what of a file's decoration is not kept is no news to the clerk
            book = load_workbook(io.BytesIO(data), keep_vba=False)
            book.save(io.BytesIO())  # some files load and cannot be written again
            # Saving lets go of the parts that are streamed; the copy to be marked is a fresh one.
            return load_workbook(io.BytesIO(data), keep_vba=False)
    except Exception:  # openpyxl raises whatever its parsers raise: KeyError, TypeError, ValueError, …
        return None


def _csv_sheets(path: Path) -> list[Sheet]:
    """The one sheet of a CSV file, cells numbered as the reader does, its `#key,value` lines left where they are."""
    data = path.read_bytes()
    rows, _ = csv_rows(data.decode(encoding_of(data), errors="replace"))
    return [Sheet("", [list(row) for row in rows])]


def _rebuild(book: Workbook, sheets: list[Sheet], lang: str) -> dict[str, Place]:
    """Sheets of `book` from cells that were read, each cell where it stood. Findings of a CSV name no sheet."""
    places: dict[str, Place] = {}
    for sheet in sheets:
        copy = book.create_sheet(sheet_title(sheet.name or _TITLES[lang], book.sheetnames))
        for row_no, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(row, start=1):
                put(copy, row_no, column, value)
        for row_no in sheet.hidden_rows:
            copy.row_dimensions[row_no].hidden = True
        if not sheet.visible:
            copy.sheet_state = "hidden"
        places[sheet.name] = Place(copy)
    return places


def _empty_book() -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
