"""Plans and ad hoc reports at the gate, with the workbooks that bodies fill: numbers, windows, what is refused."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from expectations.judge import judge_received
from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Gate, Incoming
from ingestion.receipt import render_receipt
from ingestion.registry.reference import sync_reference
from ingestion.registry.requests import request_reports, requests_on_file
from ingestion.registry.submissions import report_of
from warehouse.clock import HANOI, Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

INCIDENTS, PLANS = "all_bodies__incidents", "all_bodies__plans"
TODAY = dt.date(2024, 7, 16)  # a Tuesday
EVENT = dt.date(2024, 7, 12)  # a Friday
UNIT = "ubh_215"


class Desk:
    """The gate of a home whose clock stands on TODAY."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.clock = Clock.for_home(settings.home)
        self.clock.advance_to(dt.datetime.combine(TODAY, dt.time(9), HANOI))
        self.folder = folder
        self.gate = Gate(settings)
        with self.gate.database.connect("loader") as connection:
            sync_reference(connection, self.gate.contracts, self.clock.now())

    def submit(self, *paths: Path) -> list[dict[str, Any]]:
        ids = self.gate.receive([Incoming(p) for p in paths])
        judge_received(self.gate.database, self.gate.contracts, self.clock, "test")
        with self.gate.database.connect("loader") as connection:
            return report_of(connection, ids)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self.gate.database.connect("loader") as connection:
            return connection.execute(sql, parameters).fetchall()

    def ask(self, *units: str, **changes: Any) -> str:
        asked: dict[str, Any] = {
            "form": INCIDENTS,
            "window_from": dt.date(2024, 7, 1),
            "window_to": dt.date(2024, 7, 15),
            "due": dt.date(2024, 7, 19),
            "by": "Phòng Tham mưu",
            "reason": "Rà soát vụ việc tháng 7",
        } | changes
        with self.gate.database.connect("loader") as connection, connection.cursor() as cursor:
            return request_reports(cursor, self.gate.contracts, self.clock.now(), units=units, **asked).number

    def incident(
        self, period: str, unit: str = UNIT, lines: Sequence[dict[str, Any]] = ({},), **head: Any
    ) -> Path:
        form = load_contracts().latest(INCIDENTS)
        when = Period.parse(form.calendar, period).with_window(dt.date(2024, 7, 1), dt.date(2024, 7, 15))
        start = blank_filing(form, (EVENT, EVENT), unit).rows[0]
        rows = [{**start, "incident_number": f"0{n}/VV", **line} for n, line in enumerate(lines, start=1)]
        return self._write(render_template(form, when, unit, values=rows, head=head))

    def plan(
        self, period: str, unit: str = UNIT, lines: Sequence[dict[str, Any]] = ({},), **head: Any
    ) -> Path:
        form = load_contracts().latest(PLANS)
        when = Period.parse(form.calendar, period)
        start = {
            "plan_number": "12/KH-UBND",
            "plan_kind": "NAM",
            "issued_on": dt.date(when.year, 1, 15),
            "covers_from": dt.date(when.year, 1, 1),
            "covers_to": dt.date(when.year, 12, 31),
            "sent_on": dt.date(when.year, 1, 20),
            "tasks_listed": 9,
        }
        return self._write(
            render_template(form, when, unit, values=[{**start, **x} for x in lines], head=head)
        )

    def _write(self, content: bytes) -> Path:
        path = self.folder / f"{len(list(self.folder.iterdir()))}.xlsx"
        path.write_bytes(content)
        return path


@pytest.fixture
def desk(settings: Settings, database: Database, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path)


def rules(report: dict[str, Any]) -> list[str]:
    return sorted({f["rule_id"] for f in report["findings"]})


# -- reports made unasked ----------------------------------------------------------------------------------------


def test_a_report_made_unasked_is_numbered_at_receipt_with_its_event_as_window(desk: Desk) -> None:
    first, second = desk.submit(desk.incident("2024-A"), desk.incident("2024-A", "cah_215"))
    assert [first["state"], second["state"]] == ["accepted", "accepted"]
    assert [first["period"], second["period"]] == ["2024-A001", "2024-A002"]
    kept = desk.rows("select period_kind, window_from, window_to from registry.submission")
    assert kept == [("ad_hoc", EVENT, EVENT)] * 2
    due = dt.datetime(2024, 7, 15, 23, 59, 59, tzinfo=HANOI)  # the working day after the Friday
    asked = desk.rows(
        "select request_number, is_own_initiative, due_at, mark from registry.request order by 1"
    )
    assert asked == [("2024-A001", True, due, "P"), ("2024-A002", True, due, "P")]
    events = desk.rows("select subject_key from registry.event where action = 'number' order by event_id")
    assert events == [("2024-A001",), ("2024-A002",)]


