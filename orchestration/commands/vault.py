"""Commands of the vault: read identities, which is written into the event log before anything is shown."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation, ready

vault = typer.Typer(no_args_is_help=True, help="Identities in the vault.")
app.add_typer(vault, name="vault")


@vault.callback()
def _group() -> None:
    """Keeps `read` a command of its group while it is the only one."""


@vault.command()
def read(
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY…", help="pseudonyms, as in the column person_key")
    ],
    reason: Annotated[str, typer.Option(help="why; it stays in the event log and names nobody")],
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Identities of persons, for a reason; who read whom is logged first. Exit 1 where somebody is not found or shut."""
    from ingestion.gate import sender
    from ingestion.registry.anchor import anchor_head
    from ingestion.vault_reading import read_identities
    from warehouse.keys import load_ring

    settings = installation()
    database, ring = ready(settings), load_ring(settings.key_path)
    with database.connect("linker") as connection:
        # The role is shared: which account of this machine asked stands beside it in the log.
        connection.execute("select set_config('application_name', %s, false)", [f"kho138 {sender()}"])
        connection.commit()
        found = read_identities(connection, ring, keys, reason)
    if settings.anchor is not None:
        with database.connect("auditor") as auditor:
            anchor_head(settings, auditor)
    missing = sorted(set(keys) - {i.person_key for i in found})
    shut = [i for i in found if i.values is None]
    vi = lang == "vi"
    if as_json:
        typer.echo(as_text({"identities": [i.as_mapping() for i in found], "not_found": missing}))
    else:
        for i in found:
            for name, value in (i.values or {}).items():
                typer.echo(f"{i.person_key}  {i.submission_id}  {name}: {value}")
        if lost := sum(i.problem == "key_lost" for i in shut):
            typer.echo(
                f"{lost} nhận dạng được mã hóa bằng khóa đã mất: không ai mở được nữa."
                if vi
                else f"Identities under keys that are lost: {lost}; nobody opens them any more."
            )
        if damaged := sum(i.problem == "damaged" for i in shut):
            typer.echo(
                f"{damaged} nhận dạng đã bị sửa sau khi lưu: không mở được."
                if vi
                else f"Identities that were changed after they were stored: {damaged}; they do not open."
            )
        for key in missing:
            typer.echo(f"{key}  không có trong kho" if vi else f"{key}  is not in the vault")
    if missing or shut:
        raise typer.Exit(1)
