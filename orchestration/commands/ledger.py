"""Commands of the discrepancy ledger: where reports disagree, and the bodies' answers."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from orchestration.commands.common import JsonFlag, LangFlag, app, as_text, installation, ready
from warehouse.errors import Kho138Error

_STATES_VI = {
    "open": "chưa giải trình",
    "answered": "đã trả lời",
    "explained": "đã rõ nguyên nhân",
    "corrected": "đã sửa, hai bên khớp",
    "accepted_as_is": "chấp nhận để nguyên",
}

ledger = typer.Typer(invoke_without_command=True)
app.add_typer(ledger, name="discrepancies")


@ledger.callback()
def discrepancies(
    context: typer.Context,
    period: Annotated[str | None, typer.Option(help="2024-07, 2024-Q3, 2024-H1, 2024")] = None,
    rule: Annotated[str | None, typer.Option(help="X1 to X22")] = None,
    unit: Annotated[str | None, typer.Option(help="a unit code, or the body that answers")] = None,
    state: Annotated[str | None, typer.Option(help=", ".join(_STATES_VI))] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="the rules, and what those that are not active wait for")
    ] = False,
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Where agencies, periods or units disagree: both sides, what is explained, what is left, owner, state."""
    if context.invoked_subcommand is not None:
        return
    from ingestion.contracts.cross_rules import load_cross_rules
    from ingestion.gate import installed_contracts
    from ingestion.registry.discrepancies import discrepancies as found_in
    from ingestion.registry.discrepancies import rules_of

    known = [r.id for r in load_cross_rules()]
    if state is not None and state not in _STATES_VI:
        raise Kho138Error(
            f"--state is one of {', '.join(_STATES_VI)}, not {state[:40]}.",
            vi=f"--state là một trong: {', '.join(_STATES_VI)}.",
        )
    if rule is not None and rule not in known:
        raise Kho138Error(
            f"--rule is one of {known[0]} to {known[-1]}, not {rule[:40]}.",
            vi=f"--rule là một trong {known[0]} đến {known[-1]}.",
        )
    settings, said = installation(), lang or "en"
    if rules:
        declared = rules_of(installed_contracts(settings))
        typer.echo(as_text(declared) if as_json else "\n".join(_rule_line(r, said) for r in declared))
        return
    with ready(settings).connect("auditor") as connection:
        rows = found_in(connection, {"period": period, "rule": rule, "unit": unit, "state": state})
    if as_json:
        typer.echo(as_text(rows))
        return
    for row in rows:
        typer.echo(_line(row, said))
    counts = Counter(row["state"] for row in rows)
    told = ", ".join(f"{n} {_said(s, said)}" for s, n in counts.most_common())
    total = f"{len(rows)} {'chênh lệch' if said == 'vi' else 'discrepancies'}"
    typer.echo(f"{total} ({told})" if told else total)


@ledger.command()
def answer(
    key: str,
    text: Annotated[str, typer.Option(help="what the body says; kept in the event log")],
    by: Annotated[str, typer.Option(help="who says it; kept in the event log")],
    state: Annotated[
        str, typer.Option(help="answered, or accepted_as_is (the standing agency closes it)")
    ] = "answered",
    as_json: JsonFlag = False,
    lang: LangFlag = None,
) -> None:
    """Records a body's answer to a discrepancy; it shows at once."""
    from orchestration.regime import answer_discrepancy

    done = answer_discrepancy(installation(), key, text, by, state)
    typer.echo(as_text(done) if as_json else f"{key}: {_said(done['state'], lang or 'en')}")


def _said(state: str, lang: str) -> str:
    return _STATES_VI[state] if lang == "vi" else state


def _line(row: dict[str, Any], lang: str) -> str:
    vi = lang == "vi"
    line = f"{row['key']}  {row['period']}  {row['cut']}  {_said(row['state'], lang)}\n"
    line += f"    {row['sentence_vi'] if vi else row['sentence_en']}\n"
    line += f"    {row['left_form']} {row['left_value']:f} – {row['right_form']} {row['right_value']:f}"
    line += f" = {row['difference']:f}; {'chưa rõ' if vi else 'unexplained'} {row['residual']:f}"
    line += "".join(f"; {cause} {amount}" for cause, amount in row["explained"].items())
    if row["not_aligned"]:
        line += f"; {'khác ngày chốt' if vi else 'windows not aligned'}"
    if row["may_be_cut_off"] and row["residual"]:
        line += f"; {'có thể do ngày chốt' if vi else 'within what the cut-off can explain'}"
    return line + f"; {'giải trình' if vi else 'owner'}: {row['owner']}"


def _rule_line(rule: dict[str, Any], lang: str) -> str:
    vi = lang == "vi"
    line = f"{rule['rule']:4} {rule['sentence_vi'] if vi else rule['sentence_en']}  "
    if rule["is_active"]:
        return line + ("đang áp dụng" if vi else "active")
    return line + f"{'chờ' if vi else 'waits for'}: {', '.join(rule['waits_for'])}"
