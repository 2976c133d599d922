"""The words of a reminder: an official letter (công văn đôn đốc) as DOCX, and an e-mail that says the same.

A body that the plan only asks to report is asked (“đề nghị”), never told of a breach. What comes from a home with a
simulated clock is invented, and says so. The layout is `template`'s; number, day and signature are left to the office.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from extracts.letters.template import reminder_template
from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.loader import read_yaml
from ingestion.registry.late import LateBody, LateReport
from warehouse.clock import HANOI

INVENTED = "SỐ LIỆU GIẢ ĐỊNH"
PROVINCE = "24"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to one body: `subject` without “V/v”, paragraphs before and after the list of reports."""

    subject: str
    opening: str
    closing: tuple[str, ...]


def words(body: LateBody, at: dt.datetime) -> Words:
    """What is said to a body about what was late at an instant."""
    head = _letterhead()
    writer, agency, count = head["writer"], head["standing_agency"], len(body.reports)
    basis = "; ".join(dict.fromkeys(r.legal_basis for r in body.reports))
    then = f"{at.astimezone(HANOI):%H giờ %M, ngày %d/%m/%Y}"
    if body.is_requested:
        return Words(
            "đề nghị phối hợp gửi báo cáo về phòng, chống mua bán người",
            f"Để có đủ số liệu tổng hợp về công tác phòng, chống mua bán người trên địa bàn tỉnh ({basis}), "
            f"{writer} trân trọng đề nghị {body.label_vi} quan tâm, phối hợp gửi {count} báo cáo dưới đây, "
            f"là những báo cáo {writer} chưa có đến {then}:",
            (
                f"Báo cáo xin gửi về {agency} để tổng hợp. Nếu trong kỳ không phát sinh số liệu, đề nghị gửi báo cáo "
                "“không phát sinh”.",
                f"{writer} trân trọng cảm ơn sự phối hợp của {body.label_vi}./.",
            ),
        )
    return Words(
        "đôn đốc gửi báo cáo về phòng, chống mua bán người",
        f"Thực hiện chế độ thông tin, báo cáo về công tác phòng, chống mua bán người ({basis}), qua theo dõi, "
        f"đến {then}, còn {count} báo cáo của {body.label_vi} đã hết thời hạn mà {writer} chưa nhận được, hoặc đã trả "
        "lại và chưa nhận được bản gửi lại, cụ thể như sau:",
        (
            f"Đề nghị {body.label_vi} khẩn trương hoàn thành và gửi các báo cáo nêu trên về {agency} để tổng hợp. "
            "Nếu trong kỳ không phát sinh số liệu, gửi báo cáo “không phát sinh”; báo cáo đã bị trả lại thì sửa theo "
            "phiếu kiểm tra rồi gửi lại.",
            "Trường hợp có khó khăn, vướng mắc, đề nghị có văn bản nêu rõ lý do và thời gian sẽ gửi báo cáo./.",
        ),
    )


def letter(body: LateBody, at: dt.datetime, today: dt.date, *, is_invented: bool) -> bytes:
    """The letter to a body, written on a day, as a DOCX file."""
    from docxtpl import DocxTemplate

    head, said = _letterhead(), words(body, at)
    # Appendix I of the decree: January and February alone have a leading zero.
    month = f"{today.month:02d}" if today.month < 3 else f"{today.month}"
    province = load_code_list("area").get(PROVINCE, today)
    name = province.label_vi.removeprefix("Tỉnh ") if province else ""
    document = DocxTemplate(io.BytesIO(reminder_template()))
    document.render(
        {
            "parent": head["parent"].format(province=name.upper()),
            "issuer": head["issuer"],
            "number": f"Số:          /{head['symbol']}",
            "subject": f"V/v {said.subject}",
            # Number and day are given when it is signed.
            "place_and_date": f"{name}, ngày        tháng {month} năm {today.year}",
            "invented": INVENTED if is_invented else "",
            "addressee": body.label_vi,
            "opening": said.opening,
            "rows": [_row(n, body, report) for n, report in enumerate(body.reports, start=1)],
            "days_head": "Đã qua (ngày)" if body.is_requested else "Quá hạn (ngày)",
            "closing": said.closing,
            "signs_for": head["signs_for"],
            "recipients": [*(f"{r};" for r in head["recipients"][:-1]), f"{head['recipients'][-1]}."],
        },
        autoescape=True,
    )
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def mail_text(body: LateBody, at: dt.datetime, *, is_invented: bool) -> tuple[str, str]:
    """Subject and text of the e-mail to a body."""
    said = words(body, at)
    mark = f"[{INVENTED}] " if is_invented else ""
    lines = [f"Kính gửi: {body.label_vi}", "", said.opening, ""]
    for n, report in enumerate(body.reports, start=1):
        row = _row(n, body, report)
        note = f" ({row['note']})" if row["note"] else ""
        lines.append(f"{n}. {row['form']}, kỳ {row['period']}, thời hạn {row['due']}{note}")
    lines += ["", *said.closing]
    if is_invented:
        lines = [INVENTED, "", *lines]
    return f"{mark}V/v {said.subject}", "\n".join(lines) + "\n"


def _row(number: int, body: LateBody, report: LateReport) -> dict[str, Any]:
    again = "Chờ bản gửi lại" if body.is_requested else "Trả lại, chờ gửi lại"
    notes = [again] if report.state == "returned" else []
    if report.unit != body.unit:
        notes.append(f"Của {report.unit_vi}")
    return {
        "number": number,
        "form": report.title_vi,
        "period": report.period_vi,
        "due": f"{report.due_at:%d/%m/%Y}",
        "days": report.days_late,
        "note": "; ".join(notes),
    }


@lru_cache(maxsize=1)
def _letterhead() -> Mapping[str, Any]:
    data: dict[str, Any] = read_yaml(Path(__file__).parent / "letterhead.yaml")
    said = {name: row["vi"] for name, row in data.items() if name != "recipients"}
    return said | {"recipients": [row["vi"] for row in data["recipients"]]}
