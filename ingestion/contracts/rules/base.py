"""What every rule kind shares: terms, conditions, the checks it renders to, and its counter-example.

A rule kind is one class with a *sentence* (vi, en), its *SQL*, its *legal basis* and a *counter-example* that must
break it; `tests/spec` walks every kind through every renderer, so that renderers cannot drift apart.

The SQL speaks of two relations: `r`, the landed rows of the form, and `s`, the submission they came with
(`registry.submission`). A comparison with an empty cell is unknown and offends nobody: what is missing is the
finding of another rule (D3). Three shapes of check:

* `RowCheck`: a condition over one landed row; all row checks of a form are read in one scan;
* `GroupCheck`: a condition over the rows of one submission, or of each group of them (`per`);
* `QueryCheck`: a query of its own, for what needs other rows or other submissions.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Severity = Literal["critical", "warning", "info"]
Row = dict[str, Any]


class Value(BaseModel):
    """A frozen value; no unknown key is taken, so the language stays closed (D9)."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sentence(Value):
    vi: str
    en: str = ""


def literal(value: object) -> str:
    """A Python value as an SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


class Not(Value):
    """Any code but one, an empty code too; written `{not: ALL}`."""

    code: str = Field(alias="not")


FixedRows = Mapping[str, str | Not | None]
"""Which rows: each named field has this code, none (null), or any other than one (`Not`)."""


def matches(rows: FixedRows, alias: str = "r") -> str:
    """SQL condition that fixes rows by their codes; `null` asks for an empty code."""

    def one(name: str, code: str | Not | None) -> str:
        if code is None:
            return f"{alias}.{name} is null"
        if isinstance(code, Not):
            return f"{alias}.{name} is distinct from {literal(code.code)}"
        return f"{alias}.{name} = {literal(code)}"

    return " and ".join(one(name, code) for name, code in rows.items()) or "true"


def is_fixed(row: Row, rows: FixedRows) -> bool:
    """The same condition on a Python row."""
    return all(
        row.get(name) != code.code if isinstance(code, Not) else row.get(name) == code
        for name, code in rows.items()
    )


def bend(row: Row, rows: FixedRows) -> Row:
    """Changes a Python row so that the condition holds (an excluded code is emptied)."""
    for name, code in rows.items():
        if not isinstance(code, Not):
            row[name] = code
        elif row.get(name) == code.code:
            row[name] = None
    return row


class Term(Value):
    """An operand: a cell (of the row, or summed over fixed rows), a number, or a count of valid units (D9)."""

    cell: str | None = None
    rows: FixedRows | None = None
    sign: Literal[1, -1] = 1
    number: int | None = None
    units_valid: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_shorthand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"cell": value}
        if isinstance(value, int):
            return {"number": value}
        return value

    @model_validator(mode="after")
    def _is_one_thing(self) -> Term:
        if sum(x is not None for x in (self.cell, self.number, self.units_valid)) != 1:
            raise ValueError("a term is one of cell, number, units_valid")
        return self

    def sql(self, grouped: bool, known_only: bool = False) -> str:
        """The operand in SQL. `known_only`: empty cells are left out, so that it is a lower bound of a sum."""
        if self.number is not None:
            return str(self.sign * self.number)
        if self.units_valid is not None:
            counted = (
                "(select count(distinct u.code) from registry.code as u where u.list = 'unit'"
                f" and {literal(self.units_valid)} = any(string_to_array(u.attributes ->> 'class', ';'))"
                " and s.window_to between u.valid_from and u.valid_to)"
            )
            return counted if self.sign == 1 else f"-{counted}"
        cell = f"r.{self.cell}"
        if grouped:
            # A sum with an empty cell in it is unknown: the empty cell has its own finding.
            which = matches(self.rows or {})
            summed = f"sum({cell}) filter (where {which})"
            if known_only:
                cell = f"coalesce({summed}, 0)"
            else:
                cell = (
                    f"(case when count(*) filter (where {which}) = count({cell}) filter (where {which})"
                    f" then {summed} end)"
                )
        elif known_only:
            cell = f"coalesce({cell}, 0)"
        return cell if self.sign == 1 else f"-{cell}"

    def holds_row(self, row: Row) -> bool:
        return is_fixed(row, self.rows or {})


def total(terms: Sequence[Term], grouped: bool, known_only: bool = False) -> str:
    """SQL sum of terms; unknown when one of them is, unless only the known ones are asked for."""
    return " + ".join(t.sql(grouped, known_only) for t in terms).replace("+ -", "- ")


def total_of(terms: Sequence[Term], rows: Sequence[Row], row: Row) -> int:
    """The same sum over Python rows, for counter-examples; units count as 0."""
    whole = 0
    for term in terms:
        if term.number is not None:
            whole += term.sign * term.number
        elif term.cell is not None:
            chosen = [row] if term.rows is None else [r for r in rows if term.holds_row(r)]
            whole += term.sign * sum(r.get(term.cell) or 0 for r in chosen)
    return whole


class Condition(Value):
    """One condition of `when`: on a field of the row, on the last day of the period, or on the filing itself."""

    field: str | None = None
    period_end: bool = False
    instance: Literal["is_nil_return", "period_kind", "unit"] | None = None
    op: Literal["eq", "ne", "in", "gt", "null", "before", "holds_day"]
    value: Any = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Condition:
        if sum((self.field is not None, self.period_end, self.instance is not None)) != 1:
            raise ValueError("a condition is on one of field, period_end, instance")
        return self

    def sql(self, row: str = "r") -> str:
        left = (
            f"{row}.{self.field}"
            if self.field
            else "s.window_to"
            if self.period_end
            else f"s.{self.instance}"
        )
        match self.op:
            case "eq":
                return f"{left} = {literal(self.value)}"
            case "ne":
                return f"{left} is distinct from {literal(self.value)}"
            case "in":
                return f"{left} in ({', '.join(literal(v) for v in self.value)})"
            case "gt":
                return f"{left} > {literal(self.value)}"
            case "null":
                return f"{left} is null" if self.value in (None, True) else f"{left} is not null"
            case "before":
                return f"{left} < {literal(self.value)}"
            case "holds_day":
                return f"{literal(self.value)} between s.window_from and s.window_to"

    def holds(self, row: Row, window: tuple[dt.date, dt.date], filing: Mapping[str, Any]) -> bool:
        """The same condition on Python values (templates grey out by it; counter-examples are built with it)."""
        left = (
            row.get(self.field)
            if self.field
            else window[1]
            if self.period_end
            else filing.get(str(self.instance))
        )
        match self.op:
            case "eq":
                return bool(left == self.value)
            case "ne":
                return bool(left != self.value)
            case "in":
                return left in self.value
            case "gt":
                return left is not None and left > self.value
            case "null":
                return (left is None) == (self.value in (None, True))
            case "before":
                return left is not None and left < self.value
            case "holds_day":
                return window[0] <= self.value <= window[1]


@dataclass(frozen=True)
class Offence:
    """A cell that a check marks: `offends` narrows the check to this cell (SQL), `rows` says on which rows."""

    field: str
    offends: str | None = None
    rows: FixedRows | None = None


@dataclass(frozen=True)
class RowCheck:
    offends: str
    cells: tuple[Offence, ...]
    observed: str = "null"
    expected: str = "null"


@dataclass(frozen=True)
class GroupCheck:
    offends: str
    cells: tuple[Offence, ...]
    per: tuple[str, ...] = ()
    observed: str = "null"
    expected: str = "null"


@dataclass(frozen=True)
class QueryCheck:
    """`sql` yields submission_id, row_no, field, observed, expected: one line an offending cell."""

    sql: str


Check = RowCheck | GroupCheck | QueryCheck


@dataclass
class Filing:
    """A filing in Python values: what counter-examples and tests hand to the gate.

    `others` are filings already in force: (relation, filing) with relation `previous` (the period before), `months`
    (every month of a longer period), or `same` (another unit, or another form, for the same period).
    """

    rows: list[Row]
    window: tuple[dt.date, dt.date]
    envelope: dict[str, Any] = field(default_factory=dict)
    others: list[tuple[str, str, Filing]] = field(default_factory=list)

    def copy(self) -> Filing:
        return Filing([dict(r) for r in self.rows], self.window, dict(self.envelope), list(self.others))


def judged_rows(form: FormContract) -> str:
    """FROM clause: landed rows under judgement (`r`) with their submission (`s`)."""
    return (
        "registry.judging as j\n"
        "    inner join registry.submission as s on s.submission_id = j.submission_id\n"
        f"    inner join {form.landing_table} as r on r.submission_id = j.submission_id"
    )


IN_FORCE = "{0}.known_from is not null and {0}.known_to is null"


class Rule(Value):
    """A rule of a form. `legal_basis` says where it comes from, `mark` how sure that is (V, D, P, R)."""

    id: RuleId
    severity: Severity
    sentence: Sentence | None = None
    legal_basis: str
    mark: Literal["V", "D", "P", "R"]
    when: tuple[Condition, ...] = ()
    ledger: bool = False

    runs_in: ClassVar[Literal["gate", "sql"]] = "sql"
    kind_says: ClassVar[Sentence]

    @model_validator(mode="after")
    def _ledger_only_warns(self) -> Rule:
        if self.ledger and self.severity != "warning":
            raise ValueError(f"rule {self.id}: a ledger rule only warns (D10)")
        return self

    def says(self) -> Sentence:
        """Its sentence: the contract's own, else the kind's."""
        if self.sentence is None:
            return self.kind_says
        return Sentence(vi=self.sentence.vi, en=self.sentence.en or self.id.replace("_", " "))

    @abstractmethod
    def fields_used(self) -> tuple[str, ...]:
        """Names of the form's fields that the rule reads or marks (without `*` words)."""

    @abstractmethod
    def checks(self, form: FormContract) -> tuple[Check, ...]:
        """The rule as SQL over one form."""

    @abstractmethod
    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        """A filing that breaks the rule, made from one that keeps it."""

    # -- helpers for kinds -------------------------------------------------------------------------------------

    def guarded(self, offends: str) -> str:
        """The condition under the rule's `when`."""
        parts = [c.sql() for c in self.when]
        return " and ".join([*parts, f"({offends})"]) if parts else f"({offends})"

    def applies_in(self, window: tuple[dt.date, dt.date]) -> bool:
        """Whether the rule's conditions on the period hold in a window."""
        return all(c.holds({}, window, {}) for c in self.when if c.period_end or c.op == "holds_day")

    def row_for(self, filing: Filing, fixed: FixedRows | None = None) -> Row:
        """A row of the filing on which the rule applies; the first row is bent to it where none does."""
        wanted = [c for c in self.when if c.field]
        for row in filing.rows:
            if all(c.holds(row, filing.window, filing.envelope) for c in wanted) and is_fixed(
                row, fixed or {}
            ):
                return row
        row = bend(filing.rows[0], fixed or {})
        for c in wanted:
            row[str(c.field)] = {"eq": c.value, "gt": (c.value or 0) + 1 if c.op == "gt" else None}.get(
                c.op, c.value[0] if c.op == "in" else 1
            )
        return row


