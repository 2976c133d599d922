"""Commands of the keys: make the ring, say what it holds. No command prints a key."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation, ready

keys = typer.Typer(no_args_is_help=True, help="The keys of the vault, the store and the pseudonyms.")
app.add_typer(keys, name="keys")


@keys.command()
def create(
    old_keys_are_lost: Annotated[
        bool,
        typer.Option(
            "--old-keys-are-lost",
            help="the ring this database knows is gone for good: retire its keys, begin with new ones",
        ),
    ] = False,
    lang: LangFlag = None,
) -> None:
    """Makes the key ring before the first file is taken in; never overwrites one."""
    from ingestion.gate import sender
    from ingestion.vault_keys import create_keys
    from warehouse.clock import Clock

    settings = installation()
    now = Clock.for_home(settings.home).now()
    with ready(settings).connect("owner") as connection:
        ring = create_keys(connection, settings, now, sender(), old_keys_are_lost)
    typer.echo(
        f"Đã tạo tệp khóa {ring.path}. Hãy cất một bản sao ở nơi an toàn, tách khỏi cơ sở dữ liệu và bản sao lưu của nó."
        if lang == "vi"
        else f"Key ring {ring.path} made. Keep a copy in a safe place, apart from the database and its backups."
    )


@keys.command()
def status(as_json: JsonFlag = False, lang: LangFlag = None) -> None:
    """Ids, purposes, ages and use of the keys that the database knows; exit 1 where the ring does not hold."""
    from ingestion.vault_keys import key_status
    from warehouse.clock import Clock

    settings = installation()
    now = Clock.for_home(settings.home).now()
    with ready(settings).connect("owner") as connection:
        told = key_status(connection, settings, now)
    if as_json:
        typer.echo(as_text(told.as_mapping()))
    else:
        for k in told.keys:
            state = {"active": "đang dùng", "retired": "đã thôi dùng"}[k.state] if lang == "vi" else k.state
            typer.echo(
                f"{k.key_id}  {state}  {k.age_days} ngày  {k.identities} nhận dạng"
                if lang == "vi"
                else f"{k.key_id}  {state}  {k.age_days} days  {k.identities} identities"
            )
        if not told.keys:
            typer.echo(
                "Chưa có khóa; tệp khóa được tạo khi nhận tệp đầu tiên."
                if lang == "vi"
                else "No keys yet: the ring is made when the first file is taken in."
            )
        if told.problem is not None:
            typer.echo(told.problem.message_vi if lang == "vi" else told.problem.message)
    if told.problem is not None:
        raise typer.Exit(1)
