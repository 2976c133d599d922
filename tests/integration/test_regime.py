"""The regime on real reports: states, punctuality, withdrawals, waivers, two at once; what is refused changes nothing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paper import CRIME_REPORTS, csv_report

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.gate import Incoming
from ingestion.registry.obligations import obligation_states
from orchestration.filing import file_reports
from orchestration.regime import first_year_owed, registry_of, set_first_year, waive_report, withdraw_report
from warehouse.clock import HANOI, Clock
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

UNIT, PERIOD = "cah_215", "2024-07"  # cut-off 14/07, due on Tuesday 16/07


class Office:
    """The standing agency on simulated days: files what came, and asks for one obligation."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.clock = Clock.for_home(settings.home)

    def on(self, day: str) -> Office:
        self.clock.advance_to(dt.datetime.fromisoformat(f"{day}T09:00+07:00"))
        return self

    def send(self, name: str, stated: dt.datetime | None = None, **report: Any) -> dict[str, Any]:
        path = csv_report(self.folder / f"{name}.csv", number=name, **report)
        (answer,) = file_reports(self.settings, [Incoming(path, stated_received_at=stated)])
        return answer

    def owed(self, at: str | None = None, unit: str = UNIT, period: str = PERIOD) -> dict[str, Any]:
        instant = self.clock.now() if at is None else dt.datetime.fromisoformat(f"{at}T23:59:59+07:00")
        with registry_of(self.settings) as (connection, _, _):
            (row,) = obligation_states(
                connection, instant, {"unit": unit, "period": period, "form": CRIME_REPORTS}
            )
        return row

    def everything(self) -> dict[str, str]:
        """A digest of each table that an action could have changed."""
        tables = [
            "submission",
            "event",
            "event_link",
            "waiver",
            "withdrawal",
            "earlier_force",
            "regime",
            "obligation",
            "request",
        ]
        with registry_of(self.settings) as (connection, _, _):
            return {
                t: str(connection.execute(f"select md5(string_agg(t::text, '|' order by t::text)) from registry.{t} as t").fetchone())
                for t in tables
            }  # fmt: skip


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    return Office(settings, tmp_path)


def test_an_obligation_goes_from_not_due_to_due_to_missing_and_back_when_the_report_comes(
    office: Office,
) -> None:
    assert office.on("2024-07-10").owed()["state"] == "not_due"
    assert office.on("2024-07-15").owed()["state"] == "due"
    late = office.on("2024-07-19").owed()
    assert (late["state"], late["days_late"], late["is_nil_return"]) == ("missing", 3, None)
    sent = office.send("a", reports_received=1, reports_classified=1, reports_to_resolve=1, reports_closing=1)
    assert sent["state"].startswith("accepted")
    now = office.owed()
    assert (now["submission_id"], now["days_late"], now["first_accepted_on_time"]) == (
        sent["submission_id"],
        3,
        False,
    )
    # As known before: still missing, and before that due.
    assert office.owed("2024-07-18")["state"] == "missing"
    assert office.owed("2024-07-16")["state"] == "due"


def test_a_nil_return_is_a_report_and_nothing_sent_is_missing(office: Office) -> None:
    office.on("2024-07-15")
    assert office.send("nil", nil="x")["state"] == "accepted"
    office.on("2024-08-01")
    reported, missing = office.owed(), office.owed(unit="cah_216")
    assert (reported["state"], reported["is_nil_return"], reported["days_late"]) == ("accepted", True, 0)
    assert (missing["state"], missing["is_nil_return"], missing["submission_id"]) == ("missing", None, None)


def test_first_on_time_and_corrected_late_is_not_late(office: Office) -> None:
    first = office.on("2024-07-16").send("a")
    assert office.on("2024-07-25").send("wrong", reports_to_resolve=9)["state"] == "returned"
    assert office.owed()["submission_id"] == first["submission_id"], "in force until a new one is accepted"
    second = office.send(
        "b", reports_received=1, reports_classified=1, reports_to_resolve=1, reports_closing=1
    )
    assert second["supersedes"] == first["submission_id"]
    now = office.owed()
    assert (now["submission_id"], now["first_accepted_on_time"], now["days_late"]) == (
        second["submission_id"],
        True,
        0,
    )
    # Returned at first and mended after the deadline is late.
    office.send("c", unit="cah_216", reports_to_resolve=9)
    assert office.owed(unit="cah_216")["state"] == "returned"
    office.send("d", unit="cah_216")
    assert (
        office.owed(unit="cah_216")["first_accepted_on_time"],
        office.owed(unit="cah_216")["days_late"],
    ) == (False, 9)


