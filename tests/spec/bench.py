"""A bench on which filings are landed straight into the database and judged all in one pass.."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from expectations.judge import judge_received
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Kind, Period, periods_ending_between
from ingestion.contracts.rules import Filing, Rule, filers_list
from ingestion.parsing.cells import copy_text
from ingestion.parsing.envelope import Envelope
from ingestion.parsing.table import landing_columns
from ingestion.registry import submissions
from ingestion.registry.submissions import Received
from warehouse.clock import HANOI, Clock
from warehouse.database import Database

NOW = dt.datetime(2027, 1, 15, 8, 0, tzinfo=HANOI)
SHEET = "Bieu"
ENVELOPE = {"unit": ["Bieu", "C2"], "has_state_secret": ["Bieu", "C3"], "note": ["Bieu", "C4"]}
_numbers = itertools.count(1)


def periods_of(form: FormContract, rule: Rule | None = None) -> Iterator[Period]:
    """Periods that end in 2024 to 2026, newest first, in which the rule applies and the form is in use."""
    if form.rhythms == ("series",):
        yield Period.parse("calendar", "series")
        return
    if form.rhythms == ("ad_hoc",):
        yield Period.parse(form.calendar, "2026-A001").with_window(dt.date(2026, 3, 2), dt.date(2026, 3, 6))
        return
    shortest: Kind = "month" if "month" in form.rhythms else "year"
    kind: Kind = "quarter" if rule is not None and rule.kind == "roll_up" else shortest
    found = periods_ending_between(form.calendar, (kind,), dt.date(2024, 1, 1), dt.date(2026, 12, 31))
    for period in sorted(found, reverse=True):
        window = (period.date_from, period.date_to)
        if form.effective.holds_on(period.date_to) and (rule is None or rule.applies_in(window)):
            yield period


@dataclass
class Bench:
    """`add` lands a filing as received, `judge` judges all of them, `findings` reads what was found."""

    database: Database
    contracts: Contracts
    clock: Clock
    connection: psycopg.Connection
    units: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_unit(self, form: FormContract) -> str:
        """A unit of its own for a filing, so that filings do not meet; it owes the form for ever."""
        code = f"test_{next(self.units):05d}"
        self.connection.execute(
            "insert into registry.code (list, code, label_vi, label_en, valid_from, valid_to, mark)"
            " values (%s, %s, %s, %s, '2000-01-01', '9999-12-31', 'P')",
            [filers_list(form), code, code, code],
        )
        return code

    def add(self, form: FormContract, period: Period, filing: Filing, in_force: bool = False) -> int:
        """Lands a filing; others that it compares with are put in force first."""
        unit = filing.envelope["unit"]
        for relation, other_form, example in filing.others:
            other = Filing(example.rows, example.window, dict(example.envelope))
            theirs = self.contracts.latest(other_form)
            if relation == "months":
                when: Sequence[Period] = period.months()
            else:
                when = [period.previous() if relation == "previous" else period]
            other.envelope["unit"] = self.new_unit(theirs) if relation == "same" and theirs == form else unit
            for one in when:
                self.add(theirs, one, other, in_force=True)
        envelope = Envelope(
            form.form,
            form.revision,
            unit,
            period.key,
            is_nil_return=bool(filing.envelope.get("is_nil_return")),
            has_state_secret=bool(filing.envelope.get("has_state_secret")),
        )
        received = Received(f"{next(_numbers):064x}", "test.xlsx", 1, NOW, "test", "test")
        places = {f.name: n for n, f in enumerate(form.fields, start=1)}
        with self.connection.cursor() as cursor:
            submission_id = submissions.register(
                cursor,
                received,
                envelope,
                "accepted" if in_force else "received",
                period=period,
                cell_map={
                    "sheet": SHEET,
                    "orientation": "across",
                    "fields": places,
                    "envelope": ENVELOPE,
                },
                note=filing.envelope.get("note"),
            )
            columns = ", ".join(("submission_id", *landing_columns(form)))
            with cursor.copy(f"copy {form.landing_table} ({columns}) from stdin (format csv)") as copy:
                for line in _lines(form, filing):
                    copy.write(f"{submission_id},".encode() + line)
            if in_force:
                cursor.execute(
                    "update registry.submission set known_from = %s where submission_id = %s",
                    [NOW - dt.timedelta(days=1), submission_id],
                )
        return submission_id

    def judge(self) -> list[int]:
        self.connection.commit()
        return judge_received(self.database, self.contracts, self.clock, "test")

    def findings(self) -> dict[int, list[dict[str, Any]]]:
        """Findings by submission."""
        names = ("rule_id", "severity", "is_ledger", "sheet", "cell", "row_no", "field", "message_vi")
        rows = self.connection.execute(
            f"select submission_id, {', '.join(names)} from registry.finding order by finding_id"
        ).fetchall()
        self.connection.commit()
        found: dict[int, list[dict[str, Any]]] = {}
        for submission_id, *values in rows:
            found.setdefault(submission_id, []).append(dict(zip(names, values, strict=True)))
        return found

    def states(self) -> dict[int, str]:
        rows = self.connection.execute("select submission_id, state from registry.submission").fetchall()
        self.connection.commit()
        return dict(rows)


def _lines(form: FormContract, filing: Filing) -> Iterator[bytes]:
    for number, row in enumerate(filing.rows, start=1):
        cells = {
            "row_no": str(number),
            "at_index": str(number + 9),
            "defect_fields": "{}",
            "nil_fields": "{}",
        }
        for f in form.fields:
            value = row.get(f.name)
            cells[f.name] = copy_text(value)
            if f.type == "suppressible_count":
                cells[f"{f.name}_state"] = copy_text("value" if value is not None else None)
        # What stands for a person is given by a test, where it needs one.
        cells |= {name: copy_text(row.get(name)) for name in form.pseudonym_columns}
        yield (",".join(cells[c] for c in landing_columns(form)) + "\n").encode()
