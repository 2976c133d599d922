"""Commands of the warehouse: build, indicators, and the cells behind a figure."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.common import (
    AsOfOption,
    JsonFlag,
    app,
    as_of_said,
    as_text,
    installation,
    ready,
    with_progress,
)
from warehouse.clock import Clock
from warehouse.errors import Kho138Error


@app.command()
def trace(
    what: Annotated[str, typer.Argument(help="an indicator (I10), or a form")],
    period: Annotated[str | None, typer.Option(help="of an indicator: 2024-H1")] = None,
    area: Annotated[str, typer.Option(help="of an indicator: official code")] = "24",
    key: Annotated[list[str] | None, typer.Option(help="of a form: COL=VALUE, may be repeated")] = None,
    field: Annotated[str | None, typer.Option(help="of a form: the cell's field")] = None,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """From a figure to its cells: submission, sheet, cell, and how long it was in force."""
    from ingestion.gate import installed_contracts
    from orchestration.tracing import trace_form, trace_indicator

    settings = installation()
    database = ready(settings)
    contracts = installed_contracts(settings)
    if what not in contracts.forms and what[:1] == "I" and what[1:].isdigit():
        if period is None:
            raise Kho138Error("--period says which figure, such as 2024-H1.")
        at = as_of_said(as_of, Clock.for_home(settings.home).now())
        traced = trace_indicator(database, what, period, at, area)
    else:
        pairs = [k.split("=", 1) for k in key or []]
        if any(len(p) != 2 for p in pairs):
            raise Kho138Error("--key takes COL=VALUE.")
        if what in contracts.forms and field is None:
            measures = contracts.latest(what).measures
            if len(measures) != 1:
                raise Kho138Error(f"{what} has {len(measures)} measures; name one with --field.")
            field = measures[0].name
        cells = trace_form(database, contracts, what, dict(pairs), field or "")
        traced = {"form": what, "key": dict(pairs), "cells": cells}
    if as_json:
        typer.echo(as_text(traced))
    else:
        for c in traced["cells"]:
            said = "–" if c["value"] is None else c["value"]
            state = c.get("value_state") or ""
            typer.echo(
                f"{c['field']} = {said} {state}  {c['unit']} {c['period']}  submission {c['submission_id']}"
                f"  {c['sheet'] or 'CSV'}!{c['cell']}  sha256 {c['file_sha256']}"
            )
    if not traced["cells"]:
        raise typer.Exit(1)


@app.command()
def build(as_json: JsonFlag = False) -> None:
    """Builds the warehouse with all its checks, and publishes it when they pass."""
    from orchestration.building import build as build_all

    report = with_progress("building", 1, as_json, lambda tick: build_all(installation()))
    if as_json:
        typer.echo(as_text(report))
    else:
        typer.echo(f"build {report['build_id']}: {report['state']}, {report['checks_passed']} checks passed")
        for name in report["checks_failed"]:
            typer.echo(f"  failed: {name}")
        for table, rows in report["published"].items():
            typer.echo(f"  marts.{table}: {rows}")
        if report["message"]:
            typer.echo(f"  {report['message']}")
    if report["state"] != "published":
        raise typer.Exit(1)


@app.command()
def indicators(
    period: Annotated[str | None, typer.Option()] = None,
    area: Annotated[str | None, typer.Option()] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="also by offence, source, regime, form, unit")
    ] = False,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Published indicators: value, numerator, denominator, target, met, coverage."""
    from orchestration.figures import indicator_values

    settings = installation()
    at = None if as_of is None else as_of_said(as_of, Clock.for_home(settings.home).now())
    values = indicator_values(settings, period, area, parts=parts, at=at)
    if as_json:
        typer.echo(as_text(values))
        return
    for v in values:
        shown = "–" if v["value"] is None else v["value"]
        part = "".join(f"  {name}={code}" for name, code in v["disaggregation"].items())
        typer.echo(
            f"{v['indicator']}  {v['calendar']}  {v['period']}  {v['area']['code']}{part}  {shown}  ({v['state']})"
        )
