"""The workbook a body fills, drawn from its form's contract: the printed table, its checks and its envelope.

Here: where cells stand and which are open. One cell (look, value, what it accepts) is `xlsx_cells`'s, sentences are
`xlsx_guide`'s; reading the workbook back
is `ingestion.parsing`'s (headings by hidden field name first, D53; envelope in a hidden sheet, D7). No cell holds a
formula, and the same arguments give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.envelope_labels import HIDDEN_SHEET, LABELS
from ingestion.contracts.instances import fixed_rows_of
from ingestion.contracts.models import FormContract, FormField, Label
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_cells import (
    FIRST_DATE,
    GREY,
    LAST_DATE,
    LINE,
    LISTS_SHEET,
    Drawing,
    Row,
    write,
    write_field,
)
from ingestion.derive.xlsx_guide import (
    CELL_ERRORS,
    ERROR_TITLE,
    EXPLANATION_HEADINGS,
    EXPLANATION_SHEET,
    GUIDE_SHEET,
    guide_lines,
    is_unnumbered,
)

TEMPLATE_VERSION = 1
EMPTY_ROWS = 200
EXPLANATION_ROWS = 50
LABEL_WIDTH, GUIDE_WIDTH = 58, 70
LINE_HEIGHT = 16.5  # points, of Times New Roman 12
COLUMNS_PER_PAGE = 9
# A workbook says when it was made; a fixed day keeps equal templates equal to the byte.
_CREATED = dt.datetime(2021, 1, 1)


def render_template(
    form: FormContract,
    period: Period,
    unit: str,
    *,
    values: Sequence[Row] | None = None,
    head: Mapping[str, Any] | None = None,
    lang: str = "vi",
) -> bytes:
    """The workbook of a form for a unit and period, as the bytes of an XLSX file.

    `values`: rows by field name, put in the printed row of the same grain; rows of another grain follow the printed
    ones. `head`: answers by envelope key. `lang` = `en` prints English headings; the reader knows both. Raises
    ValueError for a field, key or language that is none, or for two rows of one grain; PeriodError for an ad hoc
    period without its window.
    """
    import xlsxwriter

    window = (period.date_from, period.date_to)
    if lang not in GUIDE_SHEET:
        raise ValueError(f"no template language {lang!r}: vi or en")
    if unknown := sorted(set(head or {}) - set(LABELS) | set(head or {}) & {"unit", "period"}):
        raise ValueError(f"no answer of the head: {', '.join(unknown)}")
    rows, printed = _rows(form, window, values or ())
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
        },
    )
    book.set_properties({"title": form.title.vi, "subject": form.key, "created": _CREATED})
    drawing = Drawing(book, form, period, unit, window, lang)
    sheet = book.add_worksheet(form.layout.sheet)
    if form.layout.orientation == "down":
        _draw_down(drawing, sheet, rows, printed, head or {})
    else:
        _draw_across(drawing, sheet, rows, printed, head or {})
    if period.kind in {"quarter", "half", "year"}:
        _draw_explanations(drawing)
    _draw_guide(drawing)
    _draw_hidden(drawing)
    book.close()
    return buffer.getvalue()


def _rows(
    form: FormContract, window: tuple[dt.date, dt.date], values: Sequence[Row]
) -> tuple[list[dict[str, Any]], int]:
    """Records of the table with their values, and how many of them are printed (come from the contract)."""
    rows: list[dict[str, Any]] = [dict(row) for row in fixed_rows_of(form, window)]
    if not rows and not form.grain:
        rows = [{}]
    printed = len(rows)
    by_grain = {tuple(row.get(n) for n in form.grain): row for row in rows}
    known = {f.name for f in form.fields} | {
        f"{f.name}_state" for f in form.fields if f.type == "suppressible_count"
    }
    filled: set[tuple[Any, ...]] = set()
    for given in values:
        if unknown := sorted(set(given) - known):
            raise ValueError(f"{form.key} has no field {', '.join(unknown)}")
        key = tuple(given.get(n) for n in form.grain)
        if key in filled:
            raise ValueError(f"{form.key}: two rows of one grain {key}")
        filled.add(key)
        if key not in by_grain:
            by_grain[key] = {}
            rows.append(by_grain[key])
        by_grain[key].update(given)
    return rows, printed


def _draw_head(drawing: Drawing, sheet: Any, head: Mapping[str, Any], answer: int) -> int:
    """Title, unit, period and the envelope's questions (label in B, answer in column `answer`, 0-based).

    Gives the 0-based row of the table's header.
    """
    form, period = drawing.form, drawing.period
    title = form.title.en if drawing.lang == "en" and form.title.en else form.title.vi
    units = load_code_list("unit")
    # A unit that plans for a year in which it ends is still called by its name.
    line = units.get(drawing.unit, drawing.window[1]) or next(iter(units.lines(drawing.unit)[-1:]), None)
    name = f"{line.label_vi} ({drawing.unit})" if line else drawing.unit
    sheet.write_string(0, 1, title, drawing.format(bold=True, font_size=14))
    sheet.write_string(1, 1, f"Đơn vị báo cáo: {name}", drawing.format())
    days = f"từ ngày {drawing.window[0]:%d/%m/%Y} đến hết ngày {drawing.window[1]:%d/%m/%Y}"
    label = period.label_vi.split(" (")[0]
    # A series has no last day, and a report that is not numbered yet has that of its event.
    text = label if period.kind == "series" or is_unnumbered(period) else f"{label}, {days}"
    sheet.write_string(2, 1, f"Kỳ báo cáo: {text}", drawing.format())
    given = {**head, "unit": drawing.unit, "period": period.key}
    asked = [pair for pair in LABELS.items() if form.offers_nil_return or pair[0] != "is_nil_return"]
    for row, (key, text) in enumerate(asked, start=3):
        sheet.write_string(row, 1, text, drawing.format(text_wrap=True, valign="vcenter"))
        locked = key in {"unit", "period"}
        look = {**LINE, "align": "left", "text_wrap": True, "locked": locked}
        if locked:
            look["bg_color"] = GREY
        if key == "signed_on":
            look["num_format"] = "dd/mm/yyyy"
        box = drawing.format(**look)
        if key in {"document_number", "signed_by_position", "note"}:
            sheet.merge_range(row, answer, row, answer + 2, "", box)
        write(sheet, row, answer, given.get(key), box, yes="x", no=None)
        message = {"error_title": ERROR_TITLE}
        if key in {"is_nil_return", "has_state_secret"}:
            message["error_message"] = CELL_ERRORS["box"]
            sheet.data_validation(row, answer, row, answer, {"validate": "list", "source": ["x"], **message})
        elif key == "signed_on":
            message["error_message"] = CELL_ERRORS["date"]
            bounds = {"criteria": "between", "minimum": FIRST_DATE, "maximum": LAST_DATE}
            sheet.data_validation(row, answer, row, answer, {"validate": "date", **bounds, **message})
    return max(form.layout.header_row - 1, 3 + len(LABELS) + 1)


def _has_more_codes(drawing: Drawing, rows: Sequence[Row]) -> bool:
    """Whether the grain has codes to offer that no printed row has (a case still open under an old law)."""
    for name in drawing.form.grain if drawing.form.fixed_rows else ():
        f = drawing.form.by_name[name]
        offered = drawing.offered(str(f.code_list), drawing.offers_past(f))
        if {code.code for code in offered} - {row.get(name) for row in rows}:
            return True
    return False


def _is_total_of(above: FormField | None, f: FormField) -> bool:
    """Whether the row above is the whole of a field's group, so that no caption is needed."""
    whole = f.group.vi.casefold() if f.group else ""
    return above is not None and whole in {t.casefold() for t in (above.label.vi, *above.also_seen_as)}


