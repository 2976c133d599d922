"""Drawing a receipt: colours and comments on bad cells, and the sheet «Kết quả kiểm tra» with every finding.

Works on openpyxl workbooks only. Which workbook and which findings is `ingestion.receipt`'s. No text ever becomes a
formula here: a cell's type is set to text whatever its first letter (a report is opened by people who trust us).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LIST_SHEET = "Kết quả kiểm tra"
"""Name of the list's sheet in either language, so that a receipt mended and sent again is told from a report."""
COLOURS = {"critical": "FFFF7C80", "warning": "FFFFEB84", "info": "FF9DC3E6"}
AUTHOR = "kho138"
# Stands between what the sender's own comment says and what the receipt adds.
MARKER = "[kho138]"

_RANK = {"critical": 0, "warning": 1, "info": 2}
_SEVERITY = {
    "vi": {"critical": "Lỗi phải sửa", "warning": "Cần giải trình", "info": "Lưu ý"},
    "en": {"critical": "critical", "warning": "warning", "info": "info"},
}
_STATES = {
    "vi": {
        "received": "đã nhận, chưa kiểm tra",
        "accepted": "được chấp nhận",
        "accepted_with_warnings": "được chấp nhận, có điểm cần giải trình",
        "returned": "bị trả lại, cần sửa và gửi lại",
        "duplicate": "trùng với lần gửi số {duplicate_of}",
        "superseded": "đã được thay bằng lần gửi sau",
        "withdrawn": "đã rút",
    },
    "en": {
        "received": "received, not yet judged",
        "accepted": "accepted",
        "accepted_with_warnings": "accepted with warnings",
        "returned": "returned, to be mended and sent again",
        "duplicate": "the same as submission {duplicate_of}",
        "superseded": "superseded by a later filing",
        "withdrawn": "withdrawn",
    },
}
# No label here may be one that the reader looks for in a report's head (`parsing.envelope`).
HEAD_LABELS = {
    "vi": {
        "submission_id": "Lần gửi số", "state": "Kết quả", "file_name": "Tên tệp", "form": "Biểu báo cáo",
        "unit": "Đơn vị gửi", "period": "Kỳ số liệu", "received_at": "Nhận lúc",
        "stated_received_at": "Thời điểm nhận theo lưu trữ", "count": "Số điểm phát hiện",
    },
    "en": {
        "submission_id": "Submission", "state": "Result", "file_name": "File", "form": "Form",
        "unit": "Sent by", "period": "Period covered", "received_at": "Received",
        "stated_received_at": "Received according to the archive", "count": "Findings",
    },
}  # fmt: skip
COLUMNS = {
    "vi": ("Mức độ", "Trang tính", "Ô", "Nội dung (tiếng Việt)", "Nội dung (tiếng Anh)"),
    "en": ("Severity", "Sheet", "Cell", "Finding (Vietnamese)", "Finding (English)"),
}
_NONE = {"vi": "Không có lỗi nào.", "en": "Nothing was found."}

_CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_LONGEST_TEXT = 32_767
# Beyond this many links on a sheet Excel offers to repair the file.
_MOST_LINKS = 65_000


@dataclass(frozen=True)
class Shown:
    """A finding as the registry has it; `sheet` and `cell` (A1) where it has a place."""

    severity: str
    sheet: str | None
    cell: str | None
    message_vi: str
    message_en: str


@dataclass(frozen=True)
class Head:
    """What the head of the list says; times and labels are ready to be read."""

    submission_id: int
    state: str
    duplicate_of: int | None
    file_name: str
    received_at: str
    stated_received_at: str | None
    form: str
    unit: str
    period: str


@dataclass(frozen=True)
class Place:
    """A sheet of the receipt that holds what was sent."""

    sheet: Worksheet

    def address(self, cell: str | None) -> str | None:
        """The cell to mark for an A1 address: of merged cells the first; None for what is no address."""
        from openpyxl.utils.cell import coordinate_to_tuple

        if cell is None or _CELL.fullmatch(cell) is None:
            return None
        row, column = coordinate_to_tuple(cell)
        if row > 1_048_576 or column > 16_384:
            return None
        for area in self.sheet.merged_cells.ranges:
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                return str(area.start_cell.coordinate)
        return cell


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    """Writes a value; text stays text, without letters that XLSX cannot hold. Returns the cell, None for blank."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or value == "":
        return None
    if not isinstance(value, str | bool | int | float | dt.date | dt.time | dt.timedelta):
        value = str(value)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_LONGEST_TEXT]
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def sheet_title(name: str, taken: Sequence[str]) -> str:
    """A name that XLSX allows, not yet taken (names differ in more than case) and not the list's own."""
    clean = re.sub(r"[\\*?:/\[\]\x00-\x1f]", "_", name).strip("'")[:31] or "_"
    used = {t.casefold() for t in (*taken, LIST_SHEET)}
    title, number = clean, 1
    while title.casefold() in used:
        number += 1
        title = f"{clean[:26]} ({number})"
    return title


