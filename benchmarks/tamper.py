"""Random edits, deletions, re-orderings and truncations of the event log, each by an administrator past every trigger
and key: is each found by the audit?

500 in `make bench`, 10,000 in `make bench-long SUITE=tamper`. Each is committed, audited and put back. A truncation of the end alone needs the anchor, which holds the head of every commit.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.home import Bench
from benchmarks.long import Block, LongSuite
from benchmarks.measure import Line
from ingestion.registry.anchor import anchor_head
from ingestion.registry.event_chain import verify
from ingestion.registry.events import Event, add_events
from warehouse.clock import HANOI

SUITE = "tamper"
EVENTS, BLOCK = 40, 500
_TABLES = ("event", "event_link")
_TEXTS = ("subject", "subject_key", "actor", "action", "from_state", "to_state", "reason")


@dataclass(frozen=True)
class Place:
    """The administrator's connection to a log of `EVENTS` events, and its anchor."""

    admin: psycopg.Connection
    anchor: Path


@contextmanager
def _place(bench: Bench) -> Iterator[Place]:
    anchor = bench.folder / "anchor"
    settings = bench.settings.model_copy(update={"anchor": anchor})
    with bench.database.connect("loader") as loader:
        for n in range(EVENTS):
            with loader.cursor() as cursor:
                add_events(
                    cursor,
                    [
                        Event(
                            dt.datetime(2024, 1, 1 + n % 28, 8, 0, n, tzinfo=HANOI),
                            f"Người thử {n}",
                            "waive",
                            subject="obligation",
                            subject_key=f"a|{n}",
                            from_state="due",
                            to_state="waived",
                            reason=f"lý do {n}",
                            details={"number": n},
                        )
                    ],
                )
            loader.commit()
            anchor_head(settings, loader)
    with bench.admin() as admin:
        admin.execute("set session_replication_role = replica")
        for table in _TABLES:
            admin.execute(f"create table scratch.kept_{table} as table registry.{table}")
        yield Place(admin, anchor)


def _edit(admin: psycopg.Connection, rng: random.Random) -> None:
    """One character of one text, or a number, an instant, a hash: never to what it was."""
    event = rng.randint(1, EVENTS)
    match rng.randrange(4):
        case 0:
            column = sql.Identifier(rng.choice(_TEXTS))
            said = admin.execute(
                sql.SQL("select {} from registry.event where event_id = %s").format(column), [event]
            ).fetchone()
            assert said is not None
            at = rng.randrange(len(said[0]))
            other = rng.choice([c for c in "abcđ0 19" if c != said[0][at]])
            admin.execute(
                sql.SQL("update registry.event set {} = %s where event_id = %s").format(column),
                [said[0][:at] + other + said[0][at + 1 :], event],
            )
        case 1:
            admin.execute(
                "update registry.event set happened_at = happened_at + %s where event_id = %s",
                [dt.timedelta(microseconds=rng.randint(1, 10 ** rng.randint(1, 12))), event],
            )
        case 2:
            admin.execute(
                "update registry.event set details = jsonb_build_object('number', %s::integer) where event_id = %s",
                [rng.randint(EVENTS, 10**9), event],
            )
        case _:
            column = sql.Identifier(rng.choice(("hash", "previous_hash")))
            admin.execute(
                sql.SQL(
                    "update registry.event_link set {0} = set_byte({0}, %s, get_byte({0}, %s) # %s) where position = %s"
                ).format(column),
                [byte := rng.randrange(16), byte, rng.randint(1, 255), event],
            )


def _delete(admin: psycopg.Connection, rng: random.Random) -> None:
    """An event, its link, or both; not the last alone, which is a truncation."""
    event = rng.randint(1, EVENTS - 1)
    tables = rng.choice((("event",), ("event_link",), ("event", "event_link")))
    for table in tables:
        admin.execute(
            sql.SQL("delete from {} where event_id = %s").format(sql.Identifier("registry", table)), [event]
        )


def _reorder(admin: psycopg.Connection, rng: random.Random) -> None:
    """Two links change places."""
    one, other = rng.sample(range(1, EVENTS + 1), 2)
    for before, after in ((one, EVENTS + 1), (other, one), (EVENTS + 1, other)):
        admin.execute("update registry.event_link set position = %s where position = %s", [after, before])


def _truncate(admin: psycopg.Connection, rng: random.Random) -> None:
    """The end from some event on, events and links."""
    first = rng.randint(1, EVENTS)
    for table in ("event_link", "event"):
        admin.execute(
            sql.SQL("delete from {} where event_id >= %s").format(sql.Identifier("registry", table)), [first]
        )


ATTACKS: tuple[Callable[[psycopg.Connection, random.Random], None], ...] = (
    _edit,
    _delete,
    _reorder,
    _truncate,
)


def _put_back(admin: psycopg.Connection) -> None:
    with admin.transaction():
        for table in _TABLES:
            admin.execute(f"delete from registry.{table}")
            admin.execute(
                f"insert into registry.{table} overriding system value select * from scratch.kept_{table}"
            )


def _run(place: Place, nth: int) -> Block:
    """`BLOCK` attacks of the four kinds in turn: how many the audit did not see, and whether the log held before."""
    rng = random.Random(f"138 {nth}")
    wronged = int(not verify(place.admin, place.anchor).is_intact)
    missed = 0
    began = time.perf_counter()
    for n in range(BLOCK):
        ATTACKS[n % len(ATTACKS)](place.admin, rng)
        missed += verify(place.admin, place.anchor).is_intact
        _put_back(place.admin)
    wronged += not verify(place.admin, place.anchor).is_intact
    return {
        "attacks": BLOCK,
        "missed": missed,
        "wronged": wronged,
        "seconds": time.perf_counter() - began,
    }


def _lines(blocks: Sequence[Block]) -> list[Line]:
    total = {name: sum(block[name] for block in blocks) for name in blocks[0]}
    what = "random edits, deletions, re-orderings and truncations of the event log"
    return [
        Line(SUITE, what, int(total["attacks"]), "attacks"),
        Line(SUITE, "not found", int(total["missed"]), "attacks", limit=0),
        Line(SUITE, "untouched logs that did not verify", int(total["wronged"]), "logs", limit=0),
        Line(SUITE, "time", total["seconds"], "s"),
    ]


def measure(bench: Bench) -> Iterator[Line]:
    with _place(bench) as place:
        yield from _lines([_run(place, nth) for nth in range(500 // BLOCK)])


LONG = LongSuite(
    blocks=10_000 // BLOCK,
    place=_place,
    run=_run,
    lines=_lines,
    sources=("benchmarks/tamper.py", "warehouse/sql/*event*.sql", "ingestion/registry/*.py"),
)
