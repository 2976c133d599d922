"""Makes report files, whole and broken, from contracts: CSV, XLSX, XLS, ODS, and zips that are none of these.

No binary is kept in the repository. Which file must get which finding stands in `broken_cases`.
"""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import openpyxl

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template

FORM, SAMPLE = "police__crime_reports", "police__broken_samples"
UNIT, PERIOD = "cah_215", "2024-07"
SHEET = "Biểu 02"
SHEET_PART = "xl/worksheets/sheet1.xml"
# Where a template of the form has them.
UNIT_CELL, SECRET_CELL, NUMBER_CELL = "D4", "D7", "D8"
NAME_CELL, VALUE_CELL, FIELD = "C16", "D16", "reports_received"

# A form of the installation's own with one field of each type, for cells that the aggregate forms do not have.
SAMPLE_YAML = """
form: police__broken_samples
revision: 1
agency: police
kind: register
title: {vi: "Sổ mẫu (dữ liệu thử)", en: "sample register, test data"}
rhythms: [month]
calendar: nd09
effective: {from: 2021-01}
filed_by: [{class: district_police}]
sensitivity: restricted
layout: {sheet: "Sổ mẫu", header_row: 1}
grain: [line_number]
fields:
  - {name: line_number, label: {vi: "Số dòng"}, type: identifier}
  - {name: offence, label: {vi: "Tội danh"}, type: code, code_list: offence}
  - {name: decided_on, label: {vi: "Ngày quyết định"}, type: date}
  - {name: persons, label: {vi: "Số người"}}
  - {name: weight, label: {vi: "Khối lượng"}, type: number}
  - {name: birth_year, label: {vi: "Năm sinh"}, type: year}
  - {name: is_minor, label: {vi: "Dưới 18 tuổi"}, type: boolean}
  - {name: place_note, label: {vi: "Nơi xảy ra"}, type: text, required: "no"}
rules:
  - {id: text_has_no_identity, kind: no_identity_in_text, fields: ["*texts"], severity: critical, legal_basis: "Law 53/2024 Art. 3.10", mark: V}
"""
SAMPLE_FIELDS = "line_number,offence,decided_on,persons,weight,birth_year,is_minor,place_note"
SAMPLE_LABELS = "Số dòng,Tội danh,Ngày quyết định,Số người,Khối lượng,Năm sinh,Dưới 18 tuổi,Nơi xảy ra"
SAMPLE_LINE = "D-1,150,2024-07-01,1,2.5,1990,không,Xã Tân Mỹ"

Change = Callable[[openpyxl.Workbook], object]


@cache
def contract() -> FormContract:
    return load_contracts().latest(FORM)


def report_csv(
    head: Mapping[str, str] | None = None, period: str = PERIOD, unit: str = UNIT, **cells: object
) -> str:
    """A report of crime reports, all zero but for `cells` of its first row; `head` adds or replaces `#` lines."""
    form = contract()
    when = Period.parse(form.calendar, period)
    rows = blank_filing(form, (when.date_from, when.date_to), unit).rows
    rows[0].update(cells)
    lines = {"form": FORM, "revision": "1", "unit": unit, "period": period} | dict(head or {})
    names = [f.name for f in form.fields]
    text = [f"#{key},{value}" for key, value in lines.items()]
    text += [",".join(names)]
    text += [",".join("" if row[n] is None else str(row[n]) for n in names) for row in rows]
    return "\n".join(text) + "\n"


def first_report() -> str:
    """The report that is in force while broken ones come in."""
    flows = dict.fromkeys(("reports_received", "reports_classified"), 3)
    return report_csv({"document_number": "1/BC"}, **flows, reports_to_resolve=3, reports_closing=3)


def sample_csv(
    *lines: str, header: str = SAMPLE_FIELDS, period: str = PERIOD, unit: str = UNIT, sep: str = ","
) -> str:
    """A register of the sample form; its first line of data is row 6."""
    head = [["#form", SAMPLE], ["#revision", "1"], ["#unit", unit], ["#period", period]]
    return "\n".join([*(sep.join(h) for h in head), header, *lines]) + "\n"


def line(**cells: str) -> str:
    """The sample line with other values in some fields."""
    values = dict(zip(SAMPLE_FIELDS.split(","), SAMPLE_LINE.split(","), strict=True)) | cells
    return ",".join(values.values())


@cache
def template(period: str = PERIOD, unit: str = UNIT, **cells: object) -> bytes:
    """A filled template, all zero but for `cells` of its first record."""
    form = contract()
    when = Period.parse(form.calendar, period)
    rows = blank_filing(form, (when.date_from, when.date_to), unit).rows
    rows[0].update(cells)
    return render_template(form, when, unit, values=rows)


def edited(content: bytes, *changes: Change) -> bytes:
    """A workbook opened, changed and saved again, as a clerk would."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for change in changes:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(book: openpyxl.Workbook, field: str) -> int:
    """Row of a field on the report's sheet, by its hidden name."""
    return next(cell.row for cell in book[SHEET]["C"] if cell.value == field)


