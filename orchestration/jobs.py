"""Jobs for what the command line changes in the regime: withdraw, waive, request, remind, start it, answer a difference.

Each is one op that calls the function of the command, with the command's words as its configuration; the run keeps who
did it and what came of it. Errors of ours end a run with their one line.
"""

# No postponed annotations here: Dagster reads the type of `config` when a definition is made.
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration import regime
from orchestration.reminders import Wanted, remind
from orchestration.resources import Installation, told_in_one_line
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

BY_TAG = "kho138/by"


class Withdrawal(dg.Config):
    """`kho138 withdraw`."""

    submission: int
    reason: str
    by: str


class Waiving(dg.Config):
    """`kho138 waive`; `until` is a day such as 2024-07-31."""

    unit: str
    form: str
    period: str
    until: str
    reason: str
    by: str


class Asking(dg.Config):
    """`kho138 request`; days such as 2024-07-31, units as codes and classes (`class:district_level`)."""

    form: str
    units: list[str]
    window_from: str
    window_to: str
    due: str
    reason: str
    by: str
    basis: str = ""


class Reminding(dg.Config):
    """`kho138 remind`: letters into `folder` where one is named, e-mails with `send`."""

    folder: str = ""
    send: bool = False
    dry_run: bool = False
    unit: str = ""
    body: str = ""
    by: str


class Answering(dg.Config):
    """`kho138 discrepancies answer`; `state` is answered or accepted_as_is."""

    key: str
    text: str
    by: str
    state: str = "answered"


class Starting(dg.Config):
    """`kho138 regime --from`."""

    first_year: int
    reason: str
    by: str


@dg.op
def withdraw(context: dg.OpExecutionContext, config: Withdrawal, installation: Installation) -> None:
    _do(
        context,
        config.by,
        installation,
        lambda home: regime.withdraw_report(home, config.submission, config.reason, config.by),
    )


@dg.op
def waive(context: dg.OpExecutionContext, config: Waiving, installation: Installation) -> None:
    _do(
        context,
        config.by,
        installation,
        lambda home: regime.waive_report(
            home, config.unit, config.form, config.period, _day(config.until), config.reason, config.by
        ),
    )


@dg.op
def request(context: dg.OpExecutionContext, config: Asking, installation: Installation) -> None:
    def ask(home: Settings) -> dict[str, Any]:
        window, due = (_day(config.window_from), _day(config.window_to)), _day(config.due)
        asked = regime.ask_reports(
            home, config.form, config.units, window, due, config.reason, config.by, config.basis
        )
        return {"request_number": asked.number, "due_at": asked.due_at, "units": sorted(asked.units)}

    _do(context, config.by, installation, ask)


@dg.op
def send_reminders(context: dg.OpExecutionContext, config: Reminding, installation: Installation) -> None:
    wanted = Wanted(Path(config.folder) if config.folder else None, config.send, config.dry_run, config.by)

    def send(home: Settings) -> dict[str, Any]:
        told = remind(home, wanted, unit=config.unit or None, body=config.body or None)
        # No address leaves the home's own list: only what was done to whom.
        done = {
            r["unit"]: {way: r[way]["state"] for way in ("letter", "email") if r[way] is not None}
            for r in told["reminders"]
        }
        return {"reports": sum(len(r["reports"]) for r in told["reminders"]), "reminded": done}

    _do(context, config.by, installation, send)


@dg.op
def start(context: dg.OpExecutionContext, config: Starting, installation: Installation) -> None:
    def begin(home: Settings) -> dict[str, Any]:
        regime.set_first_year(home, config.first_year, config.reason, config.by)
        return {"first_year": config.first_year}

    _do(context, config.by, installation, begin)


@dg.op
def answer(context: dg.OpExecutionContext, config: Answering, installation: Installation) -> None:
    def add(home: Settings) -> dict[str, Any]:
        done = regime.answer_discrepancy(home, config.key, config.text, config.by, config.state)
        return {"key": config.key, "state": done["state"]}

    _do(context, config.by, installation, add)


def _do(
    context: dg.OpExecutionContext,
    by: str,
    installation: Installation,
    work: Callable[[Settings], Mapping[str, Any]],
) -> None:
    """The work, with who did it as a tag of the run and what came of it beside its output."""
    # A tag's value is short; the whole is in the configuration and in the event log.
    context.instance.add_run_tags(context.run_id, {BY_TAG: by[:63] or "–"})
    with told_in_one_line():
        done = work(installation.settings())
    context.add_output_metadata({name: _shown(value) for name, value in done.items()})


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Kho138Error(
            f"A day is written 2024-07-31, not {text[:40]}.", vi="Ngày viết theo dạng 2024-07-31."
        ) from None


def _job(name: str, op: dg.OpDefinition, description: str) -> dg.JobDefinition:
    @dg.job(name=name, description=description)
    def job() -> None:
        op()

    return job


REGIME_JOBS = [
    _job("withdraw_report", withdraw, "Rút báo cáo đang có hiệu lực. / Takes a report in force back."),
    _job("waive_report", waive, "Miễn một báo cáo đến hết một ngày. / Waives a report through a day."),
    _job("request_reports", request, "Yêu cầu báo cáo đột xuất. / Asks units for an ad hoc report."),
    _job("remind_bodies", send_reminders, "Công văn, thư đôn đốc. / Letters and e-mails to who is late."),
    _job("answer_discrepancy", answer, "Trả lời một chênh lệch. / Records a body's answer to a difference."),
    _job("start_regime", start, "Báo cáo phải nộp từ năm nào. / Since which year reports are owed."),
]
