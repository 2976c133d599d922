"""Commands of the reporting regime: who owes what, withdrawals, waivers, since when reports are owed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Annotated, Any

import typer

from orchestration.commands.common import (
    AsOfOption,
    JsonFlag,
    LangFlag,
    app,
    as_of_said,
    as_text,
    installation,
)
from warehouse.errors import Kho138Error

ReasonOption = Annotated[str, typer.Option(help="why; kept in the event log")]
ByOption = Annotated[str, typer.Option(help="who decides it; kept in the event log")]

_STATES_VI = {
    "not_due": "chưa đến kỳ",
    "due": "đến hạn nộp",
    "received": "đã nhận, đang kiểm tra",
    "accepted": "đã chấp nhận",
    "accepted_with_warnings": "đã chấp nhận, có điểm cần giải trình",
    "returned": "bị trả lại",
    "missing": "chưa nộp, quá hạn",
    "waived": "được miễn",
    "not_owed": "không phải nộp (sắp xếp đơn vị)",
}


@app.command()
def obligations(
    period: Annotated[str | None, typer.Option(help="2024-07, 2024-Q3, 2024-H1, 2024, 2024-A003")] = None,
    unit: Annotated[str | None, typer.Option(help="unit code, such as cah_215")] = None,
    form: Annotated[str | None, typer.Option()] = None,
    state: Annotated[str | None, typer.Option(help=", ".join(_STATES_VI))] = None,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Who owes which report, by when, and what became of it."""
    from ingestion.registry.obligations import check_chosen, obligation_states
    from orchestration.regime import registry_of

    if state is not None and state not in _STATES_VI:
        raise Kho138Error(f"--state is one of {', '.join(_STATES_VI)}, not {state}.")
    with registry_of(installation()) as (connection, contracts, now):
        at = as_of_said(as_of, now)
        owed = obligation_states(
            connection, at, {"period": period, "unit": unit, "form": form, "state": state}
        )
        if not owed:
            check_chosen(connection, contracts, form, unit, period)
    if as_json:
        typer.echo(as_text(owed))
        return
    for o in owed:
        typer.echo(_line(o, lang or "en"))
    counts = Counter(o["state"] for o in owed)
    told = ", ".join(f"{n} {_said(s, lang or 'en')}" for s, n in counts.most_common())
    total = (
        f"{len(owed)} báo cáo" if lang == "vi" else f"{len(owed)} obligation{'' if len(owed) == 1 else 's'}"
    )
    typer.echo(f"{at:%d/%m/%Y %H:%M}: {total}" + (f" ({told})" if told else ""))


def _said(state: str, lang: str) -> str:
    return _STATES_VI[state] if lang == "vi" else state


def _line(o: dict[str, Any], lang: str) -> str:
    line = f"{o['unit']}  {o['form']}  {o['period']}  {_said(o['state'], lang)}"
    line += f"  {'hạn' if lang == 'vi' else 'due'} {o['due_at']:%d/%m/%Y}"
    if o["days_late"]:
        line += (
            f"  chậm {o['days_late']} ngày"
            if lang == "vi"
            else f"  {o['days_late']} day{'' if o['days_late'] == 1 else 's'} late"
        )
    if o["successor_unit"]:
        line += f"  → {o['successor_unit']}"
    return line


@app.command()
def withdraw(
    submission: int, reason: ReasonOption, by: ByOption, as_json: JsonFlag = False, lang: LangFlag = None
) -> None:
    """Takes a report in force back; the one before it comes into force again."""
    from orchestration.regime import withdraw_report

    done = withdraw_report(installation(), submission, reason, by)
    if as_json:
        typer.echo(as_text(done))
        return
    name = f"{done['form']} {done['unit']} {done['period']}"
    vi, en = f"#{submission} {name}: đã rút", f"#{submission} {name}: withdrawn"
    if done["in_force"] is None:
        vi, en = f"{vi}; không còn báo cáo nào có hiệu lực", f"{en}; nothing is in force now"
    else:
        vi, en = (
            f"{vi}; #{done['in_force']} có hiệu lực trở lại",
            f"{en}; #{done['in_force']} is in force again",
        )
    typer.echo(vi if lang == "vi" else en)


@app.command()
def waive(
    unit: str,
    form: str,
    period: str,
    until: Annotated[str, typer.Option(help="last day of the waiver, 2024-07-31")],
    reason: ReasonOption,
    by: ByOption,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Waives a report until a day; it counts only while nothing is in force."""
    from orchestration.regime import waive_report

    done = waive_report(installation(), unit, form, period, day_said("--until", until), reason, by)
    if as_json:
        typer.echo(as_text(done))
    elif lang == "vi":
        typer.echo(f"{unit} được miễn {form} kỳ {period} đến hết ngày {done['until']:%d/%m/%Y}")
    else:
        typer.echo(f"{unit}: {form} {period} waived until {done['until']}")


@app.command()
def regime(
    first_year: Annotated[int | None, typer.Option("--from", help="first year of reports owed here")] = None,
    reason: Annotated[str, typer.Option(help="why; kept in the event log")] = "",
    by: Annotated[str, typer.Option(help="who decides it; kept in the event log")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Since which year reports are owed here; with --from, sets it. Without it: since the forms are in effect."""
    from orchestration.regime import first_year_owed, set_first_year

    settings = installation()
    if first_year is not None:
        set_first_year(settings, first_year, reason, by)
    year = first_year_owed(settings)
    if as_json:
        typer.echo(as_text({"first_year": year}))
    else:
        typer.echo("since the forms are in effect" if year is None else f"since {year}")


def day_said(option: str, text: str) -> dt.date:
    """A day of an option; one line where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Kho138Error(
            f"{option} takes a day such as 2024-07-31, not {text[:40]}.",
            vi=f"{option} là ngày, ví dụ 2024-07-31.",
        ) from None
