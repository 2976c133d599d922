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

from demo.cases import Police, tell_cases
from demo.counting import Count
from demo.events import Event, Log, log_text
from demo.filing_plan import Filing, horizon, plan_filings, spoil
from demo.victims import Victims
from ingestion.contracts.loader import Contracts
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Incoming, installed_contracts
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
    """What a run did: events told, filings of the plan, workbooks sent now, and their states at the gate."""

    folder: Path
    truth: Path
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
    plan = plan_filings(contracts, count.forms(), first, last, seed, districts)
    database = Database(settings)
    database.ensure()
    seen, unjudged = _registered(database)
    todo = [f for f in plan if f.file_name not in seen]
    states: Counter[str] = Counter()
    done = 0
    for batch in _batches(todo, waves_a_batch):
        paths = [_written(contracts, count, filing, folder / "reports") for filing in batch]
        instant = batch[-1].arrives
        if instant > clock.now():
            clock.advance_to(instant)
        reports = file_reports(settings, [Incoming(path) for path in paths], CHANNEL)
        states.update(r["state"] for r in reports)
        done += len(batch)
        if progress is not None:
            progress(done, len(todo))
    if not todo and unjudged:
        file_reports(settings, [], CHANNEL)  # a run that was cut off between landing and judgement
    return Ran(folder, truth, len(events), len(plan), done, states, first, last)


def render_filing(contracts: Contracts, count: Count, filing: Filing) -> bytes:
    """The workbook of a filing, filled as its unit fills it; equal filings are equal to the byte."""
    form = contracts.in_use(filing.form, filing.period.date_to)
    assert form is not None, filing
    rows = spoil(filing.form, filing.draft, count.rows(form, filing.unit, filing.period))
    is_nil = all(not row.get(f.name) for row in rows for f in form.flows)
    signed = min(filing.arrives.date(), filing.period.date_to + dt.timedelta(days=1))
    head = {
        "document_number": f"{signed.timetuple().tm_yday + 100 * filing.attempt}/BC-{filing.unit.upper()}",
        "signed_on": signed,
        "signed_by_position": "Thủ trưởng đơn vị",
        "is_nil_return": is_nil or None,
    }
    return render_template(form, filing.period, filing.unit, values=rows, head=head)


def _written(contracts: Contracts, count: Count, filing: Filing, folder: Path) -> Path:
    path = folder / f"{filing.arrives:%Y-%m-%d}" / filing.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(render_filing(contracts, count, filing))
    return path


def _batches(filings: Sequence[Filing], waves: int) -> list[list[Filing]]:
    by_wave = [list(group) for _, group in groupby(filings, key=lambda f: f.arrives)]
    return [list(chain(*by_wave[n : n + waves])) for n in range(0, len(by_wave), waves)]


def _registered(database: Database) -> tuple[set[str], bool]:
    """Names of the files that came by this channel, and whether some are not judged yet."""
    with database.connect("loader") as connection:
        rows = connection.execute(
            "select file_name, state from registry.submission where channel = %s", [CHANNEL]
        ).fetchall()
    return {str(row[0]) for row in rows}, any(row[1] == "received" for row in rows)


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
