"""The vault at the gate: the register of victims, 100,000 lines with three personal fields, with and without it.

Without: the same lines under the same contract, with the three columns declared restricted and landed as they are. Both
go line by line. Then what one line's persons cost by part, and a rotation of all keys over the 100,000 identities.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.gate import submit
from benchmarks.home import Bench
from benchmarks.measure import Line
from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import FORMS, load_contracts
from ingestion.contracts.periods import Period
from ingestion.gate import installed_contracts
from ingestion.parsing.table import Person
from ingestion.rotation import rotate_keys
from ingestion.vault import Separation
from warehouse.clock import Clock
from warehouse.keys import load_ring

ROWS, TIMES = 100_000, 2
FORM, OPEN, UNIT, PERIOD = "police__registered_victims", "police__load_test_victims", "cat_24", "2026-07"
SUITE = "vault"
_SYLLABLES = ("Xẻng", "Pủa", "Khủa", "Nảy", "Tsở", "Lẩu", "Phềnh", "Giở", "Sếnh", "Chẩu", "Dếnh", "Mỷ")


def open_twin() -> str:
    """The contract of the victims without its vault: the same fields, none of them personal."""
    text = (FORMS / "police" / f"{FORM}.v1.yaml").read_text(encoding="utf-8")
    head, _, rules = text.partition("\nrules:\n")
    kept = [
        rule
        for rule in ("\n" + rules).split("\n  - ")[1:]
        if not any(name in rule for name in ("personal_filled", "age_band_follows", "person_key"))
    ]
    kept.append(
        '{id: text_has_no_identity, kind: no_identity_in_text, fields: ["envelope.note"], severity: critical,'
        ' legal_basis: "load test", mark: P}\n'
    )
    head = head.replace(", sensitivity: personal", "").replace(f"form: {FORM}", f"form: {OPEN}")
    return head + "\nrules:\n" + "".join(f"  - {rule.rstrip()}\n" for rule in kept)


def write_victims(path: Path, form: str, count: int, head: str) -> Path:
    """`count` invented persons, each of another number."""
    contract = load_contracts().latest(FORM)
    period = Period.parse(contract.calendar, PERIOD)
    blank = blank_filing(contract, (period.date_from, period.date_to), UNIT).rows[0]
    names = [f.name for f in contract.fields]
    rng = random.Random(138)
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(f"#form,{form}\n#revision,1\n#unit,{UNIT}\n#period,{PERIOD}\n#document_number,{head}\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        for n in range(count):
            born = dt.date(1990, 1, 1) + dt.timedelta(days=rng.randrange(6500))
            row = blank | {
                "victim_number": f"LT-{n:06d}",
                "full_name": " ".join(rng.choices(_SYLLABLES, k=3)) + f" {n % 997}",
                "birth_date": born.isoformat(),
                "national_id": f"024{n:09d}",
                "age_band_at_reception": "GE18",
                "age_band_at_exploitation": "GE18",
            }
            writer.writerow(
                ["" if row[c] is None else str(row[c]).lower() if row[c] is False else row[c] for c in names]
            )
    return path


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite, as they are measured."""
    (bench.settings.home / "forms" / f"{OPEN}.v1.yaml").write_text(open_twin(), encoding="utf-8")
    took: dict[str, list[float]] = {FORM: [], OPEN: []}
    submit(bench, write_victims(bench.folder / "first.csv", FORM, 1, "0/BC"))  # makes tables and keys
    for n in range(TIMES):
        for form in (OPEN, FORM):
            one = write_victims(bench.folder / f"one_{form}_{n}.csv", form, 1, f"{n}/1")
            whole = write_victims(bench.folder / f"all_{form}_{n}.csv", form, ROWS, f"{n}/2")
            took[form].append(-submit(bench, one).seconds + submit(bench, whole).seconds)
    yield Line(SUITE, f"{ROWS:,} persons, with and without", min(took[FORM]), "s", min(took[OPEN]), 2)
    yield from _parts(bench)
    yield from _rotation(bench)


def _parts(bench: Bench) -> Iterator[Line]:
    ring = load_ring(bench.settings.key_path)
    form = installed_contracts(bench.settings).latest(FORM)
    persons = [
        Person(
            f'{{"birth_date":"1990-01-01","full_name":"Xẻng Pủa {n}","national_id":"024{n:09d}"}}',
            f"cccd:024{n:09d}",
        )
        for n in range(ROWS)
    ]
    with (
        bench.database.connect("owner") as owner,
        owner.cursor() as cursor,
        tempfile.TemporaryDirectory() as folder,
    ):
        (submission,) = cursor.execute("select max(submission_id) from vault.identity").fetchone() or (0,)
        separation = Separation(form, ring, "0" * 64, submission, dt.datetime.now(dt.UTC), Path(folder))
        crypto = _seconds(lambda: [separation.complete(b"", person) for person in persons])
        copy = _seconds(lambda: separation.store(cursor))
        owner.rollback()
    yield Line(SUITE, "of which pseudonyms and encryption", crypto, "s")
    yield Line(SUITE, "of which COPY into the vault", copy, "s")


def _rotation(bench: Bench) -> Iterator[Line]:
    with bench.admin() as admin:
        admin.execute(
            "delete from vault.identity where submission_id <> (select max(submission_id) from vault.identity)"
        )
        (count,) = admin.execute("select count(*) from vault.identity").fetchone() or (0,)
    now = Clock.for_home(bench.settings.home).now()
    seconds = _seconds(lambda: rotate_keys(bench.database, bench.settings, now, "bench"))
    yield Line(SUITE, f"rotation of {count:,} identities, their lines and originals", seconds, "s", None, 60)


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
