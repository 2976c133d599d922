"""What every command shares: the application, its flags, this installation, JSON, progress.

The commands stand in the other modules of this package, a module a group; each calls one function of a room and
prints what it returns.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import sys
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
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="as known at the end of a day (2024-07-16), or at an instant")
]


def installation() -> Settings:
    """Settings of this installation; a home is made on first use."""
    from warehouse.clock import create_home, is_home

    settings = load_settings()
    if not is_home(settings.home):
        create_home(settings.home)
    return settings


def ready(settings: Settings) -> Database:
    """The installation's database, started and up to date; an emergency access whose time is over is ended."""
    from ingestion.registry.break_glass import end_what_is_over
    from warehouse.database import Database

    database = Database(settings)
    database.ensure()
    end_what_is_over(database)
    return database


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_as_json)


def _as_json(value: Any) -> Any:
    """Dates as ISO 8601, exact numbers as numbers."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def instant_said(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return _instant(text)
    except ValueError:
        raise Kho138Error(
            f"--received-at takes an ISO date and time, such as 2024-07-16T09:30+07:00, not {text}."
        ) from None


def _instant(text: str) -> dt.datetime:
    """An ISO date and time; without a zone it is Viet Nam's."""
    instant = dt.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=HANOI)


def with_progress(what: str, total: int, quiet: bool, work: Any) -> Any:
    """Runs `work(tick)`; a bar on stderr where somebody watches and the work may take more than a second."""
    if quiet or not sys.stderr.isatty():
        return work(None)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        return work(lambda done, of=None: bar.update(task, completed=done, total=of))


def as_of_said(text: str | None, now: dt.datetime) -> dt.datetime:
    """The instant that `--as-of` names: a day stands for its end, nothing for now. Raises `Kho138Error`."""
    from ingestion.contracts.working_days import end_of_day

    if text is None:
        return now
    try:
        if len(text) == len("2024-07-16"):
            return end_of_day(dt.date.fromisoformat(text))
        return _instant(text)
    except ValueError:
        raise Kho138Error(
            f"--as-of takes a day 2024-07-16 or an instant 2024-07-16T09:30+07:00, not {text[:40]}.",
            vi="--as-of là ngày 2024-07-16 hoặc thời điểm 2024-07-16T09:30+07:00.",
        ) from None
