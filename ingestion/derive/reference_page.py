"""The reference page of a form: what is asked, of whom, when, and by which rules, in Vietnamese and English.

Derived from the contract; the committed copies are `docs/forms/<form>.v<N>.md`.
"""

from __future__ import annotations

import datetime as dt

from ingestion.contracts.calendars import load_calendars
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract

_TIMES = {
    "S": "phát sinh / flow",
    "O": "tồn đầu kỳ / opening stock",
    "C": "tồn cuối kỳ / closing stock",
    "D": "cộng, cân đối / subtotal",
    "U": "không trùng người / distinct persons",
    "L": "tại ngày cuối kỳ / state on the last day",
    "K": "nhóm theo dõi đến ngày chốt / cohort",
    "Y": "luỹ kế trong năm / cumulative",
}
_REQUIRED = {"yes": "có / yes", "conditional": "có điều kiện / conditional", "no": "không / no"}
_MARKS = {
    "V": "đã kiểm chứng / verified",
    "D": "suy ra / derived",
    "P": "đề xuất / proposed",
    "R": "nhớ lại / recalled",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cell(c) for c in cells) + " |"


def reference_page(form: FormContract) -> str:
    """Markdown page of one revision."""
    calendar = load_calendars()[form.calendar].label
    lines = [
        f"<!-- Derived from {form.key}; change the contract and run `make derive`. -->",
        f"# {form.title.vi}",
        "",
        f"*{form.title.en}*. Mã / form: `{form.form}`, phiên bản / revision {form.revision}."
        + (
            " **Biểu đề xuất, không phải biểu chính thức** (proposed, not official)."
            if form.family == "province"
            else ""
        ),
        "",
        _row("", ""),
        _row("---", "---"),
        _row("Kỳ thống kê / calendar", f"`{form.calendar}` {calendar.vi} / {calendar.en}"),
        _row("Kỳ báo cáo / rhythms", ", ".join(form.rhythms)),
        _row("Hiệu lực / in use", f"{form.effective.first} → {form.effective.last or '…'}"),
        _row(
            "Đơn vị báo cáo / filed by", "; ".join(_filer(form, n) for n in range(len(form.filed_by))) or "–"
        ),
        *(_row("Thời hạn / due", text) for text in _due_dates(form)),
        *(
            []
            if form.offers_nil_return
            else [_row("Không phát sinh / nil return", "không áp dụng / not offered")]
        ),
        _row("Dòng / grain", ", ".join(f"`{g}`" for g in form.grain) or "một dòng / one row"),
        _row("Độ mật / sensitivity", form.sensitivity),
        "",
        "## Chỉ tiêu / fields",
        "",
        _row(
            "field",
            "chỉ tiêu",
            "kiểu / type",
            "thời gian / time",
            "bắt buộc / required",
            "căn cứ / reference",
        ),
        _row(*["---"] * 6),
    ]
    for f in form.fields:
        kind = f"{f.type} `{f.code_list}`" if f.code_list else f.type
        if f.sensitivity in _PROTECTED:
            kind += f"; {_PROTECTED[f.sensitivity]}"
        time = _TIMES[f.behaviour] if f.behaviour else "–"
        lines.append(
            _row(f"`{f.name}`", form.heading(f).vi, kind, time, _REQUIRED[f.required], f.reference or "–")
        )
    lines += [
        "",
        "## Quy tắc / rules",
        "",
        "critical: trả lại báo cáo / returned. warning: nhận và đề nghị giải trình / accepted, and asked. info: chỉ báo / shown.",
        "",
        _row("rule", "mức / severity", "nội dung / sentence", "căn cứ / basis", "mark"),
        _row(*["---"] * 5),
    ]
    for rule in form.rules:
        says = rule.says()
        severity = f"{rule.severity}, ledger" if rule.ledger else rule.severity
        lines.append(
            _row(f"`{rule.id}`", severity, f"{says.vi} / {says.en}", rule.legal_basis, _MARKS[rule.mark])
        )
    return "\n".join(lines) + "\n"


_PROTECTED = {
    "personal": "vào kho nhận dạng, không lưu trong kho số liệu / goes to the vault, never lands",
    "sensitive": "nhạy cảm / sensitive",
}


def _filer(form: FormContract, number: int) -> str:
    filer = form.filed_by[number]
    until = f" → {filer.valid_to:%d/%m/%Y}" if filer.valid_to else ""
    since = f"{filer.valid_from:%d/%m/%Y}" if filer.valid_from else ""
    days = form.due.get(filer.unit_class)
    due = f", {days} ngày làm việc / working days ({form.due_mark})" if days else ""
    validity = f" {since}{until}".rstrip() if since or until else ""
    return f"`{filer.unit_class}`{validity}{due}"


def _due_dates(form: FormContract) -> list[str]:
    """Deadlines that are no working days after the cut-off, and that of a report made unasked."""
    found = []
    for date in form.due_dates:
        which = ", ".join(f"`{name}` = {code}" for name, code in date.rows.items())
        if date.after is not None:
            day = f"{date.after + dt.timedelta(days=date.days or 0):%d/%m/%Y}"
        else:
            since = f" từ năm / from {date.first_year}" if date.first_year else ""
            day = f"{date.day:02d}/{date.month:02d} hằng năm / every year{since}"
        found.append(f"{which}: {day} ({date.mark})" if which else f"{day} ({date.mark})")
    if (own := form.own_initiative) is not None:
        found.append(
            f"tự gửi: {own.working_days} ngày làm việc sau `{own.event}`; theo yêu cầu: thời hạn của yêu cầu /"
            f" unasked: working days after the event; on request: as the request says ({own.mark})"
        )
    return found


def reference_pages(contracts: Contracts) -> dict[str, str]:
    """Path inside `docs/` → page, with an index."""
    pages = {f"forms/{c.key}.md": reference_page(c) for c in contracts.values()}
    index = [
        "<!-- Derived from the contracts; run `make derive`. -->",
        "# Các biểu báo cáo / report forms",
        "",
    ]
    index += [f"- [{c.title.vi}]({c.key}.md) `{c.form}`" for c in contracts.values()]
    return {"forms/README.md": "\n".join(index) + "\n", **pages}
