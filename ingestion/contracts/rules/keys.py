"""Rule kinds on keys: of one file, of the register line that must return, of a line in another form."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ingestion.contracts.rules.base import (
    IN_FORCE,
    Check,
    Filing,
    QueryCheck,
    Row,
    Rule,
    Sentence,
    judged_rows,
    literal,
)

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract


def _columns(names: tuple[str, ...], alias: str = "r") -> str:
    return ", ".join(f"{alias}.{n}" for n in names)


def _key_text(names: tuple[str, ...]) -> str:
    """The key as text, for a finding; keys of personal fields never reach a rule that runs in SQL (D2)."""
    return " || ' / ' || ".join(f"coalesce(r.{n}::text, '–')" for n in names)


class Unique(Rule):
    """No key twice in one submission (`fields: ["*grain"]`); every later occurrence is marked."""

    kind: Literal["unique"]
    fields: tuple[str, ...]

    kind_says = Sentence(vi="Mỗi dòng chỉ xuất hiện một lần.", en="no row twice")

    def _fields(self, form: FormContract) -> tuple[str, ...]:
        return form.grain if self.fields == ("*grain",) else self.fields

    def fields_used(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if not f.startswith("*"))

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        names = self._fields(form)
        # A form of one line a unit and period has an empty key: its second line is the repeat.
        key = _columns(("submission_id", *names))
        return (
            QueryCheck(
                "select q.submission_id, q.row_no, q.field, q.observed, null::text as expected\nfrom (\n"
                f"    select r.submission_id, r.row_no, {literal(names[0] if names else form.fields[0].name)}::text as field,\n"
                f"        {_key_text(names) if names else 'r.row_no::text'} as observed,\n"
                f"        row_number() over (partition by {key} order by r.row_no) as nth\n"
                f"    from {judged_rows(form)}\n"
                ") as q\nwhere q.nth > 1"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        bad.rows.append(dict(bad.rows[0]))
        return bad


class SameWithinGroup(Rule):
    """Lines of one group say the same (two lines of one file have one receipt date)."""

    kind: Literal["same_within_group"]
    fields: tuple[str, ...]
    group: tuple[str, ...]

    kind_says = Sentence(vi="Các dòng cùng nhóm ghi giống nhau.", en="lines of one group agree")

    def fields_used(self) -> tuple[str, ...]:
        return self.fields + self.group

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        key = _columns(("submission_id", *self.group))
        return tuple(
            QueryCheck(
                "select q.submission_id, q.row_no, q.field, q.observed, q.expected\nfrom (\n"
                f"    select r.submission_id, r.row_no, {literal(name)}::text as field, r.{name}::text as observed,\n"
                f"        first_value(r.{name}::text) over (partition by {key} order by r.row_no) as expected\n"
                f"    from {judged_rows(form)}\n"
                f"    where r.{name} is not null and {' and '.join(f'r.{g} is not null' for g in self.group)}\n"
                ") as q\nwhere q.observed <> q.expected"
            )
            for name in self.fields
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        twin = dict(bad.rows[0])
        name = self.fields[0]
        twin[name] = (twin[name] or 0) + 1 if form.by_name[name].is_measure else f"{twin[name]}X"
        bad.rows.append(twin)
        return bad


class UniqueWithin(Rule):
    """What stands for a person, or another column, comes on one key only within so many days, in all filings in force.

    `fields` may name a pseudonym (`person_key`): a possible second file of one person, for people to decide.
    """

    kind: Literal["unique_within"]
    fields: tuple[str, ...]
    date: str
    days: Annotated[int, Field(ge=1)]

    kind_says = Sentence(
        vi="Không lập hai hồ sơ cho một đối tượng trong thời hạn nêu.",
        en="no two files of one subject within the days stated",
    )

    def fields_used(self) -> tuple[str, ...]:
        return (self.date,)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        same = " and ".join(f"q.{name} = r.{name}" for name in self.fields)
        another = " or ".join(f"q.{key} <> r.{key}" for key in form.grain)
        return (
            QueryCheck(
                f"select r.submission_id, r.row_no, {literal(form.grain[0])}::text as field,\n"
                f"    {_key_text(form.grain)} as observed, null::text as expected\n"
                f"from {judged_rows(form)}\n"
                f"where {self.guarded(f'r.{self.date} is not null')} and exists (\n"
                f"    select 1 from {form.landing_table} as q\n"
                "    inner join registry.submission as p on p.submission_id = q.submission_id\n"
                f"    where ({IN_FORCE.format('p')} or p.submission_id = r.submission_id) and {same} and ({another})\n"
                f"        and q.{self.date} between r.{self.date} - {self.days} and r.{self.date} + {self.days})"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        row[self.date] = row[self.date] or good.window[0]
        row |= {name: row.get(name) or "twice" for name in self.fields}
        bad.rows.append(row | {key: f"{row[key]}X" for key in form.grain})
        return bad


class LineReturns(Rule):
    """A line that was open in the previous period's filing is in this one (C1: no open line vanishes).

    `when` narrows which of the earlier lines are looked for.
    """

    kind: Literal["line_returns"]
    key: tuple[str, ...]
    state: str
    open_values: tuple[str, ...] = ()

    kind_says = Sentence(
        vi="Hồ sơ chưa kết thúc kỳ trước phải có mặt kỳ này.",
        en="a line open last period returns this period",
    )

    def fields_used(self) -> tuple[str, ...]:
        return (*self.key, self.state)

    def is_open(self, row: Row, window: tuple[dt.date, dt.date]) -> bool:
        """Whether a line, as it landed in a window, must be there in the next one."""
        state = row.get(self.state)
        is_open = state in self.open_values if self.open_values else state is None
        return is_open and all(c.holds(row, window, {}) for c in self.when)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        still_open = (
            f"q.{self.state} in ({', '.join(literal(v) for v in self.open_values)})"
            if self.open_values
            else f"q.{self.state} is null"
        )
        still_open = " and ".join([still_open, *(c.sql("q") for c in self.when)])
        same = " and ".join(f"r.{k} = q.{k}" for k in self.key)
        said = " || ' / ' || ".join(f"coalesce(q.{k}::text, '–')" for k in self.key)
        return (
            QueryCheck(
                f"select s.submission_id, null::integer as row_no, {literal(self.key[0])}::text as field,\n"
                f"    null::text as observed, {said} as expected\n"
                "from registry.judging as j\n"
                "inner join registry.submission as s on s.submission_id = j.submission_id"
                f" and s.form = {literal(form.form)} and s.revision = {form.revision}\n"
                "inner join registry.submission as p on p.form = s.form and p.unit = s.unit\n"
                "    and p.calendar = s.calendar and p.period_kind = s.period_kind and p.window_to = s.window_from - 1\n"
                f"    and {IN_FORCE.format('p')}\n"
                f"inner join {form.landing_table} as q on q.submission_id = p.submission_id and {still_open}\n"
                f"where not exists (\n    select 1 from {form.landing_table} as r\n"
                f"    where r.submission_id = s.submission_id and {same})"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        before = good.copy()
        lost = dict(self.row_for(before))
        lost[self.key[0]] = f"{lost[self.key[0]]}X"
        lost[self.state] = self.open_values[0] if self.open_values else None
        before.rows.append(lost)
        bad.others.append(("previous", form.form, before))
        return bad


class RefersTo(Rule):
    """A key names a line of another form that is in force (an accused of a known case)."""

    kind: Literal["refers_to"]
    fields: tuple[str, ...]
    to_form: str
    to_revision: int = 1
    to_fields: tuple[str, ...]

    kind_says = Sentence(
        vi="Số liên kết phải có trong sổ được dẫn chiếu.", en="the key is known where it points"
    )

    def fields_used(self) -> tuple[str, ...]:
        return self.fields

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        same = " and ".join(f"q.{b} = r.{a}" for a, b in zip(self.fields, self.to_fields, strict=True))
        filled = " and ".join(f"r.{a} is not null" for a in self.fields)
        return (
            QueryCheck(
                f"select r.submission_id, r.row_no, {literal(self.fields[0])}::text as field,\n"
                f"    {_key_text(self.fields)} as observed, null::text as expected\n"
                f"from {judged_rows(form)}\n"
                f"where {self.guarded(filled)} and not exists (\n"
                f"    select 1 from landing.{self.to_form}__v{self.to_revision} as q\n"
                "    inner join registry.submission as p on p.submission_id = q.submission_id\n"
                f"    where {IN_FORCE.format('p')} and {same})"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        for name in self.fields:
            row[name] = "KHONG-CO-999"
        return bad
