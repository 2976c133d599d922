"""Commands of the keys: make the ring, rotate it, say what it holds. No command prints a key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

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
from warehouse.errors import Kho138Error
from warehouse.keys import PURPOSES

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


@keys.command()
def rotate(
    purpose: Annotated[
        list[str] | None,
        typer.Option(
            "--purpose", help="rotate these alone (vault, store, national_id, person); without it, all"
        ),
    ] = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """New keys for old ones, in one job; the old ones are destroyed. Stopped half-way, it is run again."""
    from ingestion.gate import sender
    from ingestion.rotation import rotate_keys
    from warehouse.clock import Clock

    settings = installation()
    now = Clock.for_home(settings.home).now()
    if unknown := [p for p in purpose or () if p not in PURPOSES]:
        raise Kho138Error(
            f"--purpose takes {', '.join(PURPOSES)}, not {unknown[0][:40]}.",
            vi=f"--purpose là một trong: {', '.join(PURPOSES)}.",
        )
    chosen = tuple(p for p in PURPOSES if not purpose or p in purpose)
    told = with_progress(
        "identities",
        1,
        as_json,
        lambda tick: rotate_keys(ready(settings), settings, now, sender(), chosen, tick),
    )
    if as_json:
        typer.echo(as_text(asdict(told)))
        return
    if told.finished:
        typer.echo(
            "Lần đổi khóa trước bị ngắt giữa chừng nay đã hoàn tất; chưa đổi khóa mới."
            if lang == "vi"
            else "An earlier rotation that was stopped half-way is finished; no new one was begun."
        )
    else:
        typer.echo(
            f"Đã đổi {len(told.new_keys)} khóa: mã hóa lại {told.identities} nhận dạng và {told.files} tệp gốc."
            if lang == "vi"
            else f"{len(told.new_keys)} keys rotated; identities made anew: {told.identities}, originals: {told.files}."
        )
    if told.shut:
        typer.echo(
            f"{told.shut} nhận dạng dưới khóa đã mất: không mở được, giữ nguyên."
            if lang == "vi"
            else f"Identities under keys lost before: {told.shut}; nobody opens them, they stay as they are."
        )
    typer.echo(
        f"Tệp khóa {settings.key_path} đã thay đổi: hãy cất bản sao mới và hủy bản sao cũ."
        if lang == "vi"
        else f"The key ring {settings.key_path} has changed: keep a new copy of it, destroy the old copies."
    )
