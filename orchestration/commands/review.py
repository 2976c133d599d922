"""Commands of the review: reminders, punctuality, bodies to inspect, bodies to reward."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.commands.common import (
    AsOfOption,
    JsonFlag,
    LangFlag,
    app,
    as_of_said,
    as_text,
    installation,
)

UnitOption = Annotated[str | None, typer.Option(help="unit code, such as cah_215")]
YearOption = Annotated[int | None, typer.Option(min=2021, max=2031, help="this year by default")]

_WAYS = {
    "written": ("letter written: {path}", "đã in công văn: {path}"),
    "would_be_written": ("a letter would be written: {path}", "sẽ in công văn: {path}"),
    "sent": ("e-mail sent", "đã gửi thư điện tử"),
    "would_be_sent": ("an e-mail would be sent to {to}: {subject}", "sẽ gửi thư điện tử đến {to}: {subject}"),
    "no_address": ("no e-mail: contacts.csv has no address", "không gửi thư: contacts.csv chưa có địa chỉ"),
    "no_successor": (
        "nothing: the unit ended, and unit_succession.csv names no successor",
        "không gửi: đơn vị đã kết thúc hoạt động, unit_succession.csv chưa ghi đơn vị kế thừa",
    ),
    "failed": ("failed: {why}", "không thực hiện được: {why}"),
}
_AGAIN = {
    "letter": ("letter of today, written already: {path}", "công văn của hôm nay, đã in: {path}"),
    "email": ("e-mail already sent today; not sent again", "hôm nay đã gửi thư; không gửi lại"),
}


@app.command()
def remind(
    as_of: AsOfOption = None,
    unit: UnitOption = None,
    body: Annotated[str | None, typer.Option(help="body of the plan, such as B1")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="folder for letters (DOCX)")] = None,
    send: Annotated[bool, typer.Option("--send", help="send e-mails (KHO138_SMTP_…, contacts.csv)")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would be sent to whom; do nothing")
    ] = False,
    by: Annotated[str | None, typer.Option(help="who reminds; this account by default")] = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Who is late, by body; writes letters of reminder and sends e-mails. Never twice a day for the same reports."""
    from orchestration.reminders import Wanted, remind
    from warehouse.clock import Clock

    settings = installation()
    at = None if as_of is None else as_of_said(as_of, Clock.for_home(settings.home).now())
    # A dry run without a way named tells of both.
    wanted = Wanted(output, send or (dry_run and output is None), dry_run, by)
    told = remind(settings, wanted, as_of=at, unit=unit, body=body)
    reminders = told["reminders"]
    is_vi = lang == "vi"
    if as_json:
        typer.echo(as_text(told))
    else:
        for r in reminders:
            _print_reminder(r, is_vi)
        for fault in told["faults"]:
            typer.echo(fault)
        reports = sum(len(r["reports"]) for r in reminders)
        if is_vi:
            typer.echo(f"{told['as_of']:%d/%m/%Y %H:%M}: {len(reminders)} cơ quan, đơn vị; {reports} báo cáo")
        else:
            typer.echo(f"{told['as_of']:%d/%m/%Y %H:%M}: {len(reminders)} bodies, {reports} reports")
    states = [r[way]["state"] for r in reminders for way in ("letter", "email") if r[way] is not None]
    if told["faults"] or {"failed", "no_address", "no_successor"} & set(states):
        raise typer.Exit(1)


def _print_reminder(r: dict[str, Any], is_vi: bool) -> None:
    kind = ("đề nghị" if is_vi else "requested") if r["is_requested"] else ("đôn đốc" if is_vi else "late")
    typer.echo(f"{r['unit']}  {r['label_vi'] if is_vi else r['label_en']}  ({kind})")
    for report in r["reports"]:
        title, period = (
            (report["title_vi"], report["period_vi"]) if is_vi else (report["title_en"], report["period_en"])
        )
        days = f"{report['days_late']} ngày" if is_vi else f"{report['days_late']} days"
        due = f"hạn {report['due_at']:%d/%m/%Y}" if is_vi else f"due {report['due_at']:%d/%m/%Y}"
        owed_by = f"  ← {report['unit']}" if report["unit"] != r["unit"] else ""
        returned = ("  bị trả lại" if is_vi else "  returned") if report["state"] == "returned" else ""
        typer.echo(f"  {title}  {period}  {due}  {days}{returned}{owed_by}")
    for way in ("letter", "email"):
        if (done := r[way]) is not None:
            said = _AGAIN[way] if done["state"] == "already_today" else _WAYS[done["state"]]
            typer.echo(f"  {said[is_vi].format(**done)}")


