"""Rule kinds of arithmetic inside one sheet: sums, stock identities, of-which, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ingestion.contracts.rules.base import (
    Check,
    Filing,
    Offence,
    Operand,
    RowCheck,
    Rule,
    Sentence,
    Term,
    Value,
    bend,
    cells_of,
    scoped,
    total,
    total_of,
)

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract


def _raise_cell(rule: Rule, filing: Filing, term: Term, to: int) -> None:
    row = rule.row_for(filing, term.rows)
    row[str(term.cell)] = to


class EqualsSum(Rule):
    """`total` equals the sum of `parts` (cross-margins of one table; domain 4)."""

    kind: Literal["equals_sum"]
    total: Operand
    parts: Operand
    per: tuple[str, ...] | None = None

    kind_says = Sentence(vi="Tổng bằng cộng các thành phần.", en="the total equals the sum of its parts")

    def fields_used(self) -> tuple[str, ...]:
        return cells_of(self.total, self.parts) + (self.per or ())

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def build(grouped: bool) -> tuple[str, str, str]:
            whole, parts = total(self.total, grouped), total(self.parts, grouped)
            return f"{whole} <> {parts}", whole, parts

        return scoped(self, self.per, (self.total, self.parts), build, self.total)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        first = self.total[0]
        row = self.row_for(bad, first.rows)
        _raise_cell(
            self, bad, first, total_of(self.total, bad.rows, row) + 1 + (row.get(str(first.cell)) or 0)
        )
        return bad


class StockFlow(Rule):
    """Stock identity: `result` = Σ `plus` − Σ `minus` (domain C1: old + new + in − out = total)."""

    kind: Literal["stock_flow"]
    result: Term
    plus: Operand
    minus: Operand = ()
    per: tuple[str, ...] | None = None

    kind_says = Sentence(vi="Số tồn khớp: cũ + tăng − giảm.", en="the stock flows: opening + in − out")

    def right_side(self) -> Operand:
        """What the result must equal: `plus`, and `minus` with its signs turned."""
        return self.plus + tuple(t.model_copy(update={"sign": -t.sign}) for t in self.minus)

    def fields_used(self) -> tuple[str, ...]:
        return cells_of((self.result,), self.plus, self.minus) + (self.per or ())

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def build(grouped: bool) -> tuple[str, str, str]:
            left, right = self.result.sql(grouped), total(self.right_side(), grouped)
            return f"{left} <> {right}", left, right

        return scoped(self, self.per, ((self.result,), self.plus, self.minus), build, (self.result,))

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad, self.result.rows)
        row[str(self.result.cell)] = total_of(self.right_side(), bad.rows, row) + 1
        return bad


class Within(Value):
    """Parts that each stay within a whole."""

    parts: tuple[str, ...]
    whole: Operand


class OfWhichNotAbove(Rule):
    """Each of the parts is not above its whole (*trong đó*); parts may overlap."""

    kind: Literal["of_which_not_above"]
    pairs: tuple[Within, ...] = Field(min_length=1)

    kind_says = Sentence(vi="Số con không vượt số tổng.", en="an of-which is not above its whole")

    def fields_used(self) -> tuple[str, ...]:
        return tuple(n for p in self.pairs for n in (*p.parts, *cells_of(p.whole)))

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        checks: list[Check] = []
        for pair in self.pairs:
            whole = total(pair.whole, grouped=False)
            checks.extend(
                RowCheck(self.guarded(f"r.{part} > {whole}"), (Offence(part),), f"r.{part}", f"{whole}")
                for part in pair.parts
            )
        return tuple(checks)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row, pair = self.row_for(bad), self.pairs[0]
        row[pair.parts[0]] = total_of(pair.whole, bad.rows, row) + 1
        return bad


class PartsNotAbove(Rule):
    """The sum of exclusive parts is not above the whole.

    `known_parts_suffice`: parts that are empty (suppressed) count as nothing, so the sum is a lower bound; parts that
    exceed the whole already contradict it, whatever the hidden ones are. Without it an empty part offends nobody.
    """

    kind: Literal["parts_not_above"]
    parts: Operand
    whole: Operand
    per: tuple[str, ...] | None = None
    known_parts_suffice: bool = False

    kind_says = Sentence(
        vi="Cộng các phần không vượt tổng.", en="exclusive parts together are not above the whole"
    )

    def fields_used(self) -> tuple[str, ...]:
        return cells_of(self.parts, self.whole) + (self.per or ())

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def build(grouped: bool) -> tuple[str, str, str]:
            parts, whole = total(self.parts, grouped, self.known_parts_suffice), total(self.whole, grouped)
            return f"{parts} > {whole}", parts, whole

        return scoped(self, self.per, (self.parts, self.whole), build, self.parts)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        first = self.parts[0]
        if first.rows is not None and not any(first.holds_row(row) for row in bad.rows):
            # The whole stays in its own row: without it the comparison would be unknown.
            bad.rows.append(bend(dict(bad.rows[0]), first.rows))
        row = self.row_for(bad, first.rows)
        row[str(first.cell)] = total_of(self.whole, bad.rows, row) + 1
        return bad


class BetweenMaxAndSum(Rule):
    """Distinct persons: the whole lies between its largest part and the sum of its parts."""

    kind: Literal["between_max_and_sum"]
    whole: Operand
    parts: Operand
    per: tuple[str, ...] | None = None

    kind_says = Sentence(
        vi="Số người không trùng: không nhỏ hơn phần lớn nhất, không vượt tổng các phần.",
        en="distinct persons lie between the largest part and the sum of parts",
    )

    def fields_used(self) -> tuple[str, ...]:
        return cells_of(self.whole, self.parts) + (self.per or ())

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def build(grouped: bool) -> tuple[str, str, str]:
            whole, above = total(self.whole, grouped), total(self.parts, grouped)
            if grouped:
                largest = ", ".join(
                    t.sql(True).replace("then sum(", "then max(") for t in self.parts if t.cell is not None
                )
            else:
                largest = ", ".join(t.sql(False) for t in self.parts)
            low = f"greatest({largest})"
            return f"{whole} < {low} or {whole} > {above}", whole, f"{low} || '..' || ({above})"

        return scoped(self, self.per, (self.whole, self.parts), build, self.whole)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        first = self.whole[0]
        row = self.row_for(bad, first.rows)
        row[str(first.cell)] = total_of(self.parts, bad.rows, row) + 1
        return bad


class NotBelow(Rule):
    """`left` is at least `right` (every sent case has an accused)."""

    kind: Literal["not_below"]
    left: Operand
    right: Operand

    kind_says = Sentence(vi="Vế trái không nhỏ hơn vế phải.", en="the left side is not below the right side")

    def fields_used(self) -> tuple[str, ...]:
        return cells_of(self.left, self.right)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def build(grouped: bool) -> tuple[str, str, str]:
            left, right = total(self.left, grouped), total(self.right, grouped)
            return f"{left} < {right}", left, right

        return scoped(self, None, (self.left, self.right), build, self.left)

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        cells = [t for t in self.right if t.cell is not None]
        if cells:
            row = self.row_for(bad, cells[0].rows)
            row[str(cells[0].cell)] = total_of(self.left, bad.rows, row) + 1
        else:
            row = self.row_for(bad, self.left[0].rows)
            row[str(self.left[0].cell)] = total_of(self.right, bad.rows, row) - 1
        return bad


class PlausibleRange(Rule):
    """A count above its usual range asks for confirmation (`fields: ["*counts"]` = every count of the form)."""

    kind: Literal["plausible_range"]
    fields: tuple[str, ...]
    above: int

    kind_says = Sentence(vi="Số lớn bất thường, đề nghị xác nhận.", en="an unusual number, please confirm")

    def _fields(self, form: FormContract) -> tuple[str, ...]:
        if self.fields == ("*counts",):
            return tuple(f.name for f in form.measures if f.type == "count")
        return self.fields

    def fields_used(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if not f.startswith("*"))

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        names = self._fields(form)
        each = {n: f"r.{n} > {self.above}" for n in names}
        return (
            RowCheck(
                self.guarded(f"greatest({', '.join(f'r.{n}' for n in names)}) > {self.above}"),
                tuple(Offence(n, offends=sql) for n, sql in each.items()),
                expected=f"'≤ {self.above}'",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        self.row_for(bad)[self._fields(form)[0]] = self.above + 1
        return bad


class PositiveWhen(Rule):
    """A count is above zero when something else says that it happened."""

    kind: Literal["positive_when"]
    field: str

    kind_says = Sentence(
        vi="Có phát sinh thì số này phải lớn hơn 0.", en="it happened, so the count is above zero"
    )

    def fields_used(self) -> tuple[str, ...]:
        return (self.field, *(c.field for c in self.when if c.field))

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return (
            RowCheck(
                self.guarded(f"r.{self.field} <= 0"), (Offence(self.field),), f"r.{self.field}", "'> 0'"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        self.row_for(bad)[self.field] = 0
        return bad
