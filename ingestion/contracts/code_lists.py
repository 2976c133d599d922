"""Code lists: the values a code field may take, in two languages, each with the days on which it is valid.

Here: reading and checking `ingestion/code_lists/*.csv` under their declarations in `data/code_lists.yaml`,
and asking them. Which unit belongs to which class and who succeeds whom is in `units`; the support matrix in
`support_eligibility`. Every fact in the files carries its mark: V verified, D derived, P proposed, R
recalled.

A code may stand on several lines whose validity does not overlap (a district that became a town). Empty
validity is from the start of the series to open. Read once, on first use; nothing is read at import.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.contracts.calendars import DATA, Label

FOLDER = Path(__file__).parent.parent / "code_lists"
SERIES_START = dt.date(2021, 1, 1)
"""First day of the programme's series: where an empty `valid_from` begins."""
COLUMNS = ("code", "label_vi", "label_en", "valid_from", "valid_to", "parent", "mark")
MARKS = ("V", "D", "P", "R")


class CodeListError(ValueError):
    """A list is unknown, or a file is faulty: one line that names file and line."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a list.

    `valid_to` None: open; both days inclusive. `extra`: the list's own columns, as text.
    """

    code: str
    label_vi: str
    label_en: str
    valid_from: dt.date
    valid_to: dt.date | None
    parent: str | None
    mark: str
    extra: Mapping[str, str] = field(hash=False)

    def is_valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day <= (self.valid_to or dt.date.max)

    def overlaps(self, first: dt.date, last: dt.date) -> bool:
        """Whether it is valid on any day of [first, last]."""
        return self.valid_from <= last and first <= (self.valid_to or dt.date.max)

    def names(self, column: str) -> tuple[str, ...]:
        """The codes in an extra column that may name several, separated by `;`."""
        return tuple(part for part in self.extra[column].split(";") if part)


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list in the order of its file. `codes` holds every line, so a code may come more than once."""

    name: str
    title: Label
    codes: tuple[Code, ...]
    extra_columns: tuple[str, ...]
    parent_list: str
    _by_code: Mapping[str, tuple[Code, ...]] = field(hash=False, repr=False)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def valid_on(self, day: dt.date) -> tuple[Code, ...]:
        """The lines valid on a day, in file order; each code once."""
        return tuple(line for line in self.codes if line.is_valid_on(day))

    def valid_within(self, first: dt.date, last: dt.date) -> tuple[Code, ...]:
        """The codes valid on any day of [first, last], in file order: each once, by its latest line."""
        found = {line.code: line for line in self.codes if line.overlaps(first, last)}
        for line in self.codes:
            if line.overlaps(first, last) and line.valid_from > found[line.code].valid_from:
                found[line.code] = line
        return tuple(found.values())

    def get(self, code: str, day: dt.date) -> Code | None:
        """The line of a code on a day; None when the code is unknown or not valid then."""
        return next((line for line in self._by_code.get(code, ()) if line.is_valid_on(day)), None)

    def known(self, code: str) -> bool:
        """Whether the code stands in the list, valid today or not."""
        return code in self._by_code

    def lines(self, code: str) -> tuple[Code, ...]:
        """Every line of a code in time order; empty when it is unknown."""
        return self._by_code.get(code, ())


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Label
    extra: tuple[str, ...] = ()
    parent_list: str | None = None
    refers_to: Annotated[dict[str, str], Field(default_factory=dict)]


class _Declarations(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: dict[str, _Declaration]
    tables: tuple[str, ...]


def known_lists() -> frozenset[str]:
    """Names of the declared lists."""
    return frozenset(_declarations().lists)


@lru_cache(maxsize=256)
def load_code_list(name: str, folder: Path = FOLDER) -> CodeList:
    """A list by name, checked: columns, dates, marks, overlaps, parents and the lists its columns refer to.

    Raises CodeListError naming file and line of the first fault.
    """
    declared = _declarations().lists
    if name not in declared:
        shown = name if len(name) <= 40 else name[:40] + "…"
        raise CodeListError(
            f"Không có danh mục mã “{shown}”. / There is no code list “{shown}”; "
            f"known: {', '.join(sorted(declared))}."
        )
    declaration = declared[name]
    path = folder / f"{name}.csv"
    lines = [
        (number, _code(row, f"{path.name}, line {number}", declaration.extra))
        for number, row in read_rows(path, COLUMNS + declaration.extra)
    ]
    codes = CodeList(
        name=name,
        title=declaration.title,
        codes=tuple(code for _, code in lines),
        extra_columns=declaration.extra,
        parent_list=declaration.parent_list or name,
        _by_code=_grouped(lines, path.name),
    )
    _check_references(codes, lines, declaration, path.name, folder)
    return codes


def all_code_lists(folder: Path = FOLDER) -> Mapping[str, CodeList]:
    """Every declared list by name.

    Raises CodeListError as `load_code_list`, and for a CSV that is not declared.
    """
    declared = _declarations()
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in declared.lists and path.stem not in declared.tables:
            raise CodeListError(f"{path.name} is not declared in data/code_lists.yaml")
    return MappingProxyType({name: load_code_list(name, folder) for name in sorted(declared.lists)})


def read_rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Lines of a CSV with exactly these columns, each with its line number; cells without outer spaces.

    Raises CodeListError naming file and line.
    """
    if not path.is_file():
        raise CodeListError(f"{path.name}: the file is missing")
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheet programs write the mark
            reader = csv.reader(file, strict=True)
            header = tuple(next(reader, []))
            if header != columns:
                raise CodeListError(f"{path.name}, line 1: the columns must be {','.join(columns)}")
            for cells in reader:
                if not any(cells):
                    continue
                if len(cells) != len(columns):
                    raise CodeListError(
                        f"{path.name}, line {reader.line_num}: {len(cells)} cells instead of {len(columns)}"
                    )
                rows.append(
                    (reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
                )
    except UnicodeDecodeError:
        raise CodeListError(f"{path.name}: the file must be saved as UTF-8") from None
    except csv.Error as error:
        raise CodeListError(f"{path.name}: not readable as CSV: {error}") from None
    return rows


def read_validity(row: Mapping[str, str], place: str) -> tuple[dt.date, dt.date | None]:
    """`valid_from` and `valid_to` of a row, with the defaults of an empty cell. Raises CodeListError."""
    first = read_date(row["valid_from"], "valid_from", place) or SERIES_START
    last = read_date(row["valid_to"], "valid_to", place)
    if last is not None and last < first:
        raise CodeListError(f"{place}: valid_to {last} lies before valid_from {first}")
    return first, last


def read_date(text: str, column: str, place: str) -> dt.date | None:
    """A date of the form 2025-07-01; None for an empty cell. Raises CodeListError."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CodeListError(f"{place}: {column} “{text}” is not a date of the form 2025-07-01") from None


def read_mark(row: Mapping[str, str], place: str) -> str:
    """The mark of a row. Raises CodeListError for any but V, D, P, R."""
    if row["mark"] not in MARKS:
        raise CodeListError(f"{place}: the mark is V, D, P or R, not “{row['mark']}”")
    return row["mark"]


def _code(row: Mapping[str, str], place: str, extra: tuple[str, ...]) -> Code:
    for column in ("code", "label_vi", "label_en"):
        if not row[column]:
            raise CodeListError(f"{place}: {column} is empty")
    if any(sign.isspace() or sign == ";" for sign in row["code"]):
        raise CodeListError(f"{place}: the code “{row['code']}” has a space or a semicolon")
    first, last = read_validity(row, place)
    return Code(
        code=row["code"],
        label_vi=row["label_vi"],
        label_en=row["label_en"],
        valid_from=first,
        valid_to=last,
        parent=row["parent"] or None,
        mark=read_mark(row, place),
        extra=MappingProxyType({column: row[column] for column in extra}),
    )


def _grouped(lines: list[tuple[int, Code]], file: str) -> Mapping[str, tuple[Code, ...]]:
    groups: dict[str, list[tuple[int, Code]]] = {}
    for number, code in lines:
        for other_number, other in groups.setdefault(code.code, []):
            if other.overlaps(code.valid_from, code.valid_to or dt.date.max):
                raise CodeListError(
                    f"{file}, line {number}: code {code.code} is already valid on some of these days "
                    f"by line {other_number}"
                )
        groups[code.code].append((number, code))
    return MappingProxyType(
        {
            code: tuple(sorted((line for _, line in found), key=lambda line: line.valid_from))
            for code, found in groups.items()
        }
    )


def _check_references(
    codes: CodeList, lines: list[tuple[int, Code]], declaration: _Declaration, file: str, folder: Path
) -> None:
    def known_in(name: str, code: str) -> bool:
        return codes.known(code) if name == codes.name else load_code_list(name, folder).known(code)

    for number, line in lines:
        if line.parent and not known_in(codes.parent_list, line.parent):
            raise CodeListError(
                f"{file}, line {number}: parent “{line.parent}” of {line.code} "
                f"is not in list {codes.parent_list}"
            )
        for column, name in declaration.refers_to.items():
            for code in line.names(column):
                if not known_in(name, code):
                    raise CodeListError(
                        f"{file}, line {number}: {column} “{code}” of {line.code} is not in list {name}"
                    )


@lru_cache(maxsize=1)
def _declarations() -> _Declarations:
    path = DATA / "code_lists.yaml"
    try:
        return _Declarations.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise CodeListError(
            f"{path.name}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        ) from None
    except yaml.YAMLError as error:
        raise CodeListError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from None
