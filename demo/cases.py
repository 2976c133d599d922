"""Crime reports and the cases that come of them: reception, initiation, investigation, prosecution, trial, appeal.

Deterministic by seed and year: a year's files are the same however many years are asked for. Numbers are as small as
a province's (about twenty reports, ten cases a year; most district months have nothing). Victims of a case are
`victims`'s. Shares and durations are invented for show; limits follow the Criminal Procedure Code (Articles 147, 172,
174, 240, 277) in a plain form, since no offence class is reported here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from demo.events import COURT, POLICE, PROCURACY, Log, Track, after, workday
from demo.victims import Victims
from ingestion.contracts.units import units_of_class

SOURCES = (("TO_GIAC", 50), ("TIN_BAO", 35), ("KIEN_NGHI", 15))
OFFENCES = (("150", 66), ("151", 26), ("153", 5), ("154", 3))
# Days of the stage's first limit: investigation, decision to prosecute, preparation of the trial.
LIMITS = {"150": (120, 30, 75), "151": (120, 30, 105), "153": (90, 20, 60), "154": (120, 30, 75)}
SENTENCES = {
    "150": (("suspended", 4), ("to_3", 6), ("3_to_7", 30), ("7_to_15", 50), ("over_15", 10)),
    "151": (("3_to_7", 4), ("7_to_15", 64), ("over_15", 26), ("life", 6)),
    "153": (("3_to_7", 50), ("7_to_15", 50)),
    "154": (("3_to_7", 60), ("7_to_15", 40)),
}
MILDER = {"life": "over_15", "over_15": "7_to_15", "7_to_15": "3_to_7", "3_to_7": "to_3", "to_3": "suspended"}


def pick(rng: Random, weighted: Sequence[tuple[str, int]]) -> str:
    return rng.choices([w[0] for w in weighted], [w[1] for w in weighted])[0]


@dataclass(frozen=True)
class Person:
    id: str
    sex: str
    age: str


class Police:
    """Police units of the sample: the province's and the districts chosen (None: all), as they are valid on a day."""

    def __init__(self, districts: Sequence[str] | None) -> None:
        self._districts = districts

    def on(self, day: dt.date) -> list[str]:
        valid = [u.code for u in units_of_class("district_police", day)]
        return [u for u in valid if self._districts is None or u in self._districts]

    def draw(self, rng: Random, day: dt.date) -> str:
        units = self.on(day)
        return POLICE if not units or rng.random() < 0.35 else rng.choice(units)


def tell_cases(log: Log, victims: Victims, police: Police, seed: int, year: int) -> None:
    """Tells the whole life of the reports received in a calendar year, however far it reaches."""
    rng = Random(f"{seed}|cases|{year}")
    for number in range(1, rng.randint(18, 26) + 1):
        received = workday(dt.date(year, 1, 1) + dt.timedelta(days=rng.randrange(363)))
        _Report(log, victims, rng, f"{year % 100:02d}-{number:03d}").live(
            police.draw(rng, received), received
        )


@dataclass
class _Report:
    log: Log
    victims: Victims
    rng: Random
    number: str

    def live(self, unit: str, received: dt.date) -> None:
        rng, track = self.rng, Track(self.log, "report", f"T{self.number}", unit)
        source = pick(rng, SOURCES)
        due = received + dt.timedelta(days=20)
        track.add(received, "received", source=source, due_on=due.isoformat())
        if rng.random() < 0.96:
            track.add(after(received, rng.choice((0, 1, 1, 2, 3, 7))), "classified")
        day = after(received, rng.randint(9, 16))
        fate = rng.random()
        if unit != POLICE and rng.random() < 0.12:
            track.transfer(day, POLICE)
        if fate < 0.04:
            track.add(day, "sent_out")
            return
        if rng.random() < 0.45:
            until = received + dt.timedelta(days=rng.choice((80, 140)))
            track.add(after(day, 1), "term_extended", due_on=until.isoformat())
            day = after(day, rng.randint(10, 70))
        if fate < 0.12:
            track.add(day, "suspended")
            if rng.random() < 0.3:
                track.pass_on()
                return
            day = after(day, rng.randint(50, 220))
            track.add(day, "resumed", due_on=(day + dt.timedelta(days=20)).isoformat())
            day = after(day, rng.randint(5, 25))
        if fate < 0.42:
            track.add(day, "not_initiated" if fate < 0.34 else "handled_otherwise")
        elif fate < 0.97:
            track.add(day, "initiated")
            _Case(self.log, self.victims, rng, f"A{self.number}").live(track.unit, day)
        else:
            track.pass_on()  # never resolved: overdue at every cut-off to come


