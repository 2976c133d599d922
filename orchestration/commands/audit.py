"""Commands of the audit: does the event log still say what was written?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from orchestration.commands.common import (
    JsonFlag,
    LangFlag,
    app,
    as_text,
    installation,
    ready,
    with_progress,
)

if TYPE_CHECKING:
    from ingestion.registry.event_chain import Verdict

_SUBJECTS_VI = {
    "submission": "báo cáo",
    "obligation": "nghĩa vụ báo cáo",
    "regime": "chế độ báo cáo",
    "request": "yêu cầu đột xuất",
    "discrepancy": "chênh lệch",
    "unit": "đơn vị",
    "keys": "khóa mã hóa",
    "vault": "đọc kho định danh",
    "access": "tài khoản đơn vị",
    "break_glass": "truy cập khẩn cấp",
}

audit = typer.Typer(no_args_is_help=True, help="Tamper checks.")
app.add_typer(audit, name="audit")


@audit.command()
def verify(as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Reckons the event log's hash chain again and holds it to its anchor; exit 1 where it does not hold."""
    from ingestion.registry.event_chain import verify as verify_log

    settings = installation()
    with ready(settings).connect("auditor") as connection:
        verdict = with_progress(
            "events", 1, as_json, lambda tick: verify_log(connection, settings.anchor, tick)
        )
    if as_json:
        typer.echo(as_text(_as_mapping(verdict)))
    else:
        for line in _told(verdict, lang or "en"):
            typer.echo(line)
    if not verdict.is_intact:
        raise typer.Exit(1)


def _as_mapping(verdict: Verdict) -> dict[str, object]:
    return {
        "is_intact": verdict.is_intact,
        **asdict(verdict),
        "not_anchored": verdict.not_anchored,
    }


def _told(verdict: Verdict, lang: str) -> list[str]:
    vi = lang == "vi"
    if verdict.broken is not None:
        place = verdict.broken.message_vi if vi else verdict.broken.message_en
        lines = [
            f"Nhật ký sự kiện không còn nguyên vẹn: {place}"
            if vi
            else f"The event log does not hold: {place}"
        ]
    else:
        lines = ["Nhật ký sự kiện còn nguyên vẹn" if vi else "The event log is intact"]
    if verdict.head is not None:
        lines.append(
            f"{verdict.events} sự kiện; khớp đến vị trí {verdict.head}, mã băm {verdict.hash}"
            if vi
            else f"{verdict.events} events; holds to position {verdict.head}, hash {verdict.hash}"
        )
    if verdict.by_subject:
        lines.append(
            ("Sự kiện theo đối tượng: " if vi else "Events by subject: ")
            + ", ".join(
                f"{_SUBJECTS_VI.get(name, name) if vi else name} {count}"
                for name, count in verdict.by_subject.items()
            )
        )
    if verdict.is_intact:
        lines.append(_anchor_told(verdict, vi))
    return lines


def _anchor_told(verdict: Verdict, vi: bool) -> str:
    if verdict.anchor is None:
        burnt = verdict.numbers_after_last
        hint = ""
        if burnt:
            hint = (
                f" ({burnt} số cuối đã cấp nhưng không còn sự kiện: giao dịch bị hủy, hoặc phần cuối đã bị cắt)"
                if vi
                else f" (the last {burnt} numbers drawn have no event: transactions rolled back, or a cut end)"
            )
        return (
            f"Chưa có tệp neo (KHO138_ANCHOR): không biết được phần cuối có bị cắt hay không{hint}"
            if vi
            else f"No anchor (KHO138_ANCHOR): nothing vouches for the end of the log{hint}"
        )
    if verdict.anchor_position is None:
        return (
            f"Tệp neo {verdict.anchor}: chưa ghi dòng nào"
            if vi
            else f"Anchor {verdict.anchor}: nothing was written to it yet"
        )
    after = verdict.not_anchored
    return (
        f"Tệp neo {verdict.anchor}: đến vị trí {verdict.anchor_position}; {after} sự kiện sau đó chưa được neo"
        if vi
        else f"Anchor {verdict.anchor}: to position {verdict.anchor_position}; {after} events after it are not anchored"
    )