def test_the_same_report_again_is_a_duplicate_and_corrected_it_keeps_its_number(desk: Desk) -> None:
    path = desk.incident("2024-A", lines=[{"victims": 1, "victims_under_16": 2}])
    (returned,) = desk.submit(path)
    assert (returned["state"], rules(returned)) == ("returned", ["minors_are_among_victims"])
    (again,) = desk.submit(path)
    assert (again["state"], again["period"]) == ("duplicate", "2024-A001")
    (mended,) = desk.submit(
        desk.incident("2024-A", lines=[{"victims": 2, "happened_on": dt.date(2024, 7, 15)}])
    )
    assert (mended["state"], mended["period"]) == ("accepted", "2024-A001")
    (numbered,) = desk.submit(desk.incident("2024-A001", lines=[{"victims": 3}]))
    assert (numbered["state"], numbered["supersedes"]) == ("accepted", mended["submission_id"])
    windows = desk.rows(
        "select window_to from registry.submission where state <> 'duplicate' order by submission_id"
    )
    assert [w for (w,) in windows] == [EVENT, dt.date(2024, 7, 15), EVENT]
    assert desk.rows("select window_to from registry.request") == [(EVENT,)]
    (other,) = desk.submit(desk.incident("2024-A", lines=[{"incident_number": "02/VV"}]))
    assert other["period"] == "2024-A002"


def test_two_that_come_at_once_get_two_numbers(desk: Desk, settings: Settings) -> None:
    paths = [desk.incident("2024-A", unit) for unit in ("ubh_215", "ubh_216", "ubh_217", "ubh_218")]
    with ThreadPoolExecutor(4) as together:
        list(together.map(lambda path: Gate(settings).receive([Incoming(path)]), paths))
    numbers = desk.rows("select period from registry.submission order by period")
    assert [n for (n,) in numbers] == ["2024-A001", "2024-A002", "2024-A003", "2024-A004"]


def test_an_event_after_its_report_is_found_on_its_cell(desk: Desk) -> None:
    (sent,) = desk.submit(desk.incident("2024-A", lines=[{"happened_on": TODAY + dt.timedelta(days=1)}]))
    assert sent["state"] == "returned"
    (found,) = sent["findings"]
    assert (found["rule_id"], found["field"], found["cell"]) == (
        "incident_precedes_its_report",
        "happened_on",
        "E15",
    )
    assert "17/07/2024" in found["message_vi"]


def test_a_summary_that_is_too_long_is_told_its_length(desk: Desk) -> None:
    (sent,) = desk.submit(desk.incident("2024-A", lines=[{"summary": "đã " * 170}]))
    assert (sent["state"], rules(sent)) == ("returned", ["cell_is_not_too_long"])
    assert sent["findings"][0]["message_vi"] == "Nội dung ô dài quá 500 ký tự."


def test_the_receipt_says_the_number(desk: Desk, settings: Settings) -> None:
    import openpyxl

    (sent,) = desk.submit(desk.incident("2024-A"))
    book = openpyxl.load_workbook(io.BytesIO(render_receipt(settings, sent["submission_id"])))
    texts = {c.value for sheet in book for row in sheet.iter_rows() for c in row}
    assert "Báo cáo đột xuất số 1 năm 2024 (2024-A001)" in texts


@pytest.mark.parametrize(
    ("period", "lines", "head", "rule"),
    [
        ("2024-A", [], {}, "own_report_is_of_one_event"),
        ("2024-A", [{}, {}], {}, "own_report_is_of_one_event"),
        ("2023-A", [{}], {}, "period_is_of_the_form"),
        ("2024-A003", [{}], {}, "request_is_on_file"),
    ],
)
def test_what_cannot_be_numbered_is_returned_and_takes_no_number(
    desk: Desk, period: str, lines: list[dict[str, Any]], head: dict[str, Any], rule: str
) -> None:
    (sent,) = desk.submit(desk.incident(period, lines=lines, **head))
    assert (sent["state"], rules(sent), sent["rows_landed"]) == ("returned", [rule], 0)
    assert desk.rows("select count(*) from registry.request") == [(0,)]


def test_nothing_happened_is_no_report_made_unasked(desk: Desk) -> None:
    (sent,) = desk.submit(desk.incident("2024-A", is_nil_return=True))
    assert (sent["state"], rules(sent)) == ("returned", ["nil_return_is_offered"])


# -- requests ----------------------------------------------------------------------------------------------------


def test_units_asked_answer_within_the_window_and_others_are_told_so(desk: Desk) -> None:
    number = desk.ask("class:district_police", UNIT, UNIT)
    assert number == "2024-A001"
    with desk.gate.database.connect("loader") as connection, connection.cursor() as cursor:
        request = requests_on_file(cursor)[number]
    assert len(request.units) == 11 and {UNIT, "cah_213"} <= request.units
    assert request.due_at == dt.datetime(2024, 7, 19, 23, 59, 59, tzinfo=HANOI)
    answer, nil, other = desk.submit(
        desk.incident(number, lines=[{"incident_kind": "YEU_CAU", "request_number": number}, {}]),
        desk.incident(number, "cah_213", lines=[], is_nil_return=True),
        desk.incident(number, "ubh_216"),
    )
    assert [answer["state"], nil["state"], other["state"]] == ["accepted", "accepted", "returned"]
    assert rules(other) == ["unit_is_asked"]
    windows = desk.rows(
        "select distinct window_from, window_to from registry.submission where known_from is not null"
    )
    assert windows == [(dt.date(2024, 7, 1), dt.date(2024, 7, 15))]
    # One series a year: the next report made unasked has the next number.
    (own,) = desk.submit(desk.incident("2024-A", "ubh_216"))
    assert own["period"] == "2024-A002"