def _caption(form: FormContract, group: Label, lang: str) -> str:
    """Name of a group over its rows; worded apart where a field has that name, lest it be read as its heading."""
    name = group.en if lang == "en" and group.en else group.vi
    said = {t.casefold() for f in form.fields for t in (f.label.vi, f.label_en, *f.also_seen_as)}
    if name.casefold() in said:
        return f"Of «{name}»:" if lang == "en" else f"Thuộc «{name}»:"
    return f"{name}:"


def _fit_row(sheet: Any, row: int, texts: Sequence[tuple[str, int]], least: int = 1) -> None:
    """Height for the longest wrapped text of a row; not every spreadsheet program finds it by itself."""
    lines = max([least, *(-(-len(text) * 11 // (width * 10)) for text, width in texts)])
    sheet.set_row(row, LINE_HEIGHT * lines)


def _draw_down(
    drawing: Drawing, sheet: Any, rows: list[dict[str, Any]], printed: int, head: Mapping[str, Any]
) -> None:
    """A field a row, a record a column: A number, B heading, C hidden field name, D and on the records."""
    form = drawing.form
    header = _draw_head(drawing, sheet, head, answer=3)
    bold = drawing.format(bold=True, align="center", valign="vcenter", text_wrap=True, bg_color=GREY, **LINE)
    label, indented = (
        drawing.format(text_wrap=True, valign="vcenter", indent=i, bg_color=GREY, **LINE) for i in (0, 1)
    )
    # One column without a code stands open for a row that is not printed.
    columns: list[dict[str, Any]] = [*rows, {}] if _has_more_codes(drawing, rows) else list(rows)
    width = 18 if len(columns) <= 6 else 14
    sheet.write_string(header, 0, "TT", bold)
    sheet.write_string(header, 1, "Chỉ tiêu", bold)
    for index, row in enumerate(columns):
        title = "Số liệu" if not form.grain else f"({index + 1})" if row else "Dòng thêm (nếu có)"
        sheet.write_string(header, 3 + index, title, bold)
    _fit_row(sheet, header, [("Dòng thêm (nếu có)", width)])
    forbidden = [drawing.forbidden(row) for row in columns]
    at, number, group = header, 0, None
    above: FormField | None = None
    grain = [form.by_name[name] for name in form.grain]
    for f in [*grain, *(f for f in form.fields if f.name not in form.grain)]:
        at += 1
        texts = [
            drawing.code_text(f, row[f.name]) for row in rows if f.name in form.grain and row.get(f.name)
        ]
        if f.group is not None and f.group != group and not _is_total_of(above, f):
            for column in (0, 1, *range(3, 3 + len(columns))):
                sheet.write_blank(at, column, None, label)
            caption = drawing.format(bold=True, bg_color=GREY, **LINE)
            sheet.write_string(at, 1, _caption(form, f.group, drawing.lang), caption)
            at += 1
        group, above = f.group, f
        is_key = f.name in form.grain
        _fit_row(sheet, at, [(drawing.heading(f), LABEL_WIDTH), *((text, width) for text in texts)])
        number += not is_key
        write(sheet, at, 0, None if is_key else number, bold)
        sheet.write_string(
            at, 1, drawing.heading(f), indented if f.label.vi.startswith(("Trong đó", "–")) else label
        )
        sheet.write_string(at, 2, f.name, drawing.format())
        for index, row in enumerate(columns):
            locked = (is_key and index < printed) or f.name in forbidden[index]
            write_field(drawing, sheet, (at, 3 + index), f, row, locked)
    at += 2
    if form.layout.ends_at:
        sheet.write_string(at, 1, form.layout.ends_at, drawing.format(bold=True, align="center"))
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, LABEL_WIDTH)
    sheet.set_column(2, 2, 12, None, {"hidden": True})
    sheet.set_column(3, max(2 + len(columns), 5), width)
    sheet.freeze_panes(header + 1 + len(grain), 3)
    sheet.repeat_columns(0, 2)
    _protect_and_print(
        sheet, header, last_row=at, last_column=max(2 + len(columns), 5), wide=len(columns) > 2
    )


def _draw_across(
    drawing: Drawing, sheet: Any, rows: list[dict[str, Any]], printed: int, head: Mapping[str, Any]
) -> None:
    """A record a row, a field a column: A number, B and on the fields; field names in a hidden row under the header."""
    form = drawing.form
    header = _draw_head(drawing, sheet, head, answer=2)
    bold = drawing.format(bold=True, align="center", valign="vcenter", text_wrap=True, bg_color=GREY, **LINE)
    first = header + 2
    # A form with printed rows has those; a list of its own length is open.
    open_rows = 0 if form.fixed_rows else max(EMPTY_ROWS - len(rows), 50)
    lines: list[dict[str, Any]] = [*rows, *({} for _ in range(open_rows))]
    sheet.write_string(header, 0, "TT", bold)
    for index in range(len(lines)):
        sheet.write_number(first + index, 0, index + 1, bold)
    for column, f in enumerate(form.fields, start=1):
        sheet.write_string(header, column, drawing.heading(f), bold)
        sheet.write_string(header + 1, column, f.name, drawing.format())
        for index, row in enumerate(lines):
            is_key = bool(form.fixed_rows) and f.name in form.grain and index < printed
            write_field(
                drawing, sheet, (first + index, column), f, row, is_key or f.name in drawing.forbidden(row)
            )
        sheet.set_column(
            column, column, 40 if column == 1 else 22 if f.type in {"code", "text", "identifier"} else 16
        )
    _fit_row(sheet, header, [(drawing.heading(f), 40 if n == 0 else 16) for n, f in enumerate(form.fields)])
    sheet.set_row(header + 1, None, None, {"hidden": True})
    last = first + len(lines)
    if form.layout.ends_at:
        last += 1
        sheet.write_string(last, 1, form.layout.ends_at, drawing.format(bold=True, align="center"))
    sheet.set_column(0, 0, 6)
    sheet.freeze_panes(first, 2)
    sheet.repeat_columns(0, 1)
    _protect_and_print(sheet, header, last_row=last, last_column=max(len(form.fields), 4), wide=True)


def _protect_and_print(sheet: Any, header: int, *, last_row: int, last_column: int, wide: bool) -> None:
    # Without a password: it keeps a hand from slipping, it keeps nothing secret.
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_paper(9)  # A4
    if wide:
        sheet.set_landscape()
    # Many columns go on over pages, each with the labels, rather than into small print.
    sheet.fit_to_pages(max(1, -(-(last_column - 2) // COLUMNS_PER_PAGE)), 0)
    sheet.repeat_rows(header)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&C&P/&N")


def _draw_explanations(drawing: Drawing) -> None:
    """*Giải trình*: why a quarter, half or year differs from its months, by cell (D20)."""
    sheet = drawing.book.add_worksheet(EXPLANATION_SHEET)
    bold = drawing.format(bold=True, align="center", valign="vcenter", text_wrap=True, bg_color=GREY, **LINE)
    open_cell = drawing.format(text_wrap=True, locked=False, **LINE)
    for column, text in enumerate(EXPLANATION_HEADINGS):
        sheet.write_string(0, column, text, bold)
        for row in range(1, EXPLANATION_ROWS + 1):
            sheet.write_blank(row, column, None, open_cell)
    message = {"error_title": ERROR_TITLE, "error_message": CELL_ERRORS["code"]}
    source = drawing.codes("discrepancy_cause")
    sheet.data_validation(1, 1, EXPLANATION_ROWS, 1, {"validate": "list", "source": source, **message})
    for column, width in enumerate((18, 40, 70)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _protect_and_print(sheet, 0, last_row=EXPLANATION_ROWS, last_column=2, wide=True)


def _draw_guide(drawing: Drawing) -> None:
    sheet = drawing.book.add_worksheet(GUIDE_SHEET[drawing.lang])
    styles = {
        "title": drawing.format(bold=True, font_size=14, text_wrap=True),
        "heading": drawing.format(bold=True, text_wrap=True),
        "text": drawing.format(text_wrap=True, valign="top"),
    }
    lines = guide_lines(drawing.form, drawing.period, drawing.lang)
    for row, (style, text) in enumerate(lines):
        sheet.write_string(row, 0, text, styles[style])
        _fit_row(sheet, row, [(text, GUIDE_WIDTH)])
    sheet.set_column(0, 0, GUIDE_WIDTH)
    _protect_and_print(sheet, 0, last_row=len(lines), last_column=0, wide=False)


def _draw_hidden(drawing: Drawing) -> None:
    """The lists behind the drop-downs, and the envelope that the reader takes (D7)."""
    lists = drawing.book.add_worksheet(LISTS_SHEET)
    for column, (name, entries) in enumerate(drawing.lists.items()):
        for row, text in enumerate([name, *entries]):
            lists.write_string(row, column, text)
    lists.hide()
    envelope = drawing.book.add_worksheet(HIDDEN_SHEET)
    rows = {
        "form": drawing.form.form,
        "revision": drawing.form.revision,
        "unit": drawing.unit,
        "period": drawing.period.key,
        "template_version": TEMPLATE_VERSION,
    }
    for row, (key, value) in enumerate(rows.items()):
        envelope.write_string(row, 0, key)
        write(envelope, row, 1, value, None)
    for sheet in (lists, envelope):
        sheet.protect("")
    envelope.very_hidden()