def clear_old_receipt(book: Workbook) -> None:
    """Takes away what an earlier receipt drew, where the sender mended that and sent it again."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if LIST_SHEET in book.sheetnames:
        del book[LIST_SHEET]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is None or MARKER not in cell.comment.text:
                    continue
                own = cell.comment.text.split(MARKER)[0].rstrip()
                cell.comment = Comment(own, cell.comment.author) if own else None
                if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in COLOURS.values():
                    cell.fill = PatternFill()


def mark_cells(places: Mapping[str, Place], findings: Sequence[Shown], lang: str) -> None:
    """Colours each cell by its worst finding and comments it with all of them."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    fills = {s: PatternFill("solid", fgColor=colour) for s, colour in COLOURS.items()}
    by_cell: dict[tuple[str, str], list[Shown]] = {}
    for finding in findings:
        place = places.get(finding.sheet or "")
        at = place.address(finding.cell) if place else None
        if at is not None:
            by_cell.setdefault((finding.sheet or "", at), []).append(finding)
    for (name, at), found in by_cell.items():
        cell = places[name].sheet[at]
        cell.fill = fills[min((f.severity for f in found), key=_RANK.__getitem__)]
        lines = dict.fromkeys(
            f"• {_SEVERITY[lang][f.severity]}: {f.message_vi if lang == 'vi' else f.message_en}"
            for f in found
        )
        text = "\n".join([MARKER, *lines])
        before = cell.comment
        if before is not None:
            text = f"{before.text.rstrip()}\n{text}"
        height = 40 + 36 * len(lines)
        cell.comment = Comment(
            text[:_LONGEST_TEXT], before.author if before else AUTHOR, height=min(height, 400), width=360
        )


def add_list(
    book: Workbook,
    head: Head,
    notes: Sequence[str],
    findings: Sequence[Shown],
    places: Mapping[str, Place],
    lang: str,
) -> None:
    """The first sheet: head, notes, and a line a finding with a link to its cell; the workbook opens on it."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(LIST_SHEET, 0)
    # Printed, the whole width is on one page.
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    put(sheet, 1, 1, LIST_SHEET if lang == "vi" else "Result of checking").font = Font(bold=True, size=14)
    state = _STATES[lang].get(head.state, head.state).format(duplicate_of=head.duplicate_of)
    values = {
        "submission_id": head.submission_id, "state": state, "file_name": head.file_name, "form": head.form,
        "unit": head.unit, "period": head.period, "received_at": head.received_at,
        "stated_received_at": head.stated_received_at, "count": len(findings),
    }  # fmt: skip
    row = 2
    for key, value in values.items():
        if value is not None:
            put(sheet, row, 1, HEAD_LABELS[lang][key]).font = Font(bold=True)
            put(sheet, row, 2, value).alignment = Alignment(horizontal="left")
            row += 1
    for note in notes:
        put(sheet, row, 1, note).font = Font(italic=True)
        row += 1
    row += 1
    if findings:
        for column, title in enumerate(COLUMNS[lang], start=1):
            put(sheet, row, column, title).font = Font(bold=True)
    elif head.state != "received":
        put(sheet, row, 1, _NONE[lang])
    wrapped = Alignment(vertical="top", wrap_text=True)
    for number, f in enumerate(findings):
        row += 1
        line = (_SEVERITY[lang][f.severity], f.sheet, f.cell, f.message_vi, f.message_en)
        for column, text in enumerate(line, start=1):
            if (cell := put(sheet, row, column, text)) is not None:
                cell.alignment = wrapped
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[f.severity])
        if number < _MOST_LINKS:
            _link(sheet.cell(row, 3), places.get(f.sheet or ""), f.cell)
    for letter, width in zip("ABCDE", (26, 24, 9, 70, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    _open_on(book, sheet)


def _link(cell: Any, place: Place | None, address: str | None) -> None:
    """A link to a cell of a sheet that can be seen; Excel does not go to a hidden one."""
    from openpyxl.styles import Font
    from openpyxl.utils import quote_sheetname
    from openpyxl.worksheet.hyperlink import Hyperlink

    at = place.address(address) if place else None
    if place is None or at is None or place.sheet.sheet_state != "visible":
        return
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(place.sheet.title)}!{at}")
    cell.font = Font(underline="single", color="FF0563C1")


def _open_on(book: Workbook, sheet: Worksheet) -> None:
    """Only this sheet is selected: of grouped sheets an edit of one would change all."""
    book.active = book.index(sheet)
    for other in book.worksheets:
        for view in other.views.sheetView:
            view.tabSelected = other is sheet
    for chart in book.chartsheets:
        for chart_view in chart.sheetViews.sheetView:
            chart_view.tabSelected = False


def say_one_line(book: Workbook, text: str) -> None:
    """A receipt that says one thing, and nothing of the file."""
    sheet = book.worksheets[0]
    sheet.title = LIST_SHEET
    put(sheet, 1, 1, text)
    sheet.column_dimensions["A"].width = 110
