"""Random histories of a few obligations, driven through the product on a real database and through the model beside it.

A history is one transaction that is rolled back at its end. After every step both say what holds now; at the end both
say what was known at every instant at which something happened, and around every cut-off, deadline and expiry. The
tests and the bench run the same machine (`run_histories`); the model itself stands in `model`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psycopg
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ingestion.contracts.loader import Contracts
from ingestion.contracts.periods import Period
from ingestion.parsing.envelope import Envelope
from ingestion.registry import submissions
from ingestion.registry.obligations import obligation_states, waive
from ingestion.registry.reference import sync_reference
from ingestion.registry.submissions import Finding, Received, Registration
from ingestion.registry.withdrawal import withdraw
from tests.properties.model import (
    FIRST_END,
    FORMS,
    HEIRS,
    LAST_END,
    UNITS,
    Expected,
    Filing,
    Record,
    Waiver,
    expected,
    midnight,
    obligations,
)
from warehouse.database import Database
from warehouse.errors import Kho138Error

Key = tuple[str, str, str]
OBLIGATIONS = {(o.form, o.unit, o.period): o for o in obligations()}
STEPS = 12
VERDICTS = ("accepted", "accepted_with_warnings", "returned")
_COMPARED = [f.name for f in dataclasses.fields(Expected)]
_SECOND = dt.timedelta(seconds=1)
_DAY = dt.timedelta(days=1)
_WRITTEN = (
    "submission",
    "earlier_force",
    "withdrawal",
    "waiver",
    "finding",
    "judging",
    "event",
    "obligation",
)
_DIGEST = " union all ".join(
    f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from registry.{table} as t"
    for table in _WRITTEN
)
_shas = itertools.count(1)


@dataclass
class Ground:
    """The database under test, and how many histories, comparisons and refusals it has seen."""

    connection: psycopg.Connection
    admin: psycopg.Connection
    contracts: Contracts
    counts: dict[str, int] = field(default_factory=lambda: {"histories": 0, "compared": 0, "refused": 0})

    def said(self, at: dt.datetime) -> dict[Key, Expected]:
        """What the product says of every obligation at an instant."""
        rows = obligation_states(self.connection, at)
        return {(r["form"], r["unit"], r["period"]): Expected(**{c: r[c] for c in _COMPARED}) for r in rows}

    def digest(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(_DIGEST).fetchall()

    def file(
        self,
        key: Key,
        at: dt.datetime,
        state: str = "received",
        *,
        sha: str | None = None,
        stated: dt.datetime | None = None,
        duplicate_of: int | None = None,
        is_nil_return: bool = False,
    ) -> int:
        """A file comes; its number. `stated`: when it was received by the archive that it comes from."""
        sha = sha or f"{next(_shas):064x}"
        received = Received(sha, "bieu.xlsx", 1, at, "test", "test", stated)
        period = Period.parse(OBLIGATIONS[key].calendar, key[2])
        envelope = envelope_of(key, is_nil_return)
        registration = Registration(received, envelope, state, period, duplicate_of=duplicate_of)
        with self.connection.cursor() as cursor:
            return submissions.register_many(cursor, [registration])[0]

    def judge(self, verdicts: Mapping[int, str], at: dt.datetime) -> None:
        """One pass of the judge, with the findings that lead to these verdicts."""
        severities = {"returned": "critical", "accepted_with_warnings": "warning", "accepted": "info"}
        findings = [
            (n, Finding("test", severities[verdict], "thử", "test")) for n, verdict in verdicts.items()
        ]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into registry.judging (submission_id) values (%s)", [[n] for n in verdicts]
            )
            submissions.add_findings(cursor, findings, at)
            submissions.conclude(cursor, at, "test")
            cursor.execute("delete from registry.judging")

    def tidy(self) -> None:
        """Histories that were rolled back leave dead rows, and every query would read past them."""
        for table in _WRITTEN:
            self.admin.execute(f"vacuum registry.{table}")


def envelope_of(key: Key, is_nil_return: bool = False) -> Envelope:
    form, unit, period = key
    return Envelope(form, 1, unit, period, is_nil_return=is_nil_return)


@contextlib.contextmanager
def ground(database: Database, contracts: Contracts, now: dt.datetime) -> Iterator[Ground]:
    """A database in which nothing is owed but what the units, forms and days of the model give."""
    with database.connect("loader") as connection, database.connect_admin() as admin:
        sync_reference(connection, contracts, now)
        connection.execute(
            "delete from registry.obligation"
            " where form <> all(%s) or unit <> all(%s) or window_to not between %s and %s",
            [list(FORMS), list(UNITS), FIRST_END, LAST_END],
        )
        # The same query thousands of times over few rows: planning anew would cost more than answering.
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute("set jit = off")
        connection.commit()
        yield Ground(connection, admin, contracts)


def run_histories(place: Ground, number: int, *, chance: int | None = None, shortest: bool = True) -> None:
    """So many histories, always the same ones, or those of the seed `chance`.

    Raises AssertionError where product and model differ, with the shortest such history, or the first found.
    """
    machine: type[RuleBasedStateMachine] = type("Histories", (_Histories,), {"place": place})
    options = hypothesis_settings(
        max_examples=number,
        stateful_step_count=STEPS,
        derandomize=chance is None,
        phases=[Phase.generate, Phase.shrink] if shortest else [Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    place.tidy()
    run_state_machine_as_test(machine if chance is None else seed(chance)(machine), settings=options)


class _Histories(RuleBasedStateMachine):
    place: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.scope = self.place.connection.transaction(force_rollback=True)
        self.scope.__enter__()
        self.records: dict[Key, Record] = {}
        self.shas: dict[int, str] = {}
        self.instants: set[dt.datetime] = set()
        self.now = dt.datetime.min
        self.turns = itertools.count(1)

    @initialize(
        keys=st.lists(st.sampled_from(list(OBLIGATIONS)), min_size=1, max_size=3, unique=True),
        days=st.integers(-20, 8),
        seconds=st.integers(0, 86_399),
        dice=st.randoms(use_true_random=False),
    )
    def begin(self, keys: list[Key], days: int, seconds: int, dice: random.Random) -> None:
        """Up to three obligations, some days before or after the first one's cut-off."""
        self.records = {key: Record() for key in keys}
        self.now = OBLIGATIONS[keys[0]].cut_off + days * _DAY + seconds * _SECOND
        self.dice = dice
        self.place.connection.execute(
            "delete from registry.obligation where form || unit || period <> all(%s)",
            [["".join(k) for k in keys]],
        )
        self.compare(self.now)

    # What can happen

    @rule(
        data=st.data(),
        verdict=st.sampled_from(VERDICTS),
        stated=st.integers(-1, 30),
        second=st.sampled_from([None, None, -1, 0, 1]),
    )
    def file_and_judge(self, data: st.DataObject, verdict: str, stated: int, second: int | None) -> None:
        """Now, or when the deadline comes: a second before, at or after it."""
        if (key := self.draw_begun(data)) is not None:
            if second is not None:
                self.now = max(self.now, OBLIGATIONS[key].due_at + second * _SECOND)
            self.register(key, "received", stated)
            self.judge_first(len(self.waiting()), lambda: verdict)
            self.compare(self.now)

    @rule(data=st.data(), stated=st.integers(-1, 30))
    def file_only(self, data: st.DataObject, stated: int) -> None:
        if (key := self.draw_begun(data)) is not None:
            self.register(key, "received", stated)
            self.compare(self.now)

    @rule(data=st.data())
    def file_unreadable(self, data: st.DataObject) -> None:
        """Whose report it is can be read, its sheet cannot: returned as it comes."""
        if (key := self.draw_begun(data)) is not None:
            filing = self.register(key, "returned", -1)
            filing.verdict, filing.judged, filing.turn = "returned", self.now, next(self.turns)
            self.compare(self.now)

    @precondition(lambda self: self.shas)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """The very same file once more: a duplicate where it is the newest of its key that was not withdrawn."""
        key, filing = data.draw(st.sampled_from(self.filings()))
        standing = [f for f in self.records[key].filings if not f.is_duplicate and f.withdrawn is None]
        newest = standing[-1].number if standing else None
        with self.place.connection.cursor() as cursor:
            found = submissions.latest_with_same_key(cursor, envelope_of(key))
        assert found == (None if newest is None else (newest, self.shas[newest]))
        sha = self.shas[filing.number]
        if newest is not None and self.shas[newest] == sha:
            self.register(key, "duplicate", -1, sha, newest)
        else:
            self.register(key, "received", -1, sha)
        self.compare(self.now)

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def judge(self, data: st.DataObject) -> None:
        """A pass of the judge over what had come when it began."""
        count = data.draw(st.integers(1, len(self.waiting())))
        self.judge_first(count, lambda: data.draw(st.sampled_from(VERDICTS)))
        self.compare(self.now)

    @precondition(lambda self: self.in_force())
    @rule(data=st.data())
    def withdraw_in_force(self, data: st.DataObject) -> None:
        filing = data.draw(st.sampled_from(self.in_force()))
        withdraw(self.place.connection, filing.number, reason="nhầm số", by="anh Ba", now=self.now)
        filing.withdrawn = self.now
        self.happened()
        self.compare(self.now)

    @rule(data=st.data(), days=st.integers(0, 40))
    def grant_waiver(self, data: st.DataObject, days: int) -> None:
        owed = [key for key in self.records if OBLIGATIONS[key].is_owed]
        if owed:
            key = data.draw(st.sampled_from(owed))
            until = (self.now + days * _DAY).date()
            self.waive(key, until=until)
            self.records[key].waivers.append(Waiver(self.now, until))
            self.happened()
            self.compare(self.now)

    @rule(data=st.data())
    def time_passes(self, data: st.DataObject) -> None:
        """To just before, at or just after an instant at which something may change, or by any number of seconds."""
        later = [t for t in self.turning_points() if t > self.now]
        steps = st.integers(0, 40 * 86_400).map(lambda n: self.now + n * _SECOND)
        self.now = data.draw(st.one_of(st.sampled_from(sorted(later)), steps) if later else steps)
        self.compare(self.now)

    # What is refused, and changes nothing

    @rule(data=st.data(), wrong=st.sampled_from(["submission", "unknown", "reason", "by"]))
    def withdraw_wrongly(self, data: st.DataObject, wrong: str) -> None:
        in_force = [f.number for f in self.in_force()]
        others = [f.number for _, f in self.filings() if f.number not in in_force]
        numbers = {"submission": others, "unknown": [0]}.get(wrong, in_force)
        if numbers:
            number = data.draw(st.sampled_from(numbers))
            said = {"reason": "nhầm số", "by": "anh Ba"} | (
                {wrong: "  "} if wrong in ("reason", "by") else {}
            )
            self.refused(lambda: withdraw(self.place.connection, number, now=self.now, **said))

    @rule(
        data=st.data(),
        wrong=st.sampled_from(["unit", "form", "period", "kind", "until", "reason", "by", "cause"]),
    )
    def waive_wrongly(self, data: st.DataObject, wrong: str) -> None:
        key = data.draw(st.sampled_from(list(self.records)))
        today = self.now.date()
        if wrong == "cause":
            # What is not owed because the unit took others in is nothing to waive either.
            unowed = [k for k in self.records if not OBLIGATIONS[k].is_owed]
            if unowed:
                self.refused(lambda: self.waive(unowed[0], until=today))
            return
        changed = {
            "unit": {"unit": "ubh_215"},
            "form": {"form": "police__nothing"},
            "period": {"period": "2025-13"},
            "kind": {"period": "2025-A001"},
            "until": {"until": today - _DAY},
            "reason": {"reason": ""},
            "by": {"by": " "},
        }[wrong]
        self.refused(lambda: self.waive(key, **({"until": today} | changed)))

    def teardown(self) -> None:
        try:
            if self.records:
                points = self.turning_points()
                for at in sorted(self.instants | set(self.dice.sample(points, min(10, len(points))))):
                    self.compare(at)
                for _ in range(2):
                    self.compare(self.now - self.dice.randrange(0, 90 * 86_400) * _SECOND)
                self.place.counts["histories"] += 1
        finally:
            self.scope.__exit__(None, None, None)

    # How it is done and compared

    def compare(self, at: dt.datetime) -> None:
        theirs = self.place.said(at)
        for key, record in self.records.items():
            ours = expected(OBLIGATIONS[key], record, at)
            assert theirs.get(key) == ours, f"{key} as known at {at}"
        self.place.counts["compared"] += len(self.records)

    def refused(self, attempt: Callable[[], object]) -> None:
        before = self.place.digest()
        try:
            attempt()
        except Kho138Error as error:
            assert "\n" not in str(error)
        else:
            raise AssertionError("it was not refused")
        assert self.place.digest() == before
        self.place.counts["refused"] += 1

    def happened(self) -> None:
        self.instants.add(self.now)

    def register(
        self, key: Key, state: str, stated: int, sha: str | None = None, twin: int | None = None
    ) -> Filing:
        """A file comes; `stated` days ago by the archive it comes from, -1 where it states nothing."""
        stated_at = None if stated < 0 else self.now - stated * _DAY
        sha = sha or f"{next(_shas):064x}"
        number = self.place.file(key, self.now, state, sha=sha, stated=stated_at, duplicate_of=twin)
        filing = Filing(number, self.now, stated_at, is_duplicate=state == "duplicate")
        self.records[key].filings.append(filing)
        self.shas[number] = sha
        self.happened()
        return filing

    def judge_first(self, count: int, verdict: Callable[[], str]) -> None:
        """The oldest of what waits, all in one pass."""
        chosen = self.waiting()[:count]
        for filing in chosen:
            filing.verdict, filing.judged, filing.turn = verdict(), self.now, next(self.turns)
        self.place.judge({f.number: f.verdict or "" for f in chosen}, self.now)
        self.happened()

    def waive(self, key: Key, **said: Any) -> None:
        form, unit, period = key
        asked = {"unit": unit, "form": form, "period": period, "reason": "lũ lụt", "by": "chị Tư"} | said
        waive(self.place.connection, self.place.contracts, now=self.now, **asked)

    def draw_begun(self, data: st.DataObject) -> Key | None:
        begun = [key for key in self.records if OBLIGATIONS[key].begins <= self.now]
        return data.draw(st.sampled_from(begun)) if begun else None

    def filings(self) -> list[tuple[Key, Filing]]:
        return [(key, f) for key, record in self.records.items() for f in record.filings]

    def waiting(self) -> list[Filing]:
        waiting = [f for _, f in self.filings() if f.judged is None and not f.is_duplicate]
        return sorted(waiting, key=lambda f: f.number)

    def in_force(self) -> list[Filing]:
        numbers = [
            row.submission_id
            for key, record in self.records.items()
            if (row := expected(OBLIGATIONS[key], record, self.now)) is not None
        ]
        return [f for _, f in self.filings() if f.number in numbers]

    def turning_points(self) -> list[dt.datetime]:
        """A second before, at and after each instant that the calendar, a waiver or a succession gives."""
        points: set[dt.datetime] = set()
        for key, record in self.records.items():
            obligation = OBLIGATIONS[key]
            points |= {obligation.begins, obligation.cut_off, obligation.due_at}
            points |= {w.expires for w in record.waivers}
            points |= {midnight(day) for day, _ in HEIRS.get(key[1], [])}
        return sorted({p + n * _SECOND for p in points for n in (-1, 0, 1)})
