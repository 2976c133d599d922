"""Reporting units: who belongs to a class on a day, and who succeeds whom.

Here: questions on the code list `unit` and the table `unit_succession.csv`. Which forms a class owes is in
the form contracts; what a unit owes in a period, and its state, is the registry's.

A unit code is class prefix + area code (`cah_215`). One unit may have several classes at once and others
later: its lines in the list say which on which days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from ingestion.contracts.code_lists import (
    FOLDER,
    Code,
    CodeListError,
    load_code_list,
    read_date,
    read_mark,
    read_rows,
)

SuccessionKind = Literal["one_to_one", "split", "merge"]
_COLUMNS = ("from_unit", "to_unit", "on_date", "kind", "form", "mark", "note")


@dataclass(frozen=True, slots=True)
class Succession:
    """`to_unit` takes over from `from_unit` on `on_date`, for one form or (None) all.

    A unit may succeed itself: it keeps its code over a merger of provinces, or keeps part of its territory in
    a split.
    """

    from_unit: str
    to_unit: str
    on_date: dt.date
    kind: SuccessionKind
    form: str | None
    mark: str
    note: str

    def holds_for(self, form: str | None) -> bool:
        """Whether it concerns a form; with None, whether it concerns every form."""
        return self.form is None or self.form == form


def units_of_class(unit_class: str, day: dt.date, folder: Path = FOLDER) -> tuple[Code, ...]:
    """Units of a class valid on a day, in list order. Raises CodeListError for an unknown class."""
    if not load_code_list("unit_class", folder).known(unit_class):
        raise CodeListError(
            f"Không có loại đơn vị “{unit_class}”. / There is no class of units “{unit_class}”."
        )
    return tuple(
        unit for unit in load_code_list("unit", folder).valid_on(day) if unit_class in unit.names("class")
    )


def classes_of_unit(unit: str, day: dt.date, folder: Path = FOLDER) -> tuple[str, ...]:
    """Classes of a unit on a day, the main one first; empty when it is unknown or not valid then."""
    line = load_code_list("unit", folder).get(unit, day)
    return line.names("class") if line else ()


def successors_of(unit: str, form: str | None = None, folder: Path = FOLDER) -> tuple[Succession, ...]:
    """What follows a unit, in time order (for one form, or what holds for all forms)."""
    return tuple(row for row in load_successions(folder) if row.from_unit == unit and row.holds_for(form))


def predecessors_of(unit: str, form: str | None = None, folder: Path = FOLDER) -> tuple[Succession, ...]:
    """What a unit follows, in time order (for one form, or what holds for all forms)."""
    return tuple(row for row in load_successions(folder) if row.to_unit == unit and row.holds_for(form))


@lru_cache(maxsize=8)
def load_successions(folder: Path = FOLDER) -> tuple[Succession, ...]:
    """The table by date.

    Raises CodeListError where a row names a unit that was not there to hand over or take over.
    """
    units = load_code_list("unit", folder)
    path = folder / "unit_succession.csv"
    found: list[Succession] = []
    for number, row in read_rows(path, _COLUMNS):
        place = f"{path.name}, line {number}"
        day = read_date(row["on_date"], "on_date", place)
        if day is None:
            raise CodeListError(f"{place}: on_date is empty")
        if row["kind"] not in get_args(SuccessionKind):
            raise CodeListError(
                f"{place}: the kind is one of {', '.join(get_args(SuccessionKind))}, not “{row['kind']}”"
            )
        if units.get(row["from_unit"], day - dt.timedelta(days=1)) is None:
            raise CodeListError(f"{place}: unit “{row['from_unit']}” is not valid on the day before {day}")
        if units.get(row["to_unit"], day) is None:
            raise CodeListError(f"{place}: unit “{row['to_unit']}” is not valid on {day}")
        found.append(
            Succession(
                from_unit=row["from_unit"],
                to_unit=row["to_unit"],
                on_date=day,
                kind=cast(SuccessionKind, row["kind"]),
                form=row["form"] or None,
                mark=read_mark(row, place),
                note=row["note"],
            )
        )
    return tuple(sorted(found, key=lambda row: row.on_date))
