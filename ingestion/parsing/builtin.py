"""Built-in findings of the reader (D51): no contract declares them, every file is held to them.

Each has its severity and its sentence, Vietnamese first. `critical` returns the file. A sentence may name a header,
a field label or a code; it never repeats the value of a text or personal cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingestion.contracts.rules import withheld

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Builtin:
    severity: Severity
    vi: str
    en: str


BUILTINS: dict[str, Builtin] = {
    # the file
    "file_is_a_regular_file": Builtin(
        "critical",
        "Đường dẫn không phải là tệp thông thường (liên kết, thư mục hoặc thiết bị).",
        "the path is not a regular file (a link, a folder or a device)",
    ),
    "file_is_not_empty": Builtin("critical", "Tệp rỗng.", "the file is empty"),
    "file_is_stable": Builtin(
        "critical",
        "Tệp đang được ghi hoặc thay đổi trong khi đọc; hãy gửi lại khi đã lưu xong.",
        "the file changed while it was read; send it again when it is saved",
    ),
    "file_is_not_too_large": Builtin(
        "critical", "Tệp quá lớn ({observed}).", "the file is too large ({observed})"
    ),
    "file_is_a_workbook": Builtin(
        "critical",
        "Tệp không phải là bảng tính (XLSX, XLSM, XLS, ODS) hoặc CSV.",
        "the file is not a workbook (XLSX, XLSM, XLS, ODS) or CSV",
    ),
    "file_opens": Builtin(
        "critical",
        "Không mở được tệp: tệp bị hỏng hoặc bị cắt cụt.",
        "the file does not open: damaged or cut short",
    ),
    "file_has_no_password": Builtin(
        "critical",
        "Tệp được đặt mật khẩu; hãy bỏ mật khẩu rồi gửi lại.",
        "the file is protected by a password; remove it and send again",
    ),
    "file_unpacks_to_a_sane_size": Builtin(
        "critical",
        "Tệp nén bất thường (bung ra {observed}); không mở.",
        "the file unpacks to {observed}; it was not opened",
    ),
    "file_has_no_external_entity": Builtin(
        "critical",
        "Tệp chứa khai báo DTD hoặc thực thể XML; không mở.",
        "the file declares a DTD or an XML entity; it was not opened",
    ),
    "file_reads_within_limits": Builtin(
        "critical",
        "Đọc tệp vượt giới hạn bộ nhớ hoặc thời gian (vùng dữ liệu khai báo quá lớn).",
        "reading the file exceeds the limit of memory or time (too large an area is declared)",
    ),
    "macros_are_ignored": Builtin(
        "info", "Tệp có macro; macro không được chạy.", "the file has macros; they were not run"
    ),
    "identity_number_is_well_formed": Builtin(
        "warning",
        "{expected}: số giấy tờ không đúng (CCCD 12 chữ số, CMND 9 chữ số, hoặc hộ chiếu); ghi ở dạng chữ, đủ số 0 đầu.",
        "{expected}: not an identity number (CCCD 12 digits, CMND 9, or a passport); type it as text, with its first 0",
    ),
    "text_is_utf8": Builtin(
        "critical",
        "Tệp CSV không dùng bảng mã UTF-8 (dòng {observed}).",
        "the CSV file is not in UTF-8 (line {observed})",
    ),
    "text_is_unicode": Builtin(
        "warning",
        "Chữ trong tệp dùng bảng mã cũ {observed}; đã chuyển sang Unicode.",
        "text in the file used the legacy encoding {observed}; it was converted to Unicode",
    ),
    # whose report it is
    "form_is_identified": Builtin(
        "critical",
        "Không xác định được biểu báo cáo: thiếu trang ẩn _kho138 hoặc dòng #form.",
        "the form is not identified: no hidden sheet _kho138 and no #form line",
    ),
    "form_is_known": Builtin(
        "critical", "Mã biểu «{observed}» không có trong hệ thống.", "form {observed} is not known"
    ),
    "revision_is_known": Builtin(
        "critical",
        "Phiên bản «{observed}» của biểu không dùng cho kỳ này; hãy tải mẫu mới.",
        "revision {observed} of the form is not used for this period; take the current template",
    ),
    "unit_is_known": Builtin(
        "critical", "Mã đơn vị «{observed}» không có trong danh mục.", "unit {observed} is not known"
    ),
    "unit_owes_the_form": Builtin(
        "critical",
        "Đơn vị «{observed}» không thuộc diện báo cáo biểu này.",
        "unit {observed} does not owe this form",
    ),
    "period_is_of_the_form": Builtin(
        "critical",
        "Kỳ báo cáo «{observed}» không thuộc các kỳ của biểu này.",
        "period {observed} is not one of this form's periods",
    ),
    "period_has_ended": Builtin(
        "critical",
        "Kỳ báo cáo «{observed}» chưa kết thúc; chưa chốt số liệu.",
        "period {observed} has not ended; its cut-off is not reached",
    ),
    "request_is_on_file": Builtin(
        "critical",
        "Không có yêu cầu hoặc báo cáo đột xuất số «{observed}» cho biểu này; báo cáo tự gửi ghi năm và chữ A, ví dụ "
        "{expected}.",
        "no request and no ad hoc report {observed} of this form is on file; a report made unasked says {expected}",
    ),
    "unit_is_asked": Builtin(
        "critical",
        "Đơn vị «{observed}» không thuộc các đơn vị của báo cáo đột xuất số {expected}.",
        "unit {observed} is not among those of ad hoc report {expected}",
    ),
    "own_report_is_of_one_event": Builtin(
        "critical",
        "Báo cáo đột xuất tự gửi phải nêu đúng một vụ việc, tệp này có {observed} dòng; mỗi vụ việc gửi một tệp.",
        "a report made unasked is of one incident, this file has {observed} lines; send one file an incident",
    ),
    "incident_precedes_its_report": Builtin(
        "critical",
        "Ngày xảy ra «{observed}» sau ngày gửi báo cáo.",
        "the event of {observed} is after the day of the report",
    ),
    "nil_return_is_offered": Builtin(
        "critical",
        "Báo cáo này không có hình thức «Không phát sinh»; hãy bỏ dấu ở ô đó và ghi nội dung, chưa có nội dung thì "
        "chưa gửi.",
        "this report has no nil return: clear the box and state the content; without content nothing is sent yet",
    ),
    "envelope_agrees_with_the_visible_head": Builtin(
        "critical",
        "Thông tin nhìn thấy ở đầu biểu («{observed}») không khớp với mã ẩn của mẫu («{expected}»).",
        "the visible head ({observed}) does not agree with the template's hidden code ({expected})",
    ),
    "envelope_agrees_with_the_command": Builtin(
        "critical",
        "Thông tin trong tệp («{observed}») không khớp với thông tin khai khi gửi («{expected}»).",
        "the file says {observed}, the command says {expected}",
    ),
    "file_holds_one_form": Builtin(
        "critical",
        "Tệp chứa nhiều hơn một biểu («{observed}»); mỗi tệp chỉ gửi một biểu.",
        "the file holds more than one form ({observed}); send one form a file",
    ),
    # the table
    "table_is_found": Builtin(
        "critical",
        "Không tìm thấy bảng số liệu: không nhận ra tiêu đề của biểu trên trang «{observed}».",
        "the table is not found: no heading of the form is recognised on sheet {observed}",
    ),
    "header_is_present": Builtin("critical", "Thiếu chỉ tiêu «{expected}».", "heading {expected} is missing"),
    "header_is_unique": Builtin(
        "critical", "Chỉ tiêu «{expected}» xuất hiện hai lần.", "heading {expected} stands twice"
    ),
    "header_is_known": Builtin(
        "critical", "Tiêu đề ở ô này không thuộc biểu.", "the heading in this cell is not one of the form's"
    ),
    "header_is_not_merged": Builtin(
        "critical",
        "Ô tiêu đề «{expected}» bị gộp (merge); hãy bỏ gộp ô.",
        "heading {expected} is in a merged cell",
    ),
    "row_is_visible": Builtin(
        "warning", "Dòng hoặc cột có số liệu nhưng bị ẩn.", "a row or column with data is hidden"
    ),
    "row_has_the_right_width": Builtin(
        "critical",
        "Dòng có {observed} ô, phải có {expected} ô.",
        "the line has {observed} cells, not {expected}",
    ),
    # the cells
    "cell_is_a_whole_number": Builtin(
        "critical",
        "Ô này phải là số nguyên, đang ghi «{observed}».",
        "the cell is not a whole number: {observed}",
    ),
    "cell_is_a_number": Builtin(
        "critical", "Ô này phải là số, đang ghi «{observed}».", "the cell is not a number: {observed}"
    ),
    "cell_is_not_negative": Builtin(
        "critical", "Ô này không được âm, đang ghi «{observed}».", "the cell is negative: {observed}"
    ),
    "cell_is_a_date": Builtin(
        "critical",
        "Ô này phải là ngày (ngày/tháng/năm), đang ghi «{observed}».",
        "the cell is not a date: {observed}",
    ),
    "cell_is_a_year": Builtin(
        "critical", "Ô này phải là năm, đang ghi «{observed}».", "the cell is not a year: {observed}"
    ),
    "cell_is_yes_or_no": Builtin(
        "critical", "Ô này chỉ ghi có hoặc không.", "the cell is neither yes nor no"
    ),
    "cell_is_not_too_long": Builtin(
        "critical", "Nội dung ô dài quá {expected} ký tự.", "the cell is longer than {expected} characters"
    ),
    "count_is_no_identity_number": Builtin(
        "critical",
        "Số quá lớn, không thể là số đếm (có thể ghi nhầm số giấy tờ vào ô này); không lưu.",
        "too large for a count (the number of a paper in the wrong cell?); it was not kept",
    ),
    "identifier_names_no_person": Builtin(
        "critical",
        "Ô này chỉ ghi số hồ sơ, văn bản, có chữ hoặc dấu nếu dài từ 9 chữ số; không ghi họ tên, số giấy tờ, số điện thoại; "
        "nội dung đã ghi không được lưu.",
        "this cell takes the number of a file or document, with a letter or sign where it has nine digits and more; not a "
        "name, identity number or telephone; what stood here was not kept",
    ),
    "code_is_known": Builtin(
        "critical", "Mã «{observed}» không có trong danh mục.", "code {observed} is not in its list"
    ),
    "cell_is_a_value_not_a_formula": Builtin(
        "critical", "Ô này chứa công thức; hãy dán giá trị.", "the cell holds a formula; paste its value"
    ),
    "cell_is_not_an_error": Builtin(
        "critical", "Ô này là lỗi bảng tính ({observed}).", "the cell is a spreadsheet error ({observed})"
    ),
}


@dataclass(frozen=True)
class ReadFinding:
    """A finding of the reader, before it has a submission: where, what was there, what was wanted."""

    rule_id: str
    sheet: str | None = None
    cell: str | None = None
    field: str | None = None
    row_no: int | None = None
    observed: str | None = None
    expected: str | None = None
    severity: Severity | None = None

    def __post_init__(self) -> None:
        # The one place that every observed text passes: a name in a wrong cell is not repeated, the cell says where.
        if self.observed is not None:
            object.__setattr__(self, "observed", withheld(self.observed))

    def messages(self) -> tuple[Severity, str, str]:
        """Severity and the sentence in Vietnamese and English, values filled in."""
        builtin = BUILTINS[self.rule_id]
        values = {"observed": self.observed or "", "expected": self.expected or ""}
        return self.severity or builtin.severity, builtin.vi.format(**values), builtin.en.format(**values)


class Unreadable(Exception):
    """The file cannot be opened or identified; it is returned before landing with this one finding."""

    def __init__(self, finding: ReadFinding) -> None:
        super().__init__(finding.rule_id)
        self.finding = finding

    def __reduce__(self) -> tuple[type[Unreadable], tuple[ReadFinding]]:
        return Unreadable, (self.finding,)
