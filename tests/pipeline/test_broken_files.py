"""Broken and hostile files at the gate: each gets its own finding, and nothing else changes.

All files of `broken_cases` and `broken_tables` go through one pass of the gate, beside filings that are in force. What
needs a failing machine (a full disk, a database that goes away, a file that is still being written) has a test each.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from broken_cases import FILES, SECRET, TWICE, UNREAD, WHOSE, Case
from broken_files import (
    FORM,
    SAMPLE,
    SAMPLE_LINE,
    SAMPLE_YAML,
    edited,
    first_report,
    report_csv,
    sample_csv,
    template,
)
from broken_tables import CELLS, ODD, TABLE

from expectations.judge import judge_received
from ingestion.gate import Gate, Incoming
from ingestion.inbox import empty_inbox, inbox_files
from ingestion.parsing import pool
from ingestion.registry.submissions import report_of
from orchestration import cli
from warehouse import roles
from warehouse.clock import HANOI, Clock, create_home
from warehouse.database import Database
from warehouse.errors import DatabaseUnavailable, StoreFull
from warehouse.settings import Settings
from warehouse.store import FileStore

REFUSED = [TWICE, *UNREAD, *FILES, *WHOSE, *TABLE, *CELLS]
TABLES = [f"landing.{FORM}__v1", f"landing.{SAMPLE}__v1"]
# Files that are taken in have a unit and period of their own each.
KEYS = [{"unit": f"cah_{u}", "period": f"2024-0{m}"} for u in (216, 217, 218, 219) for m in range(1, 7)]


def furnish(settings: Settings) -> None:
    """A home with the sample form, after the periods of all files."""
    forms = settings.home / "forms"
    forms.mkdir()
    (forms / f"{SAMPLE}.v1.yaml").write_text(SAMPLE_YAML, encoding="utf-8")
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2025, month=9))


class Office:
    """One installation's gate, and what its database and store keep."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.gate = Gate(settings)
        self.store = FileStore(settings)

    def submit(self, *files: Incoming) -> list[dict[str, Any]]:
        ids = self.gate.receive(files)
        judge_received(self.gate.database, self.gate.contracts, self.gate.clock, "test")
        with self.gate.database.connect("loader") as connection:
            return report_of(connection, ids)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.gate.database.connect("loader") as connection:
            return connection.execute(sql, parameters).fetchall()

    def landed(self, submission_id: int) -> int:
        sql = "select count(*) from {} where submission_id = %s"
        return sum(int(self.rows(sql.format(table), submission_id)[0][0]) for table in TABLES)

    def in_force(self) -> list[int]:
        sql = (
            "select submission_id from registry.submission where known_from is not null and known_to is null"
        )
        return sorted(row[0] for row in self.rows(sql))

    def kept_of(self, ids: list[int]) -> list[tuple[Any, ...]]:
        """All that the database keeps of some submissions: their rows, findings and landed lines."""
        tables = ["registry.submission", "registry.finding", "registry.event", "landing.cell_defect", *TABLES]
        found: list[tuple[Any, ...]] = []
        for table in tables:
            sql = f"select t::text from {table} as t where submission_id = any(%s) order by 1"
            found += [(table, *row) for row in self.rows(sql, ids)]
        return found

    def everything(self) -> list[tuple[Any, ...]]:
        return self.kept_of([row[0] for row in self.rows("select submission_id from registry.submission")])

    def stored(self) -> list[Path]:
        return [p for p in (self.settings.home / "store").rglob("*") if p.is_file()]


@dataclass
class Pass:
    """One pass of the gate over every file: what was there before, and what was answered."""

    office: Office
    before: list[tuple[Any, ...]]
    in_force: list[int]
    answers: dict[str, tuple[Path, str, dict[str, Any]]]


