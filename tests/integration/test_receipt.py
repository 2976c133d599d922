"""Receipts of files that went through the gate and the judge, reopened the way a clerk's program does."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from expectations.judge import judge_received
from ingestion.contracts.loader import load_contracts
from ingestion.gate import Gate, Incoming
from ingestion.parsing.headers import normalise
from ingestion.parsing.sheets import address
from ingestion.receipt import render_receipt
from ingestion.receipt_sheets import COLOURS, HEAD_LABELS, LIST_SHEET, MARKER, Place, Shown, mark_cells
from warehouse.clock import HANOI, Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

FORM = "police__crime_reports"
SHEET = "Biểu 02"
KINDS = ("TO_GIAC", "TIN_BAO", "KIEN_NGHI")
HEADER = {"form": FORM, "revision": 1, "unit": "cah_215", "period": "2024-07"}
FIRST_ROW = 8
CONTRACT = load_contracts().latest(FORM)
NAMES = [f.name for f in CONTRACT.fields]

# What is wrong, by record and field: five reports of which three are classified (asks why) and nine overdue among
# five unresolved (an error); a formula where a count belongs; two counts above the usual range.
ERRORS: dict[str, dict[str, Any]] = {
    "TO_GIAC": {
        "reports_received": 5,
        "reports_classified": 3,
        "reports_to_resolve": 5,
        "reports_closing": 5,
        "reports_closing_overdue": 9,
    },
    "TIN_BAO": {"reports_opening": "=1+1"},
    "KIEN_NGHI": {"suspended_opening": 25, "suspended_closing": 25},
}
BAD = {
    ("TO_GIAC", "reports_received"): "warning",
    ("TO_GIAC", "reports_closing_overdue"): "critical",
    ("TIN_BAO", "reports_opening"): "critical",
    ("KIEN_NGHI", "suspended_opening"): "info",
    ("KIEN_NGHI", "suspended_closing"): "info",
}
Send = Callable[[Path], int]


@pytest.fixture
def send(settings: Settings, database: Database) -> Send:
    """Takes a file in and judges it, in September 2024; returns its submission."""
    Clock.for_home(settings.home).advance_to(datetime(2024, 9, 2, 8, 30, tzinfo=HANOI))

    def do(path: Path) -> int:
        gate = Gate(settings)
        (submission,) = gate.receive([Incoming(path)])
        judge_received(database, gate.contracts, gate.clock, "test")
        return submission

    return do


def value(kind: str, field: str, errors: dict[str, dict[str, Any]]) -> Any:
    return kind if field == "source_kind" else errors.get(kind, {}).get(field, 0)


def cell_down(kind: str, field: str) -> str:
    """Where the workbook of `xlsx` has a cell: a field a row from FIRST_ROW, a record a column from B."""
    return address(FIRST_ROW + NAMES.index(field), 2 + KINDS.index(kind))


def cell_across(kind: str, field: str) -> str:
    """Where the file of `csv_file` has a cell: records after four lines of envelope and the headings."""
    return address(len(HEADER) + 2 + KINDS.index(kind), 1 + NAMES.index(field))


def xlsx(path: Path, errors: dict[str, dict[str, Any]] = ERRORS, unit: str = "cah_215") -> Path:
    """A protected workbook with the hidden sheet, labels as headings, and a text that looks like a formula."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(SHEET)
    sheet.protect("138")
    sheet.write_string("A1", "=HYPERLINK(1)")
    sheet.write_comment("A1", "Lời của người gửi")
    for row, field in enumerate(CONTRACT.fields, start=FIRST_ROW - 1):
        sheet.write_string(row, 0, CONTRACT.heading(field).vi)
        for column, kind in enumerate(KINDS, start=1):
            cell = value(kind, field.name, errors)
            sheet.write_string(row, column, cell) if isinstance(cell, str) else sheet.write(row, column, cell)
    hidden = book.add_worksheet("_kho138")
    hidden.hide()
    for row, pair in enumerate({**HEADER, "unit": unit}.items()):
        hidden.write_row(row, 0, pair)
    book.close()
    return path


