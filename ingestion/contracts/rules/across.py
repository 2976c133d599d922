"""Rule kinds that read other submissions: previous period, months of a longer period, other units, other forms.

They are declared like every rule, but never return a report and never run before it is accepted: true reports of
two periods or two bodies may differ. Their findings warn (D10, D27), once, at filing: the receipt's hint to the clerk.
What differs, why, and what became of it is kept in the discrepancy ledger: X1 and X2 of `contracts.cross_rules` read
the same cells (`RollUp.cells`, `CarryOver.stocks`) from all filings, at every instant at which one of them changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ingestion.contracts.rules.base import (
    IN_FORCE,
    Check,
    Filing,
    FixedRows,
    QueryCheck,
    Rule,
    Sentence,
    Value,
    judged_rows,
    literal,
    matches,
)

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract, FormField


def _same_row(form: FormContract, other: str) -> str:
    return " and ".join(f"{other}.{g} is not distinct from r.{g}" for g in form.grain) or "true"


class CarryOver(Rule):
    """Opening stocks equal the closing stocks of the previous period in force (C1, C2)."""

    kind: Literal["carry_over"]
    pairs: tuple[tuple[str, str], ...] = ()

    kind_says = Sentence(
        vi="Số kỳ trước chuyển sang bằng số còn lại của kỳ trước.", en="opening equals the previous closing"
    )

    def stocks(self, form: FormContract) -> tuple[tuple[str, str], ...]:
        """Pairs (opening, closing): the rule's own, else every `<stock>_opening` with its `<stock>_closing`."""
        if self.pairs:
            return self.pairs
        names = form.by_name
        openings = (f.name for f in form.measures if f.behaviour == "O" and f.name.endswith("_opening"))
        return tuple((o, c) for o in openings if (c := o.removesuffix("_opening") + "_closing") in names)

    def fields_used(self) -> tuple[str, ...]:
        return tuple(n for pair in self.pairs for n in pair)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        pairs = self.stocks(form)
        if not pairs:
            return ()
        values = ", ".join(f"({literal(o)}, r.{o}, q.{c})" for o, c in pairs)
        return (
            QueryCheck(
                "select r.submission_id, r.row_no, p.field, p.opening::text as observed, p.closing::text as expected\n"
                f"from {judged_rows(form)}\n"
                "    inner join registry.submission as b on b.form = s.form and b.unit = s.unit\n"
                "        and b.calendar = s.calendar and b.period_kind = s.period_kind\n"
                f"        and b.window_to = s.window_from - 1 and {IN_FORCE.format('b')}\n"
                f"    inner join {form.landing_table} as q on q.submission_id = b.submission_id"
                f" and {_same_row(form, 'q')}\n"
                f"    cross join lateral (values {values}) as p (field, opening, closing)\n"
                "where p.opening <> p.closing"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        before = good.copy()
        _, closing = self.stocks(form)[0]
        before.rows[0][closing] = (before.rows[0][closing] or 0) + 1
        bad.others.append(("previous", form.form, before))
        return bad


class RollUp(Rule):
    """A quarter, half or year agrees with its months, by the time behaviour of each cell (forms.md section 1).

    Judged only where every month of the window is in force for the unit; D cells are checked on their own sheet.
    """

    kind: Literal["roll_up"]

    kind_says = Sentence(
        vi="Số quý, 6 tháng, năm khớp với các tháng trong kỳ.", en="a longer period agrees with its months"
    )

    def fields_used(self) -> tuple[str, ...]:
        return ()

    def cells(self, form: FormContract) -> tuple[FormField, ...]:
        """Cells that a longer period takes from its months; none where the form has no months."""
        return tuple(
            f
            for f in form.measures
            if "month" in form.rhythms
            and f.behaviour in {"S", "O", "C", "L", "U", "K"}
            and f.type != "suppressible_count"
        )

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        cells = self.cells(form)
        if not cells:
            return ()
        values = ",\n            ".join(
            f"({literal(f.name)}, {literal(f.behaviour)}, r.{f.name}, q.{f.name})" for f in cells
        )
        return (
            QueryCheck(
                "with monthly as (\n"
                "    select r.submission_id, r.row_no, s.period_kind, m.window_to, c.field, c.behaviour, c.reported, c.month_value\n"
                f"    from {judged_rows(form)}\n"
                "    inner join registry.submission as m on m.form = s.form and m.revision = s.revision\n"
                "        and m.unit = s.unit and m.calendar = s.calendar and m.period_kind = 'month'\n"
                f"        and m.window_from >= s.window_from and m.window_to <= s.window_to and {IN_FORCE.format('m')}\n"
                f"    inner join {form.landing_table} as q on q.submission_id = m.submission_id"
                f" and {_same_row(form, 'q')}\n"
                f"    cross join lateral (values\n            {values}\n"
                "    ) as c (field, behaviour, reported, month_value)\n"
                "    where s.period_kind in ('quarter', 'half', 'year')\n"
                "), bounds as (\n"
                "    select submission_id, row_no, field, reported,\n"
                "        case when behaviour = 'O' then (array_agg(month_value order by window_to))[1]\n"
                "            when behaviour in ('C', 'L') then (array_agg(month_value order by window_to desc))[1]\n"
                "            when behaviour = 'U' then max(month_value) else sum(month_value) end as low,\n"
                "        case when behaviour = 'O' then (array_agg(month_value order by window_to))[1]\n"
                "            when behaviour in ('C', 'L') then (array_agg(month_value order by window_to desc))[1]\n"
                "            when behaviour = 'K' then null else sum(month_value) end as high\n"
                "    from monthly\n"
                "    group by submission_id, row_no, period_kind, field, behaviour, reported\n"
                "    having count(distinct window_to) = case period_kind when 'quarter' then 3 when 'half' then 6 else 12 end\n"
                ")\n"
                "select submission_id, row_no, field, reported::text as observed,\n"
                "    case when low = high then low::text else low::text || '..' || coalesce(high::text, '') end as expected\n"
                "from bounds where reported < low or reported > high"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        cell = next(f.name for f in form.measures if f.behaviour == "S" and f.type == "count")
        # The months differ, so that nothing but this comparison finds fault with the filing itself.
        month = good.copy()
        month.rows[0][cell] = (month.rows[0][cell] or 0) + 1
        bad.others.append(("months", form.form, month))
        return bad


class Side(Value):
    """One side of a comparison between forms: cells of one form, over fixed rows."""

    form: str
    revision: int = 1
    cells: tuple[str, ...]
    rows: FixedRows = {}

    def sql(self, period: str) -> str:
        cells = " + ".join(f"q.{c}" for c in self.cells)
        return (
            f"(select sum({cells}) from landing.{self.form}__v{self.revision} as q"
            " inner join registry.submission as p on p.submission_id = q.submission_id"
            f" where {IN_FORCE.format('p')} and p.period = {period} and {matches(self.rows, 'q')})"
        )


class CrossFormEquals(Rule):
    """Two forms say the same of one period label, over all units in force (TTLT 05/2018: reconcile)."""

    kind: Literal["cross_form_equals"]
    left: Side
    right: Side

    kind_says = Sentence(vi="Số liệu hai biểu khớp nhau.", en="two forms agree")

    def fields_used(self) -> tuple[str, ...]:
        return self.left.cells

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        left, right = self.left.sql("s.period"), self.right.sql("s.period")
        return (
            QueryCheck(
                f"select s.submission_id, null::integer as row_no, {literal(self.left.cells[0])}::text as field,\n"
                f"    {left}::text as observed,\n    {right}::text as expected\n"
                "from registry.judging as j\n"
                "inner join registry.submission as s on s.submission_id = j.submission_id"
                f" and s.form = {literal(form.form)} and s.revision = {form.revision}\n"
                f"where {left} <> {right}"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        other = good.copy()
        other.rows[0][self.right.cells[0]] = (other.rows[0].get(self.right.cells[0]) or 0) + 1
        bad.others.append(("same", self.right.form, other))
        return bad


class TransfersCancel(Rule):
    """Over the units of one month, transfers in within the province equal transfers out within it."""

    kind: Literal["transfers_cancel"]
    into: str
    out: str

    kind_says = Sentence(
        vi="Chuyển đến và chuyển đi trong tỉnh bằng nhau giữa các đơn vị.",
        en="transfers between units cancel",
    )

    def fields_used(self) -> tuple[str, ...]:
        return (self.into, self.out)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        def over(cell: str) -> str:
            return (
                f"(select sum(q.{cell}) from {form.landing_table} as q"
                " inner join registry.submission as p on p.submission_id = q.submission_id"
                " where p.period = s.period and p.calendar = s.calendar"
                f" and (p.submission_id = s.submission_id or {IN_FORCE.format('p')} and p.unit <> s.unit))"
            )

        return (
            QueryCheck(
                f"select s.submission_id, null::integer as row_no, {literal(self.into)}::text as field,\n"
                f"    {over(self.into)}::text as observed,\n    {over(self.out)}::text as expected\n"
                "from registry.judging as j\n"
                "inner join registry.submission as s on s.submission_id = j.submission_id"
                f" and s.form = {literal(form.form)} and s.revision = {form.revision}\n"
                f"where {over(self.into)} <> {over(self.out)}"
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        bad.rows[0][self.into] = (bad.rows[0][self.into] or 0) + 1
        return bad