@pytest.fixture(scope="module")
def done(
    template_database: Database, test_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pass]:
    shared = template_database.settings
    settings = shared.model_copy(
        update={
            "home": test_folder / "broken",
            "database_name": "test_broken",
            "postgres_home": shared.postgres_folder,
        }
    )
    create_home(settings.home, simulated=Clock.for_home(shared.home).now().replace(year=2024, tzinfo=HANOI))
    with template_database.connect_admin("postgres") as admin:
        admin.execute(f"create database test_broken template {template_database.name} owner kho138_owner")
        with Database(settings).connect_admin() as inside:
            roles.grant_database(inside, "test_broken")
        furnish(settings)
        yield _pass(Office(settings), tmp_path_factory.mktemp("files"))
        admin.execute("drop database test_broken with (force)")


def _pass(office: Office, folder: Path) -> Pass:
    good = [folder / "good.csv", folder / "sample.csv"]
    good[0].write_text(first_report(), encoding="utf-8")
    good[1].write_text(sample_csv(SAMPLE_LINE), encoding="utf-8")
    first = office.submit(*(Incoming(path) for path in good))
    assert [f["state"] for f in first] == ["accepted", "accepted"]
    in_force = office.in_force()
    before = office.kept_of(in_force)
    cases = [*REFUSED, *ODD]
    keys = iter(KEYS)
    paths = [
        case.write(folder / str(n), **(next(keys) if case in ODD else {})) for n, case in enumerate(cases)
    ]
    digests = [
        hashlib.sha256(p.read_bytes()).hexdigest() if c.place is None else ""
        for c, p in zip(cases, paths, strict=True)
    ]
    reports = office.submit(*(Incoming(p, c.said) for c, p in zip(cases, paths, strict=True)))
    answers = {c.cause: a for c, *a in zip(cases, paths, digests, reports, strict=True)}
    return Pass(office, before, in_force, {k: tuple(a) for k, a in answers.items()})  # type: ignore[misc]


@pytest.mark.parametrize("case", [*REFUSED, *ODD], ids=lambda c: c.cause)
def test_a_broken_file_gets_its_finding_and_state_and_leaves_nothing_else(done: Pass, case: Case) -> None:
    path, digest, report = done.answers[case.cause]
    found = {(f["rule_id"], f["cell"], f["field"]) for f in report["findings"]}
    assert (report["state"], found) == (case.state, set(case.found))
    submission = report["submission_id"]
    assert done.office.landed(submission) == report["rows_landed"] == case.landed
    if case.observed is not None:
        sql = "select observed from registry.finding where submission_id = %s"
        assert done.office.rows(sql, submission) == [(case.observed,)]
    assert (submission in done.office.in_force()) is case.state.startswith("accepted")
    # The original is kept whatever its fate, and stays with its sender; a state secret neither (D1).
    assert os.path.lexists(path) is (case.state != SECRET)
    if digest:
        assert done.office.store.exists(digest) is (case.state != SECRET)
    assert "Traceback" not in json.dumps(report)


def test_there_are_enough_cases_and_no_two_are_one(done: Pass) -> None:
    causes = [(case.found[0][0] if case.found else case.state, case.cause) for case in REFUSED]
    assert len(causes) == len(set(causes)) >= 60
    assert len(done.answers) == len(REFUSED) + len(ODD)


def test_filings_in_force_and_what_figures_are_made_of_are_untouched(done: Pass) -> None:
    assert done.office.kept_of(done.in_force) == done.before
    taken_in = {done.answers[case.cause][2]["submission_id"] for case in ODD}
    assert set(done.office.in_force()) == {*done.in_force, *taken_in}


def test_no_secret_is_kept_anywhere(done: Pass) -> None:
    secrets = [done.answers[c.cause][2]["submission_id"] for c in REFUSED if c.state == SECRET]
    sql = "select count(*) from registry.submission where submission_id = any(%s) and (note is not null or cell_map is not null)"
    assert (len(secrets), done.office.rows(sql, secrets)) == (7, [(0,)])
    assert not [f for f in done.office.stored() if f.relative_to(done.office.settings.home).parts[1] == "tmp"]


