"""Commands of the reporting units' own log-ins."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation, ready

access = typer.Typer(
    no_args_is_help=True, help="Log-ins of reporting units, which see their own reports only."
)
app.add_typer(access, name="access")

UnitArgument = Annotated[str, typer.Argument(help="code of the unit, such as cah_215")]


@access.command("add-unit")
def add_unit(unit: UnitArgument, lang: LangFlag = None) -> None:
    """A log-in for a unit; its password goes into the home's passfile and is never printed."""
    from ingestion.gate import sender
    from ingestion.registry import unit_access
    from warehouse.logins import unit_login

    database = ready(installation())
    made = unit_access.add_unit(database, unit, sender())
    login, where = unit_login(unit), database.passfile.path
    if made:
        typer.echo(
            f"Đã tạo tài khoản {login}; mật khẩu nằm trong tệp {where}."
            if lang == "vi"
            else f"Log-in {login} made; its password stands in {where}."
        )
    else:
        typer.echo(
            f"Đã có tài khoản {login}; không thay đổi gì."
            if lang == "vi"
            else f"There is a log-in {login}; nothing was changed."
        )


@access.command("remove-unit")
def remove_unit(unit: UnitArgument, lang: LangFlag = None) -> None:
    """Ends a unit's log-in, and its sessions at once."""
    from ingestion.gate import sender
    from ingestion.registry import unit_access

    ended = unit_access.remove_unit(ready(installation()), unit, sender())
    typer.echo(
        f"Đã xóa tài khoản của đơn vị {unit}; số phiên bị ngắt: {ended}."
        if lang == "vi"
        else f"The log-in of {unit} is removed; sessions ended: {ended}."
    )


@access.command("list")
def list_units(as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Units that have a log-in here."""
    from ingestion.registry import unit_access

    found = unit_access.unit_accesses(ready(installation()))
    if as_json:
        typer.echo(as_text([asdict(u) for u in found]))
        return
    vi = lang == "vi"
    for u in found:
        notes = [u.login, u.label_vi if vi else u.label_en]
        if not u.is_valid:
            notes.append(
                "đơn vị đã kết thúc: nên xóa tài khoản" if vi else "no unit any more: remove its log-in"
            )
        if not u.has_password:
            notes.append(
                "tệp mật khẩu ở đây không có" if vi else "its password is not in this home's passfile"
            )
        typer.echo("  ".join((u.unit, *notes)))
    if not found:
        typer.echo("Chưa đơn vị nào có tài khoản." if vi else "No unit has a log-in.")
