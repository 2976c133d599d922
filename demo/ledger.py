"""From events to each unit's flows and stocks, by the unit that reports them.

Here: which unit answers for a day (`reports_for`), and `Ledger`, which replays every file: what came in and went out on
which day, and what lay open at the end of one. Which flow stands in which cell is `counting`'s table.

A unit owes only periods that end while it is valid (D43). So the whole month in which a unit ends belongs to its
successor, which takes the open files in on that month's first day, as transferred within the province. A quarter, half
or year that ends under the successor adds the old units' months to its own: there it answers for them from the start.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from demo.events import Event, is_gone
from ingestion.contracts.periods import Period, period_of
from ingestion.contracts.units import load_successions

PERSONS = "n"
"""In a table of flows: as many as the file has accused."""
Increments = Mapping[str, int | str]
Machine = Mapping[str, tuple[str | None, Increments]]
"""What an event does to its file: the state it is in afterwards (None: as before) and what is counted."""


@dataclass(frozen=True)
class Change:
    """A flow of one file: so much in these cells, on a day, for a unit and row."""

    on: dt.date
    unit: str
    row: str
    cells: Mapping[str, int]


@dataclass(frozen=True)
class Standing:
    """How a file stands from a day on."""

    on: dt.date
    unit: str
    row: str
    state: str
    persons: int
    due_on: str | None


@dataclass(frozen=True)
class Transfers:
    """Cells counted when a file moves: out of one unit or row, into the other."""

    out: Increments
    into: Increments


@lru_cache(maxsize=8)
def hand_overs(calendar: str) -> tuple[tuple[dt.date, str, str], ...]:
    """(first day, unit that ends, successor): from that day the successor reports for it."""
    found = []
    for row in load_successions():
        if row.from_unit != row.to_unit and is_gone(row.from_unit, row.on_date):
            month = period_of(calendar, "month", row.on_date)
            ends_with_month = month.date_from == row.on_date
            found.append((row.on_date if ends_with_month else month.date_from, row.from_unit, row.to_unit))
    return tuple(sorted(found))


@lru_cache(maxsize=65536)
def reports_for(calendar: str, unit: str, day: dt.date) -> str:
    """The unit whose report holds what `unit` did on a day."""
    for first, ended, successor in hand_overs(calendar):
        if ended == unit and first <= day:
            unit = successor
    return unit


def answers(period: Period, unit: str, day: dt.date) -> str:
    """The unit whose sheet of a period holds what `unit` did on a day of it."""
    return reports_for(period.calendar, unit, day if period.kind == "month" else period.date_to)


class Ledgers:
    """A stream's ledgers: one for months, and one for longer periods for each set of units that have ended."""

    def __init__(self, make: Callable[[dt.date | None], Ledger], calendar: str) -> None:
        self._make, self._calendar = make, calendar
        self._made: dict[int | None, Ledger] = {}

    def of(self, period: Period) -> Ledger:
        last = period.date_to
        ended = sum(first <= last for first, _, _ in hand_overs(self._calendar))
        key = ended if period.kind != "month" and ended else None
        if key not in self._made:
            self._made[key] = self._make(last if key else None)
        return self._made[key]


class Ledger:
    """Flows and standings of one stream of files (`report`, `case`, `file`, `trial`, `appeal`, `victim`, `wanted`).

    `merged_on`: a day; units that have ended by then count as their successors from the start. None: each reports
    its own months, and hands its files over.
    """

    def __init__(
        self,
        events: Iterable[Event],
        calendar: str,
        machine: Machine,
        row_fact: str | None = None,
        transfers: Transfers | None = None,
        merged_on: dt.date | None = None,
    ) -> None:
        self._calendar, self._machine, self._row_fact = calendar, machine, row_fact
        self._transfers, self._merged_on = transfers, merged_on
        self._standings: dict[str, list[Standing]] = {}
        changes: list[Change] = []
        by_file: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_file[event.of].append(event)
        for of, told in by_file.items():
            changes += self._replay(of, told)
        self._changes: dict[str, list[Change]] = defaultdict(list)
        for change in sorted(changes, key=lambda c: c.on):
            self._changes[change.unit].append(change)

    def flows(self, unit: str, first: dt.date, last: dt.date) -> dict[str, dict[str, int]]:
        """Sums by row and cell of what a unit reports for a window, both days inclusive."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        mine = self._changes.get(unit, [])
        days = [c.on for c in mine]
        for change in mine[bisect_left(days, first) : bisect_right(days, last)]:
            for cell, number in change.cells.items():
                sums[change.row][cell] += number
        return sums

    def standing(self, unit: str, at: dt.date, state: str = "open") -> list[Standing]:
        """Files that a unit reports as in a state at the end of a day."""
        found = []
        for told in self._standings.values():
            index = bisect_right(told, at, key=lambda s: s.on)
            if index and told[index - 1].unit == unit and told[index - 1].state == state:
                found.append(told[index - 1])
        return found

    def _replay(self, of: str, told: Sequence[Event]) -> list[Change]:
        changes: list[Change] = []
        standings = self._standings.setdefault(of, [])
        now: Standing | None = None
        passing = list(hand_overs(self._calendar)) if self._merged_on is None else []
        for event in told:
            while passing and passing[0][0] <= event.on:
                now = self._pass(now, passing.pop(0), changes, standings)
            now = self._apply(now, event, changes)
            standings.append(now)
        for one in passing:
            now = self._pass(now, one, changes, standings)
        return changes

    def _pass(
        self,
        now: Standing | None,
        hand_over: tuple[dt.date, str, str],
        changes: list[Change],
        standings: list[Standing],
    ) -> Standing | None:
        first, ended, successor = hand_over
        if now is None or now.unit != ended:
            return now
        moved = Standing(first, successor, now.row, now.state, now.persons, now.due_on)
        # What is suspended passes too, but the forms know no transfer of it: it appears in the successor's opening.
        if now.state == "open" and self._transfers is not None:
            changes.append(Change(first, successor, now.row, _times(self._transfers.into, now.persons)))
        standings.append(moved)
        return moved

    def _apply(self, now: Standing | None, event: Event, changes: list[Change]) -> Standing:
        unit = reports_for(self._calendar, event.unit, self._merged_on or event.on)
        row = now.row if now else ""
        if self._row_fact is not None and self._row_fact in event.facts:
            row = str(event.facts[self._row_fact])
        persons = int(event.facts.get("accused", now.persons if now else 0))
        state = now.state if now else "closed"
        due = event.facts.get("due_on", now.due_on if now else None)
        if event.what == "transferred":
            to = reports_for(self._calendar, str(event.facts["to"]), self._merged_on or event.on)
            if to != unit and state == "open" and self._transfers is not None:
                changes.append(Change(event.on, unit, row, _times(self._transfers.out, persons)))
                changes.append(Change(event.on, to, row, _times(self._transfers.into, persons)))
            return Standing(event.on, to, row, state, persons, due)
        after, cells = self._machine.get(event.what, (None, {}))
        if event.what == "requalified" and now is not None:
            changes.append(
                Change(
                    event.on,
                    unit,
                    now.row,
                    _times({"cases_requalified_out": 1, "accused_other_out": PERSONS}, persons),
                )
            )
        if cells:
            changes.append(Change(event.on, unit, row, _times(cells, persons)))
        return Standing(event.on, unit, row, after or state, persons, due)


def _times(cells: Increments, persons: int) -> dict[str, int]:
    return {cell: persons if number == PERSONS else int(number) for cell, number in cells.items()}