@app.command()
def punctuality(
    first: Annotated[str | None, typer.Option("--from", help="2024 or 2024-H1")] = None,
    last: Annotated[str | None, typer.Option("--to", help="2024 or 2024-H2")] = None,
    unit: UnitOption = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """How punctual each body was, by year and half; bodies that are only asked to report stand apart."""
    from orchestration.review import punctuality

    rows = punctuality(installation(), first, last, unit)
    if as_json:
        typer.echo(as_text(_apart(rows)))
        return
    names = _PUNCTUALITY_VI if lang == "vi" else _PUNCTUALITY_EN
    for row in rows:
        told = "  ".join(f"{name} {row[key]}" for key, name in names.items() if row[key] is not None)
        asked = ("  (đề nghị)" if lang == "vi" else "  (requested)") if row["is_requested"] else ""
        typer.echo(f"{row['unit']}  {row['period']}{asked}  {told}")


_PUNCTUALITY_EN = {
    "owed": "owed",
    "accepted": "accepted",
    "on_time": "on time",
    "late": "late",
    "days_late_mean": "mean days",
    "days_late_longest": "longest",
    "missing": "missing",
    "returned_at_first": "returned at first",
    "corrected": "corrected",
}
_PUNCTUALITY_VI = {
    "owed": "phải nộp",
    "accepted": "đã chấp nhận",
    "on_time": "đúng hạn",
    "late": "chậm",
    "days_late_mean": "số ngày chậm bình quân",
    "days_late_longest": "chậm nhất",
    "missing": "chưa nộp",
    "returned_at_first": "lần đầu bị trả lại",
    "corrected": "đã sửa số",
}


@app.command()
def inspections(year: YearOption = None, as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Bodies to inspect, with the reasons in words. The thresholds are proposed: for the province to decide."""
    from orchestration.review import inspections

    chosen, rows = inspections(installation(), year)
    if as_json:
        typer.echo(as_text({"year": chosen, **_apart(rows)}))
        return
    is_vi = lang == "vi"
    for row in rows:
        reasons = "; ".join(r["vi" if is_vi else "en"] for r in row["reasons"])
        asked = (" (đề nghị)" if is_vi else " (requested)") if row["is_requested"] else ""
        typer.echo(f"{row['unit']}  {row['label_vi'] if is_vi else row['label_en']}{asked}: {reasons}")
    typer.echo(
        f"Năm {chosen}: {len(rows)} cơ quan, đơn vị (ngưỡng đề xuất, do tỉnh quyết định)"
        if is_vi
        else f"{chosen}: {len(rows)} bodies (thresholds are proposed, for the province to decide)"
    )


@app.command()
def rewards(year: YearOption = None, as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Bodies always on time: all reports accepted, the first in time, no discrepancy open. Proposed criteria."""
    from orchestration.review import rewards

    chosen, rows = rewards(installation(), year)
    if as_json:
        typer.echo(as_text({"year": chosen, **_apart(rows)}))
        return
    is_vi = lang == "vi"
    for row in rows:
        typer.echo(f"{row['unit']}  {row['label_vi']}: {row['reports']} {'báo cáo' if is_vi else 'reports'}")
    typer.echo(
        f"Năm {chosen}: {len(rows)} cơ quan, đơn vị luôn đúng hạn (tiêu chí đề xuất)"
        if is_vi
        else f"{chosen}: {len(rows)} bodies always on time (proposed criteria)"
    )


def _apart(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Bodies that owe, and those that are only asked."""
    return {
        "bodies": [r for r in rows if not r["is_requested"]],
        "requested": [r for r in rows if r["is_requested"]],
    }
