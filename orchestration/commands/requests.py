"""Commands of what is asked for and intended: ad hoc requests, and the plans of the bodies."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation
from orchestration.commands.regime import ByOption, ReasonOption, day_said
from warehouse.errors import Kho138Error

plan = typer.Typer(no_args_is_help=True, help="Plans that the bodies file.")
app.add_typer(plan, name="plan")


@app.command()
def request(
    form: str,
    units: Annotated[str, typer.Option(help="unit codes and classes: cah_215,class:district_level")],
    first: Annotated[str, typer.Option("--from", help="first day of the window, 2024-07-01")],
    last: Annotated[str, typer.Option("--to", help="last day of the window: the cut-off")],
    due: Annotated[str, typer.Option(help="day of the deadline, a working day or more after the cut-off")],
    reason: ReasonOption,
    by: ByOption,
    basis: Annotated[str | None, typer.Option(help="legal basis; Decree 09/2019 art. 8.5 by default")] = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Asks units for an ad hoc report, under the next number of the year."""
    from orchestration.regime import ask_reports

    window = day_said("--from", first), day_said("--to", last)
    deadline = day_said("--due", due)
    asked = ask_reports(installation(), form, units.split(","), window, deadline, reason, by, basis)
    told = {
        "request_number": asked.number,
        "form": asked.form,
        "calendar": asked.calendar,
        "window_from": asked.window_from,
        "window_to": asked.window_to,
        "due_at": asked.due_at,
        "units": sorted(asked.units),
    }
    if as_json:
        typer.echo(as_text(told))
        return
    names = ", ".join(sorted(asked.units))
    if lang == "vi":
        typer.echo(f"{asked.number}: yêu cầu báo cáo {form}, hạn {asked.due_at:%d/%m/%Y}; {names}")
    else:
        typer.echo(f"{asked.number}: {form} asked for, due {asked.due_at:%d/%m/%Y}; {names}")


@plan.command("list")
def list_plans(
    year: Annotated[
        int | None, typer.Option(help="plans filed for a year; owed: this year by default")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="unit code, such as ubh_215")] = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Plans in force, and the units that owe one and have none."""
    from ingestion.contracts.code_lists import load_code_list
    from ingestion.contracts.periods import PeriodError
    from ingestion.registry.plans import plans_on_file, plans_owed
    from orchestration.regime import registry_of

    if unit is not None and not load_code_list("unit").known(unit):
        raise Kho138Error(f"{unit} is not a unit.", vi=f"Không có đơn vị {unit}.")
    try:
        with registry_of(installation()) as (connection, contracts, now):
            filed = plans_on_file(connection, contracts, year, unit)
            owed = plans_owed(connection, contracts, now, year, unit)
    except PeriodError as error:
        raise Kho138Error(error.message_en, vi=error.message_vi) from None
    if as_json:
        typer.echo(as_text({"on_file": filed, "owed": owed}))
        return
    for row in filed:
        typer.echo(_line(row, ("form", "submission_id")))
    for row in owed:
        missing, late = ("chưa có", "quá hạn") if lang == "vi" else ("missing", "late")
        said = missing + (f", {late}" if row["is_late"] else "")
        typer.echo(f"{_line(row, ('form', 'is_late', 'mark'))}  {said}")
    told = (
        f"{len(filed)} kế hoạch, {len(owed)} còn thiếu"
        if lang == "vi"
        else f"{len(filed)} plans, {len(owed)} owed"
    )
    typer.echo(told)


def _line(row: dict[str, Any], left_out: tuple[str, ...]) -> str:
    values = (v for k, v in row.items() if k not in left_out and v is not None)
    return "  ".join(f"{v:%d/%m/%Y}" if hasattr(v, "strftime") else str(v) for v in values)