def test_an_empty_answer_without_its_box_is_returned(desk: Desk) -> None:
    number = desk.ask(UNIT)
    (empty,) = desk.submit(desk.incident(number, lines=[]))
    assert (empty["state"], rules(empty)) == ("returned", ["every_fixed_row_is_present"])


@pytest.mark.parametrize(
    ("units", "changes", "said"),
    [
        ((UNIT,), {"reason": "  "}, "why (--reason)"),
        ((UNIT,), {"by": ""}, "who asks (--by)"),
        ((UNIT,), {"form": "police__crime_reports"}, "is not asked for ad hoc"),
        ((UNIT,), {"form": "no_such_form"}, "is not a form in use"),
        ((UNIT,), {"window_to": TODAY + dt.timedelta(days=1)}, "still to come"),
        ((UNIT,), {"window_from": dt.date(2024, 7, 16)}, "begins after it ends"),
        # The cut-off is Monday the 15th; from Friday the 12th the next working day is Monday.
        ((UNIT,), {"due": dt.date(2024, 7, 15)}, "2024-07-16 at the earliest"),
        ((UNIT,), {"window_to": EVENT, "due": dt.date(2024, 7, 14)}, "2024-07-15 at the earliest"),
        ((UNIT,), {"window_to": EVENT, "due": dt.date(2024, 7, 15)}, "is past"),
        (("ubx_07210",), {}, "not a unit that files"),
        (("class:reference",), {}, "not a class of units that files"),
        ((), {}, "at least one unit"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_writes_nothing(
    desk: Desk, units: tuple[str, ...], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(Kho138Error, match=said.replace("(", r"\(").replace(")", r"\)")) as refused:
        desk.ask(*units, **changes)
    assert "\n" not in refused.value.message and refused.value.message_vi != refused.value.message
    assert desk.rows("select count(*) from registry.request") == [(0,)]


# -- plans -------------------------------------------------------------------------------------------------------


def test_a_plan_is_filed_before_its_year_has_ended_by_a_unit_that_ends_inside_it(desk: Desk) -> None:
    (sent,) = desk.submit(desk.plan("2024"))
    assert (sent["state"], sent["findings"]) == ("accepted", [])
    desk.clock.advance_to(dt.datetime(2025, 1, 21, 9, tzinfo=HANOI))
    # The district ends on 30/06/2025, before the period does.
    (next_year,) = desk.submit(desk.plan("2025"))
    assert (next_year["state"], next_year["findings"]) == ("accepted", [])


def test_other_forms_still_wait_for_their_period_to_end(desk: Desk, tmp_path: Path) -> None:
    form = load_contracts().latest("police__crime_reports")
    when = Period.parse(form.calendar, "2024-08")
    rows = blank_filing(form, (when.date_from, when.date_to), "cah_215").rows
    path = tmp_path / "early.xlsx"
    path.write_bytes(render_template(form, when, "cah_215", values=rows))
    (early,) = desk.submit(path)
    assert (early["state"], rules(early)) == ("returned", ["period_has_ended"])


def test_a_plan_has_no_nil_return(desk: Desk) -> None:
    import openpyxl

    path = desk.plan("2024")
    book = openpyxl.load_workbook(path)
    texts = [c.value for row in book["Biểu 20"].iter_rows() for c in row]
    assert "Không phát sinh trong kỳ" not in texts
    sheet = book["Biểu 20"]
    sheet["B11"], sheet["C11"] = "Không phát sinh trong kỳ", "x"  # a body that adds the box by hand
    book.save(path)
    (sent,) = desk.submit(path)
    assert sent["state"] == "returned"
    (found,) = [f for f in sent["findings"] if f["rule_id"] == "nil_return_is_offered"]
    assert (found["severity"], found["cell"]) == ("critical", "C11")
    assert "không có hình thức «Không phát sinh»" in found["message_vi"]


def test_a_filing_without_any_plan_is_returned(desk: Desk) -> None:
    (sent,) = desk.submit(desk.plan("2024", lines=[]))
    assert (sent["state"], rules(sent)) == ("returned", ["every_fixed_row_is_present"])


def test_a_plan_that_replaces_an_unknown_one_is_asked_about(desk: Desk) -> None:
    (sent,) = desk.submit(desk.plan("2024", lines=[{"replaces_plan_number": "1/KH-UBND"}]))
    assert (sent["state"], rules(sent)) == ("accepted_with_warnings", ["replaced_plan_is_on_file"])
