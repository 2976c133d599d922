"""The whole pipeline on a home and a server of its own, over reports full of canaries, with a failure forced at each stage.

Everything that a command writes to a screen is kept and searched too. What the installation may keep of persons (D30):
the folder of the bodies' own files, copies that `receipt -o` gives back, and the vault, encrypted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from ingestion.gate import installed_contracts
from orchestration import cli
from tests.canary.files import FORM_YAML, SECRET
from tests.canary.reports import SUPPORTS, VICTIMS, Desk, Report, texts_of, write_reports
from tests.canary.scanner import Scanner
from tests.canary.spellings import Person
from tests.pipeline.broken_files import SAMPLE, line, sample_csv
from warehouse.clock import HANOI, Clock, create_home
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings
from warehouse.store import FileStore

START = dt.datetime(2027, 9, 1, 8, 0, tzinfo=HANOI)
ROOT = Path(__file__).parents[2]
# A reader that fails with all it has read in its error, and writes it to its screen.
_FAILING_READER = """
import sys
import ingestion.parsing.pool as pool
def fail(path, *_):
    text = path.read_text(encoding="utf-8")
    print(text, file=sys.stderr, flush=True)
    raise ValueError(text)
pool.read_file = fail
"""


@dataclass
class Run:
    """One installation. `folder` holds home, temporary files and outputs (searched), and `in`, `receipts` (not)."""

    folder: Path
    persons: Sequence[Person]
    settings: Settings
    answers: list[tuple[Report, dict[str, Any]]] = field(default_factory=list)
    printed: int = 0

    def __post_init__(self) -> None:
        for name in ("in", "receipts", "tmp", "printed", "cwd", "begin"):
            (self.folder / name).mkdir()
        create_home(self.settings.home, simulated=START)
        forms = self.settings.home / "forms"
        forms.mkdir()
        (forms / f"{SAMPLE}.v1.yaml").write_text(FORM_YAML, encoding="utf-8")
        self.desk = Desk(self.folder / "in", self.persons, installed_contracts(self.settings))

    @property
    def environment(self) -> dict[str, str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("KHO138_", "PG"))}
        return kept | {
            "KHO138_HOME": str(self.settings.home),
            "KHO138_POSTGRES_OPTIONS": json.dumps(self.settings.postgres_options),
            "KHO138_SYSTEM_FOLDER": str(self.settings.system_folder),
            "TMPDIR": str(self.folder / "tmp"),
            "HOME": str(self.folder / "cwd"),
            "PYTHONPATH": str(ROOT),
        }

    # Commands

    def _keep(self, text: str) -> None:
        self.printed += 1
        (self.folder / "printed" / f"{self.printed:03}.txt").write_text(text, encoding="utf-8")

    def _last_printed(self) -> str:
        return (self.folder / "printed" / f"{self.printed:03}.txt").read_text(encoding="utf-8")

    def child(self, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command as a program of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *map(str, words)],
            env=self.environment | environment,
            cwd=self.folder / "cwd",
            capture_output=True,
            text=True,
            check=False,
        )
        self._keep(done.stdout + done.stderr)
        return done

    def command(self, *words: object) -> tuple[int, str]:
        """A command in this process, where a test may have broken something; its exit code and standard output."""
        out, err = io.StringIO(), io.StringIO()
        with (
            self._as_installed(),
            mock.patch.object(sys, "argv", ["kho138", *map(str, words)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
        self._keep(out.getvalue() + err.getvalue())
        return code, out.getvalue()

    @contextlib.contextmanager
    def _as_installed(self) -> Iterator[None]:
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(tempfile, "tempdir", str(self.folder / "tmp")),
            contextlib.chdir(self.folder / "cwd"),
        ):
            yield

    def _one_more(self, name: str) -> Path:
        return self.desk.write(name, sample_csv(*texts_of(self.desk.take(2)), **self.desk.key()))

    # The stages

    @property
    def stages(self) -> tuple[Callable[[], None], ...]:
        """All that follows on the filing, in order."""
        return (
            self.show_everything,
            self.break_copy,
            self.break_reader,
            self.break_judgement,
            self.break_machine,
            self.kill_the_gate,
            self.build,
            self.back_up,
        )

    def file_everything(self, share: int) -> None:
        """All kinds of reports in one call."""
        # Who owes what since 2021 is another test's.
        said = ("--from", "2027", "--reason", "phép thử", "--by", "phép thử")
        assert self.command("regime", *said)[0] == 0
        write_reports(self.desk, share)
        reports = list(self.desk.reports)
        _, out = self.command("submit", "--json", *(r.path for r in reports))
        told = [json.loads(text) for text in out.splitlines()]
        self.answers += zip(reports, told, strict=True)
        with Database(self.settings).connect_admin() as admin:
            # As the server does by itself a minute later: samples of columns stand in its statistics.
            admin.execute("analyze")

    def show_everything(self) -> None:
        """Receipts, lists and checks of what was filed."""
        numbers = [a["submission_id"] for _, a in self.answers if a["state"] != SECRET]
        for n in numbers[:: max(1, len(numbers) // 8)]:
            self.command("receipt", n, "-o", self.folder / "receipts" / f"{n}.xlsx")
        first = next(r.path for r in self.desk.reports if r.path.name == "so.csv")
        commands: tuple[list[object], ...] = (
            ["obligations", "--json"], ["audit", "verify", "--json"], ["keys", "status"], ["submit", first],
            ["submit", "--lang", "vi", first], ["submit", self.folder / "in"], ["forms", VICTIMS], ["trace", "I01"],
        )  # fmt: skip
        for words in commands:
            self.command(*words)

    def break_copy(self) -> None:
        """A row that the database refuses, with all its values in the error: the command and Dagster's run."""
        persons = self.desk.take(2)
        table = f"landing.{SAMPLE}__v1"
        with Database(self.settings).connect_admin() as admin:
            admin.execute(f"alter table {table} add constraint refused check (place_note !~ 'Zu') not valid")
        # A bare name in a text is not known as one: it comes as far as the database.
        rows = [line(line_number=f"C-{n}", place_note=f"Zu {p.full_name}") for n, p in enumerate(persons)]
        path = self.desk.write("tu-choi.csv", sample_csv(*rows, **self.desk.key()))
        assert self.command("submit", "--json", path) == (2, "")
        assert "CheckViolation" in self._last_printed()
        assert self.run_dagster(path) is False
        with Database(self.settings).connect_admin() as admin:
            admin.execute(f"alter table {table} drop constraint refused")
        waiting = self.settings.home / "inbox"
        for left in waiting.glob("tu-choi*"):
            left.unlink()
        register = self.desk.register(VICTIMS)
        some = self.desk.take(3)
        rows = [register.row(p, n) for n, p in enumerate(some)]  # type: ignore[misc]
        path = self.desk.write("hop-thu.csv", register.csv(rows), whose=some)  # type: ignore[arg-type]
        assert self.run_dagster(path) is True
        assert not list(waiting.glob("*.csv"))

    def run_dagster(self, *files: Path) -> bool:
        """The job that files the inbox, its events kept in the home as an installation keeps them."""
        import dagster as dg

        from orchestration.automation import FILE_REPORTS
        from orchestration.definitions import defs
        from orchestration.inbox import inbox_folder
        from orchestration.instance import write_instance
        from orchestration.resources import Installation

        home = write_instance(self.settings)
        for file in files:
            target = inbox_folder(self.settings) / file.name
            shutil.copy(file, target)
            os.utime(target, (time.time() - 60,) * 2)
        told = self.settings.model_dump(mode="json", exclude_defaults=True)
        out = io.StringIO()
        with self._as_installed(), dg.DagsterInstance.from_config(str(home)) as instance:
            job = defs().resolve_job_def(FILE_REPORTS)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                done = job.execute_in_process(
                    instance=instance,
                    resources={"installation": Installation(overrides=told)},
                    raise_on_error=False,
                )
        self._keep(out.getvalue())
        return bool(done.success)

    def break_reader(self) -> None:
        """A reader that fails with the file's text in its error; its own standard error too."""
        (self.folder / "begin" / "sitecustomize.py").write_text(_FAILING_READER, encoding="utf-8")
        register = self.desk.register(SUPPORTS)
        rows = [register.row(p, n) for n, p in enumerate(self.desk.take(3))]
        path = self.desk.write("hong.csv", register.csv(rows), "returned")
        done = self.child("submit", "--json", path, PYTHONPATH=f"{self.folder / 'begin'}:{ROOT}")
        assert done.returncode == 1
        assert json.loads(done.stdout)["findings"][0]["rule_id"] == "file_opens"

    def break_judgement(self) -> None:
        """Views of the judge that cannot be read while rows wait for their verdict."""
        path = self._one_more("cho.csv")
        with Database(self.settings).connect_admin() as admin:
            views = admin.execute(
                "select relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
                f" where nspname = 'landing' and relkind = 'v' and relname like '%{SAMPLE}%' order by 1"
            ).fetchall()
            assert views
            for (name,) in views:
                admin.execute(f"alter view landing.{name} rename to {name}_away")
            assert self.command("submit", path)[0] == 2
            for (name,) in views:
                admin.execute(f"drop view if exists landing.{name} cascade")
                admin.execute(f"alter view landing.{name}_away rename to {name}")
        assert self.command("submit", self._one_more("sau.csv"))[0] == 0

    def break_machine(self) -> None:
        """A full disk, a key that is another's, a key that is missing."""
        from warehouse.keys import create_ring

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        path = self._one_more("day.csv")
        with mock.patch.object(FileStore, "_create", full):
            assert self.command("submit", path)[0] == 2
        other = create_ring(
            self.folder / "other-keys" / "keyring.json", Clock.for_home(self.settings.home).now()
        )
        for ring in (other.path, self.folder / "none.json"):
            assert self._with_key(ring, "submit", path) == 2

    def _with_key(self, ring: Path, *words: object) -> int:
        environment = self.environment | {"KHO138_KEY_FILE": str(ring)}
        with mock.patch.object(Run, "environment", environment):
            return self.command(*words)[0]

    def kill_the_gate(self) -> None:
        """Ended while a large file lies copied and half landed; the next start sweeps what it left."""
        register = self.desk.register(VICTIMS)
        rows = [register.row(p, n) for n, p in enumerate(self.desk.take(40))]
        path = self.desk.write("lon-hai.csv", register.streamed(rows * 40))
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "submit", str(path)],
            env=self.environment,
            cwd=self.folder / "cwd",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        copies, deadline = self.folder / "tmp", time.monotonic() + 30
        while time.monotonic() < deadline and not list(copies.glob("kho138-in-*/0")):
            time.sleep(0.01)
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert list(copies.glob("kho138-in-*/0")), "it was killed too late"
        assert self.command("submit", self._one_more("tiep.csv"))[0] == 0
        assert not list(copies.glob("kho138-in-*"))

    def build(self) -> None:
        """The warehouse, published; then with a check that fails, not."""
        code, out = self.command("build", "--json")
        assert code == 0, out
        table = f"landing.{SAMPLE}__v1"
        with Database(self.settings).connect_admin() as admin:
            admin.execute(f"insert into {table} (submission_id, row_no, at_index) values (999999, 1, 1)")
            assert self.command("build", "--json")[0] != 0
            admin.execute(f"delete from {table} where submission_id = 999999")

    def back_up(self) -> None:
        """A dump of the database, vault and all, as one is kept beside the machine; the owner's policies are open."""
        database, server = Database(self.settings), EmbeddedPostgres(self.settings)
        environment = self.environment | database.libpq_env("owner")
        with (self.folder / "backup.sql").open("wb") as out:
            subprocess.run(
                [server.bin_dir / "pg_dump", "--no-owner", "--enable-row-security"],
                env=environment,
                stdout=out,
                check=True,
            )

    # The search

    def search(self, scanner: Scanner) -> None:
        """Everything that the installation holds, and everything that it printed."""
        with Database(self.settings).connect_admin() as admin:
            scanner.database(admin)
            admin.execute("checkpoint")
            row = admin.execute("show data_directory").fetchone()
            assert row is not None
        scanner.folder(self.folder, leave_out=[self.folder / "in", self.folder / "receipts"])
        # Under root the cluster lies outside the home; its raw bytes hold the vault, encrypted.
        if not Path(row[0]).is_relative_to(self.folder):
            scanner.folder(Path(row[0]))
