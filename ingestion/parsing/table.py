"""The table of a form on its sheet: where its headings stand, which records follow, and each record typed.

Two layouts, told apart by where the headings are: `across` (a record a row) and `down` (a field a row, a record a
column). Headings are matched by field name first (templates carry the names hidden), else by label (D53).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.rules import NoIdentityInText
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.cells import Typed, copy_text, is_blank, shown, type_cell
from ingestion.parsing.headers import headings, legacy_encoding, match, normalise, to_unicode
from ingestion.parsing.sheets import Sheet, address, column_letter

HEADER_SEARCH_ROWS = 60
HEADER_SEARCH_COLUMNS = 400


@dataclass(frozen=True)
class Located:
    """Where the table stands: `line` is the header's row (across) or column (down); `fields` maps each field to its
    column (across) or row (down)."""

    orientation: Literal["across", "down"]
    line: int
    fields: dict[str, int]
    encoding: str | None = None

    def cell(self, field_name: str, at: int) -> str | None:
        place = self.fields.get(field_name)
        if place is None:
            return None
        return address(at, place) if self.orientation == "across" else address(place, at)


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


def landing_columns(form: FormContract) -> tuple[str, ...]:
    """Columns of a COPY line after submission_id: row number, place on the sheet, marks, then the fields."""
    columns = ["row_no", "at_index", "defect_fields", "nil_fields"]
    for f in form.fields:
        columns.append(f.name)
        if f.type == "suppressible_count":
            columns.append(f"{f.name}_state")
    return tuple(columns)


class RowTyper:
    """Types records of one form and keeps what was wrong; shared by workbooks and CSV."""

    def __init__(self, form: FormContract, sheet: str | None, located: Located, is_nil: bool) -> None:
        self.form, self.sheet, self.located = form, sheet, located
        self.table = Table(located)
        self._nil_fields = {f.name for f in form.flows} if is_nil else set()
        self._guards = [(rule, set(rule.texts(form))) for rule in form.gate_rules() if isinstance(rule, NoIdentityInText)]
        self._fields = [f for f in form.fields]

    def add(self, at: int, raw: dict[str, Any], formulas: frozenset[str] = frozenset()) -> None:
        """One record: `at` is its row (across) or column (down), `raw` its cells by field."""
        table = self.table
        table.rows_read += 1
        row_no = table.rows_read
        parts: list[str] = []
        bad: list[str] = []
        nil: list[str] = []
        for f in self._fields:
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
                    if f.name in texts and rule.offends(typed.value):
                        self._withheld(row_no, at, f, rule)
                        typed = Typed()
                        bad.append(f.name)
            if typed.value is None and typed.state is None and typed.defect is None and f.name in self._nil_fields:
                typed = Typed(0)
                nil.append(f.name)
            parts.append(copy_text(typed.value))
            if f.type == "suppressible_count":
                parts.append(copy_text(typed.state))
        marks = [str(row_no), str(at), _array(bad), _array(nil)]
        table.lines.append((",".join([*marks, *parts]) + "\n").encode())

    def _defect(self, row_no: int, at: int, f: FormField, value: Any, typed: Typed) -> None:
        cell = self.located.cell(f.name, at)
        # What stands in a text or personal cell is never repeated (D3); numbers, dates and codes are.
        hidden = f.type in {"text", "identifier"} or (f.sensitivity or self.form.sensitivity) == "personal"
        observed = None if hidden else shown(value)
        self.table.defects.append(Defect(row_no, f.name, cell, observed, str(typed.defect), "defect"))
        self.table.findings.append(
            ReadFinding(str(typed.defect), self.sheet, cell, f.name, row_no, observed, self.form.heading(f).vi)
        )

    def _withheld(self, row_no: int, at: int, f: FormField, rule: NoIdentityInText) -> None:
        cell = self.located.cell(f.name, at)
        self.table.defects.append(Defect(row_no, f.name, cell, None, rule.id, "withheld"))
        self.table.findings.append(ReadFinding(f"rule:{rule.id}", self.sheet, cell, f.name, row_no))


def _array(names: Sequence[str]) -> str:
    return '"{' + ",".join(names) + '}"' if names else "{}"


def find_table(sheets: list[Sheet], form: FormContract) -> tuple[Sheet, Located, list[ReadFinding]]:
    """The sheet and place of the form's table; raises `Unreadable` when no sheet has its headings."""
    visible = [s for s in sheets if s.visible and not s.name.startswith("_")]
    named = [s for s in visible if normalise(s.name) == normalise(form.layout.sheet)]
    for sheet in [*named, *(s for s in visible if s not in named)]:
        located, findings = locate(sheet, form)
        if located is not None:
            return sheet, located, findings
    raise Unreadable(ReadFinding("table_is_found", observed=(named or visible or sheets)[0].name[:40]))