def csv_file(path: Path, errors: dict[str, dict[str, Any]] = ERRORS, **more: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerows([f"#{key}", told] for key, told in {**HEADER, **more}.items())
        writer.writerow(NAMES)
        writer.writerows([value(kind, name, errors) for name in NAMES] for kind in KINDS)
    return path


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def marks(book: Workbook, sheet: str) -> dict[str, tuple[str, str]]:
    """Severity by colour, and comment, of every cell of a sheet that has either."""
    by_colour = {colour: severity for severity, colour in COLOURS.items()}
    return {
        c.coordinate: (by_colour.get(c.fill.fgColor.rgb, "none"), c.comment.text if c.comment else "")
        for row in book[sheet].iter_rows()
        for c in row
        if c.fill.fill_type is not None or (c.comment and MARKER in c.comment.text)
    }


def listed(book: Workbook) -> list[tuple[Any, ...]]:
    """Lines of the list below its headings."""
    rows = list(book[LIST_SHEET].iter_rows(values_only=True))
    start = next((i for i, row in enumerate(rows) if row[0] == "Mức độ"), len(rows))
    return [row[:5] for row in rows[start + 1 :]]


def told(book: Workbook) -> dict[Any, Any]:
    return {row[0]: row[1] for row in book[LIST_SHEET].iter_rows(values_only=True, max_col=2)}


def in_registry(database: Database, submission: int) -> list[tuple[Any, ...]]:
    with database.connect("loader") as connection:
        return connection.execute(
            "select severity, sheet, cell, message_vi, message_en from registry.finding where submission_id = %s",
            [submission],
        ).fetchall()


def test_workbook_comes_back_with_exactly_its_bad_cells_coloured_and_commented(
    settings: Settings, database: Database, send: Send, tmp_path: Path
) -> None:
    submission = send(xlsx(tmp_path / "bc.xlsx"))
    book = opened(render_receipt(settings, submission))

    found = marks(book, SHEET)
    assert {c: severity for c, (severity, _) in found.items()} == {
        cell_down(*place): severity for place, severity in BAD.items()
    }
    findings = in_registry(database, submission)
    for severity, sheet, cell, vi, _ in findings:
        assert (sheet, vi in found[cell][1]) == (SHEET, True), (severity, cell)
    assert not any("dựng lại" in str(label) for label in told(book))
    assert "Ô này chứa công thức; hãy dán giá trị." in found[cell_down("TIN_BAO", "reports_opening")][1]
    assert (
        "Quá hạn nằm trong số chưa giải quyết." in found[cell_down("TO_GIAC", "reports_closing_overdue")][1]
    )


def test_list_names_every_finding_with_a_link_to_its_cell(
    settings: Settings, database: Database, send: Send, tmp_path: Path
) -> None:
    submission = send(xlsx(tmp_path / "=báo cáo.xlsx"))
    book = opened(render_receipt(settings, submission))

    assert book.active.title == LIST_SHEET
    assert [w.title for w in book if w.sheet_view.tabSelected] == [LIST_SHEET]
    labels = {"critical": "Lỗi phải sửa", "warning": "Cần giải trình", "info": "Lưu ý"}
    expected = sorted((labels[f[0]], *f[1:]) for f in in_registry(database, submission))
    assert len(expected) >= len(BAD)
    assert sorted(listed(book)) == expected
    for row in book[LIST_SHEET].iter_rows(min_col=3, max_col=3):
        if row[0].hyperlink is not None:
            assert row[0].hyperlink.location == f"'{SHEET}'!{row[0].value}"
    linked = [r[0].value for r in book[LIST_SHEET].iter_rows(min_col=3, max_col=3) if r[0].hyperlink]
    assert sorted(linked) == sorted(f[2] for f in expected)
    head = told(book)
    assert head["Kết quả"] == "bị trả lại, cần sửa và gửi lại"
    assert head["Tên tệp"] == "=báo cáo.xlsx"
    assert head["Nhận lúc"] == "02/09/2024 08:30"
    assert head["Đơn vị gửi"] == "Công an huyện Yên Thế (cah_215)"
    assert "2024-07" in head["Kỳ số liệu"] and "áng 7" in head["Kỳ số liệu"]


def test_protection_and_hidden_sheet_stay_and_text_never_becomes_a_formula(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    book = opened(render_receipt(settings, send(xlsx(tmp_path / "=1.xlsx"))))

    assert book[SHEET].protection.sheet
    assert book["_kho138"].sheet_state == "hidden"
    assert book[SHEET]["A1"].value == "=HYPERLINK(1)"
    assert book[SHEET]["A1"].comment.text == "Lời của người gửi"
    assert book[SHEET][cell_down("TIN_BAO", "reports_opening")].value == "=1+1"
    assert [c.coordinate for w in book for row in w.iter_rows() for c in row if c.data_type == "f"] == []


def test_csv_comes_back_as_a_workbook_marked_at_the_same_cells(
    settings: Settings, database: Database, send: Send, tmp_path: Path
) -> None:
    submission = send(csv_file(tmp_path / "bc.csv"))
    book = opened(render_receipt(settings, submission))
    sheet = book["Dữ liệu đã gửi"]

    found = marks(book, sheet.title)
    assert {c: severity for c, (severity, _) in found.items()} == {
        cell_across(*place): severity for place, severity in BAD.items()
    }
    for _, _, cell, vi, _ in in_registry(database, submission):
        assert vi in found[cell][1]
    assert [c.value for c in sheet[1]][:2] == ["#form", FORM]
    bad = sheet[cell_across("TIN_BAO", "reports_opening")]
    assert (bad.value, bad.data_type) == ("=1+1", "s")
    assert len(listed(book)) == len(in_registry(database, submission))


def test_a_csv_is_marked_on_the_lines_that_the_reader_counted(
    settings: Settings, database: Database, send: Send, tmp_path: Path
) -> None:
    # A line separator of Unicode is a character of its cell: it moves no line down.
    submission = send(csv_file(tmp_path / "bc.csv", note="hai\u2028dòng"))
    book = opened(render_receipt(settings, submission))
    sheet = book["Dữ liệu đã gửi"]
    formulas = [cell for _, _, cell, vi, _ in in_registry(database, submission) if "công thức" in vi]
    assert [sheet[cell].value for cell in formulas] == ["=1+1"]
    assert set(formulas) <= set(marks(book, sheet.title))


def test_xls_is_rebuilt_with_its_sheets_and_marked(settings: Settings, send: Send, tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet(SHEET)
    for row, field in enumerate(CONTRACT.fields, start=FIRST_ROW - 1):
        sheet.write(row, 0, CONTRACT.heading(field).vi)
        for column, kind in enumerate(KINDS, start=1):
            sheet.write(row, column, value(kind, field.name, ERRORS))
    hidden = book.add_sheet("_kho138")
    hidden.visibility = 1
    for row, pair in enumerate(HEADER.items()):
        hidden.write(row, 0, pair[0])
        hidden.write(row, 1, pair[1])
    book.save(str(tmp_path / "bc.xls"))

    receipt = opened(render_receipt(settings, send(tmp_path / "bc.xls")))
    assert {c: severity for c, (severity, _) in marks(receipt, SHEET).items()} == {
        cell_down(*place): severity for place, severity in BAD.items()
    }
    assert receipt["_kho138"].sheet_state == "hidden"
    assert receipt[SHEET].cell(FIRST_ROW, 1).value == CONTRACT.heading(CONTRACT.fields[0]).vi


def ods(path: Path) -> Path:
    """The workbook of `xlsx` as an OpenDocument spreadsheet, written part by part."""

    def cell(content: Any) -> str:
        if isinstance(content, int):
            return f'<table:table-cell office:value-type="float" office:value="{content}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(content)}</text:p></table:table-cell>'

    def table(name: str, rows: list[list[Any]]) -> str:
        lines = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in rows)
        return f'<table:table table:name="{name}">{lines}</table:table>'

    rows: list[list[Any]] = [["Biểu thống kê"]] * (FIRST_ROW - 1)
    rows += [
        [CONTRACT.heading(f).vi, *(value(kind, f.name, ERRORS) for kind in KINDS)] for f in CONTRACT.fields
    ]
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{namespace}:office:1.0" xmlns:table="{namespace}:table:1.0"'
        f' xmlns:text="{namespace}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"{table(SHEET, rows)}{table('_kho138', [[k, str(v)] for k, v in HEADER.items()])}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{namespace}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return path


def test_ods_is_rebuilt_and_marked(settings: Settings, send: Send, tmp_path: Path) -> None:
    receipt = opened(render_receipt(settings, send(ods(tmp_path / "bc.ods"))))
    assert {c: severity for c, (severity, _) in marks(receipt, SHEET).items()} == {
        cell_down(*place): severity for place, severity in BAD.items()
    }
    assert receipt[SHEET]["A1"].value == "Biểu thống kê"


def test_workbook_that_only_the_reader_can_open_is_rebuilt_and_marked(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    odd = tmp_path / "bc.xlsx"
    with zipfile.ZipFile(xlsx(tmp_path / "sound.xlsx")) as sound, zipfile.ZipFile(odd, "w") as archive:
        for name in sound.namelist():
            data = sound.read(name)
            archive.writestr(name, data.replace(b"gray125", b"odd") if "styles" in name else data)
    with pytest.raises(ValueError):
        load_workbook(odd)

    receipt = opened(render_receipt(settings, send(odd)))
    assert {c: severity for c, (severity, _) in marks(receipt, SHEET).items()} == {
        cell_down(*place): severity for place, severity in BAD.items()
    }
    assert any("dựng lại" in str(label) for label in told(receipt))
    assert [c.coordinate for w in receipt for row in w.iter_rows() for c in row if c.data_type == "f"] == []


def test_findings_of_one_cell_share_its_comment_below_what_the_sender_wrote(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    path = xlsx(tmp_path / "bc.xlsx", {"TO_GIAC": {"reports_to_resolve": 25, "reports_closing": 25}})
    bad = cell_down("TO_GIAC", "reports_to_resolve")
    book = load_workbook(path)
    book[SHEET][bad].comment = Comment("Đã kiểm tra với huyện", "Cán bộ")
    book.save(path)

    found = marks(opened(render_receipt(settings, send(path))), SHEET)
    assert {c: severity for c, (severity, _) in found.items()} == {
        bad: "critical",
        cell_down("TO_GIAC", "reports_closing"): "info",
    }
    assert found[bad][1].startswith(f"Đã kiểm tra với huyện\n{MARKER}\n• Lỗi phải sửa: ")
    assert "\n• Lưu ý: «Tổng số phải giải quyết»: Số lớn bất thường, đề nghị xác nhận." in found[bad][1]


def test_merged_cells_are_marked_at_their_first_and_no_address_is_no_mark() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.merge_cells("B2:C3")
    cells = ("C3", None, "XFE1", "A1048577", "Sheet!A1")
    mark_cells({"": Place(sheet)}, [Shown("critical", None, c, "Lỗi", "bad") for c in cells], "vi")
    assert marks(book, sheet.title) == {"B2": ("critical", f"{MARKER}\n• Lỗi phải sửa: Lỗi")}


def test_receipt_mended_and_sent_again_is_accepted_and_loses_its_old_marks(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    book = opened(render_receipt(settings, send(xlsx(tmp_path / "bc.xlsx"))))
    for (kind, field), severity in BAD.items():
        if severity != "info":
            book[SHEET][cell_down(kind, field)].value = 0
    for field in ("reports_classified", "reports_to_resolve", "reports_closing"):
        book[SHEET][cell_down("TO_GIAC", field)].value = 0
    book.save(tmp_path / "mended.xlsx")

    again = opened(render_receipt(settings, send(tmp_path / "mended.xlsx")))
    assert told(again)["Kết quả"] == "được chấp nhận"
    assert {c: severity for c, (severity, _) in marks(again, SHEET).items()} == {
        cell_down(*place): severity for place, severity in BAD.items() if severity == "info"
    }
    assert again[SHEET]["A1"].comment.text == "Lời của người gửi"
    assert again.sheetnames.count(LIST_SHEET) == 1 and len(again.sheetnames) == 3


def test_file_that_does_not_open_or_is_refused_gets_its_list_alone(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    damaged = tmp_path / "hỏng.xlsx"
    damaged.write_bytes(xlsx(tmp_path / "bc.xlsx").read_bytes()[:3000])
    refused = xlsx(tmp_path / "lạ.xlsx", unit="cah_999")
    for path, says in ((damaged, "Không mở được tệp"), (refused, "Mã đơn vị «cah_999»")):
        book = opened(render_receipt(settings, send(path)))
        assert book.sheetnames == [LIST_SHEET]
        (line,) = listed(book)
        assert line[0] == "Lỗi phải sửa" and says in line[3]
        assert told(book)["Tên tệp"] == path.name


def test_state_secret_is_answered_with_the_one_line_that_it_was_not_kept(
    settings: Settings, send: Send, tmp_path: Path
) -> None:
    book = opened(render_receipt(settings, send(csv_file(tmp_path / "kín.csv", secret="x"))))
    assert [[c.value for c in row] for w in book for row in w.iter_rows()] == [
        ["Tệp được khai là có nội dung bí mật nhà nước nên không được nhận và không được lưu lại."]
    ]


def test_duplicate_shows_the_findings_of_the_filing_it_repeats(
    settings: Settings, database: Database, send: Send, tmp_path: Path
) -> None:
    first = send(csv_file(tmp_path / "bc.csv"))
    second = send(csv_file(tmp_path / "bc.csv"))
    book = opened(render_receipt(settings, second))
    assert told(book)["Kết quả"] == f"trùng với lần gửi số {first}"
    assert len(listed(book)) == len(in_registry(database, first)) > 0
    assert len(marks(book, "Dữ liệu đã gửi")) == len(BAD)


def test_english_receipt_comments_in_english(settings: Settings, send: Send, tmp_path: Path) -> None:
    book = opened(render_receipt(settings, send(csv_file(tmp_path / "bc.csv")), "en"))
    assert told(book)["Result"] == "returned, to be mended and sent again"
    comment = marks(book, "Sent data")[cell_across("TIN_BAO", "reports_opening")][1]
    assert "the cell holds a formula" in comment and "công thức" not in comment


@pytest.mark.parametrize("number", [0, -1, 999, 2**70])
def test_unknown_submission_is_one_line(settings: Settings, number: int) -> None:
    with pytest.raises(Kho138Error) as raised:
        render_receipt(settings, number)
    assert raised.value.message == f"There is no submission {number}."
    assert raised.value.message_vi == f"Không có lần gửi số {number}."


def test_labels_of_the_list_are_none_that_a_reader_looks_for() -> None:
    from ingestion.parsing.envelope import _BY_LABEL

    for labels in HEAD_LABELS.values():
        assert not {normalise(label) for label in labels.values()} & _BY_LABEL.keys()
