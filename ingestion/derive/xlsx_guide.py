"""Sentences of a workbook template: error messages of its cells and the sheet of instructions.

Where cells stand and how they look is `xlsx_template`'s; the sentences of rules are the contract's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period

GUIDE_SHEET: Mapping[str, str] = {"vi": "Hướng dẫn", "en": "Instructions"}
EXPLANATION_SHEET = "Giải trình"
EXPLANATION_HEADINGS = ("Ô (ví dụ D15)", "Nguyên nhân chênh lệch", "Giải thích (không ghi họ tên)")
ERROR_TITLE = "Dữ liệu không hợp lệ"

# By field type; the clerk sees the sentence at once, the reader's own findings stand in the receipt.
CELL_ERRORS: Mapping[str, str] = {
    "count": "Chỉ nhập số nguyên từ 0 trở lên. Không có thì ghi 0, không gạch ngang.",
    "amount_vnd": "Chỉ nhập số tiền bằng đồng, là số nguyên từ 0 trở lên. Không có thì ghi 0.",
    "suppressible_count": "Chỉ nhập số nguyên từ 0 trở lên, hoặc <5 nếu số nhỏ được giấu.",
    "number": "Chỉ nhập số.",
    "year": "Chỉ nhập năm gồm bốn chữ số, từ 1900 đến 2100.",
    "date": "Nhập ngày theo dạng ngày/tháng/năm, từ 01/01/1990 đến 31/12/2100.",
    "code": "Chọn một mục trong danh sách, không tự gõ nội dung khác.",
    "boolean": "Chọn «có» hoặc «không».",
    "box": "Đánh dấu x hoặc để trống.",
}

_SEVERITY_VI = {
    "critical": "sai thì báo cáo bị trả lại",
    "warning": "sai thì phải giải trình",
    "info": "cần xác nhận",
}
_SEVERITY_EN = {"critical": "returned if broken", "warning": "explained if broken", "info": "to be confirmed"}


def guide_lines(form: FormContract, period: Period, lang: str) -> list[tuple[str, str]]:
    """The instructions as (style, sentence), style `title`, `heading` or `text`; Vietnamese, or English for `en`."""
    window = (period.date_from, period.date_to)
    days = f"{window[0]:%d/%m/%Y}", f"{window[1]:%d/%m/%Y}"
    if period.kind == "series":
        days = days[0], ""
    rules = [rule for rule in form.rules if rule.applies_in(window)]
    if lang == "en":
        lines = [("title", f"Instructions: {form.title.en or form.title.vi}"), *_english(form, days)]
        said = [f"{rule.says().en} ({_SEVERITY_EN[rule.severity]})" for rule in rules]
        heading = "What the report is checked for"
    else:
        lines = [("title", f"Hướng dẫn ghi {form.title.vi}"), *_vietnamese(form, days)]
        said = [f"{rule.says().vi.rstrip('.')} ({_SEVERITY_VI[rule.severity]})." for rule in rules]
        heading = "Các quy tắc kiểm tra báo cáo"
    lines.append(("heading", heading))
    lines.extend(
        ("text", f"{number}. {sentence}") for number, sentence in enumerate(dict.fromkeys(said), start=1)
    )
    return lines


def _vietnamese(form: FormContract, days: tuple[str, str]) -> list[tuple[str, str]]:
    lines = [
        ("heading", "Cách ghi"),
        ("text", f"Số liệu tính từ ngày {days[0]}{f' đến hết ngày {days[1]}' if days[1] else ''}."),
        ("text", "Chỉ ghi vào các ô nền trắng. Ô nền xám là ô in sẵn hoặc không áp dụng, không ghi."),
        ("text", "Chỉ ghi số, không ghi công thức; không thêm, xoá hoặc đổi chỗ các dòng, cột và trang tính. "
                 "Cột «Dòng thêm» (nếu có) để ghi mã không in sẵn; không dùng thì để trống."),
        ("text", "Ô có mũi tên: chọn trong danh sách. Ngày ghi theo dạng ngày/tháng/năm."),
        ("heading", "Số 0 và ô trống"),
        ("text", "Không phát sinh thì ghi số 0. Ô trống nghĩa là chưa có số liệu, không được hiểu là số 0; "
                 "ô bắt buộc để trống thì báo cáo bị trả lại. Không dùng dấu gạch ngang thay cho số 0."),
        ("heading", "Ô «Không phát sinh trong kỳ»"),
        ("text", "Nếu cả kỳ không phát sinh, chọn x ở ô này. Khi đó các ô số phát sinh để trống được tính là 0; "
                 "các ô số tồn (kỳ trước chuyển sang, còn lại cuối kỳ) vẫn phải ghi."),
        ("heading", "Bảo vệ thông tin"),
        ("text", "Không ghi họ tên, số giấy tờ, số điện thoại, địa chỉ của bất kỳ người nào, kể cả trong ghi chú."),
        ("text", "Báo cáo có nội dung bí mật nhà nước không được gửi bằng tệp này mà gửi theo chế độ mật."),
    ]  # fmt: skip
    if form.kind == "register":
        # A register is about persons: what may be written there, its own columns say.
        lines = [line for line in lines if not line[1].startswith("Không ghi họ tên")]
    if form.family == "province":
        within = sorted(set(form.due.values()))
        deadline = (
            f", chậm nhất {' hoặc '.join(map(str, within))} ngày làm việc sau ngày chốt số liệu"
            if within
            else ""
        )
        if len(within) > 1:
            deadline += " (tuỳ cấp đơn vị)"
        lines += [
            ("heading", "Nơi nhận"),
            ("text", f"Gửi tệp này về Cơ quan thường trực, qua Phòng Tham mưu Công an tỉnh{deadline}. "
                     "Không đặt mật khẩu, không đổi sang định dạng khác."),
            ("text", "Phát hiện sai sau khi gửi: sửa trong chính tệp này rồi gửi lại; bản gửi sau thay bản gửi trước."),
        ]  # fmt: skip
    return lines


def _english(form: FormContract, days: tuple[str, str]) -> list[tuple[str, str]]:
    lines = [
        ("heading", "How to fill it in"),
        (
            "text",
            f"Counts run from {days[0]}{f' to the end of {days[1]}' if days[1] else ''} (day/month/year).",
        ),
        ("text", "Write in white cells only. Grey cells are printed or do not apply."),
        ("text", "Write numbers, not formulas; do not add, delete or move rows, columns or sheets."),
        ("heading", "Zero and blank"),
        ("text", "Nothing to report is 0. Blank means not known and is never read as 0; no dashes."),
        ("heading", "Nil return («Không phát sinh trong kỳ»)"),
        (
            "text",
            "Choose x where nothing occurred in the whole period: blank flows then count as 0; stocks are stated.",
        ),
        ("heading", "Protection"),
        ("text", "No names, identity numbers, telephones or addresses of any person, notes included."),
        ("text", "A report with a state secret is not sent in this file."),
    ]
    if form.family == "province":
        lines += [
            ("heading", "Where to send it"),
            ("text", "To the standing agency, through the staff office of the provincial police, in this format, "
                     "without a password."),
        ]  # fmt: skip
    return lines
