"""Where a form's table stands on a sheet: its headings, which layout they make, where its records begin.

Two layouts, told apart by where the headings are: `across` (a record a row) and `down` (a field a row, a record a
column). Headings are matched by field name first (templates carry the names hidden), else by label (D53). The records
themselves are read in `table`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ingestion.contracts.models import FormContract
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.headers import headings, legacy_encoding, match, normalise, to_unicode
from ingestion.parsing.sheets import Sheet, address

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
        return cell_at(self.orientation, self.fields, field_name, at)


def cell_at(
    orientation: str | None, fields: Mapping[str, int], field_name: str | None, at: int | None
) -> str | None:
    """Address of a field of the record at a row (across) or column (down); None where either is not known."""
    line = fields.get(field_name) if field_name is not None else None
    if line is None or at is None:
        return None
    return address(at, line) if orientation == "across" else address(line, at)


def cell_in(cell_map: Mapping[str, Any] | None, field_name: str | None, at: int | None) -> str | None:
    """The same from what a submission keeps of its headings (`registry.submission.cell_map`)."""
    known = cell_map or {}
    return cell_at(known.get("orientation"), known.get("fields", {}), field_name, at)


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
        return [
            (i, list(enumerate(row[:HEADER_SEARCH_COLUMNS], start=1))) for i, row in enumerate(rows, start=1)
        ]
    width = max((len(r) for r in rows), default=0)
    return [
        (j, [(i, row[j - 1] if j <= len(row) else None) for i, row in enumerate(rows, start=1)])
        for j in range(1, min(width, 12) + 1)
    ]


def locate(sheet: Sheet, form: FormContract) -> tuple[Located | None, list[ReadFinding]]:
    """The header line of a form on a sheet, with findings on its headings; none where fewer than half are there."""
    names, _ = headings(form)
    # A cell stands in a row and in a column: each text is compared once.
    fields_by_text: dict[str, str | None] = {}
    best: tuple[int, int, str, int, list[tuple[int, Any]]] | None = None
    for orientation in ("across", "down"):
        for number, cells in _lines(sheet, orientation):
            texts = [t for _, t in cells if isinstance(t, str) and t.strip()]
            by_name = len({t.strip() for t in texts} & names.keys())
            for t in texts:
                if t not in fields_by_text:
                    fields_by_text[t] = match(t, form)
            found = len({m for t in texts if (m := fields_by_text[t]) is not None})
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
            if (
                len({m for t in texts if (m := match(t, form) or match(to_unicode(t, encoding), form))})
                >= needed
            ):
                return orientation, number, cells, encoding
    return None


def _read_header(
    sheet: Sheet,
    form: FormContract,
    orientation: str,
    number: int,
    cells: list[tuple[int, Any]],
    encoding: str | None,
) -> tuple[Located, list[ReadFinding]]:
    findings: list[ReadFinding] = []
    fields: dict[str, int] = {}
    across = orientation == "across"

    def cell_of(place: int) -> str:
        return address(number, place) if across else address(place, number)

    matched = [
        (
            place,
            match(text, form)
            or (match(to_unicode(text, encoding), form) if encoding and isinstance(text, str) else None),
            text,
        )
        for place, text in cells
    ]
    for place, name, _text in matched:
        if name is not None and name in fields:
            findings.append(
                ReadFinding(
                    "header_is_unique",
                    sheet.name,
                    cell_of(place),
                    name,
                    expected=form.heading(form.by_name[name]).vi,
                )
            )
        elif name is not None:
            fields[name] = place
    places = list(fields.values())
    if across:
        for place, name, text in matched:
            is_text = isinstance(text, str) and text.strip()
            if name is None and is_text and not _is_margin(text, place, places):
                findings.append(ReadFinding("header_is_known", sheet.name, cell_of(place)))
    elif places:
        known = {place for place, name, _ in matched if name is not None}
        rows = [r for r in _rows_of_table(sheet, form, places) if r not in known]
        findings.extend(_stray_rows(sheet, number, rows))
    for f in form.fields:
        if f.name not in fields:
            findings.append(
                ReadFinding(
                    "header_is_present",
                    sheet.name,
                    cell_of(places[0] if places else 1) if across else None,
                    f.name,
                    expected=form.heading(f).vi,
                    severity="critical" if f.required == "yes" else "warning",
                )
            )
    header_cells = {(number, p) if across else (p, number): n for n, p in fields.items()}
    for (r1, c1), (r2, c2) in sheet.merged:
        for (row, column), name in header_cells.items():
            if r1 <= row <= r2 and c1 <= column <= c2 and (r2 > r1 or c2 > c1):
                findings.append(
                    ReadFinding(
                        "header_is_not_merged",
                        sheet.name,
                        address(row, column),
                        name,
                        expected=form.heading(form.by_name[name]).vi,
                    )
                )
    if encoding is not None:
        findings.append(ReadFinding("text_is_unicode", sheet.name, observed=encoding.upper()))
    return Located("across" if across else "down", number, fields, encoding), findings


def _rows_of_table(sheet: Sheet, form: FormContract, places: list[int]) -> range:
    """Rows of a table that goes down: from its first field to its last, or on to the line that ends it."""
    last = max(places)
    end = normalise(form.layout.ends_at) if form.layout.ends_at else None
    for row_no in range(last + 1, min(last + 30, len(sheet.rows)) + 1):
        if end and any(isinstance(c, str) and normalise(c).startswith(end) for c in sheet.rows[row_no - 1]):
            last = row_no - 1
            break
    return range(min(places), last + 1)


def _stray_rows(sheet: Sheet, number: int, rows: list[int]) -> Iterator[ReadFinding]:
    """Rows that were added to a table: beside the labels of a form stand captions too, a stray row has numbers."""
    for row_no in rows:
        row = sheet.rows[row_no - 1]
        if any(_is_numeric(c) for c in row[number : number + 40]):
            labels = (i for i, c in enumerate(row[:number], start=1) if isinstance(c, str) and c.strip())
            label = next(labels, number)
            yield ReadFinding("header_is_known", sheet.name, address(row_no, label))


def _is_numeric(value: Any) -> bool:
    if isinstance(value, str):
        return any(c.isdigit() for c in value) and not any(c.isalpha() for c in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_margin(text: str, place: int, places: list[int]) -> bool:
    """A running-number column (TT, STT) left of the table is no stray heading."""
    return normalise(text) in {"tt", "stt", "số tt", "no"} and (not places or place < min(places))


def data_begins(sheet: Sheet, form: FormContract, located: Located) -> int:
    """First record place after the header: labels and hidden names may stand in two lines beside each other."""
    at = located.line + 1
    if located.orientation == "down":
        width = max((len(r) for r in sheet.rows), default=0)
        rows = list(located.fields.values())
        while at <= width and any(
            match(sheet.at(r, at), form) for r in rows if isinstance(sheet.at(r, at), str)
        ):
            at += 1
        return at
    while at <= len(sheet.rows) and sum(
        1 for c in located.fields.values() if match(sheet.at(at, c), form)
    ) * 2 > len(located.fields):
        at += 1
    return at


def _has_names(texts: set[str], form: FormContract) -> bool:
    return 2 * len(texts & form.by_name.keys()) > len(form.fields)


def two_forms(sheets: list[Sheet], form: FormContract, others: Sequence[FormContract]) -> str | None:
    """Name of another form's table in the workbook, or of the form itself where its sheet was copied."""
    own = 0
    for sheet in (s for s in sheets if s.visible and not s.name.startswith("_")):
        texts = {c for row in sheet.rows[:HEADER_SEARCH_COLUMNS] for c in row[:60] if isinstance(c, str)}
        # Field names, hidden in every sheet of a template, leave no doubt.
        if _has_names(texts, form):
            own += 1
        elif (other := next((o for o in others if _has_names(texts, o)), None)) is not None:
            return other.form
    if own > 1:
        return form.form
    sheet_names = Counter(normalise(s.name) for s in sheets if s.visible)
    for other in others:
        if (
            other.form != form.form
            and other.layout.sheet != form.layout.sheet
            and sheet_names[normalise(other.layout.sheet)]
        ):
            sheet = next(
                s for s in sheets if s.visible and normalise(s.name) == normalise(other.layout.sheet)
            )
            if locate(sheet, other)[0] is not None:
                return other.form
    return None
