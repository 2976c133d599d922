"""Persons counted: the victims' form of the police, and the support form of the social services."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from demo.events import Event
from demo.ledger import Ledger, Ledgers, Machine, Transfers, answers
from ingestion.contracts.instances import TOTAL, fixed_rows_of
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period

Cells = dict[str, Any]

NEW_LAW_CELLS = ("verification_begun_in_3_days", "accompanying_minors_received")
NEW_LAW = dt.date(2025, 7, 1)
_VICTIM: Machine = {
    "received": ("open", {"victims_received": 1}),
    "identified": ("closed", {"victims_identified": 1}),
    "not_victim": ("closed", {"not_victims": 1}),
    "verification_stopped": ("closed", {"verification_stopped": 1}),
    "rescued": (None, {"victims_rescued": 1}),
    "essentials_given": (None, {"victims_given_first_essentials": 1}),
    "referred": (None, {"victims_referred": 1}),
    "minor_received": (None, {"accompanying_minors_received": 1}),
    "protection_needed": (None, {"victims_needing_protection": 1}),
}
_VICTIM_MOVES = Transfers(
    out={"transferred_out": 1, "transferred_out_within_province": 1},
    into={"transferred_in": 1, "transferred_in_within_province": 1},
)


class VictimCount:
    """Counts the victim and the support events of one log."""

    def __init__(self, victims: Sequence[Event], supports: Sequence[Event]) -> None:
        self._victims, self._supports = victims, supports
        self._ledgers = Ledgers(
            lambda day: Ledger(victims, "nd09", _VICTIM, transfers=_VICTIM_MOVES, merged_on=day), "nd09"
        )
        self._days: dict[str, dict[str, dt.date]] = defaultdict(dict)
        for event in victims:
            self._days[event.what].setdefault(event.of, event.on)
        self._first_support: dict[tuple[str, ...], dt.date] = {}
        for event in supports:
            self._first_support.setdefault((event.of,), event.on)
            self._first_support.setdefault((event.of, event.facts["regime"]), event.on)

    def identified(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        first, last = period.date_from, period.date_to
        row: Cells = {f.name: 0 for f in form.fields}
        ledger = self._ledgers.of(period)
        row.update(ledger.flows(unit, first, last).get("", {}))
        row["verifying_opening"] = len(ledger.standing(unit, first - dt.timedelta(days=1)))
        row["verifying_closing"] = len(ledger.standing(unit, last))
        row["victims_to_verify"] = (
            row["verifying_opening"]
            + row["victims_received"]
            + row["transferred_in"]
            - row["transferred_out"]
        )
        for event in self._victims:
            if not first <= event.on <= last or answers(period, event.unit, event.on) != unit:
                continue
            match event.what:
                case "received":
                    row[f"received_{event.facts['mode']}"] += 1
                    row["received_from_other_bodies"] += bool(event.facts["from_other_body"])
                    begun = self._days["verification_begun"].get(event.of, dt.date.max)
                    row["verification_begun_in_3_days"] += begun <= min(last, event.on + dt.timedelta(days=3))
                case "identified":
                    for fact in ("sex", "age", "ethnic", "purpose", "place"):
                        row[f"identified_{event.facts[fact]}"] += 1
                case "protection_needed":
                    row["victims_protected"] += (
                        self._days["protection_given"].get(event.of, dt.date.max) <= last
                    )
                case "protection_given":
                    row["relatives_protected"] += event.facts["relatives"]
        if last < NEW_LAW:
            row.update(dict.fromkeys(NEW_LAW_CELLS))
        return [row]

    def supports(self, form: FormContract, unit: str, period: Period) -> list[Cells]:
        window = (period.date_from, period.date_to)
        mine = [
            e
            for e in self._supports
            if window[0] <= e.on <= window[1] and answers(period, e.unit, e.on) == unit
        ]
        keys = [(str(r["regime"]), r["beneficiary_status"]) for r in fixed_rows_of(form, window)]
        # Other statuses have a row only where there is something to say.
        more = sorted({(e.facts["regime"], e.facts["status"]) for e in mine} - set(keys))
        rows = []
        for regime, status in [*keys, *more]:
            acts = [
                e
                for e in mine
                if regime == TOTAL or (e.facts["regime"], e.facts["status"]) == (regime, status)
            ]
            rows.append(self._row(regime, status, acts, window))
        return rows

    def _row(
        self, regime: str, status: str | None, acts: Sequence[Event], window: tuple[dt.date, dt.date]
    ) -> Cells:
        key = () if regime == TOTAL else (regime,)
        return {
            "regime": regime,
            "beneficiary_status": status,
            "persons_supported": _persons(acts),
            "persons_first_supported": _persons(
                e for e in acts if window[0] <= self._first_support[(e.of, *key)] <= window[1]
            ),
            "support_acts": len(acts),
            "persons_female": _persons(e for e in acts if e.facts["sex"] == "female"),
            "persons_under_16": _persons(e for e in acts if e.facts["age"] == "under_16"),
            "persons_16_17": _persons(e for e in acts if e.facts["age"] == "16_17"),
            "persons_in_facility": _persons(e for e in acts if e.facts["setting"] == "facility"),
            "persons_in_community": _persons(e for e in acts if e.facts["setting"] == "community"),
            "persons_abroad": 0,
            "support_cost": sum(e.facts["cost"] for e in acts),
        }


def _persons(acts: Iterable[Event]) -> int:
    return len({e.of for e in acts})