def test_an_archive_is_punctual_by_the_time_it_states_and_known_only_when_it_came(office: Office) -> None:
    stated = dt.datetime(2024, 7, 16, 8, 0, tzinfo=HANOI)
    office.on("2024-09-01").send("archive", stated=stated)
    now = office.owed()
    assert (now["first_accepted_on_time"], now["days_late"], now["time_basis"]) == (True, 0, "stated")
    assert office.owed("2024-08-31")["state"] == "missing"


def test_a_withdrawal_brings_the_report_before_it_back(office: Office) -> None:
    first = office.on("2024-07-15").send("a")["submission_id"]
    second = office.on("2024-07-16").send("b", reports_suspended=0, reports_opening=1, reports_to_resolve=1, reports_closing=1)["submission_id"]  # fmt: skip
    office.on("2024-07-20")
    done = withdraw_report(office.settings, second, "sai biểu", "Cơ quan thường trực")
    assert done["in_force"] == first
    assert (office.owed()["submission_id"], office.owed("2024-07-19")["submission_id"]) == (first, second)
    done = withdraw_report(office.settings, first, "sai kỳ", "Cơ quan thường trực")
    assert done["in_force"] is None
    now = office.owed()
    assert (now["state"], now["first_accepted_on_time"], now["submission_id"]) == ("missing", None, None)
    assert office.owed("2024-07-15")["submission_id"] == first, "what was known then is not rewritten"
    with registry_of(office.settings) as (connection, _, _):
        told = connection.execute(
            "select submission_id, action, actor, to_state, reason from registry.event"
            " where action in ('withdraw', 'reinstate') order by event_id"
        ).fetchall()
    office_says = "Cơ quan thường trực"
    assert told == [
        (second, "withdraw", office_says, "withdrawn", "sai biểu"),
        (first, "reinstate", office_says, "accepted", None),
        (first, "withdraw", office_says, "withdrawn", "sai kỳ"),
    ]


def test_a_waiver_counts_until_it_expires_and_only_while_nothing_is_in_force(office: Office) -> None:
    office.on("2024-07-18")
    waive_report(office.settings, UNIT, CRIME_REPORTS, PERIOD, dt.date(2024, 7, 31), "lũ quét", "Trưởng ban")
    assert office.owed()["state"] == "waived"
    assert office.owed()["waived_until"] == dt.datetime(2024, 8, 1, tzinfo=HANOI)
    assert office.owed("2024-07-31")["state"] == "waived"
    expired = office.owed("2024-08-01")
    assert (expired["state"], expired["days_late"]) == ("missing", 16), "the deadline is the old one"
    office.on("2024-07-20").send("a")
    assert office.owed()["state"] == "accepted"


def test_what_an_ended_unit_owes_is_shown_with_its_successor_who_can_file_it(office: Office) -> None:
    office.on("2025-02-20")
    assert office.owed(period="2025-02")["successor_unit"] is None
    office.on("2025-03-03")
    assert (office.owed(period="2025-02")["state"], office.owed(period="2025-02")["successor_unit"]) == (
        "missing",
        "cat_24",
    )
    assert office.send("heir", period="2025-02")["state"] == "accepted"
    assert office.owed(period="2025-02")["state"] == "accepted"


