"""The event log counted on the six aggregate forms: cells of any unit and period, every identity of the forms held.

Each cell is counted anew from events for its own window; nothing is added up from shorter periods. Rates and targets
are the warehouse's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from demo.counting_victims import VictimCount
from demo.events import Event
from demo.ledger import PERSONS, Ledger, Ledgers, Machine, Transfers, answers
from ingestion.contracts.instances import fixed_rows_of
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period

Cells = dict[str, Any]

_REPORT: Machine = {
    "received": ("open", {"reports_received": 1}),
    "initiated": ("closed", {"reports_initiated": 1}),
    "not_initiated": ("closed", {"reports_not_initiated": 1}),
    "handled_otherwise": ("closed", {"reports_handled_otherwise": 1}),
    "sent_out": ("closed", {"reports_transferred_out": 1}),
    "suspended": ("suspended", {"reports_suspended": 1}),
    "resumed": ("open", {"reports_resumed": 1}),
}
_REPORT_MOVES = Transfers(
    out={"reports_transferred_out": 1, "transferred_out_within_province": 1},
    into={"reports_transferred_in": 1, "transferred_in_within_province": 1},
)
_CASE: Machine = {
    "initiated": ("open", {"cases_initiated": 1}),
    "suspended": ("suspended", {"cases_suspended": 1, "accused_suspended": PERSONS}),
    "resumed": ("open", {"cases_resumed": 1, "accused_other_in": PERSONS}),
    "taken_back": ("open", {"cases_returned_in": 1, "accused_other_in": PERSONS}),
    "requalified": (None, {"cases_requalified_in": 1, "accused_other_in": PERSONS}),
    "concluded": ("closed", {"cases_sent_to_procuracy": 1, "accused_sent_to_procuracy": PERSONS}),
    "discontinued": ("closed", {"cases_discontinued": 1, "accused_discontinued": PERSONS}),
    "accused_charged": (None, {"accused_initiated": 1}),
}
_CASE_MOVES = Transfers(
    out={"cases_transferred_out": 1, "transferred_out_within_province": 1, "accused_other_out": PERSONS},
    into={"cases_transferred_in": 1, "transferred_in_within_province": 1, "accused_other_in": PERSONS},
)
_WANTED: Machine = {"issued": ("open", {"wanted_issued": 1}), "arrested": ("closed", {"wanted_arrested": 1})}
_FILE: Machine = {
    "received": ("open", {"cases_received": 1, "accused_received": PERSONS}),
    "back": ("open", {"cases_back_from_investigation": 1, "accused_other_in": PERSONS}),
    "court_return_accepted": ("open", {"cases_returned_in": 1, "accused_other_in": PERSONS}),
    "indicted": ("closed", {"cases_indicted": 1, "accused_indicted": PERSONS}),
    "discontinued": ("closed", {"cases_discontinued": 1, "accused_discontinued": PERSONS}),
    "suspended": ("closed", {"cases_suspended": 1, "accused_suspended": PERSONS}),
    "returned_to_police": ("closed", {"cases_returned_to_police": 1, "accused_returned": PERSONS}),
    "passed_back": ("closed", {"cases_passed_back_after_court": 1, "accused_returned": PERSONS}),
}
_TRIAL: Machine = {
    "accepted": ("open", {"cases_accepted": 1, "defendants_accepted": PERSONS}),
    "sent_again": ("open", {"cases_other_in": 1, "defendants_other_in": PERSONS}),
    "returned": ("closed", {"cases_returned": 1, "defendants_returned": PERSONS}),
    "discontinued": ("closed", {"cases_discontinued": 1, "defendants_discontinued": PERSONS}),
    "suspended": ("closed", {"cases_suspended": 1, "defendants_suspended": PERSONS}),
    "tried": ("closed", {"cases_tried": 1, "defendants_tried": PERSONS}),
}


class Count:
    """Counts one log. `rows(form, unit, period)` gives the sheet's rows by field name, as a template takes them."""

    def __init__(self, events: Sequence[Event]) -> None:
        by_stream: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_stream[event.stream].append(event)
        self._by_stream = by_stream
        self._reports = self._ledgers("report", "nd09", _REPORT, "source", _REPORT_MOVES)
        self._cases = self._ledgers("case", "nd09", _CASE, "offence", _CASE_MOVES)
        self._wanted = self._ledgers("wanted", "nd09", _WANTED, "offence")
        self._files = self._ledgers("file", "vks", _FILE, "offence")
        self._trials = {
            "ST": self._ledgers("trial", "tand", _TRIAL, "offence"),
            "PT": self._ledgers("appeal", "tand", _TRIAL, "offence"),
        }
        self._victims = VictimCount(by_stream["victim"], by_stream["support"])
        self._forms: Mapping[str, Callable[[FormContract, str, Period], list[Cells]]] = {
            "police__crime_reports": self._crime_reports,
            "police__investigations": self._investigations,
            "procuracy__prosecutions": self._prosecutions,
            "courts__trials": self._court_trials,
            "police__victims_identified": self._victims.identified,
            "social_services__victim_supports": self._victims.supports,
        }

    def _ledgers(
        self, stream: str, calendar: str, machine: Machine, row_fact: str, moves: Transfers | None = None
    ) -> Ledgers:
        events = self._by_stream[stream]
        return Ledgers(lambda day: Ledger(events, calendar, machine, row_fact, moves, day), calendar)

    def forms(self) -> tuple[str, ...]:
        return tuple(self._forms)

    def rows(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        """Every printed row, every cell filled that the form asks for; raises KeyError for a form not counted here."""
        return self._forms[form.form](form, unit, period)

    def _crime_reports(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        rows = _sheet(form, period, self._reports, unit, {"reports": "open", "suspended": "suspended"})
        ready = _first(self._by_stream["report"], "classified")
        for row in rows:
            row["reports_classified"] = 0
            _open_suspended(row, "reports")
            row["reports_to_resolve"] = (
                row["reports_opening"] + row["reports_received"] + row["reports_resumed"]
                + row["reports_transferred_in"] - row["reports_transferred_out"]
            )  # fmt: skip
            row["reports_resolved"] = (
                row["reports_initiated"] + row["reports_not_initiated"] + row["reports_handled_otherwise"]
            )
        for event in self._cohort("report", "received", unit, period):
            if ready.get(event.of, dt.date.max) <= period.date_to:
                _of(rows, source_kind=event.facts["source"])["reports_classified"] += 1
        return rows

    def _investigations(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        stocks = {"cases": "open", "suspended": "suspended"}
        rows = _sheet(form, period, self._cases, unit, stocks, persons="accused")
        at_large = _sheet(form, period, self._wanted, unit, {"wanted": "open"})
        charged = _first(self._by_stream["case"], "accused_charged")
        for row, wanted in zip(rows, at_large, strict=True):
            row.update({cell: wanted[cell] for cell in wanted if cell.startswith("wanted_")})
            _open_suspended(row, "cases")
            row["cases_to_investigate"] = (
                row["cases_opening"] + row["cases_initiated"] + row["cases_resumed"] + row["cases_returned_in"]
                + row["cases_transferred_in"] + row["cases_requalified_in"]
                - row["cases_transferred_out"] - row["cases_requalified_out"]
            )  # fmt: skip
            row["accused_to_investigate"] = (
                row["accused_opening"]
                + row["accused_initiated"]
                + row["accused_other_in"]
                - row["accused_other_out"]
            )
        for event in self._cohort("case", "initiated", unit, period):
            row = _of(rows, offence=event.facts["offence"])
            row["cases_cross_border"] += bool(event.facts["cross_border"])
            row["cases_cleared"] += charged.get(event.of, dt.date.max) <= period.date_to
        for event in self._cohort("case", "accused_charged", unit, period):
            row = _of(rows, offence=event.facts["offence"])
            row["accused_initiated_female"] += event.facts["sex"] == "female"
            row["accused_initiated_under_18"] += event.facts["age"] != "18_over"
        for event in self._cohort("case", "discontinued", unit, period):
            if event.facts["not_guilty"]:
                _of(rows, offence=event.facts["offence"])["accused_discontinued_not_guilty"] += event.facts[
                    "accused"
                ]
        for event in self._cohort("incident", "detected", unit, period):
            row = _of(rows, offence=event.facts["offence"])
            row["incidents_detected"] += 1
            row["subjects_detected"] += event.facts["subjects"]
            row["victims_in_incidents"] += event.facts["victims"]
        return rows

    def _prosecutions(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        rows = _sheet(form, period, self._files, unit, {"cases": "open"}, persons="accused")
        for row in rows:
            row["cases_to_decide"] = (
                row["cases_opening"] + row["cases_received"] + row["cases_returned_in"]
                + row["cases_back_from_investigation"] + row["cases_other_in"] - row["cases_other_out"]
            )  # fmt: skip
            row["accused_to_decide"] = (
                row["accused_opening"]
                + row["accused_received"]
                + row["accused_other_in"]
                - row["accused_other_out"]
            )
        for event in self._cohort("file", "indicted", unit, period):
            row = _of(rows, offence=event.facts["offence"])
            row["indicted_female"] += event.facts["female"]
            for age, number in event.facts["ages"].items():
                row[f"indicted_{age}"] += number
        for event in self._cohort("file", "discontinued", unit, period):
            if event.facts["not_guilty"]:
                _of(rows, offence=event.facts["offence"])["accused_discontinued_not_guilty"] += event.facts[
                    "accused"
                ]
        return rows

    def _court_trials(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        rows: list[Cells] = []
        for instance, stream in (("ST", "trial"), ("PT", "appeal")):
            ledgers = self._trials[instance]
            part = [
                row
                for row in _sheet(form, period, ledgers, unit, {"cases": "open"}, persons="defendants")
                if row["instance"] == instance
            ]
            for row in part:
                for cell in ("appeals_upheld", "appeals_amended", "appeals_quashed"):
                    row[cell] = 0 if instance == "PT" else None
                row["cases_to_try"] = (
                    row["cases_opening"]
                    + row["cases_accepted"]
                    + row["cases_other_in"]
                    - row["cases_other_out"]
                )
                row["defendants_to_try"] = (
                    row["defendants_opening"] + row["defendants_accepted"] + row["defendants_other_in"]
                    - row["defendants_other_out"]
                )  # fmt: skip
            for event in self._cohort(stream, "tried", unit, period):
                _judged(_of(part, offence=event.facts["offence"]), event.facts)
            rows += part
        return rows

    def _cohort(self, stream: str, what: str, unit: str, period: Period) -> Iterable[Event]:
        """Events of a kind that a unit reports for a period."""
        for event in self._by_stream[stream]:
            is_in = event.what == what and period.date_from <= event.on <= period.date_to
            if is_in and answers(period, event.unit, event.on) == unit:
                yield event


def _sheet(
    form: FormContract,
    period: Period,
    ledgers: Ledgers,
    unit: str,
    stocks: Mapping[str, str],
    persons: str | None = None,
) -> list[Cells]:
    """The printed rows with their flows, and `<stock>_opening`, `_closing`, `_closing_overdue`; 0 where nothing was."""
    first, last = period.date_from, period.date_to
    ledger = ledgers.of(period)
    flows = ledger.flows(unit, first, last)
    named = form.grain[-1]
    rows: list[Cells] = []
    standing = {
        (stock, day): ledger.standing(unit, day, state)
        for stock, state in stocks.items()
        for day in (first - dt.timedelta(days=1), last)
    }
    for printed in fixed_rows_of(form, (first, last)):
        row: Cells = {f.name: 0 for f in form.fields if f.name not in form.grain} | dict(printed)
        code = str(printed[named])
        row.update(flows.get(code, {}))
        for (stock, day), found in standing.items():
            mine = [s for s in found if s.row == code]
            name = "closing" if day == last else "opening"
            row[f"{stock}_{name}"] = len(mine)
            if persons and stocks[stock] == "open":
                row[f"{persons}_{name}"] = sum(s.persons for s in mine)
            if day == last and f"{stock}_closing_overdue" in row:
                row[f"{stock}_closing_overdue"] = sum(str(s.due_on) < last.isoformat() for s in mine)
        rows.append(row)
    return rows


def _open_suspended(row: Cells, what: str) -> None:
    """The suspended that a month begins with: in the month of a hand-over, those taken over as well.

    The forms have no cell for a transfer of suspended files, so the stock is told backwards from its closing.
    """
    row["suspended_opening"] = row["suspended_closing"] - row[f"{what}_suspended"] + row[f"{what}_resumed"]


def _judged(row: Cells, facts: Mapping[str, Any]) -> None:
    row["mobile_trials"] += bool(facts["is_mobile"])
    row["closed_trials"] += bool(facts["is_closed"])
    row["trials_with_child_victims"] += bool(facts["child_victim"])
    row["trials_protecting_child_victims"] += bool(facts["protects_child"])
    if "result" in facts:
        row[f"appeals_{facts['result']}"] += 1
    row["tried_female"] += facts["female"]
    for age, number in facts["ages"].items():
        row[f"tried_{age}"] += number
    for band, number in facts["sentences"].items():
        row[f"sentenced_{band}"] += number


def _first(events: Iterable[Event], what: str) -> dict[str, dt.date]:
    """The first day on which each file saw an event of a kind."""
    found: dict[str, dt.date] = {}
    for event in events:
        if event.what == what:
            found.setdefault(event.of, event.on)
    return found


def _of(rows: Sequence[Cells], **key: str) -> Cells:
    return next(row for row in rows if all(row[name] == code for name, code in key.items()))
