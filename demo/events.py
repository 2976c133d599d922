"""Events of the sample province: what happened, to whom, where and when. The truth log holds these and nothing else.

Here: `Event`, `Log`, and `Track`, which follows one police file from unit to unit as units end. What is counted from
events is `counting`'s; an event never says which form, cell or period it belongs to.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.units import successors_of

POLICE, PROCURACY, COURT = "cat_24", "vks_24", "tand_24"


@dataclass(frozen=True)
class Event:
    """`kind` is `<stream>_<what>`; `of` the file or person; `unit` who did it; `facts` plain JSON values."""

    on: dt.date
    kind: str
    of: str
    unit: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        return self.kind.partition("_")[0]

    @property
    def what(self) -> str:
        return self.kind.partition("_")[2]

    def line(self) -> str:
        """One line of the truth log, keys in one order."""
        head = {"on": self.on.isoformat(), "event": self.kind, "of": self.of, "unit": self.unit}
        return json.dumps({**head, **dict(sorted(self.facts.items()))}, ensure_ascii=False)


def log_text(events: Sequence[Event]) -> str:
    return "".join(event.line() + "\n" for event in events)


class Log:
    """Events in the order they are told; `until` gives them by day, a day's events in the order told."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, on: dt.date, kind: str, of: str, unit: str, **facts: Any) -> None:
        self._events.append(Event(on, kind, of, unit, facts))

    def until(self, last: dt.date) -> list[Event]:
        """Events to a day, inclusive; the same however far the telling went on."""
        return sorted((e for e in self._events if e.on <= last), key=lambda e: (e.on, e.of))


class Track:
    """A police file's way: where its unit ends, the file passes to the successor on the day that begins."""

    def __init__(self, log: Log, stream: str, of: str, unit: str) -> None:
        self.log, self.stream, self.of, self.unit = log, stream, of, unit

    def add(self, on: dt.date, what: str, **facts: Any) -> None:
        self.pass_on(on)
        self.log.add(on, f"{self.stream}_{what}", self.of, self.unit, **facts)

    def transfer(self, on: dt.date, to: str, reason: str = "competence", **facts: Any) -> None:
        self.pass_on(on)
        if to != self.unit:
            self._move(on, to, reason, **facts)

    def pass_on(self, on: dt.date = dt.date.max) -> None:
        """Hands the file over wherever its unit ended by a day; with no day, for a file that stays open."""
        while (taken := _taken_over(self.unit, on)) is not None:
            self._move(taken[1], taken[0], "succession")

    def _move(self, on: dt.date, to: str, reason: str, **facts: Any) -> None:
        self.log.add(on, f"{self.stream}_transferred", self.of, self.unit, to=to, reason=reason, **facts)
        self.unit = to


def _taken_over(unit: str, on: dt.date) -> tuple[str, dt.date] | None:
    """Successor of a unit that has ended by a day, and the day it takes over."""
    for row in successors_of(unit):
        if row.on_date <= on and row.to_unit != unit and is_gone(unit, row.on_date):
            return row.to_unit, row.on_date
    return None


def is_gone(unit: str, day: dt.date) -> bool:
    return load_code_list("unit").get(unit, day) is None


def workday(day: dt.date) -> dt.date:
    """The day, or the Monday after a weekend: offices decide on weekdays."""
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def after(day: dt.date, days: int) -> dt.date:
    return workday(day + dt.timedelta(days=days))
