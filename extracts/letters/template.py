"""The template of the letter of reminder: the layout of Decree 30/2020/NĐ-CP, appendix I, with the fields that docxtpl fills.

Only layout stands here. Words of the head and foot are `letterhead.yaml`'s, those of the letter `reminder`'s.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

FONT = "Times New Roman"
# Paper A4; margins within 20-25, 20-25, 30-35 and 15-20 mm (top, bottom, left, right).
_MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 20}
# The motto's line is long: its column is wider than half, or it wraps.
_HEAD = (62, 98)
COLUMNS = (
    ("TT", 11, "number"),
    ("Biểu báo cáo", 44, "form"),
    ("Kỳ số liệu", 36, "period"),
    ("Thời hạn", 25, "due"),
    ("{{ days_head }}", 17, "days"),
    ("Ghi chú", 27, "note"),
)


def reminder_template() -> bytes:
    """The template as a DOCX file."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    _set_style(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for margin, millimetres in _MARGINS.items():
        setattr(section, margin, Mm(millimetres))
    section.header_distance = Mm(10)
    _page_numbers(section)
    _head(document)
    _line(document, "{%p if invented %}")
    _line(document, "{{ invented }}", bold=True, before=6)
    _line(document, "{%p endif %}")
    _line(document, "Kính gửi: {{ addressee }}", size=14, before=12, after=12)
    _paragraph(document, "{{ opening }}")
    _reports(document)
    _line(document, "{%p for paragraph in closing %}")
    _paragraph(document, "{{ paragraph }}")
    _line(document, "{%p endfor %}")
    _foot(document)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", "", ""
    # Word's own template counts five points after each paragraph of a cell.
    for table in document.tables:
        for cell in {c._tc: c for row in table.rows for c in row.cells}.values():
            for paragraph in cell.paragraphs:
                if paragraph.paragraph_format.space_after is None:
                    paragraph.paragraph_format.space_after = Pt(0)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_style(document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(kind), FONT)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing = 1


def _page_numbers(section: Any) -> None:
    """Arabic, centred in the top margin, from the second page on."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
    # What is invented is said on every page: a page may be copied alone.
    run = paragraph.add_run("{% if invented %}   {{ invented }}{% endif %}")
    run.font.size, run.bold = Pt(10), True


def _head(document: Document) -> None:
    left, right = _two_columns(document, _HEAD)
    _in_cell(left, "{{ parent }}", size=12)
    _in_cell(left, "{{ issuer }}", size=12, bold=True)
    _rule(left, _HEAD[0], 22)
    _in_cell(left, "{{ number }}", size=13, before=4)
    _in_cell(left, "{{ subject }}", size=12, before=6)
    _in_cell(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    _in_cell(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    _rule(right, _HEAD[1], 54)
    _in_cell(right, "{{ place_and_date }}", size=13, italic=True, before=4)


def _reports(document: Document) -> None:
    """One row a report; the header row stands on every page, and no row is broken over two."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    table = document.add_table(rows=4, cols=len(COLUMNS))
    table.style = "Table Grid"
    _fix_widths(table, [width for _, width, _ in COLUMNS])
    for row in table.rows:
        _row_property(row, "w:cantSplit")
    _row_property(table.rows[0], "w:tblHeader")
    table.rows[1].cells[0].paragraphs[0].add_run("{%tr for row in rows %}")
    table.rows[3].cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for n, (title, _, name) in enumerate(COLUMNS):
        head, cell = table.rows[0].cells[n].paragraphs[0], table.rows[2].cells[n].paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = head.add_run(title)
        run.bold, run.font.size = True, Pt(12)
        cell.add_run(f"{{{{ row.{name} }}}}").font.size = Pt(12)
        if name in ("number", "due", "days"):
            cell.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _foot(document: Document) -> None:
    _line(document, "", size=6)
    left, right = _two_columns(document, (80, 80))
    _in_cell(left, "Nơi nhận:", size=12, bold=True, italic=True, centred=False)
    _in_cell(left, "{%p for recipient in recipients %}", size=11, centred=False)
    _in_cell(left, "- {{ recipient }}", size=11, centred=False)
    _in_cell(left, "{%p endfor %}", size=11, centred=False)
    _in_cell(right, "{{ signs_for }}", size=14, bold=True)
    _in_cell(right, "(Chức vụ, chữ ký của người có thẩm quyền, dấu của cơ quan)", size=12, italic=True)
    for _ in range(4):
        _in_cell(right, "", size=14)
    _in_cell(right, "(Họ và tên)", size=12, italic=True)


def _two_columns(document: Document, widths: tuple[int, int]) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    _fix_widths(table, widths)
    _row_property(table.rows[0], "w:cantSplit")
    left, right = table.rows[0].cells
    return left, right


def _fix_widths(table: Table, widths: Any) -> None:
    """Widths in millimetres; a program that fits columns to their text would wrap the motto."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for n, width in enumerate(widths):
        table.columns[n].width = Mm(width)
        for cell in table.columns[n].cells:
            cell.width = Mm(width)


def _row_property(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _rule(cell: _Cell, width: int, length: int) -> None:
    """A line of a length (millimetres) in the middle of a column, under what stands above it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    paragraph = cell.add_paragraph()
    layout = paragraph.paragraph_format
    # Word keeps two millimetres of each cell free at either side.
    layout.left_indent = layout.right_indent = Mm((width - 4 - length) / 2)
    layout.line_spacing, layout.space_before = Pt(3), Pt(1)
    border, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    # The schema wants borders before spacing and indents.
    paragraph._p.get_or_add_pPr().insert(0, border)


def _in_cell(cell: _Cell, text: str, *, centred: bool = True, **looks: Any) -> None:
    is_first = len(cell.paragraphs) == 1 and not cell.paragraphs[0].runs
    _write(cell.paragraphs[0] if is_first else cell.add_paragraph(), text, centred=centred, **looks)


def _line(document: Document, text: str, **looks: Any) -> None:
    _write(document.add_paragraph(), text, **looks)


def _paragraph(document: Document, text: str) -> None:
    """Body text: justified, first line indented by a centimetre, 6 points between paragraphs."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    layout = paragraph.paragraph_format
    layout.first_line_indent, layout.space_before, layout.space_after = Mm(10), Pt(6), Pt(6)
    paragraph.add_run(text)


def _write(
    paragraph: Any,
    text: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    centred: bool = True,
    before: float = 0,
    after: float = 0,
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
