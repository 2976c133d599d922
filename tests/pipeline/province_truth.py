"""The sample province's truth log counted by hand: nothing of the product's counting is used.

The arithmetic reads `truth.jsonl` only; windows, stocks and rates are written out again.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DAY = timedelta(days=1)
# The month that opens a body's year: its number, and whether it lies in the year before.
OPENS = {"nd09": (1, 0), "vks": (12, 1), "tand": (10, 1)}
FORMS = {
    "I01": "police__crime_reports", "I02": "police__crime_reports", "I06": "police__investigations",
    "I10": "procuracy__prosecutions", "I11": "procuracy__prosecutions", "I15": "courts__trials",
    "I16": "courts__trials", "I20": "police__victims_identified", "I21": "police__victims_identified",
    "I22": "police__victims_identified", "I23": "police__victims_identified", "I24": "police__victims_identified",
    "I25": "police__victims_identified", "I29": "social_services__victim_supports",
    "I30": "social_services__victim_supports",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One line of the truth log."""

    on: date
    event: str
    of: str
    unit: str
    facts: dict[str, Any]


@dataclass
class Truth:
    """A truth log, counted for one unit and window at a time."""

    lines: list[Told]

    @classmethod
    def read(cls, path: Path) -> Truth:
        told = []
        for line in path.read_text(encoding="utf-8").splitlines():
            facts = json.loads(line)
            told.append(
                Told(date.fromisoformat(facts["on"]), facts["event"], facts["of"], facts["unit"], facts)
            )
        return cls(told)

    def happened(self, event: str, unit: str, a: date, b: date) -> list[Told]:
        return [t for t in self.lines if t.event == event and t.unit == unit and a <= t.on <= b]

    def ever(self, event: str, of: str, by: date) -> bool:
        return any(t.event == event and t.of == of and t.on <= by for t in self.lines)

    def open_at(self, stream: str, unit: str, day: date, opens: set[str], closes: set[str]) -> list[str]:
        """Files of a stream that a unit holds, opened and not closed, at the end of a day."""
        holder: dict[str, str] = {}
        is_open: dict[str, bool] = {}
        for t in self.lines:
            if t.on > day or not t.event.startswith(stream + "_"):
                continue
            what = t.event.removeprefix(stream + "_")
            holder[t.of] = t.facts["to"] if what == "transferred" else t.unit
            if what in opens | closes:
                is_open[t.of] = what in opens
        return [of for of, still in is_open.items() if still and holder[of] == unit]

    def overdue(self, stream: str, of: str, day: date) -> bool:
        due = [t.facts["due_on"] for t in self.lines if t.of == of and t.on <= day
               and t.event.startswith(stream + "_") and "due_on" in t.facts]  # fmt: skip
        return bool(due[-1] < day.isoformat())

    def transfers(self, stream: str, unit: str, a: date, b: date) -> int:
        """Files that came from another unit, less those that went to one."""
        moved = [t for t in self.lines if t.event == f"{stream}_transferred" and a <= t.on <= b]
        return sum(t.facts["to"] == unit for t in moved) - sum(t.unit == unit for t in moved)

    def count(self, stream: str, kinds: str, unit: str, a: date, b: date) -> int:
        return sum(len(self.happened(f"{stream}_{kind}", unit, a, b)) for kind in kinds.split())

    def figure(self, indicator: str, unit: str, a: date, b: date) -> tuple[int, int]:
        """Numerator and denominator of one unit for a window; the denominator of a plain count is 0."""
        match indicator:
            case "I01":
                received = self.happened("report_received", unit, a, b)
                return sum(self.ever("report_classified", t.of, b) for t in received), len(received)
            case "I02":
                outcomes = "initiated not_initiated handled_otherwise"
                closes = {*outcomes.split(), "sent_out", "suspended"}
                carried = len(self.open_at("report", unit, a - DAY, {"received", "resumed"}, closes))
                came = self.count("report", "received resumed", unit, a, b)
                left = self.count("report", "sent_out", unit, a, b)
                whole = carried + came - left + self.transfers("report", unit, a, b)
                return self.count("report", outcomes, unit, a, b), whole
            case "I06":
                cases = self.happened("case_initiated", unit, a, b)
                return sum(self.ever("case_accused_charged", t.of, b) for t in cases), len(cases)
            case "I10" | "I11":
                opens = {"received", "back", "court_return_accepted"}
                closes = {"indicted", "discontinued", "suspended", "returned_to_police", "passed_back"}
                return self._decided(
                    "file", "indicted discontinued", unit, a, b, opens, closes, indicator == "I11"
                )
            case "I15" | "I16":
                opens, closes = {"accepted", "sent_again"}, {"tried", "discontinued", "suspended", "returned"}
                return self._decided(
                    "trial", "tried discontinued", unit, a, b, opens, closes, indicator == "I16"
                )
            case "I20":
                return self.count("victim", "received", unit, a, b), 0
            case "I21":
                concluded = "identified not_victim"
                closes = {*concluded.split(), "verification_stopped"}
                carried = len(self.open_at("victim", unit, a - DAY, {"received"}, closes))
                whole = (
                    carried
                    + self.count("victim", "received", unit, a, b)
                    + self.transfers("victim", unit, a, b)
                )
                stopped = self.count("victim", "verification_stopped", unit, a, b)
                return self.count("victim", concluded, unit, a, b), whole - stopped
            case "I23":
                return self.count("victim", "identified", unit, a, b), 0
            case "I24":
                return self.count("victim", "rescued", unit, a, b), 0
            case "I25":
                needing = self.happened("victim_protection_needed", unit, a, b)
                return sum(self.ever("victim_protection_given", t.of, b) for t in needing), len(needing)
            case "I29":
                return len({t.of for t in self.happened("support_given", unit, a, b)}), 0
            case "I30":
                return self.count("support", "given", unit, a, b), 0
        raise AssertionError(indicator)

    def _decided(
        self,
        stream: str,
        decided: str,
        unit: str,
        a: date,
        b: date,
        opens: set[str],
        closes: set[str],
        of_due: bool,
    ) -> tuple[int, int]:
        carried = len(self.open_at(stream, unit, a - DAY, opens, closes))
        whole = carried + self.count(stream, " ".join(opens), unit, a, b)
        if of_due:
            still = self.open_at(stream, unit, b, opens, closes)
            not_due = sum(not self.overdue(stream, of, b) for of in still)
            whole -= not_due + self.count(stream, " ".join(closes - set(decided.split())), unit, a, b)
        return self.count(stream, decided, unit, a, b), whole


def windows(calendar: str, year: int) -> Iterator[tuple[str, date, date]]:
    """Every month, quarter, half and the year of a body's own year: key, first and last day."""
    number, before = OPENS[calendar]
    starts = [divmod((year - before) * 12 + number - 1 + n, 12) for n in range(12)]
    days = []
    for y, m in starts:
        if calendar == "nd09":
            days.append((date(y - (m == 0), m or 12, 15), date(y, m + 1, 14)))
        else:
            days.append((date(y, m + 1, 1), date(y, m + 1, monthrange(y, m + 1)[1])))
        yield f"{y}-{m + 1:02d}", *days[-1]
    for letter, length in (("Q", 3), ("H", 6)):
        for n in range(12 // length):
            yield f"{year}-{letter}{n + 1}", days[n * length][0], days[(n + 1) * length - 1][1]
    yield str(year), days[0][0], days[-1][1]
