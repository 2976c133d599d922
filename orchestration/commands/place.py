"""Commands of the installation itself: the sample province, how to connect."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Literal

import typer

from orchestration.commands.common import LangFlag, app, installation, ready, with_progress
from warehouse.errors import Kho138Error
from warehouse.settings import load_settings


@app.command()
def demo(
    years: Annotated[str, typer.Option(help="2024-2025, or one year")] = "2024-2025",
    seed: Annotated[int, typer.Option(help="The same seed tells the same province.")] = 138,
    lang: LangFlag = None,
) -> None:
    """The sample province: invented reports through the gate, the build and the figures; goes on from what is there."""
    from orchestration.sample import parse_years, run_demo, told

    chosen, settings = parse_years(years), load_settings()
    ran, built = with_progress("reports", 1, False, lambda tick: run_demo(settings, chosen, seed, tick))
    for line in told(settings, ran, built, lang or "en"):
        typer.echo(line)
    if built["state"] == "failed":
        raise typer.Exit(1)


Role = Literal["owner", "loader", "builder", "linker", "statistician", "case_analyst", "reporter", "auditor"]


@app.command()
def url(role: Annotated[Role, typer.Option()] = "statistician") -> None:
    """One SQLAlchemy URL, with its driver and passfile."""

    typer.echo(ready(installation()).url(role))


@app.command()
def psql(role: Annotated[Role, typer.Option()] = "statistician") -> None:
    """A shell as that role."""
    from warehouse.postgres import EmbeddedPostgres

    settings = installation()
    database = ready(settings)
    program = shutil.which("psql") or str(EmbeddedPostgres(settings).bin_dir / "psql")
    if not Path(program).exists():
        raise Kho138Error("psql is not installed; `kho138 url` prints how to connect with another program.")
    raise typer.Exit(
        subprocess.run([program], env={**os.environ, **database.libpq_env(role)}, check=False).returncode
    )
