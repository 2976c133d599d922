"""Read logging: 1,000 identities out of a vault of 100,000, through the logged functions and past them.

Both ask for the same persons on a connection that is open, and open every ciphertext with the ring; past the functions is
the same query as the database's owner. In turn, the order swapped each time, and the medians compared: what writes the
log waits for the disk as in life (fsync on).
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from benchmarks.home import Bench
from benchmarks.measure import Line
from ingestion import vault_reading
from ingestion.contracts.loader import load_contracts
from ingestion.parsing.envelope import Envelope
from ingestion.parsing.table import Person
from ingestion.registry.submissions import Received, register
from ingestion.vault import Separation
from ingestion.vault_keys import open_keys
from ingestion.vault_reading import Identity, read_identities
from warehouse.clock import Clock
from warehouse.keys import KeyRing

SUITE = "vault reads"
PERSONS, ASKED, TIMES = 100_000, 1_000, 51
_FORM = "police__registered_victims"
# What vault.fetch asks inside.
_PAST = (
    "select i.identity_id, i.submission_id, s.file_sha256, i.person_key, i.national_id_key, i.key_id, i.nonce,"
    " i.ciphertext from vault.identity as i inner join registry.submission as s on i.submission_id = s.submission_id"
    " where i.person_key in (select k.key from unnest(%b::text[]) as k (key))"
)


def measure(bench: Bench) -> Iterator[Line]:
    """Lines of the suite, as they are measured."""
    ring = _fill(bench)
    with bench.database.connect("linker") as linker, bench.database.connect("owner") as owner:
        keys = [key for (key,) in owner.execute("select person_key from vault.identity").fetchall()]
        owner.commit()
        rng = random.Random(138)
        took: dict[str, list[float]] = {"logged": [], "past": []}
        for n in range(TIMES):
            asked = rng.sample(keys, ASKED)
            ways: list[tuple[str, Callable[[], list[Identity]]]] = [
                ("logged", lambda asked=asked: read_identities(linker, ring, asked, "đo thời gian đọc kho")),  # type: ignore[misc]
                ("past", lambda asked=asked: _read_past(owner, ring, asked)),  # type: ignore[misc]
            ]
            for name, work in ways if n % 2 else reversed(ways):
                began = time.perf_counter()
                found = work()
                took[name].append(time.perf_counter() - began)
                if len(found) != ASKED or any(i.values is None for i in found):
                    raise RuntimeError(f"{name}: {len(found)} identities")
    logged, past = (1000 * statistics.median(took[name]) for name in ("logged", "past"))
    yield Line(
        SUITE,
        f"{ASKED:,} of {PERSONS:,} identities, logged and not, median of {TIMES}",
        logged,
        "ms",
        past,
        1.1,
    )


def _read_past(owner: psycopg.Connection, ring: KeyRing, asked: list[str]) -> list[Identity]:
    with owner.transaction(), owner.cursor(binary=True) as cursor:
        return list(vault_reading._opened(cursor.execute(_PAST, [asked]), ring))


def _fill(bench: Bench) -> KeyRing:
    """A vault of `PERSONS` invented persons, as the gate fills it."""
    now = Clock.for_home(bench.settings.home).now()
    with bench.database.connect("loader") as loader, tempfile.TemporaryDirectory() as folder:
        ring = open_keys(loader, bench.settings, now, "bench")
        with loader.transaction(), loader.cursor() as cursor:
            received = Received("0" * 64, "so.csv", 1, now, "bench", "bench")
            submission = register(cursor, received, Envelope(_FORM, 1, "cat_24", "2026-07"), "received")
            contract = load_contracts().latest(_FORM)
            separation = Separation(contract, ring, "0" * 64, submission, now, Path(folder))
            for n in range(PERSONS):
                values = {
                    "birth_date": "1990-01-01",
                    "full_name": f"Xẻng Pủa {n}",
                    "national_id": f"024{n:09d}",
                }
                person = Person(json.dumps(values, ensure_ascii=False), f"cccd:024{n:09d}")
                separation.complete(b"", person)
            separation.store(cursor)
    with bench.admin() as admin:
        admin.execute("vacuum analyze vault.identity")
    return ring
