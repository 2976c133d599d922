"""Rule kinds on what must be there, must not be there, and on the nil return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ingestion.contracts.rules.base import (
    Check,
    Filing,
    Offence,
    QueryCheck,
    RowCheck,
    Rule,
    Sentence,
    literal,
)

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract

ENVELOPE = "envelope."


def _column(name: str) -> str:
    return f"s.{name.removeprefix(ENVELOPE)}" if name.startswith(ENVELOPE) else f"r.{name}"


def _empty(name: str) -> str:
    """Blank, and not because its value was of a wrong type: that has its own finding (D3)."""
    if name.startswith(ENVELOPE):
        return f"nullif(trim({_column(name)}), '') is null"
    return f"r.{name} is null and not ({literal(name)} = any(r.defect_fields))"


def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in names if not n.startswith((ENVELOPE, "*")))


class Filled(Rule):
    """Every required cell has a value, zero included (`fields: ["*required"]`)."""

    kind: Literal["filled"]
    fields: tuple[str, ...]

    kind_says = Sentence(
        vi="Ô bắt buộc phải có số, kể cả số 0.", en="a required cell is filled; zero counts, blank does not"
    )

    def _fields(self, form: FormContract) -> tuple[str, ...]:
        if self.fields != ("*required",):
            return self.fields
        return tuple(f.name for f in form.required_fields if not form.is_personal(f))

    def fields_used(self) -> tuple[str, ...]:
        return _own(self.fields)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        names = self._fields(form)
        suppressible = {f.name for f in form.fields if f.type == "suppressible_count"}
        # A suppressed value is a state of its own, neither missing nor zero.
        each = {
            n: f"({_empty(n)}" + (f" and r.{n}_state is null)" if n in suppressible else ")") for n in names
        }
        return (
            RowCheck(
                self.guarded(
                    f"num_nonnulls({', '.join(f'r.{n}' for n in names)}) < {len(names)} and ({' or '.join(each.values())})"
                ),
                tuple(Offence(n, offends=sql) for n, sql in each.items()),
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        names = [n for n in self._fields(form) if n not in form.grain]
        self.row_for(bad)[names[0]] = None
        return bad


class RequiredIf(Rule):
    """A field is filled when a condition holds."""

    kind: Literal["required_if"]
    fields: tuple[str, ...]

    kind_says = Sentence(vi="Phải ghi khi có điều kiện nêu.", en="filled when the condition holds")

    def fields_used(self) -> tuple[str, ...]:
        return _own(self.fields) + tuple(c.field for c in self.when if c.field)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return tuple(RowCheck(self.guarded(_empty(n)), (Offence(n),)) for n in self.fields)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        for condition in self.when:
            if condition.field and condition.op == "gt":
                row[condition.field] = condition.value + 1
            if condition.field and condition.op == "null" and condition.value is False:
                row[condition.field] = good.window[0] if form.by_name[condition.field].type == "date" else "X"
        name = self.fields[0]
        if name.startswith(ENVELOPE):
            bad.envelope[name.removeprefix(ENVELOPE)] = None
        else:
            row[name] = None
        return bad


class ForbiddenIf(Rule):
    """A field is left empty when a condition holds."""

    kind: Literal["forbidden_if"]
    fields: tuple[str, ...]

    kind_says = Sentence(vi="Để trống khi có điều kiện nêu.", en="left empty when the condition holds")

    def fields_used(self) -> tuple[str, ...]:
        return _own(self.fields) + tuple(c.field for c in self.when if c.field)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return tuple(
            RowCheck(self.guarded(f"{_column(n)} is not null"), (Offence(n),), f"{_column(n)}::text")
            for n in self.fields
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        if self.fields[0] not in {c.field for c in self.when}:
            row[self.fields[0]] = 0 if form.by_name[self.fields[0]].is_measure else "X"
        return bad


class ValueIs(Rule):
    """A cell, or an answer of the envelope, has one value."""

    kind: Literal["value_is"]
    field: str
    value: Any

    kind_says = Sentence(vi="Ô này chỉ nhận một giá trị.", en="the cell has the one value allowed")

    def fields_used(self) -> tuple[str, ...]:
        return _own((self.field,))

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        offends = f"{_column(self.field)} is distinct from {literal(self.value)}"
        return (
            RowCheck(
                self.guarded(offends),
                (Offence(self.field),),
                f"{_column(self.field)}::text",
                literal(str(self.value)),
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        wrong = (not self.value) if isinstance(self.value, bool) else None
        if self.field.startswith(ENVELOPE):
            bad.envelope[self.field.removeprefix(ENVELOPE)] = wrong
        else:
            self.row_for(bad)[self.field] = wrong
        return bad


class RowsPresent(Rule):
    """Every printed row is there; which rows, the contract's `fixed_rows` say."""

    kind: Literal["rows_present"]

    kind_says = Sentence(vi="Đủ các dòng in sẵn.", en="all printed rows are there")

    def fields_used(self) -> tuple[str, ...]:
        return ()

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        if not form.fixed_rows:
            # Nothing is printed: a line must be there. A list may say that it has none, where that is an answer.
            may_be_empty = " and not s.is_nil_return" if form.grain and form.offers_nil_return else ""
            return (
                QueryCheck(
                    "select s.submission_id, null::integer as row_no, null::text as field,\n"
                    "    '0'::text as observed, '1'::text as expected\n"
                    "from registry.judging as j\n"
                    "inner join registry.submission as s on s.submission_id = j.submission_id\n"
                    f"where s.form = {literal(form.form)} and s.revision = {form.revision}{may_be_empty} and not exists (\n"
                    f"    select 1 from {form.landing_table} as r where r.submission_id = s.submission_id)"
                ),
            )
        wanted = "\n    union all\n    ".join(self._wanted(form, row) for row in form.fixed_rows)
        same = " and ".join(f"r.{g} is not distinct from w.{g}" for g in form.grain)
        said = " || ' / ' || ".join(f"coalesce(w.{g}, '–')" for g in form.grain)
        return (
            QueryCheck(
                f"with wanted as (\n    {wanted}\n)\n"
                f"select w.submission_id, null::integer as row_no, {literal(form.grain[-1])} as field,\n"
                f"    null::text as observed, {said} as expected\n"
                "from wanted as w\n"
                f"where not exists (\n    select 1 from {form.landing_table} as r\n"
                f"    where r.submission_id = w.submission_id and {same})"
            ),
        )

    @staticmethod
    def _wanted(form: FormContract, row: Any) -> str:
        columns, sources = [], []
        for name in form.grain:
            codes = row.get(name)
            if codes is None:
                columns.append(f"null::text as {name}")
            elif codes == "valid_in_window":
                columns.append(f"c_{name}.code as {name}")
                sources.append(
                    f"inner join registry.code as c_{name} on c_{name}.list = {literal(form.by_name[name].code_list)}"
                    f" and c_{name}.code <> 'ALL'"
                    f" and c_{name}.valid_from <= s.window_to and c_{name}.valid_to >= s.window_from"
                )
            else:
                columns.append(f"v_{name}.code as {name}")
                values = ", ".join(f"({literal(c)})" for c in codes)
                sources.append(f"cross join (values {values}) as v_{name} (code)")
        return (
            f"select s.submission_id, {', '.join(columns)}\n"
            "    from registry.judging as j\n"
            "    inner join registry.submission as s on s.submission_id = j.submission_id"
            f" and s.form = {literal(form.form)} and s.revision = {form.revision}\n    "
            + "\n    ".join(sources)
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        bad.rows.pop()
        return bad


class NilReturn(Rule):
    """The box *không phát sinh* is ticked: every flow is zero (`flows: ["*flows"]`), stocks are still stated."""

    kind: Literal["nil_return"]
    flows: tuple[str, ...]

    kind_says = Sentence(
        vi='Đánh dấu "Không phát sinh" thì mọi số phát sinh bằng 0; số tồn vẫn phải ghi.',
        en="a nil return has zero flows; stocks are still stated",
    )

    def _flows(self, form: FormContract) -> tuple[str, ...]:
        return tuple(f.name for f in form.flows) if self.flows == ("*flows",) else self.flows

    def fields_used(self) -> tuple[str, ...]:
        return _own(self.flows)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        names = self._flows(form)
        each = {n: f"r.{n} <> 0" for n in names}
        return (
            RowCheck(
                self.guarded(f"s.is_nil_return and ({' or '.join(each.values())})"),
                tuple(Offence(n, offends=sql) for n, sql in each.items()),
                expected="'0'",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        bad.envelope["is_nil_return"] = True
        self.row_for(bad)[self._flows(form)[0]] = 1
        return bad
