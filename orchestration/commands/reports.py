"""Commands of the gate: the forms, templates, filing, receipts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.commands.common import (
    JsonFlag,
    LangFlag,
    app,
    as_text,
    installation,
    instant_said,
    ready,
    with_progress,
)
from warehouse.errors import Kho138Error


@app.command()
def forms(
    form: Annotated[str | None, typer.Argument()] = None, as_json: JsonFlag = False, lang: LangFlag = None
) -> None:
    """The report forms: fields, rules, who files them."""
    from ingestion.derive.catalogue import describe
    from ingestion.gate import installed_contracts

    contracts = installed_contracts(installation())
    if form is not None and form not in contracts.forms:
        raise Kho138Error(f"{form} is not a form; `kho138 forms` lists them.")
    chosen = [c for c in contracts.values() if form in (None, c.form)]
    if as_json:
        typer.echo(as_text([describe(c) for c in chosen]))
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

    stated = instant_said(received_at)
    for path in files:
        if not os.path.lexists(path):
            raise Kho138Error(f"{path}: there is no such file.")
    incoming = [Incoming(p, Said(form, unit, period), stated) for p in files]
    reports = with_progress(
        "filing", len(incoming), as_json, lambda tick: file_reports(installation(), incoming, progress=tick)
    )
    for report in reports:
        typer.echo(as_text(report)) if as_json else _print_report(report, lang or "vi")
    if any(r["state"] in {"returned", "refused_state_secret"} for r in reports):
        raise typer.Exit(1)


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
    period: Annotated[str, typer.Option(help="2024-07, 2024-Q3, 2024-H1, 2024, 2024-A003, 2024-A")],
    unit: Annotated[str, typer.Option(help="unit code, such as cah_215")],
    output: Annotated[Path, typer.Option("-o", "--output")],
) -> None:
    """The workbook a body fills."""
    from ingestion.contracts.code_lists import load_code_list
    from ingestion.contracts.periods import Period, PeriodError
    from ingestion.derive.xlsx_template import render_template
    from ingestion.gate import installed_contracts
    from orchestration.regime import ad_hoc_window
    from warehouse.clock import Clock

    settings = installation()
    contracts = installed_contracts(settings)
    if form not in contracts.forms:
        raise Kho138Error(f"{form} is not a form; `kho138 forms` lists them.")
    try:
        when = Period.parse(contracts.latest(form).calendar, period)
        if when.kind == "ad_hoc":
            when = ad_hoc_window(settings, contracts.latest(form), when, unit)
    except PeriodError as error:
        raise Kho138Error(error.message_en, vi=error.message_vi) from None
    contract = contracts.in_use(form, when.date_to)
    if contract is None or when.kind not in contract.rhythms:
        raise Kho138Error(f"{period} is not a period of {form}.")
    # A plan is handed out to a unit that stands now; it may end before the period does.
    day = Clock.for_home(settings.home).today() if contract.is_plan else when.date_to
    if load_code_list("unit").get(unit, day) is None:
        raise Kho138Error(f"{unit} is not a unit valid on {day:%d/%m/%Y}.")
    output.write_bytes(render_template(contract, when, unit, values=_already_reported(contract, when, unit)))
    typer.echo(str(output))


def _already_reported(contract: Any, period: Any, unit: str) -> list[dict[str, Any]]:
    """Figures that the unit has reported before, to be confirmed and not typed again."""
    from ingestion.gate import installed_contracts
    from ingestion.prefill import prefilled_rows
    from ingestion.registry.reference import sync_reference
    from warehouse.clock import Clock

    settings = installation()
    database = ready(settings)
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

    settings = installation()
    ready(settings)
    target = output or Path(f"receipt-{submission}.xlsx")
    target.write_bytes(render_receipt(settings, submission, lang or "vi"))
    typer.echo(str(target))
