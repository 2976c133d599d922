"""Whose report a file is: form, revision, unit, period, nil return, secrecy; read before anything else (D1, D7).

XLSX: a hidden sheet `_kho138` holds form, revision, unit and period; the visible head repeats unit and period and
has the boxes and answers the clerk fills. CSV: `#key,value` lines before the header. Neither: what the command says,
or a contract with a fixed envelope whose headings the file has.
"""

from __future__ import annotations

import datetime as dt
import mmap
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.contracts.envelope_labels import HIDDEN_SHEET, LABELS
from ingestion.contracts.rules import withheld
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.cells import as_date, as_yes_or_no, is_blank, shown_whole
from ingestion.parsing.headers import looks_legacy, normalise, to_unicode
from ingestion.parsing.sheets import Sheet, address

HEAD_ROWS = 40

_BY_LABEL = {normalise(text): key for key, text in LABELS.items()} | {
    normalise("Không phát sinh"): "is_nil_return",
    normalise("Mã kỳ"): "period",
    normalise("Mã đơn vị"): "unit",
}
_CSV_KEYS = {
    "form": "form",
    "revision": "revision",
    "unit": "unit",
    "period": "period",
    "nil": "is_nil_return",
    "is_nil_return": "is_nil_return",
    "secret": "has_state_secret",
    "has_state_secret": "has_state_secret",
    "document_number": "document_number",
    "signed_on": "signed_on",
    "signed_by_position": "signed_by_position",
    "note": "note",
}
_WHOSE = {"form", "unit", "period"}
_SECRECY_KEYS = {"has_state_secret", "document_number"}
_HASH_LINE = re.compile(rb"\n[ \t\"]*+(#[^\n]*+)")
# Levels of secrecy in a document number or its stamp (Law on state secrets: tuyệt mật, tối mật, mật).
_SECRECY = re.compile(
    r"(?:^|[\s(/\-–.])(?:tuyệt\s*mật|tối\s*mật|mật|tuyet\s*mat|toi\s*mat|mat)(?:$|[\s)/\-–.])", re.IGNORECASE
)


@dataclass(frozen=True)
class Envelope:
    form: str | None = None
    revision: int | None = None
    unit: str | None = None
    period: str | None = None
    is_nil_return: bool = False
    has_state_secret: bool = False
    document_number: str | None = None
    signed_on: dt.date | None = None
    signed_by_position: str | None = None
    note: str | None = None
    # Where the answers stand, for findings and receipts: key → (sheet, cell).
    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_secret(self) -> bool:
        """Ticked as state secret, or a document number with a secrecy mark (D1)."""
        return self.has_state_secret or bool(self.document_number and _SECRECY.search(self.document_number))


@dataclass(frozen=True)
class Said:
    """What the command line says of a file without an envelope."""

    form: str | None = None
    unit: str | None = None
    period: str | None = None


def _whole(value: object) -> int | None:
    text = shown_whole(value).strip().lower().removeprefix("v") if value is not None else ""
    return int(text) if text.isdigit() and len(text) < 6 else None


def _answers(
    raw: Mapping[str, Any], cells: Mapping[str, tuple[str, str]]
) -> tuple[Envelope, list[ReadFinding]]:
    """Envelope from raw answers; what cannot be read is a finding, never a guess."""
    findings: list[ReadFinding] = []
    values: dict[str, Any] = {}
    for key, value in raw.items():
        sheet, cell = cells.get(key, (None, None))
        if key in {"is_nil_return", "has_state_secret"}:
            answer = as_yes_or_no(value)
            if answer is None:
                findings.append(ReadFinding("cell_is_yes_or_no", sheet, cell, f"envelope.{key}"))
                # An answer that cannot be read is never taken as «không» for a secret.
                answer = key == "has_state_secret"
            values[key] = answer
        elif is_blank(value):
            continue
        elif key == "revision":
            values[key] = _whole(value)
            if values[key] is None:
                findings.append(
                    ReadFinding("revision_is_known", sheet, cell, observed=shown_whole(value)[:20])
                )
        elif key == "signed_on":
            values[key] = as_date(value)
            if values[key] is None:
                findings.append(
                    ReadFinding(
                        "cell_is_a_date", sheet, cell, "envelope.signed_on", observed=shown_whole(value)[:20]
                    )
                )
        else:
            said = shown_whole(value).strip()[:300]
            # A note is held to the form's own rule; elsewhere in the head no person belongs. A mark of secrecy decides first.
            values[key] = said if key == "note" or _says_secret(key, said) else withheld(said)
    return Envelope(**values, cells=dict(cells)), findings


