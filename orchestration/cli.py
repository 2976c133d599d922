"""The command line `kho138`: thin; each command calls one function of a room and prints what it returns.

Exit codes: 0 done; 1 done, and the answer is negative; 2 usage or configuration, with one line. No traceback reaches
a user.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from warehouse.clock import HANOI
from warehouse.errors import Kho138Error
from warehouse.settings import Settings, load_settings

if TYPE_CHECKING:
    from warehouse.database import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
LangFlag = Annotated[Literal["vi", "en"] | None, typer.Option("--lang", help="Language of messages.")]


def _settings() -> Settings:
    """Settings of this installation; a home is made on first use."""
    from warehouse.clock import create_home, is_home

    settings = load_settings()
    if not is_home(settings.home):
        create_home(settings.home)
    return settings


def _ready(settings: Settings) -> Database:
    """The installation's database, started and up to date."""
    from warehouse.database import Database

    database = Database(settings)
    database.ensure()
    return database


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_as_json)


def _as_json(value: Any) -> Any:
    """Dates as ISO 8601, exact numbers as numbers."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@app.command()
def forms(
    form: Annotated[str | None, typer.Argument()] = None, as_json: JsonFlag = False, lang: LangFlag = None
) -> None:
    """The report forms: fields, rules, who files them."""
    from ingestion.derive.catalogue import describe
    from ingestion.gate import installed_contracts

    contracts = installed_contracts(_settings())
    if form is not None and form not in contracts.forms:
        raise Kho138Error(f"{form} is not a form; `kho138 forms` lists them.")
    chosen = [c for c in contracts.values() if form in (None, c.form)]
    if as_json:
        typer.echo(_json([describe(c) for c in chosen]))
        return
    for c in chosen:
        title = c.title.en if lang != "vi" else c.title.vi
        typer.echo(f"{c.form}  v{c.revision}  {c.calendar}  {', '.join(c.rhythms)}  {title}")
        if form is not None:
            for f in c.fields:
                typer.echo(f"  {f.name}  {f.type}  {f.behaviour or '–'}  {f.required}  {c.heading(f).vi}")
            for r in c.rules:
                says = r.says()
                typer.echo(f"  [{r.severity}] {r.id}: {says.en if lang != 'vi' else says.vi}")


@app.command()
def submit(
    files: list[Path],
    as_json: JsonFlag = False,
    received_at: Annotated[
        str | None, typer.Option(help="For archives: when it was received, stored as stated.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="For a file without an envelope.")] = None,
    unit: Annotated[str | None, typer.Option()] = None,
    period: Annotated[str | None, typer.Option()] = None,
    lang: LangFlag = None,
) -> None:
    """The gate: takes reports in, judges them, answers with what to mend."""
    from ingestion.gate import Incoming
    from ingestion.parsing.envelope import Said
    from orchestration.filing import file_reports

    stated = _instant(received_at)
    for path in files:
        if not os.path.lexists(path):
            raise Kho138Error(f"{path}: there is no such file.")
    incoming = [Incoming(p, Said(form, unit, period), stated) for p in files]
    reports = _with_progress(
        "filing", len(incoming), as_json, lambda tick: file_reports(_settings(), incoming, progress=tick)
    )
    for report in reports:
        typer.echo(_json(report)) if as_json else _print_report(report, lang or "vi")
    if any(r["state"] in {"returned", "refused_state_secret"} for r in reports):
        raise typer.Exit(1)


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Kho138Error(
            f"--received-at takes an ISO date and time, such as 2024-07-16T09:30+07:00, not {text}."
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=HANOI)


def _with_progress(what: str, total: int, quiet: bool, work: Any) -> Any:
    """Runs `work(tick)`; a bar on stderr where somebody watches and the work may take more than a second."""
    if quiet or not sys.stderr.isatty():
        return work(None)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        return work(lambda done, of=None: bar.update(task, completed=done, total=of))


_STATES = {
    "accepted": "được chấp nhận",
    "accepted_with_warnings": "được chấp nhận, có điểm cần giải trình",
    "returned": "bị trả lại",
    "duplicate": "trùng tệp đã gửi",
    "refused_state_secret": "không nhận: có bí mật nhà nước, tệp không được lưu",
}


def _print_report(report: dict[str, Any], lang: str) -> None:
    state = _STATES.get(report["state"], report["state"]) if lang == "vi" else report["state"]
    name = f"{report['form'] or '?'} {report['unit'] or '?'} {report['period'] or '?'}"
    typer.echo(f"#{report['submission_id']} {report['file_name']}: {name}: {state} ({report['rows_landed']})")
    shown = report["findings"][:50]
    for f in shown:
        place = "!".join(x for x in (f["sheet"], f["cell"]) if x)
        typer.echo(f"  [{f['severity']}] {place} {f['message_vi'] if lang == 'vi' else f['message_en']}")
    if len(report["findings"]) > len(shown):
        rest = len(report["findings"]) - len(shown)
        more = (
            f"  … còn {rest} điểm; xem: kho138 receipt"
            if lang == "vi"
            else f"  … {rest} more: kho138 receipt"
        )
        typer.echo(f"{more} {report['submission_id']}")


@app.command()
def template(
    form: str,
    period: Annotated[str, typer.Option(help="2024-07, 2024-Q3, 2024-H1, 2024")],
    unit: Annotated[str, typer.Option(help="unit code, such as cah_215")],
    output: Annotated[Path, typer.Option("-o", "--output")],
) -> None:
    """The workbook a body fills."""
    from ingestion.contracts.code_lists import load_code_list
    from ingestion.contracts.periods import Period, PeriodError
    from ingestion.derive.xlsx_template import render_template
    from ingestion.gate import installed_contracts

    contracts = installed_contracts(_settings())
    if form not in contracts.forms:
        raise Kho138Error(f"{form} is not a form; `kho138 forms` lists them.")
    try:
        when = Period.parse(contracts.latest(form).calendar, period)
    except PeriodError as error:
        raise Kho138Error(error.message_en, vi=error.message_vi) from None
    contract = contracts.in_use(form, when.date_to)
    if contract is None or when.kind not in contract.rhythms:
        raise Kho138Error(f"{period} is not a period of {form}.")
    if load_code_list("unit").get(unit, when.date_to) is None:
        raise Kho138Error(f"{unit} is not a unit valid on {when.date_to:%d/%m/%Y}.")
    output.write_bytes(render_template(contract, when, unit, values=_already_reported(contract, when, unit)))
    typer.echo(str(output))


def _already_reported(contract: Any, period: Any, unit: str) -> list[dict[str, Any]]:
    """Figures that the unit has reported before, to be confirmed and not typed again."""
    from ingestion.gate import installed_contracts
    from ingestion.prefill import prefilled_rows
    from ingestion.registry.reference import sync_reference
    from warehouse.clock import Clock

    settings = _settings()
    database = _ready(settings)
    with database.connect("loader") as connection:
        sync_reference(connection, installed_contracts(settings), Clock.for_home(settings.home).now())
        return prefilled_rows(connection, contract, period, unit)


@app.command()
def receipt(
    submission: int,
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
    lang: LangFlag = None,
) -> None:
    """The sent workbook back, bad cells coloured and commented, with the list of findings."""
    from ingestion.receipt import render_receipt

    settings = _settings()
    _ready(settings)
    target = output or Path(f"receipt-{submission}.xlsx")
    target.write_bytes(render_receipt(settings, submission, lang or "vi"))
    typer.echo(str(target))


@app.command()
def trace(
    what: Annotated[str, typer.Argument(help="an indicator (I10), or a form")],
    period: Annotated[str | None, typer.Option(help="of an indicator: 2024-H1")] = None,
    area: Annotated[str, typer.Option(help="of an indicator: official code")] = "24",
    key: Annotated[list[str] | None, typer.Option(help="of a form: COL=VALUE, may be repeated")] = None,
    field: Annotated[str | None, typer.Option(help="of a form: the cell's field")] = None,
    as_json: JsonFlag = False,
) -> None:
    """From a figure to its cells: submission, sheet, cell, and how long it was in force."""
    from ingestion.gate import installed_contracts
    from orchestration.tracing import trace_form, trace_indicator

    settings = _settings()
    database = _ready(settings)
    contracts = installed_contracts(settings)
    if what not in contracts.forms and what[:1] == "I" and what[1:].isdigit():
        if period is None:
            raise Kho138Error("--period says which figure, such as 2024-H1.")
        traced = trace_indicator(database, what, period, area)
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
        typer.echo(_json(traced))
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

    report = _with_progress("building", 1, as_json, lambda tick: build_all(_settings()))
    if as_json:
        typer.echo(_json(report))
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
    parts: Annotated[bool, typer.Option("--parts", help="also by offence, source or regime")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Published indicators: value, numerator, denominator, target, met, coverage."""
    from orchestration.building import indicator_values

    values = indicator_values(_settings(), period, area, parts=parts)
    if as_json:
        typer.echo(_json(values))
        return
    for v in values:
        shown = "–" if v["value"] is None else v["value"]
        part = "".join(f"  {name}={code}" for name, code in v["disaggregation"].items())
        typer.echo(
            f"{v['indicator']}  {v['calendar']}  {v['period']}  {v['area']['code']}{part}  {shown}  ({v['state']})"
        )


