"""A received file, read whole: identified, typed, with every finding that reading can make.

Runs in a child with a memory limit for workbooks (`pool`); needs no database. Whether the unit owes the form and the
period is of the form is decided here too, from contracts and code lists: what cannot be identified is never landed.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from ingestion.contracts.ad_hoc import NO_REQUESTS, Requests
from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period, PeriodError
from ingestion.contracts.rules import NoIdentityInText
from ingestion.contracts.units import units_of_class
from ingestion.parsing.ad_hoc import ad_hoc_period, check_events, is_own_report
from ingestion.parsing.builtin import ReadFinding, Unreadable
from ingestion.parsing.csv_rows import UTF16_MARKS, csv_rows, encoding_of
from ingestion.parsing.csv_stream import HEAD_BYTES, STREAM_FROM, CsvPlan
from ingestion.parsing.envelope import (
    Envelope,
    Said,
    csv_key,
    from_lines,
    from_sheets,
    secret_below,
    secret_in_legacy,
    secret_in_utf16,
    visible_head_findings,
    with_said,
)
from ingestion.parsing.guard import FileKind, kind_of
from ingestion.parsing.place import Located, find_table, two_forms
from ingestion.parsing.sheets import Sheet, read_sheets
from ingestion.parsing.table import Table, names_in, read_table

FIXED_UNITS = "fixed"


@dataclass
class ReadFile:
    """What reading gave. `refusal`: not to be landed, and why. `is_secret`: nothing else was read (D1)."""

    envelope: Envelope
    findings: list[ReadFinding] = field(default_factory=list)
    refusal: ReadFinding | None = None
    is_secret: bool = False
    contract_key: str | None = None
    period: Period | None = None
    table: Table | None = None
    sheet: str | None = None
    # A large CSV is only planned here; its rows are streamed while they land.
    plan: CsvPlan | None = None
    # A body reports unasked: its number follows, by its own name of the incident.
    is_own_report: bool = False
    own_key: str | None = None

    @property
    def cell_map(self) -> dict[str, object] | None:
        if self.table is None:
            return None
        located = self.table.located
        return {
            "sheet": self.sheet,
            "orientation": located.orientation,
            "fields": located.fields,
            "envelope": {k: list(v) for k, v in self.envelope.cells.items()},
        }


def read_file(
    path: Path, contracts: Contracts, said: Said, today: dt.date, requests: Requests = NO_REQUESTS
) -> ReadFile:
    """Reads a file; never raises for what is wrong with it. `requests`: the ad hoc periods on file."""
    envelope = Envelope(said.form, None, said.unit, said.period)
    try:
        kind, notes = kind_of(path)
        if kind == "csv":
            envelope, findings, sheets, delimiter = _csv(path)
            shown = Envelope()
        else:
            sheets = read_sheets(path, kind)
            envelope, findings, shown = from_sheets(sheets)
    except Unreadable as refused:
        return ReadFile(envelope, refusal=refused.finding)
    if envelope.is_secret:
        # Nothing else of the file is looked at.
        return ReadFile(
            Envelope(form=envelope.form, unit=envelope.unit, period=envelope.period, has_state_secret=True),
            is_secret=True,
        )
    findings = [*notes, *findings]
    envelope, disagreements = with_said(envelope, said)
    read = ReadFile(envelope, [*findings, *disagreements, *visible_head_findings(envelope, shown)])
    try:
        _identify(read, sheets, contracts, today, requests)
        is_large = kind == "csv" and path.stat().st_size > STREAM_FROM
        if is_large and read.period is not None and read.period.kind == "ad_hoc":
            # An incident is told in a few lines, and its day is looked for in all of them.
            raise Unreadable(ReadFinding("file_is_not_too_large", observed=f"{path.stat().st_size:,} B"))
        names = _fill(read, sheets, contracts, kind, path if is_large else None)
        check_events(read, contracts[str(read.contract_key)], today)
        if is_large:
            read.plan = _plan(path, read, sheets[0], delimiter, names)
    except Unreadable as refused:
        read.refusal = refused.finding
    return read


def _plan(path: Path, read: ReadFile, sheet: Sheet, delimiter: str, names: frozenset[str]) -> CsvPlan:
    """How to stream the rows of a large CSV whose head was read."""
    assert read.table is not None and read.contract_key is not None
    located = read.table.located
    if located.orientation != "across":
        raise Unreadable(ReadFinding("table_is_found", observed="CSV"))
    first = located.line + 1
    with path.open("rb") as handle:
        for _ in range(first - 1):
            handle.readline()
        offset = handle.tell()
    read.table = Table(located)
    return CsvPlan(offset, first, delimiter, located, len(sheet.rows[located.line - 1]), names)


def _csv(path: Path) -> tuple[Envelope, list[ReadFinding], list[Sheet], str]:
    """A CSV file as one sheet; `#key,value` lines before the header are its envelope.

    Of a large file only the head is read here, cut at the end of a line.
    """
    if path.stat().st_size > STREAM_FROM:
        with path.open("rb") as handle:
            data = handle.read(HEAD_BYTES)
        data = data[: data.rfind(b"\n") + 1]
        is_utf16 = data.startswith(UTF16_MARKS)
        secret = secret_in_utf16(path) if is_utf16 else secret_below(path, len(data))
        if secret is not None:
            return secret, [], [], ","
        if is_utf16:
            raise Unreadable(ReadFinding("text_is_utf8", observed="1"))
    else:
        data = path.read_bytes()
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError as error:
        cells = [line.split(",") for line in data[:20_000].decode("latin-1").splitlines()]
        secret = secret_in_legacy([c for c in cells if c[0].startswith("#")])
        if secret is not None:
            return secret, [], [], ","
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(ReadFinding("text_is_utf8", observed=str(line))) from None
    if "\x00" in text:
        raise Unreadable(ReadFinding("file_is_a_workbook"))
    rows, delimiter = csv_rows(text)
    numbered = list(enumerate(rows, start=1))
    heads = [(n, r) for n, r in takewhile(lambda line: _is_head(line[1]), numbered) if r]
    # The same lines below the table: a second report in one file, which may be the secret one.
    below = [(n, r) for n, r in numbered[heads[-1][0] if heads else 0 :] if r and csv_key(r[0])]
    envelope, findings = from_lines([*heads, *below])
    again = next(((n, r) for n, r in below if csv_key(r[0]) in {"form", "unit", "period"}), None)
    if again is not None and heads and not envelope.is_secret:
        said = ", ".join(again[1])[:60]
        raise Unreadable(ReadFinding("file_holds_one_form", "", f"A{again[0]}", observed=said))
    for at, _ in heads:
        rows[at - 1] = []
    return envelope, findings, [Sheet("", [list(r) for r in rows])], delimiter


def _is_head(row: list[str]) -> bool:
    """A line of the envelope, or a blank one among them."""
    return not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#")


def _identify(
    read: ReadFile, sheets: list[Sheet], contracts: Contracts, today: dt.date, requests: Requests
) -> None:
    envelope = read.envelope
    if envelope.form is None:
        fixed = next((c for c in _fixed(contracts) if _has_table(sheets, c)), None)
        if fixed is None:
            raise Unreadable(ReadFinding("form_is_identified"))
        envelope = replace(envelope, form=fixed.form, revision=fixed.revision)
    revisions = contracts.revisions(str(envelope.form))
    if not revisions:
        raise Unreadable(
            ReadFinding("form_is_known", *_at(envelope, "form"), observed=str(envelope.form)[:60])
        )
    latest = revisions[-1]
    if latest.envelope is not None:
        envelope = replace(envelope, unit=latest.envelope.unit, period=latest.envelope.period)
    if envelope.period is None:
        raise Unreadable(ReadFinding("period_is_of_the_form", *_at(envelope, "period"), observed="–"))
    try:
        period = Period.parse(latest.calendar, envelope.period)
    except PeriodError:
        raise Unreadable(
            ReadFinding("period_is_of_the_form", *_at(envelope, "period"), observed=envelope.period[:20])
        ) from None
    if period.kind not in latest.rhythms:
        raise Unreadable(
            ReadFinding("period_is_of_the_form", *_at(envelope, "period"), observed=envelope.period)
        )
    fixed_unit = latest.envelope is not None
    if period.kind == "ad_hoc":
        period = ad_hoc_period(envelope, latest, period, today, requests)
        read.is_own_report = is_own_report(period, requests)
    may_be_ahead = fixed_unit or latest.is_plan
    if not may_be_ahead and period.date_to > today:
        raise Unreadable(ReadFinding("period_has_ended", *_at(envelope, "period"), observed=envelope.period))
    contract = contracts.in_use(latest.form, min(period.date_to, today))
    if envelope.revision is None and contract is not None:
        envelope = replace(envelope, revision=contract.revision)
    if contract is None or contract.revision != envelope.revision:
        raise Unreadable(
            ReadFinding("revision_is_known", *_at(envelope, "revision"), observed=str(envelope.revision))
        )
    if not fixed_unit:
        _check_unit(envelope, contract, period)
    if envelope.is_nil_return and (read.is_own_report or not contract.offers_nil_return):
        read.findings.append(
            ReadFinding("nil_return_is_offered", *_at(envelope, "is_nil_return"), "envelope.is_nil_return")
        )
    read.envelope, read.period, read.contract_key = envelope, period, contract.key


def _at(envelope: Envelope, key: str) -> tuple[str | None, str | None]:
    return envelope.cells.get(key, (None, None))


def _check_unit(envelope: Envelope, contract: FormContract, period: Period) -> None:
    unit = envelope.unit
    if not unit or not load_code_list("unit").known(unit):
        raise Unreadable(ReadFinding("unit_is_known", *_at(envelope, "unit"), observed=(unit or "–")[:60]))
    # A unit that files this form at some time is identified; whether it owes this period is a rule of the form.
    if unit not in _filers_on(contract, None) and unit not in _filers_on(contract, period.date_to):
        raise Unreadable(ReadFinding("unit_owes_the_form", *_at(envelope, "unit"), observed=unit))


@lru_cache(maxsize=256)
def _filers_on(contract: FormContract, day: dt.date | None) -> frozenset[str]:
    """Units of the classes that file a form, on a day; without one, on every day on which some unit begins."""
    days = {c.valid_from for c in load_code_list("unit")} if day is None else {day}
    return frozenset(
        u.code for f in contract.filed_by for on in days for u in units_of_class(f.unit_class, on)
    )


def _fixed(contracts: Contracts) -> Iterator[FormContract]:
    return (c for c in contracts.values() if c.envelope is not None)


def _has_table(sheets: list[Sheet], contract: FormContract) -> bool:
    try:
        _, located, findings = find_table(sheets, contract)
    except Unreadable:
        return False
    return len(located.fields) == len(contract.fields) or not any(
        f.rule_id == "header_is_present" for f in findings
    )


def _fill(
    read: ReadFile, sheets: list[Sheet], contracts: Contracts, kind: FileKind, large: Path | None
) -> frozenset[str]:
    """Types the table, `large` only its head; the names of the file's persons."""
    contract = contracts[str(read.contract_key)]
    if kind != "csv" and (other := two_forms(sheets, contract, _latest(contracts))) is not None:
        raise Unreadable(ReadFinding("file_holds_one_form", observed=f"{contract.form}, {other}"))
    sheet, located, findings = find_table(sheets, contract)
    read.findings.extend(findings)
    read.sheet = sheet.name or None
    window = (read.period.date_from, read.period.date_to) if read.period else None
    names: frozenset[str] = frozenset()
    if contract.personal_fields and large is None:
        names = names_in(contract, sheet.rows, located)
    elif contract.personal_fields and large is not None:
        # Texts land while rows are streamed, so the names of all rows are known before the first.
        with large.open(encoding="utf-8", errors="replace", newline="") as lines:
            names = names_in(contract, csv.reader(lines), located)
    read.table = read_table(sheet, contract, located, read.envelope.is_nil_return, window, names)
    # What the head of a large file has is found again while all of it is streamed.
    if large is None:
        read.findings.extend(read.table.findings)
    read.table.findings = []
    _guard_note(read, contract, names)
    return names


def _guard_note(read: ReadFile, contract: FormContract, names: frozenset[str]) -> None:
    """The note of the head is held to the same rule as text cells; an offending one is withheld (D2)."""
    note = read.envelope.note
    for rule in contract.gate_rules():
        if (
            isinstance(rule, NoIdentityInText)
            and "envelope.note" in rule.texts(contract)
            and rule.offends(note, names)
        ):
            read.findings.append(ReadFinding(f"rule:{rule.id}", *_at(read.envelope, "note"), "envelope.note"))
            read.envelope = replace(read.envelope, note=None)


def _latest(contracts: Contracts) -> Sequence[FormContract]:
    return [contracts.latest(form) for form in contracts.forms]


__all__ = ["Located", "ReadFile", "read_file"]
