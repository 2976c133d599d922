"""Large CSV files, read in blocks: memory does not grow with the file.

A line whose every cell stands exactly as it would land (whole numbers, ISO dates, known codes, plain text) is passed
on as it is; one regular expression per form decides that. Every other line goes through `cells`, the one place where
a value is typed, so that both paths land the same. Small files and workbooks are read by `read`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.rules import NoIdentityInText
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.place import Located
from ingestion.parsing.table import RowTyper

STREAM_FROM = 8 * 2**20
HEAD_BYTES = 256 * 2**10
_BLOCK = 2**20
# Spaces that the slow path strips but that look like letters to a pattern over bytes.
_ODD_SPACE = re.compile("[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")

_DATE = (
    rb"(?:199\d|20\d\d)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    rb"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_PLAIN: dict[str, bytes] = {
    "count": rb"(?:0|[1-9]\d{0,14})",
    "amount_vnd": rb"(?:0|[1-9]\d{0,14})",
    "year": rb"(?:19|20)\d\d",
    "date": _DATE,
    # Letters of any language, digits and the signs of document numbers; no space at either end.
    "identifier": rb"(?:[\w\x80-\xff](?:[\w\x80-\xff ./()\-]{0,98}[\w\x80-\xff.)])?)",
    # Free text without a digit: what may be an identity number is looked at by the slow path.
    "text": rb"(?:[A-Za-z\x80-\xff](?:[A-Za-z\x80-\xff .;:()\-]{0,900}[A-Za-z\x80-\xff.)])?)",
}


@dataclass(frozen=True)
class CsvPlan:
    """Where the rows of a large CSV begin, and what its columns are. `width` counts the header's cells."""

    offset: int
    first_line: int
    delimiter: str
    located: Located
    width: int


def clean_line(
    form: FormContract, plan: CsvPlan
) -> tuple[re.Pattern[bytes], tuple[NoIdentityInText, ...]] | None:
    """Pattern of a line that lands as it stands; None where the columns are not the form's own, in its order.

    Text cells held to `no_identity_in_text` are captured, for the rule to look at.
    """
    in_order = [name for name, _ in sorted(plan.located.fields.items(), key=lambda pair: pair[1])]
    if plan.delimiter != "," or in_order != [f.name for f in form.fields] or plan.width != len(in_order):
        return None
    guards = tuple(r for r in form.gate_rules() if isinstance(r, NoIdentityInText))
    texts = {name for rule in guards for name in rule.texts(form)}
    cells = []
    for f in form.fields:
        plain = _plain(f)
        if plain is None:
            return None
        cells.append(b"(" + plain + b")?" if f.name in texts else b"(?:" + plain + b")?")
    return re.compile(b",".join(cells)), guards


def _plain(field: FormField) -> bytes | None:
    if field.type == "code":
        codes = sorted({c.code for c in load_code_list(str(field.code_list))}, key=len, reverse=True)
        return b"(?:" + b"|".join(re.escape(c.encode()) for c in codes) + b")" if len(codes) <= 80 else None
    return _PLAIN.get(field.type)


def stream_rows(path: Path, plan: CsvPlan, form: FormContract, typer: RowTyper) -> Iterator[bytes]:
    """COPY lines of a large CSV, in order; defects and findings stay in `typer.table`. Raises `Unreadable`."""
    clean = clean_line(form, plan)
    matches = clean[0].fullmatch if clean else None
    guards = clean[1] if clean else ()
    table = typer.table
    at = plan.first_line - 1
    pending = b""
    for lines, is_plain in _blocks(path, plan):
        for line in lines:
            at += 1
            if pending:
                line = pending + b"\n" + line  # noqa: PLW2901 - a quoted cell went on over the line's end
                pending = b""
            if line.endswith(b"\r"):
                line = line[:-1]  # noqa: PLW2901
            found = matches(line) if matches is not None and is_plain else None
            if found is not None and len(line) > plan.width:
                texts = [g for g in found.groups() if g] if guards else []
                if not any(rule.offends(t.decode()) for rule in guards for t in texts):
                    table.rows_read += 1
                    yield b"%d,%d,{},{},%s\n" % (table.rows_read, at, line)
                    continue
            if line.count(b'"') % 2:
                pending = line
                continue
            _slow(line, at, plan, typer)
            yield from table.lines
            table.lines.clear()
    if pending:
        raise Unreadable(ReadFinding("file_opens"))


def _slow(line: bytes, at: int, plan: CsvPlan, typer: RowTyper) -> None:
    row = next(csv.reader([line.decode()], delimiter=plan.delimiter), [])
    if not any(cell.strip() for cell in row):
        return
    typer.add(at, {n: row[c - 1] for n, c in plan.located.fields.items() if c <= len(row)})
    if len(row) != plan.width:
        typer.table.findings.append(
            ReadFinding(
                "row_has_the_right_width",
                cell=f"A{at}",
                row_no=typer.table.rows_read,
                observed=str(len(row)),
                expected=str(plan.width),
            )
        )


def _blocks(path: Path, plan: CsvPlan) -> Iterator[tuple[list[bytes], bool]]:
    """Whole lines, a block at a time, known to be UTF-8 in NFC; and whether they may be taken as they stand."""
    number = plan.first_line
    rest = b""
    with path.open("rb") as handle:
        handle.seek(plan.offset)
        while block := handle.read(_BLOCK):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            yield _normal(lines, number)
            number += len(lines)
    if rest:
        yield _normal([rest], number)


def _normal(lines: list[bytes], number: int) -> tuple[list[bytes], bool]:
    block = b"\n".join(lines)
    if block.isascii():
        return lines, True
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        line = number + block[: error.start].count(b"\n")
        raise Unreadable(ReadFinding("text_is_utf8", observed=str(line))) from None
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        lines = text.encode().split(b"\n")
    return lines, _ODD_SPACE.search(text) is None