def test_a_text_of_a_legacy_font_lands_as_unicode_and_a_cell_as_what_it_says(done: Pass) -> None:
    one = done.answers["TCVN3"][2]["submission_id"]
    sql = f"select source_kind from landing.{FORM}__v1 where submission_id = %s order by row_no"
    assert done.office.rows(sql, one) == [("TO_GIAC",), ("TIN_BAO",), ("KIEN_NGHI",)]
    sql = f"select decided_on::text, persons, weight::float, is_minor from landing.{SAMPLE}__v1 where submission_id = %s"
    commas = done.answers["decimal commas and numbers as text"][2]["submission_id"]
    assert done.office.rows(sql, commas) == [("2024-07-01", 1200, 1206.5, True)]
    named = done.answers["a name that is no text"][2]
    assert named["file_name"] == "b\ufffdo\ufffd[2J.csv"


# What needs a machine that fails


@pytest.fixture
def office(settings: Settings, database: Database) -> Office:
    furnish(settings)
    return Office(settings)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(report_csv(), encoding="utf-8")
    return path


def test_a_file_that_is_still_being_written_is_returned_and_can_be_sent_again(
    office: Office, good: Path
) -> None:
    good.write_bytes(good.read_bytes() + b"\n" * (16 * 2**20))
    stop = threading.Event()

    def write_on() -> None:
        with good.open("ab", buffering=0) as handle:
            while not stop.is_set():
                handle.write(b"\n")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        (report,) = office.submit(Incoming(good))
    finally:
        stop.set()
        writer.join()
    assert (report["state"], [f["rule_id"] for f in report["findings"]]) == ("returned", ["file_is_stable"])
    assert (report["rows_landed"], office.stored()) == (0, [])
    good.write_text(report_csv(), encoding="utf-8")
    (again,) = office.submit(Incoming(good))
    assert again["state"] == "accepted"


def full_device(self: FileStore, path: str) -> Any:
    """A file on the device that is always full: the kernel's own answer to a write."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return open("/dev/full", "wb", buffering=0)


def test_a_full_disk_takes_nothing_in_and_the_same_files_pass_later(
    office: Office, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submit()
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "_create", full_device)
        with pytest.raises(StoreFull) as full:
            office.submit(Incoming(good))
    assert "\n" not in str(full.value)
    assert (office.everything(), office.stored(), good.exists()) == ([], [], True)
    assert [r["state"] for r in office.submit(Incoming(good))] == ["accepted"]


def test_a_database_that_goes_away_at_landing_loses_nothing(
    office: Office, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = good.with_name("second.csv")
    second.write_text(report_csv(unit="cah_216"), encoding="utf-8")
    put: Callable[..., None] = FileStore.put
    killed: list[int] = []

    def put_and_kill(self: FileStore, sha256: str, data: Any) -> None:
        put(self, sha256, data)
        # Read and stored, the first of them landed: now the server ends the loader's connections.
        if not killed and office.store.exists(hashlib.sha256(second.read_bytes()).hexdigest()):
            with office.gate.database.connect_admin() as admin:
                sql = "select pid, pg_terminate_backend(pid, 5000) from pg_stat_activity where usename like '%%loader' and datname = %s"
                killed.extend(row[0] for row in admin.execute(sql, [office.gate.database.name]))

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "put", put_and_kill)
        with pytest.raises(DatabaseUnavailable):
            office.submit(Incoming(good), Incoming(second))
    assert killed
    assert office.everything() == []
    assert (good.exists(), second.exists()) == (True, True)
    assert [r["state"] for r in office.submit(Incoming(good), Incoming(second))] == ["accepted", "accepted"]


def test_one_reader_that_dies_costs_the_others_nothing(office: Office, tmp_path: Path) -> None:
    def vast(book: Any) -> None:
        book.active["XFD1048576"] = 1

    files = [tmp_path / f"{n}.xlsx" for n in range(12)]
    for n, path in enumerate(files):
        content = template(**KEYS[n])
        path.write_bytes(edited(content, vast) if n in {3, 7} else content)
    reports = office.submit(*(Incoming(p) for p in files))
    states = ["returned" if n in {3, 7} else "accepted" for n in range(12)]
    assert [r["state"] for r in reports] == states
    assert {f["rule_id"] for r in reports for f in r["findings"]} == {"file_reads_within_limits"}


def test_after_a_death_only_the_files_under_way_are_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh reader costs half a second: a batch of a hundred must not pay it for each file."""
    import datetime as dt

    alone: list[Path] = []
    original = pool.Readers._alone

    def counted(self: pool.Readers, path: Path, *rest: Any) -> Any:
        alone.append(path)
        return original(self, path, *rest)

    monkeypatch.setattr(pool.Readers, "_alone", counted)
    vast, good = tmp_path / "vast.xlsx", tmp_path / "good.csv"
    vast.write_bytes(edited(template(), lambda book: book.active.__setitem__("XFD1048576", 1)))
    good.write_text(report_csv(), encoding="utf-8")
    from ingestion.parsing.envelope import Said

    with pool.Readers() as readers:
        # One for each reader, so that nothing else is read before the pool breaks.
        files = [(vast, Said())] * pool.READERS + [(good, Said())] * 20
        read = list(readers.read(files, dt.date(2025, 9, 1)))
    assert [r.refusal is not None for r in read] == [True] * pool.READERS + [False] * 20
    assert alone == [vast] * pool.READERS


