"""Victims of the sample province: reception, verification, identification, protection, and the support that follows.

Two to ten a year: most come of a case, some return by themselves. The law of 2024 (in force 01/07/2025) shows in what
happens from that day on: verification begins within three days, persons under verification are supported, regimes
have letters. Shares are invented for show.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random

from demo.events import POLICE, Log, Track, after, is_gone, workday

NEW_LAW = dt.date(2025, 7, 1)
MOST_A_YEAR = 10
SUPPORT_BODIES = ("ldtbxh_24", "syt_24")
_OLD_REGIMES = ("1", "2", "3", "4", "5", "6")
_NEW_REGIMES = ("a", "b", "d", "dd", "e", "g", "h", "i", "k")


class Victims:
    """Tells victims into a log; holds how many each year has had."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._received: Counter[int] = Counter()

    def of_case(self, rng: Random, case: str, unit: str, day: dt.date, offence: str, foreign: bool) -> int:
        """Victims found with a case on a day; returns how many."""
        found = rng.choices((0, 1, 2), (40, 48, 12))[0] if offence in ("150", "151", "154") else 1
        return sum(
            self._tell(rng, f"N{case[1:]}-{n}", unit, after(day, rng.randint(0, 12)), offence, foreign, case)
            for n in range(1, found + 1)
        )

    def returned_alone(self, seed: int, year: int) -> None:
        """Those of a year who came back, or were handed over, without a case here."""
        rng = Random(f"{seed}|victims|{year}")
        for n in range(1, rng.randint(2, 3) + 1):
            day = workday(dt.date(year, 1, 1) + dt.timedelta(days=rng.randrange(360)))
            self._tell(rng, f"N{year % 100:02d}-V{n}", POLICE, day, "150", True, None)

    def _tell(
        self, rng: Random, of: str, unit: str, day: dt.date, offence: str, foreign: bool, case: str | None
    ) -> bool:
        if self._received[day.year] >= MOST_A_YEAR:
            return False
        self._received[day.year] += 1
        self._live(rng, Track(self._log, "victim", of, unit), day, offence, foreign, case)
        return True

    def _live(
        self, rng: Random, track: Track, day: dt.date, offence: str, foreign: bool, case: str | None
    ) -> None:
        age = rng.choice(
            ("under_16", "16_17") if offence == "151" else ("16_17", "18_over", "18_over", "18_over")
        )
        sex = "male" if rng.random() < 0.2 else "female"
        modes = ("rescued", "handed_over", "self_return") if foreign else ("in_country", "rescued")
        mode = rng.choice(modes if case else ("self_return", "self_return", "handed_over"))
        track.add(day, "received", mode=mode, sex=sex, age=age, case=case, from_other_body=rng.random() < 0.3)
        if mode == "rescued":
            track.add(day, "rescued")
        if rng.random() < 0.6:
            track.add(day, "essentials_given")
        if day >= NEW_LAW and rng.random() < 0.15:
            track.add(day, "minor_received")
        begun = day + dt.timedelta(days=rng.choice((0, 1, 1, 2, 3, 3, 5)))
        track.add(begun, "verification_begun")
        at = after(begun, rng.randint(4, 9))
        if track.unit != POLICE and rng.random() < 0.15:
            track.transfer(at, POLICE)
        person = {"sex": sex, "age": age}
        if day >= NEW_LAW and rng.random() < 0.6:
            self._support(rng, track.of, at, "a", "DANG_XD_TRONG_NUOC", person)
        decided = after(at, rng.randint(12, 55))
        fate = rng.random()
        if fate < 0.10:
            track.add(decided, "not_victim" if fate < 0.07 else "verification_stopped")
            return
        self._identify(rng, track, decided, offence, foreign, person)

    def _identify(
        self, rng: Random, track: Track, day: dt.date, offence: str, foreign: bool, person: dict[str, str]
    ) -> None:
        purpose = (
            "organ" if offence == "154"
            else rng.choice(("marriage", "sexual", "sexual", "labour", "labour", "adoption_birth"))
        )  # fmt: skip
        place = rng.choice(("china", "china", "cambodia", "other_country")) if foreign else "in_vietnam"
        ethnic = "kinh" if rng.random() < 0.6 else "other_ethnic"
        track.add(day, "identified", purpose=purpose, place=place, ethnic=ethnic, **person)
        if rng.random() < 0.75:
            track.add(after(day, rng.randint(1, 3)), "referred")
        if rng.random() < 0.35:
            track.add(day, "protection_needed")
            if rng.random() < 0.9:
                given = after(day, rng.choice((0, 0, 1, 3, 12)))
                track.add(given, "protection_given", relatives=rng.choice((0, 0, 1)))
        if rng.random() < 0.85:
            at = after(day, rng.randint(0, 15))
            for _ in range(rng.randint(1, 5)):
                regimes = _NEW_REGIMES if at >= NEW_LAW else _OLD_REGIMES
                self._support(rng, track.of, at, rng.choice(regimes), "NAN_NHAN", person)
                at = after(at, rng.randint(0, 45))

    def _support(
        self, rng: Random, of: str, day: dt.date, regime: str, status: str, person: dict[str, str]
    ) -> None:
        body = SUPPORT_BODIES[is_gone(SUPPORT_BODIES[0], day)]
        setting = "facility" if rng.random() < 0.35 else "community"
        cost = rng.randrange(3, 60) * 100_000
        self._log.add(
            day, "support_given", of, body, regime=regime, status=status, setting=setting, cost=cost, **person
        )