def test_two_who_file_at_once_end_in_one_order_with_both_kept(office: Office) -> None:
    office.on("2024-07-15")
    paths = [
        csv_report(office.folder / f"{n}.csv", number=f"{n}/BC", reports_opening=n, reports_to_resolve=n, reports_closing=n)
        for n in range(1, 5)
    ]  # fmt: skip
    start = threading.Barrier(len(paths))
    answers: list[dict[str, Any]] = []

    def send(path: Path) -> None:
        start.wait()
        answers.extend(file_reports(office.settings, [Incoming(path)]))

    threads = [threading.Thread(target=send, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with registry_of(office.settings) as (connection, _, _):
        rows = connection.execute(
            "select submission_id, state, supersedes, superseded_by from registry.submission order by submission_id"
        ).fetchall()
    assert len(rows) == len(paths)
    ids = [r[0] for r in rows]
    assert [r[1] for r in rows[:-1]] == ["superseded"] * (len(ids) - 1) and rows[-1][1].startswith("accepted")
    assert [(r[2], r[3]) for r in rows] == list(zip([None, *ids[:-1]], [*ids[1:], None], strict=True))
    assert office.owed()["submission_id"] == ids[-1]


def refused(office: Office, act: Callable[[], object], says: str) -> None:
    before = office.everything()
    with pytest.raises(Kho138Error, match=says) as error:
        act()
    assert "\n" not in str(error.value)
    assert error.value.message_vi != error.value.message, "said in Vietnamese too"
    assert office.everything() == before


def test_what_is_wrongly_asked_is_one_line_and_changes_nothing(office: Office) -> None:
    home = office.settings
    office.on("2024-07-15")
    old = office.send("a")["submission_id"]
    office.on("2024-07-16")
    returned = office.send("wrong", unit="cah_216", reports_to_resolve=9)["submission_id"]
    office.send("b", reports_opening=1, reports_to_resolve=1, reports_closing=1)
    day = dt.date(2024, 12, 31)
    for act, says in (
        (
            lambda: withdraw_report(home, old, "r", "w"),
            "not in force .it is superseded.: only a report in force",
        ),
        (lambda: withdraw_report(home, returned, "r", "w"), "not in force .it is returned."),
        (lambda: withdraw_report(home, 999, "r", "w"), "There is no submission 999"),
        (lambda: withdraw_report(home, old, " ", "w"), "--reason states a reason"),
        (lambda: withdraw_report(home, old, "r", ""), "--by states the person"),
        (lambda: waive_report(home, UNIT, CRIME_REPORTS, PERIOD, day, "", "w"), "--reason states a reason"),
        (lambda: waive_report(home, UNIT, CRIME_REPORTS, PERIOD, day, "r", " "), "--by states the person"),
        (lambda: waive_report(home, UNIT, CRIME_REPORTS, PERIOD, dt.date(2024, 7, 15), "r", "w"), "is past"),
        (lambda: waive_report(home, "stp_24", CRIME_REPORTS, PERIOD, day, "r", "w"), "stp_24 does not owe"),
        (lambda: waive_report(home, UNIT, CRIME_REPORTS, "2025-07", day, "r", "w"), "cah_215 does not owe"),
        (
            lambda: waive_report(home, "cat_24", CRIME_REPORTS, "2025-Q1", day, "r", "w"),
            "cat_24 does not owe",
        ),
        (lambda: waive_report(home, UNIT, "nope", PERIOD, day, "r", "w"), "nope is not a form"),
        (
            lambda: waive_report(home, UNIT, CRIME_REPORTS, "2024-13", day, "r", "w"),
            "is not a reporting period",
        ),
        (lambda: waive_report(home, UNIT, CRIME_REPORTS, "2024-A001", day, "r", "w"), "is not a period of"),
        (lambda: set_first_year(home, 1999, "r", "w"), "The first year lies between"),
        (lambda: set_first_year(home, 2024, "", "w"), "--reason states a reason"),
    ):
        refused(office, act, says)


@pytest.mark.parametrize(
    "report, rule",
    [
        ({"period": "2024-08"}, "period_has_ended"),
        ({"period": "2024-A001"}, "period_is_of_the_form"),
        ({"unit": "stp_24"}, "unit_owes_the_form"),
    ],
)
def test_a_report_of_no_obligation_is_returned_with_its_reason(
    office: Office, report: dict[str, str], rule: str
) -> None:
    office.on("2024-07-20")
    period = report.pop("period", PERIOD)
    path = csv_report(office.folder / "x.csv", **report)  # type: ignore[arg-type]
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"#period,{PERIOD}", f"#period,{period}"), encoding="utf-8"
    )
    (answer,) = file_reports(office.settings, [Incoming(path)])
    assert answer["state"] == "returned" and rule in {f["rule_id"] for f in answer["findings"]}


def test_nothing_is_owed_before_the_regimes_first_year(office: Office) -> None:
    home = office.settings
    office.on("2024-07-20")
    assert first_year_owed(home) is None
    assert office.owed(period="2023-07")["state"] == "missing", "the forms are in effect since 2021"
    set_first_year(home, 2024, "bắt đầu dùng hệ thống", "Trưởng ban")
    assert first_year_owed(home) == 2024
    with registry_of(home) as (connection, _, now):
        periods = {r["period"][:4] for r in obligation_states(connection, now)}
    first = Period.parse("tand", "2024").months()[0]
    assert min(periods) == "2023" and first.key == "2023-10", "the courts' year 2024 begins in October 2023"
    with registry_of(home) as (connection, _, now):
        first_days = {r["calendar"]: r["window_from"] for r in reversed(obligation_states(connection, now))}
    years = {c.calendar for c in load_contracts().values() if c.family == "province"}
    assert {c: first_days[c] for c in years} == {c: Period.parse(c, "2024").date_from for c in years}
