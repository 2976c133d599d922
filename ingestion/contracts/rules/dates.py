"""Rule kinds on dates inside a line: order, cut-off, legal limits."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.rules.base import Check, Filing, Offence, RowCheck, Rule, Sentence, literal

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract


class DateOrder(Rule):
    """`earlier` is not after `later` (`allow_equal`: the same day is in order)."""

    kind: Literal["date_order"]
    earlier: str
    later: str
    allow_equal: bool = True

    kind_says = Sentence(vi="Ngày sau không trước ngày trước.", en="the dates are in order")

    def fields_used(self) -> tuple[str, ...]:
        return (self.earlier, self.later)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        op = ">" if self.allow_equal else ">="
        return (
            RowCheck(
                self.guarded(f"r.{self.earlier} {op} r.{self.later}"),
                (Offence(self.later),),
                f"r.{self.later}::text",
                f"'≥ ' || r.{self.earlier}::text",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        row[self.later] = good.window[0]
        row[self.earlier] = good.window[0] + dt.timedelta(days=1)
        return bad


class WithinPeriod(Rule):
    """No date lies after the cut-off of the period (Decree 09/2019 art. 8.5)."""

    kind: Literal["within_period"]
    fields: tuple[str, ...]

    kind_says = Sentence(vi="Ngày phát sinh không sau ngày chốt số liệu.", en="no event is after the cut-off")

    def fields_used(self) -> tuple[str, ...]:
        return self.fields

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return tuple(
            RowCheck(
                self.guarded(f"r.{n} > s.window_to"),
                (Offence(n),),
                f"r.{n}::text",
                "'≤ ' || s.window_to::text",
            )
            for n in self.fields
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        self.row_for(bad)[self.fields[0]] = good.window[1] + dt.timedelta(days=1)
        return bad


class TimeLimit(Rule):
    """A stage stays within its legal limit; an open stage is measured at the cut-off. It only warns.

    The limits are rows of `registry.time_limit` (code list `time_limit`): stage, class, normal limit, validity.
    """

    kind: Literal["time_limit"]
    start: str
    end: str | None = None
    stage: str
    class_field: str | None = None
    pause_days: str | None = None

    kind_says = Sentence(vi="Trong thời hạn luật định.", en="within the legal time limit")

    def fields_used(self) -> tuple[str, ...]:
        return tuple(n for n in (self.start, self.end, self.class_field, self.pause_days) if n)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        end = f"coalesce(r.{self.end}, s.window_to)" if self.end else "s.window_to"
        pause = f"coalesce(r.{self.pause_days}, 0)" if self.pause_days else "0"
        which = f" and l.offence_class in (r.{self.class_field}, 'ALL')" if self.class_field else ""
        limit = (
            f"(select max((r.{self.start} + l.normal_limit)::date) from registry.time_limit as l"
            f" where l.stage = {literal(self.stage)} and r.{self.start} between l.valid_from and l.valid_to{which})"
        )
        return (
            RowCheck(
                self.guarded(f"{end} - {pause}::integer > {limit}"),
                (Offence(self.end or self.start),),
                f"({end})::text",
                f"'≤ ' || ({limit})::text",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        lines = [line for line in load_code_list("time_limit") if line.extra["stage"] == self.stage]
        begins = max((line.valid_from for line in lines), default=dt.date.min)
        row[self.start] = max(good.window[0] - dt.timedelta(days=900), begins)
        if self.end:
            row[self.end] = good.window[1]
        if self.pause_days:
            row[self.pause_days] = 0
        return bad