@lru_cache(maxsize=4_096)
def _label(text: str) -> tuple[str | None, str | None]:
    """Key of a label of the head, and the legacy encoding it is written in."""
    key = _BY_LABEL.get(normalise(text))
    if key is None and looks_legacy(text):
        for encoding in ("tcvn3", "vni"):
            if (key := _BY_LABEL.get(normalise(to_unicode(text, encoding)))) is not None:
                return key, encoding
    return key, None


def _says_secret(key: str, value: object) -> bool:
    if key == "has_state_secret":
        return as_yes_or_no(value) is not False
    return key == "document_number" and _SECRECY.search(shown_whole(value)) is not None


def from_sheets(sheets: list[Sheet]) -> tuple[Envelope, list[ReadFinding], Envelope]:
    """Envelope of a workbook, findings, and what the visible head says of unit and period."""
    raw: dict[str, Any] = {}
    cells: dict[str, tuple[str, str]] = {}
    hidden = next((s for s in sheets if s.name == HIDDEN_SHEET), None)
    if hidden is not None:
        for row in hidden.rows[:50]:
            if (
                len(row) >= 2
                and isinstance(row[0], str)
                and row[0].strip() in {"form", "revision", "unit", "period"}
            ):
                raw[row[0].strip()] = row[1]
    visible: dict[str, Any] = {}
    for sheet in sheets:
        if sheet.name.startswith("_"):
            continue
        height = len(sheet.rows)
        # The head and the foot of the sheet: the table between them may have a million rows.
        for row_no in (
            *range(1, min(HEAD_ROWS, height) + 1),
            *range(max(HEAD_ROWS, height - HEAD_ROWS) + 1, height + 1),
        ):
            row = sheet.rows[row_no - 1]
            for column, text in enumerate(row[:30], start=1):
                key, encoding = _label(text) if isinstance(text, str) and text else (None, None)
                if key is None or (not sheet.visible and key not in _SECRECY_KEYS):
                    continue
                at = next(
                    (c for c in range(column + 1, min(len(row), column + 4) + 1) if not is_blank(row[c - 1])),
                    None,
                )
                value = row[at - 1] if at else None
                if encoding is not None and isinstance(value, str):
                    value = to_unicode(value, encoding)
                # Of several sheets the first answers, unless another declares a secret (D1).
                if (key in cells or not sheet.visible) and not _says_secret(key, value):
                    continue
                # Templates keep field names in a hidden column between the label and its answer.
                beside = next(
                    c
                    for c in range(column + 1, column + 5)
                    if c == column + 4 or c not in sheet.hidden_columns
                )
                cells[key] = (sheet.name, address(row_no, at or beside))
                visible[key] = value
    head: dict[str, Any] = {k: visible.pop(k) for k in ("unit", "period") if k in visible}
    envelope, findings = _answers({**raw, **visible}, cells)
    shown, _ = _answers(head, {})
    return envelope, findings, shown


def csv_key(text: str) -> str | None:
    """Key of a `#key` cell of a CSV file; None where it is none."""
    text = text.strip()
    return _CSV_KEYS.get(text[1:].strip().lower()) if text.startswith("#") else None