@dataclass
class _Case:
    log: Log
    victims: Victims
    rng: Random
    id: str

    def live(self, unit: str, day: dt.date) -> None:
        rng = self.rng
        self.offence = pick(rng, OFFENCES)
        self.people: list[Person] = []
        self.track = track = Track(self.log, "case", self.id, unit)
        limit = LIMITS[self.offence][0]
        due = day + dt.timedelta(days=limit)
        foreign = rng.random() < 0.6
        self._case(day, "initiated", cross_border=foreign, due_on=due.isoformat())
        wanted_people = rng.choice((1, 1, 1, 2, 2, 3))
        hurt = self.victims.of_case(rng, self.id, track.unit, day, self.offence, foreign)
        self.log.add(
            day, "incident_detected", self.id, track.unit,
            offence=self.offence, subjects=wanted_people, victims=hurt,
        )  # fmt: skip
        fate = rng.random()
        if fate < 0.09:
            # Nobody identified within the limit: suspended, and perhaps taken up again much later.
            day = workday(due)
            self._case(day, "suspended")
            if rng.random() < 0.5:
                track.pass_on()
                return
            day = after(day, rng.randint(60, 260))
            self._case(day, "resumed", due_on=(day + dt.timedelta(days=limit)).isoformat())
        elif fate > 0.75:
            day = after(day, rng.randint(5, 50))
        for n in range(1, wanted_people + 1):
            if n > 1 and rng.random() < 0.3:
                day = after(day, rng.randint(3, 30))
            self._charge(day, n)
        if rng.random() < 0.12:
            day = self._hunt(day)
        if track.unit != POLICE and (self.offence == "151" or foreign) and rng.random() < 0.35:
            day = after(day, rng.randint(3, 15))
            track.transfer(day, POLICE, offence=self.offence, accused=len(self.people))
        if self.offence in ("150", "151") and rng.random() < 0.06:
            day = after(day, 4)
            before, self.offence = self.offence, "151" if self.offence == "150" else "150"
            self._case(day, "requalified", from_offence=before)
        end = after(day, rng.randint(35, limit + 25))
        if end > due and end > day and rng.random() < 0.85:
            extended = (end + dt.timedelta(days=15)).isoformat()
            self._case(after(max(day, due - dt.timedelta(days=6)), 0), "term_extended", due_on=extended)
            end = max(end, after(due, 1))
        if rng.random() < 0.04:
            self._case(end, "discontinued", not_guilty=rng.random() < 0.3)
            return
        self._case(end, "concluded")
        self._prosecute(after(end, rng.randint(0, 2)))

    def _charge(self, day: dt.date, number: int) -> None:
        rng = self.rng
        sex = "female" if rng.random() < 0.45 else "male"
        age = pick(rng, (("18_over", 93), ("16_17", 6), ("14_15", 1)))
        self.people.append(Person(f"{self.id}/{number}", sex, age))
        self._case(day, "accused_charged", person=self.people[-1].id, sex=sex, age=age)

    def _hunt(self, day: dt.date) -> dt.date:
        """A suspect at large: wanted by the provincial police; beyond the limit the case waits suspended."""
        person = self.people[-1].id
        self.log.add(after(day, 3), "wanted_issued", person, POLICE, offence=self.offence)
        caught = after(day, self.rng.randint(12, 240))
        if (caught - day).days > 90:
            self._case(after(day, 85), "suspended")
            self.log.add(caught, "wanted_arrested", person, POLICE, offence=self.offence)
            due = caught + dt.timedelta(days=LIMITS[self.offence][0])
            self._case(caught, "resumed", due_on=due.isoformat())
        else:
            self.log.add(caught, "wanted_arrested", person, POLICE, offence=self.offence)
        return caught

    def _prosecute(self, day: dt.date) -> None:
        """The procuracy's file until it indicts, ends it, or sends it back once for more investigation."""
        rng = self.rng
        self._file(day, "received", due_on=self._limit(day, 1))
        fate = rng.random()
        if fate < 0.10:
            day = self._decide(day)
            self._file(day, "returned_to_police")
            day = self._investigate_again(day)
            self._file(day, "back", due_on=self._limit(day, 1))
        day = self._decide(day)
        if fate > 0.97:
            self._file(day, "discontinued", not_guilty=rng.random() < 0.3)
        elif fate > 0.95:
            self._file(day, "suspended")
        else:
            self._file(day, "indicted", **self._of_whom())
            self._try(after(day, rng.randint(1, 5)))

    def _decide(self, day: dt.date) -> dt.date:
        limit = LIMITS[self.offence][1]
        decided = after(day, self.rng.randint(9, limit + 8))
        if (decided - day).days > limit - 2 and self.rng.random() < 0.8:
            extended = (day + dt.timedelta(days=limit + 15)).isoformat()
            self._file(after(day, limit - 5), "term_extended", due_on=extended)
            decided = max(decided, after(day, limit - 4))
        return decided

    def _investigate_again(self, day: dt.date) -> dt.date:
        day = after(day, self.rng.randint(1, 3))
        self._case(day, "taken_back", due_on=(day + dt.timedelta(days=60)).isoformat())
        day = after(day, self.rng.randint(18, 50))
        self._case(day, "concluded")
        return after(day, self.rng.randint(0, 2))

    def _try(self, day: dt.date) -> None:
        rng = self.rng
        self._trial(day, "accepted", due_on=self._limit(day, 2))
        if rng.random() < 0.08:
            day = after(day, rng.randint(18, 35))
            self._trial(day, "returned")
            day = after(day, rng.randint(0, 2))
            self._file(day, "court_return_accepted", due_on=self._limit(day, 1))
            day = after(day, 2)
            self._file(day, "passed_back")
            day = self._investigate_again(day)
            self._file(day, "back", due_on=self._limit(day, 1))
            day = after(day, rng.randint(5, 12))
            self._file(day, "indicted", **self._of_whom())
            day = after(day, rng.randint(1, 3))
            self._trial(day, "sent_again", due_on=self._limit(day, 2))
        limit = LIMITS[self.offence][2]
        judged = after(day, rng.randint(25, limit + 20))
        if rng.random() < 0.02:
            self._trial(judged, "suspended" if rng.random() < 0.5 else "discontinued")
            return
        bands = [pick(rng, SENTENCES[self.offence]) for _ in self.people]
        child = self.offence in ("151", "153")
        facts: dict[str, Any] = {
            "is_mobile": not child and rng.random() < 0.15,
            "is_closed": child or rng.random() < 0.2,
            "child_victim": child,
            "protects_child": child and rng.random() < 0.9,
        }
        self._trial(judged, "tried", sentences=_tally(bands), **self._of_whom(), **facts)
        if rng.random() < 0.25:
            self._appeal(after(judged, rng.randint(15, 35)), bands, facts)

    def _appeal(self, day: dt.date, bands: list[str], facts: dict[str, Any]) -> None:
        rng = self.rng
        self._act("appeal", COURT, day, "accepted", due_on=(day + dt.timedelta(days=60)).isoformat())
        amended = rng.random() < 0.25
        if amended:
            bands = [MILDER.get(bands[0], bands[0]), *bands[1:]]
        self._act(
            "appeal", COURT, after(day, rng.randint(25, 65)), "tried", sentences=_tally(bands),
            result="amended" if amended else "upheld", **self._of_whom(), **{**facts, "is_mobile": False},
        )  # fmt: skip

    def _limit(self, day: dt.date, stage: int) -> str:
        return (day + dt.timedelta(days=LIMITS[self.offence][stage])).isoformat()

    def _of_whom(self) -> dict[str, Any]:
        return {
            "female": sum(p.sex == "female" for p in self.people),
            "ages": _tally([p.age for p in self.people]),
        }

    def _case(self, day: dt.date, what: str, **facts: Any) -> None:
        self.track.add(day, what, offence=self.offence, accused=len(self.people), **facts)

    def _file(self, day: dt.date, what: str, **facts: Any) -> None:
        self._act("file", PROCURACY, day, what, **facts)

    def _trial(self, day: dt.date, what: str, **facts: Any) -> None:
        self._act("trial", COURT, day, what, **facts)

    def _act(self, stream: str, unit: str, day: dt.date, what: str, **facts: Any) -> None:
        about = {"offence": self.offence, "accused": len(self.people)}
        self.log.add(day, f"{stream}_{what}", self.id, unit, **about, **facts)


def _tally(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
