"""Partitions of landing assets: the reporting periods of a form, under the keys of its own calendar.

Periods need not be calendar months (nd09 cuts off on the 14th), so keys are listed by `ingestion.contracts.periods`
and no cron string stands for them.
"""

from __future__ import annotations

import dagster as dg

from ingestion.contracts.loader import Contracts
from ingestion.contracts.periods import REGULAR_KINDS, Period, periods_ending_between
from ingestion.registry.reference import FIRST_DAY, LAST_DAY


def period_keys(contracts: Contracts, form: str) -> list[str]:
    """Keys of all periods of all rhythms that any revision of the form asks for, by last day.

    Ad hoc periods are not known before they are requested and have no key here.
    """
    found: set[Period] = set()
    for contract in contracts.revisions(form):
        kinds = [kind for kind in REGULAR_KINDS if kind in contract.rhythms]
        found.update(periods_ending_between(contract.calendar, kinds, FIRST_DAY, LAST_DAY))
        if "series" in contract.rhythms:
            found.add(Period.parse(contract.calendar, "series"))
    ordered = sorted(found, key=lambda p: (p.date_to, -p.date_from.toordinal()))
    return list(dict.fromkeys(p.key for p in ordered))


def reporting_periods(contracts: Contracts, form: str) -> dg.StaticPartitionsDefinition:
    """The partitions of a form's landing asset."""
    return dg.StaticPartitionsDefinition(period_keys(contracts, form))
