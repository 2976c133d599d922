"""The sample province: what is published equals the event log counted by hand, here, without the product's counting.

The arithmetic below reads `truth.jsonl` only; windows, stocks and rates are written out again. From the product it
takes nothing but what was filed (the registry) and what was published.
"""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from demo.counting import Count
from demo.events import log_text
from demo.filing_plan import plan_filings
from demo.province import Ran, render_filing, run_province, tell
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.contracts.units import units_of_class
from orchestration.building import build
from orchestration.filing import file_reports
from orchestration.sample import parse_years
from warehouse.clock import Clock, create_home
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.files import write_atomically
from warehouse.settings import Settings

YEAR, SEED = 2024, 138
# A small province in which few rates are whole: reports unclassified, cases unsolved, trials overdue, a month missing.
SMALL_SEED = 140
DISTRICTS = ("cah_215", "cah_221")
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


def in_force(database: Database) -> dict[tuple[str, str], list[str]]:
    """Units whose filing of a form and period is in force."""
    with database.connect("loader") as connection:
        rows = connection.execute(
            "select form, period, array_agg(unit order by unit) from registry.submission"
            " where known_from is not null and known_to is null group by form, period"
        ).fetchall()
    return {(form, period): units for form, period, units in rows}


def published(database: Database) -> list[dict[str, Any]]:
    with database.connect("statistician") as connection:
        cursor = connection.execute("select * from marts.fct_indicator_values")
        names = [c.name for c in cursor.description or ()]
        values = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [v for v in values if not v["disaggregation"]]


def run(settings: Settings) -> Ran:
    # Waves of half a year in one pass: the province's figures do not depend on when its files came.
    return run_province(settings, file_reports, (YEAR, YEAR), SMALL_SEED, DISTRICTS, waves_a_batch=10)


def test_published_figures_equal_the_event_log_and_a_second_run_changes_nothing(
    settings: Settings, database: Database
) -> None:
    ran = run(settings)
    assert ran.states["returned"] and ran.states["superseded"], "the plan has wrong and corrected files"
    report = build(settings)
    assert report["state"] == "published", report
    truth, filed = Truth.read(ran.truth), in_force(database)
    by_place = {(v["indicator"], v["period"], v["area"]): v for v in published(database)}
    compared = without_all = 0
    not_whole: set[str] = set()
    for indicator, form in FORMS.items():
        calendar = {"p": "vks", "c": "tand"}.get(form[0], "nd09") if not form.startswith("police") else "nd09"
        for period, a, b in windows(calendar, YEAR):
            if (value := by_place.get((indicator, period, "24"))) is None:
                assert "-" in period and period[5] not in "H", "halves and years have every indicator"
                continue
            if indicator == "I22":
                assert (value["state"], value["value"]) == ("not_applicable", None)
                continue
            units = filed.get((form, period), [])
            areas = {"24": units} | {u[-3:]: [u] for u in units if u.startswith("cah_")}
            for area, reporting in areas.items():
                value = by_place[indicator, period, area]
                parts = [truth.figure(indicator, unit, a, b) for unit in reporting]
                numerator, denominator = sum(n for n, _ in parts), sum(d for _, d in parts)
                place = (indicator, period, area)
                assert (value["numerator"], value["denominator"] or 0) == (numerator, denominator), place
                assert value["coverage_reported"] == len(reporting), place
                if denominator:
                    percent = Fraction(100 * numerator, denominator)
                    assert abs(Fraction(value["value"]) - percent) <= Fraction(1, 20), place
                compared += bool(numerator or denominator)
                if numerator < denominator:
                    not_whole.add(indicator)
            without_all += form.startswith("police") and len(units) < 1 + len(DISTRICTS)
    assert compared > 150
    assert not_whole >= {"I01", "I02", "I06", "I10", "I15", "I16", "I21"}
    assert without_all, "some month of a district is missing, and the others' figures are published"

    before = (in_force(database), ran.truth.read_bytes(), Clock.for_home(settings.home).now())
    again = run(settings)
    assert (again.sent, again.planned) == (0, ran.sent)
    assert (in_force(database), ran.truth.read_bytes(), Clock.for_home(settings.home).now()) == before
    with database.connect("loader") as connection:
        rows = connection.execute("select file_name, file_sha256 from registry.submission").fetchall()
    assert len(rows) == ran.sent

    # The same seed fills the same workbooks, byte for byte; they are drawn anew here.
    contracts = load_contracts()
    count = Count(tell(YEAR, YEAR, SMALL_SEED, DISTRICTS))
    drawn = {
        filing.file_name: hashlib.sha256(render_filing(contracts, count, filing)).hexdigest()
        for filing in plan_filings(contracts, count.forms(), YEAR, YEAR, SMALL_SEED, DISTRICTS)
    }
    assert drawn == dict(rows)


def test_a_longer_province_begins_with_the_shorter_one_and_another_seed_is_another_province() -> None:
    short, long = tell(2024, 2024, SEED), tell(2024, 2025, SEED)
    assert [e for e in long if e.on <= short[-1].on] == short
    assert tell(2024, 2024, SEED + 1) != short
    contracts, forms = load_contracts(), tuple(sorted(set(FORMS.values())))
    plan = set(plan_filings(contracts, forms, 2024, 2024, SEED))
    assert plan < set(plan_filings(contracts, forms, 2024, 2025, SEED))
    received = [e.on.year for e in long if e.kind == "victim_received"]
    assert all(2 <= received.count(year) <= 10 for year in (2023, 2024))


