"""Sentences of a workbook template: error messages of its cells and the sheet of instructions.

Where cells stand and how they look is `xlsx_template`'s; the sentences of rules are the contract's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.due_dates import day_of
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

_NIL_EN = (
    ("heading", "Nil return («Không phát sinh trong kỳ»)"),
    (
        "text",
        "Choose x where nothing occurred in the whole period: blank flows then count as 0; stocks are stated.",
    ),
)
_SEVERITY_VI = {
    "critical": "sai thì báo cáo bị trả lại",
    "warning": "sai thì phải giải trình",
    "info": "cần xác nhận",
}
_SEVERITY_EN = {"critical": "returned if broken", "warning": "explained if broken", "info": "to be confirmed"}


def is_unnumbered(period: Period) -> bool:
    """Whether the period is that of a report made unasked, which gets its number and its day at receipt."""
    return period.kind == "ad_hoc" and not period.ordinal


def guide_lines(form: FormContract, period: Period, lang: str) -> list[tuple[str, str]]:
    """The instructions as (style, sentence), style `title`, `heading` or `text`; Vietnamese, or English for `en`."""
    window = (period.date_from, period.date_to)
    days = f"{window[0]:%d/%m/%Y}", f"{window[1]:%d/%m/%Y}"
    if period.kind == "series":
        days = days[0], ""
    elif is_unnumbered(period):
        days = "", ""
    rules = [rule for rule in form.rules if rule.applies_in(window)]
    if lang == "en":
        lines = [("title", f"Instructions: {form.title.en or form.title.vi}"), *_english(form, days)]
        said = [f"{rule.says().en} ({_SEVERITY_EN[rule.severity]})" for rule in rules]
        heading = "What the report is checked for"
    else:
        lines = [("title", f"Hướng dẫn ghi {form.title.vi}"), *_vietnamese(form, period, days)]
        said = [f"{rule.says().vi.rstrip('.')} ({_SEVERITY_VI[rule.severity]})." for rule in rules]
        heading = "Các quy tắc kiểm tra báo cáo"
    lines.append(("heading", heading))
    lines.extend(
        ("text", f"{number}. {sentence}") for number, sentence in enumerate(dict.fromkeys(said), start=1)
    )
    return lines


def _vietnamese(form: FormContract, period: Period, days: tuple[str, str]) -> list[tuple[str, str]]:
    counted = f"Số liệu tính từ ngày {days[0]}{f' đến hết ngày {days[1]}' if days[1] else ''}."
    if is_unnumbered(period):
        counted = (
            "Báo cáo đột xuất do đơn vị tự gửi: mỗi tệp chỉ nêu một vụ việc; số của báo cáo được cấp khi nhận, xem "
            "trong phiếu nhận."
        )
    lines = [
        ("heading", "Cách ghi"),
        ("text", counted),
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
    if not form.offers_nil_return:
        nil = lines.index(("heading", "Ô «Không phát sinh trong kỳ»"))
        lines[nil : nil + 2] = []
    if form.kind == "register":
        # A register is about persons: what may be written there, its own columns say.
        lines = [line for line in lines if not line[1].startswith("Không ghi họ tên")]
    if form.family == "province":
        deadline = _deadline(form, period)
        lines += [
            ("heading", "Nơi nhận"),
            ("text", f"Gửi tệp này về Cơ quan thường trực, qua Phòng Tham mưu Công an tỉnh{deadline}. "
                     "Không đặt mật khẩu, không đổi sang định dạng khác."),
            ("text", "Phát hiện sai sau khi gửi: sửa trong chính tệp này rồi gửi lại; bản gửi sau thay bản gửi trước."),
        ]  # fmt: skip
    return lines


def _deadline(form: FormContract, period: Period) -> str:
    """The part of a sentence that says by when the report is sent; empty where the form sets no date."""
    if period.kind == "ad_hoc":
        own = form.own_initiative
        if not is_unnumbered(period) or own is None:
            return ", trong thời hạn ghi tại yêu cầu báo cáo"
        return f", chậm nhất {own.working_days} ngày làm việc sau ngày xảy ra, phát hiện vụ việc"
    dates = [
        f"{f'{what} ' if what else ''}ngày {day:%d/%m/%Y}"
        for date in form.due_dates
        if (day := day_of(date, period)) is not None
        for what in (", ".join(_code_label(form, *row) for row in date.rows.items()),)
    ]
    if dates:
        return f", chậm nhất: {'; '.join(dates)}"
    within = sorted(set(form.due.values()))
    if not within:
        return ""
    by_level = " (tuỳ cấp đơn vị)" if len(within) > 1 else ""
    return f", chậm nhất {' hoặc '.join(map(str, within))} ngày làm việc sau ngày chốt số liệu{by_level}"


def _code_label(form: FormContract, field: str, code: str) -> str:
    lines = load_code_list(str(form.by_name[field].code_list)).lines(code)
    return lines[-1].label_vi[:1].lower() + lines[-1].label_vi[1:]


def _english(form: FormContract, days: tuple[str, str]) -> list[tuple[str, str]]:
    counted = f"Counts run from {days[0]}{f' to the end of {days[1]}' if days[1] else ''} (day/month/year)."
    if not days[0]:
        counted = "Sent unasked: one incident a file; its number is given at receipt."
    lines = [
        ("heading", "How to fill it in"),
        ("text", counted),
        ("text", "Write in white cells only. Grey cells are printed or do not apply."),
        ("text", "Write numbers, not formulas; do not add, delete or move rows, columns or sheets."),
        ("heading", "Zero and blank"),
        ("text", "Nothing to report is 0. Blank means not known and is never read as 0; no dashes."),
        *(_NIL_EN if form.offers_nil_return else ()),
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