def test_an_inbox_gives_up_its_files_but_never_a_folder(tmp_path: Path, good: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "folder").mkdir(parents=True)
    (inbox / "folder" / "report.csv").write_text(report_csv())
    (inbox / "link.csv").symlink_to(good)
    os.mkfifo(inbox / "pipe.csv")
    (inbox / ".hidden.csv").write_text("")
    (inbox / "upload.csv.part").write_text("")
    waiting = list(inbox_files(inbox))
    assert {p.name for p in waiting} == {"folder", "link.csv", "pipe.csv"}
    empty_inbox(waiting)
    assert good.exists()
    assert (inbox / "folder" / "report.csv").exists()
    assert {p.name for p in inbox.iterdir()} == {"folder", ".hidden.csv", "upload.csv.part"}


# Through the command line


def environment(settings: Settings) -> dict[str, str]:
    return {
        "KHO138_HOME": str(settings.home),
        "KHO138_DATABASE_NAME": str(settings.database_name),
        "KHO138_POSTGRES_HOME": str(settings.postgres_home),
        "KHO138_POSTGRES_OPTIONS": json.dumps(settings.postgres_options),
        "KHO138_SYSTEM_FOLDER": str(settings.system_folder),
    }


def test_the_command_line_returns_broken_files_with_exit_code_one_and_no_traceback(
    office: Office, tmp_path: Path, good: Path
) -> None:
    cases = [*UNREAD, *(c for c in FILES if c.cause in {"a cell at XFD1048576", "a PDF", "DTD in UTF-16"})]
    cases += [c for c in [*WHOSE, *ODD] if c.cause in {"ticked", "a name that is no text"}]
    paths = [c.write(tmp_path / str(n), **(KEYS[0] if c in ODD else {})) for n, c in enumerate(cases)]
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "submit", *map(os.fsencode, [*paths, good])],
        env={**os.environ, **environment(office.settings)},
        capture_output=True,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert (done.returncode, err) == (1, "")
    assert "Traceback" not in out
    assert "\x1b" not in out
    heads = [text for text in out.splitlines() if text.startswith("#")]
    assert [("bị trả lại" in h, "bí mật" in h, "được chấp nhận" in h) for h in heads] == [
        (c.state == "returned", c.state == SECRET, c.state == "accepted") for c in cases
    ] + [(False, False, True)]


def test_the_command_line_says_a_full_disk_in_one_line_with_exit_code_two(
    office: Office, good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(office.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(FileStore, "_create", full_device)
    monkeypatch.setattr(sys, "argv", ["kho138", "submit", str(good)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err.strip()
    assert (ended.value.code, len(said.splitlines())) == (2, 1)
    assert "full" in said
    assert "Traceback" not in said