def test_when_district_police_end_their_open_files_pass_to_the_province() -> None:
    contracts = load_contracts()
    count = Count(tell(2024, 2025, SEED))
    plan = plan_filings(contracts, count.forms(), 2024, 2025, SEED)
    months: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for filing in plan:
        if filing.form == "police__crime_reports" and filing.period.kind == "month":
            rows = count.rows(contracts.latest(filing.form), filing.unit, filing.period)
            cells = {name: sum(row[name] for row in rows) for name in rows[0] if name != "source_kind"}
            months.setdefault((filing.unit, filing.form), {})[filing.period.key] = cells
    districts = {unit for unit, _ in months if unit.startswith("cah_")}
    left = suspended = 0
    for unit in districts:
        mine = months[unit, "police__crime_reports"]
        assert max(mine) == ("2024-12" if unit == "cah_221" else "2025-02")
        if max(mine) == "2025-02":
            left += mine["2025-02"]["reports_closing"]
            suspended += mine["2025-02"]["suspended_closing"]
    province = months["cat_24", "police__crime_reports"]
    assert left > 0 and suspended > 0, "this seed leaves files with the districts"
    assert province["2025-03"]["transferred_in_within_province"] == left
    for key, earlier in zip(sorted(province)[1:], sorted(province), strict=False):
        assert province[key]["reports_opening"] == province[earlier]["reports_closing"]
        taken_over = suspended if key == "2025-03" else 0
        assert province[key]["suspended_opening"] == province[earlier]["suspended_closing"] + taken_over


@pytest.mark.parametrize("other", [{"seed": 139}, {"years": (2023, 2024)}])
def test_a_home_holds_one_sample_province(settings: Settings, other: dict[str, Any]) -> None:
    (settings.home / "demo").mkdir()
    made = {"seed": SEED, "first_year": YEAR, "districts": None, "last_year": YEAR}
    write_atomically(settings.home / "demo" / "plan.json", json.dumps(made))
    asked = {"years": (YEAR, YEAR), "seed": SEED} | other
    with pytest.raises(Kho138Error, match="This home holds the sample province of seed 138"):
        run_province(settings, file_reports, **asked)


RATES = {
    "I01": ("police__crime_reports", "reports_classified", "reports_received"),
    "I02": ("police__crime_reports", "reports_resolved", "reports_to_resolve"),
    "I06": ("police__investigations", "cases_cleared", "cases_initiated"),
    "I20": ("police__victims_identified", "victims_received", ""),
    "I23": ("police__victims_identified", "victims_identified", ""),
    "I30": ("social_services__victim_supports", "support_acts", ""),
}


@pytest.mark.parametrize("seed", [138, 7])
@pytest.mark.parametrize("period", ["2025-01", "2025-03", "2025-Q1", "2025-H1", "2025-H2", "2025"])
def test_sheets_of_all_units_together_hold_every_event_once_also_where_units_end(
    period: str, seed: int, tmp_path: Path
) -> None:
    events = tell(2024, 2025, seed)
    (tmp_path / "truth.jsonl").write_text(log_text(events), encoding="utf-8")
    truth, count, contracts = Truth.read(tmp_path / "truth.jsonl"), Count(events), load_contracts()
    everybody = {t.unit for t in truth.lines}
    a, b = next((a, b) for key, a, b in windows("nd09", 2025) if key == period)
    told = 0
    for indicator, (form, numerator, denominator) in RATES.items():
        contract = contracts.latest(form)
        units = [u.code for c in contract.filer_classes(b) for u in units_of_class(c, b)]
        rows = [r for u in units for r in count.rows(contract, u, Period.parse("nd09", period))]
        counted = [r for r in rows if r.get("regime") != "ALL"]
        cells = tuple(sum(r[c] for r in counted) if c else 0 for c in (numerator, denominator))
        parts = [truth.figure(indicator, unit, a, b) for unit in everybody]
        told += sum(map(sum, parts))
        assert cells == (sum(n for n, _ in parts), sum(d for _, d in parts)), indicator
    assert told, "something happened in the window"


@pytest.mark.parametrize("text", ["", "24-25", "2025-2024", "2019", "2024-2040", "2024-2025-2026"])
def test_years_that_are_none_are_refused_in_one_line(text: str) -> None:
    assert parse_years("2024") == (2024, 2024)
    assert parse_years("2024-2025") == (2024, 2025)
    with pytest.raises(Kho138Error, match="--years takes a year or two") as refused:
        parse_years(text)
    assert "\n" not in str(refused.value)


def test_a_home_with_a_real_clock_takes_no_sample_province(tmp_path: Path) -> None:
    create_home(tmp_path / "real")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Kho138Error, match="has a real clock"):
        run_province(Settings(home=tmp_path / "real"), file_reports)
    assert sorted(tmp_path.rglob("*")) == before