def _as_many(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | dict) else value


Operand = Annotated[tuple[Term, ...], BeforeValidator(_as_many)]
"""A sum of terms; a single term may stand without brackets."""


def offence_cells(terms: Sequence[Term]) -> tuple[Offence, ...]:
    return tuple(Offence(t.cell, rows=t.rows) for t in terms if t.cell is not None)


def is_grouped(*operands: Sequence[Term]) -> bool:
    return any(t.rows is not None for terms in operands for t in terms)


def cells_of(*operands: Sequence[Term]) -> tuple[str, ...]:
    return tuple(t.cell for terms in operands for t in terms if t.cell is not None)


def scoped(
    rule: Rule,
    per: tuple[str, ...] | None,
    operands: Sequence[Sequence[Term]],
    build: Callable[[bool], tuple[str, str, str]],
    marks: Sequence[Term],
) -> tuple[Check, ...]:
    """A row check, or a group check where a term names rows or the rule says `per`."""
    grouped = per is not None or is_grouped(*operands)
    offends, observed, expected = build(grouped)
    if grouped:
        return (GroupCheck(rule.guarded(offends), offence_cells(marks), per or (), observed, expected),)
    return (RowCheck(rule.guarded(offends), offence_cells(marks), observed, expected),)


WholeNumber = Annotated[int, Field(ge=0)]
