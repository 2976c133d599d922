"""What an error that holds a row's values leaves behind: its kind, and nothing of the row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from orchestration.resources import told_in_one_line
from tests.canary.persons import canaries
from tests.canary.scanner import Scanner, summary
from warehouse.database import Database

ONE = canaries(1, start=4_321)[0]


def refused(database: Database) -> None:
    """A row that the database does not take: its error repeats all values."""
    with database.connect_admin() as admin:
        admin.execute(
            "create temporary table narrow (full_name text, born_on date check (born_on > '2100-01-01'))"
        )
        admin.execute("insert into narrow values (%s, %s)", [ONE.full_name, ONE.born_on])


def test_neither_gate_nor_server_writes_an_image_of_its_memory(database: Database) -> None:
    with database.connect_admin() as admin:
        data = admin.execute("show data_directory").fetchone()
        assert data is not None
    server = Path(data[0], "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
    ours = "import resource; from ingestion.private_copy import private_folder\nwith private_folder(): print(open('/proc/self/limits').read())"
    gate = subprocess.run([sys.executable, "-c", ours], capture_output=True, text=True, check=True).stdout
    for limits in (Path("/proc", server, "limits").read_text(encoding="ascii"), gate):
        (line,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]


def test_an_error_that_holds_a_row_leaves_its_kind_alone_in_dagsters_storage(
    database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=ONE.core):
        refused(database)

    @dg.op
    def work() -> None:
        with told_in_one_line():
            refused(database)

    @dg.job
    def filing() -> None:
        work()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        done = filing.execute_in_process(instance=instance, raise_on_error=False)
        kept = str(done.all_events)
    assert not done.success
    assert "CheckViolation" in kept
    scanner = Scanner([ONE])
    scanner.bytes_in("".join(capfd.readouterr()).encode(), "printed")
    scanner.bytes_in(kept.encode(), "events")
    scanner.folder(tmp_path)
    assert scanner.bytes_seen > 50_000
    assert not scanner.hits, "\n".join(summary(scanner.hits))
