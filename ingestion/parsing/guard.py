"""What a file is, decided from its bytes before anything opens it; and what is never opened.

The extension is not believed. A zip is measured from its directory before a byte is unpacked, an XML part that
declares a DTD is refused, an encrypted OLE file is recognised. Reading itself happens in `sheets` and `csv_stream`.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from ingestion.parsing.builtin import ReadFinding, Unreadable

FileKind = Literal["xlsx", "xlsm", "xls", "ods", "csv"]

LARGEST_WORKBOOK = 64 * 2**20
LARGEST_CSV = 4 * 2**30
LARGEST_UNPACKED = 256 * 2**20
LARGEST_RATIO = 400
# A small file may be very regular (an empty template compresses 60 times); the ratio counts from here on.
RATIO_COUNTS_FROM = 16 * 2**20
MOST_PARTS = 4_000
# What stands before an XML part's first element; a workbook has a line there.
LONGEST_PROLOG = 64 * 2**10
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)


def _refuse(rule_id: str, observed: str | None = None) -> Unreadable:
    return Unreadable(ReadFinding(rule_id, observed=observed))


def _size(number: int) -> str:
    return f"{number / 2**20:,.0f} MB".replace(",", ".")


def check_regular(path: Path) -> None:
    """Raises `Unreadable` unless the path itself (not what a link points to) is a regular file."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        raise _refuse("file_opens") from None
    if not stat.S_ISREG(mode):
        raise _refuse("file_is_a_regular_file")


def kind_of(path: Path) -> tuple[FileKind, list[ReadFinding]]:
    """Kind of a regular file, and findings that do not stop it; raises `Unreadable` for what is never opened."""
    check_regular(path)
    size = path.stat().st_size
    if size == 0:
        raise _refuse("file_is_not_empty")
    with path.open("rb") as handle:
        head = handle.read(4096)
    if head.startswith(_ZIP):
        if size > LARGEST_WORKBOOK:
            raise _refuse("file_is_not_too_large", _size(size))
        return _zip_kind(path)
    if head.startswith(_OLE):
        if size > LARGEST_WORKBOOK:
            raise _refuse("file_is_not_too_large", _size(size))
        return _ole_kind(path), []
    # A web page or XML under a spreadsheet's name is no table that can be read cell by cell.
    if head.startswith(_BINARY) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise _refuse("file_is_a_workbook")
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in head and not utf16:
        raise _refuse("file_is_a_workbook")
    if size > LARGEST_CSV:
        raise _refuse("file_is_not_too_large", _size(size))
    return "csv", []


def _ole_kind(path: Path) -> FileKind:
    data = path.read_bytes()
    # An encrypted OOXML file is an OLE container with these streams; its names are UTF-16 in the directory.
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        raise _refuse("file_has_no_password")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    raise _refuse("file_is_a_workbook")


def _zip_kind(path: Path) -> tuple[FileKind, list[ReadFinding]]:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(p.file_size for p in parts)
            packed = max(1, sum(p.compress_size for p in parts))
            if len(parts) > MOST_PARTS:
                raise _refuse("file_unpacks_to_a_sane_size", f"{len(parts)} XML")
            if unpacked > LARGEST_UNPACKED:
                raise _refuse("file_unpacks_to_a_sane_size", _size(unpacked))
            if unpacked > RATIO_COUNTS_FROM and unpacked / packed > LARGEST_RATIO:
                raise _refuse("file_unpacks_to_a_sane_size", _size(unpacked))
            if any(p.flag_bits & 0x1 for p in parts):
                raise _refuse("file_has_no_password")
            names = {p.filename for p in parts}
            if "xl/workbook.xml" in names or "content.xml" in names:
                for part in parts:
                    if part.filename.endswith((".xml", ".rels")):
                        with archive.open(part) as handle:
                            start = handle.read(2048)
                            if _begins_with_an_element(start):
                                continue
                            if not _begins_with_an_element(start + handle.read(LONGEST_PROLOG)):
                                raise _refuse("file_has_no_external_entity")
            if "xl/workbook.xml" in names:
                if "xl/vbaProject.bin" in names:
                    return "xlsm", [ReadFinding("macros_are_ignored")]
                return "xlsx", []
            if "content.xml" in names and "mimetype" in names and b"spreadsheet" in archive.read("mimetype"):
                return "ods", []
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        raise _refuse("file_opens") from None
    raise _refuse("file_is_a_workbook")


def _begins_with_an_element(start: bytes) -> bool:
    """Whether only an XML declaration and comments come before the first element: no DTD, in any encoding."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:4]:
        encoding = "utf-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-be"
        encoding = "utf-16-le" if start[1:2] == b"\x00" else encoding
        start = start[: len(start) & ~1].decode(encoding, "replace").encode()
    start = start.removeprefix(b"\xef\xbb\xbf")
    prolog = _PROLOG.match(start)
    rest = start[prolog.end() :] if prolog else start
    return not start.strip() or (rest.startswith(b"<") and not rest.startswith((b"<!", b"<?")))
