"""Ad hoc periods on file: what a request asks, of whom, in which window, until when.

Here: the value that the gate, templates and deadlines read. A request is made, and a number given, by the registry
alone (`registry.requests`); how a key such as `2024-A003` is written is `periods`'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.contracts.periods import Period


@dataclass(frozen=True, slots=True)
class RequestOnFile:
    """A request of the standing agency, or a report that a body made unasked and that got its number at receipt."""

    number: str
    form: str
    calendar: str
    window_from: dt.date
    window_to: dt.date
    due_at: dt.datetime
    units: frozenset[str]
    is_own_initiative: bool

    @property
    def period(self) -> Period:
        return Period.parse(self.calendar, self.number).with_window(self.window_from, self.window_to)


Requests = Mapping[str, RequestOnFile]
"""What is on file, by number."""
NO_REQUESTS: Requests = {}
