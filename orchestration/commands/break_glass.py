"""Commands of emergency access: open, close, list. It ends by itself when its time is over."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation, ready
from warehouse.clock import HANOI

break_glass = typer.Typer(
    no_args_is_help=True, help="Emergency access of one person, for some hours, with a reason."
)
app.add_typer(break_glass, name="break-glass")


@break_glass.command("open")
def open_one(
    role: Annotated[str, typer.Option(help="linker, case_analyst or auditor")],
    granted_to: Annotated[str, typer.Option("--for", help="who is let in")],
    reason: Annotated[str, typer.Option(help="why; it stays in the event log and names nobody")],
    hours: Annotated[int, typer.Option(help="for how long, at most 24")],
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """A log-in for one person; its password goes into a file that only this user reads."""
    from ingestion.gate import sender
    from ingestion.registry import break_glass as record

    opened, file, told = record.open_access(ready(installation()), role, granted_to, reason, hours, sender())
    until = opened.expires_at.astimezone(HANOI)
    if as_json:
        typer.echo(as_text(opened.as_mapping() | {"password_file": str(file), "conninfo": told}))
    elif lang == "vi":
        typer.echo(
            f"Đã mở quyền khẩn cấp {opened.break_glass_id}: tài khoản {opened.login}, vai trò {opened.role}."
        )
        typer.echo(f"Hết hạn lúc {until:%H:%M ngày %d/%m/%Y}; mật khẩu nằm trong tệp {file}.")
        typer.echo(f'Kết nối: psql "{told}"')
    else:
        typer.echo(
            f"Emergency access {opened.break_glass_id} is open: log-in {opened.login}, role {opened.role}."
        )
        typer.echo(f"It ends at {until:%Y-%m-%d %H:%M}; the password stands in {file}.")
        typer.echo(f'Connect: psql "{told}"')


@break_glass.command()
def close(number: Annotated[int, typer.Argument(help="its number")], lang: LangFlag = None) -> None:
    """Ends an emergency access before its time, and its sessions at once."""
    from ingestion.gate import sender
    from ingestion.registry.break_glass import close_access

    ended = close_access(ready(installation()), number, sender())
    typer.echo(
        f"Đã đóng quyền khẩn cấp {number}; số phiên bị ngắt: {ended}."
        if lang == "vi"
        else f"Emergency access {number} is closed; sessions ended: {ended}."
    )


@break_glass.command("list")
def list_all(as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Every emergency access there ever was, the newest first."""
    from ingestion.registry.break_glass import accesses

    found = accesses(ready(installation()))
    vi = lang == "vi"
    if as_json:
        typer.echo(as_text([b.as_mapping() for b in found]))
        return
    names = {"open": "đang mở", "closed": "đã đóng", "expired": "đã hết hạn"}
    for b in found:
        state = b.closed_as or "open"
        until = b.expires_at.astimezone(HANOI)
        typer.echo(
            f"{b.break_glass_id}  {names[state]}  {b.role}  {b.granted_to}  hạn {until:%d/%m/%Y %H:%M}  {b.reason}"
            if vi
            else f"{b.break_glass_id}  {state}  {b.role}  {b.granted_to}  until {until:%Y-%m-%d %H:%M}  {b.reason}"
        )
    if not found:
        typer.echo("Chưa từng mở quyền khẩn cấp." if vi else "There was no emergency access yet.")
