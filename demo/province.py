"""The run: tells the province's events, fills the real templates and sends them through the gate, by simulated time.

Continues from what is there: a filing that the registry has already seen is not sent again. The gate is handed in
(`file_reports`), since it stands above this package.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import psycopg

from demo.cases import Police, tell_cases
from demo.counting import Count
from demo.events import Event, Log, log_text
from demo.filing_plan import Filing, Step, Waiver, Withdrawal, horizon, instant, plan_steps, spoil
from demo.own_plans import plan_rows
from demo.victims import Victims
from ingestion.contracts.loader import Contracts
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Incoming, installed_contracts
from ingestion.registry.obligations import start_regime, waive
from ingestion.registry.reference import sync_reference
from ingestion.registry.withdrawal import withdraw
from warehouse.clock import HANOI, Clock, create_home, is_home
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.files import write_atomically
from warehouse.settings import Settings

CHANNEL = "demo"
# Files older than the first year lie open when it begins.
YEARS_BEFORE = 2

FileReports = Callable[..., list[dict[str, Any]]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Ran:
    """What a run did: events told, filings of the plan, workbooks sent now, and their states at the gate.

    `truth` tells what happened in the province, `log` what was sent, taken back and waived, and when.
    """

    folder: Path
    truth: Path
    log: Path
    events: int
    planned: int
    sent: int
    states: Counter[str]
    first_year: int
    last_year: int


def tell(first_year: int, last_year: int, seed: int, districts: Sequence[str] | None = None) -> list[Event]:
    """The event log up to the last cut-off of the plan; a longer one begins with the shorter one's events."""
    log = Log()
    victims, police = Victims(log), Police(districts)
    for year in range(first_year - YEARS_BEFORE, last_year + 1):
        tell_cases(log, victims, police, seed, year)
        victims.returned_alone(seed, year)
    return log.until(horizon(last_year))


def run_province(
    settings: Settings,
    file_reports: FileReports,
    years: tuple[int, int] = (2024, 2025),
    seed: int = 138,
    districts: Sequence[str] | None = None,
    waves_a_batch: int = 1,
    progress: Progress | None = None,
) -> Ran:
    """Makes a simulated home if there is none, and files what the plan has and the registry has not.

    `file_reports(settings, files, channel)` is the gate with its judgement. `waves_a_batch` joins waves of arrival
    into one pass, received at the last one's instant: quicker, and late files are then not told apart. Raises
    Kho138Error for a home with a real clock, or one made with another seed, first year or set of districts.
    """
    if not is_home(settings.home):
        create_home(settings.home, simulated=dt.datetime(years[0] - 1, 10, 1, 8, tzinfo=HANOI))
    clock = Clock.for_home(settings.home)
    if not clock.is_simulated:
        raise Kho138Error(
            f"The home {settings.home} has a real clock; the sample province needs a home of its own: set KHO138_HOME.",
            vi=f"Thư mục {settings.home} dùng đồng hồ thật; tỉnh mẫu cần thư mục riêng: hãy đặt KHO138_HOME.",
        )
    folder = settings.home / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    first, last = _remember(folder / "plan.json", years, seed, districts)
    events = tell(first, last, seed, districts)
    truth, text = folder / "truth.jsonl", log_text(events)
    if not truth.exists() or truth.read_text(encoding="utf-8") != text:
        write_atomically(truth, text)

    contracts = installed_contracts(settings)
    count = Count(events)
    steps = plan_steps(contracts, _forms(contracts, count), first, last, seed, districts)
    log, text = folder / "filings.jsonl", "".join(_logged(step) + "\n" for step in steps)
    if not log.exists() or log.read_text(encoding="utf-8") != text:
        write_atomically(log, text)
    database = Database(settings)
    database.ensure()
    run = _Run(settings, database, contracts, count, seed, folder / "reports", file_reports, Counter())
    run.begin(first)
    seen, unjudged = run.done()
    todo = [step for step in steps if _key_of(step) not in seen]
    workbooks = sum(isinstance(step, Filing) for step in todo)
    for batch in _batches(todo, waves_a_batch):
        run.send(batch)
        if progress is not None:
            progress(sum(run.states.values()), workbooks)
    if not todo and unjudged:
        file_reports(settings, [], CHANNEL)  # a run that was cut off between landing and judgement
    planned = sum(isinstance(step, Filing) for step in steps)
    return Ran(folder, truth, log, len(events), planned, workbooks, run.states, first, last)


