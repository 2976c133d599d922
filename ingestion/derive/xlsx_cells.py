"""One cell of a workbook template: its format, its value, what it accepts, and the code lists behind drop-downs.

Where cells stand on their sheets is `xlsx_template`'s. Needs an `xlsxwriter` workbook and worksheet; imports none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.contracts.code_lists import Code, load_code_list
from ingestion.contracts.instances import TOTAL
from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.periods import Period
from ingestion.contracts.rules import ForbiddenIf
from ingestion.derive.xlsx_guide import CELL_ERRORS, ERROR_TITLE

LISTS_SHEET = "_danh_muc"
FIRST_BIRTH = dt.date(1900, 1, 1)
FIRST_DATE, LAST_DATE = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
GREY = "#D9D9D9"
LINE: Mapping[str, Any] = {"border": 1, "border_color": "#7F7F7F"}

Row = Mapping[str, Any]


@dataclass
class Drawing:
    """A workbook in the making: its formats, and the code lists that its drop-downs point to."""

    book: Any
    form: FormContract
    period: Period
    unit: str
    window: tuple[dt.date, dt.date]
    lang: str
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def heading(self, f: FormField) -> str:
        heading = self.form.heading(f)
        return heading.en if self.lang == "en" and heading.en else heading.vi

    def code_text(self, f: FormField, code: object) -> str:
        """`code – label`, by the line of the list that is valid in the window."""
        lines: Sequence[Code] = load_code_list(str(f.code_list)).lines(str(code))
        line = next((c for c in lines if c.overlaps(*self.window)), lines[-1] if lines else None)
        return _code_text(line, self.lang) if line else str(code)

    def offered(self, list_name: str, past: bool = False) -> list[Code]:
        """Codes valid in the window; with `past` also those that ended before it."""
        first = dt.date.min if past else self.window[0]
        codes = load_code_list(list_name).valid_within(first, self.window[1])
        return [code for code in codes if code.code != TOTAL]

    def offers_past(self, f: FormField) -> bool:
        """Whether a row may have a code that ended: the contract prints chosen codes, not all those of the window.

        A case under an article of an old code is reported while it is open; an old regime pays nothing any more.
        """
        printed = [row[f.name] for row in self.form.fixed_rows if f.name in row]
        return f.name in self.form.grain and bool(printed) and "valid_in_window" not in printed

    def codes(self, list_name: str, past: bool = False) -> str:
        """Range of the hidden sheet that holds the codes offered of a list."""
        title = f"{list_name}+" if past else list_name
        if title not in self.lists:
            self.lists[title] = [_code_text(c, self.lang) for c in self.offered(list_name, past)]
        column = column_letters(list(self.lists).index(title))
        return f"='{LISTS_SHEET}'!${column}$2:${column}${max(len(self.lists[title]), 1) + 1}"

    def forbidden(self, row: Row) -> set[str]:
        """Fields that the form's rules keep empty on a row, as far as grain, period and unit say it beforehand."""
        known = {"period_kind": self.period.kind, "unit": self.unit}
        found: set[str] = set()
        for rule in self.form.rules:
            if not isinstance(rule, ForbiddenIf):
                continue
            foreseen = all(
                c.period_end
                or (c.instance in known if c.instance else c.field in self.form.grain and c.field in row)
                for c in rule.when
            )
            if foreseen and all(c.holds(dict(row), self.window, known) for c in rule.when):
                found.update(rule.fields)
        return found

    def validation(self, f: FormField, cell: str) -> dict[str, Any] | None:
        """What a cell of the field accepts; `cell` is the first of its range, as a relative address."""
        rule: dict[str, Any]
        match f.type:
            case "count" | "amount_vnd":
                rule = {"validate": "integer", "criteria": ">=", "value": 0}
            case "suppressible_count":
                number = f"AND(ISNUMBER({cell}),N({cell})>=0,N({cell})=INT(N({cell})))"
                rule = {"validate": "custom", "value": f'=OR({number},LEFT({cell},1)="<")'}
            case "number":
                rule = {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
            case "year":
                rule = {"validate": "integer", "criteria": "between", "minimum": 1900, "maximum": 2100}
            case "date":
                rule = {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": FIRST_BIRTH if self.form.is_personal(f) else FIRST_DATE,
                    "maximum": LAST_DATE,
                }
            case "code":
                rule = {"validate": "list", "source": self.codes(str(f.code_list), self.offers_past(f))}
            case "boolean":
                rule = {"validate": "list", "source": ["có", "không"]}
            case _:
                return None
        return {**rule, "error_title": ERROR_TITLE, "error_message": CELL_ERRORS[f.type]}


def _code_text(code: Code, lang: str) -> str:
    # The reader takes what stands before the dash, so the label may be in either language.
    return f"{code.code} – {code.label_en if lang == 'en' and code.label_en else code.label_vi}"


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write(
    sheet: Any, row: int, column: int, value: Any, look: Any, yes: str = "có", no: str | None = "không"
) -> None:
    """A value as its own kind of cell: text is never read as a number, formula or link."""
    if isinstance(value, bool):
        value = yes if value else no
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), look)
    else:
        sheet.write_string(row, column, str(value), look)


def write_field(
    drawing: Drawing, sheet: Any, at: tuple[int, int], f: FormField, row: Row, locked: bool
) -> None:
    """The cell of a field on a row: open with its check, or locked and grey."""
    look: dict[str, Any] = {**LINE, "valign": "vcenter", "locked": locked, "text_wrap": True}
    if locked:
        look["bg_color"] = GREY
    if f.type == "date":
        look["num_format"] = "dd/mm/yyyy"
    elif f.type in {"count", "amount_vnd", "suppressible_count"}:
        look["num_format"] = "#,##0"
    value = row.get(f.name)
    if f.type == "code" and value is not None:
        value = drawing.code_text(f, value)
    elif value is None and row.get(f"{f.name}_state") == "suppressed":
        value = "<5"
    write(sheet, *at, value, drawing.format(**look))
    if (
        not locked
        and (validation := drawing.validation(f, f"{column_letters(at[1])}{at[0] + 1}")) is not None
    ):
        sheet.data_validation(*at, *at, validation)
