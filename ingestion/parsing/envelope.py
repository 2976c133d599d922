"""Whose report a file is: form, revision, unit, period, nil return, secrecy; read before anything else (D1, D7).

XLSX: a hidden sheet `_kho138` holds form, revision, unit and period; the visible head repeats unit and period and
has the boxes and answers the clerk fills. CSV: `#key,value` lines before the header. Neither: what the command says,
or a contract with a fixed envelope whose headings the file has.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingestion.contracts.envelope_labels import HIDDEN_SHEET, LABELS
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.cells import as_date, as_yes_or_no, is_blank, shown_whole
from ingestion.parsing.headers import normalise
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
            values[key] = shown_whole(value).strip()[:300]
    return Envelope(**values, cells=dict(cells)), findings


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
        if not sheet.visible or sheet.name == HIDDEN_SHEET:
            continue
        height = len(sheet.rows)
        # The head and the foot of the sheet: the table between them may have a million rows.
        for row_no in (
            *range(1, min(HEAD_ROWS, height) + 1),
            *range(max(HEAD_ROWS, height - HEAD_ROWS) + 1, height + 1),
        ):
            row = sheet.rows[row_no - 1]
            for column, text in enumerate(row[:30], start=1):
                key = _BY_LABEL.get(normalise(text)) if isinstance(text, str) and text else None
                if key is None or key in cells:
                    continue
                at = next(
                    (c for c in range(column + 1, min(len(row), column + 4) + 1) if not is_blank(row[c - 1])),
                    None,
                )
                # Templates keep field names in a hidden column between the label and its answer.
                beside = next(
                    c
                    for c in range(column + 1, column + 5)
                    if c == column + 4 or c not in sheet.hidden_columns
                )
                cells[key] = (sheet.name, address(row_no, at or beside))
                visible[key] = row[at - 1] if at else None
    head: dict[str, Any] = {k: visible.pop(k) for k in ("unit", "period") if k in visible}
    envelope, findings = _answers({**raw, **visible}, cells)
    shown, _ = _answers(head, {})
    return envelope, findings, shown


def from_lines(lines: Iterable[list[str]]) -> tuple[Envelope, list[ReadFinding]]:
    """Envelope of a CSV file from its `#key,value` lines; two forms are a finding of their own."""
    raw: dict[str, Any] = {}
    cells: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(lines, start=1):
        key = _CSV_KEYS.get(line[0].lstrip("#").strip().lower())
        value = line[1].strip() if len(line) > 1 else ""
        if key == "form" and "form" in raw and raw["form"] != value:
            raise Unreadable(ReadFinding("file_holds_one_form", observed=f"{raw['form']}, {value}"[:80]))
        if key is not None:
            raw[key] = value
            cells[key] = ("", f"B{number}")
    return _answers(raw, cells)


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
