"""The records of a form's table, each cell typed: lines for COPY, defects, findings.

Where the table stands on its sheet is found in `place`; the type of one cell is decided in `cells`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.rules import (
    AgeBandFollowsBirthDate,
    ForbiddenIf,
    NoIdentityInText,
    PersonalFilled,
    canonical_number,
    withheld,
)
from ingestion.contracts.rules.identity import name_words
from ingestion.parsing.builtin import ReadFinding
from ingestion.parsing.cells import TOO_LONG, Typed, copy_text, is_blank, longest_of, shown, type_cell
from ingestion.parsing.headers import normalise, to_unicode
from ingestion.parsing.place import Located, data_begins
from ingestion.parsing.sheets import Sheet, address, column_letter


@dataclass(frozen=True)
class Defect:
    row_no: int
    field: str
    cell: str | None
    raw_text: str | None
    rule_id: str
    state: Literal["defect", "withheld"]


@dataclass
class Table:
    """Typed records as lines for COPY (without the submission), with defects and findings."""

    located: Located
    lines: list[bytes] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    findings: list[ReadFinding] = field(default_factory=list)
    rows_read: int = 0
    # Beside each line of a form with personal fields; the line then lacks its pseudonyms and its end.
    persons: list[Person | None] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """Whom a line is about: all personal values as one JSON, the identity number under its kind. Goes to the vault."""

    values: str = field(repr=False)
    number: str | None = field(repr=False)


def landing_columns(form: FormContract) -> tuple[str, ...]:
    """Columns of a COPY line after submission_id: row number, place on the sheet, marks, then the fields."""
    columns = ["row_no", "at_index", "defect_fields", "nil_fields"]
    for f in form.landed_fields:
        columns.append(f.name)
        if f.type == "suppressible_count":
            columns.append(f"{f.name}_state")
    return (*columns, *form.pseudonym_columns)


class RowTyper:
    """Types records of one form and keeps what was wrong; shared by workbooks and CSV."""

    def __init__(
        self,
        form: FormContract,
        sheet: str | None,
        located: Located,
        is_nil: bool,
        window: tuple[dt.date, dt.date] | None = None,
        names: frozenset[str] = frozenset(),
        complete: Callable[[bytes, Person | None], bytes] | None = None,
    ) -> None:
        """`names`: of the file's persons; `complete`: makes lines whole at once, where they are streamed."""
        self._names, self._complete = names, complete
        self.form, self.sheet, self.located = form, sheet, located
        self.table = Table(located)
        self._is_nil, self._window = is_nil, window or (dt.date.min, dt.date.max)
        self._nil_fields = {f.name for f in form.flows} if is_nil else set()
        # What the form keeps empty (a cell of a law not yet in force) stays empty on a nil return too.
        self._forbidden = [
            rule
            for rule in form.rules
            if isinstance(rule, ForbiddenIf)
            and not any(
                c.instance or ((c.period_end or c.op == "holds_day") and window is None) for c in rule.when
            )
        ]
        self._guards = [
            (rule, set(rule.texts(form))) for rule in form.gate_rules() if isinstance(rule, NoIdentityInText)
        ]
        self._fields = [(f, form.is_personal(f)) for f in form.fields]
        # A column that is missing has its finding once; it is not found empty on each line besides.
        self._absent = [f.name for f in form.required_fields if f.name not in located.fields]
        self._on_rows = [
            r for r in form.gate_rules() if isinstance(r, PersonalFilled | AgeBandFollowsBirthDate)
        ]
        self._is_personal, self._number, self._birth = (
            bool(form.personal_fields),
            form.personal_number,
            form.personal_date,
        )

    def add(self, at: int, raw: dict[str, Any], formulas: frozenset[str] = frozenset()) -> None:
        """One record: `at` is its row (across) or column (down), `raw` its cells by field."""
        table = self.table
        table.rows_read += 1
        row_no = table.rows_read
        parts: list[str] = []
        bad = list(self._absent)
        nil: list[str] = []
        row: dict[str, Any] = {}
        personal: dict[str, Any] = {}
        for f, is_personal in self._fields:
            value = raw.get(f.name)
            typed = type_cell(value, f, self.form)
            if f.name in formulas:
                typed = Typed(defect="cell_is_a_value_not_a_formula")
            if typed.defect is not None:
                self._defect(row_no, at, f, value, typed)
                if not typed.kept:
                    bad.append(f.name)
            else:
                for rule, texts in self._guards:
                    if f.name in texts and rule.offends(typed.value, self._names):
                        self._withheld(row_no, at, f, rule)
                        typed = Typed()
                        bad.append(f.name)
            if (
                typed.value is None
                and typed.state is None
                and typed.defect is None
                and f.name in self._nil_fields
                and not self._is_kept_empty(f.name, row)
            ):
                typed = Typed(0)
                nil.append(f.name)
            if self._is_nil or self._is_personal:
                row[f.name] = typed.value
            if is_personal:
                if typed.value is not None:
                    personal[f.name] = typed.value
                continue
            parts.append(copy_text(typed.value))
            if f.type == "suppressible_count":
                parts.append(copy_text(typed.state))
        person = self._person(row_no, at, personal, row, bad) if self._is_personal else None
        if self._birth is not None:
            parts.append(birth_year_band(personal.get(self._birth.name)))
        marks = [str(row_no), str(at), _array(bad), _array(nil)]
        line = ",".join([*marks, *parts])
        if not self._is_personal:
            table.lines.append((line + "\n").encode())
        elif self._complete is not None:
            table.lines.append(self._complete(line.encode(), person))
        else:
            table.lines.append(line.encode())
            table.persons.append(person)

    def _person(
        self, row_no: int, at: int, personal: dict[str, Any], row: dict[str, Any], bad: list[str]
    ) -> Person | None:
        """Whom a row is about, after the rules on personal fields; what they find names cells, never values."""
        for rule in self._on_rows:
            for name in rule.offending(self.form, row):
                if name not in bad:
                    cell = self.located.cell(name, at)
                    self.table.findings.append(ReadFinding(f"rule:{rule.id}", self.sheet, cell, name, row_no))
        if not personal:
            return None
        number = None
        if self._number is not None and self._number.name in personal:
            number = canonical_number(personal[self._number.name])
            if number is None:
                self._defect(row_no, at, self._number, None, Typed(defect="identity_number_is_well_formed"))
                bad.append(self._number.name)
        values = {name: str(value) for name, value in personal.items()}
        return Person(json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")), number)

    def _is_kept_empty(self, name: str, row: dict[str, Any]) -> bool:
        """Whether the form's rules forbid a field on a row, as far as the fields before it and the period say."""
        return any(
            name in rule.fields and all(c.holds(row, self._window, {}) for c in rule.when)
            for rule in self._forbidden
        )

    def _defect(self, row_no: int, at: int, f: FormField, value: Any, typed: Typed) -> None:
        cell = self.located.cell(f.name, at)
        # What stands in a text or personal cell is never repeated (D3); numbers, dates and codes are.
        hidden = (
            f.type in {"text", "identifier"}
            or self.form.is_personal(f)
            or typed.defect == "count_is_no_identity_number"
        )
        observed = None if hidden else withheld(shown(value))
        self.table.defects.append(Defect(row_no, f.name, cell, observed, str(typed.defect), "defect"))
        expected = str(longest_of(f)) if typed.defect == TOO_LONG else self.form.heading(f).vi
        self.table.findings.append(
            ReadFinding(str(typed.defect), self.sheet, cell, f.name, row_no, observed, expected)
        )

    def _withheld(self, row_no: int, at: int, f: FormField, rule: NoIdentityInText) -> None:
        cell = self.located.cell(f.name, at)
        self.table.defects.append(Defect(row_no, f.name, cell, None, rule.id, "withheld"))
        self.table.findings.append(ReadFinding(f"rule:{rule.id}", self.sheet, cell, f.name, row_no))


def birth_year_band(born: dt.date | None) -> str:
    """Five years, 1990-1994: tells an age group and no birthday."""
    return "" if born is None else f"{born.year // 5 * 5}-{born.year // 5 * 5 + 4}"


def names_in(form: FormContract, rows: Iterable[Sequence[Any]], located: Located) -> frozenset[str]:
    """Names of the persons of a file, as they are compared with its texts."""
    columns = [
        located.fields[f.name] - 1
        for f in form.personal_fields
        if f.type == "text" and f.name in located.fields
    ]
    return frozenset(
        name
        for row in rows
        for column in columns
        if column < len(row) and (name := name_words(_decode(row[column], located.encoding)))
    )


def _array(names: Sequence[str]) -> str:
    return '"{' + ",".join(names) + '}"' if names else "{}"


def read_table(
    sheet: Sheet,
    form: FormContract,
    located: Located,
    is_nil: bool,
    window: tuple[dt.date, dt.date] | None = None,
    names: frozenset[str] = frozenset(),
) -> Table:
    """Every record of the table, typed. Rows of a sheet are 1-based; `at_index` is the row (or column) of a record."""
    typer = RowTyper(form, sheet.name, located, is_nil, window, names)
    if located.orientation == "across":
        _read_across(sheet, form, located, typer)
    else:
        _read_down(sheet, form, located, typer)
    return typer.table


def _decode(value: Any, encoding: str | None) -> Any:
    return to_unicode(value, encoding) if encoding and isinstance(value, str) else value


def _read_across(sheet: Sheet, form: FormContract, located: Located, typer: RowTyper) -> None:
    end = normalise(form.layout.ends_at) if form.layout.ends_at else None
    places = located.fields.items()
    header_width = len(sheet.rows[located.line - 1])
    for row_no in range(data_begins(sheet, form, located), len(sheet.rows) + 1):
        row = sheet.rows[row_no - 1]
        if end is not None and any(isinstance(c, str) and normalise(c).startswith(end) for c in row if c):
            break
        width = len(row)
        raw = {name: _decode(row[c - 1], located.encoding) for name, c in places if c <= width}
        if all(is_blank(v) for v in raw.values()):
            continue
        formulas = (
            frozenset(n for n, c in places if (row_no, c) in sheet.formulas)
            if sheet.formulas
            else frozenset()
        )
        typer.add(row_no, raw, formulas)
        if row_no in sheet.hidden_rows:
            typer.table.findings.append(
                ReadFinding("row_is_visible", sheet.name, f"A{row_no}", row_no=typer.table.rows_read)
            )
        # Rows of a workbook are padded by the reader; those of a CSV are as long as their lines.
        if not sheet.name and width != header_width:
            typer.table.findings.append(wrong_width(row_no, typer.table.rows_read, width, header_width))
    _hidden_fields(sheet, located, typer)


def wrong_width(at: int, row_no: int, observed: int, expected: int) -> ReadFinding:
    """A CSV line with more or fewer cells than its header: its values may stand under the wrong headings."""
    return ReadFinding(
        "row_has_the_right_width",
        cell=f"A{at}",
        row_no=row_no,
        observed=str(observed),
        expected=str(expected),
    )


def _read_down(sheet: Sheet, form: FormContract, located: Located, typer: RowTyper) -> None:
    width = max((len(sheet.rows[r - 1]) for r in located.fields.values() if r <= len(sheet.rows)), default=0)
    first = data_begins(sheet, form, located)
    measures = [n for n in located.fields if n not in form.grain]
    for column in range(first, width + 1):
        raw = {n: _decode(sheet.at(r, column), located.encoding) for n, r in located.fields.items()}
        if all(is_blank(v) for v in raw.values()):
            continue
        # The single column of a form without grain is the record even where a note stands further right.
        if not form.grain and typer.table.rows_read and not any(_looks_like_value(raw[n]) for n in measures):
            continue
        formulas = frozenset(n for n, r in located.fields.items() if (r, column) in sheet.formulas)
        typer.add(column, raw, formulas)
        if column in sheet.hidden_columns:
            typer.table.findings.append(
                ReadFinding(
                    "row_is_visible", sheet.name, f"{column_letter(column)}1", row_no=typer.table.rows_read
                )
            )
    _hidden_fields(sheet, located, typer)


def _looks_like_value(value: Any) -> bool:
    return not is_blank(value) and not (isinstance(value, str) and len(value.strip()) > 20)


def _hidden_fields(sheet: Sheet, located: Located, typer: RowTyper) -> None:
    """A field whose line is hidden: its numbers were sent without being seen."""
    hidden = sheet.hidden_columns if located.orientation == "across" else sheet.hidden_rows
    for name, place in located.fields.items():
        if place in hidden and typer.table.rows_read:
            cell = (
                address(located.line, place)
                if located.orientation == "across"
                else address(place, located.line)
            )
            typer.table.findings.append(ReadFinding("row_is_visible", sheet.name, cell, name))