def _lines(sheet: Sheet, orientation: str) -> list[tuple[int, list[tuple[int, Any]]]]:
    """Candidate header lines: (number, [(place, cell), …]) for rows, or for columns."""
    rows = sheet.rows[:HEADER_SEARCH_ROWS] if orientation == "across" else sheet.rows[:HEADER_SEARCH_COLUMNS]
    if orientation == "across":
        return [(i, list(enumerate(row[:HEADER_SEARCH_COLUMNS], start=1))) for i, row in enumerate(rows, start=1)]
    width = max((len(r) for r in rows), default=0)
    return [
        (j, [(i, row[j - 1] if j <= len(row) else None) for i, row in enumerate(rows, start=1)])
        for j in range(1, min(width, 12) + 1)
    ]


def locate(sheet: Sheet, form: FormContract) -> tuple[Located | None, list[ReadFinding]]:
    """The header line of a form on a sheet, with findings on its headings; none where fewer than half are there."""
    names, _ = headings(form)
    best: tuple[int, int, str, int, list[tuple[int, Any]]] | None = None
    for orientation in ("across", "down"):
        for number, cells in _lines(sheet, orientation):
            texts = [t for _, t in cells if isinstance(t, str) and t.strip()]
            by_name = len({t.strip() for t in texts} & names.keys())
            found = len({m for t in texts if (m := match(t, form)) is not None})
            # A line of field names decides first (D53), then the contract's own orientation.
            rank = (found + by_name, int(orientation == form.layout.orientation))
            if found and (best is None or rank > best[:2]):
                best = (*rank, orientation, number, cells)
    needed = max(1, (len(form.fields) + 1) // 2)
    encoding = None
    if best is None or len({m for _, t in best[4] if (m := match(t, form))}) < needed:
        located_legacy = _legacy(sheet, form, needed)
        if located_legacy is None:
            return None, []
        orientation, number, cells, encoding = located_legacy
    else:
        orientation, number, cells = best[2], best[3], best[4]
    return _read_header(sheet, form, orientation, number, cells, encoding)


def _legacy(
    sheet: Sheet, form: FormContract, needed: int
) -> tuple[str, int, list[tuple[int, Any]], str] | None:
    """A header line that matches only when read in a legacy Vietnamese encoding."""
    for orientation in ("across", "down"):
        for number, cells in _lines(sheet, orientation):
            texts = [t for _, t in cells if isinstance(t, str)]
            encoding = legacy_encoding(texts, form)
            if encoding is None:
                continue
            if len({m for t in texts if (m := match(t, form) or match(to_unicode(t, encoding), form))}) >= needed:
                return orientation, number, cells, encoding
    return None


def _read_header(
    sheet: Sheet, form: FormContract, orientation: str, number: int, cells: list[tuple[int, Any]], encoding: str | None
) -> tuple[Located, list[ReadFinding]]:
    names, _ = headings(form)
    findings: list[ReadFinding] = []
    fields: dict[str, int] = {}
    across = orientation == "across"

    def cell_of(place: int) -> str:
        return address(number, place) if across else address(place, number)

    matched = [(place, match(text, form) or (match(to_unicode(text, encoding), form) if encoding and isinstance(text, str) else None), text) for place, text in cells]
    by_names = sum(1 for _, m, text in matched if m is not None and str(text).strip() in names)
    for place, name, _text in matched:
        if name is not None and name in fields:
            findings.append(ReadFinding("header_is_unique", sheet.name, cell_of(place), name, expected=form.heading(form.by_name[name]).vi))
        elif name is not None:
            fields[name] = place
    places = list(fields.values())
    for place, name, text in matched:
        inside = places and min(places) <= place <= max(places)
        stray = name is None and isinstance(text, str) and text.strip() and (across or inside)
        if stray and (across or not by_names) and not (across and _is_margin(text, place, places)):
            if across or any(not is_blank(sheet.at(place, c)) for c in range(number + 1, number + 40)):
                findings.append(ReadFinding("header_is_known", sheet.name, cell_of(place)))
    for f in form.fields:
        if f.name not in fields:
            findings.append(
                ReadFinding(
                    "header_is_present", sheet.name, cell_of(places[0] if places else 1) if across else None, f.name,
                    expected=form.heading(f).vi, severity="critical" if f.required == "yes" else "warning",
                )
            )
    header_cells = {(number, p) if across else (p, number): n for n, p in fields.items()}
    for (r1, c1), (r2, c2) in sheet.merged:
        for (row, column), name in header_cells.items():
            if r1 <= row <= r2 and c1 <= column <= c2 and (r2 > r1 or c2 > c1):
                findings.append(ReadFinding("header_is_not_merged", sheet.name, address(row, column), name, expected=form.heading(form.by_name[name]).vi))
    if encoding is not None:
        findings.append(ReadFinding("text_is_unicode", sheet.name, observed=encoding.upper()))
    return Located("across" if across else "down", number, fields, encoding), findings


def _is_margin(text: str, place: int, places: list[int]) -> bool:
    """A running-number column (TT, STT) left of the table is no stray heading."""
    return normalise(text) in {"tt", "stt", "số tt", "no"} and (not places or place < min(places))


def _data_begins(sheet: Sheet, form: FormContract, located: Located) -> int:
    """First record place after the header: labels and hidden names may stand in two lines beside each other."""
    at = located.line + 1
    if located.orientation == "down":
        width = max((len(r) for r in sheet.rows), default=0)
        rows = list(located.fields.values())
        while at <= width and any(match(sheet.at(r, at), form) for r in rows if isinstance(sheet.at(r, at), str)):
            at += 1
        return at
    while at <= len(sheet.rows) and sum(1 for c in located.fields.values() if match(sheet.at(at, c), form)) * 2 > len(located.fields):
        at += 1
    return at


def read_table(sheet: Sheet, form: FormContract, located: Located, is_nil: bool) -> Table:
    """Every record of the table, typed. Rows of a sheet are 1-based; `at_index` is the row (or column) of a record."""
    typer = RowTyper(form, sheet.name, located, is_nil)
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
    for row_no in range(_data_begins(sheet, form, located), len(sheet.rows) + 1):
        row = sheet.rows[row_no - 1]
        if end is not None and any(isinstance(c, str) and normalise(c).startswith(end) for c in row if c):
            break
        width = len(row)
        raw = {name: _decode(row[c - 1], located.encoding) for name, c in places if c <= width}
        if all(is_blank(v) for v in raw.values()):
            continue
        formulas = frozenset(n for n, c in places if (row_no, c) in sheet.formulas) if sheet.formulas else frozenset()
        typer.add(row_no, raw, formulas)
        if row_no in sheet.hidden_rows:
            typer.table.findings.append(ReadFinding("row_is_visible", sheet.name, f"A{row_no}", row_no=typer.table.rows_read))
    _hidden_fields(sheet, located, typer)


def _read_down(sheet: Sheet, form: FormContract, located: Located, typer: RowTyper) -> None:
    width = max((len(sheet.rows[r - 1]) for r in located.fields.values() if r <= len(sheet.rows)), default=0)
    first = _data_begins(sheet, form, located)
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
                ReadFinding("row_is_visible", sheet.name, f"{column_letter(column)}1", row_no=typer.table.rows_read)
            )
    _hidden_fields(sheet, located, typer)


def _looks_like_value(value: Any) -> bool:
    return not is_blank(value) and not (isinstance(value, str) and len(value.strip()) > 20)


def _hidden_fields(sheet: Sheet, located: Located, typer: RowTyper) -> None:
    """A field whose line is hidden: its numbers were sent without being seen."""
    hidden = sheet.hidden_columns if located.orientation == "across" else sheet.hidden_rows
    for name, place in located.fields.items():
        if place in hidden and typer.table.rows_read:
            cell = address(located.line, place) if located.orientation == "across" else address(place, located.line)
            typer.table.findings.append(ReadFinding("row_is_visible", sheet.name, cell, name))


def two_forms(sheets: list[Sheet], form: FormContract, others: Sequence[FormContract]) -> str | None:
    """Name of another form's table in the workbook; a file holds one form."""
    sheet_names = Counter(normalise(s.name) for s in sheets if s.visible)
    for other in others:
        if other.form != form.form and other.layout.sheet != form.layout.sheet and sheet_names[normalise(other.layout.sheet)]:
            sheet = next(s for s in sheets if s.visible and normalise(s.name) == normalise(other.layout.sheet))
            if locate(sheet, other)[0] is not None:
                return other.form
    return None
