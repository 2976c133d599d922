"""Large CSV files, read in blocks: memory does not grow with the file.

Lines whose every cell stands exactly as it would land (whole numbers, ISO dates, known codes, plain text) are passed
on as they are, as many at once as follow each other; one regular expression per form decides that. Every other line
goes through `cells`, the one place where a value is typed, so that both paths land the same. Small files and workbooks
are read by `read`.
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
from ingestion.contracts.rules.identity import INTRODUCING, UPPER
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.envelope import csv_key
from ingestion.parsing.place import Located
from ingestion.parsing.table import RowTyper, wrong_width

STREAM_FROM = 8 * 2**20
HEAD_BYTES = 256 * 2**10
_BLOCK = 2**20
# Well under the longest text that lands, so that the length of each cell need not be looked at.
_LONGEST_LINE = 900

# Latin letters of every language here, composed: what is written with them is NFC, and none of them is a space.
_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_SIGNS = r" .;:()/\-–"
_DATE = (
    "(?:199[0-9]|20[0-9][0-9])-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_AMOUNT = "(?:0|[1-9][0-9]{0,14}+)"
_PLAIN: dict[str, str] = {
    "count": "(?:0|[1-9][0-9]{0,7}+)",
    "amount_vnd": _AMOUNT,
    "year": "(?:19|20)[0-9][0-9]",
    "date": _DATE,
    # Letters, digits and the signs of document numbers: one word, so no name, and no number that looks like a paper's.
    "identifier": rf'(?![^,"\n]*0[0-9][0-9][0-9.\-]{{7}})(?![0-9]{{9,12}}[,"\n])[{_LETTERS}0-9_][{_LETTERS}0-9_./()\-]{{0,98}}+',
}


@dataclass(frozen=True)
class CsvPlan:
    """Where the rows of a large CSV begin, and what its columns are. `width` counts the header's cells."""

    offset: int
    first_line: int
    delimiter: str
    located: Located
    width: int
    names: frozenset[str] = frozenset()


def _in_any_case(words: str) -> str:
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else " +" for c in words)


def _introduction() -> str:
    """What may introduce a person's name: wider than the identity rule looks, so that no name is taken for plain.

    The first two letters are compared as sets before the words one by one, which halves the time of a line.
    """
    parts = []
    with_h = {w for w in INTRODUCING if w[1] == "h"}
    for words in (set(INTRODUCING) - with_h, with_h):
        first, second = ("".join(sorted({c for w in words for c in (w[i], w[i].upper())})) for i in (0, 1))
        each = "|".join(_in_any_case(w) for w in sorted(words))
        parts.append(f"(?!(?=[{first}][{second}])(?:{each})[ :]*[{UPPER}])")
    return "".join(parts)


def plain_text(more_signs: str = "") -> str:
    return rf"[{_LETTERS}][{_LETTERS}0-9{_SIGNS}{more_signs}]*+(?<! )"


def guarded_text(more_signs: str = "") -> str:
    """Plain text without anything that the identity rule could take offence at.

    Nine digits and more, a name's introduction and an e-mail's sign are left to the rule itself, on the slow path.
    """
    signs = _SIGNS + more_signs
    number = r"[0-9](?:[ .\-]?[0-9]){0,7}+(?![ .\-]?[0-9])"
    word = f"[{signs}]*+{_introduction()}[{_LETTERS}]++"
    return f"(?=[{_LETTERS}])(?:{number}|{word}|[{signs}]++)*+(?<! )"