@dataclass
class _Run:
    """One run over what the plan has and the registry has not."""

    settings: Settings
    database: Database
    contracts: Contracts
    count: Count
    seed: int
    folder: Path
    file_reports: FileReports
    states: Counter[str]

    def begin(self, first_year: int) -> None:
        """Nothing is owed before the province's first year."""
        with self.database.connect("loader") as connection:
            sync_reference(connection, self.contracts, self._now())
            if connection.execute("select count(*) from registry.regime").fetchone() == (0,):
                start_regime(
                    connection, first_year, reason="tỉnh mẫu (giả định)", by=CHANNEL, now=self._now()
                )

    def done(self) -> tuple[set[tuple[str, ...]], bool]:
        """Keys of the steps that were done, and whether some files are not judged yet."""
        with self.database.connect("loader") as connection:
            filed = connection.execute(
                "select s.file_name, s.state, w.submission_id is not null from registry.submission as s"
                " left join registry.withdrawal as w on w.submission_id = s.submission_id where s.channel = %s",
                [CHANNEL],
            ).fetchall()
            waived = connection.execute("select form, unit, period from registry.waiver").fetchall()
        keys: set[tuple[str, ...]] = {("filed", str(name)) for name, _, _ in filed}
        keys |= {("withdrawn", str(name)) for name, _, is_withdrawn in filed if is_withdrawn}
        keys |= {("waived", *map(str, row)) for row in waived}
        return keys, any(state == "received" for _, state, _ in filed)

    def send(self, batch: Sequence[Step]) -> None:
        """Files together what stands together; before a report is taken back, what was sent before it is judged."""
        waiting: list[Filing] = []
        for step in batch:
            if isinstance(step, Filing):
                waiting.append(step)
                continue
            if isinstance(step, Withdrawal) and step.filing in waiting:
                self._file(waiting)
                waiting = []
            self._advance(instant(step))
            with self.database.connect("loader") as connection:
                if isinstance(step, Withdrawal):
                    self._take_back(connection, step)
                else:
                    self._waive(connection, step)
        if waiting:
            self._file(waiting)

    def _file(self, filings: Sequence[Filing]) -> None:
        paths = [self._written(filing) for filing in filings]
        self._advance(filings[-1].arrives)
        reports = self.file_reports(self.settings, [Incoming(path) for path in paths], CHANNEL)
        self.states.update(r["state"] for r in reports)

    def _take_back(self, connection: psycopg.Connection, step: Withdrawal) -> None:
        row = connection.execute(
            "select submission_id from registry.submission where channel = %s and file_name = %s",
            [CHANNEL, step.filing.file_name],
        ).fetchone()
        assert row is not None, step
        withdraw(connection, row[0], reason=step.reason, by=step.filing.unit, now=self._now())

    def _waive(self, connection: psycopg.Connection, step: Waiver) -> None:
        waive(
            connection,
            self.contracts,
            unit=step.unit,
            form=step.form,
            period=step.period.key,
            until=step.until,
            reason=step.reason,
            by="Cơ quan thường trực (giả định)",
            now=self._now(),
        )

    def _advance(self, to: dt.datetime) -> None:
        clock = Clock.for_home(self.settings.home)
        if to > clock.now():
            clock.advance_to(to)

    def _now(self) -> dt.datetime:
        return Clock.for_home(self.settings.home).now()

    def _written(self, filing: Filing) -> Path:
        path = self.folder / f"{filing.arrives:%Y-%m-%d}" / filing.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(render_filing(self.contracts, self.count, filing, self.seed))
        return path


def _forms(contracts: Contracts, count: Count) -> tuple[str, ...]:
    """The forms of the province's bodies: those that are counted, and their own plans."""
    return (*count.forms(), *(form for form in contracts.forms if contracts.latest(form).is_plan))


def _key_of(step: Step) -> tuple[str, ...]:
    match step:
        case Filing():
            return ("filed", step.file_name)
        case Withdrawal():
            return ("withdrawn", step.filing.file_name)
        case Waiver():
            return ("waived", step.form, step.unit, step.period.key)


def _logged(step: Step) -> str:
    """A line of the log of what was sent, taken back and waived."""
    about = step.filing if isinstance(step, Withdrawal) else step
    line = {
        "at": instant(step).isoformat(),
        "what": _key_of(step)[0],
        "form": about.form,
        "unit": about.unit,
        "period": about.period.key,
    }
    if isinstance(about, Filing):
        line |= {"file": about.file_name, "draft": about.draft}
    if isinstance(step, Waiver):
        line |= {"until": step.until.isoformat()}
    return json.dumps(line, ensure_ascii=False)


def render_filing(contracts: Contracts, count: Count, filing: Filing, seed: int) -> bytes:
    """The workbook of a filing, filled as its unit fills it; equal filings are equal to the byte."""
    form = contracts.in_use(filing.form, filing.period.date_to)
    assert form is not None, filing
    if form.is_plan:
        rows = plan_rows(form, filing, seed)
    else:
        rows = spoil(filing.form, filing.draft, count.rows(form, filing.unit, filing.period))
    is_nil = form.offers_nil_return and all(not row.get(f.name) for row in rows for f in form.flows)
    signed = min(filing.arrives.date(), filing.period.date_to + dt.timedelta(days=1))
    head = {
        "document_number": f"{signed.timetuple().tm_yday + 100 * filing.attempt}/BC-{filing.unit.upper()}",
        "signed_on": signed,
        "signed_by_position": "Thủ trưởng đơn vị",
        "is_nil_return": is_nil or None,
    }
    return render_template(form, filing.period, filing.unit, values=rows, head=head)


def _batches(steps: Sequence[Step], waves: int) -> list[list[Step]]:
    by_wave = [list(group) for _, group in groupby(steps, key=instant)]
    return [list(chain(*by_wave[n : n + waves])) for n in range(0, len(by_wave), waves)]


def _remember(
    path: Path, years: tuple[int, int], seed: int, districts: Sequence[str] | None
) -> tuple[int, int]:
    """The years of this home's province: those of the first run, and as many more as are asked for now."""
    first, last = years
    made = {
        "seed": seed,
        "first_year": first,
        "districts": sorted(districts) if districts is not None else None,
    }
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        if {name: before[name] for name in made} != made:
            raise Kho138Error(
                f"This home holds the sample province of seed {before['seed']} from {before['first_year']} on: "
                "ask for the same, or set KHO138_HOME to another folder.",
                vi=f"Thư mục này đã có tỉnh mẫu với seed {before['seed']} từ năm {before['first_year']}: "
                "hãy dùng đúng các số đó, hoặc đặt KHO138_HOME sang thư mục khác.",
            )
        last = max(last, int(before["last_year"]))
        if last == before["last_year"]:
            return first, last
    write_atomically(path, json.dumps({**made, "last_year": last}))
    return first, last
