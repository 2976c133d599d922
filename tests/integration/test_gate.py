"""A filing's life at the gate: in force, corrected, sent twice, nil, secret, and with cells of a wrong type."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from paper import csv_report

from expectations.judge import judge_received
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.gate import Gate, Incoming
from ingestion.registry.submissions import report_of
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings
from warehouse.store import FileStore

FORM = "police__crime_reports"
UNIT, PERIOD = "cah_215", "2024-07"
HEADER_LINE = 8


@pytest.fixture
def form() -> FormContract:
    return load_contracts().latest(FORM)


class Desk:
    """Submits files and reads what the database keeps of them."""

    def __init__(self, settings: Settings) -> None:
        clock = Clock.for_home(settings.home)
        clock.advance_to(clock.now().replace(year=2024, month=9, day=1))
        self.gate = Gate(settings)

    def submit(self, *paths: Path) -> list[dict[str, Any]]:
        ids = self.gate.receive([Incoming(p) for p in paths])
        judge_received(self.gate.database, self.gate.contracts, self.gate.clock, "test")
        with self.gate.database.connect("loader") as connection:
            return report_of(connection, ids)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self.gate.database.connect("loader") as connection:
            return connection.execute(sql, parameters).fetchall()

    def in_force(self) -> list[int]:
        sql = (
            "select submission_id from registry.submission where known_from is not null and known_to is null"
        )
        return [row[0] for row in self.rows(sql)]

    def landed(self, submission_id: int) -> int:
        sql = f"select count(*) from landing.{FORM}__v1 where submission_id = %s"
        return int(self.rows(sql, [submission_id])[0][0])


@pytest.fixture
def desk(settings: Settings, database: Database) -> Desk:
    return Desk(settings)


def test_a_correction_supersedes_and_a_returned_one_leaves_the_earlier_in_force(
    desk: Desk, tmp_path: Path
) -> None:
    (first,) = desk.submit(csv_report(tmp_path / "first.csv"))
    assert (first["state"], desk.in_force()) == ("accepted", [first["submission_id"]])
    (bad,) = desk.submit(csv_report(tmp_path / "bad.csv", reports_received=""))
    assert bad["state"] == "returned"
    assert (bad["supersedes"], desk.in_force()) == (None, [first["submission_id"]])
    (second,) = desk.submit(csv_report(tmp_path / "second.csv", number="13/BC-CAH"))
    assert (second["supersedes"], desk.in_force()) == (first["submission_id"], [second["submission_id"]])
    states = desk.rows("select state, superseded_by from registry.submission order by submission_id")
    assert states == [("superseded", second["submission_id"]), ("returned", None), ("accepted", None)]
    assert desk.landed(first["submission_id"]) == 3  # what was superseded can still be read as it was


def test_the_same_file_again_is_a_duplicate_and_lands_nothing(desk: Desk, tmp_path: Path) -> None:
    (first,) = desk.submit(csv_report(tmp_path / "a.csv"))
    (again,) = desk.submit(csv_report(tmp_path / "b.csv"))
    assert (again["state"], again["duplicate_of"]) == ("duplicate", first["submission_id"])
    assert (again["rows_landed"], desk.landed(again["submission_id"])) == (0, 0)
    assert desk.in_force() == [first["submission_id"]]


def test_two_copies_in_one_batch_are_one_filing(desk: Desk, tmp_path: Path) -> None:
    first, again = desk.submit(csv_report(tmp_path / "a.csv"), csv_report(tmp_path / "b.csv"))
    assert (first["state"], again["state"]) == ("accepted", "duplicate")


def test_the_later_of_two_filings_in_one_batch_is_in_force(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.submit(
        csv_report(tmp_path / "a.csv", number="1/BC"), csv_report(tmp_path / "b.csv", number="2/BC")
    )
    assert (first["state"], second["state"]) == ("superseded", "accepted")
    assert (second["supersedes"], desk.in_force()) == (first["submission_id"], [second["submission_id"]])


def test_a_file_that_the_database_does_not_keep_is_returned_and_its_batch_is_taken(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    (before,) = desk.submit(csv_report(tmp_path / "before.csv"))
    with database.connect_admin() as admin:
        admin.execute(
            "create function public.refuse() returns trigger language plpgsql as $$ begin"
            " if new.reports_received = 5 then raise exception 'out of range' using errcode = '22003'; end if;"
            " return new; end $$"
        )
        admin.execute(
            f"create trigger refuse before insert on landing.{FORM}__v1 for each row execute function public.refuse()"
        )
    names = {"cah_216": 0, "cah_217": 5, "cah_218": 0}
    paths = []
    for unit, received in names.items():
        path = csv_report(
            tmp_path / f"{unit}.csv",
            reports_received=received,
            reports_classified=received,
            reports_to_resolve=received,
            reports_closing=received,
        )
        path.write_text(path.read_text(encoding="utf-8").replace(UNIT, unit), encoding="utf-8")
        paths.append(path)
    first, refused, last = desk.submit(*paths)
    assert [first["state"], refused["state"], last["state"]] == ["accepted", "returned", "accepted"]
    assert [first["rows_landed"], refused["rows_landed"], last["rows_landed"]] == [3, 0, 3]
    assert [f["rule_id"] for f in refused["findings"]] == ["file_opens"]
    assert first["submission_id"] < refused["submission_id"] < last["submission_id"]
    assert desk.in_force() == [before["submission_id"], first["submission_id"], last["submission_id"]]


def test_a_nil_return_lands_zeros_that_are_marked_as_filled_in(
    desk: Desk, form: FormContract, tmp_path: Path
) -> None:
    flows = [f.name for f in form.flows]
    (nil,) = desk.submit(csv_report(tmp_path / "nil.csv", nil="x", **dict.fromkeys(flows)))
    assert (nil["state"], nil["findings"]) == ("accepted", [])
    columns = ", ".join(flows)
    (row, *others) = desk.rows(f"select nil_fields, {columns} from landing.{FORM}__v1 order by row_no")
    assert (set(row[0]), set(row[1:])) == (set(flows), {0})
    assert [other[0] for other in others] == [[], []]  # a zero that the clerk wrote is the clerk's own


def test_without_the_box_a_blank_is_no_zero(desk: Desk, form: FormContract, tmp_path: Path) -> None:
    (blank,) = desk.submit(csv_report(tmp_path / "blank.csv", reports_received=None))
    assert blank["state"] == "returned"
    assert [f["field"] for f in blank["findings"]] == ["reports_received"]
    landed = desk.rows(f"select reports_received, nil_fields from landing.{FORM}__v1 order by row_no")
    assert landed[0] == (None, [])


@pytest.mark.parametrize("answers", [{"secret": "x"}, {"number": "07/BC-CAH-Mật"}])
def test_a_state_secret_is_not_kept(
    desk: Desk, store: FileStore, tmp_path: Path, answers: dict[str, str]
) -> None:
    path = csv_report(tmp_path / "secret.csv", **answers)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (refused,) = desk.submit(path)
    assert refused["state"] == "refused_state_secret"
    assert not path.exists()
    assert not store.exists(digest)
    assert (refused["rows_landed"], desk.landed(refused["submission_id"])) == (0, 0)
    kept = desk.rows(
        "select cell_map, note, rows_read, has_state_secret, file_name, file_sha256 from registry.submission"
    )
    assert kept == [(None, None, 0, True, "", digest)]
    assert desk.in_force() == []


def test_other_files_are_kept_by_their_hash_whatever_their_fate(
    desk: Desk, store: FileStore, tmp_path: Path
) -> None:
    paths = [
        csv_report(tmp_path / "good.csv"),
        csv_report(tmp_path / "bad.csv", number="2", reports_received="hai"),
    ]
    for path, submission in zip(paths, desk.submit(*paths), strict=True):
        assert path.exists()
        assert store.read(submission["file_sha256"]) == path.read_bytes()


def test_one_round_names_every_defect_and_wrong_types_land_as_null(
    desk: Desk, form: FormContract, tmp_path: Path
) -> None:
    counts = [f.name for f in form.measures]
    wrong, blank = counts[:2], counts[2]
    (bad,) = desk.submit(csv_report(tmp_path / "bad.csv", **{wrong[0]: "hai", wrong[1]: "3.5x", blank: None}))
    assert bad["state"] == "returned"
    column = {f.name: chr(ord("A") + n) for n, f in enumerate(form.fields)}
    assert {(f["rule_id"], f["field"], f["cell"]) for f in bad["findings"]} == {
        ("cell_is_a_whole_number", wrong[0], f"{column[wrong[0]]}{HEADER_LINE + 1}"),
        ("cell_is_a_whole_number", wrong[1], f"{column[wrong[1]]}{HEADER_LINE + 1}"),
        ("every_required_cell_is_filled_zero_included", blank, f"{column[blank]}{HEADER_LINE + 1}"),
    }
    (row, *_) = desk.rows(
        f"select defect_fields, {wrong[0]}, {wrong[1]} from landing.{FORM}__v1 order by row_no"
    )
    assert (set(row[0]), row[1:]) == (set(wrong), (None, None))
    defects = desk.rows("select row_no, field, raw_text, state from landing.cell_defect order by field")
    assert sorted(defects) == sorted([(1, wrong[0], "hai", "defect"), (1, wrong[1], "3.5x", "defect")])