def clean_lines(form: FormContract, plan: CsvPlan) -> re.Pattern[str] | None:
    """Pattern of lines that land as they stand, each with its line feed, as many as follow each other.

    None where the columns are not the form's own, in its order, or one of them cannot be told by a pattern.
    """
    in_order = [name for name, _ in sorted(plan.located.fields.items(), key=lambda pair: pair[1])]
    if form.personal_fields:
        return None  # no personal value passes as it stands
    if any(f.longest is not None for f in form.fields):
        return None  # a length of its own is counted by the one typer
    if plan.delimiter != "," or in_order != [f.name for f in form.fields] or plan.width != len(in_order):
        return None
    guarded = {
        name for rule in form.gate_rules() if isinstance(rule, NoIdentityInText) for name in rule.texts(form)
    }
    cells = []
    for f in form.fields:
        if f.type == "text":
            text = guarded_text if f.name in guarded else plain_text
            plain, quoted = text(), text(",")
        else:
            plain = quoted = "" if f.name in guarded else _plain(f)
        if not plain:
            return None
        cells.append(f'(?:{plain}|"{quoted}")?')
    return re.compile(rf"(?:(?!,*\n)(?=[^\n]{{1,{_LONGEST_LINE}}}\n){','.join(cells)}\n)*+")


def _plain(field: FormField) -> str:
    if field.type == "code":
        codes = sorted({c.code for c in load_code_list(str(field.code_list))}, key=len, reverse=True)
        return "(?:" + "|".join(re.escape(c) for c in codes) + ")" if len(codes) <= 80 else ""
    return _PLAIN.get(field.type, "")


def stream_rows(
    path: Path, plan: CsvPlan, form: FormContract, typer: RowTyper, prefix: str = ""
) -> Iterator[bytes]:
    """COPY lines of a large CSV, in order, one or many at a time, each after `prefix`.

    Defects and findings stay in `typer.table`, and so does the number of rows. Raises `Unreadable`.
    """
    clean = clean_lines(form, plan)
    table = typer.table
    at = plan.first_line - 1
    pending = ""
    for block in _blocks(path, plan):
        here, end = 0, len(block)
        while here < end:
            found = clean.match(block, here) if clean is not None and not pending else None
            if found is not None and found.end() > here:
                lines = block[here : found.end() - 1].split("\n")
                here = found.end()
                row = table.rows_read
                # One join a run of lines: a line costs its numbers and nothing else.
                yield "".join(
                    [
                        f"{prefix}{row + n},{at + n},{{}},{{}},{line}\n"
                        for n, line in enumerate(lines, start=1)
                    ]
                ).encode()
                table.rows_read += len(lines)
                at += len(lines)
                continue
            stop = block.index("\n", here)
            line = pending + block[here:stop]
            here = stop + 1
            at += 1
            pending = ""
            if line.count('"') % 2:
                pending = line + "\n"  # a quoted cell goes on over the line's end
                continue
            _slow(line, at, plan, typer)
            for typed in table.lines:
                yield prefix.encode() + typed
            table.lines.clear()
    if pending:
        raise Unreadable(ReadFinding("file_opens"))


def _slow(line: str, at: int, plan: CsvPlan, typer: RowTyper) -> None:
    row = next(csv.reader([unicodedata.normalize("NFC", line)], delimiter=plan.delimiter), [])
    if not any(cell.strip() for cell in row):
        return
    if csv_key(row[0]) in {"form", "unit", "period"}:
        raise Unreadable(ReadFinding("file_holds_one_form", "", f"A{at}", observed=", ".join(row)[:60]))
    typer.add(at, {n: row[c - 1] for n, c in plan.located.fields.items() if c <= len(row)})
    if len(row) != plan.width:
        typer.table.findings.append(wrong_width(at, typer.table.rows_read, len(row), plan.width))


def _blocks(path: Path, plan: CsvPlan) -> Iterator[str]:
    """Whole lines, a block at a time, each with a line feed and no carriage return before it."""
    number = plan.first_line
    rest = b""
    with path.open("rb") as handle:
        handle.seek(plan.offset)
        while block := handle.read(_BLOCK):
            whole, feed, tail = (rest + block).rpartition(b"\n")
            rest = tail
            if feed:
                yield _decoded(whole + feed, number)
                number += whole.count(b"\n") + 1
    if rest:
        yield _decoded(rest + b"\n", number)


def _decoded(block: bytes, number: int) -> str:
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        line = number + block[: error.start].count(b"\n")
        raise Unreadable(ReadFinding("text_is_utf8", observed=str(line))) from None
    return text.replace("\r\n", "\n") if "\r" in text else text
