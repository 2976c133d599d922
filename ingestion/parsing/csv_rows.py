"""The rows of a CSV text, numbered alike wherever they are looked at: by the reader and by the receipt."""

from __future__ import annotations

import csv
import io

from ingestion.parsing.builtin import ReadFinding, Unreadable

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 20_000


def encoding_of(data: bytes) -> str:
    """UTF-16 where its mark says so, else UTF-8 with or without one."""
    return "utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig"


def csv_rows(text: str) -> tuple[list[list[str]], str]:
    """Rows and their delimiter (`,`, `;` or tab, whichever the first line that is no comment has most of).

    Raises `Unreadable` where quoting does not close.
    """
    head = text[:_SAMPLE].splitlines()
    sample = next((line for line in head if line.strip() and not line.startswith("#")), "")
    delimiter = max(",;\t", key=sample.count)
    # Lines end where CSV says so: a form feed or a Unicode line separator is a character of its cell.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return list(csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=True)), delimiter
    except csv.Error:
        raise Unreadable(ReadFinding("file_opens")) from None
