"""Templates as their reader and their clerk meet them: drawn, filled, edited and read back."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.contracts.envelope_labels import LABELS
from ingestion.contracts.instances import blank_filing, fixed_rows_of
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_guide import CELL_ERRORS, ERROR_TITLE
from ingestion.derive.xlsx_template import render_template
from ingestion.parsing.envelope import Envelope, from_sheets, visible_head_findings
from ingestion.parsing.place import Located, find_table
from ingestion.parsing.sheets import Sheet, read_sheets
from ingestion.parsing.table import Table, landing_columns, read_table

CONTRACTS = load_contracts()
PROVINCE = [form for form in CONTRACTS.values() if form.family == "province"]
UNIT = "cat_24"
CASES = [(form, key) for form in PROVINCE for key in ("2024-07", "2025-07", "2025-Q3")] + [
    (CONTRACTS["unodc__trafficking_counts.v1"], "series")
]


def case_id(value: object) -> str:
    return value.key if isinstance(value, FormContract) else str(value)


def read_back(content: bytes, form: FormContract, folder: Path) -> tuple[Envelope, Sheet, Located, Table]:
    """The workbook through the reader; every finding fails the test."""
    path = folder / "filled.xlsx"
    path.write_bytes(content)
    sheets = read_sheets(path, "xlsx")
    envelope, findings, shown = from_sheets(sheets)
    assert findings == []
    assert visible_head_findings(envelope, shown) == []
    assert (shown.unit, shown.period) == (envelope.unit, envelope.period)
    sheet, located, findings = find_table(sheets, form)
    assert findings == []
    table = read_table(sheet, form, located, envelope.is_nil_return)
    assert table.findings == []
    assert table.defects == []
    return envelope, sheet, located, table


def records(table: Table, form: FormContract) -> list[dict[str, str]]:
    import csv

    names = landing_columns(form)
    read = csv.reader(line.decode() for line in table.lines)
    # Pseudonyms come only at the gate; a person's values stand beside the line.
    landed = names[: len(names) - len(form.pseudonym_columns)]
    rows = [{n: v for n, v in zip(landed, line, strict=False) if n in form.by_name} for line in read]
    persons = [json.loads(p.values) if p else {} for p in table.persons] or [{}] * len(rows)
    blank = {f.name: "" for f in form.personal_fields}
    return [row | blank | person for row, person in zip(rows, persons, strict=True)]


def as_text(row: dict[str, Any]) -> dict[str, str]:
    texts = {None: "", True: "t", False: "f"}
    return {n: texts[v] if v is None or isinstance(v, bool) else str(v) for n, v in row.items()}


def edited(content: bytes, change: Any) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(sheet: Any, field: str) -> int:
    """Row of a `down` sheet in which a field stands, by its hidden name."""
    return next(cell.row for cell in sheet["C"] if cell.value == field)


@pytest.mark.parametrize(("form", "key"), CASES, ids=case_id)
def test_every_row_and_value_of_a_filled_template_is_read_back(
    form: FormContract, key: str, tmp_path: Path
) -> None:
    period = Period.parse(form.calendar, key)
    filing = blank_filing(form, (period.date_from, period.date_to), UNIT)
    content = render_template(form, period, UNIT, values=filing.rows)
    envelope, _, located, table = read_back(content, form, tmp_path)
    assert located.orientation == form.layout.orientation
    assert (envelope.form, envelope.revision) == (form.form, form.revision)
    assert (envelope.unit, envelope.period, envelope.is_nil_return) == (UNIT, key, False)
    assert records(table, form) == [as_text(row) for row in filing.rows]


@pytest.mark.parametrize("form", PROVINCE, ids=case_id)
def test_each_cell_comes_back_in_its_own_place(form: FormContract, tmp_path: Path) -> None:
    period = Period.parse(form.calendar, "2025-08")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT).rows
    number = 0
    for row in rows:
        for field in form.measures:
            if row[field.name] is not None:
                number += 1
                row[field.name] = number * 1001
    content = render_template(form, period, UNIT, values=list(reversed(rows)))
    _, _, _, table = read_back(content, form, tmp_path)
    assert number > 0
    assert records(table, form) == [as_text(row) for row in rows]


@pytest.mark.parametrize("form", [f for f in PROVINCE if f.fixed_rows], ids=case_id)
def test_printed_codes_are_there_before_anything_is_filled_and_are_locked(
    form: FormContract, tmp_path: Path
) -> None:
    period = Period.parse(form.calendar, "2025-07")
    content = render_template(form, period, UNIT)
    _, _, _, table = read_back(content, form, tmp_path)
    expected = [as_text(dict(row)) for row in fixed_rows_of(form, (period.date_from, period.date_to))]
    assert [{n: r[n] for n in form.grain} for r in records(table, form)] == expected
    sheet = openpyxl.load_workbook(io.BytesIO(content))[form.layout.sheet]
    assert sheet.protection.sheet
    assert all(sheet.cell(row_of(sheet, name), 4).protection.locked for name in form.grain)
    assert not sheet.cell(row_of(sheet, form.required_fields[-1].name), 4).protection.locked


def test_a_label_edited_by_the_clerk_still_matches_by_its_hidden_name(tmp_path: Path) -> None:
    form = CONTRACTS["police__crime_reports.v1"]
    period = Period.parse(form.calendar, "2024-07")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT, value=7).rows

    def change(book: openpyxl.Workbook) -> None:
        sheet = book[form.layout.sheet]
        assert sheet.cell(row_of(sheet, "reports_received"), 2).value == "Tiếp nhận mới"
        sheet.cell(row_of(sheet, "reports_received"), 2).value = "Tin mới"

    content = edited(render_template(form, period, UNIT, values=rows), change)
    _, _, _, table = read_back(content, form, tmp_path)
    assert [r["reports_received"] for r in records(table, form)] == ["7", "7", "7"]


def test_answers_of_the_head_are_read_back_and_their_cells_are_known(tmp_path: Path) -> None:
    form = CONTRACTS["police__victims_identified.v1"]
    period = Period.parse(form.calendar, "2024-07")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT).rows
    for field in form.flows:
        rows[0][field.name] = None
    head = {
        "is_nil_return": True,
        "has_state_secret": False,
        "document_number": "12/BC-CAT",
        "signed_on": dt.date(2024, 7, 16),
        "signed_by_position": "Phó Giám đốc",
        "note": "=1+1",
    }
    envelope, _, _, table = read_back(
        render_template(form, period, UNIT, values=rows, head=head), form, tmp_path
    )
    assert envelope.is_nil_return
    assert not envelope.has_state_secret
    assert (envelope.document_number, envelope.signed_on) == ("12/BC-CAT", dt.date(2024, 7, 16))
    # Text that looks like a formula stays text.
    assert (envelope.signed_by_position, envelope.note) == ("Phó Giám đốc", "=1+1")
    assert records(table, form)[0][form.flows[0].name] == "0"
    assert set(envelope.cells) == set(LABELS)
    # An empty answer is shown in its box, not in the hidden column between.
    blank, _, _, _ = read_back(render_template(form, period, UNIT, values=rows), form, tmp_path)
    assert {cell[0] for _, cell in blank.cells.values()} == {"D"}


def test_same_input_gives_same_bytes_and_other_input_others() -> None:
    form = CONTRACTS["courts__trials.v1"]
    july, august = (Period.parse(form.calendar, key) for key in ("2024-07", "2024-08"))
    assert render_template(form, july, UNIT) == render_template(form, july, UNIT)
    assert render_template(form, july, UNIT) != render_template(form, august, UNIT)
    # Two drawings within a second would agree even if the clock were in them.
    properties = openpyxl.load_workbook(io.BytesIO(render_template(form, july, UNIT))).properties
    assert properties.created == properties.modified == dt.datetime(2021, 1, 1)


def test_counts_dates_boxes_and_codes_are_validated_as_they_are_typed() -> None:
    form = CONTRACTS["police__investigations.v1"]
    book = openpyxl.load_workbook(
        io.BytesIO(render_template(form, Period.parse(form.calendar, "2024-07"), UNIT))
    )
    sheet = book[form.layout.sheet]
    by_cell = {str(v.sqref).split(":")[0]: v for v in sheet.data_validations.dataValidation}
    count = by_cell[f"D{row_of(sheet, 'cases_initiated')}"]
    assert (count.type, count.operator, count.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert (count.errorTitle, count.error) == (ERROR_TITLE, CELL_ERRORS["count"])
    boxes = {r[1].value: f"D{r[1].row}" for r in sheet.iter_rows(max_row=12) if r[1].value in LABELS.values()}
    assert by_cell[boxes[LABELS["is_nil_return"]]].formula1 == '"x"'
    assert by_cell[boxes[LABELS["signed_on"]]].type == "date"
    # Printed rows are of the Criminal Code 2015; the column left open offers the older articles too.
    added = by_cell[f"I{row_of(sheet, 'offence')}"]
    assert added.type == "list"
    reference = added.formula1.replace("$", "").replace("'", "").split("!")
    entries = [row[0].value for row in book[reference[0]][reference[1]]]
    assert any(entry.startswith("119-1999 – ") for entry in entries)
    assert book[reference[0]].sheet_state == "hidden"
    assert book["_kho138"].sheet_state == "veryHidden"


def test_every_error_message_fits_what_a_spreadsheet_shows() -> None:
    assert len(ERROR_TITLE) <= 32
    assert max(map(len, CELL_ERRORS.values())) <= 255


def test_cells_that_a_rule_forbids_are_locked_and_grey_where_it_holds_only() -> None:
    courts = CONTRACTS["courts__trials.v1"]
    period = Period.parse(courts.calendar, "2024-07")
    sheet = openpyxl.load_workbook(io.BytesIO(render_template(courts, period, UNIT)))[courts.layout.sheet]
    instances = {sheet.cell(row_of(sheet, "instance"), c).value[:2]: c for c in range(4, 14)}
    upheld = row_of(sheet, "appeals_upheld")
    assert sheet.cell(upheld, instances["ST"]).protection.locked
    assert sheet.cell(upheld, instances["ST"]).fill.fgColor.rgb == "FFD9D9D9"
    assert not sheet.cell(upheld, instances["PT"]).protection.locked
    victims = CONTRACTS["police__victims_identified.v1"]
    for key, locked in (("2025-06", True), ("2025-07", False)):
        content = render_template(victims, Period.parse(victims.calendar, key), UNIT)
        sheet = openpyxl.load_workbook(io.BytesIO(content))[victims.layout.sheet]
        cell = sheet.cell(row_of(sheet, "verification_begun_in_3_days"), 4)
        assert cell.protection.locked is locked


def test_a_row_of_a_code_that_is_not_printed_stands_after_the_printed_ones(tmp_path: Path) -> None:
    form = CONTRACTS["police__investigations.v1"]
    period = Period.parse(form.calendar, "2024-07")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT).rows
    rows.append({**rows[0], "offence": "119-1999", "cases_opening": 3})
    content = render_template(form, period, UNIT, values=rows)
    _, _, _, table = read_back(content, form, tmp_path)
    assert records(table, form)[-1] == as_text(rows[-1])


def test_a_template_in_english_is_read_back_by_its_labels_alone(tmp_path: Path) -> None:
    form = CONTRACTS["procuracy__prosecutions.v1"]
    period = Period.parse(form.calendar, "2024-07")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT, value=2).rows

    def forget_names(book: openpyxl.Workbook) -> None:
        for cell in book[form.layout.sheet]["C"]:
            cell.value = None

    content = render_template(form, period, UNIT, values=rows, lang="en")
    _, _, _, table = read_back(edited(content, forget_names), form, tmp_path)
    assert records(table, form) == [as_text(row) for row in rows]


@pytest.mark.parametrize("form", PROVINCE, ids=case_id)
def test_labels_alone_find_the_table_when_the_hidden_names_are_lost(
    form: FormContract, tmp_path: Path
) -> None:
    period = Period.parse(form.calendar, "2025-07")
    rows = blank_filing(form, (period.date_from, period.date_to), UNIT, value=5).rows

    def forget_names(book: openpyxl.Workbook) -> None:
        for row in book[form.layout.sheet].iter_rows():
            for cell in row:
                if cell.value in form.by_name:
                    cell.value = None

    content = render_template(form, period, UNIT, values=rows)
    _, _, _, table = read_back(edited(content, forget_names), form, tmp_path)
    assert records(table, form) == [as_text(row) for row in rows]


def test_rows_of_a_group_stand_under_their_total_or_under_its_name() -> None:
    form = CONTRACTS["social_services__victim_supports.v1"]
    content = render_template(form, Period.parse(form.calendar, "2024-07"), UNIT)
    sheet = openpyxl.load_workbook(io.BytesIO(content))[form.layout.sheet]
    first, female = (row_of(sheet, name) for name in ("persons_first_supported", "persons_female"))
    assert sheet.cell(first - 1, 3).value == "persons_supported"
    # Acts of support stand between: without a caption women would read as women among acts.
    assert sheet.cell(female - 2, 3).value == "support_acts"
    assert sheet.cell(female - 1, 2).value == "Thuộc «Số người được hỗ trợ»:"
    assert sheet.cell(female - 1, 3).value is None


def test_instructions_say_each_rule_that_applies_and_only_those() -> None:
    form = CONTRACTS["police__victims_identified.v1"]
    old, new = "new_law_cells_are_filled_from_july_2025", "2025-07"
    for key in ("2025-06", new):
        period = Period.parse(form.calendar, key)
        book = openpyxl.load_workbook(io.BytesIO(render_template(form, period, UNIT)))
        text = "\n".join(str(row[0].value) for row in book["Hướng dẫn"].iter_rows())
        for rule in form.rules:
            said = rule.says().vi.rstrip(".") in text
            assert said == rule.applies_in((period.date_from, period.date_to)), rule.id
        assert (form.rule(old).says().vi.rstrip(".") in text) == (key == new)


def test_a_series_without_a_last_day_prints_none() -> None:
    form = CONTRACTS["unodc__trafficking_counts.v1"]
    book = openpyxl.load_workbook(
        io.BytesIO(render_template(form, Period.parse(form.calendar, "series"), "unodc"))
    )
    texts = [
        str(c.value) for name in book.sheetnames for row in book[name].iter_rows() for c in row if c.value
    ]
    assert not [text for text in texts if "9999" in text]


def test_a_longer_period_has_a_sheet_for_explanations_and_a_month_has_none() -> None:
    form = CONTRACTS["police__crime_reports.v1"]
    for key, present in (("2024-07", False), ("2024-Q3", True)):
        content = render_template(form, Period.parse(form.calendar, key), UNIT)
        assert ("Giải trình" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames) is present


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": [{"source_kind": "TO_GIAC", "no_such_field": 1}]},
        {"values": [{"source_kind": "TO_GIAC"}, {"source_kind": "TO_GIAC"}]},
        {"head": {"unit": "cah_215"}},
        {"lang": "fr"},
    ],
)
def test_what_the_form_does_not_have_is_refused(wrong: dict[str, Any]) -> None:
    form = CONTRACTS["police__crime_reports.v1"]
    with pytest.raises(ValueError, match=r"no_such_field|two rows|unit|fr"):
        render_template(form, Period.parse(form.calendar, "2024-07"), UNIT, **wrong)