def without_names(book: openpyxl.Workbook) -> None:
    """A form printed by hand: no hidden field names, the labels alone say what is what."""
    for (cell,) in book[SHEET]["C1:C60"]:
        cell.value = None


def reencoded(convert: Callable[[str], str]) -> Change:
    """Every text of the report's sheet in another encoding."""

    def change(book: openpyxl.Workbook) -> None:
        for row in book[SHEET].iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = convert(cell.value)

    return change


def legacy(text: str, encoding: str) -> str:
    """Unicode text as a legacy Vietnamese font stores it, by the inverse of the converter's table."""
    table = _inverse(encoding)
    # A font of capitals has no codes of its own in TCVN3: a capital with a mark is stored as its small letter.
    return "".join(table.get(c) or table.get(c.lower(), c) for c in unicodedata.normalize("NFC", text))


@cache
def _inverse(encoding: str) -> dict[str, str]:
    from viparse.normalize.tcvn3 import TCVN3
    from viparse.normalize.vni import VNI

    return {new: old for old, new in {"tcvn3": TCVN3, "vni": VNI}[encoding].pairs}


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(name: str, change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    """A template with one part of its zip changed."""
    parts = parts_of(template() if content is None else content)
    parts[name] = change(parts.get(name, b""))
    return zipped(parts)


def damaged_part() -> bytes:
    """A template whose packed sheet has some bytes turned over; its directory is whole."""
    content = bytearray(template())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        part = archive.getinfo(SHEET_PART)
    start = part.header_offset + 30 + len(part.filename) + part.compress_size // 2
    for at in range(start, start + 40):
        content[at] ^= 0xFF
    return bytes(content)


def flagged_as_encrypted() -> bytes:
    """A zip whose directory says that its parts are encrypted."""
    content = bytearray(template())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        flags = struct.unpack_from("<H", content, at + 8)[0]
        struct.pack_into("<H", content, at + 8, flags | 1)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def declaring(size: int) -> bytes:
    """A zip whose directory declares `size` bytes for its sheet."""
    content = bytearray(template())
    at = content.find(SHEET_PART.encode(), content.find(b"PK\x01\x02")) - 46
    struct.pack_into("<I", content, at + 24, size)
    return bytes(content)


def ole(*streams: str) -> bytes:
    """The head of an OLE container whose directory names these streams."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\x00") + b"\x00" * 64 for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + names.ljust(1024, b"\x00")


def xls(*lines: str, password: bool = False, **key: str) -> bytes:
    """The sample register as a workbook of Excel 97; texts that begin with `=` are formulas."""
    return xls_of(sample_csv(*lines, **key), "Sổ mẫu", password)


def xls_of(csv_text: str, title: str, password: bool = False) -> bytes:
    """A CSV report with four lines of head and no quotes, as a workbook of Excel 97."""
    import xlwt

    book = xlwt.Workbook()
    hidden, sheet = book.add_sheet("_kho138"), book.add_sheet(title)
    for n, text in enumerate(csv_text.splitlines()):
        if text.startswith("#"):
            for column, cell in enumerate(text[1:].split(",")):
                hidden.write(n, column, cell)
        else:
            for column, cell in enumerate(text.split(",")):
                sheet.write(n - 4, column, xlwt.Formula(cell[1:]) if cell.startswith("=") else cell)
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()
    # FILEPASS in the place of WINDOWPROTECT: what follows is encrypted.
    return (
        content.replace(b"\x19\x00\x02\x00\x00\x00", b"\x2f\x00\x02\x00\x01\x00", 1) if password else content
    )


def ods(*lines: str, **key: str) -> bytes:
    """The sample register as an OpenDocument spreadsheet; texts that begin with `of:` are formulas."""
    return ods_of(sample_csv(*lines, **key), "Sổ mẫu")


def ods_of(csv_text: str, title: str) -> bytes:
    """A CSV report without quotes as an OpenDocument spreadsheet."""
    spaces = " ".join(
        f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"' for p in ("office", "table", "text")
    )

    def cell(text: str) -> str:
        kind = 'office:value-type="string"'
        if text.startswith("of:"):
            kind, text = f'table:formula="{text}" office:value-type="float" office:value="1"', "1"
        return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"

    def table(name: str, rows: list[str]) -> str:
        body = "".join(
            f"<table:table-row>{''.join(cell(c) for c in row.split(','))}</table:table-row>" for row in rows
        )
        return f'<table:table table:name="{name}"><table:table-column/>{body}</table:table>'

    text = csv_text.splitlines()
    envelope = [t[1:] for t in text if t.startswith("#")]
    sheets = table(title, [t for t in text if not t.startswith("#")]) + table("_kho138", envelope)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def set_cell(address: str, value: Any) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[SHEET][address] = value

    return change