def from_lines(lines: Iterable[tuple[int, list[str]]]) -> tuple[Envelope, list[ReadFinding]]:
    """Envelope of a CSV file from its numbered `#key,value` lines.

    Raises `Unreadable` where two answers of form, unit or period differ, unless the file is a state secret (D1).
    """
    raw: dict[str, Any] = {}
    cells: dict[str, tuple[str, str]] = {}
    doubled: ReadFinding | None = None
    for number, line in lines:
        key = csv_key(line[0])
        value = line[1].strip() if len(line) > 1 else ""
        if key is None or (key in raw and _says_secret(key, raw[key])):
            continue
        if key in _WHOSE and raw.get(key, value) != value:
            said = f"{shown_whole(raw[key])}, {shown_whole(value)}"[:80]
            doubled = doubled or ReadFinding("file_holds_one_form", "", f"B{number}", observed=said)
        raw[key] = value
        cells[key] = ("", f"B{number}")
    envelope, findings = _answers(raw, cells)
    if doubled is not None and not envelope.is_secret:
        raise Unreadable(doubled)
    return envelope, findings


def secret_in_legacy(lines: list[list[str]]) -> Envelope | None:
    """Envelope of a CSV that is not UTF-8 but declares a state secret; `lines` are its `#` lines as Latin-1."""
    readings: list[Envelope] = []
    for encoding in (None, "tcvn3", "vni", "cp1258"):
        said = [[_reread(cell, encoding) for cell in line] for line in lines]
        try:
            readings.append(from_lines(enumerate(said, start=1))[0])
        except Unreadable:
            continue
    marked = any(e.document_number and _SECRECY.search(e.document_number) for e in readings)
    # «không» in any of the encodings is an answer; what none of them can read is not taken as one.
    if readings and (marked or all(e.has_state_secret for e in readings)):
        return replace(readings[0], has_state_secret=True)
    return None


def secret_below(path: Path, start: int) -> Envelope | None:
    """Envelope of a large CSV whose `#` lines from `start` on declare a state secret; None where they do not.

    Of such a file only the head is read before it lands; what its end says decides all the same whether it is kept (D1).
    """
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        lines = [found[1] for found in _HASH_LINE.finditer(data, start - 1)]
    return _secret_in([line.removesuffix(b"\r") for line in lines])


def secret_in_utf16(path: Path) -> Envelope | None:
    """The same of a large CSV in UTF-16, from its first line on: it is refused, and a secret must not be kept."""
    with path.open(encoding="utf-16", errors="replace", newline="\n") as text:
        lines = (line.strip(' \t"\r\n') for line in text)
        return _secret_in([line.encode() for line in lines if line.startswith("#")])


def _secret_in(lines: list[bytes]) -> Envelope | None:
    readable: list[list[str]] = []
    legacy: list[list[str]] = []
    for line in lines:
        try:
            readable.append(_cells(line.decode()))
        except UnicodeDecodeError:
            legacy.append(_cells(line.decode("latin-1")))
    try:
        envelope = from_lines(enumerate(readable, start=1))[0]
    except Unreadable:
        # Two reports, none of them secret: that is told where they are streamed.
        envelope = Envelope()
    return envelope if envelope.is_secret else secret_in_legacy(legacy)


def _cells(line: str) -> list[str]:
    return [cell.strip('" ') for cell in re.split("[,;\t]", line)]


def _reread(cell: str, encoding: str | None) -> str:
    if encoding == "cp1258":
        return cell.encode("latin-1", "replace").decode("cp1258", "replace")
    return to_unicode(cell, encoding) if encoding else cell


def with_said(envelope: Envelope, said: Said) -> tuple[Envelope, list[ReadFinding]]:
    """The envelope completed by the command; where both speak they must agree."""
    findings = []
    for key in ("form", "unit", "period"):
        own, told = getattr(envelope, key), getattr(said, key)
        if told and own and told != own:
            findings.append(
                ReadFinding("envelope_agrees_with_the_command", observed=str(own), expected=str(told))
            )
        elif told and not own:
            envelope = replace(envelope, **{key: told})
    return envelope, findings


def visible_head_findings(envelope: Envelope, shown: Envelope) -> list[ReadFinding]:
    """Unit and period printed in the head against the hidden sheet (D7): a copied sheet is found out here."""
    findings = []
    for key in ("unit", "period"):
        own, seen = getattr(envelope, key), getattr(shown, key)
        if own and seen and own != seen:
            sheet, cell = envelope.cells.get(key, (None, None))
            findings.append(
                ReadFinding("envelope_agrees_with_the_visible_head", sheet, cell, observed=seen, expected=own)
            )
    return findings