@app.command()
def demo(
    years: Annotated[str, typer.Option(help="2024-2025, or one year")] = "2024-2025",
    seed: Annotated[int, typer.Option(help="The same seed tells the same province.")] = 138,
    lang: LangFlag = None,
) -> None:
    """The sample province: invented reports through the gate, the build and the figures; goes on from what is there."""
    from orchestration.sample import parse_years, run_demo, told

    chosen, settings = parse_years(years), load_settings()
    ran, built = _with_progress("reports", 1, False, lambda tick: run_demo(settings, chosen, seed, tick))
    for line in told(settings, ran, built, lang or "en"):
        typer.echo(line)
    if built["state"] == "failed":
        raise typer.Exit(1)


Role = Literal["owner", "loader", "builder", "linker", "statistician", "case_analyst", "reporter", "auditor"]


@app.command()
def url(role: Annotated[Role, typer.Option()] = "statistician") -> None:
    """One SQLAlchemy URL, with its driver and passfile."""

    typer.echo(_ready(_settings()).url(role))


@app.command()
def psql(role: Annotated[Role, typer.Option()] = "statistician") -> None:
    """A shell as that role."""
    from warehouse.postgres import EmbeddedPostgres

    settings = _settings()
    database = _ready(settings)
    program = shutil.which("psql") or str(EmbeddedPostgres(settings).bin_dir / "psql")
    if not Path(program).exists():
        raise Kho138Error("psql is not installed; `kho138 url` prints how to connect with another program.")
    raise typer.Exit(
        subprocess.run([program], env={**os.environ, **database.libpq_env(role)}, check=False).returncode
    )


def main() -> None:
    """Entry point: every error of ours is one line, exit 2."""
    try:
        # Without its standalone mode the library returns the code of an early exit.
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Abort:
        sys.exit(130)
    except Kho138Error as error:
        print(f"kho138: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:  # the last guard: a user gets one line, never a traceback
        # The parser's own errors (an unknown option, a missing argument) know how to say themselves in one line.
        if (said := getattr(error, "format_message", None)) is not None:
            print(f"kho138: {said()}", file=sys.stderr)
            sys.exit(2)
        print(
            f"kho138: an unexpected error ({type(error).__name__}); nothing more was done.",
            file=sys.stderr,
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
